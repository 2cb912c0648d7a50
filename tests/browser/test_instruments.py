"""What looks at the screens sees what it is to see: a page that is wrong in every way is told."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import accessibility
from tests.browser.chromium import Watch
from tests.browser.running import eventually

ORIGIN = "http://bridge.example.com"
POLICY = "default-src 'none'; img-src *"


@pytest.fixture
def wrong(browser: Browser) -> Iterator[tuple[Page, Watch]]:
    """It answers every site itself: no request leaves the browser."""
    context, watch = browser.new_context(), Watch(ORIGIN)
    watch.attach(context)
    page = context.new_page()
    page.route("**", lambda route: route.fulfill(status=404, body=""))
    body = """<html lang="en"><title>Wrong</title><main><h1>Wrong</h1><script>alert(1)</script>
      <img src="http://elsewhere.example.net/a.png"><img alt="" src="/missing.png">
      </main>"""
    headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html"}
    page.route(f"{ORIGIN}/", lambda route: route.fulfill(body=body, headers=headers))
    page.goto(f"{ORIGIN}/")
    yield page, watch
    context.close()


def test_the_watch_tells_what_the_policy_refused_and_who_else_was_asked(wrong: tuple[Page, Watch]) -> None:
    page, watch = wrong

    assert eventually(lambda: page.wait_for_timeout(10) or (watch.violations and watch.foreign and watch.errors), 10)
    assert watch.foreign == ["http://elsewhere.example.net/a.png"]
    assert watch.executed == []
    with pytest.raises(AssertionError):
        watch.require_clean()


def test_axe_tells_an_image_without_a_text(wrong: tuple[Page, Watch]) -> None:
    found = accessibility.grave(wrong[0])

    assert [line.partition(":")[0] for line in found] == ["critical image-alt"]


def test_a_page_that_scrolls_sideways_and_is_too_faint_is_told(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<main><p style='width: 5000px; color: #999'>Wide</p></main>")

    assert accessibility.overflow(page, accessibility.NARROW)[-1] == "the page"
    assert [line.partition(":")[0] for line in accessibility.grave(page, accessibility.COLOURS)] == [
        "serious color-contrast"
    ]
    page.close()
