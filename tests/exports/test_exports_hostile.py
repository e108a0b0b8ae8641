"""Hostile text from a MIS through every format: the files stay what they are, and no cell runs."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import rosters as r
import strict_reader as strict
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_exports_oneroster import back

from misconsole.exports.cells import ADDRESS, safe
from misconsole.rules import account_csv

NASTY = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["=HYPERLINK(\"http://x.example\")", "+44", "-1+1", "@SUM(A1)", "\t=1", '"', '"",""', "a\r\nb",
         "\x1b[2J", "\u202egnp", "\0", "＝1", "' =1", "\ud800", "a,b;c", "\\", '\\"', " ",
         "= = =1", "\u2028=1", "'=1"]
    ),
)  # fmt: skip
FAST = settings(max_examples=60)


def hostile(text: str, other: str) -> r.Roster:
    """The text in every place that foreign text reaches; one pupil besides who is as usual."""
    bad = replace(
        r.ZOE, given=text, family=other, display=text, directory_given=text, directory_family=other,
        admission_number=other, upn=text, registration_group=other, aliases=(text,),
    )  # fmt: skip
    teacher = replace(r.PRIYA, given=other, family=text, job_title=text, staff_code=other)
    group = replace(r.MATHS, name=text, code=other, subject=other, description=text)
    contact = replace(r.ADA, given=text, family=other, email=text, phone=other)
    return r.school(
        r.NIA, bad, teacher, classes=(group, r.FORM), contacts=(contact, r.ADA),
        school=replace(r.SCHOOL, name=f"Larkmere {text}"),
    )  # fmt: skip


@FAST
@given(NASTY, NASTY)
@example("=1+1", "\r\n=cmd")
def test_strict_readers_take_whatever_a_mis_delivers(text: str, other: str) -> None:
    roster = hostile(text, other)
    strict.google(r.files("google", roster)["google-users.csv"])
    strict.microsoft365(r.files("microsoft365", roster)["microsoft365-users-1.csv"])
    strict.entra(r.files("entra", roster)["entra-bulk-create.csv"])
    strict.sds(r.files("sds", roster, contacts="all"))
    strict.sds1(r.files("sds1", roster))
    strict.apple(r.files("apple", roster)["apple-school-manager.zip"])
    content = r.files("ad", roster)["ad-users.csv"]
    strict.harmless(strict.table(content, content.decode("utf-8-sig").split("\r\n")[0], bom=True))


@settings(max_examples=30)
@given(NASTY, NASTY, st.sampled_from(["1.1", "1.2"]))
def test_the_connector_reads_a_package_of_hostile_names(text: str, other: str, version: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = back(Path(folder), version, hostile(text, other))
    assert found.rejected == []
    assert "S-100001-1" in found.pupils
    for each in found.pupils.values():
        assert not (each.given_name or "").startswith(strict.FORMULA)


@FAST
@given(NASTY, NASTY)
def test_plain_tables_open_as_text_and_account_import_reads_them_back(text: str, other: str) -> None:
    """Round trip: names come back to the sign, but for what cannot be shown on one line."""
    from misconsole.exports.cells import line

    content = r.files("accounts", hostile(text, other))["accounts.csv"]
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    assert all(not cell.startswith(strict.FORMULA) for row in rows for cell in row)
    parsed = account_csv.parse(account_csv.decode(content))
    taken = {row.username: row for row in parsed.rows}
    assert taken["p1"].given_name == "Nia"
    if len(text) < 60 and len(other) < 60:
        assert parsed.rejected == ()
        assert (taken["p2"].given_name or "") == line(text)
        assert (taken["p2"].family_name or "") == line(other)


@given(st.text(max_size=60))
def test_mended_text_is_one_harmless_line_and_stays_as_it_is(text: str) -> None:
    once = safe(text)
    assert safe(once) == once
    assert not once.startswith(strict.FORMULA) and not strict.CONTROL.search(once)


@pytest.mark.parametrize("name", ["Nia", "O'Small", "Łukasz", "محمد", "李", "Zoë-Ann", "d’Arcy"])
def test_names_of_people_pass_untouched(name: str) -> None:
    assert safe(name) == name


@pytest.mark.parametrize(
    "address",
    ["=cmd@x.example", "-a@x.example", "a b@x.example", "a@x", "a@@x.example", "a@x.example\n", "@x.example"],
)
def test_a_sign_in_name_that_is_none_is_left_out_and_never_mended(address: str) -> None:
    found, files = r.made("google", r.school(r.NIA, replace(r.ZOE, address=address)))
    assert [each.label for each in found.left_out] == ["p2"]
    assert len(strict.google(files["google-users.csv"])) == 1


def test_what_was_taken_off_is_told_with_whose_it_was() -> None:
    found, files = r.made("sds", r.school(replace(r.ZOE, given="=Zoë"), r.NIA))
    [said] = [each for each in found.notices if each.code == "formula"]
    assert "p2 (given name)" in said.message
    assert strict.sds(files)["users.csv"][0]["givenName"] == "Zoë"


def test_leading_zeros_are_in_every_file_that_has_the_schools_number() -> None:
    """G6"""
    for name in ("sds1", "ad", "accounts"):
        assert any(b",000002," in content for content in r.files(name).values()), name
    assert ADDRESS.fullmatch("25nokonjo@larkmere.example")
