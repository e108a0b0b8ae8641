"""Many at once, accepting what is likely, notes and hand-over, patterns: one transaction, one undo."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.tables import Account, CaseNote, Decision, Exclusion, Link, Person
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.rules import exclusions as rules
from misconsole.services import decide, notes, queues
from misconsole.services.why import why_person
from tests import seed

SCHOOL = "100001"


def waits(e: seed.Estate, school: int, number: int, band: str = "likely", **more: object) -> tuple[int, int]:
    """A pupil who waits with one account that may be theirs."""
    name = "Pupil" + chr(65 + number // 26) + chr(97 + number % 26)
    person = e.person(school, name, "Marsh")
    account = e.account(school, f"p.marsh{number}", name, "Marsh")
    e.candidate(person, account, band, **more)
    return person, account


class TestAcceptLikely:
    def test_K6_only_likely_ones_that_are_clear_go_along_and_the_rest_is_told_why(
        self, e: seed.Estate
    ) -> None:
        school = e.school()
        good = [waits(e, school, n) for n in range(5)]
        possible, _ = waits(e, school, 10, "possible")
        close, _ = waits(e, school, 11, margin=1.5)
        noted, _ = waits(e, school, 12)
        notes.add(e.desk(), SCHOOL, "Ask the office about the twins", person_id=noted)
        plan = decide.bulk_plan(e.desk(), SCHOOL, "pupil")
        assert plan.total == 5
        assert set(plan.pairs) == set(good)
        told = {each.id: each.reason for each in plan.refused}
        assert set(told) == {possible, close, noted}
        assert "possible" in told[possible]
        assert "1.5 bits" in told[close]
        assert "note" in told[noted]
        assert e.all(Link) == []

    def test_K6_an_account_likely_for_two_people_is_left_for_a_person(self, e: seed.Estate) -> None:
        school = e.school()
        one, account = waits(e, school, 1)
        two = e.person(school, "PupilAb", "Marsh")
        e.candidate(two, account)
        plan = decide.bulk_plan(e.desk(), SCHOOL, "pupil")
        assert plan.total == 0
        assert {each.id for each in plan.refused} == {one, two}

    def test_the_sample_shows_the_least_certain_and_a_spread_of_the_rest(self, e: seed.Estate) -> None:
        school = e.school()
        for n in range(40):
            waits(e, school, n, margin=6.0 + n)
        plan = decide.bulk_plan(e.desk(), SCHOOL, "pupil", sample=8)
        shown = [item.candidates[0].margin for item in plan.sample]
        assert shown[:4] == [6.0, 7.0, 8.0, 9.0]
        assert len(shown) == 8
        assert max(shown) > 30

    def test_it_is_one_decision_and_one_undo(self, e: seed.Estate) -> None:
        school = e.school()
        people = [waits(e, school, n)[0] for n in range(30)]
        done = decide.accept_likely(e.desk(), SCHOOL, people)
        assert (done.done, done.refused) == (30, ())
        assert done.decision.summary == "Linked 30 at once"
        assert len(e.all(Decision)) == 1
        assert queues.counts(e.desk(), SCHOOL).unmatched_pupils == 0
        assert {link.evidence["band"] for link in e.all(Link)} == {"likely"}
        assert decide.undo_last(e.desk(), SCHOOL) is not None
        assert e.all(Link) == []
        assert queues.counts(e.desk(), SCHOOL).unmatched_pupils == 30

    def test_people_who_are_not_likely_are_refused_by_name_and_the_others_go(self, e: seed.Estate) -> None:
        school = e.school()
        good, _ = waits(e, school, 1)
        bad, _ = waits(e, school, 2, "many")
        done = decide.accept_likely(e.desk(), SCHOOL, [good, bad, 9999])
        assert done.done == 1
        assert {each.id for each in done.refused} == {bad, 9999}
        with pytest.raises(Usage, match="likely enough"):
            decide.accept_likely(e.desk(), SCHOOL, [bad])


class TestManyAtOnce:
    def test_one_that_cannot_be_decided_is_left_out_whole_and_told(self, e: seed.Estate) -> None:
        school = e.school()
        free = [e.account(school, f"gov{n}", "Mary", f"Quill{n}", "other") for n in range(3)]
        _, held = e.linked(school, "Ann", "Lee")
        done = decide.keep_many(e.desk(), SCHOOL, [*free, held], reason="Governors")
        assert done.done == 3
        (refused,) = done.refused
        assert refused.id == held
        assert "belongs to a MIS person" in refused.reason
        assert done.decision.summary == "Kept 3 at once"
        decide.undo(e.desk(), done.decision.id)
        assert queues.counts(e.desk(), SCHOOL).non_mis == 0  # never synced: not counted
        assert [item.verdict for item in queues.non_mis(e.desk(), SCHOOL)] == ["", "", ""]

    def test_when_nothing_can_be_decided_nothing_is_written(self, e: seed.Estate) -> None:
        school = e.school()
        _, held = e.linked(school, "Ann", "Lee")
        with pytest.raises(Conflict, match="belongs to a MIS person"):
            decide.remove_many(e.desk(), SCHOOL, [held])
        assert e.all(Decision) == []

    def test_Q3_leavers_are_restored_or_let_go_together(self, e: seed.Estate) -> None:
        school = e.school()
        lost = [e.account(school, f"l.north{n}", state="unallocated") for n in range(4)]
        decide.restore_many(e.desk(), SCHOOL, lost[:2])
        done = decide.let_go_many(e.desk(), SCHOOL, lost)
        assert (done.done, len(done.refused)) == (2, 2)
        states = [e.row(Account, i).state for i in lost]
        assert states == ["active", "active", "let-go", "let-go"]
        decide.undo(e.desk(), done.decision.id)
        assert [e.row(Account, i).state for i in lost[2:]] == ["unallocated", "unallocated"]

    def test_R2_people_excluded_together_with_one_reason_wait_again_after_one_undo(
        self, e: seed.Estate
    ) -> None:
        school = e.school()
        people = [e.person(school, f"Guest{n}", "Visitor") for n in range(3)]
        done = decide.exclude_many(e.desk(), SCHOOL, people, reason="Exchange week")
        assert {e.row(Person, i).gate for i in people} == {"excluded"}
        decide.undo(e.desk(), done.decision.id)
        assert {e.row(Person, i).gate for i in people} == {"waiting_for_match"}

    def test_K9_pairs_told_apart_and_accounts_created_together(self, e: seed.Estate) -> None:
        school = e.school()
        pairs = [waits(e, school, n, "possible") for n in range(3)]
        decide.not_same_many(e.desk(), SCHOOL, pairs)
        assert [item.band for item in queues.unmatched(e.desk(), SCHOOL, "pupil")] == ["none"] * 3
        made = decide.create_many(e.desk(), SCHOOL, [person for person, _ in pairs])
        names = {a.username for a in e.all(Account, origin="created")}
        assert (made.done, len(names)) == (3, 3)
        assert queues.counts(e.desk(), SCHOOL).unmatched_pupils == 0

    def test_two_operators_the_second_is_told_by_the_decision_on_many(self, e: seed.Estate) -> None:
        school = e.school()
        lost = [e.account(school, f"l.north{n}", state="unallocated") for n in range(2)]
        decide.let_go_many(e.desk("bob"), SCHOOL, lost)
        with pytest.raises(Conflict, match=r"let-go \(bob, 14 September"):
            decide.let_go(e.desk("alice"), SCHOOL, lost[0])

    def test_nobody_marked_and_too_many_are_told(self, e: seed.Estate) -> None:
        e.school()
        with pytest.raises(Usage, match="Nobody"):
            decide.remove_many(e.desk(), SCHOOL, [])
        with pytest.raises(Usage, match="too many"):
            decide.remove_many(e.desk(), SCHOOL, range(6000))
        with pytest.raises(Usage, match="reason"):
            decide.keep_many(e.desk(), SCHOOL, [1], reason=" ")


class TestUndoInAnyOrder:
    def test_an_earlier_decision_waits_for_the_later_one_that_builds_on_it(self, e: seed.Estate) -> None:
        school = e.school()
        person = e.person(school, "Ann", "Lee")
        made = decide.create(e.desk(), SCHOOL, person)
        account = e.all(Account)[0].id
        noted = notes.add(e.desk("bob"), SCHOOL, "Asked for a new name", account_id=account)
        renamed = decide.rename(e.desk("bob"), SCHOOL, account, "ann.lee")
        with pytest.raises(Conflict, match="came after") as caught:
            decide.undo(e.desk(), made.id)
        assert "Renamed" in caught.value.message
        assert "Asked for a new name" in caught.value.message
        assert f"misconsole undo {renamed.id}" in caught.value.mend or f"undo {noted.id}" in caught.value.mend
        decide.undo(e.desk(), renamed.id)
        decide.undo(e.desk(), noted.id)
        decide.undo(e.desk(), made.id)
        assert e.all(Account) == []
        assert e.row(Person, person).gate == "waiting_for_match"

    def test_decisions_on_different_people_are_undone_in_any_order(self, e: seed.Estate) -> None:
        school = e.school()
        done = [decide.link(e.desk(), SCHOOL, *waits(e, school, n)) for n in range(3)]
        for each in (done[0], done[2], done[1]):
            decide.undo(e.desk(), each.id)
        assert e.all(Link) == []

    def test_a_decision_a_run_built_upon_names_the_run(self, e: seed.Estate) -> None:
        from data.journal import Scribe

        school = e.school()
        made = decide.create(e.desk(), SCHOOL, e.person(school, "Ann", "Lee"))
        run = e.run(school)
        with e.store.write() as s:
            account = s.get_one(Account, e.all(Account)[0].id)
            scribe = Scribe(s, actor="sync", at=e.now, school_id=school, run_id=run)
            scribe.update(account, display_name="Anne Lee")
        with pytest.raises(Conflict, match=f"by run {run}"):
            decide.undo(e.desk(), made.id)


class TestNotes:
    def test_a_note_is_seen_on_the_person_in_the_queue_and_taken_back_by_undo(self, e: seed.Estate) -> None:
        school = e.school()
        person, account = waits(e, school, 1)
        notes.add(e.desk("bob"), SCHOOL, "Mother rang", person_id=person)
        said = notes.add(
            e.desk("bob"), SCHOOL, "[b]Wait[/b] for the form", person_id=person, assigned_to="carol"
        )
        (item,) = queues.unmatched(e.desk(), SCHOOL, "pupil")
        assert (item.person.notes, item.person.last_note) == (2, "[b]Wait[/b] for the form")
        assert item.person.assigned_to == "carol"
        assert why_person(e.desk(), SCHOOL, person).person.notes == 2  # type: ignore[union-attr]
        notes.add(e.desk(), SCHOOL, "Old laptop", account_id=account)
        assert {a.id: a.notes for a in queues.accounts(e.desk(), SCHOOL)} == {account: 1}
        decide.undo(e.desk("bob"), said.id)
        (item,) = queues.unmatched(e.desk(), SCHOOL, "pupil")
        assert (item.person.notes, item.person.assigned_to) == (1, "")

    def test_cases_are_handed_over_together_and_found_by_who_has_them(self, e: seed.Estate) -> None:
        school = e.school()
        people = [waits(e, school, n)[0] for n in range(3)]
        decision = notes.hand_over(e.desk(), SCHOOL, "carol", "Off next week", person_ids=people)
        assert decision.summary == "Handed 3 cases over to carol: Off next week"
        notes.assign(e.desk("carol"), SCHOOL, "", person_id=people[0])
        mine = notes.listed(e.desk(), SCHOOL, assigned_to="carol")
        assert {each.person_id for each in mine} == set(people[1:])
        history = notes.listed(e.desk(), SCHOOL, person_id=people[0])
        assert [(n.author, n.text) for n in history] == [
            ("carol", "Back to everybody"), ("alice", "Off next week"),
        ]  # fmt: skip

    def test_a_withdrawn_note_is_no_longer_shown(self, e: seed.Estate) -> None:
        school = e.school()
        person, _ = waits(e, school, 1)
        notes.add(e.desk(), SCHOOL, "Wrong child", person_id=person)
        (note,) = notes.listed(e.desk(), SCHOOL)
        notes.withdraw(e.desk(), SCHOOL, note.id)
        assert notes.listed(e.desk(), SCHOOL) == ()
        assert len(e.all(CaseNote)) == 1
        with pytest.raises(NotFound):
            notes.withdraw(e.desk(), SCHOOL, note.id)

    def test_a_note_needs_words_and_somebody_of_this_school(self, e: seed.Estate) -> None:
        school = e.school()
        other = e.school("100002", "Saltmere School", domain="saltmere.example")
        person, _ = waits(e, school, 1)
        stranger = e.person(other, "Bo", "Adeyemi")
        for bad in (
            lambda: notes.add(e.desk(), SCHOOL, "  ", person_id=person),
            lambda: notes.add(e.desk(), SCHOOL, "x" * 3000, person_id=person),
            lambda: notes.add(e.desk(), SCHOOL, "x"),
            lambda: notes.hand_over(e.desk(), SCHOOL, " ", "x", person_ids=[person]),
        ):
            with pytest.raises(Usage):
                bad()
        with pytest.raises(NotFound):
            notes.add(e.desk(), SCHOOL, "x", person_id=stranger)
        assert e.all(Decision) == []


class TestPatterns:
    def test_R1_a_pattern_keeps_out_everybody_it_covers_and_shows_whom_before(self, e: seed.Estate) -> None:
        school = e.school()
        e.connection(school)
        e.accept(school, "staff", "students")
        e.run(school)
        covered = [e.person(school, "Test", "Pupil"), e.person(school, "TEST", "Zwei", "staff")]
        safe = [e.person(school, "Tess", "Timms"), e.person(school, "Contest", "Lee")]
        account = e.account(school, "test.user", "Test", "User", "staff")
        look = decide.preview_exclusion(e.desk(), SCHOOL, given="Test", family="*", pattern=True)
        assert {p.id for p in look.waiting} == set(covered)
        assert [a.id for a in look.accounts] == [account]
        decide.exclude_name(
            e.desk(), SCHOOL, given="Test", family="*", pattern=True, reason="Training records"
        )
        assert {e.row(Person, i).gate for i in covered} == {"excluded"}
        assert {e.row(Person, i).gate for i in safe} == {"waiting_for_match"}
        (item,) = queues.exclusions(e.desk(), SCHOOL)
        assert (item.name, item.pattern) == ("Test *", True)
        assert item.clash is not None
        assert item.clash.id == account
        for person in covered:
            reason = why_person(e.desk(), SCHOOL, person).reason
            assert reason is not None
            assert reason.code == "excluded"

    def test_Z25_the_quick_look_counts_the_same_clashes_of_a_pattern(self, e: seed.Estate) -> None:
        from misconsole.services.status import school_rows

        school = e.school()
        e.account(school, "test.user", "Test", "User", "staff")
        decide.exclude_name(e.desk(), SCHOOL, given="T*st", family="*", pattern=True, reason="Training")
        (row,) = school_rows(e.url, now=e.now)
        assert row.waiting.exclusions == queues.counts(e.desk(), SCHOOL).exclusions == 1

    def test_a_pattern_that_covers_nearly_everybody_and_a_stray_star_are_refused(
        self, e: seed.Estate
    ) -> None:
        e.school()
        for first, last, pattern, told in (
            ("*", "*", True, "nearly everybody"), ("A*", "B*", True, "nearly everybody"),
            ("Test", "*", False, "no star"), ("Test", "Pupil", True, "has a star"),
        ):  # fmt: skip
            with pytest.raises(Usage, match=told):
                decide.exclude_name(e.desk(), SCHOOL, given=first, family=last, pattern=pattern, reason="x")
        assert e.all(Exclusion) == []

    def test_R2_a_pattern_is_lifted_and_its_people_wait_again(self, e: seed.Estate) -> None:
        school = e.school()
        person = e.person(school, "Test", "Pupil")
        decide.exclude_name(e.desk(), SCHOOL, given="Test", family="*", pattern=True, reason="x")
        decide.lift_exclusion(e.desk(), SCHOOL, e.all(Exclusion)[0].id)
        assert e.row(Person, person).gate == "waiting_for_match"

    def test_an_exclusion_whose_day_has_come_asks_again_and_is_renewed_or_lifted(
        self, e: seed.Estate
    ) -> None:
        e.school()
        decide.exclude_name(
            e.desk(), SCHOOL, given="Mary", family="Quill", reason="Court order",
            review_on=date(2026, 10, 1),
        )  # fmt: skip
        (item,) = queues.exclusions(e.desk(), SCHOOL)
        assert not item.due
        e.now += timedelta(days=30)
        assert queues.counts(e.desk(), SCHOOL).exclusions == 1
        done = decide.renew_exclusion(e.desk(), SCHOOL, item.id, review_on=date(2027, 3, 1))
        assert "holds until 1 March 2027" in done.summary
        assert queues.counts(e.desk(), SCHOOL).exclusions == 0
        decide.undo(e.desk(), done.id)
        assert queues.counts(e.desk(), SCHOOL).exclusions == 1
        with pytest.raises(Usage, match="passed"):
            decide.renew_exclusion(e.desk(), SCHOOL, item.id, review_on=date(2026, 1, 1))

    @given(text=st.text("abc", max_size=8), pattern=st.text("abc*", max_size=8))
    def test_a_star_stands_for_any_letters(self, text: str, pattern: str) -> None:
        import re

        wanted = re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text)
        assert rules.glob(text, pattern) == (wanted is not None)

    def test_matching_a_pattern_stays_linear_whatever_is_typed(self) -> None:
        assert not rules.glob("a" * 100_000 + "b", "a*" * 5_000 + "c")
