"""The stand-in for Terraform: its commands and the shape of what they say, on a few of the resources of `infra/`, whose
making has the effects that gcloud and the address then show.
"""

# pathlib and typing take as long to load as everything else here
# ruff: noqa: PTH110, PTH123

import json
import os
import signal
import sys
import zlib

from tests.deploy.stand_in import Failed, World, held, serve, take_pause

NAME = "scim-bridge"
DATABASE = "google_firestore_database.bridge"
SECRETS = {
    'google_secret_manager_secret.secret["tokens"]': f"{NAME}-tokens",
    'google_secret_manager_secret.secret["scimsession"]': f"{NAME}-scimsession",
}
KEPT = {DATABASE, *SECRETS}
OBJECT = "google_storage_bucket_object.source"
SIMPLE = (
    'google_project_service.api["run.googleapis.com"]',
    'google_service_account.account["scim"]',
    'google_service_account.account["jobs"]',
    "google_storage_bucket.source",
    "google_artifact_registry_repository.images",
    'google_secret_manager_secret_iam_member.reader["tokens"]',
    'google_cloud_scheduler_job.job["settle"]',
    'google_cloud_scheduler_job.job["confirm"]',
    'google_monitoring_alert_policy.log["held"]',
)
FUNCTIONS = tuple(f'google_cloudfunctions2_function.face["{face}"]' for face in ("scim", "jobs", "admin"))
PUBLIC = "google_cloud_run_v2_service_iam_member.public[0]"
EGRESS = "google_compute_address.egress[0]"


def main(path: str) -> None:
    if "apply" in sys.argv:
        _apply(path)
    serve(path, "terraform", answer)


def answer(world: World, argv: list[str], _stdin: str) -> str:
    words = [each for each in argv if not each.startswith("-")]
    match words:
        case ["version"]:
            return json.dumps({"terraform_version": world["terraform_version"]})
        case ["init"]:
            return _init(world, argv)
        case ["plan"]:
            return _plan(world, argv)
        case ["show", planned]:
            return json.dumps({"format_version": "1.2", "resource_changes": json.loads(_read(planned))})
        case ["output"]:
            return json.dumps({name: {"sensitive": False, "value": value} for name, value in outputs(world).items()})
        case ["state", "list"]:
            return "".join(f"{address}\n" for address in sorted(world["resources"]))
        case ["state", "rm", *addresses]:
            return _forget(world, addresses)
        case ["import", address, _id]:
            return _import(world, address)
    raise Failed(f"Terraform has no command {words!r}.", 127)


def outputs(world: World) -> dict:
    origin = world["origin"]
    return {
        "base_url": origin,
        "scim_base_url": f"{origin}/scim/v2",
        "urls": {"scim": origin, "jobs": f"{origin}/private/jobs", "admin": f"{origin}/private/admin"},
        "admin_command": "gcloud run services proxy …",
        "public_access_command": "",
        "secrets": {"tokens": f"{NAME}-tokens", "scimsession": f"{NAME}-scimsession"},
        "egress_ip": "192.0.2.7" if EGRESS in world["resources"] else "",
        "domain_address": "",
        "workspace_client_id": "",
        "service_accounts": {},
        "kept": {},
        "next_step": "",
    }


# ── plans ─────────────────────────────────────────────────────────────────────────────────────────────────


def _init(world: World, argv: list[str]) -> str:
    bucket = next((each.removeprefix("-backend-config=bucket=") for each in argv if "bucket=" in each), "")
    if bucket and f"gs://{bucket}" not in world["buckets"]:
        raise Failed(f"Error: Failed to get existing workspaces: bucket {bucket} doesn't exist")
    if not bucket and not os.path.exists(f"{_directory(argv)}/backend_override.tf"):
        raise Failed("Error: Missing backend configuration")
    return "Terraform has been successfully initialized!\n"


def _directory(argv: list[str]) -> str:
    return next(each for each in argv if each.startswith("-chdir=")).removeprefix("-chdir=")


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


def _option(argv: list[str], name: str) -> str:
    return next((each.split("=", 1)[1] for each in argv if each.startswith(f"-{name}=")), "")


def _wanted(argv: list[str]) -> dict[str, str]:
    """By address, what a changed value changes."""
    variables = json.loads(_read(_option(argv, "var-file")))
    with open(f"{_directory(argv)}/{variables['source_archive']}", "rb") as file:
        archive = f"{zlib.crc32(file.read()):08x}"
    if _option(argv, "out").startswith(_directory(argv)):
        raise Failed("The plan is not kept with the configuration.")
    wanted = dict.fromkeys([*SIMPLE, *KEPT], "")
    wanted |= dict.fromkeys([OBJECT, *FUNCTIONS], archive)
    if variables["public_access"] == "all_users":
        wanted[PUBLIC] = ""
    if variables.get("static_egress_ip"):
        wanted[EGRESS] = ""
    return wanted


def _plan(world: World, argv: list[str]) -> str:
    there, wanted = world["resources"], _wanted(argv)
    if "-destroy" in argv:
        if stuck := KEPT & set(there):
            return _refuse(f"Instance cannot be destroyed: {min(stuck)} has lifecycle.prevent_destroy set")
        wanted = {}
    changes = []
    for address in dict.fromkeys([*wanted, *there]):
        targets = [each.removeprefix("-target=") for each in argv if each.startswith("-target=")]
        if targets and not any(address.startswith(target) for target in targets):
            continue
        if actions := _actions(address, there, wanted):
            type = address.split(".")[0]
            value = wanted.get(address)
            changes.append({"address": address, "type": type, "change": {"actions": actions}, "value": value})
    with open(_option(argv, "out"), "w") as file:
        file.write(json.dumps(changes))
    return _line("change_summary", changes={"add": len(changes)})


def _actions(address: str, there: World, wanted: dict[str, str]) -> list[str]:
    if address not in wanted:
        return ["delete"]
    if address not in there:
        return ["create"]
    if there[address] == wanted[address]:
        return []
    return ["delete", "create"] if address == OBJECT else ["update"]


def _refuse(summary: str) -> str:
    sys.stdout.write(_diagnostic(summary, ""))
    sys.stdout.flush()
    raise Failed("", 1)


def _line(type: str, **values: object) -> str:
    return json.dumps({"@level": "info", "@message": "", "type": type, **values}) + "\n"


def _diagnostic(summary: str, detail: str) -> str:
    return _line("diagnostic", diagnostic={"severity": "error", "summary": summary, "detail": detail})


def _forget(world: World, addresses: list[str]) -> str:
    for address in addresses:
        if world["resources"].pop(address, None) is None:
            raise Failed("Error: Invalid target address: No matching objects found.")
    return ""


def _import(world: World, address: str) -> str:
    if address in world["resources"]:
        raise Failed("Error: Resource already managed by Terraform")
    world["resources"][address] = ""
    return "Import successful!\n"


# ── an apply, one resource after the other ────────────────────────────────────────────────────────────────


def _apply(path: str) -> None:
    """It stops between two resources when it is interrupted, as the real one does; what was done is written down."""
    interrupted: list[int] = []

    def hear(_signal: int, _frame: object) -> None:
        interrupted.append(1)

    signal.signal(signal.SIGINT, hear)
    argv = sys.argv[1:]
    with open(f"{path}.calls", "a") as file:
        file.write(json.dumps({"pid": os.getpid(), "argv": ["terraform", *argv], "stdin": 0}) + "\n")
    for change in json.loads(_read(argv[-1])):
        address = change["address"]
        if take_pause(path, f"terraform apply {address}", "before"):
            signal.pause()
        hook = {"resource": {"addr": address}}
        _say(_line("apply_start", hook=hook))
        if interrupted:
            _say(_line("log", **{"@message": "Interrupt received.\nPlease wait for Terraform to exit"}))
        if wrong := _carried_out(path, change):
            _say(_diagnostic(*wrong))
            os._exit(1)
        _say(_line("apply_complete", hook=hook))
        if interrupted:
            _say(_diagnostic("execution halted", ""))
            os._exit(1)
    os._exit(0)


def _say(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


def _carried_out(path: str, change: World) -> tuple[str, str] | None:
    address = change["address"]
    with held(path) as world:
        for fault in world["faults"]:
            if fault["times"] and f"terraform apply {address}".startswith(fault["command"]):
                fault["times"] -= 1
                return fault["text"], ""
        if "delete" in change["change"]["actions"]:
            world["resources"].pop(address, None)
        if change["value"] is not None:
            if clash := _clash(world, address):
                return f"Error creating: googleapi: Error 409: {clash} already exists", ""
            world["resources"][address] = change["value"]
        _effects(world, address, there=change["value"] is not None)
    return None


def _clash(world: World, address: str) -> str:
    """What is there and not in the state cannot be made again."""
    if address in world["resources"]:
        return ""
    if address == DATABASE and NAME in world["databases"]:
        return "Database"
    return "Secret" if SECRETS.get(address) in world["secrets"] else ""


def _effects(world: World, address: str, *, there: bool) -> None:
    if address == DATABASE:
        world["databases"].setdefault(NAME, {"protected": True})
    elif address in SECRETS:
        world["secrets"].setdefault(SECRETS[address], [])
    elif address == PUBLIC:
        world["public"] = there
    elif address.startswith("google_cloud_scheduler_job"):
        name = f"{NAME}-{address.split(chr(34))[1]}"
        world["jobs"].pop(name, None)
        if there:
            world["jobs"][name] = {"name": name, "state": "ENABLED"}
