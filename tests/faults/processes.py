"""Which processes a stand-in left behind."""

from pathlib import Path

from tests.op.account import StandIn


def left_of(account: StandIn) -> list[str]:
    """Command lines and zombies that have to do with this stand-in: what it started, and what nobody reaped."""
    return [line for pid in _pids() if (line := _line(pid)) and str(account.directory) in line]


def _pids() -> list[str]:
    return [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]


def _line(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
