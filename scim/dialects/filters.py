"""How a quirk reaches into a filter: token by token, never by splitting text, so that what is quoted stays what it is.

A filter that does not even fall into tokens, or is longer than the protocol reads, is left for the protocol to refuse.
"""

from collections.abc import Callable
from itertools import zip_longest
from urllib.parse import unquote

from scim.protocol import lexer
from scim.protocol.errors import InvalidFilter
from scim.protocol.filter import LONGEST_FILTER, OPERATORS
from scim.protocol.lexer import Token

Spelling = Callable[[Token, Token | None], str]


def respell(text: str, spell: Spelling) -> str:
    """The filter with each token, shown with the one that follows, spelt as the quirk says."""
    if len(text) > LONGEST_FILTER:
        return text
    try:
        found = lexer.tokens(text)
    except InvalidFilter:
        return text
    pieces: list[str] = []
    end = 0
    for token, following in zip_longest(found, found[1:]):
        pieces += text[end : token.position], spell(token, following)
        end = token.position + len(token.text)
    return "".join((*pieces, text[end:]))


def is_operator(token: Token | None) -> bool:
    return token is not None and token.text.lower() in (*OPERATORS, "pr")


def decoded(literal: str) -> str:
    """A quoted string without its percent-encoding; as it was, if what comes out is no text or would end the string."""
    if not literal.startswith('"'):
        return literal
    try:
        value = unquote(literal, errors="strict")
    except UnicodeDecodeError:
        return literal
    inside = value[1:-1]
    is_plain = inside.isprintable() and '"' not in inside and "\\" not in inside
    return value if is_plain else literal
