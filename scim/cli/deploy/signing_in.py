"""The step that obtains a session for 1Password: asked or from a file, and tried before anything is deployed."""

from pathlib import Path

from scim.cli.console import Problem
from scim.cli.deploy import op_release, session
from scim.cli.deploy.screen import Check, Screen
from scim.cli.deploy.site import Site, Wishes
from scim.records import Secret
from scim.targets.op_session import SECRET

NOBODY = "The 1Password session is needed: give its JSON with --session-file FILE (- for standard input)."


def obtained(here: Site, wishes: Wishes) -> Secret | None:
    """A session that works; None if one is stored already and no other is given. Problem."""
    if wishes.session_file:
        return given(here, wishes)
    if here.secrets.has_value(SECRET):
        here.screen.tell("The session is stored already. `make rotate` replaces it.")
        return None
    return asked(here)


def given(here: Site, wishes: Wishes, device: str = "") -> Secret:
    """From the file, tried. Problem."""
    value = session.from_file(wishes.session_file, device)
    here.screen.require(_looked(here.screen, _op_here(here), value))
    return value


def asked(here: Site, device: str = "") -> Secret:
    """Until it signs in and its member may do what it has to. Problem if the operator leaves it at that."""
    screen, known = here.screen, here.choices.onepassword
    if not screen.asks:
        raise Problem(NOBODY)
    program = _op_here(here)
    screen.tell(f"The bridge signs in as a member of its own. {session.GUIDE}")
    device = device or session.new_device()
    while True:
        value = session.asked(screen, known, device)
        known = session.public_part(value)
        found = _tried(screen, program, value)
        while not session.is_refused(found) and _failed(found):
            _go_on(screen, "Mend it at 1Password. Look again?")
            found = _tried(screen, program, value)
        if not _failed(found):
            return value
        _go_on(screen, "Enter the sign-in details again?")


def op_for_cloud(here: Site) -> Path:
    return _op(here, op_release.CLOUD)


def _op_here(here: Site) -> Path:
    return _op(here, op_release.here())


def _op(here: Site, platform: str) -> Path:
    release, into = op_release.pinned(here.place.infra), here.place.directory / "op"
    if op_release.is_here(release, platform, into):
        return op_release.fetch(release, platform, into)
    with here.screen.progress(f"1Password's op {release.version} for {platform}", 0) as tell:

        def told(done: int, total: int) -> None:
            of = f" of {total / 1e6:.1f}" if total else ""
            tell(done, f"{done / 1e6:.1f}{of} MB")

        return op_release.fetch(release, platform, into, told)


def _tried(screen: Screen, program: Path, value: Secret) -> list[Check]:
    found = _looked(screen, program, value)
    screen.show(found)
    return found


def _looked(screen: Screen, program: Path, value: Secret) -> list[Check]:
    with screen.waiting("Signing in with op"):
        return session.preflight(program, value)


def _failed(found: list[Check]) -> bool:
    return any(check.state == "failed" for check in found)


def _go_on(screen: Screen, question: str) -> None:
    if not screen.confirm(question, default=True):
        raise Problem("The bridge's member cannot do its work yet. Run this again when it can.")
