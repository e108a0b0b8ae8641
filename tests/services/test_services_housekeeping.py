"""Tidying: what goes, what stays, that counts outlive runs, and that undo says why it cannot."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from data import bulk, figures, tables, week_figures
from data.journal import Scribe
from data.tables import Account, Journal, Person, Run, RunMessage, WeekFigure
from misconsole.errors import Conflict, NotFound
from misconsole.services import decide, housekeeping, permits, undo, worker_hooks
from tests import seed, stores

pytestmark = pytest.mark.every_store

OLD = timedelta(days=450)


@pytest.fixture
def e(tmp_path: Path) -> Iterator[seed.Estate]:
    with seed.estate(tmp_path) as opened:
        yield opened


def old_run(e: seed.Estate, school: int, **values: object) -> int:
    at = e.now - OLD
    run = e.run(school, started_at=at, finished_at=at + timedelta(seconds=30), changed_anything=True,
                **{"changes": {"created": 4, "unallocated": 2}, **values})  # fmt: skip
    e.put(RunMessage, run_id=run, message="said long ago", at=at)
    e.put(tables.RunStage, run_id=run, ordinal=0, name="extract")
    e.put(tables.RunProgress, run_id=run, report="students")
    e.problem(school, run, "Somebody")
    with e.store.write() as s:
        scribe = Scribe(s, actor="run", at=at, school_id=school, run_id=run)
        scribe.insert(tables.Subject(school_id=school, source_id=f"S{run}", name="Old"))
    return run


def test_runs_and_all_they_said_go_when_the_school_no_longer_keeps_them(e: seed.Estate) -> None:
    school = e.school()
    run, newest = old_run(e, school), e.run(school)
    report = housekeeping.tidy(e.desk())
    assert [r.id for r in e.all(Run)] == [newest]
    for table in (RunMessage, tables.RunStage, tables.RunProgress, tables.Problem, Journal):
        assert e.all(table) == [], table
    assert report.schools[0].rows == {
        "run": 1, "runmessage": 1, "runstage": 1, "runprogress": 1, "problem": 1, "journal": 1,
    }  # fmt: skip
    assert run != newest


def test_the_school_says_how_long(e: seed.Estate) -> None:
    school = e.school(options={"keep_runs_days": 500})
    old_run(e, school)
    e.run(school)
    assert housekeeping.tidy(e.desk()).schools[0].rows == {}
    assert len(e.all(Run)) == 2


def test_a_rehearsal_counts_the_same_rows_and_removes_none(e: seed.Estate) -> None:
    school = e.school()
    old_run(e, school)
    e.run(school)
    told = housekeeping.tidy(e.desk(), dry_run=True).schools
    assert len(e.all(Run)) == 2 and len(e.all(Journal)) == 1
    assert told == housekeeping.tidy(e.desk()).schools


def test_the_newest_run_the_last_applied_one_and_one_that_waits_stay_however_old(e: seed.Estate) -> None:
    school = e.school()
    applied = old_run(e, school)
    held = old_run(e, school, state="held")
    failed = old_run(e, school, state="failed")
    assert housekeeping.tidy(e.desk()).schools[0].rows == {}
    assert [r.id for r in e.all(Run)] == [applied, held, failed]


def test_counts_of_a_week_are_the_same_before_and_after_its_runs_go(e: seed.Estate) -> None:
    school = e.school()
    old_run(e, school, reports={"students": {"extracted": 300}, "staff": {"extracted": 40}})
    old_run(e, school, changes={"created": 1, "updated": 7})
    old_run(e, school, resolution="undone")
    old_run(e, school, state="failed")
    e.run(school)
    day = (e.now - OLD).date()
    monday = day - timedelta(days=day.weekday())
    with e.store.read() as s:
        before = week_figures.changes(s, school, monday)
    housekeeping.tidy(e.desk())
    with e.store.read() as s:
        assert week_figures.changes(s, school, monday) == {k: n for k, n in before.items() if n}
    kept = {row.kind: row.count for row in e.all(WeekFigure)}
    assert kept == {"create": 5, "update": 7, "unallocate": 2, "runs": 4, "failed": 1, "seconds": 120,
                    "roll": 340}  # fmt: skip
    assert {row.week for row in e.all(WeekFigure)} == {monday}


def test_folding_twice_counts_once(e: seed.Estate) -> None:
    school = e.school()
    old_run(e, school)
    for _ in range(2):
        with e.store.write() as s:
            figures.fold(s, school, [s.get_one(Run, r.id) for r in e.all(Run)])
    assert {row.kind: row.count for row in e.all(WeekFigure)}["create"] == 4


def test_a_run_that_a_leavers_clock_begins_with_stays_as_a_bare_row(e: seed.Estate) -> None:
    school = e.school()
    run = old_run(e, school)
    e.run(school)
    person = e.person(school, "Liam", "North", present=False, gone_run=run)
    for _ in range(2):
        housekeeping.tidy(e.desk())
    assert e.row(Run, run).changes == {"tidied": 1}
    assert {row.kind: row.count for row in e.all(WeekFigure)}["runs"] == 1
    assert housekeeping.tidy(e.desk()).schools[0].due == 1
    assert e.row(Person, person).family_name == "North", "tidying erases nobody"


def test_undoing_a_run_that_is_gone_says_why(e: seed.Estate) -> None:
    school = e.school()
    run, bare = old_run(e, school), old_run(e, school)
    e.person(school, "Liam", "North", present=False, gone_run=bare)
    e.run(school)
    housekeeping.tidy(e.desk())
    with pytest.raises(NotFound, match="no longer kept") as gone:
        undo.undo_run(e.desk(), run)
    assert gone.value.code == "tidied"
    with pytest.raises(Conflict, match="no longer kept"):
        undo.undo_run(e.desk(), bare)
    with pytest.raises(NotFound, match="There is no run 999"):
        undo.undo_run(e.desk(), 999)


def test_undoing_a_decision_whose_changes_are_gone_says_why_and_changes_nothing(e: seed.Estate) -> None:
    school = e.school()
    account = e.account(school, "governor1", "Mary", "Quill", "other")
    decided = decide.remove(e.desk(), "100001", account)
    e.now += OLD
    e.run(school)
    housekeeping.tidy(e.desk())
    with pytest.raises(Conflict, match="no longer kept"):
        decide.undo(e.desk(), decided.id)
    assert e.row(Account, account).state == "removed"
    assert e.row(tables.Decision, decided.id).undone_at is None


def test_old_crash_files_and_left_over_extracts_go_and_nothing_else(e: seed.Estate) -> None:
    e.school()
    crashes = e.folder / "crashes"
    work = e.folder / "work"
    for folder in (crashes, work):
        folder.mkdir()
    old, fresh = crashes / "crash-old.txt", crashes / "crash-new.txt"
    other, left, stamp = crashes / "notes.txt", work / "page-1.json", work / "last-housekeeping"
    for each in (old, fresh, other, left, stamp):
        each.write_text("x")
        os.utime(each, (0, (e.now - OLD).timestamp()))
    os.utime(fresh, (0, e.now.timestamp()))
    desk = replace(e.desk(), workdir=work)
    assert housekeeping.tidy(desk, crashes=crashes, dry_run=True).files == ("crash-old.txt", "page-1.json")
    assert old.exists()
    housekeeping.tidy(desk, crashes=crashes)
    assert [each.exists() for each in (old, fresh, other, left, stamp)] == [False, True, True, False, True]


def test_what_was_tidied_is_gone_from_the_file_too(e: seed.Estate) -> None:
    school = e.school()
    run = old_run(e, school)
    e.put(RunMessage, run_id=run, message="Zephyrine Quillfeather has left", at=e.now - OLD)
    e.run(school)
    assert housekeeping.tidy(e.desk(), rewrite=True).rewritten
    assert b"Quillfeather" not in stores.bytes_of(e.store)


@pytest.mark.parametrize(("messages", "anew"), [(150, False), (1_500, True)])
def test_the_file_is_written_anew_only_where_half_of_it_is_empty_because_every_sync_waits_for_that(
    e: seed.Estate, messages: int, anew: bool
) -> None:
    school = e.school()
    run = old_run(e, school)
    with e.store.write() as s:
        bulk.insert(s, RunMessage, [{"run_id": run, "message": "x" * 1_000, "at": e.now - OLD}] * messages)
    e.run(school)
    alone = e.store.path is None  # a server sees to its own room
    assert housekeeping.tidy(e.desk()).rewritten == (anew and not alone)


def test_at_night_nobody_counts_leavers_because_nobody_reads_how_many_are_due(
    e: seed.Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = e.school()
    old_run(e, school)
    e.run(school)
    asked: list[object] = []
    monkeypatch.setattr(housekeeping.privacy_due, "count", lambda *words: asked.append(words) or 1)
    assert [each.due for each in housekeeping.tidy(e.desk(), dry_run=True).schools] == [1]
    worker_hooks.tidy(e.desk())
    assert len(asked) == 1
    assert len(e.all(Run)) == 1


def test_only_an_administrator_tidies(e: seed.Estate) -> None:
    for grade in ("read-only", "operator", "head", "support"):
        with pytest.raises(permits.NotPermitted):
            housekeeping.tidy(replace(e.desk(), grade=grade))


def test_old_notices_and_processes_long_gone_go(e: seed.Estate) -> None:
    school = e.school()
    sent = {"school_id": school, "channel": "it", "kind": "problem", "at": e.now - OLD}
    e.put(tables.Told, key="1", state="sent", **sent)
    e.put(tables.Told, key="2", state="waiting", **sent)
    e.put(tables.Worker, holder="host:1", stopped_at=e.now - timedelta(days=31))
    e.put(tables.Worker, holder="host:2")
    housekeeping.tidy(e.desk())
    assert [row.key for row in e.all(tables.Told)] == ["2"]
    assert [row.holder for row in e.all(tables.Worker)] == ["host:2"]


def test_the_week_begins_on_monday_by_utc() -> None:
    assert figures.monday(Run(school_id=1, started_at=seed.NOON)) == date(2026, 9, 14)
