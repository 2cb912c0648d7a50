"""What is chosen of the source, as people see it and change it at the screens: `python -m scim pull configure` for
them (docs/pull.md).
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from scim.jobs import chosen_by
from scim.jobs.lease import Lease
from scim.jobs.looking import Looking
from scim.jobs.pull_notes import SELECTION
from scim.jobs.puller import Puller
from scim.jobs.selection import Selection, SelectionError
from scim.jobs.work import instant
from scim.operations import OFFERED, Checked, Choice, Chosen, OfferedGroup, OfferedGroups
from scim.ports import Store
from scim.records import Document, Event
from scim.settings import Settings
from scim.source_records import SourceGroup

LEASE = "pull.selection"
LONGEST = 300
LISTS = ("groups", "units", "exclude")

_ENTRY = re.compile(r"(\w+)\[\d+\] \((.*)\) (must .*)")


class NotChosen(Exception):
    """Nothing was stored. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """`file`: the bridge.toml that chooses, None where what was stored does."""

    puller: Puller
    file: Callable[[], Path | None]
    looking: Looking

    def selection(self) -> Chosen:
        path = self.file()
        stored = None if path else self.puller.runner.store.note(SELECTION)
        try:
            choice, problem = _choice(self.puller.choose().to_note()), ""
        except SelectionError as error:
            choice, problem = _choice(stored or {}), str(error)
        if path:
            return Chosen(choice, "file", _digest(choice), str(path.absolute()), problem)
        return Chosen(choice, "" if stored is None else "stored", _digest(choice), "", problem)

    def check(self, choice: Choice) -> Checked:
        long = tuple(_too_long(choice))
        try:
            checked = _choice(_selection(choice).to_note())
        except SelectionError as error:
            return Checked(choice, (*map(_sentence, str(error).splitlines()), *long))
        return Checked(choice, long) if long else Checked(checked)

    def choose(self, choice: Choice, digest: str, by: str) -> None:
        """NotChosen. One at a time, so that of two people who looked at the same, one is told."""
        runner = self.puller.runner
        lease = Lease(runner.store, f"{runner.holder} {runner.event_id()}", runner.clock, LEASE)
        if not lease.acquire():
            raise NotChosen("Somebody else stores a choice right now. Nothing was done; look again.")
        try:
            self._store(choice, digest, by)
        finally:
            lease.release()

    def _store(self, choice: Choice, digest: str, by: str) -> None:
        before, checked = self.selection(), self.check(choice)
        if not before.is_editable:
            raise NotChosen(f"{before.path} chooses here: edit the file. Nothing was stored.")
        if before.digest != digest:
            raise NotChosen("What is chosen has changed since you looked. Nothing was stored; look at it again.")
        if checked.problems:
            raise NotChosen(" ".join(("Nothing was stored.", *checked.problems)))
        runner = self.puller.runner
        keep(runner.store, _selection(choice), runner.event_id(), runner.clock(), by)

    def groups(self, text: str, offset: int) -> OfferedGroups:
        """SourceError."""
        at, found = self.looking.groups()
        searched = text.strip().casefold()
        fitting = [each for each in found if searched in f"{each.name}\n{each.email}".casefold()]
        fitting.sort(key=lambda group: group.email)
        return OfferedGroups(self._offered(fitting[offset : offset + OFFERED]), len(fitting), offset, at)

    def _offered(self, groups: Iterable[SourceGroup]) -> list[OfferedGroup]:
        """What cannot be read chooses none of them; the page that shows the choice says so."""
        try:
            chooses: Callable[[SourceGroup], bool] = self.puller.choose().chooses
        except SelectionError:
            return [OfferedGroup(each.email, each.name, chosen=False, people=each.direct_users) for each in groups]
        return [OfferedGroup(each.email, each.name, chooses(each), each.direct_users) for each in groups]


def keep(store: Store, selection: Selection, event_id: str, now: float, by: str) -> None:
    """Stores what is chosen from now on, with an audit line of what that changes."""
    before, note = store.note(SELECTION), selection.to_note()
    store.put_note(SELECTION, note)
    changes = [_changed(_choice(before or {}), _choice(note))]
    store.append_event(Event(event_id, instant(now), by, "pull.configured", None, changes, "done"))


def of(chosen: Settings, puller: Puller) -> Choosing:
    return Choosing(puller, partial(chosen_by.path, chosen), Looking(puller.source, puller.runner.clock))


def _selection(choice: Choice) -> Selection:
    """SelectionError."""
    return Selection.from_note({**asdict(choice), **{name: list(getattr(choice, name)) for name in LISTS}})


def _choice(note: Document) -> Choice:
    """As far as it can be read: what somebody has to mend has to be seen."""
    lists = {name: note.get(name) for name in LISTS}
    read = {name: tuple(map(str, value)) for name, value in lists.items() if isinstance(value, list | tuple)}
    return Choice(**read, unlisted=str(note.get("unlisted", "leave")))


def _digest(choice: Choice) -> str:
    return sha256(json.dumps(asdict(choice)).encode()).hexdigest()[:16]


def _sentence(line: str) -> str:
    """Without where it was read from, and an entry by what it says: a form has neither."""
    line = line.partition(": ")[2]
    found = _ENTRY.fullmatch(line)
    return f"{found[1]}: {found[2]} {found[3]}" if found else line


def _too_long(choice: Choice) -> Iterator[str]:
    for name in LISTS:
        for entry in getattr(choice, name):
            if len(entry) > LONGEST:
                yield f"{name}: '{entry[:60]}…' is too long: no address and no path has more than {LONGEST} characters."


def _changed(before: Choice, after: Choice) -> Document:
    was, now = asdict(before), asdict(after)
    names = [name for name in was if was[name] != now[name]]
    return {"before": {name: _plain(was[name]) for name in names}, "after": {name: _plain(now[name]) for name in names}}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
