import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.protocol.membership import MembershipChange

IDS = st.lists(st.sampled_from("abcdef"), max_size=4)
CALLS = st.lists(st.tuples(st.sampled_from(["granting", "revoking", "replacing", "clearing"]), IDS), max_size=8)


def change_of(calls):
    change = MembershipChange()
    for name, ids in calls:
        change = change.clearing() if name == "clearing" else getattr(change, name)(ids)
    return change


def model(before, calls):
    """What a set of members does, one call after the other."""
    members = set(before)
    for name, ids in calls:
        match name:
            case "granting":
                members |= set(ids)
            case "revoking":
                members -= set(ids)
            case "replacing":
                members = set(ids)
            case "clearing":
                members = set()
    return members


@given(IDS, CALLS)
def test_a_change_does_what_its_parts_do_in_order(before, calls):
    change = change_of(calls)

    after = ((set() if change.cleared else set(before)) - change.remove) | set(change.add)

    assert after == model(before, calls)


@given(CALLS)
def test_nobody_is_granted_and_revoked_at_once(calls):
    change = change_of(calls)

    assert not change.remove & set(change.add)
    assert not (change.cleared and change.remove)
    assert len(set(change.add)) == len(change.add)


@given(st.lists(st.tuples(st.just("granting"), IDS)))
def test_granting_never_takes_anybody_out(calls):
    change = change_of(calls)

    assert not change.cleared
    assert not change.remove


@pytest.mark.parametrize(
    ("change", "empty"),
    [(MembershipChange(), True), (MembershipChange().granting([]), True), (MembershipChange().granting("a"), False),
     (MembershipChange().revoking("a"), False), (MembershipChange().clearing(), False)],
    ids=["new", "granting-nobody", "granting", "revoking", "clearing"],
)  # fmt: skip
def test_a_change_is_empty_while_it_asks_nothing(change, empty):
    assert change.is_empty is empty


def test_grants_keep_the_order_they_came_in():
    assert MembershipChange().granting(["c", "a"]).granting(["b", "a"]).add == ("c", "a", "b")
