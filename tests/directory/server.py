"""The stand-in as an HTTP server on this machine."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.directory.directory import Directory
from tests.directory.reply import Broken, Reply
from tests.directory.world import World

HANG_SECONDS = 20.0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    directory: Directory

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        reply = self.directory.answer(self.command, self.path, self.headers, self.rfile.read(length))
        if reply.broken is Broken.HANG:
            self.directory.released.wait(HANG_SECONDS)
        if reply.broken in (Broken.HANG, Broken.NO_ANSWER):
            self._hang_up()
        else:
            self._send(reply)

    do_POST = do_GET  # noqa: N815 - what http.server calls

    def _send(self, reply: Reply) -> None:
        body = reply.body
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if reply.broken is Broken.CUT_OFF:
            self.wfile.write(body[: len(body) // 2])
            self._hang_up()
        else:
            self.wfile.write(body)

    def _hang_up(self) -> None:
        """The connection is reset, as by a network in trouble."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Who gave up waiting is no error."""


@contextmanager
def serving(world: World, **said: Any) -> Iterator[Directory]:
    """`said`: further fields of Directory."""
    directory = Directory(world, **said)
    handler = type("Handler", (Handler,), {"directory": directory})
    with Server(("127.0.0.1", 0), handler) as server:
        directory.address = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield directory
        finally:
            directory.released.set()
            server.shutdown()
            thread.join(10)
