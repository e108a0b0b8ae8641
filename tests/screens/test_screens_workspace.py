"""The workspace: every decision key, and what it leaves in the store. One key decides, one takes it back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from data import tables
from data.tables import Account, Decision, Exclusion, Link, NotSame, Person, Review
from screens.workspace.tab import facts
from tests.screens.driving import Opened, tab


def person(o: Opened, family: str) -> Any:
    return next(p for p in o.estate.all(Person) if p.family_name == family)


def account(o: Opened, username: str) -> Any:
    return next(a for a in o.estate.all(Account) if a.username == username)


def active_link(o: Opened, who: Any) -> Any:
    return next((x for x in o.estate.all(Link) if x.person_id == who.id and x.active), None)


async def test_a_digit_links_and_u_takes_it_back(larkmere: Opened) -> None:
    """K3, K6: nothing is linked without a person; one key, one undo."""
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        assert "1 z.smithjones" in driver.text
        await driver.press("1")
        assert (
            active_link(larkmere, person(larkmere, "Smith-Jones")).account_id
            == account(larkmere, "z.smithjones").id
        )
        assert "u takes it back" in driver.text
        assert "No pupil waits" in driver.text
        await driver.press("u")
        assert "Taken back" in driver.text
        assert active_link(larkmere, person(larkmere, "Smith-Jones")) is None
        assert driver.grid.shown_count == 1


async def test_the_second_digit_links_to_the_second_candidate(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-staff"), "2"):
        assert active_link(larkmere, person(larkmere, "Baker")).account_id == account(larkmere, "t.baker1").id


async def test_a_digit_without_a_candidate_does_nothing(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils"), "7") as driver:
        assert "There is no candidate 7" in driver.text
    assert larkmere.estate.all(Decision) == []


async def test_a_key_that_comes_too_soon_after_the_list_moved_decides_nothing(larkmere: Opened) -> None:
    """A repeated or pasted key must not hit the person who has just come under the cursor."""
    async with larkmere.running(*tab("unmatched-staff"), quiet_keys=60.0) as driver:
        await driver.press("1")
        assert "Too quick" in driver.text
    assert larkmere.estate.all(Decision) == []


async def test_no_key_reaches_a_person_whose_decision_the_list_does_not_show_yet(larkmere: Opened) -> None:
    """``n`` and ``x`` typed at once: the exclusion must not hit the person who has just got an account."""
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await driver.pilot.press("n", "x")
        await driver.until(lambda: len(larkmere.estate.all(Decision)) == 1)
        assert "must never get an account" not in driver.text
    assert [d.kind for d in larkmere.estate.all(Decision)] == ["create"]


async def test_n_creates_an_account(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils"), "n"):
        linked = active_link(larkmere, person(larkmere, "Smith-Jones"))
        assert larkmere.estate.row(Account, linked.account_id).origin == "created"


async def test_x_excludes_only_with_a_reason(larkmere: Opened) -> None:
    """R1, R2"""
    async with larkmere.running(*tab("unmatched-pupils"), "x") as driver:
        assert "must never get an account" in driver.text
        await driver.press("enter")
        assert "Reason: this is needed" in driver.text
        await driver.type("Court order")
        await driver.press("enter", "enter")
        assert "No pupil waits" in driver.text
    added = [x for x in larkmere.estate.all(Exclusion) if x.person_id]
    assert [x.reason for x in added] == ["Court order"]


async def test_escape_in_a_question_changes_nothing(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils"), "x", "a", "escape") as driver:
        assert "Nothing was changed." in driver.text
    assert larkmere.estate.all(Decision) == []


async def test_minus_says_not_the_same_and_the_candidate_goes(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-staff"), "minus"):
        refused = larkmere.estate.all(NotSame)
        assert [r.account_id for r in refused] == [account(larkmere, "t.baker").id]


async def test_s_skips_to_the_next_person_and_decides_nothing(larkmere: Opened) -> None:
    larkmere.estate.person(larkmere.school, "Ada", "Aaron")
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        first = driver.grid.cursor_key
        await driver.press("s")
        assert driver.grid.cursor_key != first
        assert first in driver.grid.faint
    assert larkmere.estate.all(Decision) == []


async def test_somebody_else_deciding_first_is_told_and_nothing_is_doubled(larkmere: Opened) -> None:
    from misconsole.services import decide

    waits = person(larkmere, "Smith-Jones")
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        decide.link(larkmere.estate.desk("bob"), "100001", waits.id, account(larkmere, "z.smithjones").id)
        await driver.press("1")
        assert "bob" in driver.text
        assert "No pupil waits" in driver.text
    assert len([x for x in larkmere.estate.all(Link) if x.person_id == waits.id and x.active]) == 1


async def test_r_restores_an_account_and_l_lets_it_go(larkmere: Opened) -> None:
    """Q3, Q7"""
    async with larkmere.running(*tab("unallocated")) as driver:
        assert "l.north" in driver.text
        await driver.press("r")
        assert account(larkmere, "l.north").state == "active"
        assert account(larkmere, "l.north").kept_absent
        await driver.press("u", "l")
        assert account(larkmere, "l.north").state == "let-go"


async def test_a_adds_an_exclusion_and_l_lifts_it(larkmere: Opened) -> None:
    async with larkmere.running(*tab("exclusions"), "a") as driver:
        for text in ("Jo", "Bloggs", "pupil", "Family asks", "2027-01-31"):
            await driver.type(text)
            await driver.press("enter")
        added = next(x for x in larkmere.estate.all(Exclusion) if x.family_name == "Bloggs")
        assert (added.role, added.reason, added.review_on) == ("pupil", "Family asks", date(2027, 1, 31))
        driver.grid.stand_on(added.id)
        await driver.press("l")
        assert not larkmere.estate.row(Exclusion, added.id).active


async def test_a_clash_is_asked_about_keep_or_take_away(larkmere: Opened) -> None:
    """Z25; taking away wants a key that is neither the one that asked nor Enter."""
    async with larkmere.running(*tab("exclusions")) as driver:
        assert "▲ clash" in driver.text
        await driver.press("t", "t", "enter")
        assert account(larkmere, "governor1").state == "active"
        await driver.press("t", "y")
        assert account(larkmere, "governor1").state == "unallocated"
        await driver.press("u", "k")
        assert account(larkmere, "governor1").state == "active"
        assert [r.verdict for r in larkmere.estate.all(Review)] == ["keep"]


async def test_k_keeps_a_non_mis_account_until_a_day(larkmere: Opened) -> None:
    """S1, S3"""
    async with larkmere.running(*tab("non-mis"), "slash", *"governor", "enter", "k") as driver:
        await driver.type("Governor")
        await driver.press("enter")
        await driver.type("31/8/2027")
        await driver.press("enter")
        kept = larkmere.estate.all(Review)
        assert [(r.verdict, r.reason, r.until) for r in kept] == [("keep", "Governor", date(2027, 8, 31))]
        assert "✓ kept" in driver.text


async def test_a_day_that_is_none_is_refused_as_it_is_typed(larkmere: Opened) -> None:
    async with larkmere.running(*tab("non-mis"), "k") as driver:
        await driver.type("Governor")
        await driver.press("enter")
        await driver.type("31/2/2027")
        assert "write the day as" in driver.text
        await driver.press("enter")
    assert larkmere.estate.all(Review) == []


async def test_m_removes_only_after_another_key_confirms(larkmere: Opened) -> None:
    async with larkmere.running(*tab("non-mis"), "slash", *"governor", "enter") as driver:
        await driver.press("m", "m", "enter")
        assert account(larkmere, "governor1").state == "active"
        await driver.press("m", "y")
        assert account(larkmere, "governor1").state == "removed"
        await driver.press("u")
        assert account(larkmere, "governor1").state == "active"


async def test_a_confirming_key_counts_only_after_the_dead_time(larkmere: Opened) -> None:
    async with larkmere.running(*tab("non-mis"), quiet_keys=60.0) as driver:
        await driver.press("m", "y", "escape")
        assert "Nothing was changed." in driver.text
    assert larkmere.estate.all(Decision) == []


async def test_l_links_a_non_mis_account_to_somebody_who_waits(larkmere: Opened) -> None:
    async with larkmere.running(*tab("non-mis"), "slash", *"governor", "enter", "l") as driver:
        assert "Who is it?" in driver.text
        await driver.press("slash", *"baker", "enter", "enter")
        linked = active_link(larkmere, person(larkmere, "Baker"))
        assert linked.account_id == account(larkmere, "governor1").id


async def test_r_renames_an_account_and_the_old_name_stays_reserved(larkmere: Opened) -> None:
    """O5, M6"""
    async with larkmere.running(*tab("accounts"), "slash", *"governor", "enter", "r") as driver:
        await driver.press(*["backspace"] * 9)
        await driver.type("m.quill")
        await driver.press("enter")
        assert "m.quill" in driver.text
    assert account(larkmere, "m.quill").display_name == "Mary Quill"
    assert {"governor1", "m.quill"} <= {r.username_key for r in larkmere.estate.all(tables.ReservedName)}


async def test_x_unlinks_with_a_reason(larkmere: Opened) -> None:
    async with larkmere.running(*tab("accounts"), "slash", *"okafor", "enter", "x") as driver:
        await driver.type("Wrong Grace")
        await driver.press("enter")
    assert active_link(larkmere, person(larkmere, "Okafor")) is None
    assert larkmere.estate.all(Decision)[-1].detail["reason"] == "Wrong Grace"


async def test_with_several_marks_a_command_for_one_says_so(larkmere: Opened) -> None:
    async with larkmere.running(*tab("accounts"), "asterisk", "r") as driver:
        assert "accounts are marked; this changes one at a time" in driver.text
        await driver.press("asterisk")
        assert driver.grid.marked == frozenset()


async def test_history_opens_a_run_and_takes_one_decision_back(larkmere: Opened) -> None:
    """V1"""
    from misconsole.services import decide

    e = larkmere.estate
    e.now += timedelta(minutes=1)
    decide.create(e.desk("bob"), "100001", person(larkmere, "Smith-Jones").id)
    async with larkmere.running(*tab("history")) as driver:
        assert "bob" in driver.text
        await driver.press("o")
        assert "This is a decision, not a run." in driver.text
        await driver.press("z", "z", "enter")
        assert active_link(larkmere, person(larkmere, "Smith-Jones")) is not None
        await driver.press("z", "y")
        assert active_link(larkmere, person(larkmere, "Smith-Jones")) is None
        await driver.press("end", "o")
        assert "Sync 1" in driver.text


async def test_problems_say_what_was_wrong_and_who_can_mend_it(larkmere: Opened) -> None:
    """W1"""
    async with larkmere.running(*tab("problems"), "v") as driver:
        for words in (
            "school office",
            "Ola Nowak",
            "The date of birth is missing.",
            "Fill it in in the MIS.",
        ):
            assert words in driver.text


async def test_P1_new_users_are_listed_and_every_key_offered_there_works(larkmere: Opened) -> None:
    async with larkmere.running(*tab("new-users")) as driver:
        assert "n.haddad" in driver.text
        offered = [c.title for c, _, _ in driver.app.frame.offered_here() if c.scope == "new-users"]
        assert offered == ["Hand out", "Rename", "No slips", "Log"]


async def test_the_overview_counts_people_and_says_what_to_do_next(larkmere: Opened) -> None:
    async with larkmere.running("enter") as driver:
        for words in ("What to do next", "1 pupil waits", "Last runs", "✓ succeeded"):
            assert words in driver.text


async def test_the_counts_on_the_tabs_follow_a_decision(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        assert "Pupils:1" in driver.text
        await driver.press("1")
        assert "Pupils:1" not in driver.text
        assert "Pupils" in driver.text


@pytest.mark.parametrize("width", [80, 100, 140])
async def test_all_ten_tabs_fit_a_line_even_with_large_counts(larkmere: Opened, width: int) -> None:
    from misconsole.services.views import Waiting

    many = Waiting(unmatched_staff=145, unmatched_pupils=1845, unallocated=230, exclusions=12, non_mis=412,
                   new_users=388, problems=1260)  # fmt: skip
    async with larkmere.running("enter", size=(width, 24)) as driver:
        driver.app.screen._counted(many)
        await driver.settle()
        bar = driver.text.splitlines()[1]
        assert "…" not in bar
        assert "1k" in bar or "1,845" in bar
        assert width > 80 or len(bar.split()) == 10


async def test_brackets_go_round_the_tabs(larkmere: Opened) -> None:
    async with larkmere.running("enter", "left_square_bracket") as driver:
        assert driver.app.screen.opened == "problems"
        await driver.press("right_square_bracket", "right_square_bracket")
        assert driver.app.screen.opened == "unmatched-staff"


async def test_details_are_beside_the_list_when_wide_and_below_or_hidden_when_narrow(
    larkmere: Opened,
) -> None:
    async with larkmere.running(*tab("accounts")) as driver:
        details = driver.app.screen.tab.query_one(".details")
        assert not details.display
        await driver.press("v")
        assert details.region.y > driver.grid.region.y
    async with larkmere.running(*tab("accounts"), size=(120, 40)) as driver:
        details = driver.app.screen.tab.query_one(".details")
        assert details.region.x > driver.grid.region.x


async def test_a_run_that_begins_elsewhere_is_noticed(larkmere: Opened) -> None:
    e = larkmere.estate
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        run = e.run(larkmere.school, "running", finished_at=None, heartbeat_at=e.now, pid=None)
        until = e.now + timedelta(minutes=5)
        with e.store.write() as s:
            s.add(tables.Lease(school_id=larkmere.school, run_id=run, holder="elsewhere:1", acquired_at=e.now,
                               expires_at=until))  # fmt: skip
        driver.app.screen.look_round()
        await driver.settle()
        assert f"Run {run} is under way; F6 shows it." in driver.text


def test_every_decision_was_written_in_the_name_of_who_sat_there(larkmere: Opened) -> None:
    import asyncio

    async def decide() -> None:
        async with larkmere.running(*tab("unmatched-pupils"), "1"):
            pass

    asyncio.run(decide())
    with larkmere.estate.store.read() as s:
        assert [d.actor for d in s.exec(select(Decision)).all()] == ["sam"]


def test_a_fact_too_long_for_the_pane_goes_on_below_behind_its_title() -> None:
    lines = facts(34, ("why", "Has left by the dates in the MIS."), ("role", "pupil"), ("e-mail", ""))
    said = ["".join(part[0] for part in each) for each in lines]
    assert said[0].startswith("why            Has left")
    assert all(len(each) <= 34 for each in said)
    assert " ".join(" ".join(said).split()) == "why Has left by the dates in the MIS. role pupil"
    assert said[1].startswith(" " * 15)
