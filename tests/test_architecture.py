"""The house keeps its shape: layers, file sizes, a sentence of purpose in every module."""

from __future__ import annotations

import ast
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
        assert other == "errors" or other in ALLOWED[layer], f"{path} imports {name}"


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
