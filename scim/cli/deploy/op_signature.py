"""`python -m scim deploy pin-op VERSION`: pin another release of `op`, once 1Password's signature of it is verified."""

import json
import subprocess
import tempfile
from pathlib import Path

from scim.cli import archive
from scim.cli.console import Problem
from scim.cli.deploy import op_release
from scim.cli.deploy.op_release import CLOUD, Release

FINGERPRINT = "3FEF9748469ADBE15DA7CA80AC2D62742012EA22"
"""Code signing for 1Password <codesign@1password.com> (developer.1password.com/docs/cli/verify)."""
KEY = "https://downloads.1password.com/linux/keys/1password.asc"
SECONDS = 60


def pin(version: str, infra: Path, platforms: tuple[str, ...]) -> Release:
    """Downloads, verifies, writes `infra/op.json`. Problem, and nothing written, if any of it is not right."""
    with tempfile.TemporaryDirectory(prefix="op-") as directory:
        place = Path(directory)
        key = place / "key.asc"
        op_release.download(KEY, key)
        found = {each: _verified(version, each, place, key) for each in platforms}
    release = Release(version, found)
    write(release, infra)
    return release


def _verified(version: str, platform: str, place: Path, key: Path) -> str:
    zipped = place / f"{platform}.zip"
    op_release.download(Release(version, {}).url(platform), zipped)
    program = op_release.unpack(zipped, place / platform, ("op", "op.sig"))
    if platform == CLOUD:
        archive.require_for_cloud(program)
    require_signed(program, program.with_name("op.sig"), key)
    return op_release.sha256(zipped)


def require_signed(program: Path, signature: Path, key: Path, fingerprint: str = FINGERPRINT) -> None:
    """Problem unless the key with that fingerprint, which is in the file `key`, signed exactly this program."""
    with tempfile.TemporaryDirectory(prefix="gpg-") as keys:
        _gpg(keys, "--import", str(key))
        said = _gpg(keys, "--status-fd=1", "--verify", str(signature), str(program))
    valid = [line.split() for line in said.splitlines() if line.startswith("[GNUPG:] VALIDSIG ")]
    # the signing key comes first, its primary key last (doc/DETAILS of GnuPG)
    if not any(fingerprint in (words[2], words[-1]) for words in valid):
        raise Problem(f"{program.name} is not signed by 1Password's key {fingerprint}. It was not pinned.")


def _gpg(keys: str, *args: str) -> str:
    command = ["gpg", "--homedir", keys, "--batch", "--no-tty", "--no-autostart", *args]
    try:
        done = subprocess.run(  # noqa: S603 - a list and no shell
            command, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise Problem("gpg, which verifies 1Password's signature, does not run here. Install GnuPG.") from cause
    return done.stdout


def write(release: Release, infra: Path) -> None:
    path = infra / "op.json"
    try:
        text = json.dumps({"version": release.version, "sha256": dict(sorted(release.sha256.items()))}, indent=2)
        path.write_text(f"{text}\n")
    except OSError as cause:
        raise Problem(f"{path} cannot be written: {cause.strerror}.") from cause
