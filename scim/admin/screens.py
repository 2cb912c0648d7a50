"""The screens there are, in the order people find them."""

from dataclasses import dataclass

from flask import Blueprint

from scim.admin import (
    activity,
    connections,
    drift,
    groups,
    holds,
    managed,
    metrics,
    overview,
    people,
    settings,
    workspace,
)
from scim.admin.services import Installation

BLUEPRINTS: tuple[Blueprint, ...] = tuple(
    screen.blueprint
    for screen in (
        overview, people, groups, managed, holds, drift, activity, connections, workspace, settings, metrics,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Screen:
    """`blueprint`: of the pages on which it is the current one."""

    title: str
    path: str
    blueprint: str


SCREENS = (
    Screen("Overview", "/", "overview"),
    Screen("People", "/people", "people"),
    Screen("Groups", "/groups", "groups"),
    Screen("Managed groups", "/managed", "managed"),
    Screen("Holds", "/holds", "holds"),
    Screen("Drift", "/drift", "drift"),
    Screen("Activity", "/activity", "activity"),
    Screen("Connections", "/connections", "connections"),
    Screen("Google Workspace", "/workspace", "workspace"),
    Screen("Settings", "/settings", "settings"),
)


def navigation(installation: Installation) -> list[Screen]:
    return [screen for screen in SCREENS if installation.source or screen.blueprint != "workspace"]
