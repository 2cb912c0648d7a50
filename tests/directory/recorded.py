"""The recorded exchanges by name: what Google said, word for word."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

Document = dict[str, Any]


@cache
def _file() -> Document:
    return json.loads((Path(__file__).parent / "exchanges.json").read_text())


def exchanges() -> list[Document]:
    return _file()["exchanges"]


def scopes() -> list[str]:
    return _file()["scopes"]


def exchange(name: str) -> Document:
    return next(each for each in exchanges() if each["name"] == name)


def answer(name: str) -> tuple[int, Document]:
    """Status and body, the caller's own to change."""
    response = exchange(name)["response"]
    return response["status"], copy.deepcopy(response["body"])


def row(name: str, kind: str, number: int = 0) -> Document:
    """One of the rows of a recorded list: what a row looks like."""
    return answer(name)[1][kind][number]
