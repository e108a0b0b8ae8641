"""The lists that wait, their counts, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from data.tables import Account, Connection, Exclusion, Person, Run
from misconsole.errors import NotFound
from misconsole.services import decide, history, queues
from misconsole.services.status import school_rows
from misconsole.services.views import Waiting
from tests import seed

pytestmark = pytest.mark.every_store


@contextmanager
def statements(e: seed.Estate) -> Iterator[list[str]]:
    """The statements sent to the database within the block."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append(statement)

    event.listen(e.store.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(e.store.engine, "before_cursor_execute", note)


def test_V2_every_queue_of_a_worked_school_has_its_row(e: seed.Estate) -> None:
    seed.larkmere(e)
    desk = e.desk()
    [teacher] = queues.unmatched(desk, "100001", "staff")
    assert (teacher.person.name, teacher.band) == ("Tom Baker", "many")
    assert [c.account.username for c in teacher.candidates] == ["t.baker", "t.baker1"]
    [pupil] = queues.unmatched(desk, "larkmere-school", "pupil")
    assert (pupil.person.name, pupil.band, pupil.person.upn) == ("Zoë Smith-Jones", "likely", "A823432100001")
    assert pupil.candidates[0].evidence[0].note == "3 called Lee here"
    [lost] = queues.unallocated(desk, "100001")
    assert (lost.account.username, lost.person_name, lost.reason, lost.still_absent) == (
        "l.north", "Liam North", "No longer in the MIS.", True,
    )  # fmt: skip
    [exclusion] = queues.exclusions(desk, "100001")
    assert exclusion.clash is not None
    assert {x.account.username for x in queues.non_mis(desk, "100001")} == {
        "governor1", "t.baker", "t.baker1", "z.smithjones",
    }  # fmt: skip
    assert [x.account.username for x in queues.new_users(desk, "100001")] == ["n.haddad"]
    assert [x.subject for x in queues.problems(desk, "100001")] == ["Ola Nowak"]


def test_counts_agree_with_the_lists_and_with_the_quick_look(e: seed.Estate) -> None:
    seed.larkmere(e)
    counted = queues.counts(e.desk(), "100001")
    assert counted == Waiting(
        unmatched_staff=1, unmatched_pupils=1, unallocated=1, exclusions=1, non_mis=4, new_users=1, problems=1
    )
    [row] = school_rows(e.url, now=e.now)
    assert row.waiting == counted


def test_the_quick_look_follows_decisions(e: seed.Estate) -> None:
    seed.larkmere(e)
    desk = e.desk()
    [item] = queues.exclusions(desk, "100001")
    e.now += timedelta(minutes=1)
    decide.settle_clash(desk, "100001", item.id, "keep")
    [pupil] = queues.unmatched(desk, "100001", "pupil")
    decide.link(desk, "100001", pupil.person.id, pupil.candidates[0].account.id)
    decide.exclude_name(desk, "100001", given="Tom", family="Baker", role="staff", reason="x")
    [row] = school_rows(e.url, now=e.now)
    assert row.waiting == queues.counts(desk, "100001")
    assert (row.waiting.unmatched_staff, row.waiting.unmatched_pupils) == (0, 0)
    assert row.waiting.exclusions == 0  # governor1 is settled, and the accounts are Thomas, not Tom
    assert {x.name for x in queues.exclusions(desk, "100001")} == {"Tom Baker", "Mary Quill"}


def test_L8_nobody_waits_where_people_are_only_looked_up(e: seed.Estate) -> None:
    school = e.school(mode="lookup")
    e.person(school, "Ann", "Lee", gate="no_account")
    assert queues.unmatched(e.desk(), "100001", "pupil") == ()
    assert queues.counts(e.desk(), "100001").unmatched_pupils == 0


def test_an_account_linked_since_the_run_is_no_longer_suggested(e: seed.Estate) -> None:
    school = e.school()
    ann, amy = e.person(school, "Ann", "Lee"), e.person(school, "Amy", "Lee")
    one, two = e.account(school, "a.lee", "Ann", "Lee"), e.account(school, "a.lee1", "Amy", "Lee")
    for person in (ann, amy):
        e.candidate(person, one, "many")
        e.candidate(person, two, "many", rank=2)
    decide.link(e.desk(), "100001", ann, one)
    [left] = queues.unmatched(e.desk(), "100001", "pupil")
    assert [c.account.username for c in left.candidates] == ["a.lee1"]
    assert left.band == "possible"


def test_only_people_who_are_present_and_eligible_wait(e: seed.Estate) -> None:
    school = e.school()
    e.person(school, "Ann", "Lee", present=False)
    e.person(school, "Amy", "Lee", gate="missing_date_of_birth")
    e.person(school, "Ada", "Lee", gate="no_account")
    e.linked(school, "Abi", "Lee")
    [item] = queues.unmatched(e.desk(), "100001", "pupil")
    assert (item.person.name, item.band) == ("Ada Lee", "none")
    assert "next sync" in item.reason


def test_no_list_asks_more_often_for_more_people(e: seed.Estate) -> None:
    school = e.school()
    e.run(school)
    desk = e.desk()
    readers = [
        lambda: queues.unmatched(desk, "100001", "pupil"),
        lambda: queues.accounts(desk, "100001"),
        lambda: queues.non_mis(desk, "100001"),
        lambda: queues.unallocated(desk, "100001"),
        lambda: queues.exclusions(desk, "100001"),
        lambda: queues.counts(desk, "100001"),
    ]
    asked: list[list[int]] = []
    for size in (2, 12):
        for number in range(size):
            person = e.person(school, f"Ann{size}x{number}", "Lee")
            account = e.account(school, f"a{size}.{number}", "Ann", "Lee")
            e.candidate(person, account)
            e.linked(school, f"Bob{size}x{number}", "Ray", username=f"b{size}.{number}")
            e.account(school, f"u{size}.{number}", state="unallocated", unallocated_at=e.now)
            name = {"given_name": f"Bob{size}x{number}", "family_name": "Ray"}
            e.put(Exclusion, school_id=school, created_at=e.now, **name)
        if size == 2:
            decide.not_same(desk, "100001", person, account)
        counted = []
        for reader in readers:
            with statements(e) as sent:
                reader()
            counted.append(len(sent))
        asked.append(counted)
    assert asked[0] == asked[1]


def test_U5_Z21_history_tells_an_unchanged_a_failed_and_a_held_run_apart(e: seed.Estate) -> None:
    school = e.school()
    e.run(school, changes={"created": 2, "linked": 1}, changed_anything=True)
    e.now += timedelta(days=1)
    e.run(school, changes={"created": 0})
    e.now += timedelta(days=1)
    e.run(school, "failed", error={"code": "unreachable", "message": "Wonde did not answer.", "mend": ""})
    e.now += timedelta(days=1)
    e.run(school, "held", held={"code": "limit_unallocate", "message": "40 accounts would go.", "mend": ""})
    e.now += timedelta(days=1)
    decide.create(e.desk(), "100001", e.person(school, "Ann", "Lee", year_of_entry=2019))
    told = [(x.kind, x.who, x.summary) for x in queues.history(e.desk(), "100001")]
    assert told == [
        ("decision", "alice", "Created 19alee for Ann Lee"),
        ("run", "alice", "Sync 4 held: 40 accounts would go."),
        ("run", "alice", "Sync 3 failed: Wonde did not answer."),
        ("run", "alice", "Sync 2: nothing changed"),
        ("run", "alice", "Sync 1: 2 created, 1 linked"),
    ]


def test_the_audit_trail_covers_all_schools_and_says_what_was_taken_back(e: seed.Estate) -> None:
    first, second = e.school(), e.school("100002", "Marle School")
    decide.create(e.desk("alice"), "100001", e.person(first, "Ann", "Lee", "staff"))
    e.now += timedelta(hours=1)
    decide.exclude_name(e.desk("bob"), "100002", given="A", family="B", reason="Court order")
    decide.undo_last(e.desk("bob"), "100002")
    items = history.audit(e.desk())
    assert [(x.school, x.actor, x.kind, x.undone_by) for x in items] == [
        ("100002", "bob", "undo", ""),
        ("100002", "bob", "exclude-name", "bob"),
        ("100001", "alice", "create", ""),
    ]
    assert items[1].reason == "Court order"
    assert len(history.audit(e.desk(), since=e.now)) == 2
    assert len(history.audit(e.desk(), "100001")) == 1
    assert second


class TestOverview:
    def hints(self, e: seed.Estate) -> tuple[str, ...]:
        return queues.overview(e.desk(), "100001").hints

    def test_it_leads_from_step_to_step(self, e: seed.Estate) -> None:
        school = e.school()
        assert self.hints(e) == ("Connect the school to its MIS.",)
        connection = e.connection(school, access="not asked", approved_at=None)
        assert self.hints(e) == ("Ask the school for access to its MIS.",)
        e.change(Connection, connection, access="pending")
        assert "has not approved" in self.hints(e)[0]
        e.change(Connection, connection, access="approved")
        assert self.hints(e) == ("Accept the reports that may flow.",)
        e.accept(school, "staff")
        assert "first sync" in self.hints(e)[0]
        run = e.run(school)
        assert self.hints(e) == ("Nothing waits. The next sync runs by itself when it is scheduled.",)
        e.change(Run, run, state="held", held={"code": "x", "message": "40 would go.", "mend": ""})
        assert "Run 1 is held: 40 would go." in self.hints(e)[0]

    def test_what_waits_is_told_in_words(self, e: seed.Estate) -> None:
        seed.larkmere(e)
        told = queues.overview(e.desk(), "100001")
        assert "1 pupil waits to be matched." in told.hints
        assert "4 accounts have no MIS person; keep, link or remove." in told.hints
        assert told.people == {"staff": 2, "pupils": 4, "eligible": 5, "linked": 3}
        assert told.accounts == {"active": 7, "unallocated": 1, "non_mis": 4, "new": 1}
        assert [run.id for run in told.last_runs] == [1]

    def test_L7_link_mode_says_that_leavers_are_a_manual_duty(self, e: seed.Estate) -> None:
        seed.larkmere(e)
        e.change(type(e.row(seed.tables.School, 1)), 1, mode="link")
        assert any("Link mode" in hint for hint in self.hints(e))

    def test_B17_B18_a_change_of_mis_prompts_the_review_and_the_uninstalling(self, e: seed.Estate) -> None:
        school = seed.larkmere(e)
        e.connection(school, "sims", active=False)
        told = " ".join(self.hints(e))
        assert "After a change of MIS" in told and "uninstall" in told


def test_an_unknown_school_is_named(e: seed.Estate) -> None:
    with pytest.raises(NotFound, match="999999"):
        queues.counts(e.desk(), "999999")


def test_S3_accounts_are_listed_with_the_person_who_has_them(e: seed.Estate) -> None:
    school = e.school()
    person, account = e.linked(school, "Ann", "Lee", upn="A823432100001")
    gone = e.account(school, "gone", state="removed")
    [view] = queues.accounts(e.desk(), "100001")
    assert (view.id, view.person.id if view.person else 0) == (account, person)
    assert view.person is not None and view.person.upn == "A823432100001"
    assert e.row(Account, gone).state == "removed" and e.row(Person, person).present
