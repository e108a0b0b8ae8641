"""One person, several associations; and who is about to leave (Z16, Z17, K12, Q1, Z24)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from connectors.records import Report
from data.tables import Account, Link, Person, School
from misconsole.errors import Conflict, Usage
from misconsole.services import decide, overview, queues
from tests import seed
from tests.fake_mis import Bench, pupil, staff


def account_of(bench: Bench, source_id: str, role: str = "pupil") -> Account:
    person = bench.one(Person, source_id=source_id, role=role)
    return bench.one(Account, id=bench.one(Link, person_id=person.id, active=True).account_id)


def join(bench: Bench, person: Person, account: Account) -> None:
    """A second association: the operator says that the one account is both people's."""
    with bench.store.write() as s:
        s.add(
            Link(
                school_id=person.school_id, person_id=person.id or 0, account_id=account.id or 0,
                how="decided", linked_at=bench.now,
            )
        )  # fmt: skip


def test_Z16_of_two_associations_unallocation_takes_only_the_one_that_ended(bench: Bench) -> None:
    """A sixth-former who is also a sports coach: one account, a pupil's and a member of staff's record."""
    coach = bench.mis.records[Report.STAFF].pop(1)
    bench.sync()
    number = account_of(bench, "P1").id
    with bench.store.write() as s:
        s.add(Person(school_id=bench.school_id, role="staff", source_id=coach.source_id))
    bench.mis.records[Report.STAFF].append(coach)
    both = (bench.one(Person, source_id="P1", role="pupil"), bench.one(Person, source_id="S1", role="staff"))
    join(bench, both[1], bench.one(Account, id=number))
    assert bench.sync(full=True).changes["created"] == 0
    bench.drop(Report.STUDENTS, "P1")
    view = bench.sync(full=True)
    assert view.changes["unallocated"] == 0
    assert bench.one(Account, id=number).state == "active"
    assert not bench.rows(Link, person_id=both[0].id, active=True)
    assert bench.rows(Link, person_id=both[1].id, active=True)
    bench.drop(Report.STAFF, "S1")
    assert bench.sync(full=True).changes["unallocated"] == 1
    assert bench.one(Account, id=number).state == "unallocated"


def test_K12_at_two_schools_leaving_one_keeps_the_account_for_the_other(synced: Bench) -> None:
    account = account_of(synced, "S1", "staff")
    with synced.store.write() as s:
        other = School(urn="100002", slug="saltmere", name="Saltmere School")
        s.add(other)
        s.flush()
        twin = Person(
            school_id=other.id or 0, role="staff", source_id="T9", given_name="Alex", family_name="Hollinab"
        )
        s.add(twin)
        s.flush()
        twin_id = twin.id or 0
    join(synced, synced.one(Person, id=twin_id), account)
    synced.drop(Report.STAFF, "S1")
    assert synced.sync(full=True).changes["unallocated"] == 0
    assert synced.one(Account, id=account.id).state == "active"
    (left,) = synced.rows(Link, account_id=account.id, active=True)
    assert left.person_id == twin_id


def test_Z16_a_parent_who_is_also_staff_keeps_the_staff_account_when_the_child_leaves(synced: Bench) -> None:
    from connectors.records import Contact, ContactLink
    from data.tables import Contact as ContactRow

    teacher = synced.mis.records[Report.STAFF][1]
    synced.accept(Report.CONTACTS)
    synced.mis.records[Report.CONTACTS] = [
        Contact(source_id="K1", title="Ms", given_name=teacher.given_name, family_name=teacher.family_name),
        ContactLink(contact_id="K1", pupil_id="P1", parental_responsibility=True),
    ]
    synced.sync(full=True)
    assert synced.one(ContactRow).present
    synced.drop(Report.STUDENTS, "P1")
    synced.mis.records[Report.CONTACTS] = [
        Contact(source_id="K9", title="Mr", given_name="Bo", family_name="North"),
        ContactLink(contact_id="K9", pupil_id="P2"),
    ]
    assert synced.sync(full=True).changes["unallocated"] == 1
    assert account_of(synced, "S1", "staff").state == "active"


def test_Z17_an_ex_pupil_who_returns_as_staff_gets_the_old_account_by_a_decision(synced: Bench) -> None:
    old = account_of(synced, "P1")
    synced.drop(Report.STUDENTS, "P1")
    synced.sync(full=True)
    assert synced.one(Account, id=old.id).state == "unallocated"
    first = synced.rows(Person, source_id="P1")[0]
    synced.mis.records[Report.STAFF].append(
        staff(77, first.given_name, first.family_name, date_of_birth=first.date_of_birth)
    )
    made = synced.sync(full=True)
    back = synced.one(Person, source_id="S77", role="staff")
    linked = synced.rows(Link, person_id=back.id, active=True)
    if not linked:  # similar to somebody who had an account: a person decides
        assert made.changes["created"] == 0
        decide.link(synced.desk, synced.urn, back.id, old.id)
        account = synced.one(Account, id=old.id)
        assert (account.state, account.username) == ("active", old.username)
    else:
        assert synced.one(Account, id=linked[0].account_id).username != old.username
    again = synced.sync(full=True)
    assert again.changes["unallocated"] == 0
    assert len(synced.rows(Link, person_id=back.id, active=True)) == 1


def test_Z17_a_pupil_with_a_leavers_name_never_gets_the_leavers_account_by_itself(synced: Bench) -> None:
    old = account_of(synced, "P1")
    synced.drop(Report.STUDENTS, "P1")
    synced.sync(full=True)
    name = synced.rows(Person, source_id="P1")[0]
    synced.mis.records[Report.STUDENTS].append(
        pupil(88, name.given_name, name.family_name, date_of_birth=date(2016, 2, 3))
    )
    synced.sync(full=True)
    assert synced.one(Account, id=old.id).state == "unallocated"
    assert not synced.rows(Link, account_id=old.id, active=True)


def test_Z24_a_leavers_name_given_away_is_not_taken_back_by_undo(e: seed.Estate) -> None:
    school = e.school()
    lost = e.account(school, "l.north", "Liam", "North", state="unallocated")
    gone = decide.let_go(e.desk(), "100001", lost)
    e.change(Account, lost, username_key="l.north#old")
    new = e.account(school, "l.north1", "Lara", "North")
    e.change(Account, new, username="l.north", username_key="l.north")
    decide.undo(e.desk(), gone.id)
    with pytest.raises(Conflict, match="now belongs to Lara North"):
        decide.restore(e.desk(), "100001", lost)


class TestLeavingSoon:
    def test_Q1_those_with_an_account_who_leave_within_four_weeks_the_first_first(
        self, e: seed.Estate
    ) -> None:
        school = e.school()
        e.run(school)
        e.connection(school)
        e.accept(school, "staff")
        today = e.now.date()
        for n, days in enumerate((40, 28, 3, 0, -1)):
            e.linked(school, f"Ann{n}", "Lee", username=f"a.lee{n}", end_date=today + timedelta(days=days))
        e.person(school, "Bo", "Adeyemi", end_date=today)  # nobody without an account is listed
        items = queues.leaving_soon(e.desk(), "100001")
        assert [(i.person.given_name, i.days, i.account.username) for i in items] == [
            ("Ann3", 0, "a.lee3"), ("Ann2", 3, "a.lee2"), ("Ann1", 28, "a.lee1"),
        ]  # fmt: skip
        assert [i.days for i in queues.leaving_soon(e.desk(), "100001", days=2)] == [0]
        hints = overview.overview(e.desk(), "100001").hints
        assert any(hint.startswith("3 people with an account leave within 28 days") for hint in hints)
        with pytest.raises(Usage):
            queues.leaving_soon(e.desk(), "100001", days=1000)

    def test_the_day_after_the_run_takes_the_account_that_was_announced(self, synced: Bench) -> None:
        last = synced.now.date() + timedelta(days=2)
        synced.change(Report.STUDENTS, "P1", leaving_date=last)
        synced.sync(full=True)
        (item,) = queues.leaving_soon(synced.desk, synced.urn)
        assert (item.leaves_on, item.days) == (last, 2)
        synced.now += timedelta(days=3)
        assert synced.sync(full=True).changes["unallocated"] == 1
        assert queues.leaving_soon(synced.desk, synced.urn) == ()
        with synced.store.read() as s:
            asked = select(Account.username).where(Account.state == "unallocated")
            assert s.execute(asked).scalar_one() == item.account.username
