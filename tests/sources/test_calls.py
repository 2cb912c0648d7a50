"""One call: not too fast, patient with what passes, and never waiting for ever."""

import pytest
from requests import Session

from scim.source_records import SourceDenied, SourceUnavailable
from scim.sources.google_refusals import pause_of
from scim.sources.google_workspace import open_source
from tests.directory.directory import Directory
from tests.directory.faults import Faults
from tests.directory.in_process import straight
from tests.directory.reply import Reply
from tests.directory.world import World, company
from tests.sources.reading import Time, opened, read


def test_the_quota_of_google_is_never_met():
    time = Time()
    directory = Directory(company(10, 150, lambda _number: 3), clock=time.clock, quota=60)

    opened(directory, time, source_calls_per_minute=60).read(lambda _group: True)

    assert directory.calls["members"] == 150
    assert max(time.pauses) <= 1.0  # nothing was refused: those pauses are the pace


def test_a_quota_that_others_use_up_is_waited_for():
    time = Time()
    directory = Directory(company(10, 150, lambda _number: 3), clock=time.clock, quota=60)

    reading = opened(directory, time).read(lambda _group: True)

    assert len(reading.members) == 150
    assert max(time.pauses) > 16


def test_a_pause_that_google_names_is_kept(monkeypatch):
    time = Time()
    directory = Directory(company(1, 1))
    directory.faults = Faults({4: "server error"})
    session = straight(directory)
    sent = session.get_adapter("http://x").build_response

    def named(request, raw):
        response = sent(request, raw)
        response.headers["Retry-After"] = "90"
        return response

    monkeypatch.setattr(session.get_adapter("http://x"), "build_response", named)
    from_here = opened_with(directory, time, session)

    from_here.groups()

    assert max(time.pauses) == 90


def opened_with(directory, time, session):
    return open_source(directory.settings(), time.clock, time.pause, lambda: session)


@pytest.mark.parametrize(
    ("said", "seconds"), [("5", 5), ("0", 0), ("999999", 120), ("soon", 0), ("-1", 0), ("²", 0), ("", 0)]
)
def test_a_pause_is_a_number_of_seconds_within_reason(said, seconds):
    assert pause_of({"Retry-After": said} if said else {}) == seconds


def test_without_patience_a_call_is_made_once():
    directory = Directory(company(1, 1))
    directory.faults = Faults(always=lambda path: "server error" if path.endswith("groups") else None)

    with pytest.raises(SourceUnavailable):
        opened(directory, source_patience_seconds=0).groups()

    assert directory.calls["groups"] == 1


def test_an_answer_that_trickles_is_given_up(monkeypatch):
    time = Time()
    directory = Directory(company(1, 1))
    source = opened(directory, time, source_patience_seconds=0, source_timeout_seconds=5)
    source.groups()  # a token is fetched in the same way
    time.pauses.clear()
    monkeypatch.setattr("requests.Response.iter_content", lambda *_: (time.pause(3) or b" " for _ in range(1000)))

    with pytest.raises(SourceUnavailable, match="did not finish in time"):
        source._calls.get("groups", {"customer": "my_customer"}, "the groups")

    assert [pause for pause in time.pauses if pause >= 1] == [3, 3]


def test_an_answer_without_end_is_given_up(monkeypatch):
    chunk = b" " * 16 * 1024 * 1024
    directory = Directory(company(1, 1))
    source = opened(directory)
    source.groups()  # a token is fetched in the same way
    monkeypatch.setattr("requests.Response.iter_content", lambda *_: (chunk for _ in range(5)))

    with pytest.raises(SourceUnavailable, match="does not end"):
        source._calls.get("groups", {"customer": "my_customer"}, "the groups")


def test_nobody_is_followed_elsewhere():
    class Elsewhere(Directory):
        def _directory(self, *_):
            return Reply(302, {})

    directory = Elsewhere(World())

    with pytest.raises(SourceDenied, match="302"):
        opened(directory).groups()

    assert len(directory.paths) == 4


def test_on_this_machine_no_proxy_has_a_say(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.com:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example.com:3128")
    directory = Directory(company(1, 1))

    source = opened(directory)

    assert isinstance(source._calls._session, Session)
    assert source._calls._session.trust_env is False
    assert len(source.groups()) == 1


def test_what_is_repeated_is_told_without_tokens(caplog):
    directory = Directory(company(1, 1))
    directory.faults = Faults({4: "account rate"})

    opened(directory).groups()

    (told,) = [record for record in caplog.records if record.message == "pull.repeats"]
    assert told.why == "Google does not show the groups: too many calls (429)."
    assert "ya29" not in str(vars(told))


def test_two_lists_that_are_the_same_to_the_byte_are_asked_for_twice_and_believed():
    world = company(3, 0)
    teams = [world.team(f"team{n}@example.com", *world.people.values()) for n in range(3)]
    directory = Directory(world, etags=False)

    reading = read(directory)

    assert [len(reading.members[team.id].user_ids) for team in teams] == [3, 3, 3]
    assert directory.calls["members"] == 3 + 2
