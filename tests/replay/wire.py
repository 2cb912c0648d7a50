"""One request of an exchange, sent exactly as it is written."""

import http.client
import json
import secrets
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from tests.replay.jsonpath import MISSING

_TIMEOUT = 30
_PATH_SAFE = "/:@!$&'()*+,;=-._~%"

Request = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """`json` is MISSING where the body is empty or no JSON; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    data: bytes
    json: Any


@dataclass(frozen=True, slots=True)
class Connection:
    base_url: str
    token: str
    headers: Mapping[str, str | None]

    def send(self, request: Request) -> Answer:
        url = urlsplit(self.base_url)
        connection = _open(url.scheme, url.hostname or "", url.port)
        try:
            connection.putrequest(request["method"], target(url.path.rstrip("/"), request), skip_accept_encoding=True)
            body = _body(request)
            for header, value in self._headers_of(request, body).items():
                connection.putheader(header, value)
            with suppress(BrokenPipeError, ConnectionResetError):  # a server may answer 413 and stop reading
                connection.endheaders(body)
            return _answer(connection.getresponse())
        finally:
            connection.close()

    def _headers_of(self, request: Request, body: bytes | None) -> dict[str, str]:
        headers: dict[str, str | None] = {"Accept": "application/scim+json", "Accept-Encoding": "identity"}
        headers |= self.headers
        match request.get("auth", "good"):
            case "good":
                headers["Authorization"] = f"Bearer {self.token}"
            case "bad":
                headers["Authorization"] = f"Bearer not-{secrets.token_hex(8)}"
        if body is not None:
            headers.setdefault("Content-Type", "application/scim+json")
        headers |= request.get("headers", {})
        if body is not None or request["method"] in ("POST", "PUT", "PATCH"):
            headers["Content-Length"] = str(len(body or b""))
        return {header: value for header, value in headers.items() if value is not None}


def target(prefix: str, request: Request) -> str:
    """The request target: path and query, percent-encoded as the format says."""
    path: str = request["path"]
    if not request.get("raw_path"):
        head, mark, query = path.partition("?")
        path = quote(head, safe=_PATH_SAFE) + mark + "&".join(map(_pair, query.split("&")))
    if extra := request.get("query"):
        pairs = (f"{quote(name, safe='')}={quote(str(value), safe='')}" for name, value in extra.items())
        path += ("&" if "?" in path else "?") + "&".join(pairs)
    return prefix + path


def _pair(text: str) -> str:
    name, equals, value = text.partition("=")
    return quote(name, safe="") + equals + quote(value, safe="")


def _open(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=_TIMEOUT)


def _body(request: Request) -> bytes | None:
    if "raw" in request:
        text: str = request["raw"]
        if fill := request.get("fill"):
            text = text.replace("@@FILL@@", fill["unit"] * fill["count"])
        return text.encode()
    return json.dumps(request["body"], separators=(",", ":")).encode() if "body" in request else None


def _answer(response: http.client.HTTPResponse) -> Answer:
    data = response.read()
    document = MISSING
    with suppress(ValueError):
        document = json.loads(data)
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, data, document)
