"""Generated parts of the documentation: found between two comments, renewed, and compared by a test.

    <!-- generated: commands.sync -->
    … written by a function of this folder, never by hand …
    <!-- end of commands.sync -->

Everything outside such a pair is written by hand and is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
Blocks = Mapping[str, Callable[[], str]]
_PAIR = re.compile(r"<!-- generated: (?P<name>\S+) -->\n(?P<body>.*?)<!-- end of (?P=name) -->", re.DOTALL)


def names(text: str) -> list[str]:
    """The generated parts of a page, in order."""
    return [found["name"] for found in _PAIR.finditer(text)]


def renewed(text: str, blocks: Blocks) -> str:
    """The page with every generated part written anew. Raises KeyError for a part nobody writes."""

    def renew(found: re.Match[str]) -> str:
        name = found["name"]
        body = blocks[name]().strip("\n")
        return f"<!-- generated: {name} -->\n\n{body}\n\n<!-- end of {name} -->"

    return _PAIR.sub(renew, text)


def cell(text: object) -> str:
    """Text for one cell of a Markdown table."""
    return " ".join(str(text).replace("|", "\\|").split())


def table(headers: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    lines += [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines)
