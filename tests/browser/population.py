"""Two thousand people and forty groups, as months of work leave them: most in order, some in each kind of trouble."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from scim.jobs import notices
from scim.jobs.pull_notes import SELECTION
from scim.jobs.selection import Selection
from scim.records import Document, Link, TargetGroup
from scim.stores.rows import NEVER
from scim.stores.sqlite import SqliteStore
from tests.bridge import USER
from tests.browser.writing import DAY, Writing, writing
from tests.op.account import StandIn

PEOPLE = 2000
GROUPS = 40
TROUBLED = {"invited": 40, "suspended": 20, "held": 12, "refused": 8, "waiting": 4, "renamed": 4, "switched off": 2}
"""How many stand in each way; everybody else is active. The last two were changed in the account by hand."""
REFUSAL = "1Password will not invite this address: its domain is not among those that the account allows."
ASKED_FOR = "Board"
"""A group of the account alone, whose name the identity provider pushed."""
_GIVEN = ("Barbara", "Mandy", "John", "Alice", "Bob", "Hana", "Oskar", "Bea", "Miguel", "Zoe", "Ingrid", "Tomas", "Ann")
_FAMILY = (
    "Jensen",
    "Pepperidge",
    "Smith",
    "Anderson",
    "Brown",
    "Sato",
    "Lind",
    "Moreau",
    "Ångström",
    "Núñez",
    "Okafor",
)
_TEAMS = ("Tour Guides", "Employees", "Engineering", "Finance", "Payments", "Support", "Sales", "Legal")
_SITES = ("", " Berlin", " Lagos", " Lisbon", " Osaka")
_STATES = {"invited": "TRANSFER_PENDING", "suspended": "SUSPENDED", "switched off": "SUSPENDED"}


@dataclass(frozen=True, slots=True)
class Population:
    """`people`: the ids of those who stand in that way. `groups`: every id; a membership of the third was refused, and
    revocations of the second are held; so are a few of two more, which are there to be decided. `foreign`: groups of
    the account alone, by name.
    """

    people: dict[str, list[str]] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    foreign: dict[str, str] = field(default_factory=dict)

    @property
    def held_group(self) -> str:
        return self.groups[1]

    @property
    def refused_group(self) -> str:
        return self.groups[2]

    @property
    def to_approve(self) -> str:
        return f"group:{self.groups[3]}"

    @property
    def to_discard(self) -> str:
        return f"group:{self.groups[4]}"


def populate(path: Path, account: StandIn) -> Population:
    made = Population()
    standings = [standing for standing, count in TROUBLED.items() for _ in range(count)]
    with writing(path, account) as at:
        for number, standing in enumerate(standings + ["active"] * (PEOPLE - len(standings))):
            made.people.setdefault(standing, []).append(_person(at, number, standing))
        active = made.people["active"]
        for number in range(GROUPS):
            name = _TEAMS[number % len(_TEAMS)] + _SITES[number // len(_TEAMS)]
            made.groups.append(at.group(name, active[number * 40 : number * 40 + 50]))
        for place, count in ((1, 25), (3, 3), (4, 3)):
            at.hold_revocations(made.groups[place], active[place * 40 : place * 40 + count])
        at.refuse_grant(made.refused_group, active[0], "1Password answered 403: the bridge may not manage this group.")
    for name in (ASKED_FOR, "Contractors"):
        made.foreign[name] = str(account.add_group(name)["id"])
    account.set_account(domains=["example.com"])
    store = SqliteStore(str(path))
    store.put_note(SELECTION, Selection(groups=("team0000@example.com",)).to_note())
    notices.tell_unmanaged(store, TargetGroup(made.foreign[ASKED_FOR], ASKED_FOR), time.time())
    store.close()
    return made


def _person(at: Writing, number: int, standing: str) -> str:
    document = _document(number, standing)
    target_id = None
    if standing != "refused":
        email = f"former.{number}@example.com" if standing == "waiting" else document["emails"][0]["value"]
        name = "Renamed By Hand" if standing == "renamed" else document["displayName"]
        target_id = at.in_account(email, name, _STATES.get(standing, "ACTIVE"))
    return at.person(document, link_of(standing, target_id, at.now), days_ago=number % 28)


def _document(number: int, standing: str) -> Document:
    given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number // len(_GIVEN) % len(_FAMILY)]
    email = f"{given.lower()}.{number}@{'elsewhere.example.net' if standing == 'refused' else 'example.com'}"
    return {
        "schemas": [USER],
        "userName": email,
        "displayName": f"{given} {family}",
        "name": {"givenName": given, "familyName": family},
        "emails": [{"value": email, "type": "work", "primary": True}],
        "active": standing not in {"suspended", "held"},
    }


def link_of(standing: str, target_id: str | None, now: float, text: str = "") -> Link:
    """`text`: what the target, or the bridge, says of it."""
    match standing:
        case "refused":
            return Link(target_id, None, attempts=5, next_attempt_at=now + DAY, last_error=text or REFUSAL)
        case "held":
            return Link(target_id, "active", 1, next_attempt_at=NEVER, held_at=now - 7200)
        case "waiting":
            sentence = text or "Only the person can change their sign-in address, on their profile at 1Password.com."
            return Link(target_id, "active", 1, unsettled=False, waiting=sentence)
        case "invited" | "suspended":
            return Link(target_id, standing, 1, unsettled=False)
        case _:
            return Link(target_id, "active", 1, unsettled=False)
