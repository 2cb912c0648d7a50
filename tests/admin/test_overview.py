"""The first page: what wants a decision comes first; whether it works, and what is owed, is told at a glance."""

from pathlib import Path

import pytest

from scim.admin import health
from scim.jobs.removals import RemovalLimit
from scim.records import Event, Report, SecretsUnavailable
from tests.admin.screens import Screens, make_screens
from tests.bridge import GROUP
from tests.jobs.test_removals import deactivate, join


def test_a_new_bridge_says_where_to_begin(screens: Screens):
    text = screens.words("/")

    assert "Nothing has run yet" in text
    assert "What wants your decision Nothing." in text
    assert "Nothing: the account has what is wanted" in text
    assert "Not counted yet" in text
    assert "Nothing has happened in the last 30 days" in text


def test_it_is_told_who_stands_where(screens: Screens):
    screens.bridge.post_user(displayName="Barbara Jensen")
    screens.bridge.post_user("mandy@example.com", active=False)
    screens.bridge.settle()

    text = screens.words("/")

    assert "2 people and 0 groups, counted less than a minute ago" in text
    assert "Invited 1 0 has not accepted yet" in text
    assert "Settling Settle healthy less than a minute ago" in text
    assert "Confirming ConfirmationWatcher never never" in text


def test_the_charts_say_in_words_what_they_draw(screens: Screens):
    screens.bridge.post_user()
    screens.bridge.settle()

    text, page = screens.words("/"), screens.get("/")

    assert "In the last 30 days: 1 joined, 0 left, 0 changed, 0 refused." in text
    assert "Of 1 change in the last 30 days: 100 % within 30 s." in text
    assert 'role="img"' in page
    assert '<rect class="joined"' in page


def test_held_removals_come_first(tmp_path: Path):
    screens = make_screens(tmp_path, limit=RemovalLimit(people_least=1))
    for id in join(screens.bridge, 3):
        deactivate(screens.bridge, id)
    screens.bridge.settle()

    text = screens.words("/")

    assert "What wants your decision 2 removals waiting for your decision" in text
    assert "2 of them held" in text


def test_a_group_that_is_asked_for_is_a_decision(screens: Screens):
    screens.bridge.target.add_group("Guides")
    screens.bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Guides"})

    assert "wants the group “Guides”, which is not managed. Choose what it may have" in screens.words("/")


def test_who_was_refused_is_a_decision(tmp_path: Path):
    screens = make_screens(tmp_path, wait=0)
    screens.bridge.target._allowed_domains = frozenset({"example.org"})
    screens.bridge.post_user()
    screens.bridge.settle()

    assert "1 person refused by the account. See who and why" in screens.words("/")
    assert "It works, with trouble" in screens.words("/")


def test_a_job_that_fell_silent_is_told(screens: Screens):
    screens.bridge.settle()
    screens.bridge.clock.advance(7200)

    text = screens.words("/")

    assert "Settle has not reported for 2 hours" in text
    assert "Something does not work" in text


def test_a_job_that_could_not_work_says_why(screens: Screens):
    screens.bridge.target.fail("users", "TargetUnavailable")
    screens.bridge.confirm()

    assert "ConfirmationWatcher could not work:" in screens.words("/")


def test_drift_and_a_plan_that_waits_are_decisions(tmp_path: Path):
    screens = make_screens(tmp_path, source="Google Workspace")
    store = screens.bridge.store
    at, ends = "2027-01-15T08:00:00Z", "2027-01-16T08:00:00Z"
    store.put_report(Report("Reconcile", at, ends, "degraded", {"drift": 3}))
    store.put_report(Report("Pull", at, ends, "degraded", {"outcome": "waits", "digest": "0123456789abcdef"}))

    text = screens.words("/")

    assert "3 differences made in the account by hand." in text
    assert "The plan of a pull waits for your approval." in text
    assert "Run pull now" in text


def test_what_has_been_owed_for_long_is_told(tmp_path: Path):
    screens = make_screens(tmp_path, wait=0)
    screens.bridge.post_user()
    screens.bridge.target.fail("users", "TargetUnavailable")
    screens.bridge.settle()
    screens.bridge.clock.advance(3000)

    text = screens.words("/")

    assert (
        "The account is still owed 1 person, 0 groups and 0 memberships. The oldest change is 50 minutes old." in text
    )
    assert "Something has been owed for 50 minutes." in text


def test_a_token_that_ends_soon_is_a_decision_unless_the_next_one_is_there(screens: Screens):
    for client, days in (("sales", 5.0), ("ops", 5.0), ("ops", 300.0)):
        screens.services.connections.mint(client, "okta", days)

    text = screens.words("/")

    assert "The token of sales ends in 4 days." in text
    assert "The token of ops" not in text


def test_tokens_that_cannot_be_read_do_not_hide_the_rest(tmp_path: Path):
    class Away:
        writable = True

        def all(self):
            raise SecretsUnavailable("The secret 'tokens' cannot be read just now.")

    screens = make_screens(tmp_path, connections=Away())

    assert "cannot be read just now. Look at the connections" in screens.words("/")
    assert screens.http.get("/connections").status_code == 503


@pytest.mark.parametrize(("job", "source"), [("settle", "Settle"), ("confirm", "ConfirmationWatcher")])
def test_a_job_is_run_by_hand(screens: Screens, job: str, source: str):
    assert f"{source} ran: healthy." in screens.done(f"/run/{job}")
    event = screens.bridge.store.events(1)[0]
    assert (event.actor, event.action, event.changes) == ("admin", "job.asked", [{"job": job, "state": "healthy"}])


def test_a_job_that_cannot_work_is_told(screens: Screens):
    screens.bridge.target.fail("users", "TargetUnavailable")

    assert "ConfirmationWatcher ran: unhealthy." in screens.done("/run/confirm")


@pytest.mark.parametrize("job", ["pull", "nothing", "settle%2f"])
def test_a_job_that_is_not_there_is_not_run(screens: Screens, job: str):
    assert screens.send(f"/run/{job}").status_code == 404


@pytest.mark.parametrize(
    ("states", "word"),
    [([], "new"), (["healthy"], "working"), (["healthy", "degraded"], "troubled"), (["unhealthy", "degraded"], "down")],
)
def test_the_verdict_is_that_of_the_worst(states: list[str], word: str):
    reports = [
        Report(str(number), "2027-01-15T08:00:00Z", "2027-01-15T09:00:00Z", state)  # type: ignore[arg-type]
        for number, state in enumerate(states)
    ]

    assert health.verdict(health.components(reports, 1_800_000_000.0)) == word


def test_what_a_part_counted_stands_apart_from_its_reason(screens: Screens):
    at, until = "2027-01-15T07:59:00Z", "2027-01-15T09:00:00Z"
    screens.bridge.store.put_report(Report("Pull", at, until, "degraded", {"reason": "A plan waits", "users": 12}))

    assert "A plan waits.<br><small>users 12</small>" in screens.get("/")


def test_figures_of_odd_days_are_drawn(screens: Screens):
    screens.bridge.store.append_event(Event("0", "2020-01-01T00:00:00Z", "okta", "user.changed", None))
    screens.bridge.settle()

    assert "Nothing has happened in the last 30 days" in screens.words("/")
