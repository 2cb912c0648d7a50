"""A small SCIM client: what an identity provider does, one request at a time."""

import http.client
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from scim.cli.console import Problem
from scim.cli.desk import Bridge

TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Client:
    bridge: Bridge

    def send(self, method: str, path: str, body: dict[str, Any] | None = None, *, expect: Collection[int]) -> Answer:
        """A Problem with the service provider's own words if the answer is none of those expected."""
        answer = self._exchange(method, path, body)
        if answer.status not in expect:
            detail = answer.document.get("detail", "no reason given")
            raise Problem(f"{method} {path} was answered {answer.status}: {detail}")
        return answer

    def find(self, endpoint: str, attribute: str, value: str) -> list[str]:
        """Ids of the resources whose attribute equals the value."""
        query = quote(f'{attribute} eq "{value}"')
        listed = self.send("GET", f"{endpoint}?filter={query}&attributes=id", expect={200})
        return [resource["id"] for resource in listed.document.get("Resources", ())]

    def _exchange(self, method: str, path: str, body: dict[str, Any] | None) -> Answer:
        parts = urlsplit(self.bridge.base_url)
        headers = {"Authorization": f"Bearer {self.bridge.token}", "Accept": "application/scim+json"}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/scim+json"
            content = json.dumps(body)
        connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, parts.path + path, content, headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as cause:
            raise Problem(f"{self.bridge.base_url} does not answer: {cause}.") from cause
        finally:
            connection.close()
        return Answer(response.status, json.loads(text) if text else {})
