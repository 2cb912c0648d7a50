"""`python -m scim archive`: the source the cloud builds all three functions from. Only what runs: no tests or commands.

The same files give the same bytes on every machine, for a function is built anew when the hash of its source changes
(infra/source.tf): names in order, one time and two modes for all, and nothing compressed, since two versions of zlib
write two different files.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import typer

import scim
from scim.cli.bill_of_materials import describe
from scim.cli.console import AsJson, Problem, say, show_json

ROOT = Path(scim.__file__).parent.parent
REQUIREMENTS = "requirements.txt"
KINDS = {".py", ".html", ".css", ".js", ".json", ".svg", ".png", ".ico", ".woff2"}
"""What may be part of the bridge. Something else in `scim/` is told, not sent along or left behind."""
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip file can hold."""
READABLE, EXECUTABLE = 0o100644, 0o100755
LINUX_X86_64 = b"\x7fELF\x02", 18, b"\x3e\x00"  # 64 bits; e_machine and where it stands (man 5 elf)


@dataclass(frozen=True, slots=True)
class Archive:
    """`files`: the names inside. `sbom`: what it consists of, as CycloneDX, in a file beside it."""

    path: Path
    sha256: str
    size_bytes: int
    files: tuple[str, ...]
    sbom: Path


def build(root: Path, to: Path, *, op: Path | None) -> Archive:
    """Writes `to`, a zip file, and the list of its parts beside it, each whole or not at all. `op`: the 1Password CLI
    for the cloud's machines, which becomes `bin/op`. Problem if something is missing, or not known to belong there.
    """
    entries = {path.relative_to(root).as_posix(): (path, READABLE) for path in _sources(root)}
    if op:
        entries["bin/op"] = (op, EXECUTABLE)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        _replace(to, lambda draft: _write(draft, entries))
        content = to.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        op_sha256 = hashlib.sha256(op.read_bytes()).hexdigest() if op else None
        bill = describe((root / REQUIREMENTS).read_text(), sha256, op_sha256)
        sbom = to.with_suffix(".cdx.json")
        _replace(sbom, lambda draft: draft.write_text(bill))
    except OSError as cause:
        raise Problem(f"{cause.filename or to} cannot be read or written: {cause.strerror}.") from cause
    return Archive(to, sha256, len(content), tuple(sorted(entries)), sbom)


def archive(
    to: Annotated[Path, typer.Option(help="The zip file to write.")] = Path(".local/source.zip"),
    op: Annotated[Path | None, typer.Option(help="The 1Password CLI for Linux on x86-64, to send along.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the source the cloud builds the functions from, and the list of what it consists of (CycloneDX)."""
    if op:
        require_for_cloud(op)
    built = build(ROOT, to, op=op)
    if as_json:
        show_json({**asdict(built), "path": str(built.path), "sbom": str(built.sbom)})
        return
    say(f"{built.path}: {len(built.files)} files, {built.size_bytes:,} bytes.")
    say(f"SHA-256 {built.sha256}")
    say(f"{built.sbom}: what it consists of.")


def require_for_cloud(program: Path) -> None:
    """Problem unless the cloud's machines can run it, as they cannot the one of an administrator's laptop."""
    magic, at, machine = LINUX_X86_64
    try:
        with program.open("rb") as file:
            head = file.read(at + len(machine))
    except OSError as cause:
        raise Problem(f"{program} cannot be read: {cause.strerror}.") from cause
    if not (head.startswith(magic) and head[at:] == machine):
        raise Problem(f"{program} is not a program for Linux on x86-64, which the cloud's machines are.")


def _sources(root: Path) -> Iterator[Path]:
    for name in ("main.py", REQUIREMENTS):
        if not (root / name).is_file():
            raise Problem(f"There is no {root / name}: this has to run where the bridge's source is.")
        yield root / name
    for path in (root / "scim").rglob("*"):
        if path.is_file() and _runs(path.relative_to(root / "scim")):
            if path.suffix not in KINDS:
                raise Problem(f"{path} is no part of the bridge: remove it, or name its kind in KINDS.")
            yield path


def _runs(path: Path) -> bool:
    hidden = any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    return not hidden and path.parts[0] != "cli" and path.name != "__main__.py"


def _write(draft: Path, entries: dict[str, tuple[Path, int]]) -> None:
    with ZipFile(draft, "w", ZIP_STORED) as zipped:
        for name in sorted(entries):
            path, mode = entries[name]
            entry = ZipInfo(name, FIRST_DAY)
            entry.create_system = 3  # Unix, where modes count
            entry.external_attr = mode << 16
            zipped.writestr(entry, path.read_bytes())


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Whole or not at all: whoever reads sees the old file or the new one."""
    file, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(file)
    draft = Path(name)
    try:
        write(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
