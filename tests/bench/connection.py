"""One kept-alive connection per thread; latency is the wall time of one request and its whole answer."""

import http.client
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Connection:
    base_url: str
    token: str
    _local: threading.local = field(default_factory=threading.local)

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any, float]:
        """Status, document, seconds."""
        content = None if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"}
        connection = self._open()
        started = time.perf_counter()
        connection.request(method, urlsplit(self.base_url).path + path, content, headers)
        response = connection.getresponse()
        text = response.read()
        taken = time.perf_counter() - started
        return response.status, json.loads(text) if text else None, taken

    def _open(self) -> http.client.HTTPConnection:
        if not hasattr(self._local, "connection"):
            connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=60)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._local.connection = connection
        opened: http.client.HTTPConnection = self._local.connection
        return opened
