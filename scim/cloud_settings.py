"""The knobs that matter where the bridge is three functions: which one this is, whom it believes, where secrets are.

They are fields of `Settings`, which says how they are read; what they allow but all together do not stands here.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

ORIGIN = re.compile(r"https://[^\s/?#@]+(/[^\s?#]*)?|http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?(/[^\s?#]*)?")

GCLOUD_AUDIENCE = "32555940559.apps.googleusercontent.com"
"""Of the tokens that gcloud makes for people (`gcloud run services proxy`)."""


def parted(value: Any) -> Any:
    """`one, two` names two things."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def listed(value: Any) -> Any:
    """The same in lower case."""
    return parted(value.lower() if isinstance(value, str) else value)


def _without_slash(url: str) -> str:
    return url.rstrip("/")


HOST = r"^[^\s:/]+:\d{1,5}$"
Account = Annotated[str, Field(pattern=r"^[^@\s*]+@[a-z0-9-]+(\.[a-z0-9-]+)+$")]
AccountOrDomain = Annotated[str, Field(pattern=r"^[^@\s*]*@[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Audience = Annotated[str, Field(pattern=r"^\S+$")]
Pinned = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+@[1-9][0-9]{0,9}$")]

EXPECTED = {
    "JOBS_CALLERS": "it must list e-mail addresses of service accounts, in full",
    "ADMIN_CALLERS": "it must list e-mail addresses such as ann@example.com, or domains such as @example.com",
    "SECRET_VERSIONS": "it must list secrets with the version to read, such as scimsession@3",
    "SECRETS_PREFIX": "it must be at most 50 letters, digits, hyphens and underscores",
    "SECRET_MANAGER_EMULATOR_HOST": "it must be host:port, without http://",
    "ADMIN_AUDIENCES": "it must list audiences without blanks",
    "IDENTITY_ISSUERS": "it must list issuers without blanks",
    "GCE_METADATA_HOST": "it must be a host, or host:port, without http://",
}
"""What a regular expression would say less clearly."""


class CloudSettings(BaseModel):
    face: Literal["local", "scim", "jobs", "admin"] = Field(
        "local",
        description="Which function this process is: `scim`, `jobs` or `admin`, and then it is no other one, "
        "or `local`: all of them on one origin, opened by keys of its own.",
    )
    secrets: Literal["local", "secret_manager"] = Field(
        "local", description="Where secrets are kept: `local`, files in STATE_DIR, or `secret_manager`, Google's."
    )
    secrets_prefix: str = Field(
        "", pattern=r"^[A-Za-z0-9_-]{0,50}$", description="What the names of this bridge's secrets begin with there."
    )
    secret_versions: Annotated[tuple[Pinned, ...], BeforeValidator(parted)] = Field(
        (),
        description="Comma-separated secrets that are read in one version instead of the newest, such as "
        "`scimsession@3`. They cannot be rotated meanwhile.",
    )
    secret_manager_emulator_host: str | None = Field(
        None, pattern=HOST, description="`host:port` of a stand-in for Secret Manager, without TLS, for tests."
    )
    jobs_url: Annotated[str, AfterValidator(_without_slash)] = Field(
        "",
        description="Address of the function `jobs`, which `scim` asks to settle, and `admin` for what people decide. "
        "Needed by both, by `scim` only with a wait.",
    )
    jobs_audience: str = Field(
        "", description="Audience of the identity tokens for `jobs`: its address, as Terraform knows it."
    )
    jobs_callers: Annotated[tuple[Account, ...], BeforeValidator(listed)] = Field(
        (), description="Comma-separated service accounts that may call `jobs`: those of `scim`, `admin`, the schedule."
    )
    admin_audiences: Annotated[tuple[Audience, ...], BeforeValidator(parted)] = Field(
        (GCLOUD_AUDIENCE,),
        description="Comma-separated audiences of the identity tokens for `admin`: its address, and by default that of "
        "`gcloud run services proxy`.",
    )
    admin_callers: Annotated[tuple[AccountOrDomain, ...], BeforeValidator(listed)] = Field(
        (),
        description="Comma-separated people who may open `admin`, or `@example.com` for all of a domain whom IAM lets "
        "through.",
    )
    invoker_check: bool = Field(
        default=False,
        description="`true` behind Cloud Run's own check of who calls, which takes the signature off the tokens it "
        "passes on. Anywhere else a token without a signature opens nothing.",
    )
    identity_issuers: Annotated[tuple[Audience, ...], BeforeValidator(parted)] = Field(
        ("https://accounts.google.com", "accounts.google.com"),
        description="Comma-separated issuers whose identity tokens count.",
    )
    identity_certificates_url: str = Field(
        "https://www.googleapis.com/oauth2/v1/certs",
        description="Where the issuer publishes its certificates, as JSON of PEM by key id.",
    )
    gce_metadata_host: str = Field(
        "metadata.google.internal",
        pattern=r"^[^\s/@]+$",
        description="Host of the metadata server that gives this function its identity token. Google's clients read it "
        "too.",
    )


def cloud_misfits(settings: CloudSettings, project: str | None, wait_seconds: float) -> Iterator[str]:
    if settings.secrets == "secret_manager" and not project:
        yield "GOOGLE_CLOUD_PROJECT is not set: SECRETS=secret_manager needs the project of the secrets."
    if settings.face != "scim" or wait_seconds > 0:
        for name, why in NEEDED.get(settings.face, {}).items():
            if not getattr(settings, name.lower()):
                yield f"{name} is not set: FACE={settings.face} {why}."
    for name in ("JOBS_URL", "IDENTITY_CERTIFICATES_URL"):
        url = getattr(settings, name.lower())
        if url and not ORIGIN.fullmatch(url):
            yield f"{name} must be https://host, without credentials, query or fragment; http:// is for this machine."


NEEDED = {
    "scim": {
        "JOBS_URL": "asks the jobs to settle, unless SETTLE_WAIT_SECONDS is 0",
        "JOBS_AUDIENCE": "tells the jobs who it is, unless SETTLE_WAIT_SECONDS is 0",
    },
    "jobs": {
        "JOBS_AUDIENCE": "believes only tokens that were made for it",
        "JOBS_CALLERS": "has to know who may call it",
    },
    "admin": {
        "ADMIN_CALLERS": "has to know who may open it",
        "JOBS_URL": "asks the jobs to do what people decide",
        "JOBS_AUDIENCE": "tells the jobs who it is",
    },
}
