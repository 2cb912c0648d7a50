"""Single parts of the guide, without a terminal."""

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scim.cli.app import app
from scim.cli.console import Problem
from scim.cli.deploy import application, carrying, choices, live, op_release, op_signature, questions, session
from scim.cli.deploy.choices import Choices
from scim.cli.deploy.gcloud import (
    Denied,
    Existing,
    GcloudFailed,
    NoAnswer,
    NotThere,
    SignedOut,
    SwitchedOff,
    failure,
)
from scim.cli.deploy.interruption import explained
from scim.cli.deploy.op_release import Release
from scim.cli.deploy.processes import Answer
from scim.cli.deploy.record import Place, Record
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.secret_versions import SecretVersions
from scim.cli.deploy.site import Site, Wishes, find
from scim.cli.deploy.terraform_errors import TerraformFailed, cure
from scim.cli.deploy.terraform_plan import Change, changes, summary
from scim.records import SecretMissing, SecretsUnavailable
from tests.deploy.operator import PROJECT
from tests.requirements_of_machine import require

SILENT = Screen(asks=False, yes=True)


def site(operator, **values):
    chosen = Choices(project=PROJECT, region="europe-west1", **values)
    return Site(SILENT, operator.gcloud(), Place(operator.root, PROJECT), "ann@example.com", chosen)


# ── choices ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"region": "Europe"}, "bridge.toml: region is 'Europe': it must be the name of a region"),
        ({"colour": "red"}, "bridge.toml: there is no colour; there are project, region, "),
        ({"identity_providers": ["octa"]}, "bridge.toml: identity_providers holds octa; there are entra, okta"),
        ({"project": "Acme"}, "bridge.toml: project is 'Acme': it must be a project's id"),
        ({"admin_members": ["allUsers"]}, "bridge.toml: admin_members is 'allUsers': each must be user:"),
        ({"onepassword": {"password": "x"}}, "bridge.toml: there is no onepassword.password; there are address and em"),
        ({"onepassword": {"region": "x"}}, "address and email; region stands above the first [table]."),
    ],
    ids=["region", "unknown", "dialect", "project", "members", "secret", "beneath-a-table"],
)
def test_a_wrong_choice_is_said_with_where_it_stands(given, said):
    with pytest.raises(Problem) as problem:
        choices.parse(given, "bridge.toml")

    assert said in str(problem.value)


def test_what_a_file_leaves_out_is_the_default_again_but_for_what_would_be_asked():
    before = {"region": "europe-west1", "min_instances": 3}

    assert choices.merged({"name": "other"}, before, {}) == {"region": "europe-west1", "name": "other"}
    assert choices.merged({}, before, {"region": "us-central1"}) == {"region": "us-central1", "min_instances": 3}


def test_a_file_that_is_no_toml_is_a_problem(tmp_path):
    (tmp_path / "bridge.toml").write_text("region = \n")

    with pytest.raises(Problem, match="is not TOML"):
        find(Wishes(root=tmp_path), SILENT, "ann@example.com")


def test_a_file_of_others_says_nothing_of_the_deployment(operator):
    (operator.root / "bridge.toml").write_text('[groups]\nmanage = "of no concern here"\n')

    here = find(Wishes({"project": PROJECT}, root=operator.root), SILENT, "ann@example.com")

    assert (here.choices, here.others) == (Choices(project=PROJECT), ("groups",))


def test_a_misspelt_key_of_the_file_stops_it(operator):
    (operator.root / "bridge.toml").write_text('regoin = "europe-west1"\n')

    with pytest.raises(Problem, match=r"bridge\.toml has 'regoin', which means nothing: there are project, region, "):
        find(Wishes({"project": PROJECT}, root=operator.root), SILENT, "ann@example.com")


def test_what_the_file_says_to_others_is_told_with_the_commands_that_carry_it_there(operator):
    here = replace(site(operator), file=Path("our bridge.toml"), others=("google_workspace", "groups"))

    told = "\n".join(carrying.lines(here, "https://scim.example.com"))

    assert (
        f"GOOGLE_CLOUD_PROJECT={PROJECT} STORE=firestore FIRESTORE_DATABASE=scim-bridge BASE_URL=https://scim" in told
    )
    assert "python -m scim pull configure 'our bridge.toml'\n" in told
    assert "python -m scim groups apply 'our bridge.toml'\n" in told
    assert "Nothing is pulled without pull_schedule" in told
    assert list(carrying.lines(site(operator), "https://scim.example.com")) == []


def test_the_commands_that_carry_it_there_exist():
    for command in carrying.COMMANDS.values():
        words = command.removeprefix(carrying.PYTHON).split()

        assert CliRunner().invoke(app, [*words, "--help"]).exit_code == 0


@pytest.mark.parametrize(
    ("chosen", "missing"),
    [
        ({}, r"identity_providers is not given: set it in bridge\.toml, or use --identity-provider"),
        (
            {"identity_providers": ["okta"], "region": ""},
            r"region is not given: set it in bridge\.toml, or use --region",
        ),
    ],
    ids=["identity-providers", "region"],
)
def test_where_nobody_can_be_asked_what_is_missing_is_named(operator, chosen, missing):
    with pytest.raises(Problem, match=missing):
        questions.answered(site(operator).with_(**chosen))


def test_a_service_account_deploys_for_itself_and_alerts_nobody(operator):
    here = site(operator, identity_providers=["okta"])
    robot = Site(here.screen, here.gcloud, here.place, "ci@acme-identity.iam.gserviceaccount.com", here.choices)

    answered = questions.answered(robot).choices

    assert answered.admin_members == ("serviceAccount:ci@acme-identity.iam.gserviceaccount.com",)
    assert answered.alert_emails == ()


# ── what is remembered ────────────────────────────────────────────────────────────────────────────────────


def test_a_record_that_cannot_be_read_says_what_to_do(tmp_path):
    place = Place(tmp_path, PROJECT)
    place.write(Record({"region": "europe-west1"}, ("abc",)))
    assert place.read() == Record({"region": "europe-west1"}, ("abc",))

    place.file.write_text("{")

    with pytest.raises(Problem, match="Delete it: what it held is asked again"):
        place.read()


# ── gcloud and terraform ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ERROR: (gcloud.secrets.describe) NOT_FOUND: Secret [x] not found.", NotThere),
        ("ERROR: (gcloud.storage.buckets.describe) gs://x not found: 404.", NotThere),
        ("ERROR: (gcloud.x) PERMISSION_DENIED: Secret Manager API has not been used in project 1 before", SwitchedOff),
        ("ERROR: (gcloud.x) PERMISSION_DENIED: Permission 'a.b' denied on resource", Denied),
        ("ERROR: (gcloud.auth) There was a problem refreshing your current auth tokens: invalid_grant", SignedOut),
        ("ERROR: (gcloud.x) You do not currently have an active account selected.", SignedOut),
        ("ERROR: (gcloud.storage) HTTPError 409: Your previous request to create the named bucket succeeded", Existing),
        ("ERROR: (gcloud.x) UNAVAILABLE: The service is currently unavailable.", NoAnswer),
        ("ERROR: (gcloud.x) something nobody has seen", GcloudFailed),
    ],
)
def test_failures_of_gcloud_are_told_apart(text, kind):
    assert type(failure(Answer(1, "", text))) is kind


def test_what_gcloud_says_is_one_line_that_moves_no_cursor():
    said = str(failure(Answer(1, "", "Updates are available.\nERROR: (gcloud.a.b) It\x1b[2J broke\n  here")))

    assert said == "It [2J broke here"


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("Error acquiring the state lock\nLock Info:\n  ID: 1789", "terraform -chdir=infra force-unlock ID"),
        ("Error 400: One or more users named in the policy do not belong to a permitted customer", "invoker_check_off"),
        ("Error 403: BILLING_DISABLED: Billing account is disabled", "gcloud billing projects link acme-identity"),
        ("oauth2: invalid_grant", "gcloud auth application-default login"),
        ("Error 429: Quota exceeded for quota metric", "iam-admin/quotas?project=acme-identity"),
        ("Instance cannot be destroyed: x has lifecycle.prevent_destroy set", "firestore_location"),
        ("Error 409: Database already exists", "choose another `name`"),
        ("Error 403: Permission denied", "docs/deploy.md"),
        ("Failed to query available provider packages", "HTTPS_PROXY"),
        ("something nobody has seen", ""),
    ],
)
def test_terraforms_errors_come_with_a_cure(said, advice):
    assert advice in cure(said, PROJECT)
    assert bool(advice) == bool(cure(said, PROJECT))


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        ("Cloud Run Admin API has not been used in project 1 before or it is disabled", True),
        ("Error 400: Service account x@y.iam.gserviceaccount.com does not exist.", True),
        ("Error 503: backend error", True),
        ("Build failed: no reason", False),
        ("Error 403: Permission denied", False),
    ],
)
def test_what_was_only_just_switched_on_or_granted_may_pass(error, passes):
    assert TerraformFailed("apply", [error], "").may_pass is passes


def test_a_plan_names_what_it_changes_and_counts_what_it_makes():
    planned = changes(
        {
            "resource_changes": [
                {"address": "google_cloudfunctions2_function.face", "type": "google_cloudfunctions2_function"}
                | {"change": {"actions": ["create"]}},
                {"address": "google_x.a", "type": "google_x", "change": {"actions": ["update"]}},
                {"address": "google_x.b", "type": "google_x", "change": {"actions": ["create", "delete"]}},
                {"address": "google_x.c", "type": "google_x", "change": {"actions": ["no-op"]}},
                {"address": "data.google_project.this", "type": "google_project", "change": {"actions": ["read"]}},
            ]
        }
    )

    assert summary(planned) == [
        "+ 1 to make: functions 1",
        "~ 1 to change:",
        "    google_x.a",
        "! 1 to make anew:",
        "    google_x.b",
    ]


def test_without_a_terminal_nothing_is_taken_away_unasked():
    removed = [Change("google_compute_address.egress[0]", "google_compute_address", "destroy")]

    with pytest.raises(Problem, match=r"would take away google_compute_address\.egress\[0\]\. .*--allow-removals"):
        application.agreed(SILENT, removed, allow_removals=False)
    assert application.agreed(SILENT, removed, allow_removals=True)


def test_the_source_of_the_last_release_may_go_unasked():
    replaced = [Change("google_storage_bucket_object.source", "google_storage_bucket_object", "replace")]

    assert application.agreed(SILENT, replaced, allow_removals=False)


class Failing:
    """Terraform whose applies fail so many times."""

    def __init__(self, error, times):
        self.error, self.times, self.applied = error, times, 0

    def plan(self, *_targets):
        return [Change("google_x.a", "google_x", "create")]

    def apply(self, _progress):
        self.applied += 1
        if self.applied <= self.times:
            raise TerraformFailed("apply", [self.error], "")


def test_what_may_pass_is_tried_again_after_a_pause(operator):
    pauses = []
    terraform = Failing("API x has not been used in project 1 before", 2)

    application.apply(site(operator), terraform, terraform.plan(), None, pauses.append)

    assert (terraform.applied, pauses) == (3, [30.0, 30.0])


def test_what_does_not_pass_is_not_tried_again(operator):
    terraform = Failing("Build failed: no reason", 1)

    with pytest.raises(TerraformFailed):
        application.apply(site(operator), terraform, terraform.plan(), None, lambda _: None)

    assert terraform.applied == 1


def test_what_was_not_shown_is_not_taken_away(operator):
    class Changed(Failing):
        def plan(self, *_targets):
            return [Change("google_x.z", "google_x", "destroy")]

    with pytest.raises(Problem, match=r"would now take away google_x\.z"):
        application.apply(site(operator), Changed("", 0), [Change("google_x.a", "google_x", "create")], None)


# ── secrets ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def secrets(operator):
    operator.set(apis=["secretmanager.googleapis.com"], secrets={"scim-bridge-tokens": []})
    return SecretVersions(operator.gcloud(), "scim-bridge-")


def test_a_secret_without_a_value_and_one_that_is_not_there_are_missing(secrets):
    for name in ("tokens", "scimsession"):
        with pytest.raises(SecretMissing):
            secrets.get(name)
        assert not secrets.has_value(name)


def test_a_value_that_landed_though_its_answer_was_lost_is_not_stored_twice(operator, secrets):
    operator.fault("gcloud secrets versions add", "ERROR: (gcloud.x) UNAVAILABLE: try again", when="after")

    secrets.add_version("tokens", "[]")

    assert len(operator.state()["secrets"]["scim-bridge-tokens"]) == 1
    assert secrets.get("tokens") == "[]"


def test_a_value_that_did_not_land_is_a_problem(operator, secrets):
    operator.fault("gcloud secrets versions add", "ERROR: (gcloud.x) UNAVAILABLE: try again")

    with pytest.raises(SecretsUnavailable):
        secrets.add_version("tokens", "[]")


def test_of_many_versions_two_are_enabled_and_ten_are_there(operator, secrets):
    for number in range(12):
        secrets.add_version("tokens", f"[{number}]")

    states = [version["state"] for version in operator.state()["secrets"]["scim-bridge-tokens"]]
    assert states == ["DESTROYED"] * 2 + ["DISABLED"] * 8 + ["ENABLED"] * 2
    assert secrets.get("tokens") == "[11]"


@pytest.mark.parametrize(
    "text", ["", "[]", '{"address": "x"}', '{"address": "a.b", "email": "c", "password": "hunter2']
)
def test_a_session_file_that_is_none_is_refused_without_a_word_of_it(tmp_path, text):
    (tmp_path / "session").write_text(text)

    with pytest.raises(Problem) as problem:
        session.from_file(str(tmp_path / "session"))

    assert "hunter2" not in str(problem.value)


# ── op ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_does_not_match_its_pin_is_not_used(operator, monkeypatch, tmp_path):
    monkeypatch.setenv("OP_DOWNLOAD_BASE", f"{operator.edge.origin}/op")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    with pytest.raises(Problem, match="is not what is pinned"):
        op_release.fetch(op_release.PINNED, "linux_amd64", tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_what_was_downloaded_and_altered_afterwards_is_downloaded_again(operator, monkeypatch, tmp_path):
    monkeypatch.setenv("OP_DOWNLOAD_BASE", f"{operator.edge.origin}/op")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    release = op_release.pinned(operator.root / "infra")
    first = op_release.fetch(release, "linux_amd64", tmp_path).read_bytes()
    [archive] = tmp_path.glob("*.zip")
    archive.write_bytes(b"something else")

    assert not op_release.is_here(release, "linux_amd64", tmp_path)
    assert op_release.fetch(release, "linux_amd64", tmp_path).read_bytes() == first


def test_an_address_where_nothing_is_names_the_mirror(operator, monkeypatch, tmp_path):
    monkeypatch.setenv("OP_DOWNLOAD_BASE", f"{operator.edge.origin}/op/nowhere")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    with pytest.raises(Problem, match="OP_DOWNLOAD_BASE"):
        op_release.fetch(op_release.PINNED, "linux_amd64", tmp_path)


def test_the_release_of_this_source_is_pinned_for_the_cloud_and_for_laptops(tmp_path):
    release = op_release.pinned(tmp_path)

    assert set(release.sha256) == {"linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"}
    assert release.url("linux_amd64", {}).startswith(
        "https://cache.agilebits.com/dist/1P/op2/pkg/v2.32.1/op_linux_amd64"
    )
    assert all(len(bytes.fromhex(value)) == 32 for value in release.sha256.values())


def test_a_pin_that_cannot_be_read_is_no_pin(tmp_path):
    (tmp_path / "op.json").write_text("{}")

    with pytest.raises(Problem, match="pin-op VERSION"):
        op_release.pinned(tmp_path)


@pytest.fixture
def signed(tmp_path):
    """A program, its signature, the key's file, its fingerprint."""
    require(shutil.which("gpg"), "gpg")
    home = tmp_path / "keys"
    home.mkdir(mode=0o700)

    def gpg(*words):
        command = ["gpg", "--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    gpg("--quick-generate-key", "Somebody <somebody@example.com>", "ed25519", "sign", "never")
    fingerprint = next(
        line.split(":")[9] for line in gpg("--with-colons", "--list-keys").splitlines() if line.startswith("fpr")
    )
    program = tmp_path / "op"
    program.write_bytes(b"the program")
    gpg("--output", str(tmp_path / "op.sig"), "--detach-sign", str(program))
    (tmp_path / "key.asc").write_text(gpg("--armor", "--export"))
    yield program, tmp_path / "op.sig", tmp_path / "key.asc", fingerprint
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], timeout=60, check=False)


def test_a_program_that_its_maker_signed_may_be_pinned(signed):
    op_signature.require_signed(*signed)


def test_a_program_that_was_altered_or_that_somebody_else_signed_may_not(signed):
    program, signature, key, fingerprint = signed

    with pytest.raises(Problem, match="is not signed by 1Password's key"):
        op_signature.require_signed(program, signature, key)
    program.write_bytes(b"another program")
    with pytest.raises(Problem, match="is not signed"):
        op_signature.require_signed(program, signature, key, fingerprint)


def test_an_archive_without_the_program_is_refused(tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        zipped.writestr("README", "nothing")
    archive = tmp_path / "op_linux_amd64_v9.zip"
    archive.write_bytes(content.getvalue())
    release = Release("9", {"linux_amd64": hashlib.sha256(content.getvalue()).hexdigest()})

    with pytest.raises(Problem, match="holds no program"):
        op_release.fetch(release, "linux_amd64", tmp_path)


# ── the live bridge ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def patience():
    """Time that passes only while one waits, and then fast."""
    now = [0.0]

    def sleep(seconds):
        now[0] += 20 * seconds

    return live.Patience(lambda: now[0], sleep)


def checked(installed, patience, **values):
    outputs = {"base_url": installed.edge.origin, "urls": {}, "domain_address": "192.0.2.1"}
    return {each.subject: each for each in live.checks(site(installed, **values), outputs, None, patience)}


def test_a_closed_address_is_told_with_the_command_that_opens_it(installed, patience):
    installed.set(public=False)

    found = checked(installed, patience)

    assert found["address"].state == "failed"
    assert f"scim-bridge-scim --region=europe-west1 --project={PROJECT} --no-invoker-iam-check" in found["address"].cure
    assert "without a token" not in found


def test_a_domain_that_leads_nowhere_yet_is_told_with_its_record(installed, patience):
    outputs = {"base_url": "http://127.0.0.1:1", "urls": {}, "domain_address": "192.0.2.1"}
    here = site(installed, domain="scim.example.com")

    found = next(iter(live.checks(here, outputs, None, patience)))

    assert "Let the A record of scim.example.com name 192.0.2.1." in found.cure


@pytest.mark.parametrize(("fails", "state"), [(1, "ok"), (2, "ok"), (1000, "failed")])
def test_a_job_that_may_not_be_called_yet_is_called_again(installed, patience, fails, state):
    """Who may call it takes a minute to be known everywhere."""
    installed.set(job_fails=fails)

    assert checked(installed, patience)["jobs"].state == state


def test_a_private_function_that_answers_anybody_is_a_failure(installed, patience):
    outputs = {"base_url": installed.edge.origin, "urls": {"jobs": f"{installed.edge.origin}/ping?"}}

    found = {each.subject: each for each in live.checks(site(installed), outputs, None, patience)}

    assert found["private functions"].state == "failed"
    assert "jobs let anybody in" in found["private functions"].detail


# ── how it ends ───────────────────────────────────────────────────────────────────────────────────────────


def test_what_nobody_foresaw_ends_with_a_sentence_and_a_file_without_secrets(tmp_path, capsys):
    with pytest.raises(BaseException) as ended, explained("make deploy", tmp_path):
        json.loads('{"password": "hunter2"')

    told = capsys.readouterr().err
    assert ended.value.exit_code == 1
    assert "`make deploy` goes on from here" in told
    assert "Traceback" not in told
    assert "hunter2" not in (tmp_path / "last-error.txt").read_text()
