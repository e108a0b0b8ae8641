"""Foreign text on its way to a screen or a spreadsheet can do no harm."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from misconsole.text import MARKS, cells, csv_safe, fit, shown

# hypothesis leaves half characters out of st.text() by default; broken exports do not
ANY = st.text(st.characters(codec=None)) | st.text(
    st.sampled_from("\x1b\x9b\x00\x07\u202e\u2066\u200b\u200d\u0301\ufe0f\ud83d\t\n=日a Ω🙂\U000e0041\u3164")
)
HARMFUL = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


class TestShown:
    @given(ANY)
    def test_nothing_a_terminal_acts_on_is_left(self, text: str) -> None:
        assert [char for char in shown(text) if unicodedata.category(char) in HARMFUL] == []

    @given(ANY)
    def test_showing_twice_changes_nothing_more(self, text: str) -> None:
        assert shown(shown(text)) == shown(text)

    @given(ANY)
    def test_it_can_be_written_to_any_utf_8_terminal(self, text: str) -> None:
        assert shown(text).encode("utf-8").decode("utf-8") == shown(text)

    @given(ANY, st.integers(0, 40))
    def test_a_limit_holds_and_a_cut_is_marked(self, text: str, limit: int) -> None:
        result = shown(text, limit=limit)
        assert len(result) <= limit
        if len(text) > limit > 0:
            assert result.endswith("…")

    @given(ANY)
    def test_marks_never_pile_up_nor_sit_on_what_stands_before_the_text(self, text: str) -> None:
        run, longest = 0, 0
        for char in shown(text):
            run = run + 1 if unicodedata.category(char).startswith("M") else 0
            longest = max(longest, run)
        assert longest <= MARKS
        assert not unicodedata.category((shown(text) or "x")[0]).startswith("M")

    @pytest.mark.parametrize(
        "name", ["Zoë Ångström", "O’Brien-Smith", "李小龙", "Łukasz", "नरेन्द्र", "עברית", "مريم", "e\u0301"]
    )
    def test_real_names_are_left_as_they_are(self, name: str) -> None:
        assert shown(name) == name

    @pytest.mark.parametrize(
        ("text", "visible"),
        [
            ("a\x1b[31mb", "a␛[31mb"),
            ("a\x9b31mb", "a\ufffd31mb"),
            ("a\x00\x7fb", "a␀␡b"),
            ("user\u202etxt.exe", "user\ufffdtxt.exe"),
            ("one\ttwo\r\nthree\u2028four", "one two  three four"),
            ("half \ud83d", "half \ufffd"),
            ("no\u00a0break", "no break"),
            ("may\u200cbe", "may·be"),
            ("soft\u00adhyphen", "soft\ufffdhyphen"),
            ("\u0301a", "◌\u0301a"),
            ("\u3164", "\ufffd"),
        ],
    )
    def test_what_hides_or_commands_becomes_visible(self, text: str, visible: str) -> None:
        assert shown(text) == visible

    def test_markup_is_only_text(self) -> None:
        assert shown("[bold red]Smith[/]") == "[bold red]Smith[/]"

    def test_a_name_of_a_megabyte_is_cut_before_it_is_looked_at(self) -> None:
        assert shown("\u202e" * 2_000_000, limit=10) == "\ufffd" * 9 + "…"

    def test_nothing_is_shown_as_nothing(self) -> None:
        assert (shown(None), shown("")) == ("", "")


class TestWidth:
    @pytest.mark.parametrize("text", ["abc", "Zoë", "e\u0301", "李小龙", "🙂", "ｱｲ", "Ｆ", "", "각"])
    def test_it_agrees_with_the_screens_own_measure(self, text: str) -> None:
        assert cells(text) == cell_len(text)

    @given(ANY, st.integers(0, 30))
    def test_a_fitted_text_fills_its_column_exactly(self, text: str, width: int) -> None:
        assert cells(fit(text, width)) == width

    def test_a_wide_letter_is_not_cut_in_half(self) -> None:
        assert (fit("李小龙", 6), fit("李小龙", 5), fit("李小龙", 4)) == ("李小龙", "李小…", "李… ")


class TestCsv:
    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
    def test_a_cell_that_would_run_becomes_text(self, start: str) -> None:
        assert csv_safe(start + "1+1") == f"'{start}1+1"

    @pytest.mark.parametrize("text", ["007", "A823200312001", "O'Brien", "a=b", "", "07700 900123"])
    def test_other_cells_are_left_as_they_are(self, text: str) -> None:
        """G6: leading zeros are kept."""
        assert csv_safe(text) == text

    @given(ANY)
    def test_any_cell_survives_a_csv_file_and_begins_no_formula(self, text: str) -> None:
        cell = csv_safe(text)
        file = io.StringIO(newline="")
        csv.writer(file).writerow([cell, "end"])
        file.seek(0)
        assert next(csv.reader(file, strict=True)) == [cell, "end"]
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
