"""Where the choice is read from: a file here, or what was stored for a bridge in the cloud."""

from pathlib import Path

from scim.jobs.pull_notes import SELECTION
from scim.jobs.selection import Selection, SelectionError
from scim.ports import Store
from scim.settings import Settings

FILE = Path("bridge.toml")


def settings(chosen: Settings, store: Store) -> Selection:
    """What the file says, where there is one; else what was stored. SelectionError."""
    path = chosen.bridge_config or (FILE if chosen.face == "local" and FILE.exists() else None)
    if path:
        return file(path)
    stored = store.note(SELECTION)
    if stored is None:
        raise SelectionError(
            "Nothing says which groups to provision: write bridge.toml (docs/pull.md), then "
            "`python -m scim pull configure bridge.toml`."
        )
    return Selection.from_note(stored)


def file(path: Path) -> Selection:
    """SelectionError."""
    try:
        return Selection.from_toml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as cause:
        raise SelectionError(f"{path} cannot be read: {getattr(cause, 'strerror', 'it is not UTF-8')}.") from cause
