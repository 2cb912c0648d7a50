"""That a token was used is told to the store, and no request fails or waits for it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scim.records import StoreUnavailable
from scim.stores.sqlite import SqliteStore
from scim.web.app import create_app
from scim.web.uses import Uses
from tests.bridge import Bridge, make_bridge


class Away(SqliteStore):
    """Takes no notes."""

    def put_note(self, name: str, note: dict[str, Any] | None) -> None:
        raise StoreUnavailable("away")


def noting(bridge: Bridge) -> Uses:
    service = bridge.http.application.extensions["scim"]
    uses = Uses(bridge.store, bridge.clock, service.tokens.listed)
    bridge.http = create_app(replace(service, uses=uses)).test_client()
    return uses


def test_the_first_request_of_a_token_is_told(bridge: Bridge):
    noting(bridge)
    bridge.post_user()

    listed = bridge.store.note("tokens")["tokens"]
    id = next(each["id"] for each in listed if each["client"] == "rfc")
    assert bridge.store.note(f"token.used.{id}")["at"] == pytest.approx(bridge.clock.at, abs=5)
    assert {name for each in listed for name in each} == {"id", "client", "dialect", "created", "expires", "revoked"}


def test_a_request_without_a_token_tells_nothing(bridge: Bridge):
    noting(bridge)

    assert bridge.http.get("/Users", headers={"Authorization": "Bearer x"}).status_code == 401
    assert bridge.store.note("tokens") is None


def test_a_store_that_takes_no_note_fails_no_request(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    bridge = make_bridge(tmp_path, store=Away(":memory:"))
    noting(bridge)

    bridge.post_user()
    bridge.send("GET", "/Users")

    assert [record.message for record in caplog.records].count("tokens.use_not_noted") == 1
