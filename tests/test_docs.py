"""The documents keep up with the program: every command, option, setting and link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from kyokan.platform.cli.app import app
from kyokan.platform.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def _commands(group, before=""):
    """Name -> command, those of groups by their whole name."""
    found = {}
    for name, command in group.commands.items():
        found[before + name] = command
        if hasattr(command, "commands"):
            found |= _commands(command, f"{before}{name} ")
    return found


COMMANDS = _commands(get_command(app))


def _commands_page() -> str:
    return (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_each_of_its_options_is_documented(name: str):
    section = re.search(rf"^## kyokan {re.escape(name)}\n(.*?)(?=^## |\Z)", _commands_page(), re.MULTILINE | re.DOTALL)
    assert section, f"docs/commands.md has no section for kyokan {name}"
    for parameter in COMMANDS[name].params:
        for option in parameter.opts:
            if option.startswith("--") and option != "--help":
                assert f"`{option}" in section[1], f"docs/commands.md does not say what {option} of kyokan {name} does"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_help_of_every_command_gives_an_example(name: str):
    assert "Example: `kyokan " in (COMMANDS[name].help or "")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_and_described(name: str):
    assert f"`{PREFIX}{name.upper()}`" in _commands_page()
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
