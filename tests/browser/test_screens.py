"""Every screen: operable by everybody, in every size and colour, and nothing but what this bridge sends."""

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import Page

from tests.browser import accessibility, screens
from tests.browser.accessibility import NARROW, WIDE, ZOOMED, overflow
from tests.browser.conftest import Visit
from tests.browser.population import Population
from tests.browser.running import ROOT, Running

SCREENSHOTS = ROOT / "build" / "screenshots"
HIGHEST = 2400
"""CSS pixels of a picture."""
FOLD = 760
"""CSS pixels of one in the documentation."""
MOST_ROWS = 8
DOCUMENTED = ("overview", "people", "person-refused", "hold-approve", "managed", "workspace", "connections", "activity")
"""Screens that docs/admin.md shows: `scripts/screenshots` puts their pictures into docs/images."""


@pytest.fixture
def addresses(bridge: Running, population: Population) -> Mapping[str, str]:
    return screens.addresses(bridge, population)


@pytest.mark.parametrize("name", screens.NAMES)
def test_a_screen_can_be_used_by_everybody(name: str, administrator: Visit, addresses: Mapping[str, str]) -> None:
    administrator.opens(addresses[name])

    _require_usable(administrator.page, name)


def test_the_page_that_shows_a_new_token_can_be_used_by_everybody(administrator: Visit) -> None:
    """And the one before it, when it says what is wrong."""
    administrator.opens("/connections/new")
    administrator.page.get_by_label("Name of the client").evaluate("(field) => field.removeAttribute('pattern')")
    administrator.page.get_by_label("Name of the client").fill("Not A Name")
    administrator.presses("Mint a token")
    assert administrator.page.get_by_role("alert").is_visible()
    _require_usable(administrator.page, "connect-wrong")
    administrator.page.get_by_label("Name of the client").fill("a-new-client")
    administrator.presses("Mint a token")

    _require_usable(administrator.page, "minted")


def test_the_documentation_shows_these_screens_and_no_other() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(images/([a-z-]+)\.png\)", (ROOT / "docs" / "admin.md").read_text())

    assert sorted(shown) == sorted(DOCUMENTED)
    assert sorted(path.stem for path in (ROOT / "docs" / "images").glob("*.png")) == sorted(DOCUMENTED)


def _require_usable(page: Page, name: str) -> None:
    """In a wide, a zoomed and a narrow window, in light and dark; with pictures of it."""
    too_wide = {width: overflow(page, width) for width in (ZOOMED, NARROW, WIDE)}
    _take_pictures(page, name)
    _shorten_tables(page)
    found = {"wide": accessibility.grave(page)}
    page.emulate_media(color_scheme="dark")
    found["dark"] = accessibility.grave(page, accessibility.COLOURS)
    page.set_viewport_size({"width": NARROW, "height": 900})
    found["narrow"] = accessibility.grave(page, accessibility.SIZES)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDE, "height": 900})

    assert found == {"wide": [], "dark": [], "narrow": []}
    assert too_wide == {ZOOMED: [], NARROW: [], WIDE: []}


def _shorten_tables(page: Page) -> None:
    """Rows of one table are alike, and axe-core looks at every pair of elements."""
    page.evaluate(
        """(most) => document.querySelectorAll("tbody")
          .forEach((body) => [...body.rows].slice(most).forEach((row) => row.remove()))""",
        MOST_ROWS,
    )


def _take_pictures(page: Page, name: str) -> None:
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        height = min(page.evaluate("document.documentElement.scrollHeight"), HIGHEST)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            path = SCREENSHOTS / f"{name}-{scheme}-{width}.png"
            clip = {"x": 0, "y": 0, "width": width, "height": height}
            secret = page.locator("code", has_text="scimb_")
            page.screenshot(
                path=path, full_page=True, clip=clip, animations="disabled", mask=[secret], mask_color="#777777"
            )
            if name in DOCUMENTED and (width, scheme) == (WIDE, "light"):
                page.screenshot(path=SCREENSHOTS / "docs" / f"{name}.png", clip={**clip, "height": FOLD})
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDE, "height": 900})
