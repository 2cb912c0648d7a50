"""An issuer of identity tokens of its own, for tests: RSA keys, certificates by HTTP as Google publishes them, and the
metadata server through which a function of the cloud gets a token.

    with Issuer() as issuer:
        issuer.certificates_url, issuer.token("https://jobs.example.com", "scim@example.com")
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt

NAME = "https://issuer.example.com"


class Key:
    """One RSA key with its certificate."""

    def __init__(self, id: str) -> None:
        self.id = id
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def signer(self) -> crypt.RSASigner:
        pem = self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return crypt.RSASigner.from_string(pem, self.id)

    @cached_property
    def certificate(self) -> str:
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "issuer.example.com")])
        began = datetime.now(UTC) - timedelta(days=1)
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(began)
            .not_valid_after(began + timedelta(days=30))
            .sign(self._private, hashes.SHA256())
        )
        return built.public_bytes(serialization.Encoding.PEM).decode()


@cache
def key(id: str) -> Key:
    """The same for all tests: making one takes a while."""
    return Key(id)


@dataclass
class Issuer:
    """`status`: what its HTTP answers, 200 unless a test says otherwise; `max_age`: how long certificates are good."""

    keys: list[Key] = field(default_factory=lambda: [key("first")])
    status: int = 200
    max_age: int = 3600
    asked: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        self._stack = serving(self._answer)
        host = self._stack.__enter__()
        self.certificates_url = f"http://{host}/certs"
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.__exit__(None, None, None)

    def claims(self, audience: str, email: str, /, **changed: Any) -> dict[str, Any]:
        now = int(time.time())
        given = {"iss": NAME, "aud": audience, "email": email, "email_verified": True, "sub": "1"}
        made = {**given, "iat": now, "exp": now + 3600, **changed}
        return {name: value for name, value in made.items() if value is not None}

    def token(self, audience: str, email: str, /, **changed: Any) -> str:
        """Signed with the newest key; a claim that is changed to None is left out."""
        return signed(self.keys[-1], self.claims(audience, email, **changed))

    def rotate(self, id: str, keep: int = 1) -> Key:
        """A new key, beside the last `keep` ones."""
        self.keys = [*self.keys[len(self.keys) - keep :], key(id)]
        return self.keys[-1]

    @contextmanager
    def metadata(self, email: str) -> Iterator[str]:
        """`host:port` of the metadata server of a function that is `email`."""

        def answer(path: str, headers: Any) -> Answer:
            self.asked[f"metadata {email}"] += 1
            url = urlsplit(path)
            if headers.get("Metadata-Flavor") != "Google" or not url.path.endswith("/default/identity"):
                return 403, {}, b"Missing Metadata-Flavor:Google header."
            asked = parse_qs(url.query)
            who = {} if asked.get("format") == ["full"] else {"email": None, "email_verified": None}
            return self.status, {}, self.token(*asked["audience"], email, **who).encode()

        with serving(answer) as host:
            yield host

    def _answer(self, path: str, headers: Any) -> "Answer":
        self.asked[path] += 1
        certificates = {each.id: each.certificate for each in self.keys}
        kept = {"Cache-Control": f"public, max-age={self.max_age}, must-revalidate, no-transform"}
        return self.status, kept, json.dumps(certificates).encode()


def signed(key: Key, claims: dict[str, Any]) -> str:
    return str(jwt.encode(key.signer, claims).decode())


def unsigned(claims: dict[str, Any], signature: str = "", **head: Any) -> str:
    """Whatever a forger makes of it: `alg` is none unless `head` says otherwise."""
    return f"{encoded({'alg': 'none', 'typ': 'JWT', **head})}.{encoded(claims)}.{signature}"


def signed_as_if_shared(key: Key, claims: dict[str, Any]) -> str:
    """HS256 with the public certificate as the shared secret: the classic confusion of algorithms."""
    content = unsigned(claims, alg="HS256", kid=key.id).rpartition(".")[0]
    digest = hmac.digest(key.certificate.encode(), content.encode(), hashlib.sha256)
    return f"{content}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def encoded(part: Any) -> str:
    text = part if isinstance(part, str) else json.dumps(part)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def serving(answer: Callable[[str, Any], Answer]) -> Iterator[str]:
    """`host:port` of a server that answers each request with a status, headers and a body."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = answer(self.path, self.headers)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - http.server chose the names

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
