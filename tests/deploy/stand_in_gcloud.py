"""The stand-in for gcloud: the commands the guide uses, on the world of `stand_in`."""

import json
import time

from tests.deploy.stand_in import Failed, World, serve

Flags = dict


def main(path: str) -> None:
    serve(path, "gcloud", answer)


def answer(world: World, argv: list[str], stdin: str) -> str:
    words = [each for each in argv if not each.startswith("--")]
    flags = dict(([*each[2:].split("=", 1), "true"])[:2] for each in argv if each.startswith("--"))
    for name, command in COMMANDS.items():
        begin = name.split()
        if words[: len(begin)] == begin:
            if name not in OPEN:
                _require_signed_in(world)
            if name in API_OF and API_OF[name] not in world["apis"]:
                raise Failed(
                    f"ERROR: (gcloud.{'.'.join(begin)}) PERMISSION_DENIED: {API_OF[name]} has not been used in project "
                    f"{flags.get('project')} before or it is disabled. reason: SERVICE_DISABLED"
                )
            return command(world, words[len(begin) :], flags, stdin)
    raise Failed(f"ERROR: (gcloud) Invalid choice: {' '.join(words)!r}.", 2)


def _require_signed_in(world: World) -> None:
    if not world["account"]:
        raise Failed(
            "ERROR: (gcloud) You do not currently have an active account selected.\nPlease run:\n  $ gcloud auth login"
        )


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


# ── who and where ─────────────────────────────────────────────────────────────────────────────────────────


def _version(_world: World, _words: list[str], _flags: Flags, _stdin: str) -> str:
    return _json({"Google Cloud SDK": "528.0.0", "core": "2025.06.20"})


def _auth_list(world: World, _words: list[str], _flags: Flags, _stdin: str) -> str:
    return f"{world['account']}\n" if world["account"] else ""


def _application_token(world: World, _words: list[str], _flags: Flags, _stdin: str) -> str:
    if not world["application_credentials"]:
        raise Failed(
            "ERROR: (gcloud.auth.application-default.print-access-token) Your default credentials were not found."
        )
    return "ya29.application\n"


def _configured(world: World, _words: list[str], _flags: Flags, _stdin: str) -> str:
    return f"{world['configured_project']}\n" if world["configured_project"] else ""


def _project(world: World, words: list[str], _flags: Flags, _stdin: str) -> str:
    if words[0] != world["project"]["id"]:
        raise Failed(
            f"ERROR: (gcloud.projects.describe) [{world['account']}] does not have permission to access projects "
            f"instance [{words[0]}] (or it may not exist): The caller does not have permission."
        )
    return f"{world['project']['state']}\n"


def _billing(world: World, _words: list[str], _flags: Flags, _stdin: str) -> str:
    return f"{world['billing']}\n"


def _services(world: World, _words: list[str], _flags: Flags, _stdin: str) -> str:
    return "".join(f"{api}\n" for api in world["apis"])


def _enable(world: World, words: list[str], _flags: Flags, _stdin: str) -> str:
    world["apis"] = sorted({*world["apis"], *words})
    return ""


def _policy(world: World, words: list[str], flags: Flags, _stdin: str) -> str:
    if world["policies"] is None:
        raise Failed(
            "ERROR: (gcloud.org-policies.describe) PERMISSION_DENIED: Permission 'orgpolicy.policy.get' denied"
        )
    rules = world["policies"].get(words[0])
    name = f"projects/{flags['project']}/policies/{words[0]}"
    return _json({"name": name, "spec": {"rules": rules}} if rules else {"name": name, "spec": {}})


def _locations(world: World, _words: list[str], _flags: Flags, _stdin: str) -> str:
    return "".join(f"{each}\n" for each in world["locations"])


# ── buckets, secrets, databases ───────────────────────────────────────────────────────────────────────────


def _bucket(world: World, words: list[str], flags: Flags, _stdin: str) -> str:
    bucket = world["buckets"].get(words[0])
    if bucket is None:
        raise Failed(f"ERROR: (gcloud.storage.buckets.describe) {words[0]} not found: 404.")
    return _json(bucket) if flags.get("format") == "json" else f"{words[0]}\n"


def _make_bucket(world: World, words: list[str], flags: Flags, _stdin: str) -> str:
    if words[0] in world["buckets"]:
        raise Failed("ERROR: (gcloud.storage.buckets.create) HTTPError 409: you already own it.")
    enforced = "enforced" if "public-access-prevention" in flags else "inherited"
    world["buckets"][words[0]] = {
        "name": words[0],
        "location": flags["location"],
        "uniform_bucket_level_access": "uniform-bucket-level-access" in flags,
        "public_access_prevention": enforced,
    }
    return ""


def _change_bucket(world: World, words: list[str], flags: Flags, _stdin: str) -> str:
    world["buckets"][words[0]]["versioning_enabled"] = "versioning" in flags
    return ""


def _copy(world: World, words: list[str], _flags: Flags, stdin: str) -> str:
    world["objects"][words[1]] = stdin
    return ""


def _cat(world: World, words: list[str], _flags: Flags, _stdin: str) -> str:
    if words[0] not in world["objects"]:
        raise Failed(
            f"ERROR: (gcloud.storage.cat) The following URLs matched no objects or files: {words[0]} not found: 404."
        )
    return str(world["objects"][words[0]])


def _secret(world: World, name: str) -> list[World]:
    if name not in world["secrets"]:
        raise Failed(f"ERROR: (gcloud.secrets) NOT_FOUND: Secret [projects/1/secrets/{name}] not found.")
    versions: list[World] = world["secrets"][name]
    return versions


def _describe_secret(world: World, words: list[str], _flags: Flags, _stdin: str) -> str:
    _secret(world, words[0])
    return f"{words[0]}\n"


def _delete_secret(world: World, words: list[str], _flags: Flags, _stdin: str) -> str:
    _secret(world, words[0])
    del world["secrets"][words[0]]
    return ""


def _access(world: World, _words: list[str], flags: Flags, _stdin: str) -> str:
    versions = _secret(world, flags["secret"])
    if not versions:
        raise Failed(
            "ERROR: (gcloud.secrets.versions.access) NOT_FOUND: Secret Version [latest] not found or has no versions."
        )
    if versions[-1]["state"] != "ENABLED":
        raise Failed(
            "ERROR: (gcloud.secrets.versions.access) FAILED_PRECONDITION: Secret Version is in DISABLED state."
        )
    return str(versions[-1]["value"])


def _add_version(world: World, words: list[str], _flags: Flags, stdin: str) -> str:
    versions = _secret(world, words[0])
    versions.append({"number": len(versions) + 1, "state": "ENABLED", "value": stdin})
    return ""


def _versions(world: World, words: list[str], _flags: Flags, _stdin: str) -> str:
    parent = f"projects/1/secrets/{words[0]}/versions"
    versions = [{"name": f"{parent}/{v['number']}", "state": v["state"]} for v in _secret(world, words[0])]
    return _json(versions[::-1])


def _set_version(state: str):
    def change(world: World, words: list[str], flags: Flags, _stdin: str) -> str:
        version = next(v for v in _secret(world, flags["secret"]) if str(v["number"]) == words[0])
        version["state"] = state
        if state == "DESTROYED":
            version["value"] = ""
        return ""

    return change


def _database(world: World, _words: list[str], flags: Flags, _stdin: str) -> str:
    if flags["database"] not in world["databases"]:
        raise Failed(
            f"ERROR: (gcloud.firestore.databases) NOT_FOUND: Project or database '{flags['database']}' does not exist."
        )
    return f"{flags['database']}\n"


def _change_database(world: World, _words: list[str], flags: Flags, _stdin: str) -> str:
    world["databases"][flags["database"]]["protected"] = "no-delete-protection" not in flags
    return ""


def _delete_database(world: World, _words: list[str], flags: Flags, _stdin: str) -> str:
    if world["databases"][flags["database"]]["protected"]:
        raise Failed(
            "ERROR: (gcloud.firestore.databases.delete) FAILED_PRECONDITION: Database has delete protection enabled."
        )
    del world["databases"][flags["database"]]
    return ""


# ── what runs ─────────────────────────────────────────────────────────────────────────────────────────────


def _job(world: World, words: list[str], _flags: Flags, _stdin: str) -> str:
    if words[0] not in world["jobs"]:
        raise Failed(f"ERROR: (gcloud.scheduler.jobs) NOT_FOUND: Job not found: {words[0]}")
    return _json(world["jobs"][words[0]])


def _run_job(world: World, words: list[str], _flags: Flags, _stdin: str) -> str:
    """It ends well if the session is there that `confirm` signs in with."""
    job = world["jobs"][words[0]]
    failing = world["job_fails"] or not world["secrets"].get("scim-bridge-scimsession")
    world["job_fails"] = max(0, world["job_fails"] - 1)
    job["lastAttemptTime"] = f"{time.time_ns()}"
    job["status"] = {"code": 13, "message": "500"} if failing else {}
    return ""


def _update_service(world: World, _words: list[str], flags: Flags, _stdin: str) -> str:
    world["invoker_check"] = "no-invoker-iam-check" not in flags
    return ""


def _read_logs(world: World, _words: list[str], _flags: Flags, _stdin: str) -> str:
    return _json(world["logs"])


def _proxy(_world: World, _words: list[str], flags: Flags, _stdin: str) -> str:
    return f"Proxying to Cloud Run service on 127.0.0.1:{flags['port']}\n"


COMMANDS = {
    "version": _version,
    "auth list": _auth_list,
    "auth application-default print-access-token": _application_token,
    "auth print-access-token": lambda *_: "ya29.person\n",
    "config get-value project": _configured,
    "projects describe": _project,
    "billing projects describe": _billing,
    "services list": _services,
    "services enable": _enable,
    "org-policies describe": _policy,
    "firestore locations list": _locations,
    "scheduler locations list": _locations,
    "storage buckets describe": _bucket,
    "storage buckets create": _make_bucket,
    "storage buckets update": _change_bucket,
    "storage cp": _copy,
    "storage cat": _cat,
    "secrets describe": _describe_secret,
    "secrets delete": _delete_secret,
    "secrets versions access": _access,
    "secrets versions add": _add_version,
    "secrets versions list": _versions,
    "secrets versions disable": _set_version("DISABLED"),
    "secrets versions destroy": _set_version("DESTROYED"),
    "firestore databases describe": _database,
    "firestore databases update": _change_database,
    "firestore databases delete": _delete_database,
    "scheduler jobs describe": _job,
    "scheduler jobs run": _run_job,
    "run services update": _update_service,
    "run services proxy": _proxy,
    "logging read": _read_logs,
}
OPEN = {"version", "auth list", "auth application-default print-access-token", "config get-value project"}
API_OF = {
    **{name: "secretmanager.googleapis.com" for name in COMMANDS if name.startswith("secrets ")},
    **{name: "firestore.googleapis.com" for name in COMMANDS if name.startswith("firestore ")},
    **{name: "cloudscheduler.googleapis.com" for name in COMMANDS if name.startswith("scheduler ")},
}
