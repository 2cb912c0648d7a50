"""Every knob of the bridge, typed, read once from the environment. Half-configured, it does not start.

The description of a field is its documentation: `docs/settings.md` is generated from here.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from scim import cloud_settings, drift_settings, source_settings
from scim.cloud_settings import ORIGIN, CloudSettings, cloud_misfits, listed
from scim.drift_settings import DriftSettings
from scim.source_settings import SourceSettings, source_misfits


class SettingsError(Exception):
    """The environment does not describe a bridge that can run. One sentence for each problem."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Seconds = Annotated[float, Field(allow_inf_nan=False)]


class Settings(DriftSettings, SourceSettings, CloudSettings):
    """The environment variable of a field is its name in capitals; an empty variable counts as not set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: Literal["sqlite", "firestore"] = Field(
        "sqlite",
        description="Where the bridge records what is wanted: `sqlite`, a file in STATE_DIR, or `firestore`.",
    )
    state_dir: Path = Field(
        Path(".local"),
        description="Directory of everything a bridge at a desk keeps: its database, the embedded target, secrets.",
    )
    google_cloud_project: str | None = Field(
        None,
        description="Google Cloud project of the Firestore database. Needed with STORE=firestore; "
        "`local` when an emulator is named.",
    )
    firestore_database: str = Field("(default)", description="Name of the Firestore database.", min_length=1)
    firestore_emulator_host: str | None = Field(
        None,
        description="`host:port` of a Firestore emulator to use instead of the cloud. Google's client reads it too.",
        pattern=r"^[^\s:/]+:\d{1,5}$",
    )
    target: Literal["embedded", "onepassword"] = Field(
        "embedded",
        description="The system that is provisioned: `embedded`, a 1Password-like account in a file, "
        "for trying and testing, or `onepassword`, the account the secret `scimsession` opens (docs/1password.md).",
    )
    op_path: str = Field(
        "op",
        min_length=1,
        description="The 1Password CLI, version 2: a path, or a name that is looked up on PATH. "
        "Used with TARGET=onepassword.",
    )
    target_calls_per_second: Seconds = Field(
        4.0,
        gt=0,
        le=1000,
        description="Most calls the target is sent in a second. 1Password publishes no limit.",
    )
    target_calls_per_day: int = Field(
        50_000, ge=100, description="Calls in 24 hours an account allows. `TargetCalls` is degraded from 80 % of it on."
    )
    removal_window_minutes: int = Field(
        60, ge=1, le=1440, description="How far back the removal limit looks. docs/safety.md says what it is."
    )
    removal_people_least: int = Field(
        5, ge=0, description="As many people may be suspended, or groups deleted, in the window, however few there are."
    )
    removal_people_percent: float = Field(
        10,
        ge=0,
        le=100,
        description="Of all people as many per cent may be suspended in the window; of all groups, deleted.",
    )
    removal_group_least: int = Field(
        20, ge=0, description="As many members may lose one group in the window, however few it has."
    )
    removal_group_percent: float = Field(
        20, ge=0, le=100, description="Of one group's members as many per cent may lose it in the window."
    )
    adopted_group_deletion: Literal["empty", "leave"] = Field(
        "empty",
        description="What becomes of a group that was in the target before the bridge managed it, when the identity "
        "provider deletes it: `empty` takes its people out, `leave` lets it be as it is. It is never deleted.",
    )
    hold_approval_hours: float = Field(
        24,
        gt=0,
        le=720,
        description="How long an approval of held removals is good for if the target is away.",
    )
    base_url: Annotated[str, AfterValidator(lambda url: url.rstrip("/"))] = Field(
        "",
        description="Public origin of the bridge, without a trailing slash. Every link in an answer starts with it, "
        "whatever the request's Host header says. At a desk `http://127.0.0.1:PORT`; "
        "needed with STORE=firestore unless an emulator is named.",
    )
    port: int = Field(8080, ge=1, le=65535, description="TCP port the server listens on.")
    settle_wait_seconds: Seconds = Field(
        5.0,
        ge=0,
        le=25,
        description="How long an answer waits for the target to match. Past it the change is delivered afterwards. "
        "0 never waits; identity providers give up after about 30.",
    )
    settle_interval_seconds: Seconds = Field(
        60.0, ge=1, description="Pause between two passes that deliver what is owed. `make run` sets 2."
    )
    confirm_interval_seconds: Seconds = Field(
        300.0,
        ge=1,
        description="Pause between two passes that confirm people who accepted their invitation. "
        "`make run` sets 5, or 30 with TARGET=onepassword, which allows no less.",
    )
    pull_interval_seconds: Seconds = Field(
        900.0, ge=1, description="Pause between two pulls of the source. Used with SOURCE=google_workspace."
    )
    bridge_config: Path | None = Field(
        None,
        description="The file that says which groups of the source are provisioned (docs/pull.md). Without it "
        "`bridge.toml` in the working directory counts at a desk, else what `python -m scim pull configure` stored.",
    )
    allowed_domains: Annotated[tuple[Domain, ...], BeforeValidator(listed)] = Field(
        (),
        description="Comma-separated e-mail domains that may be invited. Empty: the account decides.",
    )
    max_body_bytes: int = Field(
        4 * 1024 * 1024, ge=1024, le=32 * 1024 * 1024, description="Largest request body; more is answered 413."
    )
    max_page: int = Field(500, ge=1, le=5000, description="Most resources in one page of a list.")
    default_page: int = Field(100, ge=1, le=5000, description="Resources in a page when the client names no count.")
    bulk_max_operations: int = Field(1000, ge=1, le=10000, description="Most operations in one bulk request.")
    bulk_max_payload_bytes: int = Field(
        1024 * 1024, ge=1024, le=32 * 1024 * 1024, description="Largest bulk request body; more is answered 413."
    )
    event_days: int = Field(400, ge=1, le=3650, description="Days an audit event is kept.")
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        "INFO", description="Least severe log line that is written: DEBUG, INFO, WARNING or ERROR."
    )
    threads: int = Field(
        8, ge=1, le=250, description="Requests one instance serves at a time. Set it to the function's concurrency."
    )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """The settings that `environ` describes, defaults filled in. SettingsError names every problem at once."""
        values = {name: environ.get(name.upper(), "").strip() for name in cls.model_fields}
        values |= drift_settings.misplaced(environ)
        try:
            return cls.model_validate({name: value for name, value in values.items() if value})
        except ValidationError as invalid:
            sentences = (line for error in invalid.errors() for line in _sentence(error).splitlines())
            raise SettingsError(tuple(sentences)) from invalid

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Defaults that follow from other settings."""
        derived = {}
        if "firestore_emulator_host" in given:
            derived["google_cloud_project"] = "local"
        if given.get("store") != "firestore" or "firestore_emulator_host" in given:
            derived["base_url"] = f"http://127.0.0.1:{given.get('port', cls.model_fields['port'].default)}"
        return derived | given

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        problems = list(_misfits(self))
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def database_path(self) -> Path:
        return self.state_dir / "bridge.db"

    @property
    def target_path(self) -> Path:
        return self.state_dir / "target.db"

    @property
    def secrets_path(self) -> Path:
        return self.state_dir / "secrets"


def _misfits(settings: Settings) -> Iterator[str]:
    """What each setting allows but all together do not."""
    if settings.store == "firestore" and not settings.google_cloud_project:
        yield "GOOGLE_CLOUD_PROJECT is not set: STORE=firestore needs the project of the database."
    if not settings.base_url:
        yield "BASE_URL is not set: STORE=firestore needs the public URL of the bridge, https://…"
    elif not ORIGIN.fullmatch(settings.base_url):
        yield (
            "BASE_URL must be https://host, without credentials, query or fragment; http:// is for this machine only, "
            "because tokens would travel in the clear."
        )
    if settings.store == "firestore" and settings.target == "embedded" and not settings.firestore_emulator_host:
        yield (
            "TARGET is embedded: with STORE=firestore it must be onepassword, for the embedded target is a file "
            "that an instance in the cloud loses."
        )
    if settings.target == "onepassword" and settings.confirm_interval_seconds < LEAST_CONFIRM_SECONDS:
        yield (
            f"CONFIRM_INTERVAL_SECONDS is {settings.confirm_interval_seconds:g}: with TARGET=onepassword it must be at "
            f"least {LEAST_CONFIRM_SECONDS}, because an account counts requests."
        )
    if settings.default_page > settings.max_page:
        yield f"DEFAULT_PAGE is {settings.default_page}: it must not exceed MAX_PAGE, which is {settings.max_page}."
    if settings.bulk_max_payload_bytes > settings.max_body_bytes:
        yield (
            f"BULK_MAX_PAYLOAD_BYTES is {settings.bulk_max_payload_bytes}: it must not exceed MAX_BODY_BYTES, "
            f"which is {settings.max_body_bytes}."
        )
    yield from cloud_misfits(settings, settings.google_cloud_project, settings.settle_wait_seconds)
    yield from source_misfits(settings, settings.gce_metadata_host)


LEAST_CONFIRM_SECONDS = 30

EXPECTED = (
    cloud_settings.EXPECTED
    | source_settings.EXPECTED
    | drift_settings.EXPECTED
    | {
        "FIRESTORE_EMULATOR_HOST": "it must be host:port, without http://",
        "ALLOWED_DOMAINS": "it must list domains, such as example.com,example.org",
    }
)
"""What a regular expression would say less clearly."""


def _sentence(error: ErrorDetails) -> str:
    if not error["loc"]:
        return str(error["ctx"]["error"])
    name = str(error["loc"][0]).upper()
    must = EXPECTED.get(name, error["msg"]).replace("Input should", "it must")
    must = must.replace("Extra inputs are not permitted", "it is no setting")
    return f"{name} is {str(error['input'])[:60]!r}: {must}."
