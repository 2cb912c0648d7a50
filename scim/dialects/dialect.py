"""A dialect: what one identity provider does differently, as named quirks that are taken off before the protocol reads.

A quirk is a pure function from body to body, or from filter to filter. It never alters its argument, passes on what it
does not know, and has its evidence in its docstring; `table` prints them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from scim.dialects import tolerances
from scim.records import Document, Kind

BodyQuirk = Callable[[Kind, Document], Document]
FilterQuirk = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The quirks of a dialect beyond the ones every dialect has (`tolerances`), in the order they are taken off."""

    name: str
    title: str
    resource_quirks: tuple[BodyQuirk, ...] = ()
    patch_quirks: tuple[BodyQuirk, ...] = ()
    filter_quirks: tuple[FilterQuirk, ...] = ()

    def standardise_resource(self, kind: Kind, body: Any) -> Any:
        """A body of POST or PUT as RFC 7643 would have it. What is no object is the protocol's to refuse."""
        return _without(self.resource_quirks + tolerances.RESOURCE, kind, body)

    def standardise_patch(self, kind: Kind, body: Any) -> Any:
        """A body of PATCH as RFC 7644 §3.5.2 would have it."""
        return _without(self.patch_quirks + tolerances.PATCH, kind, body)

    def standardise_filter(self, text: str) -> str:
        """A filter as RFC 7644 §3.4.2.2 would have it. What is wrong in any other way stays wrong."""
        return reduce(lambda found, quirk: quirk(found), self.filter_quirks + tolerances.FILTER, text)


def _without(quirks: tuple[BodyQuirk, ...], kind: Kind, body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return reduce(lambda document, quirk: quirk(kind, document), quirks, body)
