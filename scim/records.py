"""The records that cross the ports, and the ways a store or a target can decline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Document = dict[str, Any]
Kind = Literal["User", "Group"]

# ── what is stored ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Ref:
    """Names one resource."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Link:
    """How a resource stands with the target. `settled_version` is the version the target last matched."""

    target_id: str | None = None
    target_state: str | None = None
    settled_version: int = 0
    unsettled: bool = True
    attempts: int = 0
    next_attempt_at: float | None = None  # seconds since the epoch; None = as soon as possible
    last_error: str | None = None
    waiting: str | None = None  # what a person has to do before the target can match, in a sentence
    held_at: float | None = None  # since when this removal waits for a person's decision
    approved_version: int = 0  # the version whose removal a person approved,
    approved_until: float | None = None  # and until when that lets it through
    removed_at: float | None = None  # when what is still gone was counted for the removal limit


@dataclass(frozen=True, slots=True)
class Record:
    """One user or group as the bridge wants it, and its link to the target.

    `document` is the canonical SCIM document without id, meta, schemas, groups, members and externalId. `client` is
    whose it is: who created it or, if nobody did (""), who names it first.
    `external_ids` maps client to that client's externalId. `unique_keys` are claimed: no two wanted records of
    a store hold the same; `lookup_keys` find records and may repeat. A record with `wanted=False` is
    deprovisioned: SCIM answers 404, its keys are free, its link stays. `group_ids` (users only) are the groups
    the user is a wanted member of. `stamp` is the store's own mark for optimistic writes; only the store that
    made it reads it.
    """

    kind: Kind
    id: str
    document: Document
    client: str
    created: str
    last_modified: str
    version: int = 1
    wanted: bool = True
    origin: Literal["created", "adopted"] = "created"
    external_ids: Mapping[str, str] = field(default_factory=dict)
    unique_keys: tuple[str, ...] = ()
    lookup_keys: tuple[str, ...] = ()
    link: Link = Link()
    group_ids: tuple[str, ...] = ()
    stamp: Any = field(default=None, compare=False, repr=False)

    @property
    def ref(self) -> Ref:
        return Ref(self.kind, self.id)

    @property
    def standing(self) -> str:
        """One word for a person who looks: `held`, `refused` (tried, and not possible yet), `owed`, `waiting` (for a
        person), else where it stands in the target, or `none` if there is nothing there.
        """
        link = self.link
        if link.held_at is not None:
            return "held"
        if link.unsettled:
            return "refused" if link.last_error is not None else "owed"
        return "waiting" if link.waiting is not None else link.target_state or "none"


@dataclass(frozen=True, slots=True)
class Membership:
    """One edge: whether the user is wanted in the group, and whether the target already agrees."""

    group_id: str
    user_id: str
    wanted: bool
    settled: bool = False
    attempts: int = 0
    next_attempt_at: float | None = None
    last_error: str | None = None
    held_at: float | None = None  # since when this revocation waits for a person's decision
    approved_until: float | None = None  # until when a person's approval lets it through
    stamp: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The removals of one scope that were applied lately, for the removal limit. `entries` are (minute, how many),
    minutes since the epoch, oldest first; `base` is the largest number of people, groups or members the scope had
    since the oldest entry. `alerted_at`: when the limit was last reported.
    """

    entries: tuple[tuple[int, int], ...] = ()
    base: int = 0
    alerted_at: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One audit line. `changes` is an RFC 6902 patch, or a list of plain facts where no document changed."""

    id: str
    at: str
    actor: str
    action: str
    resource: Ref | None
    changes: Sequence[Mapping[str, Any]] = ()
    outcome: str = "recorded"


class KeyTaken(Exception):
    """Another wanted record holds the unique key. Nothing was written."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Stale(Exception):
    """The record changed since it was read. Nothing was written; read again and decide again."""


class StoreUnavailable(Exception):
    """The store did not answer in time. Whether a write landed is unknown."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a job did last. `expires` is when silence becomes unhealthy (as the official bridge's /health)."""

    source: str
    at: str
    expires: str
    state: Literal["healthy", "degraded", "unhealthy"]
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is owed to the target. `held`: how many of these are removals that wait for a person's decision."""

    users: int = 0
    groups: int = 0
    memberships: int = 0
    held: int = 0


# ── the target ─────────────────────────────────────────────────────────────────────────────────────────────


class TargetState(StrEnum):
    """Where a person stands in the target's life-cycle."""

    INVITED = "invited"
    ACCEPTED = "accepted"  # waits to be confirmed
    ACTIVE = "active"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"  # read as active, never acted on


@dataclass(frozen=True, slots=True)
class TargetUser:
    """`protected` says who they are if their kind is out of the bridge's reach: `a guest`."""

    id: str
    email: str
    name: str
    state: TargetState
    protected: str = ""


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """`protected` says why the group is out of the bridge's reach: `built in`. Only `Target.group` knows it."""

    id: str
    name: str
    description: str = ""
    protected: str = ""


@dataclass(frozen=True, slots=True)
class TargetMember:
    user_id: str
    role: Literal["member", "manager"] = "member"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a preflight looked at. `detail` says what was found and, unless `ok`, what to do about it."""

    subject: str
    state: Literal["ok", "warning", "failed"]
    detail: str


class TargetError(Exception):
    """Base of the five answers a target can give instead of success. The text is fit for an administrator.

    TargetError
    ├── MissingInTarget       what was named is not there
    ├── DeniedByTarget        the bridge lacks the permission
    ├── RefusedByTarget       the target will not do this, however often it is asked
    ├── TargetUnavailable     no usable answer; whether the effect happened is unknown
    └── UnsupportedByTarget   the target has no such verb; a person has to do it
    """


class MissingInTarget(TargetError): ...


class DeniedByTarget(TargetError): ...


class RefusedByTarget(TargetError): ...


class TargetUnavailable(TargetError): ...


class UnsupportedByTarget(TargetError): ...


# ── settling and secrets ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Settled:
    """The target matches."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The target will not have it; `reason` is for the client's administrator. `denied`: the bridge may not. `taken`:
    something that is not the bridge's has the name.
    """

    reason: str
    denied: bool = False
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not known in time; the next tick goes on with it."""


Outcome = Settled | Refused | Deferred


class Secret(str):
    """A value that does not show itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "********"


class SecretMissing(Exception):
    """No secret of that name. The text names it and says how to make it."""


class SecretsUnavailable(Exception):
    """The secrets could not be read or written just now; whether the secret exists is unknown."""
