"""What a reading says of people, groups and members; two in a row, with something changed between or in the midst."""

import itertools
import time
import tracemalloc
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from scim.source_records import SourceIncomplete
from tests.directory.directory import Directory
from tests.directory.world import World, company
from tests.sources.reading import Time, opened, read

DAY = 24 * 3600.0


@pytest.fixture
def world():
    world = World()
    for name in ("bjensen", "jsmith", "kwalker"):
        world.hire(f"{name}@example.com")
    return world


def people(world):
    return list(world.people.values())


def ids(reading, team):
    return set(reading.members[team.id].user_ids)


# ── people ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("said", [{"suspended": True}, {"archived": True}, {"suspended": True, "archived": True}])
def test_who_is_suspended_or_archived_is_not_active(world, said):
    left = world.hire("left@example.com", **said)

    assert [user.id for user in read(Directory(world)).users if not user.active] == [left.id]


def test_a_suspended_person_stays_a_member(world):
    barbara = people(world)[0]
    team = world.team("tours@example.com", barbara)
    barbara.suspended = True

    assert ids(read(Directory(world)), team) == {barbara.id}


def test_who_gets_another_address_is_the_same_person(world):
    before = read(Directory(world)).users[0]
    barbara = world.people[before.id]
    barbara.email, barbara.aliases = "barbara@example.com", ["bjensen@example.com"]
    world.renamed()

    after = {user.id: user for user in read(Directory(world)).users}[before.id]

    assert (before.email, after.email, after.aliases) == (
        "bjensen@example.com",
        "barbara@example.com",
        ("bjensen@example.com",),
    )


def test_who_is_made_anew_under_the_same_address_is_somebody_else(world):
    before = read(Directory(world)).users[0]
    world.dismiss(world.people[before.id])
    world.hire(before.email)

    after = {user.email: user for user in read(Directory(world)).users}[before.email]

    assert after.id != before.id


def test_two_people_may_swap_an_alias(world):
    barbara, john, _ = people(world)
    barbara.aliases = ["tours@example.com"]
    before = {user.id: user.aliases for user in read(Directory(world)).users}
    barbara.aliases, john.aliases = [], ["tours@example.com"]

    after = {user.id: user.aliases for user in read(Directory(world)).users}

    assert (before[barbara.id], before[john.id]) == (("tours@example.com",), ())
    assert (after[barbara.id], after[john.id]) == ((), ("tours@example.com",))


def test_a_move_to_another_organizational_unit_is_seen(world):
    barbara = people(world)[0]
    barbara.unit = "/Staff/Tours"

    assert {user.id: user.unit for user in read(Directory(world)).users}[barbara.id] == "/Staff/Tours"


def test_of_a_person_no_more_is_kept_than_a_hundred_thousand_fit_in_100_mib():
    source = opened(Directory(company(2000, 10)))
    source.groups()  # what is loaded and fetched once

    tracemalloc.start()
    reading = source.read(lambda _group: True)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(reading.users) == 2000
    assert kept / 2000 * 100_000 < 100 * 1024 * 1024


# ── groups ────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_chosen_groups_are_listed_one_call_each(world):
    chosen = [world.team(f"tours{number}@example.com", *people(world)) for number in range(3)]
    for number in range(20):
        world.team(f"other{number}@example.com", *people(world))
    directory = Directory(world)

    reading = read(directory, *chosen)

    assert directory.calls["members"] == 3
    assert set(reading.members) == {team.id for team in chosen}
    assert len(reading.groups) == 23


def test_a_group_that_is_gone_is_not_in_the_reading(world):
    team = world.team("tours@example.com", *people(world))
    directory = Directory(world)
    read(directory, team)
    del world.teams[team.id]

    reading = read(directory, team)

    assert (list(reading.groups), dict(reading.members)) == ([], {})


def test_a_group_that_is_emptied_is_empty_and_not_doubted(world):
    team = world.team("tours@example.com", *people(world))
    directory = Directory(world)
    read(directory, team)
    team.rows.clear()

    members = read(directory, team).members[team.id]

    assert (members.user_ids, members.doubt) == ((), "")


def test_a_renamed_group_keeps_its_key(world):
    team = world.team("tours@example.com", *people(world))
    directory = Directory(world)
    before = read(directory).groups[0]
    team.name, team.email = "Guides", "guides@example.com"

    after = read(directory).groups[0]

    assert (after.id, after.name, after.email) == (before.id, "Guides", "guides@example.com")


# ── members ───────────────────────────────────────────────────────────────────────────────────────────────


def test_groups_that_hold_each_other_have_the_people_of_both(world):
    barbara, john, _ = people(world)
    first = world.team("tours@example.com", barbara)
    second = world.team("guides@example.com", john, first)
    world.join(first, second)
    directory = Directory(world)

    reading = read(directory, first)

    assert ids(reading, first) == {barbara.id, john.id}
    assert directory.calls["members"] == 2


def test_a_group_that_holds_itself_is_read_once(world):
    team = world.team("tours@example.com", people(world)[0])
    world.join(team, team)
    directory = Directory(world)

    assert len(ids(read(directory, team), team)) == 1
    assert directory.calls["members"] == 1


def test_a_group_nested_in_many_is_listed_once(world):
    inner = world.team("inner@example.com", *people(world))
    outer = [world.team(f"outer{number}@example.com", inner) for number in range(5)]
    directory = Directory(world)

    reading = read(directory, *outer)

    assert [len(members.user_ids) for members in reading.members.values()] == [3] * 5
    assert directory.calls["members"] == 6


def test_outsiders_are_counted_and_nobody(world):
    team = world.team("tours@example.com", people(world)[0])
    world.invite_outsider(team, 1)
    world.invite_outsider(team, 2, external=True)

    members = read(Directory(world)).members[team.id]

    assert (len(members.user_ids), len(members.outsiders)) == (1, 2)


def test_a_group_of_everybody_has_everybody_also_those_who_come(world):
    team = world.team("all@example.com")
    world.invite_everybody(team)
    directory = Directory(world)
    before = ids(read(directory), team)
    new = world.hire("new@example.com")

    assert ids(read(directory), team) - before == {new.id}


def test_a_nested_group_that_is_in_no_list_is_read_if_it_may_be(world):
    hidden = world.team("hidden@example.com", people(world)[0])
    team = world.team("tours@example.com", hidden)
    world.unlisted.add(hidden.id)

    assert ids(read(Directory(world), team), team) == {people(world)[0].id}


def test_a_nested_group_of_another_customer_adds_nobody(world):
    team = world.team("tours@example.com", people(world)[0])
    team.rows["00foreign"] = "team"

    assert ids(read(Directory(world)), team) == {people(world)[0].id}


def test_a_directory_of_nobody_is_read_as_one():
    assert read(Directory(World())).users == []


class Terse(Directory):
    """Another writer of the same JSON: no kind, no etag, an empty list where there is nothing, a false left out."""

    def answer(self, method, target, headers, body):
        reply = super().answer(method, target, headers, body)
        name = urlsplit(target).path.rpartition("/")[2]
        if name not in ("users", "groups", "members"):
            return reply
        rows = [
            {key: value for key, value in row.items() if value is not False} for row in reply.document.get(name, [])
        ]
        return replace(reply, document={name: rows})


def test_a_list_may_be_told_by_its_name_alone(world):
    world.team("tours@example.com", *people(world))
    world.team("nobody@example.com")

    assert read(Terse(world)) == read(Directory(world))


# ── what does not fit together ────────────────────────────────────────────────────────────────────────────


def test_a_member_who_is_gone_meanwhile_is_nobody(world):
    team = world.team("tours@example.com", *people(world))
    gone = world.people.popitem()[1]
    world.renamed()

    reading = read(Directory(world))

    assert gone.id not in ids(reading, team)
    assert reading.members[team.id].outsiders == (gone.id,)


def test_a_member_who_was_deleted_but_is_still_shown_is_nobody(world):
    team = world.team("tours@example.com", *people(world))
    gone = people(world)[0]
    gone.deleted = True
    world.renamed()

    members = read(Directory(world)).members[team.id]

    assert (gone.id in members.user_ids, members.outsiders) == (False, (gone.id,))


def test_a_person_who_is_renamed_to_a_later_page_while_it_is_read_is_listed_once():
    world = World()
    staff = [world.hire(f"person{number:02}@example.com") for number in range(30)]
    directory = Directory(world, smaller=10)

    def rename(_number, _path):
        if directory.calls["users"] == 2:
            staff[0].email = "zzz@example.com"
            world.renamed()

    directory.between = rename

    users = read(directory).users

    assert [user.email for user in users if user.id == staff[0].id] == ["zzz@example.com"]
    assert len(users) == 30


def test_who_joins_while_it_is_read_makes_it_read_anew(world):
    team = world.team("tours@example.com", people(world)[0])
    directory = Directory(world)

    def hire(_number, path):
        if path.endswith("/members") and len(world.people) == 3:
            world.join(team, world.hire("new@example.com"))

    directory.between = hire

    reading = read(directory)

    assert len(reading.users) == 4
    assert len(ids(reading, team)) == 2


def test_a_group_that_goes_away_while_it_is_read_is_not_in_the_reading(world):
    team = world.team("tours@example.com", *people(world))
    other = world.team("other@example.com", *people(world))
    directory = Directory(world)
    directory.between = lambda _number, path: world.teams.pop(team.id, None) if path.endswith("/members") else None

    reading = read(directory)

    assert [group.id for group in reading.groups] == [other.id]


def test_a_person_who_is_renamed_over_a_page_while_it_is_read_is_not_lost():
    world = World()
    staff = [world.hire(f"person{number:02}@example.com") for number in range(30)]
    team = world.team("tours@example.com", *staff)
    directory = Directory(world, smaller=10)

    def rename(_number, _path):
        if directory.calls["users"] == 1:  # from the third page to the first, which is read
            staff[25].email = "aaa@example.com"
            world.renamed()

    directory.between = rename

    reading = read(directory)

    assert {user.id for user in reading.users} == {person.id for person in staff}
    assert ids(reading, team) == {person.id for person in staff}


def test_a_count_that_is_wrong_costs_two_calls_more_and_doubts_only_what_is_too_short(world):
    short = world.team("short@example.com", *people(world))
    long = world.team("long@example.com", *people(world))
    short.count, long.count = "4", "2"
    directory = Directory(world)

    reading = read(directory)

    assert (bool(reading.members[short.id].doubt), bool(reading.members[long.id].doubt)) == (True, False)
    assert len(ids(reading, short)) == len(ids(reading, long)) == 3


def test_a_group_that_says_no_count_has_its_end_asked_for_twice(world):
    team = world.team("tours@example.com", *people(world))
    team.count = ""
    directory = Directory(world)

    assert len(ids(read(directory), team)) == 3
    assert directory.calls["members"] == 2


def test_a_list_that_changes_each_time_it_is_asked_is_not_believed(world):
    world.team("tours@example.com")
    directory = Directory(world)
    directory.between = lambda _number, _path: world.hire(f"new{len(world.people):02}@example.com")

    with pytest.raises(SourceIncomplete, match="differently each time"):
        read(directory)


def test_pages_that_are_smaller_than_asked_for_cost_one_call_more():
    world = World()
    for number in range(100):
        world.hire(f"person{number:02}@example.com")
    directory = Directory(world, smaller=10)

    assert len(read(directory).users) == 100
    assert directory.calls["users"] == 10 + 1 + 1


def listed_by_a_slow_server(gaps):
    """30 people in three pages; before each call of a page a gap passes."""
    world = World()
    for number in range(30):
        world.hire(f"person{number:02}@example.com")
    now = [time.time()]
    directory = Directory(world, smaller=10, clock=lambda: now[0])
    directory.identity.refusal = lambda _headers: None

    def wait(_number, path):
        now[0] += next(gaps, 0.0) if path.endswith("/users") else 0.0

    directory.between = wait
    return directory


def test_a_page_token_that_has_ended_makes_the_list_begin_again():
    directory = listed_by_a_slow_server(iter([0, 0, 4 * DAY]))

    assert len(read(directory).users) == 30
    assert directory.calls["users"] > 6


def test_a_list_whose_page_tokens_never_last_is_not_read():
    directory = listed_by_a_slow_server(itertools.repeat(4 * DAY))

    with pytest.raises(SourceIncomplete, match=r"begin again \(400\). It was read 3 times"):
        read(directory)


def test_paging_for_more_than_an_hour_is_given_up():
    passing = Time()
    directory = Directory(company(30, 1), smaller=10)
    directory.between = lambda _number, _path: passing.pause(1800)

    with pytest.raises(SourceIncomplete, match="more than an hour"):
        opened(directory, passing).read(lambda _group: True)
