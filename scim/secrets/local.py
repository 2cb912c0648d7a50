"""Secrets at a desk: one file for each in a directory that only its owner can read. Not for the cloud."""

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from scim.records import Secret, SecretMissing, SecretsUnavailable

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,126}")


class LocalSecrets:
    """Nothing is read or made before it is needed. The value before the newest stays as NAME.previous."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def get(self, name: str) -> Secret:
        path = self._path(name)
        try:
            value = path.read_bytes().decode()
        except FileNotFoundError as error:
            raise SecretMissing(f"There is no secret {name!r}: make it, or write its value to {path}.") from error
        except OSError as error:
            raise SecretsUnavailable(f"The secret {name!r} cannot be read: {error}.") from error
        except UnicodeDecodeError:
            # no cause: it would carry the value
            raise SecretsUnavailable(f"The secret {name!r} in {path} is not text in UTF-8.") from None
        if not value.strip():
            raise SecretMissing(f"The secret {name!r} is blank, which guards nothing: write its value to {path}.")
        return Secret(value)

    def add_version(self, name: str, value: str) -> None:
        path = self._path(name)
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._directory.chmod(0o700)
            with suppress(FileNotFoundError):
                self._replace(path.with_name(f"{name}.previous"), path.read_bytes())
            self._replace(path, value.encode())
        except OSError as error:
            raise SecretsUnavailable(f"The secret {name!r} cannot be written: {error}.") from error

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("A secret's name must be letters, digits, hyphens and underscores.")
        return self._directory / name

    def _replace(self, path: Path, value: bytes) -> None:
        """All or nothing, also across a crash: whoever reads sees the old value or the new one."""
        file, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=self._directory)  # mode 0600
        try:
            with os.fdopen(file, "wb") as opened:
                opened.write(value)
                opened.flush()
                os.fsync(opened.fileno())
            Path(draft).replace(path)
        except OSError:
            Path(draft).unlink(missing_ok=True)
            raise
        self._sync_directory()

    def _sync_directory(self) -> None:
        directory = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
