"""A server that answers anything, as a bridge's server would."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import make_server
from werkzeug.wrappers import Response


@contextmanager
def served(port: int) -> Iterator[None]:
    server = make_server("127.0.0.1", port, Response("pong"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
