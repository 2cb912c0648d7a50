"""Markup that would run if a screen took it for anything but text, in every place where others' words are shown."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scim.jobs import notices
from scim.jobs.work import instant
from scim.records import Report, TargetGroup
from scim.stores.sqlite import SqliteStore
from tests.bridge import ENTERPRISE, USER
from tests.browser.population import link_of
from tests.browser.writing import DAY, Writing, writing
from tests.op.account import StandIn

MARK = "data-canary"
"""An attribute of every element that a payload would make."""
_RUNS = "alert(1)"
PAYLOADS = (
    f"<script {MARK}>{_RUNS}</script>",
    f'"><img {MARK} src=x onerror="{_RUNS}">',
    f"'><svg {MARK} onload={_RUNS}></svg>",
    f"</code></title></textarea></option><iframe {MARK} srcdoc='<script>parent.{_RUNS}</script>'></iframe>",
    f"<details {MARK} open ontoggle={_RUNS}>{{{{7*7}}}}",
    f"javascript:{_RUNS}//",
)
_STANDINGS = ("refused", "waiting", "held", "active", "invited", "refused")


@dataclass(frozen=True, slots=True)
class Planted:
    """Ids of what carries the payloads, in their order. `foreign`: groups of the account alone."""

    people: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


def plant(path: Path, account: StandIn) -> Planted:
    """In every attribute, group name, target error, actor and report. The account shows other names than are wanted, so
    that drift carries them too.
    """
    planted = Planted()
    with writing(path, account) as at:
        for number, payload in enumerate(PAYLOADS):
            planted.people.append(_person(at, number, payload))
        for payload in PAYLOADS:
            planted.groups.append(at.group(payload, planted.people, actor=payload))
        at.hold_revocations(planted.groups[0], planted.people[:3])
        for group, payload in zip(planted.groups[1:], PAYLOADS[1:], strict=True):
            at.refuse_grant(group, planted.people[3], payload)
    planted.foreign.extend(str(account.add_group(f"{payload} ")["id"]) for payload in PAYLOADS)
    store = SqliteStore(str(path))
    for id, payload in zip(planted.foreign, PAYLOADS, strict=True):
        notices.tell_unmanaged(store, TargetGroup(id, payload), time.time())
        detail = {"reason": payload, "skipped": payload, payload: 3}
        store.put_report(Report(payload, instant(time.time()), instant(time.time() + DAY), "degraded", detail))
    store.close()
    return planted


def _person(at: Writing, number: int, payload: str) -> str:
    standing, target_id = _STANDINGS[number], None
    if standing != "refused":
        local = "former" if standing == "waiting" else "canary"
        state = "TRANSFER_PENDING" if standing == "invited" else "ACTIVE"
        target_id = at.in_account(f"{local}{number}@example.com", f"{payload} by hand", state)
    return at.person(user(payload, number), link_of(standing, target_id, at.now, payload), 1, actor=payload)


def user(payload: str, number: int) -> dict[str, Any]:
    """A user with it in every attribute that may hold it (RFC 7643 §4.1); what stands before the @ is an address."""
    simple = ("nickName", "title", "userType", "profileUrl", "locale", "timezone", "preferredLanguage", "displayName")
    listed = ("phoneNumbers", "ims", "photos", "entitlements", "roles", "x509Certificates")
    names = ("formatted", "givenName", "familyName", "middleName", "honorificPrefix", "honorificSuffix")
    places = ("formatted", "streetAddress", "locality", "region", "postalCode", "country", "type")
    enterprise = ("employeeNumber", "costCenter", "organization", "division", "department")
    return {
        "schemas": [USER, ENTERPRISE],
        "userName": f"canary{number}{payload.replace(' ', '/')}",
        "emails": [{"value": f"canary{number}@example.com", "type": payload, "display": payload, "primary": True}],
        "name": dict.fromkeys(names, payload),
        **dict.fromkeys(simple, payload),
        **{name: [{"value": payload, "type": payload, "display": payload}] for name in listed},
        "addresses": [dict.fromkeys(places, payload)],
        ENTERPRISE: {**dict.fromkeys(enterprise, payload), "manager": {"value": payload, "displayName": payload}},
        "active": _STANDINGS[number] != "held",
    }
