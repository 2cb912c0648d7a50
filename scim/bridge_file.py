"""`bridge.toml`: one file of what is chosen, of which three commands each read their own part (docs/adr/0018).

What there may be in it is said here once: a misspelt key is an error to everybody, another command's part to nobody.
"""

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

FILE = Path("bridge.toml")

GOOGLE_WORKSPACE = "google_workspace"
"""Whom the pull provisions: `scim.jobs.selection`."""
GROUPS = "groups"
"""Which groups of the target are managed: `scim.jobs.managed_choice`."""
SECTIONS = (GOOGLE_WORKSPACE, GROUPS)

DEPLOYMENT = (
    "project",
    "region",
    "identity_providers",
    "name",
    "admin_members",
    "alert_emails",
    "firestore_location",
    "public_access",
    "domain",
    "allowed_ip_ranges",
    "static_egress_ip",
    "private_jobs",
    "min_instances",
    "max_instances",
    "pull_schedule",
    "reconcile_schedule",
    "settings",
    "onepassword",
)
"""The fields of `scim.cli.deploy.choices.Choices`, which is not loaded in the cloud; a test holds the two together."""


class BridgeFileError(Exception):
    """The file cannot be read, or has what means nothing. One sentence for each problem, which names the file."""


class NoBridgeFile(BridgeFileError):
    """There is no such file."""


def read(path: Path) -> dict[str, Any]:
    """BridgeFileError."""
    try:
        return parse(path.read_text(encoding="utf-8"), path.name)
    except FileNotFoundError as cause:
        raise NoBridgeFile(f"{path} cannot be read: {cause.strerror}.") from cause
    except (OSError, UnicodeDecodeError) as cause:
        raise BridgeFileError(f"{path} cannot be read: {getattr(cause, 'strerror', 'it is not UTF-8')}.") from cause


def parse(text: str, name: str = FILE.name) -> dict[str, Any]:
    """Every part of it. Whoever reads one looks into no other; what stands at the top is looked at each time."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        raise BridgeFileError(f"{name} is not TOML: {cause}.") from cause
    problems = [*_unknown(tables, name), *_no_tables(tables, name)]
    if problems:
        raise BridgeFileError("\n".join(problems))
    return tables


def deployment(tables: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tables.items() if key in DEPLOYMENT}


def listed(names: Iterable[str]) -> str:
    """`a, b and c`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def moved_up(key: str) -> str:
    """What is wrong with a key that a table got because it stands beneath its header, as TOML reads it."""
    return f"; {key} stands above the first [table]" if key in DEPLOYMENT else ""


def _unknown(tables: Mapping[str, Any], name: str) -> Iterable[str]:
    known = [*DEPLOYMENT, *SECTIONS]
    for key in tables:
        if key not in known:
            close = get_close_matches(key, known, 1)
            meant = f" Is {_shown(close[0])} meant?" if close else ""
            yield f"{name} has {key!r}, which means nothing: there are {listed(map(_shown, known))}.{meant}"


def _shown(key: str) -> str:
    return f"[{key}]" if key in SECTIONS else key


def _no_tables(tables: Mapping[str, Any], name: str) -> Iterable[str]:
    for key in SECTIONS:
        if key in tables and not isinstance(tables[key], dict):
            yield f"{name}: {key} must be a table: begin it with a line [{key}]."
