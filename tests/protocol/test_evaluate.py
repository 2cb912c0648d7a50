from types import MappingProxyType

import pytest

from scim.protocol.definitions import ENTERPRISE_SCHEMA, GROUP, USER
from scim.protocol.errors import InvalidFilter
from scim.protocol.evaluate import compile_filter, compile_value_filter
from scim.protocol.filter import parse, parse_path
from scim.protocol.schema import Attribute, ResourceType, Schema

ENTERPRISE = ENTERPRISE_SCHEMA.id
CORE = USER.schema.id

BARBARA = {
    "schemas": [CORE, ENTERPRISE],
    "id": "2819c223-7f76-453a-919d-AB",
    "externalId": "BJensen",
    "userName": "BJensen@Example.com",
    "name": {"familyName": "Jensen", "givenName": "Barbara"},
    "displayName": "Straße",
    "active": False,
    "emails": [
        {"value": "bjensen@example.com", "type": "work", "primary": True},
        {"value": "babs@jensen.org", "type": "home"},
    ],
    "addresses": [{"locality": "Hollywood", "type": "work"}],
    "x509Certificates": [{"value": "MIIDQzCC"}],
    "groups": [{"value": "G1", "display": "Tour Guides"}],
    ENTERPRISE: {"employeeNumber": "701984", "department": "Tours", "manager": {"value": "M26", "displayName": "John"}},
    "meta": {"resourceType": "User", "lastModified": "2011-05-13T04:42:34Z", "version": 'W/"3"'},
}

MATCHES = {
    # RFC 7644 §3.4.2.2, Table 3
    "eq": 'userName eq "bjensen@example.com"',
    "ne": 'userName ne "john"',
    "co": 'name.familyName co "ens"',
    "sw": 'userName sw "bj"',
    "ew": 'userName ew ".COM"',
    "pr": "name.familyName pr",
    "gt": 'name.familyName gt "Jensem"',
    "ge": 'name.familyName ge "jensen"',
    "lt": 'name.familyName lt "Jensena"',
    "le": 'name.familyName le "jensen"',
    "pr-of-false": "active pr",
    "pr-of-a-complex": "name pr",
    "pr-of-a-complex-without-value": "addresses pr",
    "pr-of-an-extension-attribute": f"{ENTERPRISE}:manager pr",
    # RFC 7643 §2.2: caseExact
    "userName-ignores-case": 'userName eq "BJENSEN@EXAMPLE.COM"',
    "case-is-folded": 'displayName eq "STRASSE"',
    "id-is-exact": 'id eq "2819c223-7f76-453a-919d-AB"',
    "id-in-another-case-differs": 'id ne "2819C223-7F76-453A-919D-ab"',
    "externalId-is-exact": 'not (externalId eq "bjensen") and externalId eq "BJensen"',
    "certificate-is-exact": 'not (x509Certificates.value eq "miidqzcc") and x509Certificates eq "MIIDQzCC"',
    # §2.3: types
    "boolean": "active eq false",
    "boolean-as-string": 'active eq "False"',
    "boolean-as-string-ne": 'active ne "True"',
    "dateTime-with-another-offset": 'meta.lastModified eq "2011-05-13T06:42:34+02:00"',
    "dateTime-is-chronological": 'meta.lastModified gt "2011-05-13T05:42:33+01:00"',
    "dateTime-with-fraction": 'meta.lastModified lt "2011-05-13T04:42:34.001Z"',
    "dateTime-in-nanoseconds": 'meta.lastModified ge "2011-05-13T04:42:34.000000000Z"',
    "dateTime-without-offset-is-utc": 'meta.lastModified le "2011-05-13T04:42:34"',
    "dateTime-as-text": 'meta.lastModified sw "2011-05-13t"',
    # §2.4: multi-valued
    "any-value": 'emails.value eq "babs@jensen.org"',
    "any-value-differs": 'emails.type ne "work"',
    "complex-means-its-value": 'emails co "@Jensen.ORG"',
    "single-complex-means-its-value": f'{ENTERPRISE}:manager eq "M26"',
    "simple-multi-valued": f'schemas eq "{ENTERPRISE}"',
    "primary": 'emails[primary eq true and value sw "bjensen"]',
    "primary-as-string": 'emails[primary eq "True"].type eq "work"',
    "absent-primary-is-false": 'emails[type eq "home" and primary eq false]',
    "absent-primary-is-not-present": 'not (emails[type eq "home" and primary pr])',
    "same-value": 'emails[type eq "work" and value co "@example.com"]',
    "never-two-values-together": 'not (emails[type eq "work" and value co "jensen.org"])',
    "two-values-without-brackets": 'emails.type eq "work" and emails.value co "jensen.org"',
    "brackets-then-comparison": 'not (emails[type eq "work"].value ew "jensen.org")',
    "brackets-of-a-single-valued": 'name[familyName eq "jensen" and givenName eq "barbara"]',
    "brackets-of-a-simple-multi-valued": f'schemas[value eq "{CORE}"]',
    "brackets-of-an-extension-attribute": f'{ENTERPRISE}:manager[value eq "M26"]',
    # §2.1, RFC 7644 §3.10: names and URNs
    "names-ignore-case": 'USERNAME eq "bjensen@example.com" and NAME.familyname pr',
    "core-urn": f'{CORE}:userName sw "b"',
    "core-urn-in-another-case": f'{CORE.upper()}:name.familyName eq "jensen"',
    "extension-urn": f'{ENTERPRISE}:department eq "tours"',
    # §2.5: absent, null and empty are one
    "eq-null-of-absent": "title eq null",
    "ne-null-of-present": "userName ne null",
    "eq-empty-is-eq-null": 'title eq "" and userName ne ""',
    "eq-null-of-a-complex": "phoneNumbers eq null and name ne null",
    "ne-of-absent": 'title ne "x"',
    "not-eq-of-absent": 'not (title eq "x")',
    "not-pr-of-absent": "not (title pr)",
    "order-of-absent": 'not (title gt "a") and not (title le "a")',
    "empty-substring-of-present": 'userName co "" and userName sw "" and not (title ew "")',
    # RFC 7644 §3.4.2.1: an attribute the type does not have is one without a value
    "unknown": "not (nope pr)",
    "unknown-eq": 'not (nope eq "x") and not (nope co "x") and not (nope gt 1)',
    "unknown-ne": 'nope ne "x" and nope eq null',
    "unknown-sub-attribute": "not (name.nope pr) and not (userName.value pr)",
    "unknown-urn": 'not (urn:example:custom:2.0:User:badge eq "x")',
    "unknown-value-path": 'not (nope[type eq "x"])',
    "unknown-in-brackets": 'not (emails[nope eq "x"]) and not (emails[type.nope eq "work"])',
    "urn-in-brackets": f'not (emails[{CORE}:type eq "work"])',
    "another-type's-attribute": 'not (members.value eq "x")',
    "python-internals": "not (name.constructor pr) and not (emails.a__class__ pr)",
    # logic
    "precedence": 'title pr and title pr or userName sw "bj"',
    "grouping": 'not ((userName sw "bj" or title pr) and title pr)',
}

REFUSED = {
    "order-of-booleans": "active gt true",
    "order-of-booleans-as-strings": 'active le "true"',
    "order-of-binaries": 'x509Certificates.value lt "MII"',
    "substring-of-a-boolean": 'active co "al"',
    "substring-by-a-number": "userName co 5",
    "substring-by-a-boolean": "nope sw true",
    "substring-by-null": "title ew null",
    "order-by-null": "title gt null",
    "order-by-null-of-unknown": "nope lt null",
    "string-compared-with-a-number": "userName eq 5",
    "string-compared-with-a-boolean": "userName ne true",
    "boolean-compared-with-another-word": 'active eq "yes"',
    "boolean-compared-with-a-number": "active eq 0",
    "dateTime-compared-with-a-number": "meta.lastModified gt 5",
    "dateTime-without-a-time": 'meta.lastModified gt "2011-05-13"',
    "dateTime-with-spaces": 'meta.lastModified gt "2011-05-13 04:42:34Z"',
    "dateTime-that-is-no-date": 'meta.lastModified gt "2011-02-30T04:42:34Z"',
    "dateTime-with-other-digits": 'meta.lastModified gt "٢٠١١-05-13T04:42:34Z"',
    "dateTime-by-the-empty-string": 'meta.lastModified gt ""',
    "complex": 'name eq "Jensen"',
    "multi-valued-complex-without-value": 'addresses co "Hollywood"',
    "password": 'password eq "t1meMa$heen"',
    "password-pr": "password pr",
    "password-in-brackets": 'password[value eq "x"]',
    "password-behind-or": 'userName pr or password sw "t"',
    "password-by-urn": f'{CORE}:PASSWORD sw "t"',
    "fault-in-brackets": "emails[primary gt true]",
    "fault-in-unknown-brackets": "nope[value gt null]",
}


@pytest.mark.parametrize("text", MATCHES.values(), ids=MATCHES)
def test_filter_that_is_true_of_barbara_matches(text):
    matches = compile_filter(parse(text), USER)

    assert matches(BARBARA) is True


@pytest.mark.parametrize("text", MATCHES.values(), ids=MATCHES)
def test_its_negation_does_not_match(text):
    matches = compile_filter(parse(f"not ({text})"), USER)

    assert matches(BARBARA) is False


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_filter_without_an_answer_is_invalid_filter(text):
    parsed = parse(text)

    with pytest.raises(InvalidFilter):
        compile_filter(parsed, USER)


@pytest.mark.parametrize("nothing", [None, "", [], {}, [{}], {"value": ""}, [{"value": None}]])
def test_null_and_empty_are_not_present(nothing):
    matches = compile_filter(parse("title pr or emails pr or emails ne null"), USER)

    assert not matches({"title": nothing, "emails": nothing})


@pytest.mark.parametrize("text", ['title ne "x"', "not (title pr)", "title eq null", 'not (title sw "")'])
def test_empty_string_compares_as_absent(text):
    matches = compile_filter(parse(text), USER)

    assert matches({"title": ""})


@pytest.mark.parametrize("text", ['members eq "u1"', 'members.value eq "u1"', 'members[value eq "u1"]'])
def test_group_is_found_by_its_member(text):
    matches = compile_filter(parse(text), GROUP)

    assert matches({"members": [{"value": "u2"}, {"value": "u1"}]})
    assert not matches({"members": [{"value": "U1"}]})
    assert not matches({})


def test_password_is_refused_for_a_type_that_has_none_of_it_as_unknown():
    matches = compile_filter(parse("password pr"), GROUP)

    assert not matches({"displayName": "Tour Guides"})


PIN = MappingProxyType({"pin": Attribute("pin", "", returned="never")})
NUMBERS = MappingProxyType(
    {
        "age": Attribute("age", "", "integer"),
        "height": Attribute("height", "", "decimal", multi_valued=True),
        "card": Attribute("card", "", "complex", sub_attributes=PIN),
    }
)
PERSON = ResourceType("User", "/Persons", "", Schema("urn:example:person", "Person", "", NUMBERS), (), NUMBERS)


@pytest.mark.parametrize(
    "text",
    ["age eq 7", "age eq 7.0", "age gt 6.5", "age lt 10", "height eq 17e-1", "height ge 2", "age ne 8", "height ne 2"],
)
def test_numbers_compare_as_numbers(text):
    matches = compile_filter(parse(text), PERSON)

    assert matches({"age": 7, "height": [1.7, 2]})


@pytest.mark.parametrize("text", ["card.pin pr", 'card[pin sw "1"]'])
def test_sub_attribute_that_is_never_returned_is_refused_too(text):
    parsed = parse(text)

    with pytest.raises(InvalidFilter, match="never returned"):
        compile_filter(parsed, PERSON)


@pytest.mark.parametrize("text", ['age eq "7"', "age eq true", 'age co "7"'])
def test_number_is_compared_with_nothing_but_a_number(text):
    parsed = parse(text)

    with pytest.raises(InvalidFilter, match=r"number|integer"):
        compile_filter(parsed, PERSON)


@pytest.mark.parametrize("value", [True, "7", None, [], {"value": 7}])
def test_value_of_another_type_counts_as_none(value):
    matches = compile_filter(parse("age le 7 or age ge 7"), PERSON)

    assert not matches({"age": value})


def test_value_filter_chooses_the_values_of_a_patch_path():
    path = parse_path('emails[type eq "work"].value')

    matches = compile_value_filter(path.filter, USER.attributes["emails"])

    assert [matches(email) for email in BARBARA["emails"]] == [True, False]


def test_value_filter_meets_a_simple_value_as_its_value():
    path = parse_path('schemas[value ew ":User"]')

    matches = compile_value_filter(path.filter, USER.attributes["schemas"])

    assert [matches(urn) for urn in (CORE, "urn:example:other")] == [True, False]
