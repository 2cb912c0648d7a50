"""Lists: filter, sort, page, project (RFC 7644 §3.4.2, RFC 9865)."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from scim.matches import Matches
from scim.ports import Clock
from scim.protocol import paging, projection, sorting
from scim.protocol.definitions import RESOURCE_TYPES
from scim.protocol.discovery import Limits, list_response
from scim.protocol.errors import ExpiredCursor
from scim.protocol.messages import SearchRequest
from scim.protocol.projection import Projection
from scim.protocol.schema import Document, ResourceType
from scim.records import Kind, Record, Stale
from scim.representation import with_members


@dataclass(frozen=True, slots=True)
class Asker:
    """Who searches: the client whose externalIds are meant, and the key its cursors are sealed with."""

    client: str
    cursor_key: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """One page of rendered documents, and how many there are in all."""

    total: int
    documents: list[Document]


@dataclass(frozen=True, slots=True)
class Search:
    matches: Matches
    limits: Limits
    clock: Clock

    def run(self, types: Sequence[ResourceType], asked: SearchRequest, asker: Asker) -> Document:
        """A ListResponse. Raises InvalidFilter, InvalidValue, InvalidCursor, ExpiredCursor, InvalidCount."""
        shown = projection.parse_projection(asked.attributes, asked.excluded_attributes)
        if asked.cursor is not None:
            return self._by_cursor(types, asked, asker, shown)
        page = paging.parse_page(asked.start_index, asked.count, self.limits.default_page, self.limits.max_page)
        found = self._page(types, asked, asker.client, page.offset, page.limit)
        resources = [self._shown(document, shown) for document in found.documents]
        return list_response(resources, found.total, startIndex=page.offset + 1, itemsPerPage=len(resources))

    def _by_cursor(
        self, types: Sequence[ResourceType], asked: SearchRequest, asker: Asker, shown: Projection
    ) -> Document:
        """RFC 9865. A cursor says where its own query stands, and is of no use to anybody else."""
        limit = paging.parse_cursor_count(asked.count, self.limits.default_page, self.limits.max_page)
        query = _digest(types, asked)
        position = ""
        if asked.cursor:
            state = paging.open_cursor(
                asker.cursor_key, asked.cursor, query, limit, self.clock(), self.limits.cursor_seconds
            )
            position = state.position
        found, following = self._after(types, asked, asker.client, position, limit)
        resources = [self._shown(document, shown) for document in found.documents]
        paged: Document = {"itemsPerPage": len(resources)}
        if following:
            state = paging.CursorState(following, limit, self.clock())
            paged["nextCursor"] = paging.seal_cursor(asker.cursor_key, state, query)
        return list_response(resources, found.total, **paged)

    def _after(
        self, types: Sequence[ResourceType], asked: SearchRequest, client: str, position: str, limit: int
    ) -> tuple[Found, str]:
        """A page and the position after it, empty at the end. Positions are ids where the store keeps the order."""
        if asked.filter is None and asked.sort_by is None and len(types) == 1:
            kind = types[0].name
            records = self._page_after(kind, position, limit + 1) if limit else []
            page = records[:limit]
            found = Found(self.matches.store.count(kind), [self.matches.render(record, client) for record in page])
            return found, page[-1].id if len(records) > limit else ""
        offset = int(position or 0)
        found = self._page(types, asked, client, offset, limit)
        following = offset + len(found.documents)
        return found, str(following) if found.documents and following < found.total else ""

    def _page_after(self, kind: Kind, position: str, limit: int) -> list[Record]:
        try:
            return self.matches.store.page_after(kind, position or None, limit)
        except Stale as stale:
            raise ExpiredCursor("The resource the page before ended with is gone: start again.") from stale

    def _page(self, types: Sequence[ResourceType], asked: SearchRequest, client: str, offset: int, limit: int) -> Found:
        if asked.filter is None and asked.sort_by is None and len(types) == 1:
            kind = types[0].name
            records = self.matches.store.page(kind, offset, limit) if limit else []
            return Found(self.matches.store.count(kind), [self.matches.render(record, client) for record in records])
        if asked.sort_by is None:
            return _slice(self.matches.of(types, asked.filter, client), offset, limit)
        order = asked.sort_order
        ordered = [
            document
            for type in types
            for document in sorting.sort(self.matches.of((type,), asked.filter, client), asked.sort_by, order, type)
        ]
        return Found(len(ordered), ordered[offset : offset + limit])

    def _shown(self, document: Document, shown: Projection) -> Document:
        """Members are read for the groups of the page only, and only if they will be seen."""
        kind = document["meta"]["resourceType"]
        if kind == "Group" and "members" not in document and projection.wants(shown, "members"):
            document = with_members(document, self.matches.store.members(document["id"]), self.matches.base_url)
        return projection.project(document, shown, RESOURCE_TYPES[kind])


def _slice(documents: Iterator[Document], offset: int, limit: int) -> Found:
    """The page, and the number of all, without keeping more than the page."""
    skipped = sum(1 for _ in islice(documents, offset))
    page = list(islice(documents, limit))
    return Found(skipped + len(page) + sum(1 for _ in documents), page)


def _digest(types: Sequence[ResourceType], asked: SearchRequest) -> bytes:
    """What a cursor is bound to: everything that decides which resources follow in which order."""
    parts = (*(type.name for type in types), asked.filter, asked.sort_by, asked.sort_order)
    return hashlib.sha256(repr(parts).encode()).digest()
