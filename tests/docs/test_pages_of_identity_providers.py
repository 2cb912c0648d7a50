"""Each identity provider has a page of one shape, and what it names is there."""

import json
import re
from pathlib import Path

import pytest

from scim.dialects import DIALECTS

ROOT = Path(__file__).parents[2]
HERE = ROOT / "docs/identity-providers"
PUSHING = {name: (HERE / f"{name}.md").read_text() for name in DIALECTS if name != "rfc"}
SECTIONS = ["What you need", "Fields", "Mappings", "First sync", "Test it", "Known limits"]


@pytest.mark.parametrize("name", PUSHING)
def test_a_page_goes_from_the_fields_to_the_limits(name):
    assert re.findall(r"^## (.+)", PUSHING[name], re.MULTILINE) == SECTIONS


@pytest.mark.parametrize("name", PUSHING)
def test_a_page_is_called_as_the_dialect_is(name):
    assert PUSHING[name].startswith(f"# {DIALECTS[name].title}\n")


@pytest.mark.parametrize("name", PUSHING)
def test_a_page_mints_a_token_of_its_dialect(name):
    assert f"`python -m scim token mint {name} --dialect {name}`" in PUSHING[name]


@pytest.mark.parametrize("name", PUSHING)
def test_a_page_says_how_to_play_the_conversation_that_was_recorded(name):
    assert re.findall(r"make replay\s+FILE=(\S+?)`", PUSHING[name]) == [f"tests/exchanges/{name}.json"]
    assert (ROOT / f"tests/exchanges/{name}.json").exists()


@pytest.mark.parametrize("name", PUSHING)
def test_a_page_names_its_sources_and_says_what_was_not_tried(name):
    *_, last = PUSHING[name].strip().split("\n\n")

    assert last.startswith("Sources: ")
    assert re.search(r"not with a live|Nothing on this page was seen on the wire", PUSHING[name])


def test_the_count_of_what_is_inferred_of_rippling_is_right():
    steps = json.loads((ROOT / "tests/exchanges/rippling.json").read_text())["steps"]
    inferred = [step for step in steps if step["confidence"] == "inferred" and not step["name"].startswith("cleanup")]

    assert f"{len(inferred)} of its\nsteps are inferred" in PUSHING["rippling"]


def test_the_template_of_onelogin_is_json():
    (template,) = re.findall(r"```json\n(.*?)```", PUSHING["onelogin"], re.DOTALL)

    assert set(json.loads(template)) == {"schemas", "userName", "displayName", "name", "emails"}
