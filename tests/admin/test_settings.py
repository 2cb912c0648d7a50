"""Settings: each with its value, its default and where it was set; secrets never."""

from pathlib import Path

import pytest

from scim import logs, tokens
from scim.admin import installation, words
from scim.admin.settings import shown
from scim.settings import Settings
from tests.admin.screens import make_screens

ENVIRON = {"PORT": "9000", "ALLOWED_DOMAINS": "example.com,example.org", "TARGET_CALLS_PER_SECOND": "2.5"}


def settings(**environ: str) -> dict[str, tuple[str, str, str]]:
    chosen = Settings.from_environment(environ)
    return {each.name: (each.value, each.default, each.origin) for each in shown(chosen, environ)}


def test_every_setting_is_there():
    assert set(settings()) == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("PORT", ("9000", "8080", "environment")),
        ("ALLOWED_DOMAINS", ("example.com, example.org", "", "environment")),
        ("TARGET_CALLS_PER_SECOND", ("2.5", "4", "environment")),
        ("BASE_URL", ("http://127.0.0.1:9000", "", "follows from others")),
        ("INVOKER_CHECK", ("false", "false", "default")),
        ("GOOGLE_CLOUD_PROJECT", ("", "", "default")),
    ],
)
def test_a_setting_says_where_it_was_set(name: str, row: tuple[str, str, str]):
    assert settings(**ENVIRON)[name] == row


def test_what_has_the_form_of_a_secret_is_masked():
    token = str(tokens.mint("sales", "okta", now=0)[0])

    assert settings(OP_PATH=token)["OP_PATH"][0] == logs.MASK


def test_the_page_shows_them(tmp_path: Path):
    screens = make_screens(tmp_path)

    assert "PORT 8080 8080 default TCP port the server listens on." in screens.words("/settings")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`empty` takes out, `leave` lets be.", "<code>empty</code> takes out, <code>leave</code> lets be."),
        ("`<b>` & <b>", "<code>&lt;b&gt;</code> &amp; &lt;b&gt;"),
        ("one ` alone", "one ` alone"),
        ("", ""),
    ],
)
def test_what_stands_between_backticks_is_shown_as_code(text: str, shown: str):
    assert words.coded(text) == shown


@pytest.mark.parametrize(("target", "name"), [("embedded", "the embedded account"), ("onepassword", "1Password")])
def test_an_installation_is_described_by_its_settings(target: str, name: str):
    environ = {"TARGET": target, "CONFIRM_INTERVAL_SECONDS": "60"}

    found = installation.of(Settings.from_environment(environ), environ)

    assert (found.base_url, found.target, found.source, found.whole) == (
        "http://127.0.0.1:8080/scim/v2", name, "", True,
    )  # fmt: skip
    assert {each.name for each in found.settings() if each.origin == "environment"} == set(environ)
