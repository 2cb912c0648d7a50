"""Who sits at the terminal."""

import getpass


def who() -> str:
    """As audit lines name them."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):
        return "cli"
