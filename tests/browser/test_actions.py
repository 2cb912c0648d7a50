"""What people do at the screens, by its effect: on the account, on the store, or on what they are told."""

import csv
import io
import json

from playwright.sync_api import expect

from scim import tokens
from scim.records import Ref
from scim.secrets.local import LocalSecrets
from tests.browser.conftest import Visit
from tests.browser.population import ASKED_FOR, PEOPLE, Population
from tests.browser.running import Running, eventually


def told(visit: Visit) -> str:
    return visit.page.get_by_role("status").first.inner_text()


# ── people and groups ─────────────────────────────────────────────────────────────────────────────────────


def test_people_are_searched_by_a_word_and_by_a_standing(administrator: Visit, population: Population) -> None:
    administrator.opens("/people")
    administrator.page.get_by_label("Name or address begins with").fill("barbara")
    administrator.page.get_by_label("Standing").select_option("refused")
    administrator.presses("Show")

    rows = administrator.page.locator("tbody tr")
    assert all("Barbara" in row and "Refused" in row for row in rows.all_inner_texts())
    assert 0 < rows.count() < len(population.people["refused"])


def test_all_people_are_reached_page_by_page(administrator: Visit) -> None:
    administrator.opens("/people")
    first = administrator.page.locator("tbody th").all_inner_texts()
    administrator.follows("Next page")
    second = administrator.page.locator("tbody th a").evaluate_all("all => all.map((each) => each.href)")
    administrator.follows("First page")

    assert len(first) == len(second) == PEOPLE // 40
    assert administrator.page.locator("tbody th").all_inner_texts() == first


def test_somebody_in_order_is_looked_at_again(administrator: Visit, population: Population) -> None:
    administrator.opens(f"/people/{population.people['active'][5]}")
    administrator.presses("Look again and settle now")

    assert "in order" in told(administrator)


def test_a_refusal_that_is_tried_again_says_the_accounts_reason(administrator: Visit, population: Population) -> None:
    administrator.opens(f"/people/{population.people['refused'][-1]}")
    administrator.presses("Try again now")

    assert "does not allow the e-mail domain 'elsewhere.example.net'" in told(administrator)


def test_the_reason_of_a_refusal_that_is_tried_again_is_kept(administrator: Visit, population: Population) -> None:
    administrator.opens(f"/people/{population.people['refused'][-2]}")
    administrator.presses("Try again now")

    reason = told(administrator).removeprefix("The account refuses: ")
    assert administrator.page.locator("dd.error").inner_text() == reason


def test_who_was_renamed_by_hand_is_shown_beside_what_is_wanted(administrator: Visit, population: Population) -> None:
    administrator.opens(f"/people/{population.people['renamed'][0]}")
    administrator.follows("Look at the account now")

    row = administrator.page.get_by_label("Wanted, and actual").get_by_role("row", name="Name").last.inner_text()
    assert "Renamed By Hand" in row
    assert "differs" in row


def test_an_id_is_copied(administrator: Visit, bridge: Running, population: Population) -> None:
    id = population.people["active"][6]
    administrator.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=bridge.origin)
    administrator.opens(f"/people/{id}")
    administrator.presses(f"Copy {id}")

    expect(administrator.page.get_by_text("Copied")).to_be_visible()
    assert administrator.page.evaluate("navigator.clipboard.readText()") == id


def test_a_group_is_looked_at_and_its_members_are_paged_through(administrator: Visit, population: Population) -> None:
    administrator.opens(f"/groups/{population.groups[10]}")
    administrator.follows("Look at the account now")
    assert "50" in administrator.page.get_by_role("row", name="Members").inner_text()
    administrator.follows("Next members")
    assert administrator.shows("26 to 50 of 50")
    administrator.presses("Look again and settle now")

    assert "in order" in told(administrator)


# ── what may be managed, and what is held ─────────────────────────────────────────────────────────────────


def test_a_group_is_managed_and_taken_back(administrator: Visit, bridge: Running, population: Population) -> None:
    administrator.opens("/managed")
    assert ASKED_FOR in administrator.page.locator("tbody tr").first.inner_text()
    administrator.page.get_by_label("Contractors", exact=True).check()
    administrator.presses("See what will happen…")
    assert "1 group will be managed" in administrator.page.inner_text("main")
    administrator.presses("Save: manage 1")
    assert "Managed now, with 0 members: “Contractors”." in told(administrator)
    managed = [record.document["displayName"] for record in bridge.store.scan("Group")]
    administrator.page.get_by_label("Contractors", exact=True).uncheck()
    administrator.presses("See what will happen…")
    administrator.presses("Save: unmanage 1")

    assert "Yours again: “Contractors”" in told(administrator)
    assert "Contractors" in managed
    assert "Contractors" not in [record.document["displayName"] for record in bridge.store.scan("Group")]
    assert population.foreign["Contractors"] in {group["id"] for group in bridge.account.world()["groups"]}


def test_ticks_are_kept_when_a_choice_is_changed_again(administrator: Visit, population: Population) -> None:
    """By the keyboard, up to the button that does it and away from it."""
    administrator.opens("/managed")
    page = administrator.page
    box = page.get_by_label("Contractors", exact=True)
    box.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="See what will happen…").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save: manage 1").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(box).to_be_checked()
    page.get_by_role("button", name="See what will happen…").click()
    administrator.follows("Not now")
    expect(box).not_to_be_checked()


def test_a_group_that_the_account_protects_is_told_and_not_saved(administrator: Visit) -> None:
    administrator.opens("/managed")
    administrator.follows("Why not: Owners")

    assert administrator.shows("cannot be managed: it is built in")
    assert administrator.page.get_by_role("button", name="Save").count() == 0


def test_a_hold_is_let_through_and_carried_out(administrator: Visit, bridge: Running, population: Population) -> None:
    scope = population.to_approve
    members = len(bridge.store.members(population.groups[3]))
    administrator.opens(f"/holds/{scope}")
    administrator.follows("Let them through…")
    administrator.follows("Not now")
    assert any(edge.group_id == population.groups[3] for edge in bridge.store.held_memberships())
    administrator.opens(f"/holds/{scope}")
    administrator.follows("Let them through…")
    administrator.presses("Let exactly these 3 through")

    assert told(administrator).startswith("Let through: 3 removals.")
    group = bridge.store.get(Ref("Group", population.groups[3]))
    assert group is not None
    assert eventually(lambda: _members(bridge, group.link.target_id) == members)


def test_a_hold_that_is_discarded_is_wanted_again(
    administrator: Visit, bridge: Running, population: Population
) -> None:
    before = len(bridge.store.members(population.groups[4]))
    administrator.opens(f"/holds/{population.to_discard}?decision=discard")
    administrator.presses("Keep exactly these 3")

    assert told(administrator).startswith("Kept: what is there is wanted again.")
    assert len(bridge.store.members(population.groups[4])) == before + 3


def _members(bridge: Running, target_id: str | None) -> int:
    return next(len(group["members"]) for group in bridge.account.world()["groups"] if group["id"] == target_id)


# ── jobs, drift and activity ──────────────────────────────────────────────────────────────────────────────


def test_every_job_is_run_by_hand(administrator: Visit) -> None:
    sentences = []
    for job in ("settle", "confirm", "reconcile", "pull"):
        administrator.opens("/")
        administrator.presses(f"Run {job} now")
        sentences.append(told(administrator))

    assert [sentence.partition(" ran: ")[0] for sentence in sentences] == [
        "Settle", "ConfirmationWatcher", "Reconcile", "Pull",
    ]  # fmt: skip


def test_drift_is_looked_for_by_hand(administrator: Visit, population: Population) -> None:
    administrator.opens("/drift")
    administrator.presses("Look now")
    administrator.opens("/drift")

    renamed = administrator.page.locator("tbody tr", has_text="renamed by hand")
    assert renamed.count() == len(population.people["renamed"])


def test_activity_is_filtered_and_paged_and_one_change_is_shown_as_a_diff(administrator: Visit) -> None:
    administrator.opens("/activity")
    administrator.page.get_by_label("What begins with").fill("user.created")
    administrator.presses("Show")
    actions = administrator.page.locator("tbody th").all_inner_texts()
    administrator.follows("Earlier")
    administrator.page.locator("tbody th a").first.click()

    assert set(actions) == {"Created by the identity provider"}
    assert "displayName" in administrator.page.locator("table.diff").inner_text()


def test_activity_is_taken_away_as_a_file(administrator: Visit) -> None:
    administrator.opens("/activity?action=user.invited")
    with administrator.page.expect_download() as rows:
        administrator.follows("CSV")
    with administrator.page.expect_download() as lines:
        administrator.follows("JSON lines")

    table = list(csv.DictReader(io.StringIO(rows.value.path().read_text())))
    events = [json.loads(line) for line in lines.value.path().read_text().splitlines()]
    assert {row["action"] for row in table} == {event["action"] for event in events} == {"user.invited"}
    assert len(table) == len(events) > PEOPLE / 2


# ── connections ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_client_that_has_two_live_tokens_gets_no_third(administrator: Visit, bridge: Running) -> None:
    for _ in range(2):
        administrator.opens("/connections/new")
        administrator.page.get_by_label("Name of the client").fill("two-at-most")
        administrator.presses("Mint a token")
        problem = administrator.page.get_by_role("alert")
    administrator.opens("/connections/new")
    administrator.page.get_by_label("Name of the client").fill("two-at-most")
    administrator.presses("Mint a token")

    assert "two-at-most" in problem.inner_text()
    known = tokens.read(LocalSecrets(bridge.state / "secrets"), "tokens")
    assert sum(each.client == "two-at-most" for each in known) == 2


def test_a_page_that_is_not_there_leads_to_the_overview(administrator: Visit) -> None:
    administrator.opens("/people/nobody")
    administrator.follows("To the overview")

    assert administrator.page.title().startswith("Overview")
