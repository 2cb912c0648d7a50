"""Settings: what is set, what it would be otherwise, and where it was set. Nothing is changed here."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import Blueprint, render_template
from pydantic_core import PydanticUndefined

from scim import logs
from scim.admin.services import Setting, services
from scim.settings import Settings

blueprint = Blueprint("settings", __name__)


@blueprint.get("/settings")
def index() -> str:
    return render_template("settings.html", settings=services().installation.settings())


def shown(chosen: Settings, environment: Collection[str]) -> Sequence[Setting]:
    """Every setting of this process. `environment`: the names of the variables it was started with."""
    return [_setting(name, chosen, environment) for name in sorted(Settings.model_fields)]


def _setting(name: str, chosen: Settings, environment: Collection[str]) -> Setting:
    field = Settings.model_fields[name]
    value, default = getattr(chosen, name), field.default
    set_here = name.upper() in environment
    origin = "environment" if set_here else "default" if value == default else "follows from others"
    return Setting(name.upper(), _text(name, value), _text(name, default), origin, field.description or "")


def _text(name: str, value: Any) -> str:
    """As it would be typed. Settings hold no secrets; if one ever did, it would be masked as in the log."""
    if value is None or value is PydanticUndefined:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(logs.redact(f"{value:g}" if isinstance(value, float) else str(value), name))
