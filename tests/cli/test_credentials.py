"""What a desk mints for itself, once."""

import time

import pytest

from scim import tokens, wiring
from scim.cli import desk
from scim.cli.credentials import ensure_bridge
from scim.dialects import DIALECTS


@pytest.fixture
def settings(tmp_path):
    chosen = desk.settings({"STATE_DIR": str(tmp_path / "state"), "PORT": "8123"})
    desk.prepare(chosen)
    return chosen


def records(settings):
    return tokens.read(wiring.secrets(settings), wiring.TOKENS_SECRET)


def test_a_desk_has_a_token_for_each_dialect_and_the_plain_one_first(settings):
    bridge = ensure_bridge(settings)

    assert set(bridge.tokens) == set(DIALECTS)
    assert bridge.token == bridge.tokens["rfc"]
    assert bridge.base_url == "http://127.0.0.1:8123/scim/v2"


def test_a_token_opens_the_dialect_of_its_name(settings):
    bridge = ensure_bridge(settings)

    gate = wiring.tokens(settings)
    assert {name: gate.verify(f"Bearer {token}").dialect for name, token in bridge.tokens.items()} == {
        name: name for name in DIALECTS
    }


def test_the_key_of_the_admin_page_is_kept_as_a_secret(settings):
    bridge = ensure_bridge(settings)

    key = wiring.secrets(settings).get(wiring.ADMIN_SECRET)
    assert bridge.admin_url == f"http://127.0.0.1:8123/admin/?key={key}"


def test_the_next_start_keeps_what_is_still_valid(settings):
    first = ensure_bridge(settings)

    assert ensure_bridge(settings) == first
    assert len(records(settings)) == len(DIALECTS)


def test_a_revoked_token_is_minted_anew(settings):
    first = ensure_bridge(settings)
    revoked = next(record for record in records(settings) if record.client == "okta")
    tokens.revoke(wiring.secrets(settings), wiring.TOKENS_SECRET, revoked.id, time.time())
    wiring.tokens.cache_clear()

    second = ensure_bridge(settings)

    assert {name for name in DIALECTS if first.tokens[name] != second.tokens[name]} == {"okta"}


def test_tokens_that_nobody_can_show_any_more_do_not_stop_a_start(settings):
    for _ in range(4):
        ensure_bridge(settings)
        desk.bridge_file(settings).unlink()

    bridge = ensure_bridge(settings)

    wiring.tokens.cache_clear()
    assert wiring.tokens(settings).verify(f"Bearer {bridge.token}")
