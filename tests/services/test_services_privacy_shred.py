"""After an erasure: the file is looked through, and written anew only where something of somebody is left."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from data import residue, shredding
from data.tables import Person
from misconsole.services import privacy_erase
from tests import seed, stores

WORDS = ("Zephyrine", "Quillfeather", "Q829999100007", "zq@home.example", "07700900777")
WHO = "Q829999100007"


@pytest.fixture
def e(tmp_path: Path) -> Iterator[seed.Estate]:
    with seed.estate(tmp_path) as opened:
        yield opened


@pytest.fixture
def leaver(e: seed.Estate) -> int:
    """One among two hundred; the MIS delivers her no longer."""
    school = e.school()
    for number in range(200):
        e.person(school, f"Given{number}", f"Family{number * 7 % 200}")
    person = e.person(
        school, "Zephyrine", "Quillfeather", upn=WHO, date_of_birth=date(2013, 2, 27),
        email="zq@home.example", phone="07700900777", present=False, gate="absent",
    )  # fmt: skip
    account = e.account(school, "z1234", "Zephyrine", "Quillfeather", state="unallocated")
    e.link(person, account, active=False, ended_at=e.now, ended_reason="absent")
    return person


def path(e: seed.Estate) -> Path:
    assert e.store.path is not None
    return e.store.path


def left(e: seed.Estate) -> list[str]:
    held = stores.bytes_of(e.store).lower()
    return [word for word in WORDS if word.lower().encode() in held]


def times_anew(e: seed.Estate) -> int:
    """Rises when the file is written anew."""
    with closing(sqlite3.connect(path(e))) as db:
        return int(db.execute("PRAGMA schema_version").fetchone()[0])


def spoil(e: seed.Estate) -> None:
    """As an older version did: rows went without what they held being overwritten."""
    with closing(sqlite3.connect(path(e))) as db, db:
        db.execute("PRAGMA secure_delete = OFF")
        db.execute(
            "INSERT INTO alias (account_id, kind, value) SELECT id, 'email', 'zq@home.example' FROM account"
        )
        db.execute("DELETE FROM alias")


def test_nobody_waits_for_the_file_to_be_written_anew_where_nothing_is_left(
    e: seed.Estate, leaver: int
) -> None:
    before = times_anew(e)
    assert set(left(e)) == set(WORDS), "the search itself must find what is there"
    assert privacy_erase.erase(e.desk(), "100001", WHO).shredded
    assert times_anew(e) == before
    assert left(e) == []


def test_X1_what_an_older_version_left_in_the_file_is_found_and_the_file_written_anew(
    e: seed.Estate, leaver: int
) -> None:
    spoil(e)
    before = times_anew(e)
    assert privacy_erase.erase(e.desk(), "100001", WHO).shredded
    assert times_anew(e) > before
    assert left(e) == []


def test_where_nothing_can_be_told_nothing_is_taken_for_granted(
    e: seed.Estate, leaver: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(residue, "left", lambda *_: None)
    before = times_anew(e)
    assert privacy_erase.erase(e.desk(), "100001", WHO).shredded
    assert times_anew(e) > before


def test_whose_name_somebody_else_bears_is_looked_for_by_both_words_together(
    e: seed.Estate, leaver: int
) -> None:
    """A surname alone means nobody then, and must not have the file written anew every time."""
    with e.store.write() as s:
        found = s.get_one(Person, leaver)
        found.family_name = found.legal_family_name = "Family7"
        found.search_name = "family7 zephyrine"
    subject = shredding.Traces(names=(("Zephyrine", "Family7"),))
    assert shredding._with_rare(e.store, subject).alone == ()
    e.change(Person, leaver, search_name="family7 somebody")
    assert shredding._with_rare(e.store, subject).alone == ("Zephyrine",)


def test_somebody_who_reads_on_and_on_keeps_it_from_being_cleaned_which_is_said_and_others_write(
    e: seed.Estate, leaver: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shredding, "PAUSES", (0.0,))
    monkeypatch.setattr(shredding, "HOLD_MS", 1)
    with e.store.read() as s:
        assert s.get(Person, leaver) is not None
        assert not privacy_erase.erase(e.desk(), "100001", WHO).shredded
        e.person(1, "Una", "Later")
    assert shredding.shred(e.store)
    assert left(e) == []
