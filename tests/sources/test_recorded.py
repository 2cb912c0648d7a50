"""The recorded exchanges: what Google said, read by the source."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from scim.source_records import (
    SourceDenied,
    SourceGroup,
    SourceIncomplete,
    SourceReading,
    SourceUnavailable,
    SourceUser,
)
from scim.sources import google_rows
from scim.sources.google_refusals import (
    SCOPES,
    Foreign,
    Missing,
    Outdated,
    Passing,
    directory_refusal,
    exchange_refusal,
    signing_refusal,
)
from tests.directory import recorded
from tests.directory.directory import Directory
from tests.directory.reply import Reply
from tests.directory.world import World
from tests.sources.reading import opened

NARROWED = {"query", "showDeleted", "viewType", "includeDerivedMembership"}
NOT_RECORDED = "00aaa4"  # the members of this group


class Recording(Directory):
    """Answers with what was recorded for the same path and page."""

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        asked = urlsplit(target)
        token = parse_qs(asked.query).get("pageToken")
        for exchange in recorded.exchanges():
            known = urlsplit(exchange["request"]["url"])
            query = parse_qs(known.query)
            same = (exchange["request"]["method"], known.path, query.get("pageToken")) == (method, asked.path, token)
            if same and exchange["set"] == "ok" and not NARROWED & set(query):
                return Reply(exchange["response"]["status"], exchange["response"]["body"])
        return Reply(*recorded.answer("the group went away between two calls"))


@pytest.fixture(scope="module")
def reading() -> SourceReading:
    return opened(Recording(World())).read(lambda group: group.id != NOT_RECORDED)


def test_every_recorded_person_is_read(reading):
    assert [(user.email, user.active) for user in reading.users] == [
        ("ada.quist@example.com", True),
        ("bo.lange@example.com", True),
        ("cleo.ferro@example.com", False),
        ("dev.iyer@example.com", False),
        ("guest.partner@example.com", True),
    ]


def test_a_recorded_person_is_read_in_full(reading):
    assert reading.users[0] == SourceUser(
        id="101000000000000000001",
        email="ada.quist@example.com",
        active=True,
        given_name="Ada",
        family_name="Quist",
        full_name="Ada Quist",
        unit="/Staff/Engineering",
        title="Staff Engineer",
        department="Engineering",
        cost_center="CC-10",
        employee_number="E-1001",
    )


def test_aliases_are_read_and_private_and_technical_addresses_are_not(reading):
    assert reading.users[1].aliases == ("bo@example.com",)


def test_a_guest_is_one(reading):
    assert [user.email for user in reading.users if user.guest] == ["guest.partner@example.com"]


def test_every_recorded_group_is_read_with_its_count(reading):
    assert [(group.id, group.direct_users) for group in reading.groups] == [
        ("00aaa1", 3),
        ("00aaa2", 2),
        ("00aaa3", 0),
        ("00aaa4", 1),
    ]
    assert reading.groups[0] == SourceGroup(
        "00aaa1", "engineering@example.com", "Engineering", aliases=("eng@example.com",), direct_users=3
    )


def test_a_recorded_group_has_its_own_and_its_nested_people_and_no_outsiders(reading):
    members = reading.members["00aaa1"]

    assert members.user_ids == ("101000000000000000001", "101000000000000000002", "101000000000000000003")
    assert (len(members.outsiders), members.doubt) == (2, "")


def test_the_recorded_row_that_means_everybody_is_everybody(reading):
    assert reading.members["00aaa2"].user_ids == tuple(sorted(user.id for user in reading.users))


def test_the_recorded_empty_group_is_empty_and_that_is_no_error(reading):
    assert reading.members["00aaa3"].user_ids == ()


def test_google_flattens_a_recorded_group_to_the_same_people(reading):
    rows = [google_rows.member(row) for row in recorded.answer("members.list with derived members")[1]["members"]]

    assert {row.id for row in rows if row.type == "user"} == set(reading.members["00aaa1"].user_ids)


def test_the_recorded_scopes_are_the_ones_asked_for():
    assert list(SCOPES) == recorded.scopes()


def test_a_recorded_public_view_is_not_believed():
    row = recorded.row("users.list, public view", "users")

    with pytest.raises(SourceIncomplete, match="suspended"):
        google_rows.user(row)


def test_what_is_false_may_be_left_out_where_an_administrator_s_view_is_shown():
    row = recorded.row("users.list, first page", "users")
    del row["suspended"], row["archived"]

    assert google_rows.user(row).active


def test_a_recorded_person_who_was_deleted_is_known_as_such():
    assert google_rows.is_deleted(recorded.row("users.list, deleted in the last 20 days", "users"))


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("not an admin, or a scope missing", Foreign, "Groups > Read"),
        ("per-user rate", Passing, "too many calls"),
        ("quota", Passing, "too many calls"),
        ("account rate", Passing, "too many calls"),
        ("paging for more than an hour", Passing, "in trouble"),
        ("page token too old", Outdated, "begin again"),
        ("the group went away between two calls", Missing, "cannot be found"),
        ("nested group asked as a user", SourceDenied, "GOOGLE_CUSTOMER"),
        ("customer and userKey together", SourceDenied, "GOOGLE_CUSTOMER"),
        ("bearer token expired", SourceDenied, "access token"),
    ],
)
def test_a_recorded_refusal_of_the_directory_is_understood(name, error, says):
    response = recorded.exchange(name)["response"]

    refusal = directory_refusal(response["status"], Reply(*recorded.answer(name)).body, {}, "the users", "ann@x.org")

    assert type(refusal) is error
    assert says in str(refusal)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("exchange refused: delegation or scopes missing", "Manage domain-wide delegation"),
        ("exchange refused: subject unknown", "GOOGLE_ADMIN"),
    ],
)
def test_a_recorded_refusal_of_the_exchange_names_who_has_to_do_what(name, says):
    status, body = recorded.answer(name)

    refusal = exchange_refusal(status, Reply(status, body).body, {}, "sa@p.iam.gserviceaccount.com", "ann@example.com")

    assert type(refusal) is SourceDenied
    assert says in str(refusal)


def test_the_recorded_refusal_to_sign_names_the_command_that_mends_it():
    status, body = recorded.answer("signJwt refused")

    refusal = signing_refusal(status, Reply(status, body).body, {}, "sa@p.iam.gserviceaccount.com")

    assert type(refusal) is SourceDenied
    assert "gcloud iam service-accounts add-iam-policy-binding sa@p.iam.gserviceaccount.com" in str(refusal)


def test_every_recorded_error_is_one_of_those_above():
    errors = {each["name"] for each in recorded.exchanges() if each["set"] == "error"}

    assert len(errors) == 13
    assert all(isinstance(Passing("x"), SourceUnavailable) for _ in errors)
