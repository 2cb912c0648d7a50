"""Nobody is asked for a key: Google signs, for the right account, person and scopes; a refusal says what to do."""

import json
import os
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.credentials import AnonymousCredentials

from scim.source_records import SourceDenied, SourceUnavailable
from scim.sources import google_workspace
from tests.directory import recorded
from tests.directory.directory import Directory
from tests.directory.faults import Faults
from tests.directory.identity import ACCOUNT, AUDIENCE, RUNTIME_TOKEN
from tests.directory.world import ADMIN, company
from tests.sources.reading import Time, opened


@pytest.fixture
def directory():
    return Directory(company(3, 1))


def test_the_assertion_is_signed_for_the_account_the_administrator_and_the_three_scopes(directory):
    opened(directory).groups()

    (claims,) = directory.identity.seen
    assert (claims["iss"], claims["sub"], claims["aud"]) == (ACCOUNT, ADMIN, AUDIENCE)
    assert claims["scope"].split() == recorded.scopes()
    assert claims["exp"] - claims["iat"] == 3600


def test_a_token_takes_three_calls_and_is_kept(directory):
    source = opened(directory)
    source.groups()
    source.groups()

    assert {name: directory.calls[name] for name in ("metadata", "sign", "token")} == {
        "metadata": 1,
        "sign": 1,
        "token": 1,
    }


def test_nothing_is_sent_before_somebody_asks(directory):
    opened(directory)

    assert directory.paths == []


def test_without_an_administrator_the_account_reads_with_a_role_of_its_own(directory):
    directory.identity.role = True
    directory.identity.delegated = set()

    groups = opened(directory, google_admin="", google_customer="C00example").groups()

    assert len(groups) == 1
    assert "sub" not in directory.identity.seen[0]


def test_without_that_role_it_says_who_needs_it(directory):
    with pytest.raises(SourceDenied, match=f"{ACCOUNT} may not read the groups.*Admin roles"):
        opened(directory, google_admin="").groups()


def test_a_token_that_is_taken_back_is_replaced_once(directory):
    source = opened(directory)
    source.groups()
    directory.identity.revoke()

    assert len(source.groups()) == 1
    assert directory.calls["token"] == 2


def test_a_token_that_is_never_accepted_is_not_asked_for_again_and_again(directory):
    directory.between = lambda _number, path: directory.identity.revoke() if path.startswith("/admin") else None

    with pytest.raises(SourceDenied, match="access token"):
        opened(directory).groups()

    assert directory.calls["token"] == 2


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (lambda identity: identity.delegated.pop(), "Manage domain-wide delegation"),
        (lambda identity: identity.people.clear(), "GOOGLE_ADMIN"),
        (lambda identity: identity.admins.clear(), "Users > Read"),
        (lambda identity: setattr(identity, "may_sign", False), "roles/iam.serviceAccountTokenCreator"),
    ],
    ids=["a scope is missing", "an unknown administrator", "no rights", "may not sign"],
)
def test_a_refusal_names_who_has_to_do_what(directory, break_it, says):
    break_it(directory.identity)

    with pytest.raises(SourceDenied, match=says):
        opened(directory).groups()


@pytest.mark.parametrize("path", ["/computeMetadata", "/v1/projects", "/token"])
def test_whoever_gives_no_token_for_a_while_is_asked_again(directory, path):
    directory.faults = Faults(always=lambda asked: "server error" if asked.startswith(path) else None)
    time = Time()

    with pytest.raises(SourceUnavailable):
        opened(directory, time).groups()

    assert sum(1 for asked in directory.paths if asked.startswith(path)) == 8
    assert not any(asked.startswith("/admin") for asked in directory.paths)


def test_no_refusal_quotes_a_token_or_an_assertion(directory, caplog):
    directory.identity.delegated.clear()

    with pytest.raises(SourceDenied) as refusal:
        opened(directory).groups()

    said = f"{refusal.value!r} {refusal.value.__cause__!r} {caplog.text}"
    assert "ya29" not in said
    assert "eyJ" not in said


# ── a key file, if somebody insists ───────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def key_file(tmp_path, key):
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "key.json"
    path.write_text(json.dumps({"client_email": ACCOUNT, "private_key": private.decode(), "private_key_id": "1"}))
    return path


def test_a_key_file_signs_by_itself(directory, key, key_file):
    directory.identity.public_key = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    groups = opened(directory, google_key_file=key_file, google_service_account="").groups()

    assert len(groups) == 1
    assert directory.identity.seen[0]["sub"] == ADMIN
    assert directory.calls["sign"] == directory.calls["metadata"] == 0


@pytest.mark.parametrize("content", ["", "{}", '{"client_email": "a@b.c", "private_key": "no key"}', "[]"])
def test_a_key_file_that_is_none_is_named_and_not_quoted(directory, tmp_path, content):
    path = tmp_path / "key.json"
    path.write_text(content)

    with pytest.raises(SourceDenied, match="GOOGLE_KEY_FILE") as refusal:
        opened(directory, google_key_file=path).groups()

    assert refusal.value.__cause__ is None
    assert "no key" not in str(refusal.value).replace("is no key of", "")


# ── at a desk ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_desk_without_google_credentials_is_told_the_command(directory, tmp_path, monkeypatch):
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    assert "HOME" in os.environ

    with pytest.raises(SourceDenied, match="gcloud auth application-default login"):
        opened(directory, gce_metadata_host="metadata.google.internal").groups()


def test_at_a_desk_whoever_is_signed_in_asks_google_to_sign(directory, monkeypatch):
    signed_in = AnonymousCredentials()
    signed_in.before_request = lambda _send, _method, _url, headers: headers.update(
        {"Authorization": f"Bearer {RUNTIME_TOKEN}"}
    )
    monkeypatch.setattr(google_workspace, "default_credentials", lambda: signed_in)

    assert len(opened(directory, gce_metadata_host="metadata.google.internal").groups()) == 1
    assert (directory.calls["metadata"], directory.calls["sign"]) == (0, 1)


def test_a_token_is_replaced_before_it_ends(directory):
    source = opened(directory)
    source.groups()
    credentials = source._calls._session.credentials
    credentials.expiry -= timedelta(seconds=3500)

    source.groups()

    assert directory.calls["token"] == 2
