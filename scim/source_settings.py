"""The knobs of the source the bridge pulls, where one is pulled: who reads it, as whom, and how patiently.

They are fields of `Settings`, which says how they are read; what they allow but all together do not stands here.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from scim.cloud_settings import ORIGIN

SERVICE_ACCOUNT = r"^[^@\s/]+@[a-z0-9-]+(\.[a-z0-9-]+)+$"
PERSON = r"^[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"


def _without_slash(url: str) -> str:
    return url.rstrip("/")


def _root(url: str) -> str:
    """The base of the Directory API as its guides and its discovery document have it is the same place."""
    return _without_slash(url).removesuffix("/admin/directory/v1")


Url = Annotated[str, AfterValidator(_without_slash)]

EXPECTED = {
    "GOOGLE_ADMIN": "it must be the e-mail address of an administrator, such as scim-bridge-admin@example.com",
    "GOOGLE_SERVICE_ACCOUNT": "it must be the e-mail address of a service account, in full",
    "GOOGLE_CUSTOMER": "it must be my_customer, or a customer id such as C01234567",
}
"""What a regular expression would say less clearly."""


class SourceSettings(BaseModel):
    source: Literal["none", "google_workspace"] = Field(
        "none",
        description="The system that is pulled because it does not push: `none`, or `google_workspace` "
        "(docs/identity-providers/google-workspace.md).",
    )
    google_admin: str = Field(
        "",
        pattern=rf"^$|{PERSON}",
        description="The administrator whom the bridge reads Google Workspace as, by domain-wide delegation. Empty: it "
        "reads as its own service account, which then needs an administrator's role there.",
    )
    google_service_account: str = Field(
        "",
        pattern=rf"^$|{SERVICE_ACCOUNT}",
        description="The service account that delegation, or the role, was given to. Needed with "
        "SOURCE=google_workspace unless GOOGLE_KEY_FILE names one.",
    )
    google_key_file: Path | None = Field(
        None,
        description="A key of that service account, as JSON. Leave it out: without one Google signs, and nothing can "
        "leak.",
    )
    google_customer: str = Field(
        "my_customer",
        pattern=r"^(my_customer|C[0-9A-Za-z]+)$",
        description="The Google Workspace account: `my_customer`, the administrator's, or its id (Admin console > "
        "Account > Account settings), which a service account with a role of its own needs.",
    )
    google_directory_url: Annotated[str, AfterValidator(_root)] = Field(
        "https://admin.googleapis.com", description="Where Google's Directory API is: what stands before `/admin/…`."
    )
    google_iam_url: Url = Field(
        "https://iamcredentials.googleapis.com",
        description="Where Google's IAM Credentials API is, which signs for the service account.",
    )
    google_token_url: Url = Field(
        "https://oauth2.googleapis.com/token",
        description="Where a signed assertion is exchanged for an access token.",
    )
    source_calls_per_minute: int = Field(
        1800,
        ge=1,
        le=1_000_000,
        description="Most calls the source is sent in a minute. Google allows 2400 a minute to one administrator.",
    )
    source_timeout_seconds: float = Field(
        30.0, gt=0, le=300, description="How long one answer of the source is waited for.", allow_inf_nan=False
    )
    source_patience_seconds: float = Field(
        120.0,
        ge=0,
        le=1800,
        description="How long one call is repeated while the source is busy or in trouble, with growing pauses. Then "
        "the whole read is given up, and nothing changes. 0 asks once.",
        allow_inf_nan=False,
    )


METADATA_SERVERS = re.compile(
    r"metadata\.google\.internal|169\.254\.169\.254|(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?"
)
"""Whom the bridge asks for its access token without TLS."""


def source_misfits(settings: SourceSettings, metadata_host: str) -> Iterator[str]:
    for name in ("GOOGLE_DIRECTORY_URL", "GOOGLE_IAM_URL", "GOOGLE_TOKEN_URL"):
        if not ORIGIN.fullmatch(getattr(settings, name.lower())):
            yield f"{name} must be https://host, without credentials, query or fragment; http:// is for this machine."
    if settings.source == "google_workspace" and not (settings.google_service_account or settings.google_key_file):
        yield (
            "GOOGLE_SERVICE_ACCOUNT is not set: SOURCE=google_workspace needs the service account that may read there."
        )
    if settings.source == "google_workspace" and not METADATA_SERVERS.fullmatch(metadata_host):
        yield "GCE_METADATA_HOST must be metadata.google.internal, 169.254.169.254 or a port of this machine."
