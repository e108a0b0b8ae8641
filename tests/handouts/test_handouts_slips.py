"""Slips and lists read back by an independent reader: everybody on the page of their group, nothing cut."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from fpdf import FPDF
from pypdf import PdfReader

from misconsole.handouts import listing, slips
from misconsole.handouts.slip import Sheet, Slip, grouped
from misconsole.rules.handout_settings import USUAL
from misconsole.rules.passwords import Password

SHEET = Sheet(
    school="Larkmere School", day=date(2026, 9, 14), where="signin.larkmere.example",
    steps=("Go to the sign-in page.", "Type your username, then your password."),
)  # fmt: skip


def slip(number: int, name: str = "", **values: Any) -> Slip:
    given = {
        "role": "pupil", "name": name or f"Pupil Number{number}", "sort": name or f"{number:04}",
        "username": f"user{number}", "sign_in": f"user{number}@larkmere", "email": "", "group": "5K",
        "year": "Year 5", "password": Password(f"castle-lamp{number:04}"),
    }  # fmt: skip
    return Slip(account=number, **{**given, **values})


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


class TestSlips:
    def test_P2_everybody_is_on_the_page_of_their_group_and_nobody_on_two(self) -> None:
        people = [slip(n, group=("9B", "10A", "")[n % 3], role="staff" if n % 3 == 2 else "pupil")
                  for n in range(300)]  # fmt: skip
        printed = slips.content(people, SHEET)
        found = pages(printed.content)
        assert printed.pages == len(found) == 3 * 13, "eight a page, a new page for each group"
        assert [text.splitlines()[0] for text in found[::13]] == ["9B", "10A", "Staff"]
        for each in people:
            secret = each.password.reveal()
            [page] = [text for text in found if secret in text]
            assert page.splitlines()[0] == each.heading
            assert each.sign_in in page.splitlines()[page.splitlines().index(secret) - 2]

    def test_the_same_people_passwords_and_day_are_the_same_bytes(self) -> None:
        people = [slip(n) for n in range(9)]
        assert slips.content(people, SHEET).content == slips.content(people, SHEET).content

    @pytest.mark.parametrize(
        "name", ["Zoë Łukasiewicz-O’Brien", "Ελένη Παπαδοπούλου", "Александр Щукин", "Nguyễn Thị Hương"]
    )
    def test_names_of_other_alphabets_keep_their_letters(self, name: str) -> None:
        printed = slips.content([slip(1, name)], SHEET)
        assert printed.plain == () and name in pages(printed.content)[0]

    @pytest.mark.parametrize("name", ["محمد علي", "王小明", "Zoë 王"])
    def test_a_letter_the_font_lacks_is_written_plainly_and_told_never_a_box(self, name: str) -> None:
        from anyascii import anyascii

        printed = slips.content([slip(1, name)], SHEET)
        assert printed.plain == ("user1",) and anyascii(name) in pages(printed.content)[0]

    @pytest.mark.parametrize(
        "name", ["Wolfeschlegelsteinhausenbergerdorff " * 4, "Llanfairpwllgwyngyll" * 6, "A " * 60]
    )
    def test_a_long_name_shrinks_or_wraps_and_stays_within_its_slip(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drawn: list[tuple[float, float]] = []
        real = FPDF.text

        def text(self: FPDF, x: float, y: float, text: str = "") -> None:
            drawn.append((x, x + self.get_string_width(text)))
            real(self, x, y, text)

        monkeypatch.setattr(FPDF, "text", text)
        long = slip(
            1, name.strip(), sign_in="a" * 20 + "@" + "b" * 60 + ".larkmere.example",
            email="c" * 64 + "@" + "d" * 100 + ".example", password=Password("abcdef-" * 5 + "abcdef"),
        )  # fmt: skip
        content = slips.content([long, slip(2)], SHEET).content
        said = pages(content)[0].replace("\n", "")
        for value in (long.name, long.sign_in, long.email, long.password.reveal()):
            assert value.replace(" ", "") in said.replace(" ", "")
        middle = slips.WIDE / 2
        slips_of = [(left, right) for left, right in drawn if left < middle - 1]
        own = [pair for pair in slips_of if pair[0] > slips.EDGE]
        assert own and all(right < middle for _, right in own), "nothing runs into the next slip"

    def test_long_first_steps_make_room_for_themselves(self) -> None:
        steps = tuple(f"{n} " + "word " * 19 for n in range(6))
        sheet = Sheet(school="Larkmere School", day=SHEET.day, where="w" * 100, steps=steps)
        people = [slip(n) for n in range(7)]
        content = slips.content(people, sheet).content
        found = pages(content)
        assert len(found) == 2, "six a page"
        assert all(found[0].replace("\n", " ").count(f"{n} word") >= 6 for n in range(6))
        assert lowest(content) > slips.EDGE, "the last line is above the edge"

    def test_the_documents_properties_name_nobody(self) -> None:
        content = slips.content([slip(1, "Nia Okonjo")], SHEET).content
        assert "Nia" not in str(PdfReader(io.BytesIO(content)).metadata)

    def test_hostile_names_are_only_text(self) -> None:
        name = "Ali\x1b[2J\u202e) Tj (x\\ <</JS>>\x00"
        content = slips.content([slip(1, name)], SHEET).content
        assert "Ali" in pages(content)[0] and "\x1b" not in pages(content)[0]


def texts(content: bytes) -> list[tuple[float, float, str]]:
    """(x, y in mm from the bottom left, text) of every piece of text."""
    found: list[tuple[float, float, str]] = []

    def visit(text: str, _cm: Any, tm: Any, _font: Any, _size: Any) -> None:
        if text.strip():
            found.append((tm[4] * slips.POINT, tm[5] * slips.POINT, text))

    PdfReader(io.BytesIO(content)).pages[0].extract_text(visitor_text=visit)
    return found


def lowest(content: bytes) -> float:
    return min(y for _, y, _ in texts(content))


class TestLists:
    def test_P2_no_cell_is_a_formula_and_the_password_is_what_is_typed(self) -> None:
        people = [slip(1, "=HYPERLINK(1)", group="+5K", email="-x@larkmere.example"), slip(2, "@Sum")]
        text = listing.content(people, SHEET).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        for row in rows:
            assert not [cell for cell in row.values() if cell[:1] in "=+-@" and cell]
        assert {row["password"] for row in rows} == {each.password.reveal() for each in people}

    def test_groups_stand_in_natural_order_with_staff_and_others_last(self) -> None:
        people = [slip(1, group="", role="other"), slip(2, group="10A"), slip(3, group="", role="staff"),
                  slip(4, group="9B"), slip(5, group="")]  # fmt: skip
        assert [heading for heading, _ in grouped(people)] == [
            "9B", "10A", "Without a registration group", "Staff", "Others"
        ]  # fmt: skip


def test_the_fonts_and_their_licence_are_part_of_the_product() -> None:
    names = {each.name for each in slips.FONTS.iterdir()}
    assert names == {"DejaVuSans.ttf", "DejaVuSansMono-Bold.ttf", "LICENSE.txt"}
    assert sum(each.stat().st_size for each in slips.FONTS.iterdir()) < 150_000


def test_the_longest_of_everything_at_once_still_ends_within_its_slip() -> None:
    long = slip(
        1, "Wolfeschlegelsteinhausenbergerdorff " * 4, sign_in="a" * 64 + "@" + "b" * 60 + ".example",
        email="c" * 64 + "@" + "d" * 100 + ".example", password=Password("abcdef-" * 5 + "abcdef"),
    )  # fmt: skip
    content = slips.content([long], SHEET).content
    high = (slips.HIGH - 2 * slips.EDGE - slips.HEAD) / slips.ROWS
    assert lowest(content) > slips.HIGH - slips.EDGE - slips.HEAD - high


def test_where_to_sign_in_is_only_said_where_the_school_says_it() -> None:
    usual = Sheet(school="Larkmere School", day=SHEET.day, where=USUAL, steps=SHEET.steps)
    assert "Sign in at: signin.larkmere.example" in pages(slips.content([slip(1)], SHEET).content)[0]
    assert "Sign in at" not in pages(slips.content([slip(1)], usual).content)[0]
