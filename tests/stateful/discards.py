"""What a discarded hold may change in what is wanted: exactly those it named come back."""

from dataclasses import replace

from scim.jobs.holds import Hold
from tests.stateful.known import Known
from tests.stateful.wishes import Wanted


def check_discarded(hold: Hold, before: Wanted, shown: Wanted, known: Known) -> Wanted:
    """What is wanted now. One that was interrupted has brought some of them back. Who was deleted and has come back as
    another user comes back to a group as that one.
    """
    users = {item.ref.id for item in hold.items if item.what == "suspend"}
    groups = {item.ref.id for item in hold.items if item.what == "delete"}
    _check_users(users, before, shown)
    for id in before.groups.keys() | shown.groups.keys():
        if id in groups:
            continue
        was, now = before.groups[id], shown.groups[id]
        assert now.name == was.name
        assert was.members <= now.members
        assert now.members - was.members <= users | known.same_people(
            {item.user_id for item in hold.items if item.ref.id == id}
        )
    return shown


def _check_users(users: set[str], before: Wanted, shown: Wanted) -> None:
    for id in before.users.keys() | shown.users.keys():
        if id not in users:
            assert shown.users[id] == before.users[id]
        elif id in before.users:
            assert replace(before.users[id], active=True) == replace(shown.users[id], active=True)
