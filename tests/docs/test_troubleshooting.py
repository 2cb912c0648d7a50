"""Whatever the bridge says, the page on troubleshooting says what to do about it."""

import re
from pathlib import Path

import pytest

from tests.docs import said

PAGE = (Path(__file__).parents[2] / "docs/troubleshooting.md").read_text()
ANSWERS, _, LOG = PAGE.partition("\n## What the log says\n")
CODE = re.compile(r"``(.+?)``(?!`)|`([^`]+)`")


def told(part: str) -> set[str]:
    """What the first cells of the tables quote."""
    cells = re.findall(r"^\| (.+?) \|", part, re.MULTILINE)
    return {double or single for cell in cells for double, single in CODE.findall(cell)}


def test_every_sentence_of_an_error_has_an_entry():
    assert said.sentences() - told(ANSWERS) == set()


def test_every_sentence_that_has_an_entry_can_be_said():
    spoken = {text for text in told(ANSWERS) if " " in text and not text.startswith(("make ", "curl "))}

    assert spoken - said.sentences() == set()


def test_every_log_event_has_an_entry():
    names = told(LOG)

    assert [name for name in sorted(said.events()) if not any(said.fits(name, each) for each in names)] == []


def test_every_log_event_that_has_an_entry_can_come():
    events = said.events()

    assert [each for each in sorted(told(LOG)) if not any(said.fits(name, each) for name in events)] == []


@pytest.mark.parametrize(
    "known",
    [
        "There is no … with the id ….",
        "1Password was busy with another change; the bridge tries again.",
        "The bridge's store does not answer. Nothing is lost; try again soon.",
        "In the filter, … is compared by `…`: it needs ….",
        "… must be a string.",
    ],
)
def test_a_sentence_is_found_wherever_it_stands(known):
    assert known in said.sentences()


@pytest.mark.parametrize("known", ["http.crashed", "user.invited", "settle.…", "job.state", "….created"])
def test_an_event_is_found_wherever_it_is_named(known):
    assert known in said.events()
