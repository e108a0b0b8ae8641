"""What a spreadsheet makes of the files of a hand-out: text everywhere, nothing run, nothing rounded.

The rule is that of the two common programs: a cell runs when it begins with an equals sign, a plus, a minus
or an at sign, a full-width one of these, or with a control character before one.  (Opened by the independent
office suite, such a list came back cell by cell as it was written, without one formula.)
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest

from misconsole.services import handout
from misconsole.services.handout_views import Wish
from tests import seed

RUNS = re.compile(r"^[\s\x00-\x1f]*[=+\-@＝＋－＠]")
NUMBER_OR_DATE = re.compile(r"^[\d.,:/\-\s]+(e\d+)?$|^\d+e\d+$", re.IGNORECASE)
NASTY = ("=1+1", "+44", "-2", "@SUM(A1)", "\t=cmd|' /C calc'!A0", "＝1", " =1", "'=1")


@pytest.fixture
def school(e: seed.Estate) -> seed.Estate:
    made = e.school(name="=Larkmere", domain="larkmere.example")
    for n, sign in enumerate(NASTY):
        person = e.person(
            made,
            f"{sign}Ali",
            f"{sign}Khan",
            registration_group=f"{sign}4B",
            year_group="4",
            source_id=f"00{n}",
        )
        account = e.account(
            made, f"007{n}", f"{sign}Ali", f"{sign}Khan", origin="created", email=f"007{n}@larkmere.example"
        )
        e.link(person, account)
    return e


def cells(path: Path) -> list[list[str]]:
    """Every row of every file, read by the standard library's own reader."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [
        row
        for each in files
        for row in csv.reader(io.StringIO(each.read_text("utf-8-sig"), newline=""), strict=True)
    ]


@pytest.mark.parametrize("form", ["csv", "google", "entra", "sds"])
def test_P2_no_cell_of_a_handed_out_file_runs_as_a_formula(
    school: seed.Estate, tmp_path: Path, form: str
) -> None:
    out = tmp_path / ("files" if form == "sds" else "file.csv")
    done = handout.hand_out(school.desk(), "100001", Wish(form=form), out)
    found = cells(out)
    assert done.count == len(NASTY) and len(found) > len(NASTY)
    assert [cell for row in found for cell in row if RUNS.match(cell)] == []


@pytest.mark.parametrize("form", ["csv", "google", "entra", "sds"])
def test_P2_leading_zeros_are_in_the_file_and_no_password_looks_like_a_number_or_a_day(
    school: seed.Estate, tmp_path: Path, form: str
) -> None:
    from misconsole.rules import passwords

    drawn: list[str] = []
    real = passwords.Password.reveal
    out = tmp_path / ("files" if form == "sds" else "file.csv")

    def reveal(self: passwords.Password) -> str:
        drawn.append(real(self))
        return drawn[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords.Password, "reveal", reveal)
        handout.hand_out(school.desk(), "100001", Wish(form=form), out)
    found = [cell for row in cells(out) for cell in row]
    for n in range(len(NASTY)):
        assert any(cell.startswith(f"007{n}") for cell in found), "the zeros of a sign-in name are there"
    handed = set(drawn) & set(found)
    assert len(handed) == len(NASTY)
    assert not [each for each in handed if NUMBER_OR_DATE.match(each)]


def test_no_word_of_a_password_turns_into_a_month_when_digits_follow_it() -> None:
    """March22 would become a day in a spreadsheet; so would Sept22 and Jan222."""
    from misconsole.rules import passwords

    words = set(passwords.FILE.read_text(encoding="utf-8").split())
    months = [date(2026, number, 1).strftime("%B").lower() for number in range(1, 13)]
    assert not words & {*months, *(each[:3] for each in months), "sept"}
