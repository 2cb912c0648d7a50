"""Lists that are read a page at a time, whatever their length: by a search, by a standing, or in the store's order."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from werkzeug.exceptions import NotFound

from scim import identity, keys
from scim.admin.words import STANDINGS
from scim.ports import Store
from scim.protocol.errors import InvalidValue
from scim.records import Document, Kind, Record, Ref, Stale

PAGE = 50
BATCH = 200
MOST_BATCHES = 5
"""Looked through for one page when what is asked for has to be picked from what is found."""

Following = Callable[[str | None, int], list[Record]]

_ID = re.compile(r"[A-Za-z0-9_:.-]{1,128}")


class Gone(Exception):
    """The place to go on from does not exist any more."""


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    standing: str
    after: str | None

    @property
    def filters(self) -> Mapping[str, str]:
        return {name: value for name, value in (("q", self.text), ("standing", self.standing)) if value}


@dataclass(frozen=True, slots=True)
class Page:
    """`next`: the query of the page that follows, None on the last one."""

    records: list[Record]
    question: Question
    next: str | None


def asked() -> Question:
    """What the current request asks for. What no list can be asked is not asked."""
    standing = request.args.get("standing", "")
    after = request.args.get("after")
    text = request.args.get("q", "").strip()[:100]
    return Question(
        text if text.isprintable() else "",
        standing if standing in STANDINGS else "",
        after if after and _ID.fullmatch(after) else None,
    )


def read(store: Store, kind: Kind, question: Question) -> Page:
    """Gone if the place to go on from was deleted meanwhile."""
    try:
        found, last = _read(store, kind, question)
    except Stale as error:
        raise Gone from error
    following = urlencode({**question.filters, "after": last}) if last else None
    return Page(found, question, following)


def _read(store: Store, kind: Kind, question: Question) -> tuple[list[Record], str | None]:
    text, standing = question.text, question.standing
    if text:
        return _picked(
            _following(store, kind, question),
            lambda record: keys.has_words(record.document, text) and standing in ("", record.standing),
            question.after,
        )
    if standing:
        return _cut(store.standing(kind, standing, question.after, PAGE + 1))
    return _cut(store.page_after(kind, question.after, PAGE + 1))


def _following(store: Store, kind: Kind, question: Question) -> Following:
    """Those to pick from: by the word, or by the standing if that leaves fewer. Most people are active."""
    if question.standing not in ("", "active"):
        return lambda after, limit: store.standing(kind, question.standing, after, limit)
    beginning = keys.prefix(_rarest(question.text))
    return lambda after, limit: store.search(kind, beginning, after, limit) if beginning else []


def _rarest(text: str) -> str:
    """The longest word finds the fewest."""
    return max(identity.fold(text).split(" "), key=len)


def _cut(found: list[Record]) -> tuple[list[Record], str | None]:
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def _picked(following: Following, fits: Callable[[Record], bool], after: str | None) -> tuple[list[Record], str | None]:
    """A page of those that fit. The place to go on from may come with a short page, or an empty one."""
    picked: list[Record] = []
    for size in (PAGE + 1, *[BATCH] * MOST_BATCHES):
        batch = following(after, size)
        for record in batch:
            after = record.id
            if fits(record):
                picked.append(record)
                if len(picked) == PAGE:
                    return picked, after
        if len(batch) < size:
            return picked, None
    return picked, after


def require(store: Store, kind: Kind, id: str) -> Record:
    """The record, deprovisioned or not. NotFound."""
    record = store.get(Ref(kind, id)) if _ID.fullmatch(id) else None
    if record is None:
        raise NotFound
    return record


def name_of(record: Record | None) -> str:
    """What people call it; the userName if there is nothing better."""
    if record is None:
        return "somebody who is gone"
    document = record.document
    if record.kind == "Group":
        return str(document.get("displayName", record.id))
    name = document.get("name", {})
    spelled = " ".join(part for part in (name.get("givenName"), name.get("familyName")) if part)
    return str(document.get("displayName") or name.get("formatted") or spelled or document.get("userName", record.id))


def address_of(document: Document) -> str:
    """Where an invitation goes, empty if nowhere."""
    try:
        return identity.address(document) or ""
    except InvalidValue:
        return ""
