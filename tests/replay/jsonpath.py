"""The part of JSONPath the exchanges use: .name ['name'] [0] [*] and [?(@.name=='value')]."""

import re
from functools import lru_cache
from typing import Any, Final


class Missing:
    def __repr__(self) -> str:
        return "<absent>"


MISSING: Final = Missing()

_STEP = re.compile(
    r"""\.(?P<name>[A-Za-z_$][\w$-]*)
      |\[(?P<index>-?\d+)\]
      |\[(?P<all>\*)\]
      |\['(?P<quoted>[^']*)'\]
      |\[\?\(@\.(?P<key>[\w$]+)\s*==\s*'(?P<value>[^']*)'\)\]""",
    re.VERBOSE,
)


def lookup(document: Any, path: str) -> Any:
    """The value at the path or MISSING; a list once [*] was used; the first hit of a [?(…)]."""
    if document is MISSING:
        return MISSING
    steps = _steps(path if path.startswith("$") else f"$.{path}")
    found = [document]
    for step in steps:
        found = [value for node in found for value in _children(node, step)]
    if any(step["all"] for step in steps):
        return found
    return found[0] if found else MISSING


@lru_cache(maxsize=256)
def _steps(path: str) -> tuple[re.Match[str], ...]:
    position, steps = 1, []
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            raise ValueError(f"bad JSONPath {path!r} at {position}")
        steps.append(step)
        position = step.end()
    return tuple(steps)


def _children(node: Any, step: re.Match[str]) -> list[Any]:
    name = step["name"] if step["name"] is not None else step["quoted"]
    if name is not None:
        return _named(node, name)
    if step["index"] is not None:
        index = int(step["index"])
        return [node[index]] if isinstance(node, list) and -len(node) <= index < len(node) else []
    if step["all"]:
        return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    elements = node if isinstance(node, list) else []
    return [each for each in elements if isinstance(each, dict) and str(each.get(step["key"])) == step["value"]]


def _named(node: Any, name: str) -> list[Any]:
    if isinstance(node, dict) and name in node:
        return [node[name]]
    return [len(node)] if name == "length" and isinstance(node, list | dict | str) else []
