"""How a SCIM user becomes a person in the target: address, name, and the keys names are compared by.

An address is the person's identity in the target, so it is an ASCII addr-spec or it is refused: no two spellings that
look alike can ever be taken for each other (CVE-2019-19844).
"""

import re
import unicodedata
from functools import lru_cache

from scim.protocol.errors import InvalidValue
from scim.records import Document

LONGEST_NAME = 255  # nobody is called more; in UTF-8 at most 1,020 bytes, which every store can index

_USER_NAME = re.compile(r"[\x21-\x7e]+")
_BLANKS = re.compile(r"\s+")


def address(document: Document) -> str | None:
    """Where the invitation goes: the primary e-mail, else the first for work, else the first, else the userName.

    None if there is no e-mail and the userName is no address: a user may be told of before they have one. Raises
    InvalidValue naming the attribute for an address that cannot be used. The local part is kept as given, the domain is
    in lower case.
    """
    emails = [email for email in document.get("emails", ()) if email.get("value")]
    preferred = [email for email in emails if email.get("primary")] or [
        email for email in emails if str(email.get("type", "")).lower() == "work"
    ]
    chosen = next(iter(preferred or emails), None)
    if chosen is not None:
        return _address(chosen["value"], "emails")
    return _address(document["userName"], "userName") if "@" in document["userName"] else None


def display_name(document: Document) -> str:
    """What the target calls the person: displayName, else name.formatted, else given and family name, else the
    address or userName before the @. What is blank does not count. Raises InvalidValue naming the attribute.
    """
    name = document.get("name", {})
    spelled = " ".join(part for part in (name.get("givenName"), name.get("familyName")) if part)
    candidates = (
        ("displayName", document.get("displayName")),
        ("name.formatted", name.get("formatted")),
        ("name", spelled),
    )
    for attribute, found in candidates:
        if found and not found.isspace():
            return _printable(found, attribute)
    return (address(document) or str(document["userName"])).partition("@")[0]


def user_name_key(user_name: str) -> str:
    """Raises InvalidValue for anything but visible ASCII. `key(key(x)) == key(x)`."""
    if not _USER_NAME.fullmatch(user_name) or len(user_name) > LONGEST_NAME:
        raise InvalidValue(
            f"userName must be 1 to {LONGEST_NAME} visible ASCII characters without blanks, such as an e-mail address."
        )
    return user_name.lower()


def group_name_key(name: str) -> str:
    """The folded name of a group that may be made. Raises InvalidValue for one that may not."""
    folded = fold(_printable(name, "displayName"))
    if not folded:
        raise InvalidValue("displayName must have a character that is not a blank.")
    return folded


def fold(name: str) -> str:
    """By what names are compared: compatibility forms, case and blanks make no difference.

    Folding twice is folding once, whatever the name, so that a name the target already has can be compared too.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return _BLANKS.sub(" ", folded).strip()


def email_key(email: str) -> str:
    """Only ASCII letters lose their case: `lower` would make KELVIN SIGN a k."""
    return email.lower() if email.isascii() else email


@lru_cache(maxsize=4096)
def _address(text: str, attribute: str) -> str:
    # its tables take 20 ms to load, which a cold start that writes nobody is spared
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    if not text.isascii():
        raise InvalidValue(f"{attribute} must hold the e-mail address the invitation goes to, in ASCII.")
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidValue(
            f"{attribute} must hold the e-mail address the invitation goes to, in ASCII: {_reason(error)}"
        ) from error
    return f"{found.local_part}@{found.ascii_domain}"


def _reason(error: ValueError) -> str:
    """The library's sentence, cut short: it may quote the address."""
    return unicodedata.normalize("NFKC", str(error)).encode("ascii", "replace").decode()[:120]


def _printable(name: str, attribute: str) -> str:
    if len(name) > LONGEST_NAME or any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise InvalidValue(f"{attribute} must have at most {LONGEST_NAME} characters and no control characters.")
    return name
