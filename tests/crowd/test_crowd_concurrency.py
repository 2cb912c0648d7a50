"""Whoever talks to whichever server while everybody else does: what they wanted last is there, and nothing twice."""

import random
from pathlib import Path
from typing import Any

import pytest

from scim.jobs.groups import MARK
from tests.crowd import crowd
from tests.crowd.customer import Customer, Person
from tests.op.account import StandIn

OPERATIONS = 160


def test_four_servers_and_two_tickers_end_where_everybody_wanted(tmp_path: Path):
    outcome = crowd.run(tmp_path, OPERATIONS, seed=7)

    assert outcome.differences == []
    assert outcome.mails > 10
    assert outcome.calls > OPERATIONS


WORLD: dict[str, Any] = {
    "people": [{"email": "barbara@example.com", "name": "Barbara", "state": "ACTIVE"}],
    "groups": [{"name": "Guides", "description": MARK, "members": ["barbara@example.com"]}],
}


@pytest.mark.parametrize(
    ("changed", "mails"),
    [
        ({"people": []}, 1),
        ({"people": WORLD["people"] * 2}, 1),
        ({"people": [WORLD["people"][0] | {"state": "SUSPENDED"}]}, 1),
        ({"people": [WORLD["people"][0] | {"name": "Babs"}]}, 1),
        ({"groups": []}, 1),
        ({"groups": WORLD["groups"] * 2}, 1),
        ({"groups": [WORLD["groups"][0] | {"members": []}]}, 1),
        ({}, 2),
        ({}, 0),
    ],
)
def test_the_judge_sees_what_is_wrong(changed: dict[str, Any], mails: int, tmp_path: Path):
    barbara = Person("barbara@example.com", "1", "Barbara", known=True)
    customer = Customer(
        random.Random(1), [], "", StandIn(tmp_path), [barbara], {}, {"g": ("Guides", {barbara.address})}
    )

    assert list(crowd.differences([customer], WORLD, {barbara.address: 1})) == []
    assert list(crowd.differences([customer], WORLD | changed, {barbara.address: mails})) != []
