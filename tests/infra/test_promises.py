"""A plan that breaks a promise is found out: each is broken here in every way that matters, one at a time."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from tests.infra.promises import PROMISES, broken, spelled_out
from tests.infra.terraform import Resource
from tests.infra.variations import EVERYTHING, NEEDED, PROJECT

VARIABLES = {**NEEDED, **EVERYTHING}
Resources = list[Resource]
Mutation = Callable[[Resources], Any]

FACE = 'google_cloudfunctions2_function.face["{}"]'
INVOKER = 'google_cloud_run_v2_service_iam_member.jobs_invoker["scim"]'
DATABASE = "google_firestore_database.bridge"
TOKENS = 'google_secret_manager_secret.secret["tokens"]'
READER = 'google_secret_manager_secret_iam_member.reader["tokens"]'
BUILD_LOG = "google_project_iam_member.build_log"
EXPIRY = "google_firestore_field.event_expiry"
RULES = "google_firebaserules_ruleset.deny"
SETTLE = 'google_cloud_scheduler_job.job["settle"]'


def values(resources: Resources, address: str) -> dict[str, Any]:
    return next(each.values for each in resources if each.address == address)


def put(address: str, **changed: Any) -> Mutation:
    return lambda resources: values(resources, address).update(changed)


def service(face: str, **changed: Any) -> Mutation:
    return lambda resources: values(resources, FACE.format(face))["service_config"][0].update(changed)


def build(face: str, **changed: Any) -> Mutation:
    return lambda resources: values(resources, FACE.format(face))["build_config"][0].update(changed)


def env(face: str, **changed: str) -> Mutation:
    return lambda resources: values(resources, FACE.format(face))["service_config"][0]["environment_variables"].update(
        changed
    )


def without(address: str) -> Mutation:
    return lambda resources: resources.remove(next(each for each in resources if each.address == address))


def also(address: str, *, like: str = "", type: str = "", **changed: Any) -> Mutation:
    """One more resource, made of another one."""

    def add(resources: Resources) -> None:
        original = next((each for each in resources if each.address == like), Resource("", type, "more", None, {}))
        mutated = {**deepcopy(original.values), **changed}
        resources.append(replace(original, address=address, type=type or original.type, values=mutated))

    return add


def token(**changed: str) -> Mutation:
    return lambda resources: values(resources, SETTLE)["http_target"][0]["oidc_token"][0].update(changed)


MUTATIONS: dict[str, list[tuple[str, Mutation]]] = {
    "only_scim_is_open_to_everybody": [
        ("jobs to all", put(INVOKER, member="allUsers")),
        ("jobs to all who have signed in", put(INVOKER, member="allAuthenticatedUsers")),
        ("jobs to a domain", put(INVOKER, member="domain:example.com")),
        ("a secret to all", put(READER, member="allUsers")),
        (
            "scim to all for more than calling",
            also("a", like=INVOKER, member="allUsers", name="scim-bridge-scim", role="roles/run.admin"),
        ),
        (
            "admin, in a binding",
            also("a", type="google_cloud_run_v2_service_iam_binding", name="scim-bridge-admin", members=["allUsers"]),
        ),
        ("the source", also("a", like="google_storage_bucket_iam_member.build_source", member="allUsers")),
    ],
    "no_primitive_role": [
        ("owner", put(BUILD_LOG, role="roles/owner")),
        ("editor", put(BUILD_LOG, role="roles/editor")),
        ("viewer, of a bucket", put("google_storage_bucket_iam_member.build_source", role="roles/viewer")),
    ],
    "no_grant_takes_those_of_others_away": [
        ("a binding", also("a", type="google_project_iam_binding", role="roles/logging.logWriter", members=[])),
        ("a policy", also("a", type="google_secret_manager_secret_iam_policy")),
        ("a policy of the project", also("a", type="google_project_iam_policy")),
    ],
    "no_secret_can_be_read_by_a_right_over_the_project": [
        ("the accessor", put(BUILD_LOG, role="roles/secretmanager.secretAccessor")),
        ("the administrator", put(BUILD_LOG, role="roles/secretmanager.admin")),
        ("in a binding", also("a", type="google_project_iam_binding", role="roles/secretmanager.viewer")),
    ],
    "every_account_has_exactly_its_grants": [
        ("the session to scim", put(READER, secret_id="scim-bridge-scimsession")),
        (
            "the tokens to admin",
            put(READER, member=f"serviceAccount:scim-bridge-admin@{PROJECT}.iam.gserviceaccount.com"),
        ),
        ("one too few", without(INVOKER)),
        ("one too many", also("a", like=BUILD_LOG, role="roles/cloudbuild.builds.editor")),
        ("one twice", also("a", like=BUILD_LOG)),
        ("every database", put('google_project_iam_member.firestore["scim"]', condition=[])),
        (
            "somebody who was not named",
            also("a", like=INVOKER, name="scim-bridge-admin", member="user:eve@example.com"),
        ),
        (
            "of an unknown kind",
            also("a", type="google_pubsub_topic_iam_member", role="roles/pubsub.publisher", member="scim"),
        ),
    ],
    "no_secret_value_passes_through": [
        ("a version", also("a", type="google_secret_manager_secret_version", secret_data="x")),
        ("a key file", also("a", type="google_service_account_key")),
        ("a token in a setting", env("scim", LOG_LEVEL="scimb_0123456789012345678901234567890123456789")),
        ("a setting that is a secret", env("jobs", OP_SESSION="x")),
        ("a Secret Key in a description", put(DATABASE, description="A3-ABCDEF-123456")),
        (
            "a private key in a dashboard",
            put("google_monitoring_dashboard.bridge", dashboard_json='{"a": ["-----BEGIN X"]}'),
        ),
        (
            "a password of a check",
            put("google_monitoring_uptime_check_config.ping", http_check=[{"auth_info": [{"password": "x"}]}]),
        ),
    ],
    "what_cannot_be_made_again_is_protected": [
        ("the database", put(DATABASE, delete_protection_state="DELETE_PROTECTION_DISABLED")),
        ("the database, by Terraform", put(DATABASE, deletion_policy="DELETE")),
        ("a secret", put(TOKENS, deletion_protection=False)),
        ("no database", without(DATABASE)),
        ("no secret", without(TOKENS)),
    ],
    "the_database_can_be_brought_back": [
        ("to a minute", put(DATABASE, point_in_time_recovery_enablement="POINT_IN_TIME_RECOVERY_DISABLED")),
        ("to a day", without("google_firestore_backup_schedule.daily")),
        ("to a week only", put("google_firestore_backup_schedule.daily", daily_recurrence=[])),
    ],
    "the_database_is_shut_to_browsers": [
        ("open", put(RULES, source=[{"files": [{"content": "allow read, write: if true;"}]}])),
        ("one more rule", put(RULES, source=[{"files": [{"content": "allow read, write: if false;\nallow get;"}]}])),
        ("not released", without("google_firebaserules_release.deny")),
        ("released for another", put("google_firebaserules_release.deny", name="cloud.firestore")),
    ],
    "only_queried_fields_have_an_index": [
        ("a composite one", also("a", type="google_firestore_index", collection="users")),
        ("every event's fields", without('google_firestore_field.unindexed["events.*"]')),
        ("a field that is queried", put('google_firestore_field.unindexed["users.user"]', field="due")),
        ("events stay", put(EXPIRY, ttl_config=[])),
        ("users expire", put('google_firestore_field.unindexed["users.user"]', ttl_config=[{}])),
    ],
    "there_are_three_functions_of_one_source": [
        ("two", without(FACE.format("admin"))),
        ("another entry point", build("jobs", entry_point="local")),
        ("another Python", build("scim", runtime="python311")),
        ("another source", build("jobs", source=[{"storage_source": [{"object": f"source-{'0' * 64}.zip"}]}])),
        (
            "a source without a hash",
            lambda resources: [
                build(face, source=[{"storage_source": [{"object": "source.zip"}]}])(resources)
                for face in ("scim", "jobs", "admin")
            ],
        ),
    ],
    "every_function_is_sized_on_purpose": [
        ("CPU", service("scim", available_cpu=None)),
        ("memory", service("jobs", available_memory=None)),
        ("concurrency", service("admin", max_instance_request_concurrency=None)),
        ("threads", service("scim", max_instance_request_concurrency=80)),
        ("instances", service("scim", min_instance_count=30)),
    ],
    "every_function_runs_as_its_own_account": [
        ("the project's default", service("admin", service_account_email=None)),
        ("another's", service("scim", service_account_email=f"scim-bridge-jobs@{PROJECT}.iam.gserviceaccount.com")),
    ],
    "the_private_functions_stay_private": [
        ("round the load balancer", service("scim", ingress_settings="ALLOW_ALL")),
        ("jobs from outside", service("jobs", ingress_settings="ALLOW_ALL")),
        ("scim without a way in", service("scim", direct_vpc_network_interface=[])),
        ("jobs without a fixed address", service("jobs", direct_vpc_network_interface=[])),
    ],
    "every_function_gets_its_settings_and_no_others": [
        ("another target", env("jobs", TARGET="embedded")),
        ("another caller", env("jobs", JOBS_CALLERS="eve@example.com")),
        ("no check before", env("jobs", INVOKER_CHECK="false")),
        ("one too many", env("admin", OP_PATH="bin/op")),
        ("another face", env("scim", FACE="local")),
    ],
    "the_clock_calls_the_jobs_and_says_who_it_is": [
        ("seldom", put(SETTLE, schedule="0 * * * *")),
        ("not at all", without(SETTLE)),
        ("as nobody", lambda resources: values(resources, SETTLE)["http_target"][0].update(oidc_token=[])),
        ("as another", token(service_account_email=f"scim-bridge-scim@{PROJECT}.iam.gserviceaccount.com")),
        ("for another", token(audience="https://example.com")),
        (
            "somewhere else",
            lambda resources: values(resources, SETTLE)["http_target"][0].update(uri="https://example.com"),
        ),
    ],
}


def test_a_plan_of_everything_keeps_every_promise(plan):
    assert broken(plan.resources, VARIABLES) == {}


@pytest.mark.parametrize(
    ("promise", "mutation"),
    [pytest.param(name, each, id=f"{name}: {way}") for name, ways in MUTATIONS.items() for way, each in ways],
)
def test_a_plan_that_breaks_a_promise_is_found_out(plan, promise, mutation):
    mutated = deepcopy(plan.resources)
    mutation(mutated)

    assert promise in broken(mutated, VARIABLES)


def test_a_secret_that_only_an_output_spells_out_is_found(plan):
    assert list(spelled_out(plan.text)) == []
    assert list(spelled_out(plan.text + '{"output": "scimb_0123456789012345678901234567890123456789"}')) != []


def test_every_promise_is_broken_somewhere():
    assert {promise.__name__ for promise in PROMISES} == set(MUTATIONS)
