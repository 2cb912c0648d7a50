"""What Google's refusals mean, in sentences that say who has to do what. None of them quotes a token or an assertion.

SourceUnavailable
└── Passing      asking once more may help; `pause`: not before so many seconds
SourceIncomplete
├── Missing      404: what was named is not there
└── Outdated     a page token that is not taken any more: the listing has to begin again
SourceDenied
└── Foreign      403 without more: the administrator's rights do not reach what was named
"""

import json
from collections.abc import Mapping
from typing import Any

from scim.source_records import SourceDenied, SourceError, SourceIncomplete, SourceUnavailable

DIRECTORY = "https://www.googleapis.com/auth/admin.directory."
SCOPES = tuple(f"{DIRECTORY}{what}.readonly" for what in ("user", "group", "group.member"))
"""Fewer do not suffice, and more are not asked for."""

PASSING_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
PASSING_REASONS = frozenset(
    {"userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "backendError"}
)
"""Of a 403 too (developers.google.com/workspace/admin/directory/v1/limits)."""

LONGEST_PAUSE_SECONDS = 120.0


class Passing(SourceUnavailable):
    def __init__(self, sentence: str, pause: float = 0.0) -> None:
        super().__init__(sentence)
        self.pause = pause


class Missing(SourceIncomplete): ...


class Outdated(SourceIncomplete): ...


class Foreign(SourceDenied): ...


def directory_refusal(status: int, body: bytes, headers: Mapping[str, str], asked: str, reader: str) -> SourceError:
    """`asked`: what the Directory API was asked for, in words; `reader`: as whom."""
    reasons, message = _said(body)
    if status in PASSING_STATUSES or (status == 403 and reasons & PASSING_REASONS):
        why = "too many calls" if status in (403, 429) else "it is in trouble"
        return Passing(f"Google does not show {asked}: {why} ({status}).", pause_of(headers))
    if status == 404:
        return Missing(f"Google says that {asked} cannot be found (404).")
    if status == 400 and "pageToken" in message:
        return Outdated(f"Google does not go on with {asked}: the listing took too long and has to begin again (400).")
    return _denied(status, reasons, asked, reader)


def _denied(status: int, reasons: frozenset[str], asked: str, reader: str) -> SourceError:
    match status:
        case 401:
            return SourceDenied(f"Google does not accept the access token it gave to {reader} itself (401).")
        case 403 if reasons & {"SERVICE_DISABLED", "accessNotConfigured"}:
            return SourceDenied(
                "The Admin SDK is not switched on. Switch it on with: gcloud services enable admin.googleapis.com"
            )
        case 403:
            return Foreign(
                f"{reader} may not read {asked} (403). Give that account an administrator's role with the rights Users "
                "> Read and Groups > Read: Admin console > Account > Admin roles. It may take a few minutes."
            )
        case _:
            return SourceDenied(
                f"Google refuses to show {asked} ({status}). See that GOOGLE_CUSTOMER is right: my_customer, or the id "
                "at Admin console > Account > Account settings."
            )


def signing_refusal(status: int, body: bytes, headers: Mapping[str, str], account: str) -> SourceError:
    """Of IAM Credentials' signJwt."""
    reasons, _ = _said(body)
    if status in PASSING_STATUSES or (status == 403 and reasons & PASSING_REASONS):
        return Passing(f"Google does not sign for {account} just now ({status}).", pause_of(headers))
    if reasons & {"SERVICE_DISABLED", "accessNotConfigured"}:
        return SourceDenied(
            "The IAM Credentials API is not switched on. Switch it on with: gcloud services enable "
            "iamcredentials.googleapis.com"
        )
    if status == 401:
        return SourceDenied(
            "Google does not accept the credentials the bridge runs with (401). At a desk: gcloud auth "
            "application-default login"
        )
    return SourceDenied(
        f"Google does not sign for {account} ({status}). Let whom the bridge runs as do so with: gcloud iam "
        f"service-accounts add-iam-policy-binding {account} --role roles/iam.serviceAccountTokenCreator --member "
        f"serviceAccount:{account}"
    )


def exchange_refusal(status: int, body: bytes, headers: Mapping[str, str], account: str, admin: str) -> SourceError:
    """Of the token endpoint (RFC 7523 §3.1, RFC 6749 §5.2)."""
    if status in PASSING_STATUSES:
        return Passing(f"Google gives out no access token just now ({status}).", pause_of(headers))
    match _error_code(body):
        case "unauthorized_client" | "access_denied" | "invalid_scope":
            return SourceDenied(
                f"{account} may not act for {admin or 'itself'} ({status}). Admin console > Security > Access and data "
                "control > API controls > Manage domain-wide delegation: the client ID of that service account needs "
                f"exactly these scopes: {','.join(SCOPES)}. What is changed there may take 24 hours."
            )
        case "invalid_grant" if admin:
            return SourceDenied(
                f"Google does not know {admin}, or the account is suspended ({status}). GOOGLE_ADMIN must be the "
                "primary address of an active administrator of this Google Workspace."
            )
        case _:
            return SourceDenied(f"Google does not accept what was signed for {account} ({status}).")


def pause_of(headers: Mapping[str, str]) -> float:
    """Seconds to wait that `Retry-After` names; a date, which Google does not send, counts as nothing."""
    said = headers.get("Retry-After", "")
    return min(float(said), LONGEST_PAUSE_SECONDS) if said.isascii() and said.isdigit() else 0.0


def _said(body: bytes) -> tuple[frozenset[str], str]:
    """The reasons and the message of Google's error format; nothing, if it is another."""
    error = _object(_object(_parsed(body)).get("error"))
    reasons = [_object(each).get("reason") for key in ("errors", "details") for each in _list(error.get(key))]
    return frozenset(str(each) for each in (*reasons, error.get("status")) if each), str(error.get("message", ""))


def _error_code(body: bytes) -> str:
    return str(_object(_parsed(body)).get("error", ""))


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
