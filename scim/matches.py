"""Which resources a filter finds: candidates from the best index it pins, judged by the whole of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scim import keys
from scim.ports import Store
from scim.protocol import filter as filters
from scim.protocol.evaluate import compile_filter
from scim.protocol.schema import Document, ResourceType
from scim.records import Record, Ref
from scim.representation import render


@dataclass(frozen=True, slots=True)
class Matches:
    store: Store
    base_url: str

    def of(self, types: Sequence[ResourceType], filter: str | None, client: str) -> Iterator[Document]:
        """Rendered documents, groups with members only where the filter looks at them. Raises InvalidFilter."""
        for type in types:
            if filter is None:
                yield from (self.render(record, client) for record in self.store.scan(type.name))
                continue
            parsed = filters.parse(filter)
            matches = compile_filter(parsed, type)
            with_members = type.name == "Group" and "members" in filter.lower()
            for record in self._candidates(type, parsed, client):
                document = self.render(record, client, with_members=with_members)
                if matches(document):
                    yield document

    def render(self, record: Record, client: str, *, with_members: bool = False) -> Document:
        members = self.store.members(record.id) if with_members else ()
        return render(record, client, self.base_url, members)

    def _candidates(self, type: ResourceType, parsed: filters.Filter, client: str) -> Iterable[Record]:
        """All records that can match, from the best index the filter pins; every record if it pins none."""
        for path, value in filters.equalities(parsed):
            name = keys.core_name(path, type)
            if name == "id" and isinstance(value, str):
                record = self.store.get(Ref(type.name, value))
                return [record] if record and record.wanted else []
            if name in ("members", "members.value") and isinstance(value, str):
                return self._groups_of(value)
            if key := keys.for_equality(path, value, type, client):
                return self.store.find(type.name, key)
        return self.store.scan(type.name)

    def _groups_of(self, user_id: str) -> list[Record]:
        user = self.store.get(Ref("User", user_id))
        groups = [self.store.get(Ref("Group", id)) for id in user.group_ids] if user else []
        return [group for group in groups if group and group.wanted]
