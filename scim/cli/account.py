"""The embedded target as a person sees it."""

from collections.abc import Mapping
from typing import Any

from scim.cli.console import show


def show_world(world: Mapping[str, Any]) -> None:
    """Everybody in the account with their state and groups, then the groups with their size."""
    people = [(each["name"], each["email"], each["state"], ", ".join(each["groups"])) for each in world["people"]]
    show("People in the embedded target", ("name", "e-mail", "state", "groups"), people)
    groups = [(each["name"], each["type"], str(len(each["members"]))) for each in world["groups"]]
    show("Groups in the embedded target", ("name", "type", "members"), groups)
