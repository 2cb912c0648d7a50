"""How the bridge stands, as the first of the screens says it: read from the store, without asking the target."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from scim import tokens, wiring
from scim.admin import health, kept
from scim.admin.connections_known import Connection
from scim.admin.health import Component
from scim.admin.words import STANDINGS, counted, span
from scim.ports import Store
from scim.records import Backlog, Kind, Report, SecretsUnavailable
from scim.settings import Settings
from scim.tokens import TokenListInvalid

EXPIRING_SECONDS = 14 * 86_400.0
LATE_SECONDS = 900.0

Standings = Mapping[Kind, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Overview:
    """`oldest`: since when the oldest change is owed, if that is known. `drift`: how many differences there were at the
    last look. `plan`: the digest of a pull's plan that waits. `live`: the tokens that open the door, None if they could
    not be read, and `locked` why not.
    """

    now: float
    users: int
    groups: int
    standings: Standings
    backlog: Backlog
    oldest: str | None
    drift: int
    asked_for: Sequence[str]
    plan: str | None
    reports: Sequence[Report]
    components: Sequence[Component]
    live: Sequence[Connection] | None
    locked: str = ""

    @property
    def verdict(self) -> str:
        return health.verdict(self.components)


def look(store: Store, settings: Settings) -> Overview:
    """StoreUnavailable. Every standing is counted now, whatever was counted last for the screens."""
    now, reports, backlog = time.time(), store.reports(), store.backlog()
    items, more = kept.drift(store)
    live, locked = _live(settings, now)
    usual = health.USUAL if settings.source == "none" else (*health.USUAL, "Pull")
    return Overview(
        now=now,
        users=store.count("User"),
        groups=store.count("Group"),
        standings={kind: _standings(store, kind) for kind in get_args(Kind)},
        backlog=backlog,
        oldest=_oldest(store, backlog),
        drift=len(items) + more,
        asked_for=[group.name for group in kept.asked_for(store)],
        plan=_waiting_plan(reports),
        reports=reports,
        components=health.components(reports, now, usual),
        live=live,
        locked=locked,
    )


def attention(seen: Overview) -> Iterator[str]:
    """What wants a person, a sentence each, with the command that shows more."""
    if seen.backlog.held:
        yield f"Held until you decide: {seen.backlog.held} removals (`python -m scim holds`)."
    if seen.plan:
        yield "The plan of a pull waits for your approval (`python -m scim pull`)."
    yield from _refused(seen.standings)
    for name in seen.asked_for:
        yield f"The identity provider wants the group {name!r}, which is not managed (`python -m scim groups list`)."
    if seen.drift:
        yield f"{counted(seen.drift, 'difference')} made in the target by hand (`python -m scim drift`)."
    yield from _troubles(seen)
    yield from _expiring(seen)


def _refused(standings: Standings) -> Iterator[str]:
    people, groups = standings["User"], standings["Group"]
    if count := people.get("refused", 0):
        told = counted(count, "person", "people")
        yield f"{told} refused by the target (`python -m scim people --standing refused`)."
    if count := groups.get("refused", 0):
        yield f"{counted(count, 'group')} refused by the target (`python -m scim events --action settle.refused`)."
    if count := people.get("waiting", 0):
        told = counted(count, "person", "people")
        yield f"{told} who have to do something themselves first (`python -m scim people --standing waiting`)."


def _troubles(seen: Overview) -> Iterator[str]:
    for part in seen.components:
        if part.state == "silent":
            ago = span(seen.now - datetime.fromisoformat(part.at).timestamp())
            yield f"{part.source} has not reported for {ago}: does the schedule run?"
        elif part.state == "unhealthy":
            yield f"{part.source} could not work: {part.reason or 'its log says why'}"
    late = seen.now - datetime.fromisoformat(seen.oldest).timestamp() if seen.oldest else 0.0
    if late > LATE_SECONDS:
        yield f"Something has been owed for {span(late)} (`python -m scim people --standing owed`)."


def _expiring(seen: Overview) -> Iterator[str]:
    """Clients all of whose tokens end soon."""
    if seen.live is None:
        yield seen.locked
        return
    if not seen.live:
        yield "No bearer token is live, so nobody can call (`python -m scim token mint`)."
    lasting = {token.client for token in seen.live if token.is_live(seen.now + EXPIRING_SECONDS)}
    for client in sorted({token.client for token in seen.live} - lasting):
        ends = max(token.expires or 0.0 for token in seen.live if token.client == client)
        yield f"The token of {client} ends in {span(ends - seen.now)} (`python -m scim token mint {client}`)."


def _standings(store: Store, kind: Kind) -> dict[str, int]:
    """Those in which somebody is, what needs a person first."""
    found = {standing: store.count_standing(kind, standing) for standing in STANDINGS}
    return {standing: count for standing, count in found.items() if count}


def _oldest(store: Store, backlog: Backlog) -> str | None:
    owed = backlog.users or backlog.groups or backlog.memberships
    return min(kept.Figures.read(store).open.values(), default=None) if owed else None


def _waiting_plan(reports: Sequence[Report]) -> str | None:
    detail = next((report.detail for report in reports if report.source == "Pull"), {})
    digest = detail.get("digest") if detail.get("outcome") in ("waits", "stopped") else None
    return str(digest) if digest else None


def _live(settings: Settings, now: float) -> tuple[list[Connection] | None, str]:
    try:
        records = tokens.read(wiring.secrets(settings), wiring.TOKENS_SECRET)
    except (SecretsUnavailable, TokenListInvalid) as error:
        return None, str(error)
    return [Connection.of(record) for record in records if record.is_live(now)], ""
