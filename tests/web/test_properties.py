"""What holds for every user and every group, over HTTP: drawn from the schemas as they are published (facts 58, 77)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scim.protocol import discovery
from tests.bridge import ENTERPRISE, GROUP, USER, Bridge

pytestmark = pytest.mark.slow

PUBLISHED = {schema["id"]: schema["attributes"] for schema in discovery.schemas("")["Resources"]}
ONE_BRIDGE = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).filter(str.strip)
ADDRESS = st.builds("{}@example.com".format, st.sampled_from(["babs", "B.Jensen", "b+tours", "x"]))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT,
    "boolean": st.booleans(),
    "reference": st.builds("https://example.com/{}".format, st.integers(0, 99)),
    "binary": st.sampled_from(["aGk=", "aGVsbG8="]),
}


def values(attribute: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What a client may write there. Of several values at most one is primary, and no two are the same."""
    if attribute["type"] != "complex":
        return VALUES[attribute["type"]]
    subs = [sub for sub in attribute["subAttributes"] if sub["mutability"] == "readWrite" and sub["name"] != "primary"]
    parts = {sub["name"]: values(sub) for sub in subs}
    if attribute["name"] == "emails":
        parts["value"] = ADDRESS
    significant = {"value": parts.pop("value")} if "value" in parts else {}
    element = st.fixed_dictionaries(significant, optional=parts).filter(bool)
    if not attribute["multiValued"]:
        return element
    elements = st.lists(element, min_size=1, max_size=3, unique_by=lambda each: repr(sorted(each.items())))
    return st.tuples(elements, st.booleans()).map(first_primary)


def first_primary(drawn: tuple[list[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    (first, *others), primary = drawn
    return [{**first, "primary": True} if primary else first, *others]


def attributes_of(urn: str) -> dict[str, st.SearchStrategy[Any]]:
    return {
        attribute["name"]: values(attribute)
        for attribute in PUBLISHED[urn]
        if attribute["mutability"] == "readWrite" and attribute["name"] not in ("userName", "active")
    }


USERS = st.fixed_dictionaries(
    {"schemas": st.just([USER, ENTERPRISE]), "userName": st.just("bjensen@example.com"), "active": st.booleans()},
    optional={
        **attributes_of(USER),
        ENTERPRISE: st.fixed_dictionaries({}, optional=attributes_of(ENTERPRISE)).filter(bool),
    },
)


def read(bridge: Bridge, path: str) -> dict[str, Any]:
    found: dict[str, Any] = bridge.send("GET", path).get_json(force=True)
    return found


def post(bridge: Bridge, user: dict[str, Any]) -> str:
    answer = bridge.send("POST", "/Users", user)
    assert answer.status_code == 201, answer.text
    return f"/Users/{answer.get_json(force=True)['id']}"


def without_identity(user: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in user.items() if name not in ("id", "meta")}


@ONE_BRIDGE
@given(user=USERS)
def test_what_is_posted_is_read(bridge: Bridge, user: dict[str, Any]) -> None:
    path = post(bridge, user)

    shown = read(bridge, path)

    bridge.send("DELETE", path)
    assert without_identity(shown) | {"schemas": 0} == user | {"schemas": 0}
    assert set(shown["schemas"]) == {USER, *(urn for urn in (ENTERPRISE,) if urn in user)}


@ONE_BRIDGE
@given(user=USERS)
def test_58_a_put_of_what_was_read_changes_nothing(bridge: Bridge, user: dict[str, Any]) -> None:
    path = post(bridge, user)
    before, calls = read(bridge, path), bridge.target.calls()
    bridge.clock.advance(60)

    answer = bridge.send("PUT", path, before)

    after, called = read(bridge, path), bridge.target.calls()
    bridge.send("DELETE", path)
    assert answer.get_json(force=True) == after == before
    assert called == calls


@ONE_BRIDGE
@given(name=TEXT, chosen=st.sets(st.integers(0, 4)))
def test_58_a_put_of_a_group_as_it_was_read_changes_nothing(bridge: Bridge, name: str, chosen: set[int]) -> None:
    users = [bridge.post_user(f"u{n}@example.com")["id"] for n in range(5)]
    made = bridge.send(
        "POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": [{"value": users[n]} for n in chosen]}
    ).get_json(force=True)
    path = f"/Groups/{made['id']}"
    before = read(bridge, path)

    answer = bridge.send("PUT", path, before)

    after = read(bridge, path)
    for gone in (path, *(f"/Users/{id}" for id in users)):
        bridge.send("DELETE", gone)
    assert answer.get_json(force=True) == after == before


def operations(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Every attribute, one by one. What is complex is taken away first, because a replacement would merge."""
    found: list[dict[str, Any]] = []
    for name in {**before, **after}:
        if name == "schemas":
            continue
        if name in before and (name not in after or isinstance(before[name], dict)):
            found.append({"op": "remove", "path": name})
        if name in after:
            found.append({"op": "replace", "path": name, "value": after[name]})
    return found


@ONE_BRIDGE
@given(before=USERS, after=USERS)
def test_77_a_sequence_of_patches_leads_where_a_put_leads(
    bridge: Bridge, before: dict[str, Any], after: dict[str, Any]
) -> None:
    path = post(bridge, before)
    bridge.send("PUT", path, after)
    put = read(bridge, path)
    bridge.send("DELETE", path)
    path = post(bridge, before)

    answers = [bridge.patch(path, operation) for operation in operations(before, after)]

    patched = read(bridge, path)
    bridge.send("DELETE", path)
    assert {answer.status_code for answer in answers} == {200}
    assert without_identity(patched) == without_identity(put)


@ONE_BRIDGE
@given(before=USERS, after=USERS)
def test_77_one_patch_of_all_operations_leads_there_too(
    bridge: Bridge, before: dict[str, Any], after: dict[str, Any]
) -> None:
    path = post(bridge, before)

    answer = bridge.patch(path, *operations(before, after))

    patched = read(bridge, path)
    bridge.send("DELETE", path)
    assert answer.status_code == 200
    assert without_identity(patched) | {"schemas": 0} == after | {"schemas": 0}


@pytest.mark.parametrize("dialect", ["entra", "okta", "onelogin", "jumpcloud", "rippling"])
@ONE_BRIDGE
@given(user=USERS)
def test_what_is_standard_means_the_same_in_every_dialect(bridge: Bridge, dialect: str, user: dict[str, Any]) -> None:
    bridge.dialect = dialect

    path = post(bridge, user)

    shown = read(bridge, path)
    bridge.send("DELETE", path)
    assert without_identity(shown) | {"schemas": 0} == user | {"schemas": 0}
