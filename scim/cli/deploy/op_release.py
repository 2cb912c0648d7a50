"""1Password's command-line tool for the cloud's machines: one release, pinned by the SHA-256 of its archive.

It is downloaded when a bridge is deployed and goes into the source archive, never into git. The release that is pinned
here is the one Homebrew's cask names with these hashes (formulae.brew.sh/cask/1password-cli). Another one is pinned in
`infra/op.json`, which `python -m scim deploy pin-op VERSION` writes after it verified 1Password's signature
(developer.1password.com/docs/cli/verify). What does not match its pin is not used.
"""

import hashlib
import http.client
import json
import os
import platform
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scim.cli.console import Problem

BASE = "https://cache.agilebits.com/dist/1P/op2/pkg"
BASE_VARIABLE = "OP_DOWNLOAD_BASE"
"""Names a mirror; what comes from there has to match the same pin."""
CLOUD = "linux_amd64"
LARGEST = 256 * 1024 * 1024
PIECE = 1024 * 256
SECONDS = 60

Told = Callable[[int, int], None]
"""Bytes so far, bytes in all (0: not known)."""


@dataclass(frozen=True, slots=True)
class Release:
    """`sha256`: of the zip file, by platform."""

    version: str
    sha256: Mapping[str, str]

    def url(self, platform_: str, environ: Mapping[str, str] = os.environ) -> str:
        base = (environ.get(BASE_VARIABLE) or BASE).rstrip("/")
        return f"{base}/v{self.version}/op_{platform_}_v{self.version}.zip"


PINNED = Release(
    "2.32.1",
    {
        "linux_amd64": "64a49db2d1b0333f3bee88546e3e84995e530e25f2c783fb5d4081d01a05b2a1",
        "linux_arm64": "cf6d114b12079ba5ac4f3ea6c69d331c06565c361aeae77f8c20868bd94c9885",
        "darwin_amd64": "6469797129d9e70129aac1828893a53ef535be3c7d4bd1e235498b8d78d6a4eb",
        "darwin_arm64": "fcf1038da5d1030c87e3382553a875638f17e19204874bed0034382ce2dfd4b8",
    },
)


def pinned(infra: Path) -> Release:
    """What `op.json` pins, else the release of this source. Problem."""
    path = infra / "op.json"
    try:
        held = json.loads(path.read_text())
        return Release(str(held["version"]), {str(name): str(value) for name, value in held["sha256"].items()})
    except FileNotFoundError:
        return PINNED
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as cause:
        again = "Write it anew: python -m scim deploy pin-op VERSION"
        raise Problem(f"{path} does not say which version of op is pinned. {again}") from cause


def here() -> str:
    """The platform of this machine, as 1Password names it."""
    machine = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
    return f"{platform.system().lower()}_{machine.get(platform.machine().lower(), platform.machine().lower())}"


def is_here(release: Release, platform_: str, into: Path) -> bool:
    """Whether it was downloaded already, and is what is pinned."""
    archive = _archive(release, platform_, into)
    return archive.is_file() and sha256(archive) == release.sha256.get(platform_)


def fetch(release: Release, platform_: str, into: Path, tell: Told = lambda _done, _all: None) -> Path:
    """The program, unpacked; downloaded only if the archive is not there yet. Problem, also for a wrong hash."""
    wanted = release.sha256.get(platform_)
    if wanted is None:
        raise Problem(
            f"op {release.version} is not pinned for {platform_}: python -m scim deploy pin-op {release.version}"
        )
    archive = _archive(release, platform_, into)
    if not is_here(release, platform_, into):
        download(release.url(platform_), archive, tell)
    found = sha256(archive)
    if found != wanted:
        archive.unlink()
        raise Problem(
            f"op {release.version} for {platform_} is not what is pinned: its SHA-256 is {found}, and has to be "
            f"{wanted}. Nothing was used of it. Is {release.url(platform_)} the right place?"
        )
    return unpack(archive, into / f"{platform_}-{wanted[:12]}")


def _archive(release: Release, platform_: str, into: Path) -> Path:
    return into / f"op_{platform_}_v{release.version}.zip"


def download(url: str, to: Path, tell: Told = lambda _done, _all: None) -> None:
    """Whole or not at all."""
    draft = to.with_suffix(".part")
    try:
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with urllib.request.urlopen(url, timeout=SECONDS) as response, draft.open("wb") as file:  # noqa: S310
            size = int(response.headers.get("Content-Length") or 0)
            done = 0
            while piece := response.read(PIECE):
                done += file.write(piece)
                tell(done, size)
                if done > LARGEST:
                    raise Problem(f"{url} is larger than any release of op.")
        draft.replace(to)
    except (OSError, http.client.HTTPException, ValueError) as cause:
        reason = getattr(cause, "reason", None) or cause
        mirror = f"Behind a proxy set HTTPS_PROXY; a mirror is named by {BASE_VARIABLE}."
        raise Problem(f"{url} cannot be downloaded: {reason}. {mirror}") from cause
    finally:
        draft.unlink(missing_ok=True)


def unpack(archive: Path, into: Path, names: tuple[str, ...] = ("op",)) -> Path:
    """`op` of the archive, executable; what else is named beside it."""
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        with zipfile.ZipFile(archive) as zipped:
            for name in names:
                draft = into / f".{name}.part"
                draft.write_bytes(zipped.read(name))
                draft.chmod(0o755)
                draft.replace(into / name)
    except (OSError, KeyError, zipfile.BadZipFile) as cause:
        raise Problem(f"{archive} holds no program `op`.") from cause
    return into / "op"


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
