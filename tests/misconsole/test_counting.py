"""One of a thing is told in the singular, wherever a number stands before what it counts."""

from __future__ import annotations

import re
from pathlib import Path

import misconsole
from misconsole.counting import counted
from misconsole.rules import limits, notices

CODE = Path(misconsole.__file__).parent


def test_a_number_and_what_it_counts() -> None:
    assert counted(1, "pupil") == "1 pupil"
    assert counted(0, "pupil") == "0 pupils"
    assert counted(1204, "entry was", "entries were") == "1,204 entries were"


def test_a_limit_says_what_one_change_is() -> None:
    assert limits.told("unallocate", 1) == "take 1 account away"
    assert limits.told("link", 1) == "link 1 person to accounts"
    assert limits.told("create", 1204) == "create 1,204 accounts"


def test_a_message_on_many_schools_says_of_one_that_it_needs_help() -> None:
    title, _ = notices.joined(["problem", "held", "held"], ["a", "b", "c"])
    assert title == "3 notices: 1 needs help, 2 runs are held"


def test_no_sentence_puts_a_bare_number_of_things_before_a_plural() -> None:
    """``f"{len(found)} accounts"`` says "1 accounts" one day; ``counted`` does not."""
    bare = re.compile(
        r"\{len\([^{}]*\)(:,)?\} (accounts|people|pupils|rows|lines|decisions|entries|usernames) "
    )
    guarded = re.compile(r"\bif\b|> 1")
    found = [
        f"{path.relative_to(CODE)}: {line.strip()}"
        for path in sorted(CODE.rglob("*.py"))
        for before, line in _pairs(path.read_text(encoding="utf-8").splitlines())
        if bare.search(line) and not guarded.search(before + line)
    ]
    assert found == []


def _pairs(lines: list[str]) -> list[tuple[str, str]]:
    """Each line with the four before it, where a condition may stand that shuts one out."""
    return [(" ".join(lines[max(0, n - 4) : n]), line) for n, line in enumerate(lines)]
