"""What answers over HTTP: the deployed bridge, Google about permissions, and the place op is downloaded from."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Edge:
    """`world`: the file the stand-ins share. `files`: by path, what can be downloaded."""

    def __init__(self, world: Path) -> None:
        self.world = world
        self.files: dict[str, bytes] = {}
        self.tokens_seen: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator["Edge"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join(5)

    def state(self) -> dict[str, Any]:
        return dict(json.loads(self.world.read_text()))

    def answer(self, method: str, path: str, token: str, body: bytes) -> tuple[int, bytes]:
        if path.startswith("/op/"):
            found = self.files.get(path)
            return (200, found) if found is not None else (404, b"no such release")
        world = self.state()
        if path.endswith(":testIamPermissions"):
            asked = json.loads(body)["permissions"]
            held = [each for each in asked if each not in world["lacking"]]
            return 200, json.dumps({"permissions": held}).encode()
        if path.startswith("/private/"):
            return 403, b"<html>Forbidden</html>"
        return self._bridge(world, path, token)

    def _bridge(self, world: dict[str, Any], path: str, token: str) -> tuple[int, bytes]:
        if 'google_cloudfunctions2_function.face["scim"]' not in world["resources"]:
            return 404, b"<html>Page not found</html>"
        if not world["public"] and world["invoker_check"]:
            return 403, b"<html>Forbidden</html>"
        if path == "/ping":
            return 200, b"pong"
        if not self._is_live(world, token):
            return 401, json.dumps({"status": "401", "detail": "A bearer token is needed."}).encode()
        self.tokens_seen.add(token)
        reports = [{"source": "SCIMServer", "state": "healthy"}, {"source": "Confirm", "state": "healthy"}]
        return 200, json.dumps({"version": "0.1.0", "reports": reports}).encode()

    def _is_live(self, world: dict[str, Any], token: str) -> bool:
        versions = world["secrets"].get("scim-bridge-tokens") or []
        records = json.loads(versions[-1]["value"]) if versions else []
        digest = hashlib.sha256(token.encode()).hexdigest()
        return any(each["digest"] == digest and each["revoked"] is None for each in records)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        edge = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                status, content = edge.answer(self.command, self.path, token, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _serve  # noqa: N815 - names of http.server

            def log_message(self, *_: object) -> None:
                return

        return Handler
