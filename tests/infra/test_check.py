"""`scripts/infra-check` as `make check` runs it, and what it finds in files that somebody spoiled."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra import check
from tests.infra.lifecycle import applied, destroyed, let_go_before
from tests.infra.promises import broken
from tests.infra.terraform import ROOT, TerraformFailed
from tests.infra.variations import NEEDED, VARIATIONS
from tests.requirements_of_machine import require

SCRIPT = ROOT / "scripts/infra-check"


def run(**env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(SCRIPT)], env={**os.environ, **env}, capture_output=True, text=True, timeout=300, check=False
    )


def bare(directory: Path) -> str:
    """A PATH with what the script needs and no terraform."""
    for name in ("dirname", "sh", "env"):
        (directory / name).symlink_to(shutil.which(name) or name)
    return str(directory)


def spoil(terraform, file: str, before: str, after: str) -> None:
    path = terraform.archive.with_name(file)
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


def test_without_terraform_it_says_so_aloud(tmp_path):
    done = run(PATH=bare(tmp_path), REQUIRE_ALL="")

    assert done.returncode == 0
    assert "NOT CHECKED: infra/" in done.stderr


def test_where_everything_has_to_run_a_machine_without_terraform_fails(tmp_path):
    assert run(PATH=bare(tmp_path), REQUIRE_ALL="1").returncode == 1


def test_a_step_that_fails_is_told_and_fails_the_check(monkeypatch, capsys):
    def crashing():
        raise TerraformFailed("Error: no")
        yield

    monkeypatch.setattr(
        check, "steps", lambda: iter([("one", iter(())), ("two", crashing()), ("three", iter(["odd"]))])
    )

    assert check.main() == 1
    assert [line.split("  ")[0].strip() for line in capsys.readouterr().out.splitlines()[::1]][:2] == ["ok", "FAILED"]


def test_files_that_are_not_formatted_are_found(tmp_path, monkeypatch):
    require(shutil.which("terraform"), "terraform")
    (tmp_path / "odd.tf").write_text('variable "a" {\n type=string\n}\n')
    monkeypatch.setattr(check, "INFRA", tmp_path)

    assert list(check.formatted())


def test_an_argument_that_no_provider_knows_is_refused(terraform):
    spoil(terraform, "functions.tf", "max_instance_request_concurrency", "max_instances_request_concurrency")

    assert "Unsupported argument" in terraform.fails("validate")


def test_a_value_that_no_provider_knows_is_refused(terraform):
    spoil(terraform, "functions.tf", '? "ALLOW_INTERNAL_ONLY"', '? "INTERNAL_ONLY"')
    (variables,) = [each.variables for each in VARIATIONS if each.name == "private jobs"]

    assert "ingress_settings is 'INTERNAL_ONLY'" in terraform.fails("plan", "-input=false", terraform.values(variables))


@pytest.mark.parametrize(
    ("file", "before", "after", "promise"),
    [
        (
            "iam.tf",
            '["scim"].name\n  role     = "roles/run.invoker"\n  member   = "allUsers"',
            '["jobs"].name\n  role     = "roles/run.invoker"\n  member   = "allUsers"',
            "only_scim_is_open_to_everybody",
        ),
        ("secrets.tf", 'scimsession = "jobs"', 'scimsession = "scim"', "every_account_has_exactly_its_grants"),
        ("iam.tf", '"roles/logging.logWriter"', '"roles/editor"', "no_primitive_role"),
        ("store.tf", "PROTECTION_ENABLED", "PROTECTION_DISABLED", "what_cannot_be_made_again_is_protected"),
    ],
)
def test_a_spoiled_file_breaks_a_promise(terraform, file, before, after, promise):
    spoil(terraform, file, before, after)

    assert promise in broken(terraform.plan(NEEDED).resources, NEEDED)


def test_a_database_that_terraform_may_destroy_is_found_out(terraform):
    spoil(terraform, "store.tf", "prevent_destroy = true", "prevent_destroy = false")
    list(applied(terraform, NEEDED))

    assert next(destroyed(terraform)) == "not protected: google_firestore_database.bridge"


def test_a_plan_that_loses_something_is_found_out(terraform):
    list(applied(terraform, NEEDED))
    spoil(
        terraform, "schedule.tf", 'name             = "${var.name}-${each.key}"', 'name             = "new-${each.key}"'
    )

    assert len(list(check.lost(terraform.plan(NEEDED), frozenset()))) == 3


def test_an_address_that_changes_with_every_plan_is_found_out(terraform):
    spoil(terraform, "source.tf", 'description   = "Images', 'description   = "${timestamp()} Images')

    assert any("second plan" in each for each in applied(terraform, NEEDED))


def test_what_is_destroyed_while_it_is_in_use_is_found_out():
    said = """
        google_compute_subnetwork.egress[0]: Destroying... [id=x]
        google_cloudfunctions2_function.face["scim"]: Modifications complete after 0s [id=x]
    """

    assert any("google_compute_subnetwork is destroyed before" in each for each in let_go_before(said))
