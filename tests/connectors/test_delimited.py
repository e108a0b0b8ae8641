"""Delimited files: opened safely, decoded for what they are, parted by consistency, nothing swallowed."""

from __future__ import annotations

import io
import os
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.delimited import cells, freshness
from connectors.delimited.dialect import decide, labels_of
from connectors.delimited.source import Limits, Source, whole_path
from connectors.delimited.table import Table
from connectors.errors import BadFile, BadSettings, ConnectorError, ShortExtract, TooLarge, Unreachable
from connectors.findings import Findings
from connectors.records import Rejected, Report

ALL = frozenset(Report)
PUPILS = (Report.STUDENTS,)
ROWS = "Adno,Surname,Forename,DOB\r\n001,Okonjo,Nia,01/09/2014\r\n002,Hale,Zoë,02/10/2014\r\n"


def read(folder: Path, content: bytes, name: str = "pupils.csv") -> tuple[Table, list[list[str | None]]]:
    (folder / name).write_bytes(content)
    with closing(Source(folder)) as source:
        table = Table(source, name)
        found = list(table.rows(Findings(ALL), PUPILS))
        return table, [[row[i] for i in range(len(table.labels))] for row in found]


def rejected(folder: Path, content: bytes) -> tuple[Rejected, ...]:
    (folder / "pupils.csv").write_bytes(content)
    findings = Findings(ALL)
    with closing(Source(folder)) as source:
        list(Table(source, "pupils.csv").rows(findings, PUPILS))
    return findings.take(Report.STUDENTS)


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 with a byte order mark"), ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("cp1252", "Windows-1252"),
    ],
)  # fmt: skip
def test_the_encoding_is_told_and_names_come_out_whole(tmp_path: Path, encoding: str, told: str) -> None:
    table, rows = read(tmp_path, ROWS.encode(encoding))
    assert table.found.title == told
    assert table.labels == ("Adno", "Surname", "Forename", "DOB")
    assert rows[1] == ["002", "Hale", "Zoë", "02/10/2014"]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|", "^", "~"])
def test_the_delimiter_is_the_one_under_which_rows_agree(tmp_path: Path, mark: str) -> None:
    """Commas in every name do not make it a file of commas."""
    lines = [["Adno", "Name", "DOB"], *[[str(n), f'"Hale, N{n}"', "1/9/2014"] for n in range(30)]]
    table, rows = read(tmp_path, "\n".join(mark.join(line) for line in lines).encode())
    assert table.dialect.delimiter == mark
    assert rows[3] == ["3", "Hale, N3", "1/9/2014"]


def test_preamble_is_passed_over_and_a_closing_total_is_no_pupil(tmp_path: Path) -> None:
    text = f'Ridgemoor "Academy"\r\nPrinted 01/09/2026,,,\r\n\r\n{ROWS}\r\nTotal pupils: 2,,,\r\n'
    table, rows = read(tmp_path, text.encode())
    assert table.dialect.header_line == 4
    assert [row[0] for row in rows] == ["001", "002"]


def test_Z20_a_total_that_says_more_than_was_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ShortExtract, match="412"):
        read(tmp_path, f"{ROWS}412 records\r\n".encode())


def test_a_newline_in_quotation_marks_is_part_of_the_value_and_lines_are_counted(tmp_path: Path) -> None:
    text = 'Adno,Surname,Note\n1,Hale,"two\nlines"\n2,Okonjo,\n3,Lee,a,b\n'
    (row,) = rejected(tmp_path, text.encode())
    assert (row.where, row.code) == ("pupils.csv:5", "column_count")


def test_columns_of_the_same_name_are_told_apart() -> None:
    assert labels_of(["Name", "Form", "Name", "", " Form "]) == (
        "Name",
        "Form",
        "Name (2)",
        "Column 4",
        "Form (2)",
    )


def test_rows_without_their_blank_last_cells_are_read(tmp_path: Path) -> None:
    _, rows = read(tmp_path, b"Adno\tSurname\tHouse\n1\tHale\tBrunel\n2\tOkonjo\n3\tLee\tCurie\n")
    assert rows[1] == ["2", "Okonjo", None]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"), (b"\xef\xbb\xbf\r\n", "empty"), (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"), (b"%PDF-1.4", "PDF"), (b"<!DOCTYPE html><html>", "web page"),
        (b"Adno,Surname\n1,\x00\x00\n", "NUL"), (b"only one column\n1\n2\n", "column names"),
        (b"1,2014-09-01\n2,2014-09-02\n", "column names"),
        (b"Adno,Surname\n1,Zo\xc3\xab\n2,Zo\xeb\n", "line 3 is not UTF-8"),
        (b"Adno,Surname\n1,Zo\x81\n", "neither"), (b'Adno,Surname\n1,"Hale\n2,Lee\n', "row 2"),
        (b"Adno,Surname,Form\n1,Hale,7A\n2,L", "mid-row"),
        (b"Adno,Surname\n" + b"1,a,b\n" * 9 + b"1,2\n", "9 of 10"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_is_refused_by_name(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(ConnectorError, match=told) as caught:
        read(tmp_path, content)
    assert "pupils.csv" in caught.value.where
    assert caught.value.mend


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
@example(content=b"\xff\xfea")
@example(content=b'a,b\n"')
@example(content=b"a,b\n\x1a")
def test_any_bytes_are_rows_or_a_clear_error(tmp_path: Path, content: bytes) -> None:
    try:
        read(tmp_path, content)
    except ConnectorError as problem:
        assert problem.message
        assert problem.mend


def _zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


def test_a_zip_is_read_where_its_files_lie_and_litter_is_not(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("export/pupils.csv", "export/~$pupils.csv", "__MACOSX/._pupils.csv"):
            archive.writestr(name, ROWS)
    with closing(Source(path)) as source:
        assert source.names == ("pupils.csv",)


@pytest.mark.parametrize("name", ["../pupils.csv", "/etc/pupils.csv", "..\\pupils.csv", "c:pupils.csv"])
def test_a_path_that_leads_out_of_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), ROWS)
    with pytest.raises(BadFile, match="leads out"):
        Source(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = _zipped(tmp_path / "e.zip", **{"pupils.csv": "0" * 2_000_000})
    with pytest.raises(TooLarge):
        Source(path, limits=Limits(file=1_000_000))


def test_a_link_in_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text(ROWS)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "pupils.csv").symlink_to(tmp_path / "out")
    with pytest.raises(BadFile, match="link"):
        Source(folder)


def test_a_file_that_is_still_being_written_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pupils.csv"
    path.write_text(ROWS)
    with closing(Source(tmp_path)) as source:
        source.check_unchanged()
        path.write_text(ROWS + "003,Lee,Ada,1/1/2014\r\n")
        with pytest.raises(BadFile, match="changed while") as caught:
            source.check_unchanged()
    assert "Wait" in caught.value.mend
    (tmp_path / "staff.csv.part").write_text("x")
    with pytest.raises(BadFile, match="still being written"):
        Source(tmp_path)


def test_a_share_that_is_away_is_unreachable_and_a_bad_path_a_bad_setting(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        Source(tmp_path / "gone")
    for text in ("", "relative/path", "a\0b"):
        with pytest.raises(BadSettings):
            whole_path(text)


def test_the_same_files_and_yesterdays_files_are_told_with_the_date(tmp_path: Path) -> None:
    path = tmp_path / "pupils.csv"
    path.write_bytes(ROWS.encode())
    written = datetime(2026, 1, 14, 20, 0, tzinfo=UTC)
    os.utime(path, (written.timestamp(), written.timestamp()))
    with closing(Source(tmp_path)) as source:
        table = Table(source, "pupils.csv")
        now = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
        last = freshness.mark([table])
        told = {n.code: n.message for n in freshness.notices([table], last=last, now=now)}
        assert "14 January 2026" in told["same_files"]
        assert "yesterday" in told["old_files"]
        assert not list(freshness.notices([table], now=written))
        with pytest.raises(BadFile, match="at most 3"):
            list(freshness.notices([table], now=datetime(2026, 1, 30, tzinfo=UTC), max_age=3))


@pytest.mark.parametrize(
    "text",
    [
        "01/09/2014", "1/9/2014", "1-9-2014", "01.09.2014", "1-Sep-14", "01 Sep 2014", "1 September 2014",
        "1st Sept 2014", "2014-09-01", "2014/09/01", "20140901", "2014-09-01T00:00:00Z", "01/09/14",
        "01/09/2014 00:00:00", "41883", "41883.0", "Mon 1 Sep 2014", "Sep 1, 2014", "September 1st 2014",
    ],
)  # fmt: skip
def test_G8_a_day_is_read_in_every_usual_shape(text: str) -> None:
    assert cells.day(text, 2036)[0] == date(2014, 9, 1)


@given(st.dates(date(1950, 1, 1), date(2035, 12, 31)))
def test_a_day_never_shifts(when: date) -> None:
    for shape in ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d-%b-%Y", "%d.%m.%Y"):
        assert cells.day(when.strftime(shape), 2036) == (when, "")
    if when.year > 1936:
        assert cells.day(when.strftime("%d-%b-%y"), 2036)[0] == when
    assert cells.day(str((when - date(1899, 12, 30)).days), 2036) == (when, cells.SERIAL)


def test_month_first_is_not_guessed_at() -> None:
    assert cells.day("09/14/2014", 2036) == (None, cells.MONTH_FIRST)
    assert cells.day("31/02/2014", 2036) == (None, cells.BAD)


@given(st.text(max_size=60))
def test_no_text_breaks_a_cell(text: str) -> None:
    cells.day(text)
    cells.yes_no(text)
    cells.surname_first(text)
    cells.surname_last(text)
    cells.value(text)
    decide(io.StringIO(text).readlines())


def test_names_in_one_column_and_guarded_zeros() -> None:
    assert cells.surname_first("O'Neill-Hale, Mrs Nia Jo") == ("Mrs", "Nia Jo", "O'Neill-Hale")
    assert cells.surname_last("Dr Anna van der Berg") == ("Dr", "Anna", "van der Berg")
    assert cells.surname_last("Cher") == (None, None, "Cher")
    assert cells.value('="003001"') == "003001"
    assert cells.value('=HYPERLINK("http://attack.example")') == '=HYPERLINK("http://attack.example")'


@pytest.mark.parametrize(
    ("today", "level"), [(17, "info"), (18, "info"), (19, "info"), (20, "warning"), (30, "warning")]
)
def test_T10_files_that_come_on_weekdays_are_not_late_before_tuesday(
    tmp_path: Path, today: int, level: str
) -> None:
    """Written on Friday the 16th: Saturday, Sunday and Monday morning bring nothing new."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"Id,Name\n1,Hale\n")
    written = datetime(2026, 1, 16, 19, tzinfo=UTC)
    os.utime(path, (written.timestamp(), written.timestamp()))
    with closing(Source(tmp_path)) as source:
        table = Table(source, "a.csv")
        now = datetime(2026, 1, today, 6, tzinfo=UTC)
        told = {n.code: n.level for n in freshness.notices([table], now=now, weekdays=True)}
    assert told == {"old_files": level}
