"""A bridge at a desk: its state directory, the credentials it mints for itself and the file that says where it is."""

import json
import os
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from scim.cli.console import Problem
from scim.records import Secret
from scim.settings import Settings

HOST = "127.0.0.1"
DEFAULTS = {"SETTLE_INTERVAL_SECONDS": "2", "CONFIRM_INTERVAL_SECONDS": "5", "STATE_DIR": ".local"}
"""A person waits here, and the embedded target counts no requests."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """What a client at this desk has to know, as `bridge.json` holds it. `tokens` maps dialect to token, `target` is
    the setting it was started with.
    """

    base_url: str
    token: Secret
    tokens: Mapping[str, Secret]
    admin_url: Secret
    target: str = "embedded"


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with a desk's defaults, for this process and the server it starts."""
    defaults = DEFAULTS | ({"CONFIRM_INTERVAL_SECONDS": "30"} if environ.get("TARGET") == "onepassword" else {})
    chosen = {**defaults, **{name: value for name, value in environ.items() if value}}
    return {**chosen, "STATE_DIR": str(Path(chosen["STATE_DIR"]).absolute())}


def settings(environ: Mapping[str, str]) -> Settings:
    return Settings.from_environment(environment(environ))


def ready(environ: Mapping[str, str]) -> Settings:
    """Settings, with a place for what is kept on this machine: a command may come before the first start."""
    chosen = settings(environ)
    if "local" in (chosen.secrets, chosen.face) or chosen.store == "sqlite":
        prepare(chosen)
    return chosen


def bridge_file(settings: Settings) -> Path:
    return settings.state_dir / "bridge.json"


def log_file(settings: Settings) -> Path:
    return settings.state_dir / "bridge.log"


def prepare(settings: Settings) -> None:
    """The state directory, for its owner only, and never part of a commit."""
    directory = settings.state_dir
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        (directory / ".gitignore").write_text("*\n")
    except OSError as cause:
        raise Problem(f"The state directory {directory} cannot be used: {cause.strerror}. Set STATE_DIR.") from cause


def require_free(port: int, host: str = HOST, choose: str = "PORT, as in `PORT=8081 make run`") -> None:
    """`choose`: how to choose another one."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # as the server binds: a connection of the last run that still lingers is no obstacle
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as cause:
            raise Problem(f"Port {port} cannot be used: {cause.strerror}. Choose another with {choose}.") from cause


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def read(settings: Settings) -> Bridge | None:
    """What the last run wrote, if it can be read whole."""
    try:
        content = json.loads(bridge_file(settings).read_text())
        tokens = {str(dialect): Secret(token) for dialect, token in content["tokens"].items()}
        admin_url, target = Secret(content["admin_url"]), str(content.get("target", "embedded"))
        return Bridge(content["base_url"], Secret(content["token"]), tokens, admin_url, target)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as cause:
        raise Problem(f"{bridge_file(settings)} cannot be read. Delete it; the next start writes it anew.") from cause


def write(settings: Settings, bridge: Bridge) -> None:
    """Whole or not at all, readable by its owner only (mkstemp's mode)."""
    path = bridge_file(settings)
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "w") as file:
            json.dump(asdict(bridge), file, indent=2)
            file.write("\n")
        Path(draft).replace(path)
    except OSError as cause:
        raise Problem(f"{path} cannot be written: {cause.strerror}.") from cause
