"""Where the choice is read from: a file here, or what was stored for a bridge in the cloud."""

from pathlib import Path

from scim import bridge_file
from scim.bridge_file import GOOGLE_WORKSPACE, BridgeFileError
from scim.jobs.pull_notes import SELECTION
from scim.jobs.selection import Selection, SelectionError
from scim.ports import Store
from scim.settings import Settings

FILE = bridge_file.FILE


def settings(chosen: Settings, store: Store) -> Selection:
    """What the file says, where one chooses; else what was stored. SelectionError."""
    if found := path(chosen):
        return file(found)
    stored = store.note(SELECTION)
    if stored is None:
        raise SelectionError(
            "Nothing says which groups to provision: write [google_workspace] into bridge.toml (docs/pull.md), then "
            "`python -m scim pull configure bridge.toml`."
        )
    return Selection.from_note(stored)


def path(chosen: Settings) -> Path | None:
    """The file that chooses here. One that was not named, and is silent on it, leaves it to what was stored: beside the
    Makefile it may be there for the deployment alone.
    """
    if chosen.bridge_config:
        return chosen.bridge_config
    return FILE if chosen.face == "local" and FILE.exists() and _is_not_silent(FILE) else None


def file(path: Path) -> Selection:
    """SelectionError."""
    try:
        return Selection.from_tables(bridge_file.read(path), path.name)
    except BridgeFileError as cause:
        raise SelectionError(str(cause)) from cause


def _is_not_silent(path: Path) -> bool:
    try:
        return GOOGLE_WORKSPACE in bridge_file.read(path)
    except BridgeFileError:
        return True  # whoever reads it is told what is wrong
