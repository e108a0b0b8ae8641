"""Names as compared and as usernames: Z4, M7, K13, O1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules.names import bare, fold, is_latin, letters, pairs, views


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien", "O’BRIEN"),
        ("O'Brien", "Obrien"),
        ("Zoë", "ZOE"),
        ("Zoe\u0308", "Zoë"),  # a combining mark and the ready-made letter
        ("Łukasz", "lukasz"),
        ("Straße", "strasse"),
        ("İpek", "ipek"),
        ("Smith-Jones", "smith  jones"),
        ("Smith‑Jones", "Smith–Jones"),
        ("ﬁona", "Fiona"),
        ("Ma\u200brk", "Mark"),
        ("Anne\u00a0Marie", "Anne Marie"),
        ("Nguyễn", "Nguyen"),
    ],
)
def test_names_spelt_alike_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


def test_folding_keeps_the_words_of_a_name_apart() -> None:
    assert fold("Smith-Jones") == "smith jones" != fold("Smithjones")


def test_nothing_folds_to_nothing() -> None:
    assert fold(None) == fold("") == fold("--- ’ ") == fold("🙂") == ""


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Llewelyn-Bowen Cholmondeley", "llewelynbowencholmondeley"),
        ("O'Brien_&_Sons", "obriensons"),
        ("Jean Luc 2", "jeanluc"),
        ("Zoë", "zoe"),
        ("Łukasz", "lukasz"),
        ("Þór", "thor"),
        ("李", "li"),
        ("🙂", ""),
        ("123", ""),
        (None, ""),
    ],
)
def test_M7_Z4_a_username_part_is_transliterated_and_loses_every_non_letter(
    name: str | None, kept: str
) -> None:
    assert letters(name) == kept


def test_titles_and_honours_are_no_part_of_a_name_unless_they_are_all_of_it() -> None:
    assert bare("Dr. Anita Patel MBE") == "anita patel"
    assert bare("Lord") == "lord"
    assert bare("Mrs") == "mrs"


def test_a_double_barrelled_name_is_seen_whole_joined_and_by_its_halves() -> None:
    seen = views("Smith-Jones")
    assert (seen.full, seen.joined, seen.first, seen.last) == ("smith jones", "smithjones", "smith", "jones")
    assert views("Jones Smith").words == seen.words
    assert views("Smithjones").joined == seen.joined
    assert seen.spellings == {"smith jones", "smithjones", "smith", "jones"}


def test_a_missing_name_has_empty_views() -> None:
    assert views(None).spellings == frozenset()


def test_O1_K13_all_four_pairs_of_preferred_and_legal_names_preferred_first() -> None:
    assert pairs("Nia", "Hale", "Adaeze", "Okonjo") == (
        ("nia", "hale"), ("adaeze", "hale"), ("nia", "okonjo"), ("adaeze", "okonjo"),
    )  # fmt: skip
    assert pairs("Nia", "Hale", "NIA", "Hale") == (("nia", "hale"),)
    assert pairs(None, "Pelé") == (("", "pele"),)
    assert pairs(None, None) == ()


def test_Z5_a_name_in_another_script_is_known_for_one() -> None:
    assert is_latin("Łukasz O’Brien-Zoë") and is_latin("") and is_latin(None)
    assert not is_latin("Мария") and not is_latin("王") and not is_latin("Anna 王")


@given(st.text())
def test_folding_never_fails_and_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once.isascii() and once == once.strip().lower() and "  " not in once
    assert all("a" <= c <= "z" for c in letters(text))
    assert views(text).joined == views(text).full.replace(" ", "")


def test_a_name_of_a_megabyte_is_folded_like_any_other() -> None:
    assert len(letters("é" * 1_000_000)) == 1_000_000
