"""What the bridge can say, read from its code: sentences of SCIM errors and of the target, names of log events.

A sentence with values in it is a template, each value an ellipsis: `There is no … with the id ….`
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from scim import records
from scim.protocol import errors

SCIM = Path(__file__).parents[2] / "scim"
VALUE = "…"


def _classes(module: object, parent: type) -> set[str]:
    return {name for name, each in vars(module).items() if isinstance(each, type) and issubclass(each, parent)}


SPEAKING = _classes(errors, errors.ScimError) | _classes(records, records.TargetError) | {"Held", "Trouble"}
"""What has a text that reaches a client, or the page and the commands that show what was refused."""
LOGGING = {"debug", "info", "warning", "error", "exception", "critical", "log"}
AUDITING = {"Event", "event", "_event", "tell", "_tell", "_link", "Change", "commit"}
EVENT = re.compile(r"[a-z…]+\.[a-z_…]+")
WORD = re.compile(r"[A-Za-z]+")


@cache
def modules() -> dict[Path, ast.Module]:
    """What is deployed with `make deploy` speaks in a terminal, and logs nothing."""
    paths = (path for path in sorted(SCIM.rglob("*.py")) if not path.is_relative_to(SCIM / "cli" / "deploy"))
    return {path.relative_to(SCIM): ast.parse(path.read_text()) for path in paths}


def sentences() -> set[str]:
    """Templates of every literal text that an error of SCIM or of the target is made with. The admin page and the
    command line speak for themselves, where they are used.
    """
    speaking = SPEAKING | _subclasses()
    calls = [call for path, call in _calls() if path.parts[0] not in {"admin", "cli"} and _name(call) in speaking]
    return {text for call in calls for text in _texts(call)} | set(_tabled())


def events() -> set[str]:
    """Names of log events. Audit events are logged too, when they are recorded (`scim/recorder.py`)."""
    named = {text for _, call in _calls() if _logs(call) or _name(call) in AUDITING for text in _names_in(call)}
    return {name for name in named if EVENT.fullmatch(name)}


@cache
def _subclasses() -> frozenset[str]:
    """Errors that modules derive from these, such as those of `op`."""
    found: frozenset[str] = frozenset()
    classes = [node for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in range(3):  # the tree of them is no deeper
        found |= {each.name for each in classes if {ast.unparse(base) for base in each.bases} & (SPEAKING | found)}
    return found


@cache
def _calls() -> tuple[tuple[Path, ast.Call], ...]:
    trees = modules().items()
    return tuple((path, node) for path, tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _logs(call: ast.Call) -> bool:
    return _name(call) in LOGGING and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "log"


def _texts(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        yield from (text for text in _template(argument) if len(WORD.findall(text)) > 1)


def _template(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(part.value if isinstance(part, ast.Constant) else VALUE for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from (*_template(one), *_template(other))
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield from _constants().get(name, ())
        case ast.Call(func=ast.Name(id=name)):
            yield from _answers().get(name, ())


@cache
def _constants() -> dict[str, tuple[str, ...]]:
    """Sentences that have a name, at the top of a module."""
    found: dict[str, tuple[str, ...]] = {}
    for tree in modules().values():
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))) if " " in text:
                    found[name] = (*found.get(name, ()), text)
    return found


@cache
def _answers() -> dict[str, tuple[str, ...]]:
    """Sentences that a function of a module chooses from."""
    found: dict[str, tuple[str, ...]] = {}
    for tree in modules().values():
        for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
            values = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
            spoken = [value for value in values if isinstance(value, ast.Constant | ast.JoinedStr)]
            texts = [text for value in spoken for text in _template(value) if " " in text]
            found[function.name] = (*found.get(function.name, ()), *texts)
    return found


def _tabled() -> Iterator[str]:
    """The sentences for what `op` says, and the demands on the messages of RFC 7644, stand in tables."""
    for _, call in _calls():
        if _name(call) == "_fixed":
            yield from _texts(call)
    for tree in modules().values():
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id="_DEMANDS")], value=ast.Dict(values=demands)):
                    yield from (re.sub(r"\{\w+\}", VALUE, f"{VALUE} {ast.literal_eval(each)}.") for each in demands)


def _names_in(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        yield from _template(argument)


def fits(name: str, shown: str) -> bool:
    """Whether an event that is called `name` in the code can show as that."""
    return re.fullmatch(re.escape(name).replace(VALUE, "[a-z_]+"), shown) is not None
