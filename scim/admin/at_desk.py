"""The screens where everything is at hand: a key opens them, and the tokens can be changed."""

import os
import time
from collections.abc import Callable
from typing import Protocol

from flask import Flask

from scim.admin import installation
from scim.admin.app import create_app
from scim.admin.connections_known import Connections, OwnTokens
from scim.admin.door import Door, KeyDoor
from scim.admin.services import Account, Services
from scim.operations import Operations
from scim.ports import Ids, Secrets, Store
from scim.settings import Settings


class Orders(Operations, Protocol):
    """What people ask for is done in this process."""

    @property
    def store(self) -> Store: ...
    @property
    def event_id(self) -> Ids: ...


def door(key: Callable[[], str]) -> Door:
    return KeyDoor(key, time.time)


def tokens(secrets: Secrets, name: str) -> Connections:
    return OwnTokens(secrets, name, time.time)


def screens(chosen: Settings, orders: Orders, own: Connections, door: Door, account: Account | None) -> Flask:
    """`account`: the embedded target, where there is one."""
    said = installation.of(chosen, frozenset(os.environ))
    return create_app(Services(orders.store, orders, own, said, time.time, orders.event_id, account), door)
