"""Filters against a second opinion: a brute-force evaluator that shares nothing with the one under test but the rules.

A generated condition is written as text in a random spelling, parsed, compiled and run; and is evaluated as it stands.
"""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from types import MappingProxyType

from hypothesis import given, settings
from hypothesis import strategies as st

from scim.protocol.evaluate import compile_filter
from scim.protocol.filter import Comparison, equalities, parse
from scim.protocol.schema import Attribute, ResourceType, Schema

EXTENSION = "urn:example:bridge:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"


def table(*attributes):
    return MappingProxyType({attribute.name.lower(): attribute for attribute in attributes})


EMAIL = table(Attribute("value", ""), Attribute("type", "", case_exact=True), Attribute("primary", "", "boolean"))
OWN = table(
    Attribute("id", "", case_exact=True),
    Attribute("userName", ""),
    Attribute("active", "", "boolean"),
    Attribute("age", "", "integer"),
    Attribute("hired", "", "dateTime"),
    Attribute("key", "", "binary", case_exact=True),
    Attribute("tags", "", multi_valued=True),
    Attribute("name", "", "complex", sub_attributes=table(Attribute("familyName", ""))),
    Attribute("emails", "", "complex", multi_valued=True, sub_attributes=EMAIL),
)
BOSS = Attribute("boss", "", "complex", sub_attributes=table(Attribute("value", "", case_exact=True)))
EXTENSIONS = (Schema(EXTENSION, "", "", table(BOSS)),)
PERSON = ResourceType("User", "/Users", "", Schema(CORE, "", "", OWN), EXTENSIONS, OWN)

# Where each attribute's values are, said a second time: path → (kind, values in a document).
EXACT, FOLDED = "exact", "folded"
ATTRIBUTES = {
    "id": (EXACT, lambda d: [d["id"]] if "id" in d else []),
    "userName": (FOLDED, lambda d: [d["userName"]] if "userName" in d else []),
    "active": ("boolean", lambda d: [d["active"]] if "active" in d else []),
    "age": ("integer", lambda d: [d["age"]] if "age" in d else []),
    "hired": ("dateTime", lambda d: [d["hired"]] if "hired" in d else []),
    "key": ("binary", lambda d: [d["key"]] if "key" in d else []),
    "tags": (FOLDED, lambda d: d.get("tags", [])),
    "name.familyName": (FOLDED, lambda d: list(d.get("name", {}).values())),
    "emails": (FOLDED, lambda d: [e["value"] for e in d.get("emails", []) if "value" in e]),
    "emails.value": (FOLDED, lambda d: [e["value"] for e in d.get("emails", []) if "value" in e]),
    "emails.type": (EXACT, lambda d: [e["type"] for e in d.get("emails", []) if "type" in e]),
    "emails.primary": ("boolean", lambda d: [e.get("primary", False) for e in d.get("emails", [])]),
    f"{EXTENSION}:boss": (EXACT, lambda d: list(d.get(EXTENSION, {}).get("boss", {}).values())),
    f"{EXTENSION}:boss.value": (EXACT, lambda d: list(d.get(EXTENSION, {}).get("boss", {}).values())),
    f"{CORE}:userName": (FOLDED, lambda d: [d["userName"]] if "userName" in d else []),
    "nope": (FOLDED, lambda d: []),
    "name.nope": (FOLDED, lambda d: []),
    "urn:example:other:1.0:userName": (FOLDED, lambda d: []),
}
SUBS = {
    "value": (FOLDED, lambda e: [e["value"]] if "value" in e else []),
    "type": (EXACT, lambda e: [e["type"]] if "type" in e else []),
    "primary": ("boolean", lambda e: [e.get("primary", False)]),
    "nope": (FOLDED, lambda e: []),
}
# Presence is not "has values that compare": an e-mail address with a type alone is present, an assumed primary is not.
PRESENCE = {
    "emails": lambda d: bool(d.get("emails")),
    "emails.primary": lambda d: any("primary" in e for e in d.get("emails", [])),
    "primary": lambda e: "primary" in e,
}

WORDS = ["Babs", "BABS", "b", "é", "É", 'a"b', "a\\", "straße", "STRASSE", "true", "]) or (", "😀"]
MOMENTS = ["2011-05-13T04:42:34Z", "2011-05-13T06:42:34+02:00", "2011-05-12T23:42:34.5-05:00", "2012-01-01T00:00:00z"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(text):
    day, clock = text[:10], text[11:]
    offset = 0 if clock[-1] in "Zz" else int(clock[-6] + "1") * (int(clock[-5:-3]) * 60 + int(clock[-2:]))
    fraction = float("0." + clock[9:].rstrip("Zz").split("+")[0].split("-")[0]) if "." in clock else 0
    naive = datetime(*map(int, day.split("-")), *map(int, clock[:8].split(":")), tzinfo=UTC)
    return (naive - timedelta(minutes=offset) - EPOCH).total_seconds() + fraction


def comparable(kind, value):
    match kind:
        case "folded":
            return "".join(character.casefold() for character in value)
        case "dateTime":
            return seconds(value)
        case "boolean" if isinstance(value, str):
            return value.lower() == "true"
    return value


def compare(operator, left, right):
    return {
        "eq": lambda: left == right,
        "ne": lambda: left != right,
        "co": lambda: left.find(right) >= 0,
        "sw": lambda: left[: len(right)] == right,
        "ew": lambda: left[len(left) - len(right) :] == right if len(left) >= len(right) else False,
        "gt": lambda: not left <= right,
        "ge": lambda: not left < right,
        "lt": lambda: not left >= right,
        "le": lambda: not left > right,
    }[operator]()


def is_true(condition, document, attributes=ATTRIBUTES):
    match condition:
        case ("and", *terms):
            return all(is_true(term, document, attributes) for term in terms)
        case ("or", *terms):
            return any(is_true(term, document, attributes) for term in terms)
        case ("not", term):
            return not is_true(term, document, attributes)
        case ("one of", inner):
            return any(is_true(inner, email, SUBS) for email in document.get("emails", []))
        case ("one of, then", inner, sub):
            return any(is_true(("and", inner, sub), email, SUBS) for email in document.get("emails", []))
        case (path, "pr"):
            return PRESENCE.get(path, lambda d: bool(attributes[path][1](d)))(document)
        case (path, operator, None):
            return is_true((path, "pr"), document, attributes) is (operator == "ne")
        case (path, operator, literal):
            kind, read = attributes[path]
            wanted = comparable(kind, literal)
            values = [comparable(kind, value) for value in read(document)]
            return any(compare(operator, value, wanted) for value in values) or (operator == "ne" and not values)


EQUAL, ORDER, TEXT = ["eq", "ne"], ["gt", "ge", "lt", "le"], ["co", "sw", "ew"]
OPERATORS = {"boolean": EQUAL, "binary": EQUAL + TEXT, "integer": EQUAL + ORDER, "dateTime": EQUAL + ORDER}
LITERALS = {"boolean": [True, False, "True", "false"], "integer": [-1, 0, 1, 2.0, 0.5], "dateTime": MOMENTS}


def simple(random, attributes):
    path = random.choice(list(attributes))
    kind = attributes[path][0]
    match random.randrange(6):
        case 0:
            return (path, "pr")
        case 1:
            return (path, random.choice(EQUAL), None)
    return (path, random.choice(OPERATORS.get(kind, EQUAL + ORDER + TEXT)), random.choice(LITERALS.get(kind, WORDS)))


def condition_on(random, attributes, depth=3):
    match random.randrange(8) if depth else 7:
        case 0:
            return ("not", condition_on(random, attributes, depth - 1))
        case 1 | 2 | 3:
            terms = (condition_on(random, attributes, depth - 1) for _ in range(random.randint(2, 3)))
            return (random.choice(["and", "or"]), *terms)
        case 4 if attributes is ATTRIBUTES:
            return ("one of", condition_on(random, SUBS, depth - 1))
        case 5 if attributes is ATTRIBUTES:
            return ("one of, then", condition_on(random, SUBS, depth - 1), simple(random, SUBS))
    return simple(random, attributes)


def some(random, **attributes):
    """An object with each attribute or without it."""
    return {name: value for name, value in attributes.items() if random.random() < 0.6}


def person(random):
    word = lambda: random.choice(WORDS)  # noqa: E731
    emails = [some(random, value=word(), type=word(), primary=random.random() < 0.5) for _ in range(3)]
    attributes = {
        "id": word(),
        "userName": word(),
        "active": random.random() < 0.5,
        "age": random.randint(-1, 2),
        "hired": random.choice(MOMENTS),
        "key": word(),
        "tags": [word(), word()],
        "name": {"familyName": word()},
        "emails": [email for email in emails if email],
        EXTENSION: {"boss": {"value": word()}},
    }
    return some(random, **attributes)


def spelled(random, text):
    return random.choice([text, text.lower(), text.upper(), text.swapcase()])


def written(condition, random, *, alone=True):
    """The condition as a filter, in one of its spellings; `alone` where no parentheses are needed around it."""
    match condition:
        case ("and" | "or" as keyword, *terms):
            space = spelled(random, keyword).join([" ", " "])
            text = space.join(written(term, random, alone=False) for term in terms)
            return text if alone else f"({text})"
        case ("not", term):
            return spelled(random, "not") + random.choice([" (", "("]) + written(term, random) + ")"
        case ("one of", inner):
            return spelled(random, "emails") + "[" + written(inner, random) + "]"
        case ("one of, then", inner, sub):
            return written(("one of", inner), random) + "." + written(sub, random)
        case (path, "pr"):
            return spelled(random, path) + random.choice([" ", "  "]) + spelled(random, "pr")
        case (path, operator, literal):
            value = json.dumps(literal, ensure_ascii=random.random() < 0.5)
            value = value if isinstance(literal, str) else spelled(random, value)
            return f"{spelled(random, path)} {spelled(random, operator)} {value}"


def verdicts(random):
    """The text of a condition, and what is found by it among some people: by the filter, and by brute force."""
    condition, people = condition_on(random, ATTRIBUTES), [person(random) for _ in range(6)]
    text = written(condition, random)
    matches = compile_filter(parse(text), PERSON)
    return text, list(map(matches, people)), [is_true(condition, someone) for someone in people]


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_filter_agrees_with_brute_force(random):
    text, found, expected = verdicts(random)

    assert found == expected, text


def test_filter_agrees_with_brute_force_in_volume():
    random = Random(7644)
    seen = Counter()

    for _ in range(10_000):
        text, found, expected = verdicts(random)
        seen.update(expected)

        assert found == expected, text

    assert min(seen[True], seen[False]) > 10_000


def test_every_match_satisfies_the_equalities():
    random = Random(7643)
    satisfied = 0

    for _ in range(3000):
        parsed = parse(written(condition_on(random, ATTRIBUTES), random))
        matches = compile_filter(parsed, PERSON)
        pins = [compile_filter(Comparison(path, "eq", value), PERSON) for path, value in equalities(parsed)]
        found = [someone for someone in (person(random) for _ in range(10)) if pins and matches(someone)]

        assert all(pin(someone) for someone in found for pin in pins)
        satisfied += len(found)

    assert satisfied > 100
