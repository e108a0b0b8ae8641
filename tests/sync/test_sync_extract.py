"""A failed, empty, short or contradictory extract never takes an account away (Z20)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.errors import BadAnswer, NotAuthorised, Unreachable
from connectors.records import Gone, Rejected, Report
from data.errors import StoreProblem
from data.runs import STAGES
from data.tables import Account, Connection, Person, Problem, ReportScope
from misconsole.services import runs
from misconsole.sync import progress
from tests.fake_mis import Bench, pupil, staff


def nobody_lost(bench: Bench) -> bool:
    active = len(bench.rows(Account, state="active")) == 16
    return active and len(bench.rows(Person, present=True)) == 16


class TestFailing:
    def test_Z20_an_empty_report_where_there_were_people_fails_the_run(self, synced: Bench) -> None:
        synced.mis.records[Report.STUDENTS] = []
        view = synced.sync(full=True)
        assert (view.state, (view.error or {})["code"]) == ("failed", "empty_extract")
        assert nobody_lost(synced)

    def test_Z20_an_empty_current_report_is_not_hidden_by_future_people(self, synced: Bench) -> None:
        synced.accept(Report.STUDENTS_FUTURE)
        synced.mis.records[Report.STUDENTS_FUTURE] = [pupil(90)]
        synced.mis.records[Report.STUDENTS] = []
        assert (synced.sync(full=True).error or {})["code"] == "empty_extract"
        assert nobody_lost(synced)

    def test_Z20_a_mis_with_nobody_in_it_fails_at_the_first_sync_too(self, bench: Bench) -> None:
        bench.mis.records = {}
        assert (bench.sync().error or {})["code"] == "empty_extract"

    def test_Z20_fewer_people_than_the_mis_counts_fail_the_run(self, synced: Bench) -> None:
        synced.drop(Report.STUDENTS, "P1", "P2")
        synced.mis.counted = {Report.STUDENTS: 12}
        view = synced.sync(full=True)
        assert (view.state, (view.error or {})["code"]) == ("failed", "short_extract")
        assert nobody_lost(synced)

    def test_Z20_a_page_delivered_twice_in_place_of_another_is_short(self, synced: Bench) -> None:
        synced.mis.records[Report.STUDENTS] = [pupil(n % 6) for n in range(12)]
        synced.mis.counted = {Report.STUDENTS: 12}
        assert (synced.sync(full=True).error or {})["code"] == "short_extract"
        assert nobody_lost(synced)

    def test_Z20_totals_that_contradict_each_other_fail_the_run(self, synced: Bench) -> None:
        synced.mis.page = 6
        synced.mis.totals = {Report.STUDENTS: [12, 11]}
        synced.drop(Report.STUDENTS, "P1")
        view = synced.sync(full=True)
        assert (view.state, (view.error or {})["code"]) == ("failed", "contradictory_totals")
        assert nobody_lost(synced)

    @pytest.mark.parametrize(
        "error", [Unreachable("No answer."), NotAuthorised("Refused."), BadAnswer("Half.")]
    )
    def test_Z20_an_error_in_the_middle_of_reading_changes_nothing(
        self, synced: Bench, error: BadAnswer
    ) -> None:
        synced.mis.records[Report.STUDENTS] = [pupil(1, family="Kestrel")]
        synced.mis.fails = {Report.STUDENTS: error}
        view = synced.sync(full=True)
        assert (view.error or {})["code"] == error.code
        assert (view.error or {})["mend"]
        assert nobody_lost(synced)
        assert synced.rows(Person, family_name="Kestrel") == []
        assert view.stages[1].state == "problem"
        assert synced.mis.closed == 2

    def test_records_rejected_whole_are_counted_as_arrived(self, bench: Bench) -> None:
        bench.mis.counted = {Report.STUDENTS: 13}
        rejected = Rejected(
            report=Report.STUDENTS, where="students[12]", message="No id.", mend="Give it one.", code="no_id"
        )
        bench.mis.rejected = {Report.STUDENTS: (rejected,)}
        view = bench.sync()
        assert view.state == "succeeded"
        assert view.reports["students"] == {"extracted": 13, "kept": 12, "dropped": 1}
        problem = bench.one(Problem)
        assert (problem.code, problem.where_) == ("no_id", "students[12]")

    def test_Z20_a_record_that_cannot_be_read_takes_nobody_away(self, synced: Bench) -> None:
        """The pupil is in the MIS; only the record is unreadable, so the account stays (Z20)."""
        leaver, unread = synced.mis.records[Report.STUDENTS][-2:]
        synced.mis.records[Report.STUDENTS] = synced.mis.records[Report.STUDENTS][:-2]
        synced.mis.rejected = {
            Report.STUDENTS: (
                Rejected(
                    report=Report.STUDENTS,
                    where="users.csv:9",
                    message="Too few columns.",
                    mend="Mend the row.",
                    code="columns",
                    source_id=unread.source_id,
                ),
            )
        }
        view = synced.sync(full=True)
        assert view.state == "succeeded"
        assert synced.one(Person, source_id=unread.source_id).present
        assert not synced.one(Person, source_id=leaver.source_id).present
        assert view.changes["unallocated"] == 1

    def test_Z20_a_nameless_record_could_be_anybodys_so_nobody_is_gone(self, synced: Bench) -> None:
        synced.mis.records[Report.STUDENTS] = synced.mis.records[Report.STUDENTS][:-1]
        synced.mis.rejected = {
            Report.STUDENTS: (
                Rejected(
                    report=Report.STUDENTS,
                    where="students[11]",
                    message="No id.",
                    mend="Give it one.",
                    code="no_id",
                ),
            )
        }
        view = synced.sync(full=True)
        assert view.state == "succeeded"
        assert nobody_lost(synced)
        assert "records_without_id" in [m.code for m in view.messages]


class TestUnfinished:
    def test_Z20_a_report_that_was_not_read_to_its_end_changes_nothing(self, synced: Bench) -> None:
        synced.mis.records[Report.STUDENTS] = [pupil(1, family="Kestrel"), pupil(99)]
        synced.mis.unfinished = {Report.STUDENTS}
        view = synced.sync(full=True)
        assert view.state == "succeeded"
        assert nobody_lost(synced)
        assert synced.rows(Person, source_id="P99") == []
        assert synced.rows(Person, family_name="Kestrel") == []
        assert [m.code for m in view.messages] == ["report_unfinished"]
        assert view.stages[1].state == "attention"

    def test_the_other_reports_still_count(self, synced: Bench) -> None:
        synced.mis.unfinished = {Report.STUDENTS}
        synced.drop(Report.STAFF, "S1")
        view = synced.sync(full=True)
        assert view.changes["unallocated"] == 1

    def test_no_report_read_to_its_end_is_a_failure(self, synced: Bench) -> None:
        synced.mis.unfinished = {Report.STUDENTS, Report.STAFF}
        assert (synced.sync(full=True).error or {})["code"] == "incomplete_extract"

    def test_Z20_a_half_size_extract_takes_nobody_away_and_says_so(self, synced: Bench) -> None:
        synced.options(limit_unallocate_count="none", limit_unallocate_share="none")
        synced.drop(Report.STUDENTS, *(f"P{n}" for n in range(6)))
        view = synced.sync(full=True)
        assert view.state == "succeeded"
        assert nobody_lost(synced)
        assert "short_extract" in [m.code for m in view.messages]


class TestDelta:
    def test_changes_only_are_asked_for_once_everything_was_read(self, synced: Bench) -> None:
        synced.mis.delta = {Report.STUDENTS: [pupil(3, family="Kestrel")], Report.STAFF: []}
        view = synced.sync()
        assert synced.mis.requests[-1].since == {Report.STAFF: "hw", Report.STUDENTS: "hw"}
        assert view.changes["updated"] == 1
        assert view.changes["unchanged"] == 15
        assert nobody_lost(synced)

    def test_full_and_age_ask_for_everything(self, synced: Bench) -> None:
        synced.sync(full=True)
        assert synced.mis.requests[-1].since == {}
        synced.now += timedelta(days=8)
        synced.sync()
        assert synced.mis.requests[-1].since == {}

    def test_an_empty_delta_changes_nothing_and_nobody_is_gone(self, synced: Bench) -> None:
        synced.mis.delta = {}
        view = synced.sync()
        assert {key: n for key, n in view.changes.items() if n} == {"unchanged": 16}
        assert nobody_lost(synced)

    def test_a_deletion_named_by_a_delta_ends_the_account(self, synced: Bench) -> None:
        synced.mis.delta = {Report.STUDENTS: [Gone(kind="pupil", source_id="P3")]}
        assert synced.sync().changes["unallocated"] == 1
        assert synced.one(Person, source_id="P3").gate == "gone_from_mis"

    def test_a_date_that_comes_counts_for_people_the_delta_does_not_name(self, bench: Bench) -> None:
        leaves = bench.now.date() + timedelta(days=1)
        bench.change(Report.STUDENTS, "P3", leaving_date=leaves)
        bench.sync()
        bench.mis.delta = {}
        bench.now += timedelta(days=2)
        view = bench.sync()
        assert bench.mis.requests[-1].since
        assert view.changes["unallocated"] == 1
        assert bench.one(Person, source_id="P3").gate == "left"

    def test_C8_a_field_declined_since_asks_for_everything_again(self, synced: Bench) -> None:
        synced.accept(Report.STUDENTS, declined=["middle_names"])
        synced.sync()
        assert set(synced.mis.requests[-1].since) == {Report.STAFF}

    def test_a_failed_run_does_not_move_the_high_water(self, synced: Bench) -> None:
        with synced.store.write() as s:
            s.get(Connection, 1).since = {"students": "old"}
        synced.mis.fails = {Report.STUDENTS: Unreachable("No answer.")}
        synced.sync()
        assert synced.one(Connection).since == {"students": "old"}


class TestConsent:
    def test_X2_and_C8_a_declined_field_is_asked_not_to_be_fetched_and_never_stored(
        self, bench: Bench
    ) -> None:
        bench.accept(Report.STAFF, declined=["phone", "initials"])
        bench.mis.records[Report.STAFF] = [staff(1, phone="01632 960001", initials="AB")]
        bench.sync()
        assert bench.mis.requests[-1].declined[Report.STAFF] >= {"phone", "initials"}
        person = bench.one(Person, source_id="S1")
        assert (person.phone, person.initials) == (None, None)

    def test_C14_and_C15_what_is_on_request_stays_out_until_it_is_asked_for(self, bench: Bench) -> None:
        bench.mis.records[Report.STUDENTS] = [pupil(1, photo_id="F1")]
        bench.sync()
        assert bench.one(Person, source_id="P1").photo_id is None
        bench.accept(Report.STUDENTS, requested=["photo_id"])
        bench.sync()
        assert bench.one(Person, source_id="P1").photo_id == "F1"

    def test_C6_a_declined_change_leaves_no_trace(self, bench: Bench) -> None:
        bench.accept(Report.STAFF, declined=["phone"])
        bench.sync()
        bench.change(Report.STAFF, "S1", phone="01632 960002")
        assert {k: n for k, n in bench.sync(full=True).changes.items() if n} == {"unchanged": 16}

    def test_C1_a_report_nobody_accepted_is_neither_asked_for_nor_kept(self, bench: Bench) -> None:
        with bench.store.write() as s:
            s.get(ReportScope, bench.one(ReportScope, report="staff").id).accepted = False
        bench.sync()
        assert bench.mis.requests[-1].reports == {Report.STUDENTS}
        assert bench.rows(Person, role="staff") == []


class TestProgress:
    def test_counters_reach_the_store_with_what_was_counted_and_the_whole(self, bench: Bench) -> None:
        bench.mis.page, bench.mis.totals = 5, {Report.STUDENTS: [12, 12, 12]}
        view = bench.sync()
        told = {p.report: (p.done, p.total, p.finished) for p in view.progress}
        assert told == {"staff": (4, 4, True), "students": (12, 12, True)}

    def test_who_watches_hears_of_stages_and_counts(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(progress, "EVERY", 0.0)
        bench.mis.page, bench.mis.totals = 6, {Report.STUDENTS: [12, 12]}
        lines: list[str] = []
        bench.sync(say=lines.append)
        assert [line for line in lines if line.startswith("students")] == [
            "students: 6 of 12",
            "students: 12 of 12",
        ]
        assert [line for line in lines if ":" not in line] == list(STAGES)

    def test_the_store_is_written_at_most_twice_a_second(self, bench: Bench) -> None:
        """A counter that goes up often is not a transaction each time."""
        ticks = iter(range(10_000))
        recorder = progress.Recorder(bench.desk, run_id=1, school_id=1, clock=lambda: next(ticks) / 100)
        flushed = []
        recorder.flush = lambda: (flushed.append(1), setattr(recorder, "_written", recorder._clock()))  # type: ignore[method-assign]
        for n in range(1_000):
            recorder.count("staff", n)
        assert 10 <= len(flushed) <= 21  # a thousand looks at the clock, a hundredth of a second apart

    def test_a_store_that_is_busy_for_a_moment_does_not_fail_the_run_for_a_counter(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_id = runs.queue(bench.desk, bench.urn)
        recorder = progress.Recorder(bench.desk, run_id=run_id, school_id=bench.school_id)
        recorder.message("info", "kept", "Told once the store is free.")

        def locked() -> None:
            raise StoreProblem("locked", "The store is locked by another process.")

        with monkeypatch.context() as patched:
            patched.setattr(bench.store, "write", locked)
            recorder.flush()
        recorder.flush()
        assert [m.code for m in runs.get(bench.desk, run_id).messages] == ["kept"]
