"""What a pass costs: lists, one listing for each group, and a few looks, however many people there are."""

from collections import Counter
from pathlib import Path
from typing import Any

from scim import keys
from scim.jobs import reconcile
from scim.records import Event, Link, Record, Ref, TargetGroup, TargetMember, TargetState, TargetUser
from tests.bridge import make_bridge

PEOPLE, GROUPS = 5000, 200
AT = "2026-01-01T00:00:00.000Z"


class Account:
    """Everybody as wanted, and who asked what."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.people = [TargetUser(f"U{n}", f"p{n}@example.com", f"P {n}", TargetState.ACTIVE) for n in range(PEOPLE)]
        self.listed = [TargetGroup(f"g{n}", f"Group {n}") for n in range(GROUPS)]

    def until(self, ends: float) -> "Account":
        return self

    def calls_made(self) -> int:
        return self.calls.total()

    def protected(self) -> Any:
        self.calls["protected"] += 1
        return {}

    def users(self) -> Any:
        self.calls["users"] += 1
        return self.people

    def groups(self) -> Any:
        self.calls["groups"] += 1
        return self.listed

    def group(self, id: str) -> Any:
        self.calls["group"] += 1
        return next(group for group in self.listed if group.id == id)

    def members(self, id: str) -> Any:
        self.calls["members"] += 1
        return [TargetMember(f"U{n}") for n in range(PEOPLE) if n % GROUPS == int(id[1:])]


def fill(store: Any) -> None:
    for n in range(PEOPLE):
        document = {"userName": f"p{n}@example.com", "displayName": f"P {n}", "active": True}
        create(store, "User", f"u{n}", document, f"U{n}", ())
    for n in range(GROUPS):
        members = [f"u{m}" for m in range(PEOPLE) if m % GROUPS == n]
        create(store, "Group", f"g{n}", {"displayName": f"Group {n}"}, f"g{n}", members)
    for edge in store.unsettled_memberships(float("inf"), PEOPLE):
        store.settle_membership(edge, None)


def create(store: Any, kind: Any, id: str, document: Any, target_id: str, members: Any) -> None:
    link = Link(target_id, "active", settled_version=1, unsettled=False)
    unique = keys.unique_keys(kind, document)
    record = Record(kind, id, document, "okta", AT, AT, origin="adopted", unique_keys=unique, link=link)
    store.create(record, members, Event(f"{kind}{id}", AT, "test", "made", Ref(kind, id)))


def test_five_thousand_people_in_two_hundred_groups_cost_lists_and_a_listing_for_each_group(tmp_path: Path):
    account = Account()
    bridge = make_bridge(tmp_path, target=account)
    fill(bridge.store)

    report = reconcile.run(bridge.runner())

    assert (report.state, report.detail["people"], report.detail["drift"]) == ("healthy", PEOPLE, 0)
    assert account.calls == {"users": 1, "groups": 1, "protected": 1, "members": GROUPS, "group": reconcile.LOOKS}


def test_each_group_has_its_turn_to_be_looked_at(tmp_path: Path):
    account = Account()
    bridge = make_bridge(tmp_path, target=account)
    for n in range(25):
        create(bridge.store, "Group", f"g{n}", {"displayName": f"Group {n}"}, f"g{n}", ())
    account.people, asked = [], []
    account.group = asked.append  # type: ignore[method-assign,assignment]
    account.members = lambda id: []  # type: ignore[method-assign,assignment]

    for _ in range(3):
        reconcile.run(bridge.runner())
        bridge.clock.advance(reconcile.EVERY_SECONDS)

    assert set(asked) == {f"g{n}" for n in range(25)}
