"""One key on all marked, accepting the likely ones, and notes: key in, store out, one undo for all of it."""

from __future__ import annotations

from typing import Any

import pytest

from data.tables import Account, CaseNote, Decision, Exclusion, Link, NotSame, Person, Review
from tests import seed
from tests.screens.driving import Opened, tab


@pytest.fixture
def busy(estate: seed.Estate) -> Opened:
    """Three pupils who wait with a likely account each, one tie, and three accounts of nobody."""
    school = estate.school()
    for given, family in (("Ann", "Lee"), ("Ben", "Moss"), ("Cal", "Nash")):
        username = f"{given[0]}.{family}".lower()
        waits = estate.person(school, given, family, registration_group="4A")
        estate.candidate(waits, estate.account(school, username, given, family))
    tie = estate.person(school, "Dee", "Oak")
    for number, username in enumerate(("d.oak", "d.oak1"), start=1):
        account = estate.account(school, username, "Dee", "Oak")
        estate.candidate(tie, account, "many", rank=number, margin=0.0)
    for username in ("vis.one", "vis.two", "vis.three"):
        estate.account(school, username, "Vis", username[4:].title(), "other")
    for username in ("g.one", "g.two"):
        estate.account(school, username, "Gone", username[2:].title(), state="unallocated",
                       unallocated_at=estate.now, unallocated_reason="absent")  # fmt: skip
    return Opened(estate, school)


def linked(o: Opened) -> dict[str, str]:
    """Family name -> username of the active link."""
    names = {p.id: p.family_name for p in o.estate.all(Person)}
    usernames = {a.id: a.username for a in o.estate.all(Account)}
    return {names[x.person_id]: usernames[x.account_id] for x in o.estate.all(Link) if x.active}


def states(o: Opened, *usernames: str) -> list[str]:
    found = {a.username: a.state for a in o.estate.all(Account)}
    return [found[each] for each in usernames]


def decisions(o: Opened) -> list[Any]:
    return [d for d in o.estate.all(Decision) if d.undone_at is None and d.kind != "undo"]


PUPILS = tab("unmatched-pupils")


async def test_n_on_marked_rows_asks_with_number_and_sample_then_creates_for_all_in_one_decision(
    busy: Opened,
) -> None:
    async with busy.running(*PUPILS, "space", "space", "n") as driver:
        for words in ("Create accounts for 2 pupils?", "Lee, Ann", "Moss, Ben", "u takes all of it back"):
            assert words in driver.text
        await driver.press("n")
        assert decisions(busy) == []
        await driver.press("n", "y")
        assert sorted(linked(busy)) == ["Lee", "Moss"]
        assert len(decisions(busy)) == 1
        assert driver.grid.marked == frozenset()
        await driver.press("u")
        assert linked(busy) == {}


async def test_marks_survive_a_filter_and_both_line_and_question_say_how_many_are_hidden(
    busy: Opened,
) -> None:
    async with busy.running(*PUPILS, "space", "space", "slash", *"nash", "enter", "space") as driver:
        assert "3 marked, 2 hidden" in driver.text
        await driver.press("n")
        assert "Create accounts for 3 pupils?" in driver.text
        assert "2 are hidden by the filter." in driver.text
        await driver.press("y")
        assert sorted(linked(busy)) == ["Lee", "Moss", "Nash"]


async def test_x_on_marked_rows_excludes_all_with_one_reason(busy: Opened) -> None:
    async with busy.running(*PUPILS, "space", "space", "x") as driver:
        assert "2 pupils must never get an account" in driver.text
        await driver.type("Court order")
        await driver.press("enter", "enter")
        assert [x.reason for x in busy.estate.all(Exclusion) if x.active] == ["Court order"] * 2
        await driver.press("u")
        assert not [x for x in busy.estate.all(Exclusion) if x.active]


async def test_minus_on_marked_rows_tells_all_apart_from_their_first_candidate(busy: Opened) -> None:
    async with busy.running(*PUPILS, "space", "space", "minus", "minus") as driver:
        assert busy.estate.all(NotSame) == []
        await driver.press("y")
        assert len(busy.estate.all(NotSame)) == 2
        assert len(decisions(busy)) == 1


async def test_a_digit_refuses_marks_because_it_means_one_person(busy: Opened) -> None:
    async with busy.running(*PUPILS, "space", "1") as driver:
        assert "1 row is marked; this is for one" in driver.text
    assert decisions(busy) == []


async def test_k_and_m_on_marked_rows_keep_and_remove_all(busy: Opened) -> None:
    """S1, S3"""
    async with busy.running(*tab("non-mis"), "slash", *"vis.", "enter", "asterisk", "k") as driver:
        assert "Keep 3 accounts without a MIS person" in driver.text
        await driver.type("Governors")
        await driver.press("enter", "enter")
        assert [r.reason for r in busy.estate.all(Review)] == ["Governors"] * 3
        assert driver.grid.marked == frozenset()
        await driver.press("u", "asterisk", "m", "m", "enter")
        assert states(busy, "vis.one", "vis.two", "vis.three") == ["active"] * 3
        await driver.press("m", "y")
        assert states(busy, "vis.one", "vis.two", "vis.three") == ["removed"] * 3
        await driver.press("u")
        assert states(busy, "vis.one", "vis.two", "vis.three") == ["active"] * 3


async def test_r_and_l_on_marked_rows_restore_and_let_go_all(busy: Opened) -> None:
    """Q3, Q7"""
    async with busy.running(*tab("unallocated"), "asterisk", "r", "r", "enter") as driver:
        assert states(busy, "g.one", "g.two") == ["unallocated"] * 2
        await driver.press("r", "y")
        assert states(busy, "g.one", "g.two") == ["active"] * 2
        await driver.press("u", "asterisk", "l", "y")
        assert states(busy, "g.one", "g.two") == ["let-go"] * 2
        assert "No account was taken away" in driver.text


async def test_who_cannot_be_decided_is_told_left_out_and_stays_marked(busy: Opened) -> None:
    """Two operators: the one who was first is named, the others are done."""
    from misconsole.services import decide

    async with busy.running(*tab("non-mis"), "slash", *"vis.", "enter", "asterisk", "k") as driver:
        theirs = next(a for a in busy.estate.all(Account) if a.username == "vis.two")
        decide.keep(busy.estate.desk("bob"), "100001", theirs.id, reason="Visitor")
        await driver.type("Governors")
        await driver.press("enter", "enter")
        said = " ".join(driver.text.split())
        assert "1 is left out and still marked: vis.two was kept already (bob" in said
        assert driver.grid.marked == {theirs.id}
        assert len([r for r in busy.estate.all(Review) if r.active and r.reason == "Governors"]) == 2


async def test_b_shows_number_and_sample_and_links_the_likely_ones_in_one_decision(busy: Opened) -> None:
    """K3, K6: the tie is left for a person; the key that asked does not confirm."""
    async with busy.running(*PUPILS, "b") as driver:
        for words in ("Link 3 pupils to the account that is likely theirs?", "Lee, Ann", "a.lee", "14.2 bits",
                      "1 person is left for you to look at"):  # fmt: skip
            assert words in driver.text
        await driver.press("b", "enter")
        assert decisions(busy) == []
        await driver.press("b", "y")
        assert linked(busy) == {"Lee": "a.lee", "Moss": "b.moss", "Nash": "c.nash"}
        assert len(decisions(busy)) == 1
        assert "1 pupil waits" in driver.text
        await driver.press("u")
        assert linked(busy) == {}


async def test_b_with_marks_accepts_only_the_marked(busy: Opened) -> None:
    async with busy.running(*PUPILS, "space", "b") as driver:
        assert "Link 1 pupil to" in driver.text
        await driver.press("y")
        assert linked(busy) == {"Lee": "a.lee"}


async def test_b_is_greyed_with_the_reason_when_nobody_is_likely(busy: Opened) -> None:
    async with busy.running(*PUPILS, "slash", *"oak", "enter", "space", "escape", "b") as driver:
        assert "Of those marked nobody is likely enough" in driver.text
    async with busy.running(*tab("unmatched-staff"), "b") as driver:
        assert "There is no row under the cursor." in driver.text or "Nobody here is likely" in driver.text
    assert decisions(busy) == []


async def test_e_writes_a_note_that_the_list_counts_and_the_details_show_with_author_and_time(
    busy: Opened,
) -> None:
    async with busy.running(*PUPILS, "e") as driver:
        await driver.type("Mother rang, starts Monday")
        await driver.press("enter", "enter")
        (note,) = busy.estate.all(CaseNote)
        assert (note.text, note.author, note.assigned_to) == ("Mother rang, starts Monday", "sam", "")
        assert "Note by sam, 12:00: Mother rang, starts Monday" in driver.text
        assert driver.grid.cursor_row.person.notes == 1
        await driver.press("u")
        assert "Note by sam" not in driver.text


@pytest.mark.parametrize("name", ["unallocated", "non-mis"])
async def test_e_notes_an_account_too(busy: Opened, name: str) -> None:
    async with busy.running(*tab(name), "v", "e") as driver:
        await driver.type("Asked the office")
        await driver.press("enter")
        await driver.type("bob")
        await driver.press("enter")
        assert "Note by sam, 12:00: Asked the office bob has it in hand." in " ".join(driver.text.split())
        assert [n.account_id for n in busy.estate.all(CaseNote)] == [driver.grid.cursor_key]


async def test_e_on_marked_rows_hands_them_over_and_wants_to_know_to_whom(busy: Opened) -> None:
    async with busy.running(*PUPILS, "space", "space", "e") as driver:
        assert "Hand 2 pupils over with a note" in driver.text
        await driver.type("Back on Friday")
        await driver.press("enter", "enter")
        assert "In hand of: this is needed" in driver.text
        await driver.type("bob")
        await driver.press("enter")
        assert [n.assigned_to for n in busy.estate.all(CaseNote)] == ["bob", "bob"]
        assert len(decisions(busy)) == 1


async def test_a_note_is_hidden_by_the_mask(busy: Opened) -> None:
    async with busy.running(*PUPILS, "e") as driver:
        await driver.type("Mother rang")
        await driver.press("enter", "enter", "f9")
        assert "Mother rang" not in driver.text
        assert "Note by sam" in driver.text
