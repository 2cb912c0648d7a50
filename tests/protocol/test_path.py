import pytest

from scim.protocol.definitions import ENTERPRISE_SCHEMA, GROUP, USER
from scim.protocol.errors import InvalidFilter, InvalidPath
from scim.protocol.filter import And, Comparison, Path, parse_path
from scim.protocol.path import AttributePath, parse_attribute_path, resolve

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = ENTERPRISE_SCHEMA.id

PATHS = {
    "name": ("userName", AttributePath("userName")),
    "sub-attribute": ("name.familyName", AttributePath("name", "familyName")),
    "dollar-ref": ("members.$ref", AttributePath("members", "$ref")),
    "digits-dash-underscore": ("x509Certificates.a-b_c", AttributePath("x509Certificates", "a-b_c")),
    "core-urn-has-dots-and-colons": (f"{CORE}:userName", AttributePath("userName", urn=CORE)),
    "core-urn-and-sub-attribute": (f"{CORE}:name.familyName", AttributePath("name", "familyName", CORE)),
    "extension-urn": (f"{ENTERPRISE}:manager.value", AttributePath("manager", "value", ENTERPRISE)),
    "spelling-as-given": ("URN:ietf:X:2.0:NAME.Sub", AttributePath("NAME", "Sub", "URN:ietf:X:2.0")),
    "extension-urn-alone": (ENTERPRISE, AttributePath("", urn=ENTERPRISE)),
    "extension-urn-alone-in-another-case": (ENTERPRISE.upper(), AttributePath("", urn=ENTERPRISE.upper())),
    "unknown-urn-ends-at-the-last-colon": (
        "urn:example:custom:2.0:User:badge",
        AttributePath("badge", urn="urn:example:custom:2.0:User"),
    ),
}

NO_PATHS = {
    "empty": "",
    "space": " ",
    "leading-space": " userName",
    "index": "members[0]",
    "two-sub-attributes": "name.familyName.x",
    "dot-first": ".value",
    "dot-last": "name.",
    "digit-first": "1name",
    "underscore-first": "__class__",
    "comma": "userName,id",
    "quote": 'user"Name',
    "newline-last": "userName\n",
    "not-ascii": "usérName",
    "not-a-urn": "example:userName",
    "urn-with-an-empty-part": "urn:example::userName",
    "urn-without-a-name": "urn:example:custom:",
    "urn-scheme-alone": "urn:userName",
    "urn-namespace-alone": "urn:example:userName",
    "too-long": "a" * 1025,
}


@pytest.mark.parametrize(("text", "expected"), PATHS.values(), ids=PATHS)
def test_attribute_path_is_read_as_written(text, expected):
    path = parse_attribute_path(text)

    assert path == expected


@pytest.mark.parametrize("text", NO_PATHS.values(), ids=NO_PATHS)
def test_text_that_is_no_attribute_path_is_invalid_path(text):
    with pytest.raises(InvalidPath):
        parse_attribute_path(text)


@pytest.mark.parametrize("text", ["username", "USERNAME", f"{CORE}:userName", f"{CORE.upper()}:USERname"])
def test_names_and_urns_ignore_case(text):
    resolved = resolve(parse_attribute_path(text), USER)

    assert (resolved.schema_urn, resolved.attribute.name, resolved.sub) == (None, "userName", None)


def test_extension_attribute_resolves_to_the_canonical_urn():
    resolved = resolve(parse_attribute_path(f"{ENTERPRISE.lower()}:MANAGER.DisplayName"), USER)

    assert (resolved.schema_urn, resolved.attribute.name, resolved.sub.name) == (ENTERPRISE, "manager", "displayName")


def test_common_attribute_resolves_under_the_core_urn_too():
    resolved = resolve(parse_attribute_path(f"{CORE}:meta.lastModified"), USER)

    assert resolved.sub.type == "dateTime"


@pytest.mark.parametrize(
    "text",
    [
        "members",
        "department",
        "userName.value",
        "name.value",
        "constructor",
        "name.constructor",
        "emails.a__class__",
        "urn:ietf:params:scim:schemas:core:2.0:Group:displayName",
        f"{ENTERPRISE}:userName",
        f"{ENTERPRISE}.department",
        "urn:example:custom:2.0:User:badge",
        ENTERPRISE,
        CORE,
    ],
)
def test_what_the_resource_type_does_not_have_resolves_to_nothing(text):
    path = parse_attribute_path(text)

    assert resolve(path, USER) is None


def test_extension_of_users_does_not_resolve_for_groups():
    path = parse_attribute_path(f"{ENTERPRISE}:department")

    assert resolve(path, GROUP) is None


WORK = Comparison(AttributePath("type"), "eq", "work")

PATCH_PATHS = {
    "attrPath": ("name.familyName", Path(AttributePath("name", "familyName"))),
    "valuePath": ('emails[type eq "work"]', Path(AttributePath("emails"), WORK)),
    "valuePath-subAttr": ('emails[type eq "work"].value', Path(AttributePath("emails"), WORK, "value")),
    "compound-filter": (
        'emails[type eq "work" and value ew "]"].value',
        Path(AttributePath("emails"), And((WORK, Comparison(AttributePath("value"), "ew", "]"))), "value"),
    ),
    "urn": (f'{CORE}:emails[type eq "work"]', Path(AttributePath("emails", urn=CORE), WORK)),
    "urn-alone": (ENTERPRISE, Path(AttributePath("", urn=ENTERPRISE))),
}

NO_PATCH_PATHS = {
    "index": ("members[0]", InvalidPath),
    "index-and-sub-attribute": ("emails[0].value", InvalidPath),
    "bracket-never-closed": ('emails[type eq "work"', InvalidPath),
    "bracket-without-attribute": ('[type eq "work"]', InvalidPath),
    "sub-attribute-before-brackets": ('name.x[type eq "work"]', InvalidPath),
    "urn-alone-before-brackets": (f'{ENTERPRISE}[type eq "work"]', InvalidPath),
    "two-sub-attributes": ('emails[type eq "work"].value.x', InvalidPath),
    "text-after-brackets": ('emails[type eq "work"]value', InvalidPath),
    "dot-last": ('emails[type eq "work"].', InvalidPath),
    "comparison-after-brackets": ('emails[type eq "work"].value eq "x"', InvalidPath),
    "brackets-twice": ("emails[type pr][type pr]", InvalidPath),
    "two-paths": ("emails[type pr] and title", InvalidPath),
    "json-pointer": ("/emails/0", InvalidPath),
    "empty-filter": ("emails[]", InvalidFilter),
    "unquoted-value": ("emails[type eq work]", InvalidFilter),
    "unknown-operator": ('emails[type is "work"]', InvalidFilter),
    "brackets-inside-brackets": ("emails[type[a pr] pr]", InvalidFilter),
    "bracket-closed-in-the-string-only": ('emails[type eq "work]"', InvalidFilter),
    "too-long": ('emails[type eq "' + "x" * 4096 + '"]', InvalidFilter),
}


@pytest.mark.parametrize(("text", "expected"), PATCH_PATHS.values(), ids=PATCH_PATHS)
def test_patch_path_is_an_attribute_path_or_a_value_path(text, expected):
    path = parse_path(text)

    assert path == expected


@pytest.mark.parametrize(("text", "error"), NO_PATCH_PATHS.values(), ids=NO_PATCH_PATHS)
def test_text_that_is_no_patch_path_is_refused(text, error):
    with pytest.raises(error):
        parse_path(text)
