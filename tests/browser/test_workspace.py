"""Google Workspace at the screens: the plan of the first pull waits, is looked at, approved, and carried out; whom it
provisions is changed, and that plan waits too.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from scim.jobs.pull_notes import SELECTION
from scim.jobs.selection import Selection
from scim.stores.sqlite import SqliteStore
from tests.browser import accessibility
from tests.browser.accessibility import NARROW, WIDE, overflow
from tests.browser.conftest import Place, Visit
from tests.browser.running import Running, environment, eventually, running
from tests.directory.server import serving
from tests.directory.world import company


@pytest.fixture
def pulling(browser: Browser, place: Callable[[], Place]) -> Iterator[Running]:
    here = place()
    store = SqliteStore(str(here.store_path))
    store.put_note(SELECTION, Selection(groups=("team0000@example.com",)).to_note())
    store.close()
    with serving(company(people=6, teams=3, size=lambda _: 2)) as directory:
        environ = environment(here.state, here.account, **directory.environment())
        with running(environ, here.account) as bridge:
            assert eventually(lambda: bridge.reported("Pull"))
            yield bridge


def test_the_plan_of_the_first_pull_is_approved_and_carried_out(
    pulling: Running, visiting: Callable[..., Visit]
) -> None:
    visit = visiting(pulling)
    visit.follows("Look and approve")
    steps = visit.page.get_by_label("Steps of the plan").inner_text()
    visit.presses("Approve exactly this plan")
    approved = visit.page.get_by_text("Approved by").inner_text()
    visit.presses("Pull now")
    told = visit.page.get_by_role("status").first.inner_text()
    visit.opens("/people")

    assert "person000001@example.com" in steps
    assert "Approved by admin" in approved
    assert told.startswith("Pull ran: ")
    assert visit.page.locator("tbody tr").count() == 2
    assert eventually(lambda: len(pulling.account.mails()) == 2)


def test_a_group_is_looked_up_chosen_and_provisioned(pulling: Running, visiting: Callable[..., Visit]) -> None:
    """Each page of it can be used in a narrow window and by everybody."""
    visit = visiting(pulling)
    visit.opens("/workspace")
    visit.presses("Approve exactly this plan")
    visit.presses("Pull now")
    visit.opens("/workspace")
    visit.follows("Look which groups there are")
    visit.page.get_by_label("team0001@example.com").check()
    _require_usable(visit)
    visit.presses("Add the ticked ones to the form…")
    visit.page.get_by_label("Excluded").fill("person000005")
    visit.presses("See what changes…")
    wrong = visit.page.get_by_role("alert").inner_text()
    _require_usable(visit)
    visit.page.get_by_label("Excluded").fill("person000005@example.com")
    visit.presses("See what changes…")
    changes = visit.page.inner_text(".decide")
    _require_usable(visit)
    visit.presses("Store this choice")
    told = visit.page.get_by_role("status").first.inner_text()
    visit.presses("Pull now")
    visit.opens("/workspace")
    reason = visit.page.inner_text("section[aria-labelledby=plan]")
    _require_usable(visit)
    visit.presses("Approve exactly this plan")
    visit.presses("Pull now")
    visit.opens("/workspace")
    runs = visit.page.get_by_label("Last runs").locator("tbody tr").all_inner_texts()
    visit.opens("/people")

    assert "exclude: 'person000005' must be an e-mail address" in wrong
    assert "added: team0001@example.com" in changes
    assert "added: person000005@example.com" in changes
    assert told.startswith("Stored: 2 groups or patterns, 0 units, 1 excluded.")
    assert "What is chosen has changed" in reason
    for row, outcome in zip(runs, ("carried out", "waited", "carried out", "waited"), strict=True):
        assert outcome in row
    assert visit.page.locator("tbody tr").count() == 5


def _require_usable(visit: Visit) -> None:
    assert [overflow(visit.page, width) for width in (NARROW, WIDE)] == [[], []]
    assert accessibility.grave(visit.page) == []
