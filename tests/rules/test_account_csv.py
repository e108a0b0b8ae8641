"""The account CSV of headless.md: good rows in, bad ones named with line, field and reason."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.simulator.world import build_world
from misconsole.rules.account_csv import (
    COLUMNS,
    LIMITS,
    AccountFileError,
    AccountRow,
    decode,
    parse,
    unguarded,
)
from misconsole.text import csv_safe

HEADER = ",".join(COLUMNS)
TODAY = date(2026, 1, 12)


def one(row: str, header: str = HEADER) -> AccountRow:
    found = parse(f"{header}\n{row}\n", today=TODAY)
    assert found.rejected == ()
    return found.rows[0]


def fault(row: str, header: str = HEADER) -> tuple[int, str, str]:
    found = parse(f"{header}\ngood,,,,,,,,,,,\n{row}\n", today=TODAY)
    assert [r.username for r in found.rows] == ["good"]
    assert found.read == 2
    return found.rejected[0]


def test_the_columns_are_those_promised_to_scripts() -> None:
    assert COLUMNS == (
        "username", "given_name", "family_name", "preferred_given_name", "preferred_family_name",
        "date_of_birth", "role", "email", "year_of_entry", "upn", "mis_id", "staff_code",
    )  # fmt: skip
    assert set(COLUMNS) == set(LIMITS)


def test_a_full_row_is_read_field_by_field() -> None:
    assert one(
        "25nokonjo,Adaeze,Okonjo-Hale,Nia,Hale,2014-03-05,pupil,25nokonjo@larkmere.example,2019,D823401725011,"
        "7781,NOH"
    ) == AccountRow(
        line=2, username="25nokonjo", given_name="Adaeze", family_name="Okonjo-Hale",
        preferred_given_name="Nia", preferred_family_name="Hale", date_of_birth=date(2014, 3, 5),
        role="pupil", email="25nokonjo@larkmere.example", year_of_entry=2019, upn="D823401725011",
        mis_id="7781", staff_code="NOH",
    )  # fmt: skip


def test_only_the_username_is_required() -> None:
    assert one("h.potter", "username") == AccountRow(line=2, username="h.potter")
    assert one("h.potter,,,,,,,,,,,").role is None


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_comma_semicolon_and_tab_part_the_columns(delimiter: str) -> None:
    row = one(f'"Lake; Sea, Shore"{delimiter}h.potter', f"family_name{delimiter}username")
    assert (row.username, row.family_name) == ("h.potter", "Lake; Sea, Shore")


def test_the_delimiter_is_the_headers_and_never_guessed_from_the_rows() -> None:
    found = parse("username,family_name\nh.potter;Potter;a;b\n")
    assert found.rejected == ((2, "", "the row has 1 columns where the header has 2"),)
    with pytest.raises(AccountFileError, match="no column username"):
        parse("username|family_name\nh.potter|Potter\n")


def test_a_byte_order_mark_and_any_line_end_are_no_trouble() -> None:
    for end in (b"\n", b"\r\n"):
        content = b"\xef\xbb\xbf" + end.join([b"username,given_name", "zoe,Zoë".encode(), b""])
        assert parse(decode(content)).rows[0].given_name == "Zoë"
    assert parse("\ufeffusername\nzoe").rows[0].username == "zoe"


def test_headings_may_differ_in_capitals_and_spaces() -> None:
    assert one("h.potter,2014-03-05", "Username,Date of Birth").date_of_birth == date(2014, 3, 5)


def test_G6_leading_zeros_live() -> None:
    row = one("004504,,,,,,,,,0012,004504,007")
    assert (row.username, row.upn, row.mis_id, row.staff_code) == ("004504", "0012", "004504", "007")


def test_the_apostrophe_that_guards_a_formula_is_taken_off_and_no_other() -> None:
    row = one("'-h.potter,'=Anna,'t Hooft,O'Brien,''x,,,,,,,")
    assert row.username == "-h.potter"
    assert row.given_name == "=Anna"
    assert (row.family_name, row.preferred_given_name, row.preferred_family_name) == (
        "'t Hooft",
        "O'Brien",
        "''x",
    )


def test_a_name_is_kept_as_delivered_whatever_is_in_it() -> None:
    assert one('h,"\x1b[31mred\n[b]"', "username,given_name").given_name == "\x1b[31mred\n[b]"


def test_unknown_columns_are_left_out_and_named() -> None:
    found = parse("username,password,Shoe size,\nh.potter,secret,44,\n")
    assert found.left_out == ("password", "Shoe size")
    assert found.columns == {"username"}
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (",Harry", "username", "is blank"),
        ("  ,Harry", "username", "is blank"),
        ("GOOD", "username", "is the same as in line 2"),
        ("x" * 129, "username", "has 129 characters; the limit is 128"),
        ("a\u200bb", "username", "control characters"),
        ('"a\nb"', "username", "control characters, line breaks"),
        ("h,x" + "é" * 200, "given_name", "has 201 characters; the limit is 200"),
        ("h,,,,,5/3/2014", "date_of_birth", "“5/3/2014” can be read in two ways; write it as YYYY-MM-DD"),
        ("h,,,,,05.03.2014", "date_of_birth", "two ways"),
        ("h,,,,,2014/03/05", "date_of_birth", "two ways"),
        ("h,,,,,March", "date_of_birth", "not of the form YYYY-MM-DD"),
        ("h,,,,,2014-3-5", "date_of_birth", "not of the form YYYY-MM-DD"),
        ("h,,,,,2014-02-30", "date_of_birth", "not a day of the calendar"),
        ("h,,,,,2026-01-13", "date_of_birth", "in the future or before 1900"),
        ("h,,,,,1899-12-31", "date_of_birth", "in the future or before 1900"),
        ("h,,,,,,wizard", "role", "“wizard” is not one of pupil, staff, other"),
        ("h,,,,,,,no address", "email", "“no address” is not an e-mail address"),
        ("h,,,,,,,a@b@c", "email", "not an e-mail address"),
        ("h,,,,,,,,19", "year_of_entry", "“19” is not a year of four digits"),
        ("h,,,,,,,,2019.0", "year_of_entry", "not a year of four digits"),
        ("h,,,,,,,,,,,,extra", "", "the row has 13 columns where the header has 12"),
    ],
)
def test_a_bad_row_is_named_with_its_line_field_and_reason(row: str, field: str, reason: str) -> None:
    if "," in row and not row.endswith("extra"):
        row += "," * (11 - row.count(","))
    elif "extra" not in row:
        row += "," * 11
    line, at, said = fault(row)
    assert (line, at) == (3, field)
    assert reason in said


def test_duplicates_ignore_case_and_name_the_line_of_the_first() -> None:
    found = parse("username\nJ.Smith\nother\nj.smith\nJ.SMITH\n")
    assert [r.line for r in found.rows] == [2, 3]
    assert [(line, field) for line, field, _ in found.rejected] == [(4, "username"), (5, "username")]
    assert all("line 2" in reason for _, _, reason in found.rejected)


def test_a_row_rejected_for_itself_does_not_make_the_next_a_duplicate() -> None:
    found = parse("username,role\nh,wizard\nh,pupil\n")
    assert [r.line for r in found.rows] == [3]


@pytest.mark.parametrize(
    ("word", "role"), [("Student", "pupil"), ("PUPIL", "pupil"), ("staff", "staff"), ("other", "other")]
)
def test_roles_are_read_whatever_their_capitals(word: str, role: str) -> None:
    assert one(f"h,{word}", "username,role").role == role


def test_line_numbers_are_those_of_the_file_across_blank_and_quoted_lines() -> None:
    found = parse('username,given_name\n\na,"Anna\nLee"\n,,\nb,Bo,\nc\n')
    assert [r.line for r in found.rows] == [3, 6]
    assert [r[0] for r in found.rejected] == [7]


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("username\nzoë\n".encode("utf-16"), 1, "UTF-16"),
        (b"username\nok\nzo\xeb\n", 3, "Line 3 is not UTF-8"),
        (b"username\nz\0\n", 2, "NUL"),
        (b"PK\x03\x04rest", 1, "spreadsheet"),
    ],
)
def test_a_wrong_encoding_refuses_the_file_and_says_where(content: bytes, line: int, says: str) -> None:
    with pytest.raises(AccountFileError, match=says) as caught:
        decode(content)
    assert caught.value.line == line
    assert "UTF-8" in caught.value.mend and caught.value.code == "bad_file"


@pytest.mark.parametrize(
    ("text", "line", "field", "says"),
    [
        ("", 1, "", "header row"),
        ("\nusername\n", 1, "", "header row"),
        ("name,email\n", 1, "username", "no column username"),
        ("username,username\n", 1, "username", "there twice"),
        ("username,given_name,Given Name\n", 1, "given_name", "there twice"),
        ('username\nok\n"a"b\n', 3, "", "not well-formed"),
        ('username\nok\n"a\nb\n', 3, "", "not well-formed"),
        ("username\n" + "x" * 200_000, 2, "", "not well-formed"),
    ],
)
def test_a_file_that_would_lose_rows_unseen_is_refused_whole(
    text: str, line: int, field: str, says: str
) -> None:
    with pytest.raises(AccountFileError, match=says) as caught:
        parse(text)
    assert (caught.value.line, caught.value.field) == (line, field)
    assert caught.value.as_dict()["line"] == str(line)


def test_a_header_alone_is_a_file_without_accounts() -> None:
    found = parse(HEADER)
    assert found.rows == () and found.rejected == () and found.read == 0


TEXT = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co"]), max_size=30
).map(str.strip)


@given(TEXT.filter(lambda t: not t.startswith("'")), st.sampled_from([",", ";", "\t"]))
def test_what_csv_safe_writes_comes_back_as_it_was(value: str, delimiter: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["username", "given_name", "mis_id"])
    writer.writerow(["u", csv_safe(value), csv_safe("004504")])
    row = parse(out.getvalue()).rows[0]
    assert (row.given_name or "", row.mis_id) == (value, "004504")


@given(st.text(max_size=20))
def test_unguarding_undoes_the_guard(value: str) -> None:
    guarded = csv_safe(value)
    if guarded != value and "\0" not in value:
        assert unguarded(guarded) == value


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_rows_reasons_or_a_clear_error(content: bytes, with_header: bool) -> None:
    try:
        found = parse(decode((HEADER.encode() + b"\n" if with_header else b"") + content), today=TODAY)
    except AccountFileError as problem:
        assert problem.message and problem.mend
        return
    assert all(row.username for row in found.rows)
    assert all(line > 1 and reason for line, _, reason in found.rejected)


@given(st.lists(st.lists(st.text(max_size=12), min_size=12, max_size=12), max_size=6))
def test_any_cells_are_rows_or_reasons(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    try:
        found = parse(out.getvalue())
    except AccountFileError:
        assert "\0" in out.getvalue() or "\r" in out.getvalue()
        return
    assert found.read <= len(rows)
    names = [row.username.casefold() for row in found.rows]
    assert len(set(names)) == len(names)


def test_the_demo_estates_directories_are_read_without_a_bad_row() -> None:
    world = build_world(today=TODAY, scale=0.25)
    for school in world.schools:
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, fieldnames=COLUMNS)
        writer.writeheader()
        listed = world.directory(school.urn)
        writer.writerows(listed)
        found = parse(out.getvalue(), today=TODAY)
        assert found.left_out == ()
        assert found.rejected == ()
        assert len(found.rows) == len(listed)
