"""One bridge.toml for the deployment, the pull and the managed groups: each reads its own part, and minds no other."""

from pathlib import Path

import pytest

from scim import bridge_file
from scim.bridge_file import BridgeFileError, NoBridgeFile
from scim.cli.deploy import choices
from scim.cli.deploy.choices import Choices
from scim.jobs import chosen_by
from scim.jobs.managed_choice import ManagedChoice
from tests.example_file import EXAMPLE, documented


def test_the_keys_of_the_deployment_are_those_it_reads():
    assert tuple(Choices.model_fields) == bridge_file.DEPLOYMENT
    assert not set(Choices.model_fields) & set(bridge_file.SECTIONS)


def test_one_file_is_read_by_all_three(tmp_path: Path):
    path = tmp_path / "bridge.toml"
    path.write_text(EXAMPLE)

    deployed = choices.parse(bridge_file.deployment(choices.read_file(path)), "bridge.toml")

    assert (deployed.project, deployed.settings["ALLOWED_DOMAINS"]) == ("acme-identity", "example.com")
    assert chosen_by.file(path).groups == ("staff@example.com", "team-*@example.com")
    assert ManagedChoice.from_file(path).manage == ("Guides", "Engineering")


@pytest.mark.parametrize("page", ["deploy", "pull", "managed-groups"])
def test_the_examples_of_the_pages_can_be_read(page: str):
    examples = documented(page)

    assert [bridge_file.parse(example) for example in examples]


def test_the_whole_example_is_on_the_page_of_the_deployment():
    assert EXAMPLE in documented("deploy")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("regoin = 'europe-west1'", "x.toml has 'regoin', which means nothing: there are project, region, .* meant?"),
        ("[google_workspaces]", r"there are .*, \[google_workspace\] and \[groups\]\. Is \[google_workspace\] meant\?"),
        ("[Groups]", "'Groups', which means nothing"),
        ("[settings.groups]\n[colour]", "has 'colour', which means nothing: [^?]*$"),
        ("groups = ['staff@example.com']", r"x.toml: groups must be a table: begin it with a line \[groups\]\."),
        ("[[google_workspace]]", "google_workspace must be a table"),
        ("region = ", "x.toml is not TOML: "),
    ],
    ids=["key", "section", "case", "nothing-like-it", "list", "tables", "toml"],
)
def test_what_means_nothing_is_named_with_what_there_is(text: str, told: str):
    with pytest.raises(BridgeFileError, match=told):
        bridge_file.parse(text, "x.toml")


def test_everything_that_means_nothing_is_told_at_once():
    with pytest.raises(BridgeFileError) as error:
        bridge_file.parse("regoin = 1\ngroups = 1\n[colour]")

    assert len(str(error.value).splitlines()) == 3


def test_a_file_that_cannot_be_read_is_told_from_one_that_is_not_there(tmp_path: Path):
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")

    with pytest.raises(NoBridgeFile, match=r"none\.toml cannot be read"):
        bridge_file.read(tmp_path / "none.toml")
    for path in (binary, tmp_path):
        with pytest.raises(BridgeFileError, match="cannot be read") as error:
            bridge_file.read(path)
        assert not isinstance(error.value, NoBridgeFile)
