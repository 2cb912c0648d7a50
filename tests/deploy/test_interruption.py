"""Ctrl-C at every step, one after the other, on the same installation: each run goes on, and the last one is as good as
if there had been no other.
"""

import json
import re

import pytest

from tests.deploy.operator import PROJECT, TOKEN
from tests.deploy.test_install import SECRETS, arguments

pytestmark = pytest.mark.slow

STEPS = (
    ("gcloud billing projects describe", "before"),
    ("gcloud services enable", "before"),
    ("gcloud services enable", "after"),
    ("gcloud storage buckets create", "after"),
    ("gcloud storage cp", "before"),
    ("terraform -chdir", "before"),
    ("gcloud secrets describe scim-bridge-tokens", "before"),
    ('terraform apply google_secret_manager_secret.secret["scimsession"]', "before"),
    ("gcloud secrets versions add scim-bridge-scimsession", "before"),
    ("gcloud secrets versions add scim-bridge-scimsession", "after"),
    ('terraform apply google_cloudfunctions2_function.face["jobs"]', "before"),
    ("gcloud secrets versions add scim-bridge-tokens", "after"),
    ("gcloud scheduler jobs run", "before"),
)
LAST = "Stopped. Nothing is lost: `make deploy` goes on from here.\n"


@pytest.fixture(scope="module")
def interrupted(somebody, as_new):
    """The screens of all the runs, interrupted at each of the steps, and of the one that was left alone."""
    somebody.restore(as_new)
    screens, codes = [], []
    for command, when in STEPS:
        somebody.pause(command, when)
        run = somebody.run()
        somebody.converse(run)
        codes.append((command, run.interrupt()))
        screens.append(run.screen)
    somebody.paused_file.unlink()
    run = somebody.run()
    somebody.converse(run)
    return somebody, [*screens, run.screen], [*codes, ("none", run.ends())]


def test_each_run_ends_with_how_to_go_on_and_the_last_one_is_live(interrupted):
    _, screens, codes = interrupted

    assert codes == [*((command, 130) for command, _ in STEPS), ("none", 0)]
    assert [screen[-100:] for screen in screens[:-1] if not screen.endswith(LAST)] == []
    assert ". Live\n" in screens[-1]


def test_nothing_was_made_twice(interrupted):
    operator, _, _ = interrupted

    state = operator.state()
    assert sorted(state["buckets"]) == ["gs://acme-identity-tfstate"]
    assert state["buckets"]["gs://acme-identity-tfstate"]["versioning_enabled"] is True
    # what was typed before it was known to be stored is stored again, and is the same
    stored = [json.loads(each["value"])["password"] for each in state["secrets"]["scim-bridge-scimsession"]]
    assert len(stored) == 1
    assert len(operator.called("gcloud storage buckets create")) == 1


def test_a_token_that_nobody_saw_opens_nothing(interrupted):
    operator, screens, _ = interrupted

    [token] = re.findall(TOKEN, "".join(screens))
    records = json.loads(operator.state()["secrets"]["scim-bridge-tokens"][-1]["value"])
    assert sum(each["revoked"] is None for each in records) == 1
    assert operator.edge.answer("GET", "/health", token, b"")[0] == 200
    assert json.loads((operator.root / f".deploy/{PROJECT}.json").read_text())["pending"] == []


def test_nothing_secret_was_on_the_screen_or_in_an_argument(interrupted):
    operator, screens, _ = interrupted

    seen = [*(screen.encode() for screen in screens), *arguments(operator)]
    assert [secret for secret in SECRETS for text in seen if secret.encode() in text] == []


def test_terraform_ends_what_it_began_before_the_command_does(interrupted):
    """Killed, it would leave its state locked."""
    _, screens, _ = interrupted

    [(before, after)] = [
        (screens[number], screens[number + 1])
        for number, (command, _) in enumerate(STEPS)
        if command.startswith("terraform apply google_cloudfunctions2_function")
    ]
    assert "functions 3" in before
    assert "functions 1" in after
