"""The house rules a machine can hold: budgets, nothing left behind, nothing of one machine.

Vendors in their rooms are held by `test_architecture_vendors`, which module may import which by import-linter
(`make check`, contracts in pyproject.toml).
"""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for path in (*ROOT.glob("scim/**/*.py"), ROOT / "main.py") if path.exists())
WIRING = ROOT / "scim/wiring.py"
LEFT_BEHIND = re.compile(
    r"(?:^|[^A-Za-z])(?:TOD[O]|FIXM[E]|XX[X]|HAC[K]|for no[w]|not implemente[d]|NotImplementedErro[r])", re.MULTILINE
)
MACHINE_PATH = re.compile(r"/(?:tm[p]|wor[k]|roo[t]|hom[e])/")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[Path]:
    """What a clone holds; everything that is not ignored where there is no commit yet."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for line in listed.splitlines() if (path := ROOT / line).is_file()]


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text())))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def imports(function: ast.AST) -> list[ast.AST]:
    return [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]


def own_imports(path: Path) -> set[str]:
    """The modules of the bridge that a module names, each `from package import module` as the module."""
    found = [
        node for node in nodes(path) if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scim")
    ]
    return {
        f"{node.module}.{alias.name}"
        if alias.name.islower() and (ROOT / node.module.replace(".", "/")).is_dir()
        else node.module
        for node in found
        for alias in node.names
    }


def test_a_file_has_at_most_300_lines():
    assert {name(path): n for path in SOURCES if (n := lines(path)) > 300} == {}


def test_half_of_the_files_have_at_most_120_lines():
    assert sorted(map(lines, SOURCES))[len(SOURCES) // 2] <= 120


def test_a_function_has_at_most_40_lines():
    sizes = {
        f"{name(path)}:{each.name}": each.end_lineno - each.lineno + 1 for path in SOURCES for each in functions(path)
    }

    assert {function: size for function, size in sizes.items() if size > 40} == {}


def test_a_module_imports_at_most_12_others_of_the_bridge():
    everybody = {WIRING, ROOT / "scim/cli/app.py"}  # whom to know is their task
    modules = [path for path in SOURCES if path not in everybody]

    assert {name(path): own for path in modules if len(own := own_imports(path)) > 12} == {}


def test_imports_stand_at_the_top_save_where_a_cold_start_is_spared_them():
    spared = {WIRING, ROOT / "scim/identity.py"}  # what is not chosen; the rules of addresses, which take 20 ms to load
    modules = [path for path in SOURCES if path not in spared]

    assert [name(path) for path in modules for each in functions(path) if imports(each)] == []


def test_nothing_is_left_behind():
    assert {name(path): left for path in SOURCES if (left := LEFT_BEHIND.findall(path.read_text()))} == {}


def test_no_file_names_a_path_of_one_machine():
    texts = [path for path in tracked() if path.suffix in {".py", ".toml", ".txt", ".in", ".sh", ".yaml", ".yml", ""}]
    found = [name(path) for path in texts if MACHINE_PATH.search(path.read_text(errors="ignore"))]

    assert found == []


def test_no_module_is_a_drawer():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}

    assert [name(path) for path in SOURCES if path.stem in drawers] == []


def test_requirements_name_no_registry():
    pinned = [
        path for path in ROOT.glob("requirements*.txt") if re.search(r"https?://|--index|--extra", path.read_text())
    ]

    assert pinned == []


def test_every_requirement_of_the_cloud_is_pinned_exactly():
    text = (ROOT / "requirements.txt").read_text().replace("\\\n", "")
    lines = [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]

    assert [
        line
        for line in lines
        if not re.match(r"[a-z0-9-]+(\[[a-z0-9,]+\])?==[0-9]\S*( ;.*?)? +--hash=sha256:[0-9a-f]{64}", line)
    ] == []


def test_every_direct_requirement_of_the_cloud_has_a_reason():
    lines = [line for line in (ROOT / "requirements.in").read_text().splitlines() if line and not line.startswith("#")]

    assert [line for line in lines if "  # " not in line] == []
