"""No text, however hostile, does more to the parsers than to be refused (threats D1, D2)."""

from random import Random
from time import perf_counter

import pytest

from scim.protocol.definitions import ENTERPRISE_SCHEMA, USER
from scim.protocol.errors import InvalidFilter, ScimError
from scim.protocol.evaluate import compile_filter
from scim.protocol.filter import parse, parse_path
from scim.protocol.path import parse_attribute_path, resolve
from scim.protocol.projection import parse_projection

ENTERPRISE = ENTERPRISE_SCHEMA.id
BARBARA = {
    "id": "2819",
    "userName": "bjensen",
    "active": True,
    "emails": [{"value": "bjensen@example.com", "type": "work", "primary": True}],
    ENTERPRISE: {"department": "Tours", "manager": {"value": "26"}},
    "meta": {"lastModified": "2011-05-13T04:42:34Z"},
}
FILTERS = [
    'userName eq "bjensen"',
    'name.familyName co "O\'Malley" and not (title pr or active eq false)',
    'emails[type eq "work" and value co "@example.com"].value ne "x\\u00e9"',
    'meta.lastModified gt "2011-05-13T04:42:34Z" or meta.version pr',
    f'{ENTERPRISE}:manager.value eq "26" and {ENTERPRISE}:department sw "T"',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName ew "n"',
    "((active eq TRUE) or (id eq null)) and emails.primary ne 1.5e3",
]
PATHS = [
    "members",
    "name.familyName",
    'members[value eq "2819c223"]',
    'emails[type eq "work" and primary eq true].value',
    f"{ENTERPRISE}:manager.$ref",
    ENTERPRISE,
]
# fmt: off
SCRAPS = [
    "(", ")", "[", "]", "((((", "not (", '"', "\\", '\\"', "\\u", "\\ud800", " ", "\t", "\n", "\x00", ".", ":", "$",
    "-", ",", "urn:", "and", " or ", "pr", " eq ", "co", "gt", "null", "true", "1e999", "-0", "é", "İ", "ß", "\ud800",
    "😀", "password", "emails[", "members[0]", ".value", "__class__", "constructor", "0" * 50, "a" * 50,
    "2011-05-13T04:42:34Z",
]
# fmt: on


def mutated(random, texts):
    text = random.choice(texts)
    for _ in range(random.randint(1, 4)):
        start, end = sorted((random.randint(0, len(text)), random.randint(0, len(text))))
        match random.randrange(5):
            case 0:
                text = text[:start] + random.choice(SCRAPS) + text[start:]
            case 1:
                text = text[:start] + text[end:]
            case 2:
                text = text[:end] + text[start:end] + text[end:]
            case 3:
                text = text[:start] + random.choice(texts)[start:]
            case 4:
                text = (
                    text[:start] + chr(random.choice([random.randrange(128), random.randrange(0x110000)])) + text[end:]
                )
    return text


def is_refused(work, text):
    """Whether it raises a ScimError. Anything else it raises fails the test."""
    try:
        work(text)
    except ScimError as error:
        detail = error.detail
    else:
        return False
    assert len(detail) < 300
    assert len(text) < 60 or text not in detail
    return True


def filtering(text):
    compile_filter(parse(text), USER)(BARBARA)


def patching(text):
    resolve(parse_path(text).attribute, USER)


def projecting(text):
    parse_projection(text, None)


@pytest.mark.parametrize(
    ("work", "texts", "times"), [(filtering, FILTERS, 100_000), (patching, PATHS, 40_000), (projecting, PATHS, 20_000)]
)
def test_mutated_text_is_answered_or_refused_and_nothing_else(work, texts, times):
    random = Random(1126)

    refused = sum(is_refused(work, mutated(random, texts)) for _ in range(times))

    assert times * 0.1 < refused < times * 0.98


FAMILIES = {
    "open": lambda n: "(" * n,
    "close": lambda n: ")" * n,
    "balanced": lambda n: "(" * n + "a pr" + ")" * n,
    "not": lambda n: "not (" * n,
    "not-balanced": lambda n: "not(" * n + "a pr" + ")" * n,
    "brackets": lambda n: "a[" * n,
    "closing-brackets": lambda n: "a[b pr" + "]" * n,
    "and": lambda n: "a pr and " * n + "a pr",
    "or-and": lambda n: "a pr or b pr and " * n + "a pr",
    "grouped-and": lambda n: "(a pr and " * n + "a pr" + ")" * n,
    "quotes": lambda n: '"' * n,
    "escaped-quotes": lambda n: 'a eq "' + '\\"' * n,
    "backslashes": lambda n: 'a eq "' + "\\" * n,
    "escapes": lambda n: 'a eq "' + "\\u0061" * n + '"',
    "spaces": lambda n: "a pr" + " " * n,
    "spaces-before-nothing": lambda n: " " * n + "!",
    "dots": lambda n: "a." * n + " pr",
    "colons": lambda n: "urn:" * n + " pr",
    "urn-parts": lambda n: "urn" + ":a" * n + " pr",
    "long-name": lambda n: "a" * n + " pr",
    "digits": lambda n: "a eq " + "9" * n,
    "exponent": lambda n: "a eq 1e" + "9" * n,
    "fraction": lambda n: "a eq 0." + "0" * n + "!",
    "bytes": lambda n: 'a eq "' + "😀" * n + '"',
    "words": lambda n: "a " * n,
    "nul": lambda n: "\x00" * n,
}


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("parser", [parse, parse_path, parse_attribute_path, projecting])
def test_pathological_text_is_refused_or_read_at_any_length(family, parser):
    for length in (1, 10, 32, 33, 64, 65, 500, 1000, 2000, 4000, 100_000):
        is_refused(parser, family(length))


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_a_megabyte_is_refused_at_once(family):
    text = family(1_000_000 // len(family(1)) + 1)
    begin = perf_counter()

    with pytest.raises(InvalidFilter):
        parse(text)

    assert perf_counter() - begin < 0.05
