"""The house keeps its shape: layers, file sizes, a sentence of purpose in every module."""

from __future__ import annotations

import ast
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("graph", "matching", "platform", "web")  # each may import itself and those before it
ALLOWED = {
    "graph": {"graph"},
    "matching": {"matching", "graph"},
    "platform": {"platform", "matching", "graph"},
    "web": {"web", "platform", "matching", "graph"},
}
LONGEST_MODULE = 400
MODULES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))


def _runtime_imports(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name for name in names if name.startswith("kyokan.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_its_own_layer_and_those_below(path: Path):
    layer = path.relative_to(ROOT).parts[0]
    for name in _runtime_imports(ast.parse(path.read_text(encoding="utf-8"))):
        other = name.split(".")[1]
        assert other in {"errors", "closing"} or other in ALLOWED[layer], f"{path} imports {name}"


def test_opening_the_workroom_makes_every_table_that_a_room_declares(tmp_path: Path):
    rooms = (ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for path in (ROOT / "platform").rglob("*.py"))
    named = [node for room in rooms for node in room if isinstance(node, ast.Assign) and _names(node, "__tablename__")]
    script = """
import sys
from pathlib import Path
from kyokan.platform.settings import Settings
from kyokan.platform.workroom import Workroom
with Workroom(Settings(home=Path(sys.argv[1]))).database:
    pass
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, cwd=ROOT)
    with closing(sqlite3.connect(tmp_path / "workroom.db")) as opened:
        made = {name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {ast.literal_eval(node.value) for node in named} - made == set()


def _names(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def test_the_errors_need_nothing_of_the_house_at_run_time():
    tree = ast.parse((ROOT / "kyokan" / "errors.py").read_text(encoding="utf-8"))
    top = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert not [name for name in top if name and name.startswith("kyokan")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_a_sentence_of_purpose_and_fits_in_the_head(path: Path):
    text = path.read_text(encoding="utf-8")
    purpose = ast.get_docstring(ast.parse(text)) or ""
    assert purpose.split("\n")[0].rstrip().endswith((".", ":", "?", ")")), path
    assert text.count("\n") <= LONGEST_MODULE, path


def test_the_platform_folder_does_not_shadow_the_standard_library():
    assert not (ROOT / "platform" / "__init__.py").exists()
