"""What the screens are given: what is stored, whom to ask for the rest, and what to say of this installation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import current_app

from scim.admin.connections_known import Connections
from scim.operations import Operations
from scim.ports import Clock, Ids, Store


class Account(Protocol):
    """What a desk can do in an embedded target that only the people themselves can do in a real one."""

    def world(self) -> dict[str, Any]: ...
    def accept(self, email: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Setting:
    """`origin`: the environment, its default, or what it follows from."""

    name: str
    value: str
    default: str
    origin: str
    description: str


@dataclass(frozen=True, slots=True)
class Installation:
    """What is said of it. `target`: what people call the target. `source`: the system that is pulled, else empty.
    `base_url`: what an identity provider is told. `settings` are asked for when they are shown.
    """

    base_url: str
    target: str
    source: str
    settings: Callable[[], Sequence[Setting]]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Services:
    store: Store
    operations: Operations
    connections: Connections
    installation: Installation
    clock: Clock
    event_id: Ids
    account: Account | None = None


def services() -> Services:
    found: Services = current_app.extensions["admin"]
    return found
