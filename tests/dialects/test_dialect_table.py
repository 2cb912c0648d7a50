"""Code, exchange and source belong together: every quirk names its evidence, and the evidence is there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scim.dialects import DIALECTS, tolerances
from scim.dialects.table import explanation, table

ROOT = Path(__file__).parents[2]
EXCHANGES = ROOT / "tests/exchanges"
QUIRKS = {
    quirk
    for dialect in DIALECTS.values()
    for quirk in (*dialect.resource_quirks, *dialect.patch_quirks, *dialect.filter_quirks)
} | {*tolerances.RESOURCE, *tolerances.PATCH, *tolerances.FILTER}
STEP = re.compile(r'(\w+\.json), "([^"]+)"')


def steps(file: str) -> set[str]:
    return {step["name"] for step in json.loads((EXCHANGES / file).read_text())["steps"]}


def by_name(quirk: Any) -> str:
    return quirk.__name__


def test_the_page_of_quirks_is_up_to_date() -> None:
    """`python -m scim.dialects > docs/quirks.md` makes it anew."""
    assert (ROOT / "docs/quirks.md").read_text() == table(DIALECTS)


@pytest.mark.parametrize("quirk", sorted(QUIRKS, key=by_name), ids=by_name)
def test_a_quirk_says_what_it_is_and_why(quirk: Any) -> None:
    what, evidence = explanation(quirk)

    assert what.endswith(".")
    assert evidence


@pytest.mark.parametrize("quirk", sorted(QUIRKS, key=by_name), ids=by_name)
def test_a_quirk_names_a_step_of_an_exchange_that_exists(quirk: Any) -> None:
    _, evidence = explanation(quirk)

    named = STEP.findall(evidence)

    assert named
    assert [step for file, step in named if step not in steps(file)] == []


@pytest.mark.parametrize("room", sorted((ROOT / "scim/dialects").glob("*.py")), ids=lambda path: path.stem)
def test_every_step_a_room_names_exists(room: Path) -> None:
    text = re.sub(r"\s+", " ", room.read_text())

    assert [step for file, step in STEP.findall(text) if step not in steps(file)] == []


def test_dialects_are_listed_under_their_own_names() -> None:
    assert {name: dialect.name for name, dialect in DIALECTS.items()} == {name: name for name in DIALECTS}


def test_every_identity_provider_has_a_dialect() -> None:
    assert set(DIALECTS) == {"rfc", "entra", "okta", "onelogin", "jumpcloud", "rippling"}
