"""Records in the order of their ids, without paying for those that a page skips.

Firestore charges an offset for every document it passes over. Ids are random and so spread evenly: the id at an offset
is guessed, `count()` tells how far the guess is off (one read for a thousand), and a few rounds come close enough
(facts/google_cloud.md §2.5: 191 reads instead of 50,100). A client that reads page after page is not even guessed
for: where each page ended is remembered for a while, which also spares it repeats when records come and go.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from google.cloud.firestore import FieldFilter

from scim.ports import Clock
from scim.records import Kind, Record
from scim.stores.firestore_calls import Calls
from scim.stores.firestore_rows import COLLECTIONS, to_record

SCAN_BATCH = 300
REMEMBERED_SECONDS = 120.0
REMEMBERED_PAGES = 1000

_SPAN = 16**8  # ids are compared by their first eight hexadecimal digits
_NEAR = 150  # so many documents may as well be skipped
_ROUNDS = 8


class Pages:
    def __init__(self, calls: Calls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._ends: OrderedDict[tuple[Kind, int], tuple[str, float]] = OrderedDict()

    def page(self, kind: Kind, offset: int, limit: int) -> list[Record]:
        if limit < 1:
            return []
        if not offset:
            found = self.after(kind, None, limit)
        elif last := self._remembered(kind, offset):
            found = self.after(kind, last, limit)
        else:
            found = self._at(kind, offset, limit)
        if found:
            self._remember(kind, offset + len(found), found[-1].id)
        return found

    def after(self, kind: Kind, last: str | None, limit: int) -> list[Record]:
        query = self._wanted(kind).limit(limit)
        if last is not None:
            query = query.start_after({"__name__": self._calls.document(COLLECTIONS[kind], last)})
        return [to_record(found) for found in self._calls.query(query)]

    def scan(self, kind: Kind) -> Iterator[Record]:
        page = self.after(kind, None, SCAN_BATCH)
        while page:
            yield from page
            page = self.after(kind, page[-1].id, SCAN_BATCH)

    def count(self, kind: Kind) -> int:
        return self._calls.count(self._wanted(kind))

    def _at(self, kind: Kind, offset: int, limit: int) -> list[Record]:
        total = self.count(kind)
        if offset >= total:
            return []
        start, rank = self._seek(kind, offset, total)
        query = self._from(kind, start).offset(offset - rank).limit(limit)
        return [to_record(found) for found in self._calls.query(query)]

    def _seek(self, kind: Kind, offset: int, total: int) -> tuple[int, int]:
        """A place at or shortly before `offset`, and how many records come before it."""
        low, low_rank, high, high_rank = 0, 0, _SPAN, total
        for _ in range(_ROUNDS):
            short = offset - low_rank - _NEAR // 2
            guess = low + (high - low) * short // max(high_rank - low_rank, 1)
            if offset - low_rank <= _NEAR or not low < guess < high:
                break
            end = {"__name__": self._place(kind, guess)}
            rank = low_rank + self._calls.count(self._from(kind, low).end_before(end))
            if rank <= offset:
                low, low_rank = guess, rank
            else:
                high, high_rank = guess, rank
        return low, low_rank

    def _from(self, kind: Kind, start: int) -> Any:
        query = self._wanted(kind)
        return query.start_at({"__name__": self._place(kind, start)}) if start else query

    def _place(self, kind: Kind, number: int) -> Any:
        return self._calls.document(COLLECTIONS[kind], f"{number:08x}")

    def _wanted(self, kind: Kind) -> Any:
        """An equality in the order of names: the automatic index of the one field serves it."""
        collection = self._calls.collection(COLLECTIONS[kind])
        return collection.where(filter=FieldFilter("wanted", "==", 1)).order_by("__name__")

    def _remembered(self, kind: Kind, offset: int) -> str | None:
        last, until = self._ends.get((kind, offset), (None, 0.0))
        return last if until > self._clock() else None

    def _remember(self, kind: Kind, offset: int, last: str) -> None:
        self._ends[kind, offset] = last, self._clock() + REMEMBERED_SECONDS
        self._ends.move_to_end((kind, offset))
        if len(self._ends) > REMEMBERED_PAGES:
            self._ends.popitem(last=False)
