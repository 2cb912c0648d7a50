"""How the bridge stands, in a few lines, and for programs."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from scim import wiring
from scim.records import Link, Record, Ref, Report
from tests.cli.cast import AT, as_json, happening, join, shown

NEW = "Nothing has run yet."


def instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def report(source: str = "Settle", state: Any = "healthy", *, seconds: float = 600, **detail: Any) -> Report:
    now = time.time()
    return Report(source, instant(now - 1800), instant(now + seconds), state, detail)


def attention() -> list[str]:
    """But for the token that the next test mints."""
    return [each for each in as_json("status")["attention"] if "No bearer token" not in each]


def test_of_a_new_bridge_nothing_is_known(kept):
    told = shown("status")

    assert told.startswith(NEW)
    assert "Wanted: 0 users, 0 groups." in told
    assert "Users: none. Groups: none." in told
    assert as_json("status")["verdict"] == "new"


def test_without_a_token_it_says_that_nobody_can_call(kept):
    assert "No bearer token is live" in shown("status")

    assert shown("token", "mint", "okta")
    assert "No bearer token is live" not in shown("status")
    assert "Tokens: 1 live: okta." in shown("status")


@pytest.mark.parametrize(
    ("reports", "verdict"),
    [
        ([report()], "It works, and something wants you to look at it:"),
        ([report(state="degraded")], "It works, with trouble."),
        ([report(state="unhealthy", reason="Nobody is signed in.")], "Something does not work."),
        ([report(seconds=-60)], "Something does not work."),
    ],
)
def test_one_sentence_sums_up_the_jobs(kept, reports, verdict):
    for each in reports:
        kept.put_report(each)

    assert shown("status").startswith(verdict)


def test_where_nothing_wants_attention_everything_works(kept):
    shown("token", "mint", "okta")
    kept.put_report(report())

    assert shown("status").startswith("Everything works.")


def test_who_stands_where_is_counted(kept):
    join(kept, "bjensen")
    join(kept, "mandy", link=Link("T-2", "invited", unsettled=False))
    join(kept, "jsmith", link=Link(last_error="Not allowed."))
    group = Record("Group", "guides", {"displayName": "Tour Guides"}, "okta", AT, AT)
    kept.create(group, (), happening("group.created", Ref("Group", "guides"), at=AT))

    assert "Users: 1 refused, 1 invited, 1 active. Groups: 1 owed." in shown("status")
    assert as_json("status")["standings"] == {
        "users": {"refused": 1, "invited": 1, "active": 1}, "groups": {"owed": 1}
    }  # fmt: skip
    assert attention() == ["1 person refused by the target (`python -m scim people --standing refused`)."]


def test_what_has_been_owed_for_long_is_told_with_its_age(kept):
    join(kept, "bjensen", link=Link())
    since = instant(time.time() - 7200 - 60)
    kept.put_note("figures", {"open": {"User/bjensen": since}})

    assert "Owed to the target: 1 users, 0 groups, 0 memberships. The oldest for 2 hours." in shown("status")
    assert as_json("status")["owed"]["since"] == since
    assert attention() == ["Something has been owed for 2 hours (`python -m scim people --standing owed`)."]


def test_what_is_owed_no_more_has_no_age(kept):
    join(kept, "bjensen")
    kept.put_note("figures", {"open": {"User/bjensen": AT}})

    assert "The oldest" not in shown("status")


def test_what_wants_a_person_is_a_sentence_each(kept):
    join(kept, "bjensen", link=Link("T-1", "active", held_at=1000.0))
    join(kept, "mandy", link=Link("T-2", "active", unsettled=False, waiting="Has to change their address."))
    group = Record("Group", "g", {"displayName": "Guides"}, "okta", AT, AT, link=Link(last_error="Not allowed."))
    kept.create(group, (), happening("group.created", Ref("Group", "g"), at=AT))
    kept.put_note("notices.unmanaged", {"groups": [{"target_id": "G", "name": "Drivers", "at": 1000.0}]})
    kept.put_note("drift", {"items": [{"kind": "person_renamed"}], "more": 2})
    kept.put_report(report("Pull", outcome="waits", digest="abc"))
    kept.put_report(report("Settle", "unhealthy", reason="Nobody is signed in."))
    kept.put_report(report("Reconcile", seconds=-60))

    assert attention() == [
        "Held until you decide: 1 removals (`python -m scim holds`).",
        "The plan of a pull waits for your approval (`python -m scim pull`).",
        "1 group refused by the target (`python -m scim events --action settle.refused`).",
        "1 person who have to do something themselves first (`python -m scim people --standing waiting`).",
        "The identity provider wants the group 'Drivers', which is not managed (`python -m scim groups list`).",
        "3 differences made in the target by hand (`python -m scim drift`).",
        "Settle could not work: Nobody is signed in.",
        "Reconcile has not reported for 30 minutes: does the schedule run?",
    ]
    assert all(sentence in shown("status") for sentence in attention())


def test_a_token_that_ends_soon_is_told_unless_its_client_has_another(kept):
    shown("token", "mint", "okta", "--days", "3.5")
    shown("token", "mint", "entra", "--days", "3")
    shown("token", "mint", "entra")

    assert attention() == ["The token of okta ends in 3 days (`python -m scim token mint okta`)."]


def test_tokens_that_cannot_be_read_are_told_and_the_rest_is_shown(kept, at_desk):
    wiring.secrets(at_desk).add_version(wiring.TOKENS_SECRET, "{")

    told = as_json("status")

    assert (told["tokens"], attention()) == (
        None, ["The secret with the token records is not JSON. Mint a token anew."]
    )  # fmt: skip
    assert "Wanted: 0 users" in shown("status")


def test_for_a_program_it_is_one_object(kept):
    kept.put_report(report("Settle", settled=3))

    told = json.loads(shown("status", "--json"))

    assert list(told) == [
        "verdict", "attention", "wanted", "standings", "owed", "drift", "asked_for", "plan", "tokens", "jobs"
    ]  # fmt: skip
    assert [job["state"] for job in told["jobs"]] == ["healthy", "never", "never"]
    assert told["jobs"][0]["detail"] == {"settled": 3}
    assert told["owed"] == {"users": 0, "groups": 0, "memberships": 0, "held": 0, "since": None}
