"""``python -m tests.checklist``: which rules of the acceptance checklist a test names, and which none does.

A test names a rule in its function name (``test_M9_…``), in its docstring (``M9``) or in a comment beside one
of its parameters (``# M9``).  The numbers of each section are those of the project's acceptance checklist.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SECTIONS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (13, 24, 17, 13, 12, 16, 13, 12, 14, 10, 13, 8, 15, 9, 12, 9, 7, 2, 5, 16, 7, 7, 12, 7, 5, 25),
        strict=True,
    )
)
ITEM = re.compile(r"(?<![A-Za-z0-9])([A-Z])(\d{1,2})(?![0-9A-Za-z])")
COMMENT = re.compile(r"#(.*)$", re.MULTILINE)
#: Tests of these rules speak of Scottish years, P1 to P7 and S1 to S6, which are no rules.
ABOUT_YEARS = frozenset({"A11", "N8", "Z10"})


def items() -> list[str]:
    return [f"{letter}{number}" for letter, count in SECTIONS.items() for number in range(1, count + 1)]


def named_in(text: str) -> set[str]:
    found = {f"{a}{int(b)}" for a, b in ITEM.findall(text.replace("_", " "))} & set(items())
    return {item for item in found if item[0] not in "PS"} if found & ABOUT_YEARS else found


def tests_of(file: Path) -> Iterator[tuple[str, str]]:
    """(test name, text that may name rules): the name and docstring of each test, its class's too."""
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and item.name.startswith("test_"):
                    yield item.name, f"{node.name} {ast.get_docstring(node) or ''}"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            marks = " ".join(
                comment
                for mark in node.decorator_list
                for comment in COMMENT.findall(ast.get_source_segment(source, mark) or "")
            )
            yield node.name, f"{node.name} {ast.get_docstring(node) or ''} {marks}"


def proofs(folder: Path = Path(__file__).parent) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in sorted(folder.rglob("test_*.py")):
        for name, text in tests_of(file):
            for item in named_in(text):
                found.setdefault(item, set()).add(f"{file.relative_to(folder)}::{name}")
    return found


def main() -> None:
    found = proofs()
    for letter, count in SECTIONS.items():
        numbers = range(1, count + 1)
        named = [n for n in numbers if f"{letter}{n}" in found]
        open_ = [str(n) for n in numbers if n not in named]
        print(
            f"{letter}: {len(named)} of {count} named by a test; no test names {', '.join(open_) or 'none'}"
        )
    print(f"{len(found)} of {len(items())} rules are named by a test")


if __name__ == "__main__":
    main()
