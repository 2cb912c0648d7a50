"""The offline check of infra/: real terraform, a stand-in for the provider, no network, no cloud.

    python -m tests.infra.check

Prints a line for each step and ends with 1 if one fails. `scripts/infra-check` calls it.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.infra import lifecycle
from tests.infra.promises import broken, spelled_out
from tests.infra.stand_in_provider import serving
from tests.infra.stand_in_schema import Json, newer, schemas
from tests.infra.terraform import EMPTY_ZIP, INFRA, ROOT, Plan, Terraform, TerraformFailed
from tests.infra.variations import EVERYTHING, NEEDED, VARIATIONS, Variation

NEAR = ROOT.parent / "shared" / "infra" / "google_schema.json"
"""A schema of a newer provider, with more of its rules; a clone does without."""
GONE = frozenset({"delete"})


def main() -> int:
    failed = 0
    for name, problems in steps():
        began = time.monotonic()
        try:
            found = list(problems)
        except (TerraformFailed, subprocess.TimeoutExpired) as error:
            found = [str(error)]
        print(f"{'FAILED' if found else 'ok':6}  {name}  ({time.monotonic() - began:.1f} s)", flush=True)
        print("".join(f"        {each}\n" for each in found), end="", flush=True)
        failed += bool(found)
    return int(failed > 0)


def steps() -> Iterator[tuple[str, Iterator[str]]]:
    yield "terraform fmt -check", formatted()
    yield from _against("the fixture of the schema", schemas())
    if NEAR.exists():
        yield from _against("the newer schema that is near", schemas(newer(NEAR)), thorough=False)


def _against(name: str, known: Json, *, thorough: bool = True) -> Iterator[tuple[str, Iterator[str]]]:
    with serving(known) as provider, tempfile.TemporaryDirectory() as directory:
        terraform = Terraform(Path(directory), provider)
        yield f"terraform init and validate, {name}", validated(terraform)
        yield "apply, then an empty plan", lifecycle.applied(terraform, NEEDED)
        for variation in VARIATIONS if thorough else ():
            yield f"plan: {variation.name}", planned(terraform, variation)
        yield "everything switched on, and off again", lifecycle.on_and_off(terraform, EVERYTHING)
        if thorough:
            yield "terraform test", tested(terraform)
            yield "destroy leaves what is protected; it can be taken up again", lifecycle.destroyed(terraform)


def formatted() -> Iterator[str]:
    command = ["terraform", "fmt", "-check", "-recursive", "-diff", str(INFRA)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        yield done.stdout + done.stderr


def validated(terraform: Terraform) -> Iterator[str]:
    terraform.init()
    terraform.run("validate")
    yield from ()


def tested(terraform: Terraform) -> Iterator[str]:
    said = terraform.run("test", f"-var=source_archive={terraform.archive.name}")
    if "0 failed" not in said or " 0 passed" in said:
        yield said


def planned(terraform: Terraform, variation: Variation) -> Iterator[str]:
    """Of a deployment with the needed variables only, which is there."""
    terraform.archive.with_name("next.zip").write_bytes(EMPTY_ZIP + b"\0")
    if variation.refused:
        said = terraform.fails("plan", "-input=false", terraform.values(variation.variables))
        yield from () if variation.refused in said else (f"refused otherwise: {said}",)
        return
    plan = terraform.plan(variation.variables)
    if (not plan.actions) != (not variation.change):
        yield f"changes {sorted(plan.actions)}"
    yield from spelled_out(plan.text)
    yield from lost(plan, variation.replaces)
    yield from (
        f"{name}: {each}" for name, all_ in broken(plan.resources, variation.variables).items() for each in all_
    )


def lost(plan: Plan, replaces: frozenset[str]) -> Iterator[str]:
    """What a plan takes away, but for what the variation replaces and grants that are no longer given."""
    for address, actions in plan.actions.items():
        type_ = address.partition(".")[0]
        if (
            GONE & set(actions)
            and type_ not in replaces
            and address != "google_cloud_run_v2_service_iam_member.public[0]"
        ):
            yield f"{address}: {' and '.join(actions)}"


if __name__ == "__main__":
    sys.exit(main())
