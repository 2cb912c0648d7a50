"""Kept-alive connections; latency is the wall time of a request and its whole answer."""

import http.client
import json
import socket
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 60

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    document: Any
    size: int
    seconds: float

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300

    def at(self, *names: str) -> Any:
        """The value there; None where nothing is, whatever was answered."""
        found = self.document
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def values(self, attribute: str) -> list[str]:
        """What the elements of `members` or `groups` name."""
        return [element.get("value") for element in self.at(attribute) or ()]

    def resources(self) -> list[dict[str, Any]]:
        return self.at("Resources") or []


@dataclass
class Connection:
    """Kept-alive connections to one server, lent to whoever sends, so that threads share them."""

    base_url: str
    token: str = ""
    _idle: deque[http.client.HTTPConnection] = field(default_factory=deque)

    def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        content = None if body is None else json.dumps(body).encode()
        return self.send_content(method, path, content, headers)

    def send_content(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A server may have closed an idle connection meanwhile: one more try, on a new one."""
        target, given = urlsplit(self.base_url).path + path, {**self._headers(content), **(headers or {})}
        if self._idle:
            try:
                return self._exchange(self._idle.pop(), method, target, content, given)
            except (http.client.HTTPException, ConnectionError):
                self.close()
        return self._exchange(self._open(), method, target, content, given)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _headers(self, content: bytes | None) -> dict[str, str]:
        headers = {"Accept": "application/scim+json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if content is not None:
            headers["Content-Type"] = "application/scim+json"
        return headers

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, target: str, content: bytes | None, headers: Headers
    ) -> Answer:
        started = time.perf_counter()
        try:
            connection.request(method, target, content, headers)
            response = connection.getresponse()
            text = response.read()
        except BaseException:
            connection.close()
            raise
        seconds = time.perf_counter() - started
        if response.will_close:
            connection.close()
        else:
            self._idle.append(connection)
        return Answer(response.status, _document(text), len(text), seconds)

    def _open(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=TIMEOUT_SECONDS)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def _document(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text[:200].decode(errors="replace")
