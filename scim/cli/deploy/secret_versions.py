"""Secret Manager through gcloud: the values go in on standard input and come out on standard output."""

from scim.cli.deploy.gcloud import Existing, Gcloud, GcloudFailed, NoAnswer, NotThere, SwitchedOff
from scim.records import Secret, SecretMissing, SecretsUnavailable

KEPT_ENABLED = 2
KEPT = 10
"""As `scim.secrets.secret_manager` keeps them: of a secret's versions the newest two are enabled, ten are there."""


class SecretVersions:
    """`ports.Secrets` with the rights of whoever is signed in to gcloud. Nothing is cached."""

    def __init__(self, gcloud: Gcloud, prefix: str) -> None:
        self._gcloud = gcloud
        self._prefix = prefix

    def get(self, name: str) -> Secret:
        try:
            value = self._gcloud.text("secrets", "versions", "access", "latest", f"--secret={self._prefix}{name}")
        except (NotThere, SwitchedOff) as cause:
            raise SecretMissing(f"The secret {self._prefix}{name} has no value yet.") from cause
        except GcloudFailed as cause:
            raise SecretsUnavailable(f"The secret {self._prefix}{name} cannot be read: {cause}") from cause
        if not value.strip():
            raise SecretMissing(f"The secret {self._prefix}{name} is blank, which guards nothing.")
        return Secret(value)

    def add_version(self, name: str, value: str) -> None:
        """After an answer that was lost it looks whether the value is there already."""
        try:
            self._add(name, value)
        except (NoAnswer, Existing) as cause:
            if not self.is_newest(name, value):
                raise SecretsUnavailable(f"The secret {self._prefix}{name} was not stored: {cause}") from cause
        except GcloudFailed as cause:
            raise SecretsUnavailable(f"The secret {self._prefix}{name} cannot be stored: {cause}") from cause
        self._retire(name)

    def has_value(self, name: str) -> bool:
        """Whether a version is enabled, without reading it."""
        return bool(self._numbers(name, {"ENABLED"}))

    def is_newest(self, name: str, value: str) -> bool:
        try:
            return self.get(name).strip() == value.strip()
        except (SecretMissing, SecretsUnavailable):
            return False

    def disable_older(self, name: str) -> int:
        """All but the newest; how many that were."""
        older = self._numbers(name, {"ENABLED"})[1:]
        for number in older:
            self._gcloud.text("secrets", "versions", "disable", number, f"--secret={self._prefix}{name}")
        return len(older)

    def _add(self, name: str, value: str) -> None:
        self._gcloud.text("secrets", "versions", "add", f"{self._prefix}{name}", "--data-file=-", stdin=value)

    def _numbers(self, name: str, states: set[str]) -> list[str]:
        """Of the versions in one of these states, newest first; none where there is no such secret."""
        try:
            listed = self._gcloud.data("secrets", "versions", "list", f"{self._prefix}{name}") or []
        except (NotThere, SwitchedOff):
            return []
        numbers = [str(each["name"]).rpartition("/")[2] for each in listed if str(each["state"]).upper() in states]
        return sorted(numbers, key=int, reverse=True)

    def _retire(self, name: str) -> None:
        """Never in the way of what was stored: the next one does what this one could not."""
        try:
            enabled = self._numbers(name, {"ENABLED"})
            there = self._numbers(name, {"ENABLED", "DISABLED"})
            for number in there[KEPT:]:
                self._gcloud.text("secrets", "versions", "destroy", number, f"--secret={self._prefix}{name}")
            for number in enabled[KEPT_ENABLED:]:
                if number not in there[KEPT:]:
                    self._gcloud.text("secrets", "versions", "disable", number, f"--secret={self._prefix}{name}")
        except GcloudFailed:
            return
