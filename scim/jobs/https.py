"""Connections to other services, kept open and shared by threads: TLS is verified, redirects are not followed, and
every call is bounded in time and size.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

import certifi
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import TimeoutError as TimedOut

CONNECTIONS = 32
MOST_BYTES = 262_144
CONNECT_SECONDS = 3.0

_SAFE = re.compile(r"https://[^\s/?#@]+(/[^\s?#]*)?|http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?(/[^\s?#]*)?")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def pool(certificates: str | None = None) -> PoolManager:
    """Nothing is opened yet. `certificates`: a file with those to trust instead of the public ones."""
    return PoolManager(maxsize=CONNECTIONS, cert_reqs="CERT_REQUIRED", ca_certs=certificates or certifi.where())


def require_safe(url: str) -> str:
    """`url` without a trailing slash. ValueError unless it is https, or http to this machine."""
    if not _SAFE.fullmatch(url):
        raise ValueError(f"{url[:200]!r} must be https://host, for what is sent there opens doors.")
    return url.rstrip("/")


def send(  # noqa: PLR0913, PLR0917
    connections: PoolManager,
    method: str,
    url: str,
    headers: Mapping[str, str],
    seconds: float,
    body: bytes | None = None,
    most: int = MOST_BYTES,
) -> Answer:
    """The answer of up to `most` bytes, whatever its status. Raises urllib3's HTTPError. A connection that was given up
    while it lay idle is opened anew, once: what is sent here can be repeated. A body that trickles may take `seconds`
    again.
    """
    ends = time.monotonic() + seconds
    try:
        return _send(connections, method, url, headers, ends, body, most)
    except ProtocolError:
        return _send(connections, method, url, headers, ends, body, most)


def _send(  # noqa: PLR0913, PLR0917
    connections: PoolManager,
    method: str,
    url: str,
    headers: Mapping[str, str],
    ends: float,
    body: bytes | None,
    most: int,
) -> Answer:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimedOut("no time is left")
    response = connections.urlopen(
        method,
        url,
        body=body,
        headers=dict(headers),
        retries=False,
        redirect=False,
        timeout=Timeout(connect=min(left, CONNECT_SECONDS), read=left),
        preload_content=False,
    )
    try:
        content = _body(response, ends, most)
    except BaseException:
        response.close()  # what is left of the answer would be read as the next one
        raise
    response.release_conn()
    return Answer(response.status, response.headers, content)


def _body(response: BaseHTTPResponse, ends: float, most: int) -> bytes:
    body = bytearray()
    while chunk := response.read1(MOST_BYTES):
        body += chunk
        if len(body) > most:
            raise TimedOut("the answer does not end")
        if time.monotonic() > ends:
            raise TimedOut("the answer takes too long")
    return bytes(body)
