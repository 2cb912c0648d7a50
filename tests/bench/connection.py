"""Kept-alive connections, one for each thread; latency is the wall time of a request and its whole answer."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 60


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
    base_url: str
    token: str = ""
    _opened: threading.local = field(default_factory=threading.local)

    def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        content = None if body is None else json.dumps(body).encode()
        return self.send_content(method, path, content, headers)

    def send_content(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A server may have closed an idle connection meanwhile: one more try, on a new one."""
        given = {**self._headers(content), **(headers or {})}
        reused = hasattr(self._opened, "connection")
        try:
            return self._exchange(method, path, content, given)
        except (http.client.HTTPException, ConnectionError):
            self._drop()
            if not reused:
                raise
            return self._exchange(method, path, content, given)

    def _headers(self, content: bytes | None) -> dict[str, str]:
        headers = {"Accept": "application/scim+json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if content is not None:
            headers["Content-Type"] = "application/scim+json"
        return headers

    def _exchange(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Answer:
        started = time.perf_counter()
        connection = self._open()
        connection.request(method, urlsplit(self.base_url).path + path, content, dict(headers))
        response = connection.getresponse()
        text = response.read()
        seconds = time.perf_counter() - started
        if response.will_close:
            self._drop()
        return Answer(response.status, _document(text), len(text), seconds)

    def _open(self) -> http.client.HTTPConnection:
        if not hasattr(self._opened, "connection"):
            connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=TIMEOUT_SECONDS)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._opened.connection = connection
        opened: http.client.HTTPConnection = self._opened.connection
        return opened

    def _drop(self) -> None:
        if hasattr(self._opened, "connection"):
            self._opened.connection.close()
            del self._opened.connection


def _document(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text[:200].decode(errors="replace")
