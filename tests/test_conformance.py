"""docs/conformance.md is true: every fact has its row, and every test that is named there exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/conformance.md").read_text("utf-8")
ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FACTS = 98

ROWS = [(int(number), fact, proof) for number, fact, proof in ROW.findall(PAGE)]


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests in a file, read without running it."""
    functions = [node for node in ast.parse((ROOT / path).read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


def test_every_fact_has_exactly_one_row_in_order() -> None:
    assert [number for number, _, _ in ROWS] == list(range(1, FACTS + 1))


@pytest.mark.parametrize(("number", "fact", "proof"), ROWS, ids=[f"fact-{number}" for number, _, _ in ROWS])
def test_a_fact_is_proved_by_tests_that_exist(number: int, fact: str, proof: str) -> None:
    named = TEST.findall(proof)

    assert named
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []


def test_no_test_is_named_in_a_form_that_is_not_checked() -> None:
    assert PAGE.count("::test_") == len(TEST.findall(PAGE))


def test_every_page_of_tests_that_is_named_exists() -> None:
    assert [path for path in re.findall(r"`(tests/[\w/]+\.py)", PAGE) if not (ROOT / path).exists()] == []
