import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.protocol import resources
from scim.protocol.definitions import ENTERPRISE_SCHEMA, GROUP, GROUP_SCHEMA, USER, USER_SCHEMA
from scim.protocol.errors import InvalidSyntax, InvalidValue

CORE, ENTERPRISE, GROUP_URN = USER_SCHEMA.id, ENTERPRISE_SCHEMA.id, GROUP_SCHEMA.id


def user(**attributes):
    return {"schemas": [CORE], "userName": "bjensen@example.com"} | attributes


def group(**attributes):
    return {"schemas": [GROUP_URN], "displayName": "Tour Guides"} | attributes


def document_of(**attributes):
    document = resources.read(USER, user(**attributes)).document
    return {name: value for name, value in document.items() if name != "userName"}


KEPT = {
    "7643-2.1-names-in-any-case": ({"DISPLAYNAME": "Babs", "Name": {"FAMILYNAME": "Jensen"}},
                                   {"displayName": "Babs", "name": {"familyName": "Jensen"}}),
    "7643-2.1-urn-in-any-case": ({ENTERPRISE.upper(): {"Department": "Tours"}}, {ENTERPRISE: {"department": "Tours"}}),
    "7643-2.3.2-boolean": ({"active": False}, {"active": False}),
    "F6-boolean-as-string": ({"active": "False"}, {"active": False}),
    "F6-boolean-as-lower-case-string": ({"active": "true"}, {"active": True}),
    "F6-boolean-in-an-element": ({"emails": [{"value": "b@example.com", "primary": "True"}]},
                                 {"emails": [{"value": "b@example.com", "primary": True}]}),
    "7643-2.3.6-base64": ({"x509Certificates": [{"value": "aGk="}]}, {"x509Certificates": [{"value": "aGk="}]}),
    "7643-2.3.6-base64-without-padding": ({"x509Certificates": ["aGk"]}, {"x509Certificates": [{"value": "aGk"}]}),
    "7643-2.3.6-base64url": ({"x509Certificates": ["_-8="]}, {"x509Certificates": [{"value": "_-8="}]}),
    "7643-2.3.7-reference-is-text": ({"profileUrl": "https://example.com/b"}, {"profileUrl": "https://example.com/b"}),
    "7643-2.4-bare-string-is-the-value": ({"emails": ["b@example.com"]}, {"emails": [{"value": "b@example.com"}]}),
    "7643-2.4-primary-false-is-kept": ({"emails": [{"value": "b@example.com", "primary": False}]},
                                       {"emails": [{"value": "b@example.com", "primary": False}]}),
    "7643-2.4-an-element-twice-is-one": ({"emails": [{"value": "b@example.com"}, {"value": "b@example.com"}]},
                                         {"emails": [{"value": "b@example.com"}]}),
    "7643-2.4-an-element-twice-is-the-primary-one": (
        {"emails": [{"value": "b@example.com"}, {"value": "c@example.com"},
                    {"value": "b@example.com", "primary": True}]},
        {"emails": [{"value": "b@example.com", "primary": True}, {"value": "c@example.com"}]}),
    "7643-2.5-null": ({"title": None, "name": None, "emails": None}, {}),
    "7643-2.5-empty-array": ({"emails": [], "roles": []}, {}),
    "7643-2.5-empty-object": ({"name": {}, ENTERPRISE: {}}, {}),
    "7643-2.5-empty-string": ({"title": "", "name": {"givenName": "", "familyName": "Jensen"}},
                              {"name": {"familyName": "Jensen"}}),
    "7643-2.5-nothing-left": ({"name": {"givenName": None}, "emails": [{}, None], ENTERPRISE: {"department": ""}}, {}),
    "7643-2.5-empty-extension": ({ENTERPRISE: None}, {}),
    "7643-2.5-element-with-empty-value": ({"emails": [{"type": "work", "primary": True, "Value": ""}]}, {}),
    "7643-2.5-value-where-no-value-is-known": ({"name": {"value": "", "givenName": "B"}}, {"name": {"givenName": "B"}}),
    "7643-2.5-element-without-value": ({"roles": [{"display": "Guide"}]}, {"roles": [{"display": "Guide"}]}),
    "7643-2.5-empty-boolean": ({"active": ""}, {}),
    "7643-4.1.1-password-is-dropped": ({"password": "t1meMa$heen", "Password ": 1}, {}),
    "7644-3.3-readonly-is-ignored": ({"id": 1, "meta": "x", "groups": [{"value": "g"}]}, {}),
    "7644-3.3-readonly-sub-attribute-is-ignored": (
        {ENTERPRISE: {"manager": {"value": "26118915", "displayName": "John Smith"}}},
        {ENTERPRISE: {"manager": {"value": "26118915"}}}),
    "unknown-attribute-is-ignored": ({"department": "Tours", "__class__": {}, "name": {"nick": "B"}}, {}),
    "unknown-urn-is-ignored": ({"urn:example:2.0:User": {"tag": 1}}, {}),
    "members-of-a-user-are-ignored": ({"members": 1}, {}),
    "manager-as-a-string": ({ENTERPRISE: {"manager": "26118915"}}, {ENTERPRISE: {"manager": {"value": "26118915"}}}),
    "manager-with-an-empty-value": ({ENTERPRISE: {"manager": {"value": "", "$ref": "../x"}}}, {}),
}  # fmt: skip

REFUSED = {
    "7643-2.3.1-number-for-a-string": ({"title": 7}, "title must be a string, not a number."),
    "7643-2.3.1-boolean-for-a-string": ({"userName": True}, "userName must be a string, not a boolean."),
    "7643-2.3.1-array-for-a-string": ({"title": ["a"]}, "title must be a string, not an array."),
    "7643-2.3.2-number-for-a-boolean": ({"active": 0}, "active must be true or false, not a number."),
    "F6-other-string-for-a-boolean": ({"active": "no"}, "active must be true or false, not 'no'."),
    "F6-blank-string-for-a-boolean": ({"active": " true"}, "active must be true or false, not ' true'."),
    "7643-2.3.6-not-base64": ({"x509Certificates": ["a*b="]}, "x509Certificates[0].value must be base64"),
    "7643-2.3.6-not-ascii": ({"x509Certificates": ["é"]}, "x509Certificates[0].value must be base64"),
    "7643-2.3.8-string-for-an-object": ({"name": "Barbara"}, "name must be an object, not a string."),
    "7643-2.3.8-array-for-an-object": ({"name": [{}, 1]}, "name must be an object, not an array."),
    "7643-2.4-object-for-an-array": ({"emails": {"value": "b"}}, "emails must be an array, not an object."),
    "7643-2.4-string-for-an-array": ({"emails": "b"}, "emails must be an array, not a string."),
    "7643-2.4-number-as-element": ({"emails": [{"value": "b"}, 1]}, "emails[1] must be an object, not a number."),
    "7643-2.4-string-for-an-element-without-value": ({"addresses": ["x"]}, "addresses[0] must be an object"),
    "7643-2.4-two-primaries": ({"emails": [{"value": "b", "primary": True}, {"value": "c", "primary": "true"}]},
                               "emails has more than one value with primary true: mark one at most."),
    "too-many-elements": ({"roles": [str(n) for n in range(1001)]}, "roles has 1001 values: at most 1000 are kept."),
    "sub-attribute": ({"emails": [{"value": 1}]}, "emails[0].value must be a string, not a number."),
    "extension": ({ENTERPRISE: {"manager": {"value": {}, "$ref": 1}}}, f"{ENTERPRISE}:manager.$ref must be a string"),
    "extension-as-array": ({ENTERPRISE: [1]}, f"{ENTERPRISE} must be an object, not an array."),
    "7643-4.1.1-userName-null": ({"userName": None}, "userName is required: give it a value."),
    "7643-4.1.1-userName-empty": ({"userName": ""}, "userName is required: give it a value."),
    "external-id-as-number": ({"externalId": 1}, "externalId must be a string, not a number."),
}  # fmt: skip

NO_USER = {
    "null": None,
    "array": [],
    "string": "{}",
    "7643-3-no-schemas": {"userName": "b"},
    "7643-3-schemas-null": user(schemas=None),
    "7643-3-schemas-empty": user(schemas=[]),
    "7643-3-schemas-as-string": user(schemas=CORE),
    "7643-3-schemas-with-a-number": user(schemas=[CORE, 1]),
    "7643-3-another-type": user(schemas=[GROUP_URN]),
    "7643-3-extension-alone": user(schemas=[ENTERPRISE]),
    "7643-3-a-urn-twice": user(schemas=[CORE, CORE.lower()]),
}


@pytest.mark.parametrize(("attributes", "document"), KEPT.values(), ids=KEPT)
def test_a_user_is_read_into_a_canonical_document(attributes, document):
    assert document_of(**attributes) == document


@pytest.mark.parametrize(("attributes", "detail"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_value_is_refused_by_name(attributes, detail):
    with pytest.raises(InvalidValue) as refusal:
        resources.read(USER, user() | attributes)

    assert refusal.value.detail.startswith(detail)


@pytest.mark.parametrize("body", NO_USER.values(), ids=NO_USER)
def test_what_is_no_user_is_invalid_syntax(body):
    with pytest.raises(InvalidSyntax):
        resources.read(USER, body)


def test_schemas_ignore_case_order_and_strangers():
    body = user(schemas=["urn:example:Custom", ENTERPRISE, CORE.upper()])

    assert resources.read(USER, body).document == {"userName": "bjensen@example.com"}


def test_extension_data_needs_no_urn_in_schemas():
    assert document_of(**{ENTERPRISE: {"costCenter": "4130"}}) == {ENTERPRISE: {"costCenter": "4130"}}


@pytest.mark.parametrize(("given", "kept"), [("701984", "701984"), ("", None), (None, None)])
def test_external_id_stands_beside_the_document(given, kept):
    resource = resources.read(USER, user(ExternalID=given))

    assert resource.external_id == kept
    assert resource.document == {"userName": "bjensen@example.com"}


def test_stated_tells_null_from_absent():
    stated = resources.read(USER, user(Active=None)).stated

    assert stated == {"schemas", "username", "active"}


def test_user_name_keeps_its_spelling():
    assert resources.read(USER, user(userName="BJensen@Example.COM")).document["userName"] == "BJensen@Example.COM"


def test_members_stand_beside_the_document_each_once_in_order():
    resource = resources.read(GROUP, group(members=[{"value": "b", "display": "B"}, "a", {"Value": "b", "$ref": None}]))

    assert resource.members == ("b", "a")
    assert resource.document == {"displayName": "Tour Guides"}


@pytest.mark.parametrize(
    ("attributes", "members"),
    [({}, None), ({"members": None}, None), ({"members": []}, ())],
    ids=["F7-absent", "F7-null", "F7-empty"],
)
def test_no_members_stated_is_not_an_empty_group(attributes, members):
    assert resources.read(GROUP, group(**attributes)).members == members


@pytest.mark.parametrize(
    "members", [{"value": "a"}, "a", "", {}, 1, [{}], [None], [""], [{"value": 1}], [{"$ref": "a"}]]
)
def test_members_that_are_not_understood_are_refused(members):
    with pytest.raises(InvalidValue, match="members"):
        resources.read(GROUP, group(members=members))


def test_a_group_needs_a_name():
    with pytest.raises(InvalidValue, match="displayName is required"):
        resources.read(GROUP, group(displayName=""))


TEXT = st.text("abAB@. é", min_size=1, max_size=6)
EMAIL = st.fixed_dictionaries({"value": TEXT}, optional={"type": TEXT, "primary": st.just(value=False)})
BODIES = st.fixed_dictionaries(
    {"schemas": st.just([CORE]), "userName": TEXT},
    optional={
        "active": st.sampled_from([True, False, "True", "false", None]),
        "name": st.dictionaries(st.sampled_from(["givenName", "FAMILYNAME", "other"]), TEXT | st.just("")),
        "emails": st.lists(EMAIL | TEXT, max_size=4),
        "externalId": TEXT,
        "junk": TEXT,
        ENTERPRISE: st.fixed_dictionaries({}, optional={"department": TEXT, "manager": TEXT}),
    },
)


@given(BODIES)
def test_put_of_what_get_shows_changes_nothing(body):
    written = resources.read(USER, body)
    shown = written.document | {
        "schemas": [CORE, ENTERPRISE],
        "id": "2819c223-7f76-453a-919d-413861904646",
        "externalId": written.external_id,
        "meta": {"resourceType": "User", "version": 'W/"1"'},
        "groups": [{"value": "e9e30dba-f08f-4109-8486-d5c6a331660a"}],
    }

    again = resources.read(USER, shown)

    assert (again.document, again.external_id) == (written.document, written.external_id)


@given(BODIES)
def test_the_body_is_never_altered(body):
    before = copy.deepcopy(body)

    resources.read(USER, body)

    assert body == before
