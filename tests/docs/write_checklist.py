"""``docs/checklist.md``: which rules tests prove, section by section, beside what is left for later.

Numbers of tests are not shown, so that the page changes only when a rule gains its first test or loses its
last one.  Why a rule has no test yet is written by hand in the page, one row a rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from tests import checklist

TITLES = {
    "A": "Supported MISs", "B": "Connect and authorise", "C": "Reports and fields", "D": "On-site agent",
    "E": "What a MIS cannot give", "F": "Staff", "G": "Pupils", "H": "Contacts",
    "I": "Classes, groups, subjects", "J": "Dates", "K": "Matching", "L": "Modes", "M": "Usernames",
    "N": "Year of entry", "O": "Names and renames", "P": "Passwords", "Q": "Leavers and restore",
    "R": "Exclusions", "S": "Non-MIS review", "T": "Running and scheduling", "U": "Status", "V": "Results",
    "W": "Why isn't it here?", "X": "Privacy", "Y": "Downstream", "Z": "Open questions, decided",
}  # fmt: skip
ROW = re.compile(r"^\| ([A-Z]\d{1,2}) \| (\S.*?) \|$", re.MULTILINE)


@cache
def proved() -> frozenset[str]:
    return frozenset(checklist.proofs())


def not_proved_of(letter: str) -> list[str]:
    return [item for item in checklist.items() if item[0] == letter and item not in proved()]


def section(letter: str) -> Callable[[], str]:
    def write() -> str:
        numbers = [int(item[1:]) for item in checklist.items() if item[0] == letter and item in proved()]
        open_ = not_proved_of(letter)
        said = f"Named by at least one test: {_ranges(letter, numbers) or 'none'}."
        return f"{said} " + (f"By none: {', '.join(open_)}." if open_ else "All of them.")

    return write


def _ranges(letter: str, numbers: list[int]) -> str:
    """1, 2, 3, 7 as B1–B3, B7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"{letter}{run[0]}" if len(run) == 1 else f"{letter}{run[0]}–{letter}{run[-1]}" for run in runs
    )


def reasons(page: str) -> dict[str, str]:
    """The rules the page says no test names, with the reason written beside each."""
    return dict(ROW.findall(page))


def pruned(page: str) -> str:
    """The page without the rows of rules that have gained a test since."""
    gained = set(reasons(page)) & proved()
    return "".join(
        line
        for line in page.splitlines(keepends=True)
        if not ((row := ROW.match(line.rstrip("\n"))) and row[1] in gained)
    )


BLOCKS = {f"checklist.{letter}": section(letter) for letter in TITLES}
