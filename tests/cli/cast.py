"""Barbara Jensen and her friends in the store of a desk, each where a test wants them to stand."""

import json
from typing import Any

from typer.testing import CliRunner, Result

from scim import keys, wiring
from scim.cli.app import app
from scim.ports import Store
from scim.records import Event, Link, Record, Ref

AT = "2026-01-01T00:00:00.000Z"
ACTIVE = Link("T-1", "active", settled_version=1, unsettled=False)


def typed(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, words, input=answer)


def shown(*words: str) -> str:
    """Standard output of a command that does what it was asked."""
    done = typed(*words)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def as_json(*words: str) -> Any:
    return json.loads(shown(*words, "--json"))


def join(store: Store, id: str, name: str = "Barbara Jensen", link: Link = ACTIVE, **more: Any) -> Record:
    """Somebody whose userName is their id, at example.com."""
    address = f"{id}@example.com"
    emails = [{"value": address, "type": "work", "primary": True}]
    document = {"userName": address, "displayName": name, "active": True, "emails": emails, **more}
    unique, lookup = keys.unique_keys("User", document), keys.lookup_keys(document, {})
    record = Record("User", id, document, "okta", AT, AT, link=link, unique_keys=unique, lookup_keys=lookup)
    return store.create(record, (), happening("user.created", Ref("User", id), at="2026-01-01T00:00:00Z"))


def happening(action: str, ref: Ref | None = None, *, at: str, actor: str = "okta", **facts: str) -> Event:
    return Event(wiring.event_id(), at, actor, action, ref, [facts] if facts else [])
