"""A run from its first stage to its last, over a connector in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from connectors.base import Access, AccessState
from connectors.records import Notice, PupilStatus, Report
from data.runs import STAGES
from data.tables import (
    Account,
    Connection,
    Identifier,
    Journal,
    Lease,
    Link,
    Person,
    Problem,
    ReportScope,
    ReservedName,
    School,
)
from misconsole.errors import Conflict
from misconsole.services import decide, queues, rooms, runs
from misconsole.services.status import school_rows
from misconsole.services.views import Lamp
from tests.fake_mis import Bench, pupil, staff

pytestmark = pytest.mark.every_store


def journal_rows(bench: Bench) -> int:
    with bench.store.read() as s:
        return int(s.execute(select(func.count()).select_from(Journal)).scalar_one())


class TestFirstSync:
    def test_L1_everybody_gets_a_person_an_account_and_a_link(self, bench: Bench) -> None:
        view = bench.sync()
        assert view.state == "succeeded"
        assert view.changes["created"] == 16
        assert view.reports == {
            "staff": {"extracted": 4, "kept": 4, "dropped": 0},
            "students": {"extracted": 12, "kept": 12, "dropped": 0},
        }
        assert len(bench.rows(Person, present=True, gate="")) == 16
        assert len(bench.rows(Account, state="active", origin="created")) == 16
        assert len(bench.rows(Link, active=True, how="created")) == 16
        assert view.waiting["new_users"] == 16

    def test_T16_every_stage_has_its_own_times_and_U1_its_own_lamp(self, bench: Bench) -> None:
        view = bench.sync()
        assert [s.name for s in view.stages] == list(STAGES)
        assert all(s.lamp is Lamp.OK and s.seconds is not None and s.finished_at for s in view.stages)

    def test_M11_the_address_is_the_username_at_the_domain_and_Z8_the_name_is_reserved(
        self, bench: Bench
    ) -> None:
        bench.mis.records[Report.STAFF] = [staff(1, "Siân", "O'Neill-Hart")]
        bench.sync()
        account = bench.one(Account, role="staff")
        assert account.username == "s.oneillhart"
        assert account.email == "s.oneillhart@larkmere.example"
        assert account.display_name == "Siân O'Neill-Hart"
        assert bench.one(ReservedName, username_key="s.oneillhart").account_id == account.id

    def test_G6_identifiers_are_kept_as_text_with_their_zeros(self, bench: Bench) -> None:
        bench.sync()
        assert {i.value for i in bench.rows(Identifier, kind="admission_number")} == {
            f"{n:06}" for n in range(12)
        }

    def test_every_change_of_people_accounts_and_links_is_in_the_journal(self, bench: Bench) -> None:
        view = bench.sync()
        counted: dict[str, int] = {}
        for row in bench.rows(Journal, run_id=view.id):
            counted[row.table_name] = counted.get(row.table_name, 0) + (row.before is None)
        assert counted == {"person": 16, "account": 16, "link": 16}

    def test_the_lease_is_given_back_and_the_connector_closed(self, bench: Bench) -> None:
        bench.sync()
        assert bench.rows(Lease) == []
        assert bench.mis.closed == 1


class TestSecondSync:
    def test_U5_and_Z21_an_unchanged_run_checks_without_changing(self, synced: Bench) -> None:
        before, version = journal_rows(synced), synced.one(School).version
        synced.now += timedelta(days=1)
        view = synced.sync(full=True)
        assert view.state == "succeeded"
        assert {key: n for key, n in view.changes.items() if n} == {"unchanged": 16}
        assert journal_rows(synced) == before
        assert synced.one(School).version == version
        (row,) = school_rows(synced.store.url, now=synced.now)
        assert row.last_checked == synced.now
        assert row.last_changed == synced.now - timedelta(days=1)

    def test_U4_the_last_sync_is_the_last_time_anything_was_changed(self, synced: Bench) -> None:
        """U4: whatever it was, and not the last time somebody looked."""
        changed = synced.now
        for change in (None, {"roles": ("Head of Music",)}, None):
            synced.now += timedelta(days=1)
            if change:
                synced.change(Report.STAFF, "S1", **change)
                changed = synced.now
            assert synced.sync(full=True).state == "succeeded"
            (row,) = school_rows(synced.store.url, now=synced.now)
            assert (row.last_changed, row.last_checked) == (changed, synced.now)

    def test_F15_staff_there_are_updated_and_those_missing_are_created(self, synced: Bench) -> None:
        before = {row.source_id: row.id for row in synced.rows(Person, role="staff")}
        synced.change(Report.STAFF, "S1", family_name="Kestrel", roles=("Bursar",))
        synced.mis.records[Report.STAFF].append(staff(40, "Winifred", "Quill"))
        view = synced.sync(full=True)
        assert {key: view.changes[key] for key in ("created", "updated")} == {"created": 1, "updated": 1}
        after = {row.source_id: row for row in synced.rows(Person, role="staff")}
        assert {key: row.id for key, row in after.items() if key in before} == before
        assert (after["S1"].family_name, after["S1"].job_title) == ("Kestrel", "Bursar")
        assert synced.one(Account, family_name="Quill").role == "staff"
        assert len(synced.rows(Account, role="staff")) == 5

    def test_P9_who_starts_later_has_an_account_to_hand_out_by_then(self, synced: Bench) -> None:
        """P9: and it is the very account they begin with."""
        synced.accept(Report.STUDENTS, Report.STUDENTS_FUTURE)
        starts = synced.now.date() + timedelta(days=30)
        newcomer = pupil(60, "Winifred", "Quill", admission_date=starts, status=PupilStatus.ACCEPTED)
        synced.mis.records[Report.STUDENTS_FUTURE] = [newcomer]
        synced.sync(full=True)
        waiting = {item.account.username for item in queues.new_users(synced.desk, synced.urn)}
        account = synced.one(Account, family_name="Quill")
        assert account.username in waiting
        synced.now += timedelta(days=31)
        synced.mis.records[Report.STUDENTS_FUTURE] = []
        synced.mis.records[Report.STUDENTS].append(replace(newcomer, status=PupilStatus.CURRENT))
        synced.sync(full=True)
        assert synced.one(Account, family_name="Quill") == account

    def test_Z21_a_failed_run_neither_checks_nor_changes(self, synced: Bench) -> None:
        synced.now += timedelta(days=1)
        synced.mis.records[Report.STUDENTS] = []
        assert synced.sync().state == "failed"
        (row,) = school_rows(synced.store.url, now=synced.now)
        assert row.last_checked == synced.now - timedelta(days=1)
        assert row.lamp is Lamp.PROBLEM

    def test_K10_a_change_under_the_same_id_is_an_update(self, synced: Bench) -> None:
        synced.change(Report.STUDENTS, "P3", family_name="Kestrel")
        before = synced.one(Account, display_name="Delphine Cawthorne")
        view = synced.sync(full=True)
        assert view.changes["updated"] == 1
        assert view.changes["unchanged"] == 15
        after = synced.one(Account, display_name="Delphine Kestrel")
        assert (after.id, after.username, after.email) == (before.id, before.username, before.email)

    def test_G7_an_identifier_the_mis_stopped_sending_becomes_history(self, synced: Bench) -> None:
        synced.change(Report.STUDENTS, "P3", admission_number="999999")
        synced.sync(full=True)
        person = synced.one(Person, source_id="P3")
        rows = synced.rows(Identifier, person_id=person.id, kind="admission_number")
        assert {(i.value, i.current) for i in rows} == {("000003", False), ("999999", True)}

    def test_F12_a_room_typed_in_here_survives(self, synced: Bench) -> None:
        person = synced.one(Person, source_id="S1").id
        decision = rooms.set_room(synced.desk, synced.urn, person, "B12")
        synced.change(Report.STAFF, "S1", family_name="Kestrel")
        for _ in range(2):
            synced.sync(full=True)
            assert synced.one(Person, source_id="S1").room == "B12"
        synced.drop(Report.STAFF, "S1")
        synced.sync(full=True)
        assert synced.one(Person, source_id="S1").room == "B12"
        decide.undo(synced.desk, decision.id)  # after all those runs
        row = synced.one(Person, source_id="S1")
        assert (row.room, row.family_name) == (None, "Kestrel")

    def test_J3_somebody_new_gets_an_account_the_same_night(self, synced: Bench) -> None:
        synced.mis.records[Report.STUDENTS].append(pupil(77))
        view = synced.sync(full=True)
        assert view.changes["created"] == 1
        assert view.changes["unchanged"] == 16

    def test_J6_somebody_who_was_early_gets_the_account_on_the_first_day(self, synced: Bench) -> None:
        first_day = synced.now.date() + timedelta(days=2)
        synced.mis.records[Report.STUDENTS].append(pupil(77, admission_date=first_day))
        synced.sync(full=True)
        assert synced.one(Person, source_id="P77").gate == "not_started"
        synced.now += timedelta(days=2)
        assert synced.sync(full=True).changes["created"] == 1
        assert synced.one(Person, source_id="P77").gate == ""


class TestFilter:
    def test_W1_and_G12_a_missing_date_of_birth_stops_the_account_and_is_a_problem(
        self, bench: Bench
    ) -> None:
        bench.change(Report.STUDENTS, "P3", date_of_birth=None)
        view = bench.sync()
        person = bench.one(Person, source_id="P3")
        assert person.gate == "missing_date_of_birth"
        problem = bench.one(Problem)
        assert (problem.person_id, problem.field, problem.who) == (
            person.id,
            "date_of_birth",
            "school office",
        )
        assert view.reports["students"] == {"extracted": 12, "kept": 11, "dropped": 1}
        assert view.waiting["problems"] == 1

    def test_F6_former_staff_are_kept_for_why_but_get_no_account(self, bench: Bench) -> None:
        bench.change(Report.STAFF, "S1", current=False, end_date=date(2025, 8, 31))
        bench.sync()
        assert bench.one(Person, source_id="S1").gate == "left"
        assert len(bench.rows(Account, role="staff")) == 3

    def test_G9_contradictory_data_is_flagged_not_refused(self, bench: Bench) -> None:
        bench.change(Report.STUDENTS, "P3", leaving_date=date(2026, 7, 20))
        bench.sync()
        assert bench.one(Person, source_id="P3").flags == ["contradictory-dates"]

    def test_U3_and_V4_notices_of_the_connector_reach_the_messages(self, bench: Bench) -> None:
        bench.mis.notices = [Notice(level="warning", code="slow", message="The MIS is slow today.")]
        view = bench.sync()
        assert [(m.level, m.code, m.message) for m in view.messages] == [
            ("warning", "slow", "The MIS is slow today.")
        ]


class TestAuthorise:
    def test_U7_a_school_that_is_not_connected_is_told_so(self, bench: Bench) -> None:
        with bench.store.write() as s:
            s.get(Connection, 1).active = False
        view = bench.sync()
        assert view.error is not None
        assert view.error["code"] == "not_connected"
        assert view.stages[0].state == "problem"

    def test_access_that_was_taken_back_fails_the_run_and_is_remembered(self, synced: Bench) -> None:
        synced.mis.access = Access(state=AccessState.REVOKED, message="Approval was taken back.")
        view = synced.sync()
        assert view.error is not None
        assert view.error["code"] == "access_refused"
        assert synced.one(Connection).access == "revoked"
        assert len(synced.rows(Account, state="active")) == 16

    def test_a_mis_that_is_off_line_is_not_an_empty_one(self, synced: Bench) -> None:
        synced.mis.access = Access(state=AccessState.OFFLINE)
        view = synced.sync()
        assert view.error is not None
        assert view.error["code"] == "unreachable"

    def test_a_report_that_is_withheld_is_told_and_changes_nothing(self, synced: Bench) -> None:
        synced.mis.access = Access(state=AccessState.APPROVED, withheld=frozenset({Report.STAFF}))
        view = synced.sync(full=True)
        assert view.state == "succeeded"
        assert [m.code for m in view.messages] == ["report_withheld"]
        assert view.changes["unallocated"] == 0
        assert len(synced.rows(Account, role="staff", state="active")) == 4

    def test_C1_without_any_accepted_report_there_is_nothing_to_read(self, bench: Bench) -> None:
        with bench.store.write() as s:
            for row in s.execute(select(ReportScope)).scalars():
                row.accepted = False
        view = bench.sync()
        assert view.error is not None
        assert view.error["code"] == "no_reports"
        assert bench.mis.requests == []


def test_E8_and_Z16_of_somebody_in_two_reports_the_current_one_counts(bench: Bench) -> None:
    bench.accept(Report.STUDENTS_FUTURE)
    bench.mis.records[Report.STUDENTS_FUTURE] = [pupil(3, given_name="Later"), pupil(88)]
    bench.sync()
    assert bench.one(Person, source_id="P3").given_name != "Later"
    assert len(bench.rows(Person, role="pupil")) == 13


def test_an_unexpected_fault_ends_the_run_with_a_place_and_without_data(bench: Bench) -> None:
    def stumble() -> None:
        raise RuntimeError("Robin Larkmere, 02/03/2014")

    bench.mis.on_page = stumble
    view = bench.sync()
    assert view.state == "failed"
    assert view.error is not None
    assert view.error["code"] == "unexpected"
    assert "Robin" not in str(view)
    assert bench.rows(Person) == []
    assert bench.rows(Lease) == []


def test_a_run_that_is_over_cannot_begin_again(synced: Bench) -> None:
    with pytest.raises(Conflict, match="only a queued run"):
        runs.run_now(synced.desk, synced.urn, run_id=1, open_connector=synced.mis.open)
