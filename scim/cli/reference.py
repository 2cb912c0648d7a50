"""`python -m scim.cli.reference` prints docs/settings.md."""

import sys
from typing import Any

from pydantic.fields import FieldInfo

from scim.settings import Settings

HEAD = """# Settings

Read once from the environment when the bridge starts; it refuses to start on a value it does not understand.
Made by `make docs` from `scim/settings.py`; do not edit.

| Variable | Default | Meaning |
|---|---|---|
"""


def settings_page() -> str:
    rows = (_row(name, field) for name, field in Settings.model_fields.items())
    return HEAD + "".join(rows)


def _row(name: str, field: FieldInfo) -> str:
    return f"| `{name.upper()}` | {_default(field.default)} | {field.description}{_bounds(field)} |\n"


def _default(value: Any) -> str:
    if value in (None, "", ()):
        return ""
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _bounds(field: FieldInfo) -> str:
    limits = {
        name: value
        for rule in field.metadata
        for name in ("ge", "le")
        if (value := getattr(rule, name, None)) is not None
    }
    return f" From {limits['ge']:,} to {limits['le']:,}." if len(limits) == 2 else ""


if __name__ == "__main__":
    sys.stdout.write(settings_page())
