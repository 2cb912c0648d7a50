"""What PATCH refuses, with which scimType, and that nothing then has happened (RFC 7644 §3.5.2, §3.12)."""

import copy

import pytest

from scim.protocol import patch
from scim.protocol.definitions import USER
from scim.protocol.errors import InvalidFilter, InvalidPath, InvalidValue, Mutability, NoTarget
from tests.protocol.patches import BARBARA, BARE, CORE, ENTERPRISE, GROUP_URN, add, patched, remove, replace

REFUSALS = {
    "F2-unknown-path": (replace("department", "x"), InvalidPath, "'department' is no attribute of a User."),
    "F2-unknown-sub-attribute": (replace("name.nick", "x"), InvalidPath, "'name.nick' is no attribute of a User."),
    "F2-sub-attribute-of-a-simple-one": (replace("title.value", "x"), InvalidPath, "'title.value' is no attribute"),
    "F2-unknown-sub-attribute-by-filter": (
        replace('emails[type eq "work"].nick', "x"), InvalidPath, "is no attribute of a User."),
    "F2-unknown-urn": (add("urn:example:2.0:User:tag", "x"), InvalidPath, "is no attribute of a User."),
    "F2-extension-of-another-type": (remove(GROUP_URN), InvalidPath, "is no attribute of a User."),
    "F2-members-of-a-user": (add("members", [{"value": "x"}]), InvalidPath, "'members' is no attribute of a User."),
    "A5-dunder": (add("__class__", "x"), InvalidPath, "'__class__'"),
    "71-index": (replace("emails[0].value", "x"), InvalidPath, "emails[0]"),
    "71-bad-path": (replace("emails..value", "x"), InvalidPath, "'emails..value'"),
    "71-empty-path": (remove(""), InvalidPath, "''"),
    "71-bad-filter": (remove("emails[type = work]"), InvalidFilter, ""),
    "71-bad-filter-in-a-name": (replace(None, {"emails[type = work].value": "x"}), InvalidFilter, ""),
    "71-bad-path-in-a-name": (replace(None, {"emails[0]": "x"}), InvalidPath, "emails[0]"),
    "71-filter-on-a-single-attribute": (
        replace('name[givenName eq "Barbara"].familyName', "x"), InvalidPath, "name has no values to choose from."),
    "64-replace-without-match": (replace('emails[type eq "fax"]', {"value": "x"}), NoTarget, "matches no value"),
    "64-replace-without-values": (replace('phoneNumbers[type eq "fax"]', {"value": "x"}), NoTarget, "matches no value"),
    "64-filter-that-describes-nothing": (
        replace('emails[type eq "fax" or type eq "x"].value', "x"), NoTarget, "does not tell what to create."),
    "64-filter-of-another-operator": (add('emails[type sw "f"].value', "x"), NoTarget, "does not tell what to create."),
    "64-filter-on-an-unknown-sub-attribute": (add('emails[kind eq "f"].value', "x"), NoTarget, "does not tell"),
    "73-value-that-contradicts-the-filter": (
        add('emails[type eq "fax"]', {"type": "other", "value": "x"}), InvalidValue, "contradicts the filter"),
    "73-filter-that-contradicts-itself": (
        add('emails[type eq "fax" and type eq "x"].value', "x"), InvalidValue, "contradicts the filter"),
    "70-remove-required": (remove("userName"), Mutability, "userName is required: it cannot be removed."),
    "70-remove-the-core-schema": (remove(CORE), Mutability, "userName is required: it cannot be removed."),
    "70-required-set-empty": (replace("userName", ""), InvalidValue, "userName is required: give it a value."),
    "70-required-set-null-without-path": (replace(None, {"userName": None}), InvalidValue, "userName is required"),
    "70-id": (replace("id", "x"), Mutability, "id is readOnly"),
    "70-meta": (replace("meta.version", "x"), Mutability, "meta.version is readOnly"),
    "70-groups": (add("groups", [{"value": "x"}]), Mutability, "groups is readOnly"),
    "70-groups-by-filter": (remove('groups[value eq "x"]'), Mutability, "groups is readOnly"),
    "70-readonly-sub-attribute": (
        replace(f"{ENTERPRISE}:manager.displayName", "x"), Mutability, "manager.displayName is readOnly"),
    "70-schemas-replaced": (replace("schemas", [CORE]), Mutability, "schemas is readOnly"),
    "70-schemas-removed": (remove("schemas"), Mutability, "schemas is readOnly"),
    "70-unknown-urn-added": (add("schemas", ["urn:example:x"]), Mutability, "schemas is readOnly"),
    "69-two-primaries-given": (
        add("emails", [{"value": "a", "primary": True}, {"value": "b", "primary": True}]),
        InvalidValue, "emails has more"),
    "69-two-primaries-made": (replace("emails.primary", True), InvalidValue, "emails.primary has more than one"),
    "22-number-for-a-string": (replace("title", 7), InvalidValue, "title must be a string, not a number."),
    "22-number-for-a-sub-attribute": (
        replace('emails[type eq "work"].value', 7), InvalidValue, "emails.value must be a string, not a number."),
    "22-array-of-two": (replace("title", ["a", "b"]), InvalidValue, "title must be a string, not an array."),
    "22-array-of-an-object-without-value": (replace("title", [{"x": "a"}]), InvalidValue, "title must be a string"),
    "22-string-for-an-object": (replace("name", "Barbara"), InvalidValue, "name must be an object, not a string."),
    "22-number-for-an-element": (replace('emails[type eq "work"]', 7), InvalidValue, "emails must be an object"),
    "22-number-in-a-removed-list": (remove("emails", [7]), InvalidValue, "emails[0] must be an object"),
    "F6-boolean-by-another-string": (replace("active", "no"), InvalidValue, "active must be true or false, not 'no'."),
    "67-no-object": (replace(None, [{"active": False}]), InvalidValue, "An operation without a path needs an object"),
    "67-no-object-for-an-extension": (add(None, {ENTERPRISE: "x"}), InvalidValue, f"{ENTERPRISE} needs an object"),
    "2.4-too-many-elements": (add("roles", [str(n) for n in range(1001)]), InvalidValue, "roles has 1001 values"),
}  # fmt: skip


@pytest.mark.parametrize(("done", "error", "detail"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_names_its_reason(done, error, detail):
    with pytest.raises(error) as refusal:
        patched(BARBARA, done)

    assert type(refusal.value) is error
    assert detail in refusal.value.detail


def test_elements_are_limited_however_they_are_added():
    full = {**BARE, "roles": [{"value": str(number)} for number in range(1000)]}

    with pytest.raises(InvalidValue, match="roles has 1001 values"):
        patched(full, add("roles", "one more"))


@pytest.mark.parametrize(("wrong", "error"), [(done, error) for done, error, _ in REFUSALS.values()], ids=REFUSALS)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_61_a_refusal_at_any_position_changes_nothing(position, wrong, error):
    operations = [replace("name.givenName", "Babs"), add("title", "Guide")]
    operations.insert(position, wrong)
    given = copy.deepcopy(BARBARA)

    with pytest.raises(error):
        patch.apply(USER, given, "701984", operations)

    assert given == BARBARA


@pytest.mark.parametrize("position", range(10))
def test_61_ten_operations_and_one_of_them_wrong(position):
    operations = [replace("title", f"Guide {number}") for number in range(10)]
    operations[position] = replace("nothing", "x")
    given = copy.deepcopy(BARBARA)

    with pytest.raises(InvalidPath):
        patch.apply(USER, given, None, operations)

    assert given == BARBARA
