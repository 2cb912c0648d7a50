"""How a command of the guide ends before its time: with a sentence on how to go on, and never with a traceback."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from scim.cli.console import Problem, complain
from scim.logs import redact_text
from scim.records import SecretMissing, SecretsUnavailable, TargetError
from scim.settings import SettingsError
from scim.tokens import TokenListInvalid, TooManyLive, UnknownToken

EXPECTED = (
    *(Problem, SettingsError, SecretMissing, SecretsUnavailable, TargetError),
    *(TokenListInvalid, TooManyLive, UnknownToken),
)

AGAIN = "Stopped. Nothing is lost: `{command}` goes on from here."
UNFORESEEN = (
    "This was not foreseen ({kind} in {where}). `{command}` goes on from here; if it comes again, please report {file}."
)


@contextmanager
def explained(command: str, directory: Path) -> Iterator[None]:
    """What is EXPECTED passes through: its text is for the operator already. `command`: what to enter to go on."""
    try:
        yield
    except KeyboardInterrupt:
        complain(f"\n{AGAIN.replace('{command}', command)}")
        raise typer.Exit(130) from None
    except (typer.Exit, typer.Abort):
        raise
    except EXPECTED:
        raise
    except Exception as error:  # noqa: BLE001 - the last one: whatever it is, it ends with a sentence
        file = directory / "last-error.txt"
        complain(_told(error, command, file))
        raise typer.Exit(1) from None


def _told(error: Exception, command: str, file: Path) -> str:
    """What happened goes into a file, without the values of variables."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(redact_text("".join(traceback.format_exception(error))))
    except OSError:
        pass
    told = UNFORESEEN.replace("{kind}", type(error).__name__).replace("{where}", where)
    return told.replace("{command}", command).replace("{file}", str(file))
