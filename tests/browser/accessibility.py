"""What keeps somebody from using a page: what axe-core (github.com/dequelabs/axe-core) finds, and what does not fit."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_SOURCE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
WIDE, NARROW, ZOOMED = 1280, 320, 640
"""CSS pixels. A window 1280 wide at 200 % zoom has room for 640."""
GRAVE = ("serious", "critical")
ALL = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
SIZES = ("target-size", "scrollable-region-focusable")
"""Rules of which a dark, or a narrow page may break more than others."""


def grave(page: Page, rules: Sequence[str] = ALL) -> list[str]:
    """One line for each element that breaks one of the rules, seriously or critically. Scripts of a test are not
    subject to the page's policy.
    """
    page.evaluate(f"() => {{ if (!window.axe) {{ {_SOURCE} }} }}")
    options = {"runOnly": list(rules), "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{each['impact']} {each['id']}: {node['html'][:150]} ({'; '.join(check['message'] for check in node['any'])})"
        for each in found["violations"]
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


def overflow(page: Page, width: int) -> list[str]:
    """What makes the page scroll sideways at that width; what scrolls in a region of its own does not."""
    page.set_viewport_size({"width": width, "height": 900})
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
          [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > innerWidth + 1
            && !each.closest(".scroll")).map((each) => each.outerHTML.slice(0, 120)).concat("the page")"""
    )
    return found
