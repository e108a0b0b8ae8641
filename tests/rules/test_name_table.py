"""The table of names: rows as they should be, every community covered, and read only when needed."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from misconsole.rules import name_table, nicknames, similarity
from misconsole.rules.name_table import FIRST_NAME, GROUPS, SURNAME
from misconsole.rules.names import fold

CELLS = name_table.rows(name_table.FILE.read_text("utf-8").splitlines())
ROWS = [dict(zip(name_table.COLUMNS, cells, strict=False)) for cells in CELLS]
FIRST = [row for row in ROWS if row["kind"] == FIRST_NAME]
LAST = [row for row in ROWS if row["kind"] == SURNAME]


def test_every_row_is_a_first_name_of_a_community_or_a_surname_in_several_spellings():
    assert len(FIRST) + len(LAST) == len(ROWS)
    assert {row["group"] for row in FIRST} == set(GROUPS)
    assert all(not row["group"] and not row["short forms"] for row in LAST)
    assert all(row["spellings"] for row in ROWS)
    assert {len(cells) for cells in CELLS} == {len(name_table.COLUMNS)}


def test_names_are_written_as_they_are_compared():
    for row in ROWS:
        for name in (*row["spellings"].split(), *row["short forms"].split()):
            assert name == fold(name).replace(" ", ""), row
            assert name.isalpha() and len(name) > 1, row


@pytest.mark.parametrize("rows", [FIRST, LAST], ids=["first names", "surnames"])
def test_a_name_stands_on_one_row_as_a_spelling_at_most(rows):
    seen = Counter(name for row in rows for name in row["spellings"].split())
    assert [name for name, count in seen.items() if count > 1] == []


def test_no_row_tells_a_name_twice_and_no_name_is_short_for_its_own_short_form():
    short = {
        (s, name) for row in FIRST for s in row["short forms"].split() for name in row["spellings"].split()
    }
    for row in ROWS:
        names = row["spellings"].split() + row["short forms"].split()
        assert len(names) == len(set(names)), row
    assert [pair for pair in short if pair[::-1] in short] == []


@pytest.mark.parametrize(
    ("group", "fewest"),
    [("British and Irish", 350), ("South Asian", 240), ("Arabic", 75), ("West and East African", 200),
     ("Eastern European", 100), ("Chinese", 60), ("Portuguese", 60), ("Turkish", 120)],
)  # fmt: skip
def test_every_community_is_covered(group, fewest):
    assert sum(row["group"] == group for row in FIRST) >= fewest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siobhán", "Shevaun"), ("William", "Billy"), ("Caoimhe", "Keeva"), ("Llewelyn", "Lew"),
        ("Mohammed", "Mo"), ("Aisha", "Ayse"), ("Abdirahman", "Abdi"), ("Yusuf", "Youssef"),
        ("Harpreet", "Harry"), ("Gurpreet", "Guri"), ("Lakshmi", "Laxmi"), ("Zeeshan", "Zishan"),
        ("Oluwaseun", "Seun"), ("Temitope", "Tope"), ("Tewodros", "Teddy"), ("Farhiya", "Farxiya"),
        ("Krzysztof", "Krzysiek"), ("Małgorzata", "Gosia"), ("Volodymyr", "Vova"), ("Serhii", "Sergey"),
        ("Nataliia", "Natasha"),
        ("Xinyi", "Hsinyi"), ("Jiahao", "Chiahao"), ("Tsz", "Tze"),
        ("João", "Johnny"), ("Guilherme", "Gui"), ("Gonçalo", "Gonzalo"), ("Leonardo", "Leo"),
        ("Mehmet", "Muhammad"), ("Oğuzhan", "Oğuz"), ("Ramazan", "Ramadan"), ("Zeynep", "Zainab"),
    ],
)  # fmt: skip
def test_K13_forms_met_in_our_schools_are_one_name(one, other):
    assert similarity.given(one, other) in ("nickname", "equal", "folded")
    assert similarity.given(one, other) == similarity.given(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("Samuel", "Samantha"), ("Harpreet", "Gurpreet"), ("Xinyi", "Xinyue"), ("Ada", "Ayse")]
)
def test_other_names_stay_two(one, other):
    assert similarity.given(one, other) != "nickname"


@pytest.mark.parametrize(
    ("one", "other"), [("Chowdhury", "Choudhry"), ("Hussain", "Hossein"), ("Reid", "Reed")]
)
def test_surnames_written_in_several_ways_are_one(one, other):
    assert nicknames.surname(fold(one)) == nicknames.surname(fold(other))


def test_a_heading_that_is_another_is_told():
    with pytest.raises(ValueError, match=r"names\.csv begins with"):
        name_table.rows(["kind,spellings", "surname,reid reed"])


def test_the_table_is_not_read_before_it_is_needed():
    code = (
        "from misconsole.rules import matching, compare, nicknames, name_table\n"
        "assert name_table.table.cache_info().misses == 0\n"
        "assert nicknames.related('robert', 'bob')\n"
        "assert name_table.table.cache_info().misses == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
