"""What every plan and every state of infra/ keeps, whatever the variables. Each promise tells what breaks it."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.infra import environment, grants
from tests.infra.terraform import Json, Resource
from tests.infra.variations import NUMBER

Resources = list[Resource]
Promise = Callable[[Resources, Json], Iterator[str]]

FACES = {"scim", "jobs", "admin"}
EVERYBODY = {"allUsers", "allAuthenticatedUsers"}
PRIMITIVE = {"roles/owner", "roles/editor", "roles/viewer"}
AUTHORITATIVE = re.compile(r"_iam_(binding|policy)$|_audit_config$")
HOLDS_A_VALUE = {
    "google_secret_manager_secret_version",
    "google_service_account_key",
    "google_storage_hmac_key",
    "random_password",
}
SECRET_NAME = re.compile(
    r"secret_data|password|passwd|private_key|auth_token|[A-Z]_?(?:TOKEN|SESSION|SECRET|PASSWORD|KEY)$"
)
SECRET_VALUE = re.compile(
    r"scimb_[0-9A-Za-z]{20,}|A3-[A-Z0-9]{6}-|\bops_[A-Za-z0-9]{20,}|-----BEGIN|\bya29\.|\bAIza[\w-]{30,}"
)
UNINDEXED = {
    ("users", "user"),
    ("users", "group_ids"),
    ("groups", "group"),
    ("memberships", "wanted"),
    ("memberships", "attempts"),
    ("memberships", "last_error"),
    ("keys", "*"),
    ("events", "*"),
    ("ledgers", "*"),
    ("notes", "*"),
    ("events", "expire_at"),
}
CLOCK = {"settle": "* * * * *", "confirm": "*/5 * * * *", "reconcile": "0 */6 * * *"}


def broken(resources: Resources, variables: Json) -> dict[str, list[str]]:
    """By the name of the promise: what breaks it."""
    found = {promise.__name__: list(promise(resources, variables)) for promise in PROMISES}
    return {name: reasons for name, reasons in found.items() if reasons}


def spelled_out(text: str) -> Iterator[str]:
    """Of a whole plan or state with its variables and outputs: where a secret value begins."""
    yield from (f"a secret value at {found.start()}" for found in SECRET_VALUE.finditer(text))


def only_scim_is_open_to_everybody(resources: Resources, variables: Json) -> Iterator[str]:
    for each in _grants(resources):
        members = {each.values.get("member"), *(each.values.get("members") or ())}
        open_ = members & EVERYBODY or {name for name in members if str(name).startswith("domain:")}
        if open_ and (each.values.get("name"), each.values.get("role")) != ("scim-bridge-scim", grants.INVOKE):
            yield f"{each.address} lets in {open_}"


def no_primitive_role(resources: Resources, variables: Json) -> Iterator[str]:
    yield from (
        f"{each.address} grants {role}" for each in _grants(resources) if (role := each.values.get("role")) in PRIMITIVE
    )


def no_grant_takes_those_of_others_away(resources: Resources, variables: Json) -> Iterator[str]:
    yield from (each.address for each in resources if AUTHORITATIVE.search(each.type))


def no_secret_can_be_read_by_a_right_over_the_project(resources: Resources, variables: Json) -> Iterator[str]:
    for each in _grants(resources):
        if each.type.startswith("google_project_iam") and "secretmanager" in str(each.values.get("role")):
            yield f"{each.address} grants {each.values['role']}"


def every_account_has_exactly_its_grants(resources: Resources, variables: Json) -> Iterator[str]:
    given, expected = grants.given(resources), grants.expected(variables)
    yield from (f"not granted: {each}" for each in sorted(expected.difference(given)))
    yield from (f"granted: {each}" for each in given if each not in expected)
    yield from (f"granted twice: {each}" for each in sorted(expected) if given.count(each) > 1)


def no_secret_value_passes_through(resources: Resources, variables: Json) -> Iterator[str]:
    yield from (each.address for each in resources if each.type in HOLDS_A_VALUE)
    for each in resources:
        for path, value in _leaves(each.values):
            name = path.rpartition(".")[2]
            if SECRET_VALUE.search(str(value)) or (SECRET_NAME.search(name) and value not in (None, "", False)):
                yield f"{each.address}: {path}"


def what_cannot_be_made_again_is_protected(resources: Resources, variables: Json) -> Iterator[str]:
    databases, secrets = _of(resources, "google_firestore_database"), _of(resources, "google_secret_manager_secret")
    if len(databases) != 1 or {each.key for each in secrets} != {"tokens", "scimsession"}:
        yield "there is one database and there are two secrets"
    yield from _differing(databases, "delete_protection_state", "DELETE_PROTECTION_ENABLED")
    yield from _differing(databases, "deletion_policy", "ABANDON")
    yield from _differing(secrets, "deletion_protection", value=True)


def the_database_can_be_brought_back(resources: Resources, variables: Json) -> Iterator[str]:
    databases = _of(resources, "google_firestore_database")
    yield from _differing(databases, "point_in_time_recovery_enablement", "POINT_IN_TIME_RECOVERY_ENABLED")
    if not any(each.values.get("daily_recurrence") for each in _of(resources, "google_firestore_backup_schedule")):
        yield "no daily backup"


def the_database_is_shut_to_browsers(resources: Resources, variables: Json) -> Iterator[str]:
    rules = [each.values["source"][0]["files"][0]["content"] for each in _of(resources, "google_firebaserules_ruleset")]
    allowing = [line.strip() for text in rules for line in text.splitlines() if "allow" in line]
    if allowing != ["allow read, write: if false;"]:
        yield f"the rules say {allowing}"
    released = [each.values.get("name") for each in _of(resources, "google_firebaserules_release")]
    if released != ["cloud.firestore/scim-bridge"]:
        yield f"rules are released for {released}"


def only_queried_fields_have_an_index(resources: Resources, variables: Json) -> Iterator[str]:
    yield from (each.address for each in _of(resources, "google_firestore_index"))
    fields = {
        (each.values["collection"], each.values["field"]): each.values
        for each in _of(resources, "google_firestore_field")
    }
    unindexed = {
        name
        for name, values in fields.items()
        if values["index_config"] and not values["index_config"][0].get("indexes")
    }
    if unindexed != UNINDEXED:
        yield f"without an index: {sorted(unindexed ^ UNINDEXED)} should differ"
    expiring = {name for name, values in fields.items() if values.get("ttl_config")}
    if expiring != {("events", "expire_at")}:
        yield f"what expires: {sorted(expiring)}"


def there_are_three_functions_of_one_source(resources: Resources, variables: Json) -> Iterator[str]:
    functions = _of(resources, "google_cloudfunctions2_function")
    if {each.key for each in functions} != FACES:
        yield "there are three functions"
    objects = {each.values["build_config"][0]["source"][0]["storage_source"][0].get("object") for each in functions}
    if len(objects) != 1 or not re.fullmatch(r"source-[0-9a-f]{64}\.zip", str(next(iter(objects), ""))):
        yield f"their source: {objects}"
    for each in functions:
        build = each.values["build_config"][0]
        if (build["runtime"], build["entry_point"]) != ("python313", each.key):
            yield f"{each.address} runs {build['entry_point']} on {build['runtime']}"


def every_function_is_sized_on_purpose(resources: Resources, variables: Json) -> Iterator[str]:
    for each in _of(resources, "google_cloudfunctions2_function"):
        service = each.values["service_config"][0]
        concurrency = service.get("max_instance_request_concurrency")
        if not service.get("available_cpu") or not service.get("available_memory") or not concurrency:
            yield f"{each.address} leaves CPU, memory or concurrency to a default"
        if service["environment_variables"].get("THREADS") != str(concurrency):
            yield f"{each.address} has not as many threads as requests at a time"
        if not service["min_instance_count"] <= service["max_instance_count"]:
            yield f"{each.address} has more instances at least than at most"


def every_function_runs_as_its_own_account(resources: Resources, variables: Json) -> Iterator[str]:
    for each in _of(resources, "google_cloudfunctions2_function"):
        account = str(each.values["service_config"][0].get("service_account_email"))
        if not account.startswith(f"scim-bridge-{each.key}@"):
            yield f"{each.address} runs as {account}"


def the_private_functions_stay_private(resources: Resources, variables: Json) -> Iterator[str]:
    """And with a domain nobody walks round the load balancer."""
    expected = {
        "scim": "ALLOW_INTERNAL_AND_GCLB" if variables.get("domain") else "ALLOW_ALL",
        "jobs": "ALLOW_INTERNAL_ONLY" if variables.get("private_jobs") else "ALLOW_ALL",
        "admin": "ALLOW_ALL",
    }
    for each in _of(resources, "google_cloudfunctions2_function"):
        service = each.values["service_config"][0]
        if service["ingress_settings"] != expected[str(each.key)]:
            yield f"{each.address} takes requests from {service['ingress_settings']}"
        inside = bool(variables.get("private_jobs" if each.key in {"scim", "admin"} else "static_egress_ip"))
        if bool(service.get("direct_vpc_network_interface")) != inside:
            yield f"{each.address} leaves through {'no' if inside else 'a'} network"


def every_function_gets_its_settings_and_no_others(resources: Resources, variables: Json) -> Iterator[str]:
    for each in _of(resources, "google_cloudfunctions2_function"):
        got = each.values["service_config"][0]["environment_variables"]
        wanted = environment.expected(str(each.key), variables)
        differing = {name for name in got.keys() | wanted.keys() if got.get(name) != wanted.get(name)}
        yield from (f"{each.key}: {name} is {got.get(name)!r}, not {wanted.get(name)!r}" for name in sorted(differing))


def the_clock_calls_the_jobs_and_says_who_it_is(resources: Resources, variables: Json) -> Iterator[str]:
    asked = {name: variables.get(f"{name}_schedule") for name in ("pull", "reconcile")}
    expected = CLOCK | {name: when for name, when in asked.items() if when}
    jobs = {str(each.key): each.values for each in _of(resources, "google_cloud_scheduler_job")}
    if {name: values["schedule"] for name, values in jobs.items()} != expected:
        yield f"the schedule is {[(name, values['schedule']) for name, values in jobs.items()]}"
    url = f"https://scim-bridge-jobs-{NUMBER}.{variables['region']}.run.app"
    for name, values in jobs.items():
        target = values["http_target"][0]
        token = (target.get("oidc_token") or [{}])[0]
        said = (target["uri"], token.get("audience"), str(token.get("service_account_email")).partition("@")[0])
        if said != (f"{url}/{name}", url, "scim-bridge-scheduler"):
            yield f"{name} is called as {said}"


PROMISES: tuple[Promise, ...] = (
    only_scim_is_open_to_everybody,
    no_primitive_role,
    no_grant_takes_those_of_others_away,
    no_secret_can_be_read_by_a_right_over_the_project,
    every_account_has_exactly_its_grants,
    no_secret_value_passes_through,
    what_cannot_be_made_again_is_protected,
    the_database_can_be_brought_back,
    the_database_is_shut_to_browsers,
    only_queried_fields_have_an_index,
    there_are_three_functions_of_one_source,
    every_function_is_sized_on_purpose,
    every_function_runs_as_its_own_account,
    the_private_functions_stay_private,
    every_function_gets_its_settings_and_no_others,
    the_clock_calls_the_jobs_and_says_who_it_is,
)


def _of(resources: Resources, type: str) -> Resources:
    return [each for each in resources if each.type == type]


def _grants(resources: Resources) -> Resources:
    return [each for each in resources if "_iam_" in each.type]


def _differing(resources: Resources, name: str, value: object) -> Iterator[str]:
    yield from (
        f"{each.address}: {name} is {each.values.get(name)}" for each in resources if each.values.get(name) != value
    )


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """With what is JSON in a text."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(each, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, path)
    else:
        yield path, value
