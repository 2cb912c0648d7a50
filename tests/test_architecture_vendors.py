"""The core speaks the field's language: a vendor is named in its own room only (`dialects`, `targets`, `sources`)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = [
    path
    for pattern in (
        "scim/protocol/**/*.py",
        "scim/web/**/*.py",
        "scim/tokens/**/*.py",
        *(f"scim/{name}.py" for name in ("ports", "records", "users", "groups", "recorder", "keys", "search")),
        *(f"scim/{name}.py" for name in ("conditions", "representation", "identity")),
    )
    for path in sorted(ROOT.glob(pattern))
]
IDENTITY_PROVIDERS = "entra|azure|microsoft|okta|onelogin|jumpcloud|rippling|google|workspace|authentik|keycloak"
# `op` alone is the RFC's own word, the verb of an operation; as the name of a tool it is followed by a command
TARGET = r"1password|onepassword|op (?:user|group|signin|account|item|vault)"
VENDOR = re.compile(rf"(?<![a-z])(?:{IDENTITY_PROVIDERS}|{TARGET})(?![a-z])", re.IGNORECASE)


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_core_names_no_vendor(path: Path) -> None:
    assert VENDOR.findall(path.read_text()) == []


@pytest.mark.parametrize("text", ["Okta sends", "google_client", "class OneLogin:", "`op user list`", "1Password"])
def test_a_vendor_would_be_found(text: str) -> None:
    assert VENDOR.search(text)


@pytest.mark.parametrize("text", ['{"op": "add"}', "operation.op", "an op usually", "central", "googled"])
def test_words_that_hold_a_vendors_letters_are_free(text: str) -> None:
    assert not VENDOR.search(text)
