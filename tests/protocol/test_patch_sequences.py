"""Several operations in one PATCH, the steps they leave, and the externalId."""

import pytest

from scim.protocol import patch
from scim.protocol.definitions import GROUP, USER
from scim.protocol.errors import InvalidValue
from tests.protocol.patches import BARBARA, BARE, ENTERPRISE, GROUP_URN, add, patched, remove, replace


def test_62_an_operation_sees_what_the_ones_before_it_did():
    after = patched(
        BARE,
        add("emails", [{"type": "work", "value": "b@example.com"}]),
        replace('emails[type eq "work"].type', "home"),
        replace('emails[type eq "home"].primary', True),
        add('emails[type eq "work"].value', "c@example.com"),
    )

    assert after["emails"] == [
        {"type": "home", "value": "b@example.com", "primary": True},
        {"type": "work", "value": "c@example.com"},
    ]


def test_66_what_is_done_and_undone_is_nothing():
    result = patch.apply(USER, BARBARA, None, [replace("active", False), replace("active", True)])

    assert (result.document, result.steps) == (BARBARA, ())


def test_68_replace_on_a_missing_complex_attribute_is_add():
    assert patched(BARE, replace("name", {"givenName": "Barbara"}))["name"] == {"givenName": "Barbara"}


def test_69_the_primary_moves_to_an_element_before_the_old_one():
    document = {**BARE, "emails": [{"value": "a", "type": "home"}, {"value": "b", "primary": True}]}

    after = patched(document, replace('emails[type eq "home"].primary', True))

    assert after["emails"] == [{"value": "a", "type": "home", "primary": True}, {"value": "b", "primary": False}]


def test_69_the_primary_that_is_edited_stays_primary():
    document = {**BARE, "emails": [{"value": "a", "primary": True}, {"value": "b"}]}

    assert patched(document, replace("emails.display", "x"))["emails"] == [
        {"value": "a", "primary": True, "display": "x"},
        {"value": "b", "display": "x"},
    ]


def test_74_the_last_attribute_takes_its_extension_along():
    after = patched(BARBARA, remove(f"{ENTERPRISE}:manager"), replace(f"{ENTERPRISE}:department", ""))

    assert ENTERPRISE not in after


def test_74_a_first_attribute_brings_its_extension():
    assert patched(BARE, add(f"{ENTERPRISE}:costCenter", "4130"))[ENTERPRISE] == {"costCenter": "4130"}


def test_the_last_sub_attribute_takes_its_parent_along():
    assert "name" not in patched(BARBARA, remove("name.givenName"), remove("name.familyName"))


def test_steps_name_what_changed_and_nothing_else():
    steps = patch.apply(
        USER,
        BARBARA,
        None,
        [
            replace('emails[type eq "home"].value', "b@x.org"),
            remove('emails[type eq "work"]'),
            add("name.middleName", "Jane"),
            remove(f"{ENTERPRISE}:manager.$ref"),
        ],
    ).steps

    assert steps == (
        {"op": "replace", "path": "/emails/1/value", "value": "b@x.org"},
        {"op": "remove", "path": "/emails/0"},
        {"op": "add", "path": "/name/middleName", "value": "Jane"},
        {"op": "remove", "path": f"/{ENTERPRISE}/manager/$ref"},
    )


def test_steps_take_out_of_the_middle_what_was_removed():
    document = {**BARE, "roles": [{"value": value} for value in "abcde"]}

    steps = patch.apply(USER, document, None, [remove('roles[value eq "b" or value eq "d"]')]).steps

    assert steps == ({"op": "remove", "path": "/roles/3"}, {"op": "remove", "path": "/roles/1"})


def test_steps_replace_a_shorter_list_that_is_another():
    document = {**BARE, "roles": [{"value": value} for value in "abc"]}

    steps = patch.apply(USER, document, None, [replace("roles", ["c", "a"])]).steps

    assert steps == ({"op": "replace", "path": "/roles", "value": [{"value": "c"}, {"value": "a"}]},)


def test_a_required_attribute_the_document_lacks_is_asked_for():
    with pytest.raises(InvalidValue, match="userName is required"):
        patched({"title": "Guide"}, add("active", True))


# ── externalId ────────────────────────────────────────────────────────────────────────────────────────────────

EXTERNAL_IDS = {
    "add-sets-it": (None, add("externalId", "701984"), "701984"),
    "add-replaces-it": ("1", add("externalid", "701984"), "701984"),
    "replace": ("1", replace(None, {"externalId": "701984"}), "701984"),
    "core-urn": ("1", replace(f"{GROUP_URN}:externalId", "701984"), "701984"),
    "remove": ("1", remove("externalId"), None),
    "empty": ("1", replace("externalId", ""), None),
    "untouched": ("1", replace("displayName", "Guides"), "1"),
}


@pytest.mark.parametrize(("before", "done", "after"), EXTERNAL_IDS.values(), ids=EXTERNAL_IDS)
def test_external_id_stands_beside_the_document(before, done, after):
    result = patch.apply(GROUP, {"displayName": "Tour Guides"}, before, [done])

    assert result.external_id == after
    assert "externalId" not in result.document


def test_a_first_external_id_is_added():
    steps = patch.apply(GROUP, {"displayName": "Tour Guides"}, None, [replace("externalId", "1")]).steps

    assert steps == ({"op": "add", "path": "/externalId", "value": "1"},)


def test_a_change_of_the_external_id_alone_is_a_change():
    steps = patch.apply(GROUP, {"displayName": "Tour Guides"}, "1", [replace("externalId", "2")]).steps

    assert steps == ({"op": "replace", "path": "/externalId", "value": "2"},)
