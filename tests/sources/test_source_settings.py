"""Where the source is, and who reads it: half-configured, the bridge does not start."""

import pytest

from scim.settings import Settings, SettingsError
from tests.directory.identity import ACCOUNT

WHOLE = {"SOURCE": "google_workspace", "GOOGLE_SERVICE_ACCOUNT": ACCOUNT, "GOOGLE_ADMIN": "ann@example.com"}
URLS = ["GOOGLE_DIRECTORY_URL", "GOOGLE_IAM_URL", "GOOGLE_TOKEN_URL"]


def test_nothing_is_pulled_unless_it_is_said():
    assert Settings.from_environment({}).source == "none"


def test_two_names_are_enough():
    settings = Settings.from_environment(WHOLE)

    assert settings.google_directory_url == "https://admin.googleapis.com"
    assert settings.google_token_url == "https://oauth2.googleapis.com/token"


@pytest.mark.parametrize("name", URLS)
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9000", "http://localhost:1", "http://[::1]:2/x", "https://proxy.example.com/"]
)
def test_every_address_may_be_another_one(name, url):
    assert getattr(Settings.from_environment(WHOLE | {name: url}), name.lower()) == url.rstrip("/")


@pytest.mark.parametrize("base", ["http://127.0.0.1:9000", "https://admin.googleapis.com"])
def test_the_directory_may_be_named_with_its_path(base):
    said = WHOLE | {"GOOGLE_DIRECTORY_URL": f"{base}/admin/directory/v1/"}

    assert Settings.from_environment(said).google_directory_url == base


@pytest.mark.parametrize("name", URLS)
@pytest.mark.parametrize(
    "url", ["http://google.example.com", "http://127.0.0.1.example.com", "https://a@b.c", "ftp://x", "x"]
)
def test_what_opens_doors_is_not_sent_in_the_clear(name, url):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment(WHOLE | {name: url})


@pytest.mark.parametrize("host", ["metadata.google.internal", "169.254.169.254", "127.0.0.1:9000", "localhost:1"])
def test_the_metadata_server_is_google_s_or_on_this_machine(host):
    assert Settings.from_environment(WHOLE | {"GCE_METADATA_HOST": host}).gce_metadata_host == host


def test_any_other_metadata_server_is_refused():
    with pytest.raises(SettingsError, match="GCE_METADATA_HOST"):
        Settings.from_environment(WHOLE | {"GCE_METADATA_HOST": "metadata.example.com"})


def test_who_signs_has_to_be_said():
    with pytest.raises(SettingsError, match="GOOGLE_SERVICE_ACCOUNT"):
        Settings.from_environment({"SOURCE": "google_workspace"})


def test_a_key_file_says_it_too(tmp_path):
    settings = Settings.from_environment({"SOURCE": "google_workspace", "GOOGLE_KEY_FILE": str(tmp_path / "key")})

    assert settings.google_key_file == tmp_path / "key"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOOGLE_ADMIN", "ann"),
        ("GOOGLE_SERVICE_ACCOUNT", "a/b@example.com"),
        ("GOOGLE_CUSTOMER", "example.com"),
        ("SOURCE", "ldap"),
        ("SOURCE_CALLS_PER_MINUTE", "0"),
        ("SOURCE_TIMEOUT_SECONDS", "0"),
        ("SOURCE_PATIENCE_SECONDS", "-1"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment(WHOLE | {name: value})
