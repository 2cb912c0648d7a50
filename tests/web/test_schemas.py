"""The schemas that are published are the ones that are obeyed (RFC 7643 §4, §7; facts 92, 93)."""

from collections.abc import Iterator
from typing import Any

import pytest

from scim.protocol import discovery
from scim.protocol.definitions import RESOURCE_TYPES, SCHEMAS
from tests.bridge import BASE_URL, ENTERPRISE, GROUP, USER, Bridge


def get(bridge: Bridge, path: str) -> dict[str, Any]:
    answer = bridge.send("GET", path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json(force=True)
    return body


# ── 92: what is published is what is validated ────────────────────────────────────────────────────────────

PUBLISHED = {schema["id"]: schema for schema in discovery.schemas("")["Resources"]}
SAMPLES: dict[str, Any] = {
    "boolean": False,
    "dateTime": "2011-05-13T04:42:34Z",
    "binary": "aGVsbG8=",
    "reference": "https://example.com/babs",
    "string": "Barbara",
}
SPECIAL = {"userName": "babs@example.com", "emails.value": "babs@example.com", "active": False}
WRITABLE = [
    (urn, attribute)
    for urn in (USER, ENTERPRISE)
    for attribute in PUBLISHED[urn]["attributes"]
    if attribute["mutability"] == "readWrite"
]


def sample(attribute: dict[str, Any], prefix: str = "") -> Any:
    """A value of the type that is published, with every part a client may write."""
    name = prefix + attribute["name"]
    if attribute["type"] == "complex":
        writable = [sub for sub in attribute["subAttributes"] if sub["mutability"] == "readWrite"]
        value: Any = {sub["name"]: sample(sub, f"{name}.") for sub in writable}
    else:
        value = SPECIAL.get(name, SAMPLES[attribute["type"]])
    return [value] if attribute["multiValued"] else value


@pytest.mark.parametrize(("urn", "attribute"), WRITABLE, ids=[attribute["name"] for _, attribute in WRITABLE])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_what_is_published_as_writable_is_written_and_read_back(
    bridge: Bridge, method: str, urn: str, attribute: dict[str, Any]
) -> None:
    name, value = attribute["name"], sample(attribute)
    part = {name: value} if urn == USER else {urn: {name: value}}
    if method == "POST":
        user = bridge.post_user(**{"user_name": part.pop("userName", "b@example.com"), **part})
    else:
        user = bridge.post_user()
    path = f"/Users/{user['id']}"
    if method == "PUT":
        bridge.send("PUT", path, {"schemas": [USER, ENTERPRISE], "userName": user["userName"], **part})
    if method == "PATCH":
        bridge.patch(path, {"op": "replace", "path": f"{urn}:{name}", "value": value})

    read = get(bridge, path)

    assert (read if urn == USER else read[urn])[name] == value


def test_what_is_shown_is_published(bridge: Bridge) -> None:
    """Not one name in an answer that no schema declares; common attributes are declared by RFC 7643 §3.1."""
    attributes = {attribute["name"]: sample(attribute) for urn, attribute in WRITABLE if urn == USER}
    extension = {attribute["name"]: sample(attribute) for urn, attribute in WRITABLE if urn == ENTERPRISE}
    user = bridge.post_user(attributes.pop("userName"), externalId="x", **attributes, **{ENTERPRISE: extension})
    group = bridge.post_group("Tour Guides", user["id"])

    user = get(bridge, f"/Users/{user['id']}")

    common = {"schemas", "id", "externalId", "meta"}
    assert set(undeclared(user, PUBLISHED[USER]["attributes"])) == common | {ENTERPRISE}
    assert list(undeclared(user[ENTERPRISE], PUBLISHED[ENTERPRISE]["attributes"])) == []
    assert set(undeclared(group, PUBLISHED[GROUP]["attributes"])) <= common
    assert user["groups"]


def undeclared(value: Any, attributes: list[dict[str, Any]]) -> Iterator[str]:
    declared = {attribute["name"]: attribute for attribute in attributes}
    for each in value if isinstance(value, list) else [value]:
        for name, inner in each.items():
            if name not in declared:
                yield name
            elif declared[name]["type"] == "complex":
                yield from undeclared(inner, declared[name]["subAttributes"])


@pytest.mark.parametrize("name", ["groups", "password"])
def test_what_is_published_as_read_only_or_write_only_is_accepted_and_not_kept(bridge: Bridge, name: str) -> None:
    attribute = next(each for each in PUBLISHED[USER]["attributes"] if each["name"] == name)

    user = bridge.post_user(**{name: [{"value": "x"}] if attribute["multiValued"] else "x"})

    assert attribute["mutability"] in ("readOnly", "writeOnly")
    assert name not in user


@pytest.mark.parametrize(("urn", "attribute"), WRITABLE, ids=[attribute["name"] for _, attribute in WRITABLE])
def test_what_is_published_as_its_type_is_the_type_that_is_demanded(
    bridge: Bridge, urn: str, attribute: dict[str, Any]
) -> None:
    wrong = 7 if attribute["type"] != "complex" else True
    user = bridge.post_user()

    answer = bridge.patch(
        f"/Users/{user['id']}", {"op": "replace", "path": f"{urn}:{attribute['name']}", "value": wrong}
    )

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidValue")


@pytest.mark.parametrize(
    ("urn", "name"),
    [(urn, each["name"]) for urn in (USER, GROUP) for each in PUBLISHED[urn]["attributes"] if each["required"]],
)
def test_what_is_published_as_required_is_demanded(bridge: Bridge, urn: str, name: str) -> None:
    answer = bridge.send("POST", "/Users" if urn == USER else "/Groups", {"schemas": [urn]})

    assert answer.status_code == 400
    assert name in answer.get_json(force=True)["detail"]


def test_the_schemas_that_are_published_are_the_objects_the_validator_reads() -> None:
    for type in RESOURCE_TYPES.values():
        for schema in type.schemas():
            assert SCHEMAS[schema.id.lower()] is schema
        assert type.schema.attributes.items() <= type.attributes.items()


# ── 93: references between users and groups ───────────────────────────────────────────────────────────────


def test_every_reference_between_users_and_groups_resolves(bridge: Bridge) -> None:
    user = bridge.post_user()
    group = bridge.post_group("Tour Guides", user["id"])
    user = get(bridge, f"/Users/{user['id']}")

    assert get(bridge, user["groups"][0]["$ref"].removeprefix(BASE_URL))["id"] == group["id"]
    assert get(bridge, group["members"][0]["$ref"].removeprefix(BASE_URL)) == user


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_groups_in_a_body_change_no_membership(bridge: Bridge, method: str) -> None:
    user, group = bridge.post_user("other@example.com"), bridge.post_group()
    body = {"schemas": [USER], "userName": "x@example.com", "groups": [{"value": group["id"]}]}

    answer = bridge.send(method, "/Users" if method == "POST" else f"/Users/{user['id']}", body)

    assert "groups" not in answer.get_json(force=True)
    assert get(bridge, f"/Groups/{group['id']}") == group


@pytest.mark.parametrize("name", ["value", "$ref", "type", "display"])
def test_the_parts_of_a_member_are_immutable_and_those_of_groups_read_only(name: str) -> None:
    members = next(each for each in PUBLISHED[GROUP]["attributes"] if each["name"] == "members")
    groups = next(each for each in PUBLISHED[USER]["attributes"] if each["name"] == "groups")
    parts = {sub["name"]: sub["mutability"] for sub in members["subAttributes"]}

    assert parts[name] == "immutable"
    assert {groups["mutability"], *(sub["mutability"] for sub in groups["subAttributes"])} == {"readOnly"}
