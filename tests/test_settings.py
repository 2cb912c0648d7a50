"""The environment describes a bridge that can run, or is refused with a sentence for each problem."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from scim.settings import Settings, SettingsError

CLOUD = {
    "STORE": "firestore",
    "GOOGLE_CLOUD_PROJECT": "example",
    "BASE_URL": "https://scim.example.com",
    "TARGET": "onepassword",
}


def test_an_empty_environment_is_a_bridge_at_a_desk():
    settings = Settings.from_environment({})

    assert (settings.store, settings.target, settings.base_url) == ("sqlite", "embedded", "http://127.0.0.1:8080")


def test_the_cloud_is_described_by_four_variables():
    settings = Settings.from_environment(CLOUD)

    assert (settings.store, settings.google_cloud_project) == ("firestore", "example")


def test_an_empty_variable_counts_as_not_set():
    settings = Settings.from_environment({"PORT": " ", "STATE_DIR": ""})

    assert (settings.port, settings.state_dir) == (8080, Path(".local"))


def test_variables_of_other_programs_are_left_alone():
    assert Settings.from_environment({"PATH": "x", "HOME": "y"}) == Settings.from_environment({})


def test_the_local_base_url_follows_the_port():
    assert Settings.from_environment({"PORT": "9000"}).base_url == "http://127.0.0.1:9000"


def test_a_trailing_slash_of_the_base_url_is_dropped():
    assert Settings.from_environment(CLOUD | {"BASE_URL": "https://example.com/"}).base_url == "https://example.com"


def test_an_emulator_needs_neither_project_nor_base_url():
    settings = Settings.from_environment({"STORE": "firestore", "FIRESTORE_EMULATOR_HOST": "localhost:8200"})

    assert (settings.google_cloud_project, settings.base_url) == ("local", "http://127.0.0.1:8080")


def test_domains_are_listed_with_commas_in_any_case():
    settings = Settings.from_environment({"ALLOWED_DOMAINS": "Example.com, example.org,"})

    assert settings.allowed_domains == ("example.com", "example.org")


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError):
        Settings.from_environment({}).port = 1


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"STORE": "redis"}, "STORE is 'redis': it must be 'sqlite' or 'firestore'."),
        ({"TARGET": "nowhere"}, "TARGET is 'nowhere': it must be 'embedded' or 'onepassword'."),
        ({"SETTLE_WAIT_SECONDS": "26"}, "SETTLE_WAIT_SECONDS is '26': it must be less than or equal to 25."),
        ({"SETTLE_WAIT_SECONDS": "nan"}, "SETTLE_WAIT_SECONDS is 'nan': it must be a finite number."),
        ({"ALLOWED_DOMAINS": "example"}, "ALLOWED_DOMAINS is 'example': it must list domains, such as"),
        ({"FIRESTORE_EMULATOR_HOST": "http://x"}, "FIRESTORE_EMULATOR_HOST is 'http://x': it must be host:port"),
        ({"DEFAULT_PAGE": "501"}, "DEFAULT_PAGE is 501: it must not exceed MAX_PAGE, which is 500."),
        ({"MAX_BODY_BYTES": "2048"}, "BULK_MAX_PAYLOAD_BYTES is 1048576: it must not exceed MAX_BODY_BYTES"),
        ({"TARGET": "onepassword", "CONFIRM_INTERVAL_SECONDS": "29"}, "CONFIRM_INTERVAL_SECONDS is 29: with TARGET"),
        (CLOUD | {"TARGET": ""}, "TARGET is embedded: with STORE=firestore it must be onepassword"),
        (CLOUD | {"GOOGLE_CLOUD_PROJECT": ""}, "GOOGLE_CLOUD_PROJECT is not set: STORE=firestore needs"),
        (CLOUD | {"BASE_URL": ""}, "BASE_URL is not set: STORE=firestore needs the public URL"),
        (CLOUD | {"BASE_URL": "http://scim.example.com"}, "BASE_URL must be https://host"),
        (CLOUD | {"BASE_URL": "https://me:word@example.com"}, "BASE_URL must be https://host"),
        (CLOUD | {"BASE_URL": "https://example.com/?a=b"}, "BASE_URL must be https://host"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bridge_that_cannot_run_is_refused_with_a_sentence(environ, sentence):
    with pytest.raises(SettingsError, match=r"\A[^\n]+\Z") as refused:
        Settings.from_environment(environ)

    assert str(refused.value).startswith(sentence)


def test_every_problem_is_named_at_once():
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"PORT": "x", "STORE": "redis", "THREADS": "0"})

    assert len(refused.value.problems) == 3


def test_a_refusal_never_repeats_credentials():
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"BASE_URL": "https://me:hunter2@example.com"})

    assert "hunter2" not in str(refused.value)


def test_a_name_that_is_no_setting_is_refused():
    with pytest.raises(ValidationError):
        Settings(colour="blue")
