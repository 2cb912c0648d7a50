"""Nested groups as one list of people, whatever holds what."""

from hypothesis import given
from hypothesis import strategies as st

from scim.sources.google_membership import Direct, direct, flattened, vouched
from scim.sources.google_rows import Member

PEOPLE = {f"p{number}": f"p{number}" for number in range(8)}
TEAMS = [f"g{number}" for number in range(6)]


def lists(names: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), max_size=4, unique=True).map(tuple)


groups = st.builds(
    Direct, user_ids=lists(list(PEOPLE)), nested=lists(TEAMS), everybody=st.booleans(), outsiders=lists(["x", "y"])
)
companies = st.fixed_dictionaries(dict.fromkeys(TEAMS, groups))


def reached(start: str, company: dict[str, Direct]) -> set[str]:
    """By its definition: until nothing is added any more."""
    found = {start}
    while (more := found.union(*(company[each].nested for each in found))) != found:
        found = more
    return found


@given(companies)
def test_the_members_are_the_people_of_every_group_that_can_be_reached(company):
    for team in TEAMS:
        inside = [company[each] for each in reached(team, company)]
        expected = set(PEOPLE) if any(each.everybody for each in inside) else set()
        expected = expected.union(*(each.user_ids for each in inside))

        members = flattened(team, company, PEOPLE)

        assert members.user_ids == tuple(sorted(expected))
        assert members.outsiders == tuple(sorted(id for each in inside for id in each.outsiders))


@given(companies)
def test_groups_in_one_circle_have_the_same_members(company):
    circle = {team: Direct(company[team].user_ids, (TEAMS[n - 1],)) for n, team in enumerate(TEAMS)}

    assert len({flattened(team, circle, PEOPLE).user_ids for team in TEAMS}) == 1


@given(companies, st.sampled_from(TEAMS))
def test_a_doubted_group_makes_every_group_that_holds_it_doubted(company, doubted):
    company = company | {doubted: Direct(doubt="Too few.")}

    for team in TEAMS:
        assert bool(flattened(team, company, PEOPLE).doubt) == (doubted in reached(team, company))


def test_a_chain_of_two_thousand_groups_is_no_deeper_than_a_short_one():
    chain = {f"g{n}": Direct((), (f"g{n + 1}",)) for n in range(2000)} | {"g2000": Direct(("p1",))}

    assert flattened("g0", chain, PEOPLE).user_ids == ("p1",)


def test_each_kind_of_row_is_what_it_is():
    rows = [
        Member("p1", "user", "ACTIVE"),
        Member("p2", "user", "SUSPENDED"),
        Member("p3", "user", ""),
        Member("x1", "user", ""),
        Member("x2", "outsider", ""),
        Member("new", "user", "ACTIVE"),
        Member("g1", "group", "ACTIVE"),
        Member("C00example", "everybody", "ACTIVE"),
    ]

    assert direct(rows, PEOPLE) == Direct(("p1", "p2", "p3"), ("g1",), True, ("x1", "x2"), ("new",))


def test_an_id_is_kept_once_however_many_groups_name_it():
    read_again = str(bytes([112, 49]), "ascii")

    assert direct([Member(read_again, "user", "ACTIVE")], PEOPLE).user_ids[0] is PEOPLE["p1"]


def test_a_count_vouches_for_people_with_or_without_outsiders_or_for_all_rows():
    rows = [Member("p1", "user", "ACTIVE"), Member("x", "outsider", ""), Member("g1", "group", "")]

    assert [count for count in range(6) if vouched(rows, count)] == [1, 2, 3]
