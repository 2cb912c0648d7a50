"""`make bench`: measure section after section, print the tables, keep the figures."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

from tests.bench import report, servers
from tests.bench.measures import calibration_ms
from tests.bench.sections import EVERYWHERE, SECTIONS, Plan, Section
from tests.emulator import running_emulator

SIZES = {"sqlite": (1000, 10_000), "firestore": (100, 2000)}
"""Users in the workload, members of the big group: the emulator takes ten times as long."""


def main(words: Sequence[str]) -> int:
    """0, or 1 if anything was answered wrongly; what is slow is only told."""
    asked = _parser().parse_args(words)
    size, group_size = SIZES[asked.store]
    names = asked.only or (tuple(SECTIONS) if asked.store == "sqlite" else EVERYWHERE)
    about = {"store": asked.store, "size": asked.n or size, "calibration_ms": calibration_ms()}
    print(f"{about['size']} users, {asked.store}. Calibration loop {about['calibration_ms']} ms.")
    with ExitStack() as stack:
        store = servers.sqlite
        if asked.store == "firestore":
            store = partial(servers.firestore, stack.enter_context(running_emulator()))
        found = _measure(names, Plan(asked.n or size, asked.group or group_size, store))
    print(f"\n{report.summary(found)}\nKept in {report.keep(asked.name or report.commit(), about, found)}.")
    return 1 if any(section.wrong for section in found.values()) else 0


def _measure(names: Sequence[str], plan: Plan) -> dict[str, Section]:
    found = {}
    for name in names:
        found[name] = SECTIONS[name](plan)
        report.show(name, found[name])
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("n", nargs="?", type=_at_least(20), help="users in the workload, and members of its group")
    parser.add_argument("--store", choices=SIZES, default="sqlite")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--group", type=_at_least(200), metavar="SIZE", help="members of the big group")
    parser.add_argument("--name", help="of the file bench-NAME.json; the commit unless given")
    return parser


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"at least {least}")
        return int(text)

    return number


def _end(*_: object) -> None:
    """As Ctrl-C ends it: what was started here ends too."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _end)
    sys.exit(main(sys.argv[1:]))
