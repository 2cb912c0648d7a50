"""Settings to objects: the only module that chooses an implementation, and the only one that imports inside functions,
so that what is not chosen is not loaded (cold start).

Nothing here talks to a network or opens a database; each object does so when it is first used, after the server forked.
"""

import os
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from flask import Flask

from scim import logs
from scim.groups import Groups
from scim.matches import Matches
from scim.ports import Secrets, Settler, Store, Target
from scim.protocol.discovery import Limits
from scim.recorder import Recorder
from scim.records import Report, SecretMissing, SecretsUnavailable
from scim.search import Search
from scim.settings import Settings, SettingsError
from scim.tokens import Tokens
from scim.users import Users

if TYPE_CHECKING:
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    from scim.jobs.adoption import Known
    from scim.jobs.desk import Desk
    from scim.jobs.holds import Holds
    from scim.jobs.managed import ManagedGroups
    from scim.jobs.moving import Moving
    from scim.jobs.puller import Puller
    from scim.jobs.work import Runner
    from scim.targets.embedded import EmbeddedTarget
    from scim.web.service import Service

TOKENS_SECRET = "tokens"  # noqa: S105 - the name of a secret, not its value
JOBS_SECRET = "jobs-key"  # noqa: S105
ADMIN_SECRET = "admin-key"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Jobs:
    """What a schedule runs."""

    settle: Callable[[], Report]
    confirm: Callable[[], Report]
    reconcile: Callable[[], Report]
    pull: Callable[[], Report] | None = None


@cache
def settings() -> Settings:
    return Settings.from_environment(os.environ)


def refuse_half_configured() -> None:
    """Ends the process with one sentence for each problem: a bridge that cannot guard its door does not open it. Tokens
    that only the network knows are not asked for, because the server forks after this; without them nobody comes in.
    """
    try:
        chosen = settings()
        logs.configure(chosen.log_level)
        require_face(chosen, os.environ.get("FUNCTION_TARGET") or chosen.face)
        if chosen.secrets == "local" and chosen.face in ("local", "scim"):
            tokens(chosen).require_live()
    except (SettingsError, SecretMissing, SecretsUnavailable, ValueError) as problem:
        sys.exit(str(problem))


def require_face(chosen: Settings, wanted: str) -> None:
    """SettingsError unless this process is that function, or all of them."""
    if chosen.face not in ("local", wanted):
        raise SettingsError((f"FACE is {chosen.face}: this process is that function and no other, not {wanted}.",))


def store(chosen: Settings) -> Store:
    if chosen.store == "sqlite":
        from scim.stores.sqlite import SqliteStore

        return SqliteStore(str(chosen.database_path))
    from scim.stores.firestore import open_store

    return open_store(chosen.google_cloud_project or "", chosen.firestore_database, event_days=chosen.event_days)


def target(chosen: Settings) -> Target:
    """SettingsError in a function that faces the internet or people: those ask the jobs."""
    require_face(chosen, "jobs")
    if chosen.target == "embedded":
        return embedded_target(chosen)
    from scim.targets.onepassword import OnePasswordTarget
    from scim.targets.op import Op

    return OnePasswordTarget(Op(chosen.op_path, secrets(chosen), chosen.target_calls_per_second))


def embedded_target(chosen: Settings) -> "EmbeddedTarget":
    from scim.targets.embedded import EmbeddedTarget

    return EmbeddedTarget(chosen.target_path, allowed_domains=chosen.allowed_domains)


@lru_cache(maxsize=4)
def secrets(chosen: Settings) -> Secrets:
    if chosen.secrets == "secret_manager":
        from scim import cloud

        return cloud.secrets(chosen)
    from scim.secrets.local import LocalSecrets

    return LocalSecrets(chosen.secrets_path)


@lru_cache(maxsize=4)
def tokens(chosen: Settings) -> Tokens:
    if chosen.secrets == "secret_manager":
        from scim import cloud

        return Tokens(cloud.token_secrets(chosen), TOKENS_SECRET, time.time)
    return Tokens(secrets(chosen), TOKENS_SECRET, time.time)


def settler(chosen: Settings, wanted: Store) -> Settler:
    if chosen.settle_wait_seconds == 0:
        from scim.jobs.deferring import DeferringSettler

        return DeferringSettler()
    if chosen.face == "scim":
        from scim import cloud

        return cloud.settler(chosen)
    from scim.jobs.settler import LocalSettler

    return LocalSettler(runner(chosen, wanted))


def runner(chosen: Settings, wanted: Store) -> "Runner":
    from scim.jobs.removals import RemovalLimit
    from scim.jobs.work import Runner

    limit = RemovalLimit(
        chosen.removal_window_minutes * 60.0,
        chosen.removal_people_least,
        chosen.removal_people_percent,
        chosen.removal_group_least,
        chosen.removal_group_percent,
    )
    per_day, leaves = chosen.target_calls_per_day, chosen.adopted_group_deletion == "leave"
    return Runner(
        wanted, target(chosen), time.time, event_id, _holder(), limit, calls_per_day=per_day, leaves_adopted=leaves
    )


def jobs(chosen: Settings) -> Jobs:
    return _jobs(chosen, runner(chosen, store(chosen)))


def _jobs(chosen: Settings, worker: "Runner") -> Jobs:
    from scim.jobs import confirm, pull, reconcile, settle

    pulls = None if chosen.source == "none" else partial(pull.run, puller(chosen, worker))
    compare = partial(reconcile.run, worker, chosen.drift_policy, chosen.reconcile_interval_seconds)
    return Jobs(partial(settle.run, worker), partial(confirm.run, worker), compare, pulls)


def puller(chosen: Settings, worker: "Runner") -> "Puller":
    from scim import pulling

    return pulling.puller(chosen, worker, new_id)


def holds(chosen: Settings) -> "Holds":
    from scim.jobs.holds import Holds

    return Holds(runner(chosen, store(chosen)), chosen.hold_approval_hours * 3600)


def managed_groups(chosen: Settings) -> "ManagedGroups":
    from scim.jobs.managed import ManagedGroups

    return ManagedGroups(runner(chosen, store(chosen)), new_id)


def moving(chosen: Settings, known: "Known") -> "Moving":
    from scim.jobs.moving import Moving

    return Moving(runner(chosen, store(chosen)), new_id, known)


def scim_service(chosen: Settings) -> "Service":
    from scim.web.service import Service
    from scim.web.uses import Uses

    wanted = store(chosen)
    recorder = Recorder(wanted, settler(chosen, wanted), time.time, new_id, event_id, chosen.settle_wait_seconds)
    limits = Limits(
        default_page=chosen.default_page,
        max_page=chosen.max_page,
        bulk_operations=chosen.bulk_max_operations,
        bulk_bytes=chosen.bulk_max_payload_bytes,
        body_bytes=chosen.max_body_bytes,
    )
    base_url, gate = f"{chosen.base_url}/scim/v2", tokens(chosen)
    return Service(
        Users(recorder, frozenset(chosen.allowed_domains)),
        Groups(recorder),
        Search(Matches(wanted, base_url), limits, time.time),
        gate,
        wanted,
        limits,
        base_url,
        time.time,
        Uses(wanted, time.time, gate.listed),
    )


@cache
def scim_app() -> Flask:
    from scim.web.app import create_app

    require_face(settings(), "scim")
    return create_app(scim_service(settings()))


@cache
def jobs_app() -> Flask:
    from scim.jobs.web import create_app

    chosen = settings()
    require_face(chosen, "jobs")
    desk = operations(chosen)
    return create_app(desk.jobs, _callers_of_jobs(chosen), desk.settler, desk)


def operations(chosen: Settings) -> "Desk":
    """What people ask of the jobs, where they can be carried out."""
    from scim import desk_wiring

    worker = runner(chosen, store(chosen))
    work = _jobs(chosen, worker)
    named = {name: job for name in Jobs.__slots__ if (job := getattr(work, name))}
    pulls = None if chosen.source == "none" else puller(chosen, worker)
    return desk_wiring.desk(chosen, worker, named, new_id, pulls)


def _callers_of_jobs(chosen: Settings) -> Callable[[str | None], bool]:
    if chosen.face == "local":
        from scim.jobs.guard import bearer

        return bearer(lambda: secrets(chosen).get(JOBS_SECRET))
    from scim import cloud

    return cloud.callers_of_jobs(chosen)


@cache
def admin_app() -> Flask:
    chosen = settings()
    require_face(chosen, "admin")
    if chosen.face == "admin":
        from scim import cloud_admin

        return cloud_admin.admin(chosen, store(chosen), event_id)
    from scim.admin import at_desk

    account = embedded_target(chosen) if chosen.target == "embedded" else None
    door = at_desk.door(lambda: secrets(chosen).get(ADMIN_SECRET))
    own = at_desk.tokens(secrets(chosen), TOKENS_SECRET)
    return at_desk.screens(chosen, operations(chosen), own, door, account)


@cache
def local_app() -> "DispatcherMiddleware":
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    require_face(settings(), "local")
    return DispatcherMiddleware(scim_app(), {"/admin": admin_app(), "/jobs": jobs_app()})


def new_id() -> str:
    """Random, never derived from what a client sends (threats: B1)."""
    return str(uuid.uuid4())


def event_id() -> str:
    """Sorts by time."""
    from ulid import ULID

    return str(ULID())


def _holder() -> str:
    return f"{os.getpid()}-{uuid.uuid4()}"
