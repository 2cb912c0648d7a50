"""The screens by the keyboard alone."""

from collections.abc import Mapping

import pytest
from playwright.sync_api import Page

from tests.browser import screens
from tests.browser.conftest import Visit
from tests.browser.population import Population
from tests.browser.running import Running

MOST_STEPS = 200
FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  return {
    what: at.outerHTML.slice(0, 120), tag: at.tagName, name: at.innerText || at.name || "",
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
  };
}"""
OPERABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"


def test_the_first_step_skips_to_the_content(administrator: Visit) -> None:
    administrator.opens("/people")
    page = administrator.page
    page.keyboard.press("Tab")
    first = page.evaluate(FOCUSED)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert (first["name"], first["outlined"], first["inside"]) == ("Skip to the content", True, True)
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize(
    "name", ["overview", "person-refused", "group-held", "hold-approve", "unmanage", "rotate", "workspace"]
)
def test_everything_is_reached_in_order_and_seen(
    name: str, administrator: Visit, bridge: Running, population: Population
) -> None:
    administrator.opens(screens.addresses(bridge, population)[name])
    reached = list(_walk(administrator.page))

    assert [each["what"] for each in reached if not each["outlined"]] == []
    assert [each["what"] for each in reached if not each["inside"]] == []
    assert len(reached) == administrator.page.evaluate(
        f"[...document.querySelectorAll({OPERABLE!r})].filter((each) => each.checkVisibility()).length"
    )


def _walk(page: Page) -> list[Mapping[str, object]]:
    reached: list[Mapping[str, object]] = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None or (reached and at["what"] == reached[0]["what"]):
            return reached
        reached.append(at)
    raise AssertionError("The focus goes on and on.")


def test_a_search_is_typed_and_sent(administrator: Visit) -> None:
    administrator.opens("/people")
    page = administrator.page
    page.get_by_label("Name or address begins with").focus()
    page.keyboard.type("barbara")
    page.keyboard.press("Tab")
    page.keyboard.press("R")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url("**standing=refused**")
    assert "Barbara" in page.inner_text("tbody")


def test_a_decision_is_made_without_a_mouse(administrator: Visit, population: Population) -> None:
    """Up to the button that does it, and away from it."""
    administrator.opens("/holds/people")
    page = administrator.page
    page.get_by_role("link", name="Let them through…").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**decision=approve**")
    page.get_by_role("button", name="Let exactly these").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url("**/holds")
    assert administrator.shows(f"People to suspend: {len(population.people['held'])}")
