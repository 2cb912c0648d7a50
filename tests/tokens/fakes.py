"""Secrets in memory that count how often they are read, and fail when told to."""

from dataclasses import dataclass, field

from scim.records import Secret, SecretMissing


@dataclass
class CountedSecrets:
    values: dict[str, Secret] = field(default_factory=dict)
    reads: int = 0
    failure: Exception | None = None

    def get(self, name: str) -> Secret:
        self.reads += 1
        if self.failure:
            raise self.failure
        if name not in self.values:
            raise SecretMissing(name)
        return self.values[name]

    def add_version(self, name: str, value: str) -> None:
        self.values[name] = Secret(value)
