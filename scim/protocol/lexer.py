"""The tokens and literals of a filter (RFC 7644 §3.4.2.2): split at anchored places, in linear time."""

import json
import math
import re
from typing import NamedTuple, TypeAlias

from scim.protocol.errors import InvalidFilter

Literal: TypeAlias = str | bool | int | float | None

# Possessive quantifiers never give back what they took: no input makes the match run longer than its length.
_TOKEN = re.compile(r'[ \t]*+(?:([()\[\]])|("(?:[^"\\]++|\\.)*+")|([^ \t()\[\]"]++)|\Z)')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS: dict[str, Literal] = {"true": True, "false": False, "null": None}


class Token(NamedTuple):
    text: str
    position: int
    is_word: bool


def tokens(text: str, position: int = 0) -> list[Token]:
    """Brackets, quoted strings (still quoted) and words, from `position` on."""
    found: list[Token] = []
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise InvalidFilter("The filter has a double quote without its partner.")
        if match.lastindex is not None:
            found.append(Token(match[match.lastindex], match.start(match.lastindex), match.lastindex == 3))
        position = match.end()
    return found


def literal(text: str) -> Literal:
    """The value of a compValue, which is JSON, save that true, false and null come in any case. Raises ValueError."""
    if text.startswith('"'):
        string: str = json.loads(text)
        string.encode()  # JSON's \u escapes can spell a lone surrogate
        return string
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if not _NUMBER.fullmatch(text):
        raise ValueError("not a JSON value")
    if not math.isfinite(float(text)):
        raise ValueError("too large a number")
    number: int | float = json.loads(text)
    return number
