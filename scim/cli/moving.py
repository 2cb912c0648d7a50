"""`python -m scim import`, `export` and `rebuild`: taking over what is in the target, and a store that was lost."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from scim import wiring
from scim.cli import desk
from scim.cli.console import AsJson, Problem, say, show, show_json, show_json_array
from scim.cli.person import who
from scim.cli.waiting import counted
from scim.jobs import backup
from scim.jobs.adoption import Known, Taken
from scim.jobs.moving import Moving

SHOWN = 30

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
PlanAsJson = Annotated[bool, typer.Option("--json", help="The plan as JSON, and nothing else is done.")]


def import_(yes: Yes = False, as_json: PlanAsJson = False) -> None:
    """Take over everybody and every group of the target, as from another bridge. Nothing changes in the target."""
    _take_over(_moving(Known()), yes=yes, as_json=as_json)


def rebuild(
    from_file: Annotated[Path | None, typer.Option("--backup", help="What `python -m scim export` wrote.")] = None,
    yes: Yes = False,
    as_json: PlanAsJson = False,
) -> None:
    """Fill an empty store again from the target, with the ids of a backup if there is one."""
    known = _read(from_file) if from_file else Known()
    moving = _moving(known)
    if not moving.is_empty():
        raise Problem(
            "The store is not empty: `rebuild` is for one that was lost. To take over what is new in the target, "
            "use `python -m scim import`."
        )
    _take_over(moving, yes=yes, as_json=as_json)


def export(
    to: Annotated[Path, typer.Argument(help="The file to write, one JSON object on each line.")],
    as_json: AsJson = False,
) -> None:
    """Write what `rebuild` needs to give everybody the id they had: users, groups and their links."""
    store = wiring.store(desk.ready(os.environ))
    most = store.count("User") + store.count("Group")
    lines = counted(backup.lines(store), "Writing", most, quiet=as_json)
    try:
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            count = sum(bool(file.write(f"{line}\n")) for line in lines)
    except OSError as cause:
        raise Problem(f"{to} cannot be written: {cause.strerror}.") from cause
    if as_json:
        show_json({"file": str(to), "records": count})
        return
    say(f"{count} records are in {to}. It holds names and addresses: keep it like any list of your people.")


def _take_over(moving: Moving, *, yes: bool, as_json: bool) -> None:
    looked = counted(moving.plan(who()), "Looking at the target", quiet=as_json)
    if as_json:
        show_json_array(map(asdict, looked))
        return
    plan = list(looked)
    _show(plan)
    if not any(taken.how == "adopted" for taken in plan):
        say("There is nothing to take over.")
        return
    if not yes and not typer.confirm("Take these over? Nothing changes in the target."):
        raise Problem("Nothing was done.")
    done = Counter(taken.how for taken in counted(moving.carry_out(who()), "Taking over", len(plan)))
    say(f"Taken over: {done['adopted']}. Known before: {done['linked']}. Left as they are: {done['left']}.")


def _show(plan: list[Taken]) -> None:
    for kind, title in (("User", "People"), ("Group", "Groups")):
        taken = [each for each in plan if each.kind == kind]
        counts = Counter(each.how for each in taken)
        say(f"{title}: {counts['adopted']} to take over, {counts['linked']} known, {counts['left']} left as they are.")
        left = [(each.name, each.why, each.target_id) for each in taken if each.how == "left"]
        if left:
            show(f"{title} that are left as they are", ("name", "because", "id in the target"), left[:SHOWN])


def _moving(known: Known) -> Moving:
    return wiring.moving(desk.ready(os.environ), known)


def _read(path: Path) -> Known:
    try:
        with path.open(encoding="utf-8") as file:
            return backup.read(_stripped(file))
    except OSError as cause:
        raise Problem(f"{path} cannot be read: {cause.strerror}.") from cause
    except ValueError as cause:
        raise Problem(f"{path} is no backup: {cause}.") from cause


def _stripped(file: Iterable[str]) -> Iterator[str]:
    return (line for line in map(str.strip, file) if line)
