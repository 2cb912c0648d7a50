"""Secrets in files."""

import stat
from pathlib import Path

import pytest

from scim.records import SecretMissing, SecretsUnavailable
from scim.secrets.local import LocalSecrets


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "secrets"


@pytest.fixture
def secrets(directory: Path) -> LocalSecrets:
    return LocalSecrets(directory)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nothing_is_made_before_it_is_needed(secrets: LocalSecrets, directory: Path) -> None:
    assert not directory.exists()


def test_the_newest_value_is_read_back(secrets: LocalSecrets) -> None:
    secrets.add_version("tokens", "old")
    secrets.add_version("tokens", "new, with é and\na line")

    assert secrets.get("tokens") == "new, with é and\na line"


def test_a_missing_secret_is_named_and_the_cure_with_it(secrets: LocalSecrets, directory: Path) -> None:
    with pytest.raises(SecretMissing, match=f"no secret 'tokens'.*{directory / 'tokens'}"):
        secrets.get("tokens")


def test_the_value_does_not_show_itself(secrets: LocalSecrets) -> None:
    secrets.add_version("tokens", "open sesame")

    assert repr(secrets.get("tokens")) == "********"


def test_only_the_owner_can_read(secrets: LocalSecrets, directory: Path) -> None:
    secrets.add_version("tokens", "old")
    secrets.add_version("tokens", "new")

    assert {path.name: mode(path) for path in directory.iterdir()} == {"tokens": 0o600, "tokens.previous": 0o600}
    assert mode(directory) == 0o700


def test_a_directory_that_is_open_to_others_is_closed(directory: Path, secrets: LocalSecrets) -> None:
    directory.mkdir(mode=0o755)

    secrets.add_version("tokens", "value")

    assert mode(directory) == 0o700


def test_the_value_before_stays(secrets: LocalSecrets, directory: Path) -> None:
    secrets.add_version("tokens", "old")
    secrets.add_version("tokens", "new")

    assert (directory / "tokens.previous").read_text() == "old"


def test_a_write_that_fails_leaves_the_old_value(
    secrets: LocalSecrets, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets.add_version("tokens", "old")
    monkeypatch.setattr("os.fsync", _disk_full)

    with pytest.raises(SecretsUnavailable, match="cannot be written"):
        secrets.add_version("tokens", "new")

    monkeypatch.undo()
    assert secrets.get("tokens") == "old"
    assert [path.name for path in directory.iterdir()] == ["tokens"]


def _disk_full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_what_is_no_file_is_unavailable(secrets: LocalSecrets, directory: Path) -> None:
    (directory / "tokens").mkdir(parents=True)

    with pytest.raises(SecretsUnavailable, match="cannot be read"):
        secrets.get("tokens")


def test_what_is_no_text_is_unavailable_and_not_quoted(secrets: LocalSecrets, directory: Path) -> None:
    directory.mkdir()
    (directory / "tokens").write_bytes(b"\xff secret")

    with pytest.raises(SecretsUnavailable, match="not text in UTF-8") as caught:
        secrets.get("tokens")

    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "name", ["", "..", ".", "../tokens", "a/b", "a\\b", ".hidden", "a.b", "a\x00b", "x" * 128, "a\n"]
)
def test_a_name_is_no_path(secrets: LocalSecrets, name: str) -> None:
    with pytest.raises(ValueError, match="secret's name"):
        secrets.get(name)


@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
def test_a_blank_secret_counts_as_missing(tmp_path: Path, blank: str):
    secrets = LocalSecrets(tmp_path)
    secrets.add_version("tokens", blank)

    with pytest.raises(SecretMissing, match="blank"):
        secrets.get("tokens")
