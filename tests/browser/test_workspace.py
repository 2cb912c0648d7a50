"""Google Workspace at the screens: the plan of the first pull waits, is looked at, approved, and carried out."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from scim.jobs.pull_notes import SELECTION
from scim.jobs.selection import Selection
from scim.stores.sqlite import SqliteStore
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
    with serving(company(people=3, teams=1)) as directory:
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

    assert "person000002@example.com" in steps
    assert "Approved by admin" in approved
    assert told.startswith("Pull ran: ")
    assert visit.page.locator("tbody tr").count() == 3
    assert eventually(lambda: len(pulling.account.mails()) == 3)
