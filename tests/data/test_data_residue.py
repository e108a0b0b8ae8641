"""What is left over in a store's file: found wherever it stands outside a row, and nowhere else."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import residue
from data.residue import Traces


def churned(path: Path, seed: int, *, secure: bool) -> tuple[set[str], set[str]]:
    """A file in which people came, changed and were erased: whose names are gone, and whose are there."""
    rnd = random.Random(seed)
    here: dict[int, set[str]] = {}
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"PRAGMA secure_delete = {'ON' if secure else 'OFF'}")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, note TEXT)")
        db.execute("CREATE INDEX ix_name ON person (name)")
        for number in range(600):
            name = _name(rnd, number)
            db.execute("INSERT INTO person VALUES (?, ?, ?)", (number, name, "n" * rnd.randrange(300)))
            here[number] = {name}
            if number % 3 == 0:
                other, new = rnd.choice(list(here)), _name(rnd, number)
                db.execute("UPDATE person SET name = ?, note = ? WHERE id = ?", (new, "m" * 50, other))
                here[other].add(new)
        gone: set[str] = set()
        for number in rnd.sample(list(here), 60):
            db.execute("DELETE FROM person WHERE id = ?", (number,))
            gone |= here.pop(number)
        kept = {name for (name,) in db.execute("SELECT name FROM person")}
    return gone, kept


def _name(rnd: random.Random, number: int) -> str:
    return f"{rnd.getrandbits(48):012x}-{number:04d}"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), secure=st.booleans())
def test_every_name_left_over_is_found_and_no_name_in_a_row(tmp_path: Path, seed: int, secure: bool) -> None:
    path = tmp_path / "churned.sqlite3"
    gone, kept = churned(path, seed, secure=secure)
    held = path.read_bytes()
    there = {name for name in gone if name.encode() in held}
    seen = {name for name in gone if residue.count(path, residue.finder(Traces(alone=(name,))))}
    assert there <= seen
    assert all(name[:12].encode() in held for name in seen)  # three quarters of it, the end overwritten
    if not secure:
        assert there, "the search itself must find what is there"
    assert len(there) <= (len(gone) // 10 if secure else len(gone))
    for name in sorted(kept)[:5]:
        assert held.count(name.encode()) >= 2  # in the table and in its index
        copies = residue.count(path, residue.finder(Traces(alone=(name,))))
        assert copies < held.count(name.encode())


def test_another_process_looks_and_what_it_is_to_find_is_in_nobodys_argv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "churned.sqlite3"
    gone, _ = churned(path, 7, secure=False)
    asked: list[list[str]] = []
    real = residue.subprocess.run

    def run(words: list[str], **more: object) -> object:
        asked.append(words)
        return real(words, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(residue.subprocess, "run", run)
    held = path.read_bytes()
    there = next(name for name in sorted(gone) if name.encode() in held)
    assert residue.left(path, Traces(alone=(there,))) == residue.count(
        path, residue.finder(Traces(alone=(there,)))
    )
    assert residue.left(path, Traces(alone=("nobody-at-all",))) == 0
    assert residue.left(tmp_path / "none.sqlite3", Traces(alone=(there,))) is None
    assert all(there not in word for words in asked for word in words)


@pytest.mark.parametrize(
    ("part", "found"),
    [
        (b"\x05ZephyrineQuillfeather\x00", True),
        (b'{"given_name":"Zephyrine","family_name":"Quillfeather"}', True),
        (b"quillfeather zephyrine", True),
        (b"Zephyrine" + b"." * 200 + b"Quillfeather", False),  # two people, a page apart
        (b"Zephyrine Smith, Una Quillfeather-Brown"[:20], False),
        ("Zoë Ó Briain".encode(), True),
        ("zoë ó briain".encode(), True),
        (b"Q829999100007", True),
        (b"q829999100007x", True),
        (b"Q82999910\x00\x00", True),  # the end of it is overwritten
        (b"Q82999\x00\x00", False),  # that is anybody of the school
        (b"Zephyrine Quillfeath\x00", True),
        (b"", False),
    ],
)
def test_a_name_is_two_words_near_one_another_and_a_number_is_itself(part: bytes, found: bool) -> None:
    names = (("Zephyrine", "Quillfeather"), ("Quillfeather", "Zephyrine"), ("Zoë", "Ó", "Briain"))
    assert residue.finder(Traces(alone=("Q829999100007",), names=names))(part) == found


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=512, max_size=512), st.booleans())
def test_any_bytes_make_a_page(page: bytes, first: bool) -> None:
    assert all(part in page for part in residue.free(page, first=first))
