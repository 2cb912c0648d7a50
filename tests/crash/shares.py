"""Many enumerations, by this process or shared among several. Whoever carries one out forks, and has no threads."""

import gc
import logging
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from tests.crash.enumeration import Enumeration
from tests.crash.sabotage import NONE, SABOTAGES
from tests.crash.stage import Stage
from tests.crash.stories import everything_owed, populate
from tests.crash.tally import Tally


@dataclass(frozen=True, slots=True)
class Share:
    """One story with one seed: what `Enumeration` takes, and the name of a deliberate fault."""

    name: str
    seed: int
    every: int = 1
    point: str = ""
    sabotage: str = ""


def tallies(shares: Sequence[Share], processes: int) -> Iterator[Tally]:
    """In the order of the shares."""
    if processes == 1:
        warm()
        yield from map(carry_out, shares)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=warm) as pool:
        yield from pool.map(carry_out, shares)


def carry_out(share: Share) -> Tally:
    with _directory() as directory:
        stage = Stage(Path(directory) / "stage", SABOTAGES.get(share.sabotage, NONE))
        return Enumeration(share.name, share.seed, stage, share.every, share.point).run()


def warm() -> None:
    """What is loaded and compiled at the first use is then there in every child."""
    logging.disable(logging.CRITICAL)
    with _directory() as directory:
        stage = Stage(Path(directory) / "stage")
        everything_owed(stage, populate(stage))
        stage.settle()
        stage.confirm()
        stage.shown()
        stage.close()
    gc.freeze()  # else the first collection in each child copies everything


def _directory() -> tempfile.TemporaryDirectory[str]:
    """Temporary files go there, too: whoever is killed leaves some."""
    tempfile.tempdir = None
    made = tempfile.TemporaryDirectory(prefix="crash-")
    tempfile.tempdir = made.name
    return made
