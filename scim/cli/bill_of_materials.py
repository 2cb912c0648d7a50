"""What a deployment consists of, as CycloneDX 1.6 in JSON (cyclonedx.org/docs/1.6): the packages that are pinned, the
hashes that pip accepts for each, and the 1Password CLI where it comes along.
"""

import re
from collections.abc import Iterator
from uuid import UUID

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from scim import __version__
from scim.cli.console import Problem

PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]+\])?==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE
)
SHA256 = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def describe(requirements: str, archive_sha256: str, op_sha256: str | None) -> str:
    """`requirements`: the text of a requirements file, hashes and all. The same arguments give the same text: its
    serial number follows from the archive's hash, and it bears no time.
    """
    parts = [*_packages(requirements), *([_op(op_sha256)] if op_sha256 else [])]
    whole = Component(
        name="scim-bridge-for-1password",
        version=__version__,
        type=ComponentType.APPLICATION,
        bom_ref="archive",
        hashes=[_hash(archive_sha256)],
    )
    bom = Bom(components=parts, metadata=BomMetaData(component=whole), serial_number=_serial_number(archive_sha256))
    bom.metadata.timestamp = None  # type: ignore[assignment]  # optional in the schema, and never twice the same
    bom.register_dependency(whole, parts)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _packages(requirements: str) -> Iterator[Component]:
    for pinned in PINNED.finditer(requirements):
        name, version = pinned["name"], pinned["version"]
        hashes = SHA256.findall(pinned["rest"])
        if not hashes:
            raise Problem(f"requirements.txt pins {name} without a hash. `scripts/lock` writes them.")
        yield _package(PackageURL("pypi", name=name, version=version), hashes)


def _package(purl: PackageURL, hashes: list[str]) -> Component:
    """The hashes are those of its files for all machines, of which pip installs one."""
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(purl.to_string()),
        comment="the files that may be installed",
        hashes=[_hash(each) for each in hashes],
    )
    return Component(
        name=purl.name,
        version=purl.version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=purl.to_string(),
        external_references=[files],
    )


def _op(sha256: str) -> Component:
    hashes = [_hash(sha256)]
    return Component(name="1password-cli", type=ComponentType.APPLICATION, bom_ref="bin/op", hashes=hashes)


def _hash(sha256: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=sha256)


def _serial_number(sha256: str) -> UUID:
    return UUID(sha256[:32], version=4)
