from copy import deepcopy
from types import MappingProxyType

import pytest

from scim.protocol.definitions import ENTERPRISE_SCHEMA, GROUP, USER
from scim.protocol.errors import InvalidValue
from scim.protocol.projection import MOST_NAMES, NOTHING, parse_projection, project, wants
from scim.protocol.schema import Attribute, ResourceType, Schema

ENTERPRISE = ENTERPRISE_SCHEMA.id
CORE = USER.schema.id

BARBARA = {
    "schemas": [CORE, ENTERPRISE],
    "id": "2819",
    "userName": "bjensen",
    "name": {"familyName": "Jensen", "givenName": "Barbara"},
    "emails": [{"value": "bjensen@example.com", "type": "work"}, {"type": "home"}],
    ENTERPRISE: {"department": "Tours", "manager": {"value": "26", "displayName": "John Smith"}},
    "meta": {"resourceType": "User", "version": 'W/"1"'},
}
ALWAYS = {"schemas": BARBARA["schemas"], "id": BARBARA["id"]}


def without(*names):
    return {name: value for name, value in BARBARA.items() if name not in names}


ATTRIBUTES = {
    "simple": ("userName", {"userName": "bjensen"}),
    "ignores-case": ("USERNAME", {"userName": "bjensen"}),
    "several-with-spaces": ("userName, name", {"userName": "bjensen", "name": BARBARA["name"]}),
    "sub-attribute": ("name.familyName", {"name": {"familyName": "Jensen"}}),
    "two-sub-attributes": ("name.familyName,name.GIVENNAME", {"name": BARBARA["name"]}),
    "sub-attribute-of-a-multi-valued": ("emails.value", {"emails": [{"value": "bjensen@example.com"}]}),
    "sub-attribute-nobody-has": ("emails.display", {}),
    "the-whole-outdoes-a-part": ("name.familyName,name", {"name": BARBARA["name"]}),
    "core-urn": (f"{CORE}:name.familyName", {"name": {"familyName": "Jensen"}}),
    "core-urn-in-another-case": (f"{CORE.lower()}:userName", {"userName": "bjensen"}),
    "core-urn-alone": (CORE, without(ENTERPRISE)),
    "core-urn-alone-and-a-part": (f"{CORE},name.familyName", without(ENTERPRISE)),
    "extension-attribute": (f"{ENTERPRISE}:department", {ENTERPRISE: {"department": "Tours"}}),
    "extension-sub-attribute": (f"{ENTERPRISE}:manager.value", {ENTERPRISE: {"manager": {"value": "26"}}}),
    "extension-whole": (ENTERPRISE.upper(), {ENTERPRISE: BARBARA[ENTERPRISE]}),
    "extension-whole-and-a-part": (f"{ENTERPRISE}:department,{ENTERPRISE}", {ENTERPRISE: BARBARA[ENTERPRISE]}),
    "extension-attribute-without-its-urn": ("department", {}),
    "always-ones-are-there-anyway": ("id", {}),
    "part-of-an-always-one": ("id.value", {}),
    "unknown": ("nope", {}),
    "unknown-urn": ("urn:example:custom:2.0:User:userName", {}),
    "another-type's-urn": (f"{GROUP.schema.id}:userName", {}),
    "meta-only-if-named": ("meta.version", {"meta": {"version": 'W/"1"'}}),
    "list-of-a-search-request": (["userName", "meta.version"], {"userName": "bjensen", "meta": {"version": 'W/"1"'}}),
}

EXCLUDED = {
    "simple": ("userName", without("userName")),
    "ignores-case": ("USERNAME", without("userName")),
    "sub-attribute": ("name.familyName", {**BARBARA, "name": {"givenName": "Barbara"}}),
    "all-sub-attributes": ("name.familyName,name.givenName", without("name")),
    "sub-attribute-of-a-multi-valued": ("emails.type", {**BARBARA, "emails": [{"value": "bjensen@example.com"}]}),
    "the-whole-outdoes-a-part": ("emails.type,emails", without("emails")),
    "core-urn": (f"{CORE}:userName", without("userName")),
    "core-urn-alone": (CORE, {**ALWAYS, ENTERPRISE: BARBARA[ENTERPRISE]}),
    "extension-attribute": (f"{ENTERPRISE}:manager", {**BARBARA, ENTERPRISE: {"department": "Tours"}}),
    "extension-whole": (ENTERPRISE, without(ENTERPRISE)),
    "always-ones-stay": ("id,schemas,SCHEMAS", BARBARA),
    "unknown": ("nope,department", BARBARA),
    "meta": ("meta", without("meta")),
}


@pytest.mark.parametrize(("names", "expected"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_attributes_shows_what_is_named_and_what_is_always_returned(names, expected):
    projection = parse_projection(names, None)

    assert project(BARBARA, projection, USER) == {**ALWAYS, **expected}


@pytest.mark.parametrize(("names", "expected"), EXCLUDED.values(), ids=EXCLUDED)
def test_excluded_attributes_hides_what_is_named_save_what_is_always_returned(names, expected):
    projection = parse_projection(None, names)

    assert project(BARBARA, projection, USER) == expected


@pytest.mark.parametrize("names", [None, "", " , ", [], [""]])
def test_naming_nothing_asks_for_the_default(names):
    projection = parse_projection(names, names)

    assert projection == NOTHING
    assert project(BARBARA, projection, USER) == BARBARA


def test_both_parameters_exclude_each_other():
    with pytest.raises(InvalidValue, match="exclude each other"):
        parse_projection("userName", ["emails"])


@pytest.mark.parametrize("names", ["user name", "emails[0]", "a.b.c", "userName;id", ['emails[type eq "work"]'], "é"])
def test_name_that_is_no_attribute_path_is_invalid_value(names):
    with pytest.raises(InvalidValue):
        parse_projection(names, None)
    with pytest.raises(InvalidValue):
        parse_projection(None, names)


def test_more_names_than_any_schema_has_are_refused():
    parse_projection(None, ",".join(["a"] * MOST_NAMES))

    with pytest.raises(InvalidValue, match=str(MOST_NAMES)):
        parse_projection(None, ",".join(["a"] * (MOST_NAMES + 1)))


@pytest.mark.parametrize("names", ["password", "PASSWORD,userName", f"{CORE}:password", CORE])
def test_never_is_not_returned_even_if_asked_for(names):
    document = {**BARBARA, "password": "t1meMa$heen"}

    assert "password" not in project(document, parse_projection(names, None), USER)
    assert "password" not in project(document, parse_projection(None, "emails"), USER)
    assert "password" not in project(document, NOTHING, USER)


SUBS = MappingProxyType(
    {
        "code": Attribute("code", "", returned="always"),
        "level": Attribute("level", ""),
        "secret": Attribute("secret", "", returned="never"),
        "log": Attribute("log", "", returned="request"),
    }
)
BADGE = Attribute("badge", "", "complex", multi_valued=True, sub_attributes=SUBS)
OWN = MappingProxyType({"badge": BADGE, "history": Attribute("history", "", returned="request")})
VISITOR = ResourceType("User", "/Visitors", "", Schema("urn:example:visitor", "Visitor", "", OWN), (), OWN)
VISITORS = {"badge": [{"code": "a", "level": "1", "secret": "s", "log": "l"}], "history": "h"}

CHARACTERISTICS = {
    "default": (None, None, {"badge": [{"code": "a", "level": "1"}]}),
    "request-named": ("history", None, {"history": "h"}),
    "whole-complex-named": ("badge", None, {"badge": [{"code": "a", "level": "1"}]}),
    "request-sub-attribute-named": ("badge.log", None, {"badge": [{"code": "a", "log": "l"}]}),
    "never-sub-attribute-named": ("badge.secret", None, {"badge": [{"code": "a"}]}),
    "always-sub-attribute-excluded": (None, "badge.code,badge.level", {"badge": [{"code": "a"}]}),
    "request-not-returned-for-being-excluded": (None, "nope", {"badge": [{"code": "a", "level": "1"}]}),
}


@pytest.mark.parametrize(("attributes", "excluded", "expected"), CHARACTERISTICS.values(), ids=CHARACTERISTICS)
def test_characteristic_returned_holds_at_every_level(attributes, excluded, expected):
    projection = parse_projection(attributes, excluded)

    assert project(VISITORS, projection, VISITOR) == expected


@pytest.mark.parametrize(("attributes", "excluded"), [(None, None), ("emails.value", None), (None, "emails.value")])
def test_projecting_leaves_its_argument_alone(attributes, excluded):
    document = deepcopy(BARBARA)

    projected = project(document, parse_projection(attributes, excluded), USER)
    projected["nickName"] = "Babs"

    assert document == BARBARA


WANTS = {
    "default": (None, None, True),
    "excluded": (None, "Members", False),
    "excluded-in-part": (None, "members.display", True),
    "another-excluded": (None, "displayName", True),
    "named": ("MEMBERS", None, True),
    "named-in-part": ("members.value", None, True),
    "named-by-urn": (f"{GROUP.schema.id}:members", None, True),
    "named-by-the-core-urn-alone": (GROUP.schema.id, None, True),
    "another-named": ("displayName", None, False),
}


@pytest.mark.parametrize(("attributes", "excluded", "expected"), WANTS.values(), ids=WANTS)
def test_wants_tells_whether_members_must_be_read(attributes, excluded, expected):
    projection = parse_projection(attributes, excluded)

    assert wants(projection, "members") is expected


def test_what_is_always_returned_is_always_wanted():
    assert wants(parse_projection("userName", None), "ID")
    assert wants(parse_projection(None, "id,schemas"), "schemas")
