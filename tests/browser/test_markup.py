"""What others wrote is text, wherever it is shown: nothing of it runs, and none of it becomes part of a page."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from scim.wiring import event_id
from tests.browser.chromium import Watch
from tests.browser.conftest import Place, Visit
from tests.browser.markup import MARK, PAYLOADS, Planted, plant
from tests.browser.running import Running, environment, eventually, running


@pytest.fixture(scope="module")
def planted(browser: Browser, place: Callable[[], Place]) -> Iterator[tuple[Running, Planted]]:
    here = place()
    found = plant(here.store_path, here.account)
    with running(environment(here.state, here.account), here.account) as bridge:
        assert eventually(lambda: bridge.reported("Reconcile"))
        yield bridge, found


@pytest.mark.parametrize("payload", PAYLOADS[:-1], ids=range(len(PAYLOADS) - 1))
def test_each_payload_runs_where_it_is_taken_for_markup(payload: str, browser: Browser) -> None:
    """So that the test below could fail."""
    context = browser.new_context()
    watch = Watch("about:blank")
    watch.attach(context)
    page = context.new_page()
    page.set_content(
        f'<title>{"x" if "</title>" not in payload else payload}</title><p title="{payload}">{payload}</p>'
    )

    assert eventually(lambda: page.wait_for_timeout(10) or watch.executed, 5)
    context.close()


def test_nothing_that_others_wrote_becomes_part_of_a_page(
    planted: tuple[Running, Planted], visiting: Callable[..., Visit]
) -> None:
    """Without the policy, so that what would run does run; the fixture tells whether it did."""
    bridge, found = planted
    visit = visiting(bridge, bypass_csp=True)
    shown = dict.fromkeys(PAYLOADS, 0)

    for path in _paths(bridge, found):
        visit.opens(path)
        assert _made(visit.page) == [], path
        text = visit.page.locator("body").inner_text() + visit.page.title()
        for payload in PAYLOADS:
            shown[payload] += payload in text

    assert min(shown.values()) >= 10


def _paths(bridge: Running, found: Planted) -> list[str]:
    """Those that ask the account, for some: each takes a process or two."""
    people = [f"/people/{id}" for id in found.people] + [f"/people/{id}?look=1" for id in found.people[1:4]]
    groups = [f"/groups/{id}" for id in found.groups] + [f"/groups/{id}?look=1" for id in found.groups[:2]]
    managed = [f"/managed/{id}" for id in found.foreign]
    events = [f"/activity/{event.id}" for event in bridge.store.events(500)]
    lists = ("/", "/people", "/groups", "/managed", "/holds", "/drift", "/activity", "/connections", "/settings")
    scopes = [f"/holds/{scope}" for scope in ("people", f"group:{found.groups[0]}")]
    held = [f"{scope}{decision}" for scope in scopes for decision in ("", "?decision=approve", "?decision=discard")]
    typed = f"{event_id()}%22%3E%3Cimg%20{MARK}%20src=x%20onerror=alert(1)%3E"
    questions = ("people?q", "groups?q", "activity?actor", "activity?action", "activity?resource")
    asked = [f"/{question}={typed}" for question in questions]
    return [*lists, *people, *groups, *managed, *held, *events, *asked]


def _made(page: Page) -> list[str]:
    """Elements that a payload made, and links that would run one."""
    found: list[str] = page.evaluate(
        """(mark) => [...document.querySelectorAll(`[${mark}], iframe, [href^="javascript:" i], [action^="java" i]`)]
          .map((each) => each.outerHTML.slice(0, 200))""",
        MARK,
    )
    return found
