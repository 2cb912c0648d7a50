"""A person and a group of a source become what an identity provider would push."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scim.protocol import resources
from scim.protocol.definitions import ENTERPRISE_SCHEMA, GROUP, USER
from scim.source_records import SourceGroup, SourceUser
from scim.sources.documents import group_document, user_document

BARBARA = SourceUser(
    id="101",
    email="bjensen@example.com",
    active=True,
    given_name="Barbara",
    family_name="Jensen",
    full_name="Barbara Jensen",
    aliases=("babs@example.com",),
    title="Tour Guide",
    department="Tour Operations",
    cost_center="4130",
    organization="Universal Studios",
    employee_number="701984",
)
TEXT = st.text(max_size=12)


def test_a_person_is_a_user_with_the_key_of_the_source_as_external_id():
    resource = resources.read(USER, user_document(BARBARA))

    assert resource.external_id == "101"
    assert resource.document == {
        "userName": "bjensen@example.com",
        "active": True,
        "displayName": "Barbara Jensen",
        "name": {"formatted": "Barbara Jensen", "givenName": "Barbara", "familyName": "Jensen"},
        "title": "Tour Guide",
        "emails": [
            {"value": "bjensen@example.com", "type": "work", "primary": True},
            {"value": "babs@example.com", "type": "other"},
        ],
        ENTERPRISE_SCHEMA.id: {
            "employeeNumber": "701984",
            "department": "Tour Operations",
            "costCenter": "4130",
            "organization": "Universal Studios",
        },
    }


def test_who_is_not_active_there_is_not_active_here():
    assert user_document(replace(BARBARA, active=False))["active"] is False


def test_a_guest_is_a_guest():
    assert user_document(replace(BARBARA, guest=True))["userType"] == "Guest"


def test_what_the_source_does_not_say_is_not_stated():
    bare = SourceUser("101", "bjensen@example.com", active=True)

    assert set(user_document(bare)) == {"schemas", "externalId", "userName", "active", "emails"}


@given(given_name=TEXT, family_name=TEXT, full_name=TEXT, title=TEXT, department=TEXT)
def test_whatever_it_says_the_document_is_one_that_the_protocol_reads(**said):
    body = user_document(replace(BARBARA, **said))

    assert resources.read(USER, body).document["userName"] == "bjensen@example.com"


def test_an_address_that_changes_leaves_the_key_alone():
    moved = user_document(replace(BARBARA, email="barbara@example.com"))

    assert (moved["externalId"], moved["userName"]) == ("101", "barbara@example.com")


def test_a_group_is_named_as_in_the_source():
    resource = resources.read(GROUP, group_document(SourceGroup("00aaa1", "tours@example.com", "Tours")))

    assert (resource.external_id, resource.document, resource.members) == ("00aaa1", {"displayName": "Tours"}, None)
