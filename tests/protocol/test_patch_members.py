"""What a PATCH asks of a group's members."""

import pytest

from scim.protocol import patch
from scim.protocol.definitions import GROUP
from scim.protocol.errors import InvalidFilter, InvalidPath, InvalidValue, Mutability, NoTarget
from scim.protocol.membership import MembershipChange
from tests.protocol.patches import GROUP_URN, add, remove, replace

GRANTED = MembershipChange(add=("a", "b"))
MEMBERS = {
    "3.5.2.1-add": (add("members", [{"value": "a"}, {"value": "b", "display": "B"}]), GRANTED),
    "entra-add": (add("members", [{"$ref": None, "value": "a"}, {"$ref": None, "Value": "b"}]), GRANTED),
    "add-strings": (add("members", ["a", "b", "a"]), GRANTED),
    "add-one": (add("Members", {"value": "a"}), MembershipChange(add=("a",))),
    "add-without-path": (add(None, {"members": [{"value": "a"}, {"value": "b"}]}), GRANTED),
    "add-by-urn": (add(f"{GROUP_URN}:members", ["a", "b"]), GRANTED),
    "add-none": (add("members", []), None),
    "add-null": (add("members", None), None),
    "3.5.2.3-replace": (replace("members", [{"value": "a"}]), MembershipChange(cleared=True, add=("a",))),
    "okta-replace-without-path": (
        replace(None, {"id": "x", "displayName": "Tour Guides", "members": ["a"]}), MembershipChange(True, ("a",))),
    "F7-replace-with-none": (replace("members", []), MembershipChange(cleared=True)),
    "replace-with-null": (replace("members", None), MembershipChange(cleared=True)),
    "langwatch-7131-rename-keeps-members": (replace(None, {"displayName": "Guides"}), None),
    "null-without-path-says-nothing": (replace(None, {"displayName": "Guides", "members": None}), None),
    "3.5.2.2-remove-everybody": (remove("members"), MembershipChange(cleared=True)),
    "remove-everybody-with-null": (remove("members", None), MembershipChange(cleared=True)),
    "F1-remove-by-filter": (remove('members[value eq "a"]'), MembershipChange(remove=frozenset("a"))),
    "F1-remove-several-by-filter": (
        remove('members[value eq "a" or (VALUE eq "b" or value eq "c")]'), MembershipChange(remove=frozenset("abc"))),
    "F1-remove-by-value-array": (
        remove("members", [{"$ref": None, "value": "a"}]), MembershipChange(remove=frozenset("a"))),
    "F1-remove-by-object": (remove("members", {"value": "a"}), MembershipChange(remove=frozenset("a"))),
    "F1-remove-by-strings": (remove("members", ["a", "b"]), MembershipChange(remove=frozenset("ab"))),
    "F1-remove-nobody": (remove("members", []), None),
}  # fmt: skip

MEMBER_REFUSALS = {
    "filter-by-display": (remove('members[display eq "B"]'), InvalidFilter),
    "filter-by-another-operator": (remove('members[value sw "a"]'), InvalidFilter),
    "filter-with-and": (remove('members[value eq "a" and type eq "User"]'), InvalidFilter),
    "filter-with-not": (remove('members[not (value eq "a")]'), InvalidFilter),
    "filter-with-a-number": (remove("members[value eq 1]"), InvalidFilter),
    "filter-with-an-empty-string": (remove('members[value eq ""]'), InvalidFilter),
    "filter-with-a-sub-attribute-of-value": (remove('members[value.x eq "a"]'), InvalidFilter),
    "add-by-filter": (add('members[value eq "a"]', {"value": "a"}), NoTarget),
    "replace-by-filter": (replace('members[value eq "a"]', {"value": "b"}), NoTarget),
    "93-immutable-value": (replace('members[value eq "a"].value', "b"), Mutability),
    "93-immutable-type": (replace("members.type", "Group"), Mutability),
    "93-sub-attribute-removed": (remove('members[value eq "a"].type'), Mutability),
    "93-immutable-display": (replace('members[value eq "a"].display', "A"), Mutability),
    "unknown-sub-attribute": (replace('members[value eq "a"].nick', "A"), InvalidPath),
    "member-without-value": (add("members", [{"value": "a"}, {"$ref": "b"}]), InvalidValue),
    "member-as-number": (add("members", [1]), InvalidValue),
    "members-as-empty-string": (replace("members", ""), InvalidValue),
    "members-as-empty-object": (replace("members", {}), InvalidValue),
    "remove-empty-string": (remove("members", ""), InvalidValue),
    "70-remove-the-name": (remove("displayName"), Mutability),
}


@pytest.mark.parametrize(("done", "change"), MEMBERS.values(), ids=MEMBERS)
def test_what_is_asked_of_the_members(done, change):
    group = {"displayName": "Tour Guides"}

    assert patch.apply(GROUP, group, None, [done]).membership == change
    assert patch.membership(GROUP, [done]) == change


@pytest.mark.parametrize(("done", "error"), MEMBER_REFUSALS.values(), ids=MEMBER_REFUSALS)
def test_a_refusal_about_members(done, error):
    with pytest.raises(error) as refusal:
        patch.apply(GROUP, {"displayName": "Tour Guides"}, None, [done])

    assert type(refusal.value) is error


def test_one_request_may_remove_and_add():
    operations = [remove('members[value eq "a"]'), add("members", [{"value": "b"}]), replace("displayName", "Guides")]

    result = patch.apply(GROUP, {"displayName": "Tour Guides"}, None, operations)

    assert result.membership == MembershipChange(add=("b",), remove=frozenset("a"))
    assert result.document == {"displayName": "Guides"}


def test_members_leave_no_trace_in_the_document():
    result = patch.apply(GROUP, {"displayName": "Tour Guides"}, None, [add("members", ["a"])])

    assert (result.document, result.steps) == ({"displayName": "Tour Guides"}, ())
