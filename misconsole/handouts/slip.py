"""What one person is handed, and what is the same for all of a hand-out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from misconsole.exports.cells import line
from misconsole.rules.passwords import Password

PUPIL_ALONE = "Without a registration group"
OTHERS = {"staff": "Staff", "other": "Others"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """``username`` is the bare one, ``sign_in`` what is typed at sign-in; ``group`` "" for none."""

    account: int
    role: str  # pupil, staff, other
    name: str
    sort: str  # family name first
    username: str
    sign_in: str
    password: Password
    email: str = ""
    group: str = ""
    year: str = ""

    @property
    def heading(self) -> str:
        """Under which it lies: the registration group, else what the person is."""
        return line(self.group) or OTHERS.get(self.role, PUPIL_ALONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What every slip says. ``steps``: what to do first, a line each."""

    school: str
    day: date
    where: str
    steps: tuple[str, ...] = ()


def grouped(slips: Iterable[Slip]) -> list[tuple[str, list[Slip]]]:
    """By registration group in natural order, staff and others last; within one by family name."""
    found: dict[tuple[int, str], list[Slip]] = {}
    for each in slips:
        last = 0 if line(each.group) else 1 + ("pupil", "staff", "other").index(each.role)
        found.setdefault((last, each.heading), []).append(each)
    ordered = sorted(found, key=lambda key: (key[0], natural(key[1])))
    return [(key[1], sorted(found[key], key=lambda s: (s.sort.casefold(), s.username))) for key in ordered]


def natural(text: str) -> list[tuple[int, int, str]]:
    """9B before 10A."""
    parts = re.findall(r"\d{1,9}|\D+", text.casefold())
    return [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts]
