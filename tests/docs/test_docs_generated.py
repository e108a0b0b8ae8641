"""Generated parts of ``docs/`` are what the program says today; ``python -m tests.docs`` renews them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from misconsole.cli import frame
from tests.docs import blocks, generate

HINT = "run: python -m tests.docs"
PAGES = generate.pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_as_the_program_has_it(page: Path) -> None:
    """``checklist.md`` has a test of its own, which says what to write."""
    text = page.read_text(encoding="utf-8")
    assert blocks.renewed(text, generate.BLOCKS) == text, HINT


def test_every_generated_part_stands_in_exactly_one_page() -> None:
    found = [name for page in PAGES for name in blocks.names(page.read_text(encoding="utf-8"))]
    assert sorted(found) == sorted(generate.BLOCKS)


def test_a_part_that_is_out_of_date_is_written_anew_and_nothing_else() -> None:
    text = "By hand.\n<!-- generated: x -->\nold\n<!-- end of x -->\nBy hand too.\n"
    renewed = blocks.renewed(text, {"x": lambda: "new"})
    assert "old" not in renewed and "\nnew\n" in renewed
    assert renewed.startswith("By hand.\n") and renewed.endswith("\nBy hand too.\n")
    assert blocks.renewed(renewed, {"x": lambda: "new"}) == renewed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        other = page.parent / name if name else page
        assert other.is_file(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", other.read_text(encoding="utf-8"), re.MULTILINE)
            known = {re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-") for each in headings}
            assert anchor in known, target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_the_text_exist(page: Path) -> None:
    for name in re.findall(r"`misconsole ([a-z][a-z-]*)", page.read_text(encoding="utf-8")):
        assert name in frame.COMMANDS, name
