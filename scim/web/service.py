"""What the web application is given: the services it calls and the limits it enforces."""

from dataclasses import dataclass

from scim.groups import Groups
from scim.ports import Clock, Store
from scim.protocol.discovery import Limits
from scim.search import Search
from scim.tokens import Tokens
from scim.users import Users
from scim.web.uses import Uses


@dataclass(frozen=True, slots=True)
class Service:
    """`base_url` is where the SCIM API answers, from the settings and never from a request (threats: A11)."""

    users: Users
    groups: Groups
    search: Search
    tokens: Tokens
    store: Store
    limits: Limits
    base_url: str
    clock: Clock
    uses: Uses | None = None
