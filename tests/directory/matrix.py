"""Every call of one read made to fail in every way: what came of each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from scim.source_records import SourceError, SourceReading
from scim.sources.google_workspace import open_source
from tests.directory.directory import Directory
from tests.directory.faults import EVERYWHERE, OF_LISTS, Fault, Faults
from tests.directory.in_process import straight

AUTHENTICATING = 3  # the metadata server, signJwt, token: the first calls of all


@dataclass(frozen=True)
class Outcome:
    """`partial`: what was read is not what is there, and it was not said."""

    call: int
    fault: Fault
    result: Literal["whole", "raised", "partial"]
    said: str = ""


def read(directory: Directory) -> SourceReading:
    """Without waiting before a call is repeated."""
    session = straight(directory)
    source = open_source(directory.settings(), pause=lambda _seconds: None, connect=lambda: session)
    return source.read(lambda _group: True)


def outcomes(directory: Directory, faults: Iterable[Fault] = (*EVERYWHERE, *OF_LISTS)) -> Iterator[Outcome]:
    """One after the other, each in a read of its own. What befalls lists is left out for calls that are none."""
    directory.paths.clear()
    truth = read(directory)
    lists = set(range(AUTHENTICATING + 1, len(directory.paths) + 1))
    for call in range(1, len(directory.paths) + 1):
        for fault in faults:
            if fault not in OF_LISTS or call in lists:
                yield _outcome(directory, truth, call, fault)


def _outcome(directory: Directory, truth: SourceReading, call: int, fault: Fault) -> Outcome:
    directory.paths.clear()
    directory.faults = Faults({call: fault})
    try:
        found = read(directory)
    except SourceError as error:
        return Outcome(call, fault, "raised", str(error))
    finally:
        directory.faults = Faults()
    return Outcome(call, fault, "whole" if found == truth else "partial")
