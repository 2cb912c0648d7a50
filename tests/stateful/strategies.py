"""What may happen, few names and addresses of it, so that they meet."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.stateful.ports import Fault
from tests.stateful.wishes import NEW, Request, Verb

ADDRESSES = tuple(f"{name}@example.com" for name in ("bjensen", "jsmith", "mpepper", "klee", "tguide", "sdriver"))
SPELLED = "BJensen@Example.com"
REFUSED = ("owner@example.com", "guest@example.org", "somebody@example.net")
USER_NAMES = (*ADDRESSES, SPELLED, "hal", *REFUSED)
NAMES = ("Babs Jensen", "Jim Smith")
GROUP_NAMES = ("Tour Guides", "Drivers", "tour  guides", "Owners")

places = st.integers(0, 7)
"""Which of those there are, counted round."""

members = st.lists(places, max_size=3).map(tuple)
faults = st.none() | st.none() | st.builds(Fault, st.integers(1, 14), st.booleans(), st.booleans())
user_names = st.sampled_from(USER_NAMES)
users = st.fixed_dictionaries(
    {"user_name": user_names},
    optional={
        "name": st.sampled_from(NAMES), "active": st.booleans(), "email": st.sampled_from(ADDRESSES),
        "external_id": st.sampled_from(("701984", "701985")),
    },
)  # fmt: skip
user_changes = st.one_of(
    st.builds(lambda active: {"active": active}, st.booleans()),
    st.builds(lambda name: {"name": name}, st.sampled_from(NAMES)),
    st.builds(lambda email: {"email": email}, st.sampled_from(ADDRESSES)),
    users,
)
group_names = st.sampled_from(GROUP_NAMES)


def user_request(verb: Verb, id: str = NEW, changes: Any = ()) -> Request:
    return Request(verb, "User", id, dict(changes))


def group_request(verb: Verb, id: str = NEW, name: str | None = None, members: Sequence[str] | None = None,
                  how: Any = "replace") -> Request:  # fmt: skip
    changes = {} if name is None else {"name": name}
    return Request(verb, "Group", id, changes, None if members is None else tuple(members), how)


hows = st.sampled_from(("add", "add", "remove", "one", "replace", "clear"))
hands = st.sampled_from(("accept", "accept", "suspend", "reactivate", "rename", "delete", "promote"))
own_addresses = st.sampled_from((*ADDRESSES[:2], "barbara@example.com", "jim@example.com"))
