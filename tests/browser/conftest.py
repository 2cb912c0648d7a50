"""One browser for all tests; one bridge with two thousand people for those that do not need one of their own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests import canaries
from tests.browser import chromium
from tests.browser.chromium import Watch
from tests.browser.population import Population, populate
from tests.browser.running import Running, environment, eventually, running
from tests.directory.server import serving
from tests.directory.world import company
from tests.onepassword import write_session
from tests.op.account import StandIn
from tests.requirements_of_machine import require

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bridge of its own can be written and started: an account, and the state directory."""

    account: StandIn
    state: Path

    @property
    def store_path(self) -> Path:
        return self.state / "bridge.db"


@dataclass(frozen=True, slots=True)
class Visit:
    """A page of a browser that has opened the link to the screens, and what its pages did meanwhile."""

    page: Page
    watch: Watch
    admin: str

    def opens(self, path: str) -> None:
        self.page.goto(f"{self.admin}{path}")

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def follows(self, name: str) -> None:
        self.page.get_by_role("link", name=name).click()

    def shows(self, text: str) -> bool:
        return text in self.page.inner_text("main")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    require(chromium.EXECUTABLE, "Chromium (Debian: apt-get install chromium)")
    with chromium.started() as found:
        yield found


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Place]:
    def made() -> Place:
        directory = tmp_path_factory.mktemp("bridge")
        found = Place(StandIn(directory / "account"), directory / "state")
        found.state.mkdir(mode=0o700)
        write_session(found.account, found.state)
        return found

    return made


@pytest.fixture(scope="session")
def populated(browser: Browser, place: Callable[[], Place]) -> Iterator[tuple[Running, Population]]:
    """With everybody in their standing, Google Workspace as a source, and each job run once."""
    here = place()
    population = populate(here.store_path, here.account)
    with serving(company(people=12, teams=2)) as directory:
        environ = environment(here.state, here.account, **directory.environment())
        with running(environ, here.account) as bridge:
            assert eventually(lambda: bridge.reported("Reconcile") and bridge.reported("Pull"))
            yield bridge, population
    canaries.look_into(here.state / "bridge.log")


@pytest.fixture
def bridge(populated: tuple[Running, Population]) -> Running:
    return populated[0]


@pytest.fixture
def population(populated: tuple[Running, Population]) -> Population:
    return populated[1]


@pytest.fixture
def visiting(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens the screens of a bridge; `options` are those of a browser context. At the end of the test nothing may have
    run, been refused by the policy, or gone to another site.
    """
    opened: list[tuple[BrowserContext, Watch]] = []

    def visit(bridge: Running, **options: Any) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(20_000)
        watch = Watch(bridge.origin)
        watch.attach(context)
        opened.append((context, watch))
        page = context.new_page()
        page.goto(bridge.bridge.admin_url)
        return Visit(page, watch, bridge.admin)

    yield visit
    for context, _ in opened:
        context.close()
    for _, watch in opened:
        watch.require_clean()


@pytest.fixture
def administrator(bridge: Running, visiting: Callable[..., Visit]) -> Visit:
    return visiting(bridge)
