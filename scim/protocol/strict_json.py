"""JSON that means one thing (RFC 8259, RFC 7493): what parsers are known to read differently is refused."""

import json
import math
import re
from collections import Counter
from typing import Any

from scim.protocol.errors import InvalidSyntax
from scim.protocol.path import excerpt

DEEPEST = 64
_LONGEST_INTEGER = 19  # digits: what a 64-bit integer holds

# Escapes that stand for something a string may hold: no control character but \t \n \r, no half of a surrogate pair.
_SOUND_ESCAPES = re.compile(
    r"""(?: [^\\]++
          | \\ ["\\/nrt]
          | \\u (?! 00[01] | [dD][89a-fA-F] ) [0-9a-fA-F]{4}
          | \\u 00 (?: 09 | 0[aA] | 0[dD] )
          | \\u [dD][89abAB][0-9a-fA-F]{2} \\u [dD][c-fC-F][0-9a-fA-F]{2}
        )*+""",
    re.VERBOSE,
)


def loads(data: bytes) -> Any:
    """The value of a JSON text in UTF-8. InvalidSyntax says what is wrong and where."""
    try:
        text = data.decode()
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise InvalidSyntax(f"The body is not UTF-8: byte {error.start + 1} is wrong.") from error
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        raise InvalidSyntax(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    if "\\" in text:
        _check_escapes(text)
    # fewer brackets than that cannot nest deeper
    if text.count("[") + text.count("{") > DEEPEST:
        _check_depth(value)
    return value


def dumps(value: Any) -> bytes:
    """Compact JSON in UTF-8."""
    return _ENCODER.encode(value).encode()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Attribute names ignore case (RFC 7643 §2.1), so two spellings are one name given twice."""
    if len(pairs) < 2 or len({name.lower() for name, _ in pairs}) == len(pairs):
        return dict(pairs)
    twice, _ = Counter(name.lower() for name, _ in pairs).most_common(1)[0]
    raise InvalidSyntax(f"The body names {excerpt(twice)} twice in one object (names ignore case): keep one.")


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > _LONGEST_INTEGER:
        raise InvalidSyntax(f"The body holds an integer of more than {_LONGEST_INTEGER} digits.")
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise InvalidSyntax(f"The body holds a number that is too large: {excerpt(text)}.")
    return number


def _constant(name: str) -> Any:
    raise InvalidSyntax(f"The body is not JSON: it holds {name}.")


def _check_escapes(text: str) -> None:
    start = next(_SOUND_ESCAPES.finditer(text)).end()
    if start == len(text):
        return
    escape = text[start : start + (6 if text[start + 1] == "u" else 2)]
    raise InvalidSyntax(
        f"The body holds {escape} at character {start + 1}: a control character or half of a character."
    )


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [child for node in level for child in _children(node) if isinstance(child, dict | list)]
        if not level:
            return
    raise _too_deep()


def _children(node: Any) -> Any:
    return node.values() if isinstance(node, dict) else node


def _too_deep() -> InvalidSyntax:
    return InvalidSyntax(f"The body nests deeper than {DEEPEST} levels.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
