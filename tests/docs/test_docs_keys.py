"""docs/keys.md: every command of the console, with every key, stands in the table once."""

from __future__ import annotations

from screens.commands import KEY_NAMES, SCOPES, commands
from tests.docs.blocks import DOCS

PAGE = (DOCS / "keys.md").read_text(encoding="utf-8")


def test_every_command_and_each_of_its_keys_is_in_the_table() -> None:
    for each in commands():
        [row] = {
            line for line in _part(SCOPES[each.scope]) if line.endswith(f"| {each.title} | {each.help} |")
        }
        keys = [KEY_NAMES.get(key, key) for key in each.keys]
        if each.each_key or (each.key_text and not keys):
            keys = [each.key_text]
        assert all(f"`{key}`" in row for key in keys), row
        assert keys or row.startswith("| palette |")


def test_a_heading_stands_once() -> None:
    headings = [line for line in PAGE.splitlines() if line.startswith("### ")]
    assert len(headings) == len(set(headings))


def _part(heading: str) -> list[str]:
    return PAGE.split(f"\n### {heading}\n")[1].split("\n### ")[0].splitlines()
