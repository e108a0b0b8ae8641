"""docs/settings.md: every setting, every environment variable and every file is there."""

from __future__ import annotations

import re

from connectors import registry
from misconsole.rules.options import GROUPS, SETTINGS
from misconsole.services.schools import COUNTRIES, FACTS, MODES, PHASES
from tests.docs.blocks import DOCS

ROOT = DOCS.parent
PAGE = (DOCS / "settings.md").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\bMISCONSOLE_[A-Z]+(?:_[A-Z]+)*\b")


def test_every_fact_with_its_choices_and_every_option_is_described() -> None:
    for name in (*FACTS, *(each.name for each in SETTINGS), *GROUPS):
        assert f"`{name}`" in PAGE, name
    for choice in (*MODES, *COUNTRIES, *PHASES):
        assert choice in PAGE, choice
    for declaration in registry.declarations():
        for setting in declaration.settings:
            assert f"| `{setting.name}` |" in PAGE, setting.name


def test_every_variable_the_code_reads_is_described_and_no_other() -> None:
    read = {
        name
        for package in ("connectors", "data", "misconsole", "screens")
        for file in (ROOT / package).rglob("*.py")
        for name in VARIABLE.findall(file.read_text(encoding="utf-8"))
    }
    assert len(read) > 5
    described = set(VARIABLE.findall(PAGE))
    assert described == read
    assert all(f"| `{name}` |" in PAGE for name in read)


def test_every_private_file_is_named() -> None:
    """Each file name that the code writes with a mode of its own stands in the table."""
    code = "".join(
        file.read_text(encoding="utf-8")
        for package in ("connectors", "data", "misconsole")
        for file in (ROOT / package).rglob("*.py")
    )
    for name in ("secrets.bin", "secrets.key", "secrets.lock", "simulator.json", "estate.json", "clock"):
        assert f"`{name}`" in PAGE and f'"{name}"' in code, name
