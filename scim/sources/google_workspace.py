"""Google Workspace as `ports.Source`, through the Directory API. Every click it needs:
docs/identity-providers/google-workspace.md.

What one listing says is held against the others: a member whom Google counts among the customer's people has to be in
the list of people, a group that is listed has to have members or say that it has none. Where they disagree, all is read
once more; if they still do, nothing was read.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar
from urllib.parse import quote

from google.auth.transport.requests import AuthorizedSession, Request
from requests import Session

from scim.ports import Clock
from scim.settings import Settings
from scim.source_records import SourceGroup, SourceIncomplete, SourceMembers, SourceReading, SourceUser
from scim.sources import google_rows
from scim.sources.google_calls import Calls, Patience
from scim.sources.google_credentials import (
    AssertionCredentials,
    IamSigner,
    KeySigner,
    MetadataCredentials,
    Signer,
    default_credentials,
)
from scim.sources.google_listing import READINGS, Changed, Listing
from scim.sources.google_membership import Direct, direct, flattened, people_in, vouched
from scim.sources.google_refusals import Foreign, Missing
from scim.sources.google_rows import Member

USERS_A_PAGE = 500  # the most Google gives
ROWS_A_PAGE = 200
METADATA = "metadata.google.internal"

Answer = TypeVar("Answer")

USER_FIELDS = (
    "id,primaryEmail,name,suspended,archived,aliases,orgUnitPath,externalIds,organizations,isGuestUser,deletionTime"
)
"""No telephone numbers, no addresses, no log-in times: what the bridge has no use for is not asked for."""


class GoogleWorkspace:
    """`ports.Source`. `customer`: `my_customer`, or its id."""

    def __init__(self, calls: Calls, customer: str) -> None:
        self._calls = calls
        everything = {"customer": customer, "orderBy": "email"}
        self._users = Listing(
            "users",
            "users",
            "the users",
            USERS_A_PAGE,
            google_rows.user,
            {**everything, "projection": "full", "fields": f"kind,nextPageToken,users({USER_FIELDS})"},
        )
        self._groups = Listing("groups", "groups", "the groups", ROWS_A_PAGE, google_rows.group, everything)

    def calls_made(self) -> int:
        return self._calls.made

    def groups(self) -> list[SourceGroup]:
        return self._groups.whole(self._calls, proof=True)

    def read(self, chosen: Callable[[SourceGroup], bool]) -> SourceReading:
        for reading in range(1, READINGS + 1):
            try:
                return self._read(chosen)
            except (Changed, Missing) as changed:
                if reading == READINGS:
                    raise SourceIncomplete(f"{changed} All was read {READINGS} times.") from changed
        raise AssertionError

    def _read(self, chosen: Callable[[SourceGroup], bool]) -> SourceReading:
        users = self._users.whole(self._calls, proof=True)
        groups = self.groups()
        ids = [group.id for group in groups if chosen(group)]
        return SourceReading(users, groups, self._members(ids, users, groups))

    def _members(
        self, ids: Sequence[str], users: Sequence[SourceUser], groups: Sequence[SourceGroup]
    ) -> dict[str, SourceMembers]:
        people = {user.id: user.id for user in users}
        known = {group.id: group for group in groups}
        listed: dict[str, Direct] = {}
        waiting = list(ids)
        while waiting:
            id = waiting.pop()
            if id not in listed:
                listed[id] = self._direct(id, known.get(id), people)
                waiting += listed[id].nested
        return {id: flattened(id, listed, people) for id in ids}

    def _direct(self, id: str, group: SourceGroup | None, people: dict[str, str]) -> Direct:
        rows, doubt = self._vouched(id, group) if group else (self._foreign(id), "")
        found = direct(rows, people, doubt)
        for unknown in found.unknown:
            if self._exists(unknown):
                raise Changed("Google names a member of a group whom it left out of the list of users.")
        return replace(found, outsiders=found.outsiders + found.unknown)

    def _vouched(self, id: str, group: SourceGroup) -> tuple[list[Member], str]:
        """The rows of a listed group, and why they may be too few. What Google counts is not always what it lists, so
        rows it repeats are taken, but not as a reason to remove anybody if it counts more.
        """
        listing = _members_of(id, group.email)
        rows = listing.whole(self._calls, proof=group.direct_users is None)
        if group.direct_users is None or vouched(rows, group.direct_users):
            return rows, ""
        again = listing.whole(self._calls, proof=True)
        row = self._calls.get(f"groups/{quote(id, safe='')}", {}, f"the group {group.email}")
        counted, people = google_rows.group(row).direct_users or 0, len(people_in(again))
        if vouched(again, counted) or people > counted:
            return again, ""
        return again, f"Google counts {counted} people in {group.email} but lists {people}."

    def _foreign(self, id: str) -> list[Member]:
        """The rows of a nested group that is not listed: one of another customer, which need not be shown."""
        listing = _members_of(id, f"the nested group {id}")
        return _unless_foreign(lambda: listing.whole(self._calls, proof=True)) or []

    def _exists(self, id: str) -> bool:
        """Whether that is a person of this customer."""
        query = {"fields": "id,deletionTime"}
        path = f"users/{quote(id, safe='')}"
        row = _unless_foreign(lambda: self._calls.get(path, query, f"the person {id}"))
        return row is not None and not google_rows.is_deleted(row)


def _members_of(id: str, name: str) -> Listing[Member]:
    path = f"groups/{quote(id, safe='')}/members"
    return Listing(path, "members", f"the members of {name}", ROWS_A_PAGE, google_rows.member)


def _unless_foreign(ask: Callable[[], Answer]) -> Answer | None:
    """None if Google says twice what it says of other customers' people and groups: 403 or 404."""
    try:
        return ask()
    except (Missing, Foreign):
        pass
    try:
        return ask()
    except (Missing, Foreign):
        return None


# ── opening ───────────────────────────────────────────────────────────────────────────────────────────────


def open_source(
    chosen: Settings,
    clock: Clock = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
    connect: Callable[[], Session] = Session,
) -> GoogleWorkspace:
    """Nothing is read and nothing is sent before the source is first asked. `connect` makes what tokens are fetched
    with, and whose way to an address everything takes.
    """
    credentials = AssertionCredentials(_signer(chosen), chosen.google_admin, chosen.google_token_url)
    plain = connect()
    session = AuthorizedSession(  # type: ignore[no-untyped-call]
        credentials, max_refresh_attempts=1, auth_request=Request(plain)
    )
    session.adapters = plain.adapters
    # a proxy or a .netrc has no say in what stays on this machine
    plain.trust_env = session.trust_env = not chosen.google_directory_url.startswith("http:")
    patience = Patience(
        chosen.source_calls_per_minute, chosen.source_timeout_seconds, chosen.source_patience_seconds, clock, pause
    )
    return GoogleWorkspace(Calls(session, chosen.google_directory_url, patience), chosen.google_customer)


def _signer(chosen: Settings) -> Signer:
    if chosen.google_key_file:
        return KeySigner(chosen.google_key_file)
    if chosen.face == "local" and chosen.gce_metadata_host == METADATA:
        return IamSigner(chosen.google_service_account, chosen.google_iam_url, cache(default_credentials))
    metadata = MetadataCredentials(chosen.gce_metadata_host)
    return IamSigner(chosen.google_service_account, chosen.google_iam_url, lambda: metadata)
