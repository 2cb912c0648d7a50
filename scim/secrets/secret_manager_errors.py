"""What Secret Manager's refusals mean, in words that name the command which mends it. None of them carries a value.

Commands spell `--secret NAME` without `=`, or else the log would take the name for a value and mask it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core.exceptions import (
    FailedPrecondition,
    GoogleAPICallError,
    GoogleAPIError,
    NotFound,
    PermissionDenied,
    RetryError,
    Unauthenticated,
)
from google.auth.exceptions import GoogleAuthError

from scim.records import SecretMissing, SecretsUnavailable
from scim.secrets.cached import SecretWithheld

ROLES = {
    "read": "roles/secretmanager.secretAccessor",
    "written": "roles/secretmanager.secretVersionAdder",
    "listed": "roles/secretmanager.viewer",
    "retired": "roles/secretmanager.secretVersionManager",
}
"""What was to be done with the secret, and the least that allows it."""


class Corrupted(GoogleAPIError):
    """What arrived is not what was stored."""


class NoUsableVersion(Exception):
    """The version that was asked for is disabled or destroyed."""


@contextmanager
def translated(project: str, secret: str, done: str) -> Iterator[None]:
    """Leaves SecretMissing, NoUsableVersion, SecretWithheld or SecretsUnavailable. `done`: a key of ROLES."""
    try:
        yield
    except NotFound as cause:
        raise SecretMissing(_missing(project, secret)) from cause
    except FailedPrecondition as cause:
        raise NoUsableVersion from cause
    except PermissionDenied as cause:
        raise SecretWithheld(_denied(project, secret, done, cause)) from cause
    except (GoogleAuthError, Unauthenticated) as cause:
        raise SecretsUnavailable(
            f"Secret Manager does not know who asks for the secret {secret!r}: there are no Google credentials, or "
            "they have run out. In the cloud the function's service account has them; elsewhere: gcloud auth "
            "application-default login"
        ) from cause
    except GoogleAPIError as cause:
        raise SecretsUnavailable(
            f"The secret {secret!r} could not be {done}: {_silence(cause)} Try again; if it stays like this, see "
            "https://status.cloud.google.com."
        ) from cause


def _missing(project: str, secret: str) -> str:
    return (
        f"There is no secret {secret!r} in the project {project}, or not the version that is asked for. Make it with: "
        f"gcloud secrets create {secret} --project {project} --replication-policy automatic; then give it its value "
        f"with: gcloud secrets versions add {secret} --project {project} --data-file -"
    )


def _denied(project: str, secret: str, done: str, cause: GoogleAPICallError) -> str:
    if cause.reason == "SERVICE_DISABLED":
        return (
            f"Secret Manager is not switched on in the project {project}. Switch it on with: gcloud services enable "
            f"secretmanager.googleapis.com --project {project}"
        )
    return (
        f"The secret {secret!r} in the project {project} may not be {done} by this process. If it should be: gcloud "
        f"secrets add-iam-policy-binding {secret} --project {project} --role {ROLES[done]} --member "
        "serviceAccount:ITS_SERVICE_ACCOUNT"
    )


def _silence(cause: GoogleAPIError) -> str:
    if isinstance(cause, RetryError) and isinstance(cause.cause, GoogleAPIError):
        cause = cause.cause
    if isinstance(cause, Corrupted):
        return "what arrived does not match its checksum."
    return f"Secret Manager did not answer as it should ({type(cause).__name__})."


def unusable(project: str, secret: str, version: str) -> SecretMissing:
    """For a secret whose `version`, and whatever might stand in for it, is disabled or destroyed."""
    which = "newest version" if version == "latest" else f"version {version}"
    return SecretMissing(
        f"The {which} of the secret {secret!r} in the project {project} is disabled or destroyed, so nothing is read. "
        f"See its versions with: gcloud secrets versions list {secret} --project {project}; let one be used again "
        f"with: gcloud secrets versions enable NUMBER --secret {secret} --project {project}; or give it a new value "
        f"with: gcloud secrets versions add {secret} --project {project} --data-file -"
    )
