from random import Random

import pytest

from scim.protocol.definitions import ENTERPRISE_SCHEMA, USER
from scim.protocol.errors import InvalidValue
from scim.protocol.sorting import sort

ENTERPRISE = ENTERPRISE_SCHEMA.id

USERS = [
    {
        "id": "b",
        "userName": "Bob",
        "active": True,
        "name": {"familyName": "smith"},
        "emails": [{"value": "z@example.com"}, {"value": "a@example.com", "primary": True, "type": "work"}],
        ENTERPRISE: {"department": "tours", "manager": {"value": "2"}},
        "meta": {"lastModified": "2011-05-13T06:00:00+02:00"},
    },
    {
        "id": "C",
        "userName": "alice",
        "active": False,
        "name": {"familyName": "Jensen"},
        "emails": [{"value": "m@example.com", "type": "home"}, {"value": "b@example.com"}],
        ENTERPRISE: {"department": "Sales", "manager": {"value": "1"}},
        "meta": {"lastModified": "2011-05-13T05:00:00Z"},
    },
    {"id": "a", "userName": "carol", "title": ""},
]

ORDERS = {
    "case-exact": ("id", "Cab"),
    "case-ignored": ("userName", "Cba"),
    "names-ignore-case": ("USERNAME", "Cba"),
    "sub-attribute": ("name.familyName", "Cba"),
    "primary-else-first-value": ("emails.value", "bCa"),
    "multi-valued-means-its-value": ("emails", "bCa"),
    "sub-attribute-of-the-preferred-value": ("emails.type", "Cba"),
    "extension": (f"{ENTERPRISE}:department", "Cba"),
    "complex-means-its-value": (f"{ENTERPRISE}:manager", "Cba"),
    "dateTime-is-chronological": ("meta.lastModified", "bCa"),
    "boolean": ("active", "Cba"),
    "no-values": ("title", "bCa"),
    "unknown-attribute-changes-nothing": ("nope", "bCa"),
    "unknown-urn-changes-nothing": ("urn:example:custom:2.0:User:badge", "bCa"),
}


def ids(documents):
    return "".join(document["id"] for document in documents)


@pytest.mark.parametrize(("sort_by", "expected"), ORDERS.values(), ids=ORDERS)
def test_ascending_is_the_default_and_missing_values_come_last(sort_by, expected):
    assert ids(sort(USERS, sort_by, None, USER)) == expected


def test_missing_values_come_first_in_descending_order():
    assert ids(sort(USERS, "name.familyName", "descending", USER)) == "abC"


def test_equal_values_keep_their_order_in_both_directions():
    titles = {"a": "x", "b": "X", "c": "", "d": "x", "e": "w"}
    twins = [{"id": name, "title": title} for name, title in titles.items()]

    assert ids(sort(twins, "title", "ascending", USER)) == "eabdc"
    assert ids(sort(twins, "title", "descending", USER)) == "cabde"


def test_sorting_leaves_its_argument_alone():
    documents = list(USERS)

    sort(documents, "id", "ascending", USER)

    assert documents == USERS


@pytest.mark.parametrize("order", ["up", "asc", "ascending "])
def test_sort_order_is_ascending_or_descending(order):
    with pytest.raises(InvalidValue, match="sortOrder"):
        sort(USERS, "id", order, USER)


@pytest.mark.parametrize("sort_by", ["", "name", "addresses", "meta", "emails[0]", "a.b.c", "id desc", "password"])
def test_what_has_no_order_is_invalid_value(sort_by):
    with pytest.raises(InvalidValue, match="sortBy"):
        sort(USERS, sort_by, None, USER)


def test_order_does_not_depend_on_where_the_search_began():
    documents = [{"id": f"{number:03}"} for number in range(200)]
    shuffled = Random(1).sample(documents, len(documents))

    assert sort(shuffled, "id", None, USER) == documents
