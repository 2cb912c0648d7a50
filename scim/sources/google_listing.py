"""A listing of the Directory API, all pages of it or SourceIncomplete.

Google never says how many rows there are, so a page that lost some, or its `nextPageToken`, looks like any other. What
can be seen is doubted, and doubted pages are asked for once more, until two answers in a row agree:

- a page that goes on although it is not full, or is empty: what is missing in it is missing for good;
- the page that ends a listing nobody else vouches for (`proof`): the rest may have been cut off.

A row that comes twice, or a token that is not taken any more: the listing changed while it was read, or goes round in
a circle, so it is read anew from its first page. A call that fails is repeated with its own token; pages before it stay
read, for a token lives three days.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from scim.records import Document
from scim.source_records import SourceIncomplete
from scim.sources.google_calls import Calls, Query
from scim.sources.google_refusals import Outdated
from scim.sources.google_rows import Malformed

READINGS = 3
ANSWERS = 4
LONGEST_SECONDS = 3300.0  # Google gives up after an hour of paging

Row = TypeVar("Row")


class Changed(SourceIncomplete):
    """What was read does not fit together; reading it anew may help."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: list[Row]
    ids: tuple[str, ...]
    token: str

    def agrees(self, other: "Page[Row]") -> bool:
        """Tokens may differ: nobody promised that the same page gets the same one."""
        return self.ids == other.ids and bool(self.token) == bool(other.token)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """`name`: of the array in an answer, which is of the kind `admin#directory#NAME`; `asked`: what it lists, in words;
    `most`: rows of a full page; `read`: a row as a record with an `id`.
    """

    path: str
    name: str
    asked: str
    most: int
    read: Callable[[Document], Row]
    query: Query = field(default_factory=dict)

    def whole(self, calls: Calls, *, proof: bool) -> list[Row]:
        """Every row, each once. `proof`: nothing else says whether these are all. SourceError."""
        for reading in range(1, READINGS + 1):
            try:
                return list(self._rows(calls, proof=proof))
            except (Changed, Outdated) as changed:
                if reading == READINGS:
                    raise SourceIncomplete(f"{changed} It was read {READINGS} times.") from changed
        raise AssertionError

    def _rows(self, calls: Calls, *, proof: bool) -> Iterator[Row]:
        ends = calls.clock() + LONGEST_SECONDS
        token, full = "", self.most
        ids: set[str] = set()
        while True:
            page = self._page(calls, token)
            if (page.token and len(page.ids) < full) or (proof and not page.token):
                page = self._agreed(calls, token, page)
            if page.token:
                full = min(full, self._going_on(page))
            before = len(ids)
            ids.update(page.ids)
            if len(ids) < before + len(page.ids):
                raise Changed(f"Google lists a row of {self.asked} twice: the list changed while it was read.")
            yield from page.rows
            if not page.token:
                return
            if calls.clock() > ends:
                raise SourceIncomplete(f"Google takes more than an hour to list {self.asked}.")
            token = page.token

    def _going_on(self, page: Page[Row]) -> int:
        """How many rows a page of this listing has that goes on."""
        if not page.ids:
            raise SourceIncomplete(f"Google shows an empty page in the midst of {self.asked}, again and again.")
        return len(page.ids)

    def _agreed(self, calls: Calls, token: str, page: Page[Row]) -> Page[Row]:
        for _ in range(ANSWERS - 1):
            again = self._page(calls, token)
            if again.agrees(page):
                return again
            page = again
        raise SourceIncomplete(f"Google shows a page of {self.asked} differently each time it is asked.")

    def _page(self, calls: Calls, token: str) -> Page[Row]:
        query = {**self.query, "maxResults": self.most, **({"pageToken": token} if token else {})}
        answer = calls.get(self.path, query, self.asked)
        rows = [self.read(row) for row in self._array(answer)]
        following = answer.get("nextPageToken", "")
        if not isinstance(following, str):
            raise Malformed(f"Google's answer about {self.asked} has a nextPageToken that is none.")
        return Page(rows, tuple(row.id for row in rows), following)  # type: ignore[attr-defined]

    def _array(self, answer: Document) -> list[Document]:
        """An empty list is left out by Google; then its `kind` has to say that this is one."""
        rows: Any = answer.get(self.name, [])
        kind = f"admin#directory#{self.name}"
        wrong = answer.get("kind", kind if self.name in answer else "") != kind
        if wrong or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Changed(f"What Google answers is no list of {self.asked}.")
        return rows
