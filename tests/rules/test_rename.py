"""Renaming many: every line of a rehearsal, and the promises a rehearsal keeps (M14, O3-O8, Z1-Z8)."""

from __future__ import annotations

import io
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from misconsole.rules import rename_csv, usernames
from misconsole.rules.account_csv import AccountFileError
from misconsole.rules.rename import ALLOWED, Ground, Look, Rehearsal, Subject, rehearse
from misconsole.rules.suitable import question
from misconsole.rules.username_kinds import KINDS, kind_of, of_role
from misconsole.rules.usernames import Format

INITIAL_LAST = Format.parse("first_initial.last_name")
ALL = dict.fromkeys(KINDS, INITIAL_LAST)


def subject(number: int, given: str, family: str, username: str = "", **more: object) -> Subject:
    name = username or f"old{number}"
    values = {
        "kind": "pupil", "name": f"{given} {family}", "given": given, "family": family,
        "email": f"{name}@larkmere.example", **more,
    }  # fmt: skip
    return Subject(account_id=number, username=name, **values)  # type: ignore[arg-type]


def ground(*subjects: Subject, **others: int | None) -> Ground:
    """What these hold, and names (``h_potter`` for h.potter) of accounts that are not renamed."""
    held: dict[str, int | None] = {each.username.lower(): each.account_id for each in subjects}
    held |= {name.replace("_", "."): owner for name, owner in others.items()}
    addresses = {(each.email or "").lower(): each.account_id for each in subjects}
    return Ground(held=held, addresses=addresses, domain="larkmere.example")


def named(found: Rehearsal) -> dict[int, str]:
    return {each.account_id: each.new for each in found.lines}


def looks(found: Rehearsal) -> dict[int, Look]:
    return {each.account_id: each.look for each in found.lines}


def test_O8_M14_a_new_format_moves_everybody_to_it_with_address_and_alias() -> None:
    """O4 O5"""
    harry = subject(1, "Harry", "Potter")
    (line,) = rehearse([harry], ground=ground(harry), formats=ALL).lines
    assert (line.old, line.new, line.email) == ("old1", "h.potter", "h.potter@larkmere.example")
    assert (line.look, line.alias) == (Look.CHANGE, "old1@larkmere.example")


def test_M6_Z8_the_name_of_somebody_who_stays_or_left_gives_a_number_and_is_shown_first() -> None:
    people = [subject(1, "Harry", "Potter"), subject(2, "Ann", "Lee")]
    found = rehearse(people, ground=ground(*people, h_potter=99, h_potter1=None), formats=ALL)
    assert [each.account_id for each in found.lines] == [1, 2]
    assert named(found)[1] == "h.potter2"
    assert found.lines[0].look is Look.COLLISION
    assert "h.potter is or was somebody else's" in found.lines[0].said[0]


def test_Z8_the_old_name_of_somebody_in_the_same_batch_is_not_given_to_another() -> None:
    people = [subject(1, "Harry", "Potter", "h.weasley"), subject(2, "Hugo", "Weasley", "hw")]
    found = rehearse(people, ground=ground(*people), formats=ALL)
    assert named(found) == {1: "h.potter", 2: "h.weasley1"}


def test_Z8_ones_own_earlier_name_may_be_taken_back() -> None:
    harry = subject(1, "Harry", "Potter", "hp")
    found = rehearse([harry], ground=ground(harry, h_potter=1), formats=ALL)
    assert named(found) == {1: "h.potter"}


def test_run_again_nobody_moves_not_even_the_numbered() -> None:
    """M6: stable when run again"""
    people = [subject(n, "Harry", "Potter") for n in range(1, 13)]
    first = rehearse(people, ground=ground(*people), formats=ALL)
    assert sorted(named(first).values()) == sorted(["h.potter", *(f"h.potter{n}" for n in range(1, 12))])
    moved = [subject(n, "Harry", "Potter", name) for n, name in named(first).items()]
    again = rehearse(reversed(moved), ground=ground(*moved), formats=ALL)
    assert set(looks(again).values()) == {Look.SAME}
    assert again.names == {} and again.downstream == ()


def test_Z1_M9_the_sequence_runs_through_1_9_10_99_and_100_and_cuts_follow() -> None:
    people = [subject(n, "Lionel", "Llewelyn-Bowen Cholmondeley") for n in range(1, 103)]
    found = rehearse(people, ground=ground(*people), formats=ALL)
    names = set(named(found).values())
    for name in ("m", "1", "9", "10", "99", "100"):
        cut = 20 - (len(name) if name != "m" else 0)
        assert "l.llewelynbowencholm"[:cut] + (name if name != "m" else "") in names
    assert {len(name) for name in names} == {20} and len(names) == 102


def test_M8_M12_a_cut_name_is_marked_and_stands_before_plain_changes() -> None:
    people = [subject(1, "Ann", "Lee"), subject(2, "Laurence", "Llewelyn-Bowen Cholmondeley")]
    found = rehearse(people, ground=ground(*people), formats=ALL)
    assert [(each.account_id, each.look) for each in found.lines] == [(2, Look.CUT), (1, Look.CHANGE)]
    assert found.lines[0].new == "l.llewelynbowencholm"


def test_O3_typed_names_go_before_the_format_and_an_empty_one_keeps_the_account() -> None:
    people = [subject(1, "Harry", "Potter"), subject(2, "Hugo", "Potter"), subject(3, "Ann", "Lee")]
    found = rehearse(people, ground=ground(*people), formats=ALL, typed={2: "h.potter", 3: ""})
    assert named(found) == {1: "h.potter1", 2: "h.potter", 3: "old3"}
    assert looks(found)[3] is Look.SAME


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({1: "x" * 21}, "1 to 20 characters"),
        ({1: "h potter"}, "may not stand"),
        ({1: "zoë"}, "may not stand"),
        ({1: "TAKEN"}, "is or was somebody else's"),
        ({1: "old2"}, "is or was somebody else's"),
        ({1: "twin", 2: "Twin"}, "typed for two"),
        ({1: "mail"}, "address mail@larkmere.example is somebody else's"),
    ],
)
def test_a_typed_name_that_cannot_be_is_a_problem_and_keeps_the_old_one(
    typed: dict[int, str], says: str
) -> None:
    people = [subject(1, "Harry", "Potter"), subject(2, "Ann", "Lee")]
    start = ground(*people, taken=50)
    start = Ground(
        held=start.held, domain=start.domain, addresses={**start.addresses, "mail@larkmere.example": 7}
    )
    found = rehearse(people, ground=start, formats={}, typed=typed)
    line = next(each for each in found.lines if each.account_id == 1)
    assert (line.look, line.new) == (Look.PROBLEM, "old1")
    assert says in line.said[0]
    assert 1 not in found.names


def test_M11_an_address_that_is_somebody_elses_alias_makes_the_format_number_the_name() -> None:
    harry = subject(1, "Harry", "Potter")
    start = ground(harry)
    start = Ground(
        held=start.held, domain=start.domain, addresses={**start.addresses, "h.potter@larkmere.example": 9}
    )
    assert named(rehearse([harry], ground=start, formats=ALL)) == {1: "h.potter1"}


def test_M2_F14_kinds_have_formats_of_their_own_and_years_are_for_pupils() -> None:
    people = [
        subject(1, "Ann", "Lee", kind="pupil", year_of_entry=2019),
        subject(2, "Ann", "Lee", kind="teaching"),
        subject(3, "Ann", "Lee", kind="non-teaching"),
        subject(4, "Ann", "Lee", kind="other"),
    ]
    year = Format.parse("yoe2+first_initial+last_name")
    formats = {"pupil": year, "teaching": INITIAL_LAST, "non-teaching": Format.parse("last_name.first_name")}
    assert named(rehearse(people, ground=ground(*people), formats=formats)) == {
        1: "19alee", 2: "a.lee", 3: "lee.ann", 4: "old4",
    }  # fmt: skip
    found = rehearse(people[1:2], ground=ground(*people), formats={"teaching": year})
    assert found.lines[0].look is Look.PROBLEM and "for pupils" in found.lines[0].said[0]
    assert [kind_of("staff", each) for each in (True, False, None)] == [
        "teaching",
        "non-teaching",
        "teaching",
    ]
    assert of_role("non-teaching", "staff") and not of_role("other", "staff")


def test_Z5_Z6_names_to_look_at_are_asked_about_not_refused() -> None:
    people = [subject(1, "Pelé", ""), subject(2, "Fiona", "Uckley"), subject(3, "Sam", "Scunthorpe")]
    formats = dict.fromkeys(KINDS, Format.parse("first_initial+last_name"))
    found = rehearse(people, ground=ground(*people), formats=formats)
    assert looks(found) == {1: Look.ASK, 2: Look.ASK, 3: Look.CHANGE}
    assert found.names[2] == "fuckley"


@pytest.mark.parametrize(
    ("username", "given", "family", "asks"),
    [
        ("shitchen", "Sam", "Hitchen", "shit"),
        ("s.hitchen", "Sam", "Hitchen", "shit"),
        ("a.dickson", "Ann", "Dickson", ""),
        ("p.cockburn", "Pat", "Cockburn", ""),
        ("l.scunt", "Lee", "Scunthorpe", "cunt"),
        ("a.ss", "Ann", "Ss", "ass"),
        ("annasmith", "Anna Sophie", "Smith", "initials spell “ass”"),
        ("h.potter", "Harry", "Potter", ""),
        ("user", None, None, ""),
    ],
)
def test_a_name_of_ones_own_is_never_asked_about_but_what_a_format_made_is(
    username: str, given: str | None, family: str | None, asks: str
) -> None:
    said = question(username, given=given, family=family)
    assert asks in said if asks else said == ""


def test_M15_downstream_is_told_in_numbers() -> None:
    people = [subject(1, "Ann", "Lee", in_use=True), subject(2, "Bo", "Lee")]
    found = " ".join(rehearse(people, ground=ground(*people), formats=ALL).downstream)
    assert "In use: 1;" in found and "Never handed out: 1;" in found and "New addresses: 2;" in found
    silent = Ground(held=ground(*people).held)
    assert "no e-mail domain" in " ".join(rehearse(people, ground=silent, formats=ALL).downstream)


AFFIX = st.text(string.ascii_lowercase + string.digits, max_size=4)


@st.composite
def schools(draw: st.DrawFn) -> tuple[Format, list[Subject], Ground]:
    form = Format(
        ("first_initial", "last_name"), draw(st.sampled_from(["", ".", "-"])), draw(AFFIX), draw(AFFIX)
    )
    names = st.sampled_from(["Ann", "O'Neil", "Łukasz", "Llewelyn-Bowen Cholmondeley", "王", "", "Lee"])
    people = draw(st.lists(st.tuples(names, names), min_size=1, max_size=25))
    subjects = [subject(n, first, last) for n, (first, last) in enumerate(people, start=1)]
    others = draw(st.lists(st.sampled_from(["a.lee", "alee", "l.lee", "lee"]), unique=True))
    held: dict[str, int | None] = {each.username: each.account_id for each in subjects}
    held |= {name: draw(st.sampled_from([None, 999])) for name in others}
    return form, subjects, Ground(held=held, domain="larkmere.example")


@given(schools())
@settings(max_examples=200)
def test_properties_of_any_rehearsal(made: tuple[Format, list[Subject], Ground]) -> None:
    """M8 M15 Z3 Z7: at most 20 characters of the alphabet, unique ignoring case, affixes intact, nobody
    else's name, and stable when run again."""
    form, subjects, start = made
    formats = dict.fromkeys(KINDS, form)
    found = rehearse(subjects, ground=start, formats=formats)
    assert found == rehearse(list(reversed(subjects)), ground=start, formats=formats)
    names = named(found)
    assert len({name.casefold() for name in names.values()}) == len(subjects)
    for account, name in found.names.items():
        assert 1 <= len(name) <= usernames.MAX_LENGTH and set(name) <= ALLOWED
        assert name.startswith(form.prefix) and form.suffix in name
        assert start.held.get(name, account) == account
    moved = [subject(s.account_id, s.given or "", s.family or "", names[s.account_id]) for s in subjects]
    held = {**start.held, **{each.username: each.account_id for each in moved}}
    again = rehearse(moved, ground=Ground(held=held, domain=start.domain), formats=formats)
    assert again.names == {}


def test_a_file_written_and_read_back_is_the_same_rehearsal_and_only_usernames_count() -> None:
    people = [subject(1, "=cmd", "Potter"), subject(2, "Ann", "Lee", "007")]
    found = rehearse(people, ground=ground(*people), formats=ALL)
    file = io.StringIO(newline="")
    assert rename_csv.write(file, found.lines) == 2
    assert "'=cmd Potter" in file.getvalue()
    text = file.getvalue().replace("a.lee,", "annie,").replace("Ann Lee", "Somebody Else")
    names = rename_csv.read(text, people)
    assert names.typed == {1: "c.potter", 2: "annie"} and names.rejected == ()
    assert named(rehearse(people, ground=ground(*people), formats={}, typed=names.typed))[2] == "annie"


def test_a_row_that_is_not_of_the_rehearsal_or_out_of_date_is_named_with_its_line() -> None:
    people = [subject(1, "Harry", "Potter"), subject(2, "Ann", "Lee")]
    text = "account;old_username;username\r\n9;x;y\r\n1;older;z\r\n2;old2;ann\r\n2;old2;ann2\r\n;;q\r\n"
    names = rename_csv.read(text, people)
    assert names.typed == {2: "ann"}
    assert [line for line, _ in names.rejected] == [2, 3, 5, 6]
    assert "is called old1 by now" in names.rejected[1][1]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "username\nann\n", 'account,username\n1,"x\n'])
def test_a_file_without_the_columns_or_broken_is_refused_whole(text: str) -> None:
    with pytest.raises(AccountFileError):
        rename_csv.read(text, [])


def test_O8_a_shared_account_without_a_persons_name_stays_unless_a_name_is_typed() -> None:
    library = subject(1, "", "", "library", kind="other", name="library")
    people = [library, subject(2, "Ann", "Lee")]
    found = rehearse(people, ground=ground(*people), formats=ALL)
    line = next(each for each in found.lines if each.account_id == 1)
    assert (line.look, line.new, line.changes) == (Look.NAMELESS, "library", False)
    assert "type a name" in line.said[0] and found.names == {2: "a.lee"}
    typed = rehearse(people, ground=ground(*people), formats=ALL, typed={1: "lrc"})
    assert typed.names == {1: "lrc", 2: "a.lee"}
