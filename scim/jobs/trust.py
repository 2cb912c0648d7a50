"""Who may come in through a private door in the cloud: the holder of an identity token for it, from a list of callers.

Google's front end has checked the token before (roles/run.invoker). It then replaces the signature with a fixed word,
so that nobody can use the token again (cloud.google.com/run/docs/troubleshooting#signature-removed): behind it there
is nothing left to verify but the claims. Anywhere else the signature has to be there, and good.
"""

import logging
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.auth import jwt
from google.auth.exceptions import GoogleAuthError

from scim.jobs.certificates import Certificates
from scim.ports import Clock

log = logging.getLogger("scim.jobs")

ISSUERS = frozenset({"https://accounts.google.com", "accounts.google.com"})
REMOVED = "SIGNATURE_REMOVED_BY_GOOGLE"
SKEW_SECONDS = 10
LONGEST_SECONDS = 3600.0 + 300.0  # Google's tokens live for an hour
MOST_CHARACTERS = 8192

_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)")

# google.auth declares no types for these
_decode: Callable[..., Mapping[str, Any]] = jwt.decode
_header_of: Callable[[str], Mapping[str, Any]] = jwt.decode_header


class _Refused(Exception):
    """Why the caller is not let in, for the log."""


@dataclass(frozen=True, slots=True)
class Trust:
    """`callers`: e-mail addresses in lower case, or `@example.com` for everybody of a domain. `checked_before`:
    Google's front end stands before this process and lets nobody pass without a token; only then is a removed signature
    one.
    """

    audiences: Collection[str]
    callers: Collection[str]
    certificates: Certificates
    checked_before: bool = False
    issuers: Collection[str] = ISSUERS
    clock: Clock = field(default=time.time)

    def __call__(self, header: str | None) -> bool:
        """Whether an Authorization header opens this door. Closed by default: also when there is no audience, no
        caller or no certificate.
        """
        return self.caller(header) is not None

    def caller(self, header: str | None) -> str | None:
        """Whose Authorization header it is, as an e-mail address in lower case; None if it does not open this door."""
        try:
            return self._judge(header)
        except (_Refused, GoogleAuthError, ValueError, TypeError, RecursionError) as error:
            log.warning("jobs.refused", extra={"reason": f"{error}"[:200] if isinstance(error, _Refused) else "junk"})
            return None

    def _judge(self, header: str | None) -> str:
        """The claims first: what does not even claim to be somebody costs no certificate."""
        token = _token_of(header)
        claims = _decode(token, verify=False)
        self._judge_claims(claims)
        if not (self.checked_before and token.rpartition(".")[2] == REMOVED):
            self._verify(token)
        return str(claims["email"]).lower()

    def _verify(self, token: str) -> None:
        head = _header_of(token)
        key_id = head.get("kid")
        if head.get("alg") != "RS256" or not isinstance(key_id, str):
            raise _Refused("the identity token is not signed with RS256")
        certificate = self.certificates.find(key_id)
        if certificate is None:
            raise _Refused("no certificate of the issuer fits the identity token")
        try:
            _decode(token, certs={key_id: certificate}, clock_skew_in_seconds=SKEW_SECONDS)
        except (GoogleAuthError, ValueError) as error:
            raise _Refused("the identity token's signature does not fit") from error

    def _judge_claims(self, claims: Mapping[str, Any]) -> None:
        issuer, audience, email = (str(claims.get(name)) for name in ("iss", "aud", "email"))
        if issuer not in self.issuers:
            raise _Refused(f"the issuer is {issuer!r}")
        if audience not in self.audiences:
            raise _Refused(f"the audience is {audience!r}")
        # only ASCII: in lower case other letters may become one of these
        if claims.get("email_verified") is not True or not email.isascii() or not self._is_caller(email.lower()):
            raise _Refused(f"the caller is {email!r}")
        issued, expires, now = _seconds(claims, "iat"), _seconds(claims, "exp"), self.clock()
        begins = max(issued, _seconds(claims, "nbf")) if "nbf" in claims else issued
        if not begins - SKEW_SECONDS <= now < expires + SKEW_SECONDS or expires - issued > LONGEST_SECONDS:
            raise _Refused("the identity token is not valid now")

    def _is_caller(self, email: str) -> bool:
        name, _, domain = email.partition("@")
        return bool(name) and (email in self.callers or f"@{domain}" in self.callers)


def _token_of(header: str | None) -> str:
    if header is not None and len(header) > MOST_CHARACTERS:
        raise _Refused("the header is too long")
    found = _BEARER.fullmatch(header or "")
    if found is None:
        raise _Refused("no identity token")
    return found[1]


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e12:
        raise _Refused(f"the identity token has no {name}")
    return value
