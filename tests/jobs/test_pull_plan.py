"""A plan: what its digest names, in which order it is carried out, and what of it is kept to be shown."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.jobs.pull_notes import KeptPlan
from scim.jobs.pull_plan import Notice, Park, Plan, Step, in_order
from scim.jobs.removals import PEOPLE


def change(id: str, *after: str, what: str = "change") -> Step:
    return Step(what, "User", f"{id}@example.com", "changed there: userName", id, f"s-{id}", after=after)


def plan(*steps: Step, **said: object) -> Plan:
    return Plan(**{"steps": steps, "notices": [], "selection": "s", **said})


@pytest.mark.parametrize(
    "other",
    [
        {"name": "another@example.com"}, {"why": "another"}, {"id": "other"}, {"source_id": "other"},
        {"what": "deactivate"}, {"members": ("m",)}, {"only_active": True},
    ],
)  # fmt: skip
def test_whatever_is_another_makes_it_another_plan(other: dict[str, object]):
    assert plan(change("a")).digest != plan(replace(change("a"), **other)).digest


def test_the_digest_says_nothing_of_the_order_but_of_what_is_chosen_and_what_stops_it():
    first, second = change("a"), change("b")

    assert plan(first, second).digest == plan(second, first).digest
    assert len({plan(first).digest, plan(first, selection="t").digest, plan(first, stops=("Shrunk.",)).digest}) == 3


def test_leavers_come_before_others_and_groups_after_people():
    steps = [
        Step("delete", "Group", "Old", ""), Step("grant", "Group", "New", ""), Step("create", "Group", "New", ""),
        Step("create", "User", "new", ""), change("b"), change("a", what="deactivate"),
        Step("revoke", "Group", "Guides", ""),
    ]  # fmt: skip

    assert [step.what for step in in_order(steps)] == [
        "revoke", "deactivate", "change", "create", "create", "grant", "delete",
    ]  # fmt: skip


def test_who_needs_a_name_comes_after_who_gives_it_up():
    newcomer = Step("create", "User", "new", "", source_id="s-new", after=("a",))

    assert [step.name for step in in_order([newcomer, change("a", "b"), change("b")])] == [
        "b@example.com", "a@example.com", "new",
    ]  # fmt: skip


@given(st.permutations(range(8)))
def test_however_names_go_round_each_is_free_when_its_turn_comes(target: list[int]):
    """Person n takes the name of person target[n]."""
    steps = [change(str(n), str(other)) for n, other in enumerate(target) if n != other]
    names, free = {str(n): n for n in range(8)}, set()

    for step in in_order(steps):
        id = step.step.id if isinstance(step, Park) else step.id
        free.add(names.pop(id, None))
        if not isinstance(step, Park):
            wanted = target[int(id)]
            assert wanted in free
            free.discard(wanted)
            names[id] = wanted

    assert names == {str(n): other for n, other in enumerate(target)}


def test_a_chain_of_ten_thousand_is_no_trouble():
    steps = [change(str(n), str(n + 1)) for n in range(10_000)]

    assert next(iter(in_order(steps))).name == "9999@example.com"


def test_what_is_kept_of_a_large_plan_fits_into_a_note_with_removals_first():
    steps = [Step("create", "User", f"{'x' * 240}{n}@example.com", "ü" * 300) for n in range(5000)]
    steps += [Step("deactivate", "User", "leaver@example.com", "gone", id="a", removal=PEOPLE)]
    revoke = Step("revoke", "Group", "Guides", "not in it", removal="group:g", members=("m",) * 900)
    notices = [Notice("clash", "y" * 255, "z" * 400)] * 1000

    kept = KeptPlan.of(plan(*steps, replace(revoke, names=("n" * 255,) * 900), notices=notices), ["First."], 1.0)

    note = {name: getattr(kept, name) for name in KeptPlan.__slots__}
    assert len(json.dumps(note)) < 900_000
    assert {step["what"] for step in kept.steps[:2]} == {"deactivate", "revoke"}
    assert kept.counts == {"members to revoke": 900, "users to create": 5000, "users to deactivate": 1}
