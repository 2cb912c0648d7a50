"""The environment each function is given, as a table."""

from tests.infra.terraform import Json
from tests.infra.variations import NUMBER, PROJECT

SETTING_FACES = {
    "ALLOWED_DOMAINS": "scim",
    "BULK_MAX_OPERATIONS": "scim",
    "BULK_MAX_PAYLOAD_BYTES": "scim",
    "DEFAULT_PAGE": "scim",
    "MAX_BODY_BYTES": "scim",
    "MAX_PAGE": "scim",
    "SECRET_VERSIONS": "scim jobs",
    "SETTLE_WAIT_SECONDS": "scim",
    "EVENT_DAYS": "scim jobs admin",
    "LOG_LEVEL": "scim jobs admin",
    "HOLD_APPROVAL_HOURS": "jobs admin",
    "ADOPTED_GROUP_DELETION": "jobs",
    "REMOVAL_GROUP_LEAST": "jobs admin",
    "REMOVAL_GROUP_PERCENT": "jobs admin",
    "REMOVAL_PEOPLE_LEAST": "jobs admin",
    "REMOVAL_PEOPLE_PERCENT": "jobs admin",
    "REMOVAL_WINDOW_MINUTES": "jobs admin",
    "TARGET_CALLS_PER_DAY": "jobs",
    "TARGET_CALLS_PER_SECOND": "jobs",
    "GOOGLE_ADMIN": "jobs",
    "GOOGLE_CUSTOMER": "jobs",
    "SOURCE_CALLS_PER_MINUTE": "jobs",
    "SOURCE_PATIENCE_SECONDS": "jobs",
    "SOURCE_TIMEOUT_SECONDS": "jobs",
    "DRIFT_GROUP_DELETED": "jobs",
    "DRIFT_GROUP_RENAMED": "jobs",
    "DRIFT_MEMBERSHIP_GRANTED": "jobs",
    "DRIFT_MEMBERSHIP_MANAGER": "jobs",
    "DRIFT_MEMBERSHIP_REVOKED": "jobs",
    "DRIFT_PERSON_ADDRESS": "jobs",
    "DRIFT_PERSON_DELETED": "jobs",
    "DRIFT_PERSON_REACTIVATED": "jobs",
    "DRIFT_PERSON_RENAMED": "jobs",
    "DRIFT_PERSON_SUSPENDED": "jobs",
    "RECONCILE_INTERVAL_SECONDS": "jobs",
}
"""By what `settings` may hold: the functions it reaches."""
SET_BY_TERRAFORM = {
    *("SECRETS", "STORE", "TARGET", "GOOGLE_CLOUD_PROJECT", "FIRESTORE_DATABASE", "BASE_URL", "LOG_LEVEL"),
    *("FACE", "THREADS", "JOBS_URL", "JOBS_AUDIENCE", "JOBS_CALLERS", "OP_PATH", "ADMIN_CALLERS", "INVOKER_CHECK"),
    *("SECRETS_PREFIX", "SOURCE", "GOOGLE_SERVICE_ACCOUNT"),
}
AS_IT_IS = {
    *("STATE_DIR", "FIRESTORE_EMULATOR_HOST", "SECRET_MANAGER_EMULATOR_HOST", "PORT"),
    *(
        "SETTLE_INTERVAL_SECONDS",
        "CONFIRM_INTERVAL_SECONDS",
        "PULL_INTERVAL_SECONDS",
        "BRIDGE_CONFIG",
    ),  # a scheduler is the clock
    *("GOOGLE_DIRECTORY_URL", "GOOGLE_IAM_URL", "GOOGLE_TOKEN_URL", "GOOGLE_KEY_FILE"),
    *("ADMIN_AUDIENCES", "IDENTITY_ISSUERS", "IDENTITY_CERTIFICATES_URL", "GCE_METADATA_HOST"),
}
"""What means nothing in the cloud, or is right there by default."""
THREADS = {"scim": "8", "jobs": "16", "admin": "8"}
CALLERS = ("scim", "admin", "scheduler")


def expected(face: str, variables: Json) -> Json:
    chosen = {
        name: value for name, value in variables.get("settings", {}).items() if face in SETTING_FACES[name].split()
    }
    return {**_common(face, variables), **_of_jobs(face, variables["region"]), **_own(face, variables), **chosen}


def _common(face: str, variables: Json) -> Json:
    domain = variables.get("domain")
    return {
        "SECRETS": "secret_manager",
        "STORE": "firestore",
        "TARGET": "onepassword",
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "FIRESTORE_DATABASE": "scim-bridge",
        "BASE_URL": f"https://{domain}" if domain else _url("scim", variables["region"]),
        "LOG_LEVEL": "INFO",
        "FACE": face,
        "THREADS": THREADS[face],
    }


def _of_jobs(face: str, region: str) -> Json:
    audience = {"JOBS_AUDIENCE": _url("jobs", region)}
    if face != "jobs":
        return {**audience, "JOBS_URL": _url("jobs", region)}
    callers = ",".join(f"scim-bridge-{each}@{PROJECT}.iam.gserviceaccount.com" for each in CALLERS)
    return {**audience, "JOBS_CALLERS": callers}


def _own(face: str, variables: Json) -> Json:
    secrets = {"SECRETS_PREFIX": "scim-bridge-"}
    if face == "scim":
        return secrets
    if face == "jobs":
        account = f"scim-bridge-jobs@{PROJECT}.iam.gserviceaccount.com"
        pulled = {"SOURCE": "google_workspace", "GOOGLE_SERVICE_ACCOUNT": account}
        return {
            **secrets,
            **(pulled if variables.get("pull_schedule") else {}),
            "INVOKER_CHECK": "true",
            "OP_PATH": "bin/op",
        }
    people = [
        f"@{name.partition('@')[2]}" if kind == "group" else name
        for kind, _, name in (member.partition(":") for member in variables["admin_members"])
    ]
    return {"INVOKER_CHECK": "true", "ADMIN_CALLERS": ",".join(dict.fromkeys(people))}


def _url(face: str, region: str) -> str:
    return f"https://scim-bridge-{face}-{NUMBER}.{region}.run.app"
