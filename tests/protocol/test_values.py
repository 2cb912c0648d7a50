import pytest

from scim.protocol.errors import InvalidValue
from scim.protocol.schema import Attribute
from scim.protocol.values import ABSENT, coerce_value, union

INTEGER = Attribute("age", "", "integer")
DECIMAL = Attribute("height", "", "decimal")
DATE_TIME = Attribute("since", "", "dateTime")
NAMES = Attribute("names", "", multi_valued=True)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [(INTEGER, 0), (INTEGER, -7), (DECIMAL, 1.5), (DECIMAL, 0.0), (DATE_TIME, "2011-05-13T04:42:34.123Z"),
     (DATE_TIME, "2011-05-13T04:42:34+02:00"), (DATE_TIME, "2011-05-13T04:42:34")],
    ids=lambda value: str(getattr(value, "type", value)),
)  # fmt: skip
def test_a_value_of_the_type_is_kept_as_it_is(attribute, value):
    assert coerce_value(attribute, value, "it") == value


@pytest.mark.parametrize(
    ("attribute", "value"),
    [(INTEGER, 1.0), (INTEGER, True), (INTEGER, "1"), (DECIMAL, "1.5"), (DECIMAL, False), (DATE_TIME, "2011-05-13"),
     (DATE_TIME, "2011-13-13T04:42:34Z"), (DATE_TIME, "yesterday"), (DATE_TIME, 20110513)],
    ids=lambda value: str(getattr(value, "type", value)),
)  # fmt: skip
def test_a_value_of_another_type_is_refused(attribute, value):
    with pytest.raises(InvalidValue, match="it must be"):
        coerce_value(attribute, value, "it")


def test_a_simple_value_given_twice_is_one():
    assert coerce_value(NAMES, ["Babs", "Barbara", "Babs", "", None], "names") == ["Babs", "Barbara"]


def test_nothing_but_empty_values_is_absent():
    assert coerce_value(NAMES, ["", None], "names") is ABSENT


def test_union_adds_what_is_missing():
    assert union([{"value": "a"}], [{"value": "a"}, {"value": "b"}], "emails") == [{"value": "a"}, {"value": "b"}]


def test_union_knows_an_element_whatever_its_primary():
    before = [{"value": "a", "primary": True}]

    assert union(before, [{"value": "a"}, {"value": "a", "primary": False}], "emails") == before


def test_union_moves_the_primary():
    before = [{"value": "a", "primary": True}, {"value": "b"}]

    after = union(before, [{"value": "b", "primary": True}], "emails")

    assert after == [{"value": "a", "primary": False}, {"value": "b", "primary": True}]
    assert before == [{"value": "a", "primary": True}, {"value": "b"}]


def test_union_keeps_a_thousand():
    assert len(union([], [{"value": str(number)} for number in range(1000)], "roles")) == 1000
