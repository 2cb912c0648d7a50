"""If-Match and If-None-Match (RFC 7644 §3.14, RFC 9110 §13): parsed once, compared weakly."""

import re
from dataclasses import dataclass

from scim.protocol.errors import BadRequest, PreconditionFailed
from scim.records import Record
from scim.representation import etag

_TAGS = re.compile(r'\s*(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')


@dataclass(frozen=True, slots=True)
class Condition:
    """What a request demands of the version it meets. `tags=None` demands nothing; `("*",)` demands existence."""

    tags: tuple[str, ...] | None = None

    def holds(self, record: Record) -> bool:
        return self.tags is None or "*" in self.tags or _opaque(etag(record)) in self.tags

    def require(self, record: Record) -> None:
        if not self.holds(record):
            raise PreconditionFailed(
                f"The {record.kind} is at version {etag(record)}, not at the one that If-Match names. Read it again."
            )


NO_CONDITION = Condition()


def parse(header: str | None, name: str) -> Condition:
    """A header's tags; a malformed one is a 400, for a condition that is not understood must not be passed."""
    if header is None:
        return NO_CONDITION
    if header.strip() == "*":
        return Condition(("*",))
    tags, position = [], 0
    while position < len(header):
        found = _TAGS.match(header, position)
        if not found:
            raise BadRequest(f'{name} must be "*" or a list of entity-tags such as W/"3".')
        tags.append(found.group(1))
        position = found.end()
    if not tags:
        raise BadRequest(f'{name} is empty; it must be "*" or a list of entity-tags such as W/"3".')
    return Condition(tuple(tags))


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/").strip('"')
