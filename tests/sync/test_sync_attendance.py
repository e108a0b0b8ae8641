"""Attendance: kept only while the school accepts it, as the MIS told it, and never a reason for anything."""

from __future__ import annotations

import csv
import json
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest

from connectors.records import Mark, Report
from data.tables import Account, AttendanceMark, Connection, Decision, Person
from misconsole.__main__ import main
from misconsole.errors import Exit, MisconsoleError, NotFound
from misconsole.services import attendance, reports, runs, undo
from tests.fake_mis import TODAY, Bench, pupil

MONDAY = date(2026, 9, 7)


def mark(number: int, day: date = MONDAY, session: str = "AM", code: str = "/") -> Mark:
    return Mark(pupil_id=f"P{number}", day=day, session=session, code=code)


@pytest.fixture
def marked(synced: Bench) -> Bench:
    """Two days of marks of two pupils, read by a sync."""
    synced.mis.records[Report.ATTENDANCE] = [
        mark(number, MONDAY + timedelta(days=day), session)
        for day in (0, 1) for number in (1, 2) for session in ("AM", "PM")
    ]  # fmt: skip
    synced.accept(Report.ATTENDANCE)
    assert synced.sync().state == "succeeded"
    return synced


def kept(bench: Bench) -> set[tuple[str, date, str, str]]:
    names = {row.id: row.source_id for row in bench.rows(Person)}
    return {(names[row.person_id], row.day, row.session, row.code) for row in bench.rows(AttendanceMark)}


def test_E9_attendance_is_read_and_kept_only_where_it_is_accepted(synced: Bench) -> None:
    """E9, C1, C3"""
    synced.mis.records[Report.ATTENDANCE] = [mark(1), mark(1, session="PM", code="L")]
    assert synced.sync().state == "succeeded"
    assert Report.ATTENDANCE not in synced.mis.requests[-1].reports
    assert kept(synced) == set()
    synced.accept(Report.ATTENDANCE)
    done = synced.sync()
    assert kept(synced) == {("P1", MONDAY, "AM", "/"), ("P1", MONDAY, "PM", "L")}
    assert done.reports["attendance"] == {"extracted": 2, "kept": 2, "dropped": 0}


def test_marks_change_nobody_and_no_account(marked: Bench) -> None:
    before = [(row.id, row.version) for row in marked.rows(Account)]
    marked.mis.records[Report.ATTENDANCE] = [mark(1, code="O")]
    done = marked.sync()
    assert [(row.id, row.version) for row in marked.rows(Account)] == before
    assert {done.changes[word] for word in ("created", "updated", "linked", "unallocated")} == {0}


def test_marks_of_nobody_who_is_known_are_dropped_and_counted(synced: Bench) -> None:
    synced.mis.records[Report.ATTENDANCE] = [mark(1), mark(999)]
    synced.accept(Report.ATTENDANCE)
    assert synced.sync().reports["attendance"] == {"extracted": 2, "kept": 1, "dropped": 1}
    assert kept(synced) == {("P1", MONDAY, "AM", "/")}


def test_marks_come_with_a_pupil_who_is_new_in_the_same_run(synced: Bench) -> None:
    synced.mis.records[Report.STUDENTS].append(pupil(77))
    synced.mis.records[Report.ATTENDANCE] = [mark(77)]
    synced.accept(Report.ATTENDANCE)
    assert synced.sync().reports["attendance"]["kept"] == 1
    assert kept(synced) == {("P77", MONDAY, "AM", "/")}


def test_a_full_read_replaces_the_days_it_tells_of_and_leaves_the_others(marked: Bench) -> None:
    marked.mis.records[Report.ATTENDANCE] = [mark(1, MONDAY + timedelta(days=1), "AM", "N")]
    marked.sync()
    tuesday = {each for each in kept(marked) if each[1] > MONDAY}
    assert tuesday == {("P1", MONDAY + timedelta(days=1), "AM", "N")}
    assert len(kept(marked) - tuesday) == 4


def test_changes_alone_add_to_what_is_kept(marked: Bench) -> None:
    marked.mis.delta = {Report.ATTENDANCE: [mark(1, code="L")]}
    marked.sync()
    assert len(kept(marked)) == 8
    assert ("P1", MONDAY, "AM", "L") in kept(marked)


def test_a_report_not_read_to_its_end_changes_no_mark(marked: Bench) -> None:
    before = kept(marked)
    marked.mis.records[Report.ATTENDANCE] = [mark(1, code="O")]
    marked.mis.unfinished = {Report.ATTENDANCE}
    marked.sync()
    assert kept(marked) == before


def test_a_rehearsal_keeps_no_mark_and_forgets_none(marked: Bench) -> None:
    before, since = kept(marked), marked.one(Connection).since
    marked.mis.records[Report.ATTENDANCE] = [mark(3)]
    assert marked.sync(dry_run=True).reports["attendance"]["extracted"] == 1
    assert kept(marked) == before
    assert marked.one(Connection).since == since


def test_a_held_run_keeps_no_mark_and_its_approval_lets_the_next_run_read_them_again(synced: Bench) -> None:
    synced.accept(Report.ATTENDANCE)
    synced.mis.records[Report.ATTENDANCE] = [mark(1)]
    synced.options(limit_create_count="1", limit_small="0")
    synced.mis.records[Report.STUDENTS] += [pupil(n, nc_year="9") for n in range(40, 46)]
    held = synced.sync()
    assert held.state == "held"
    assert kept(synced) == set()
    runs.approve(synced.desk, held.id)
    assert "attendance" not in synced.one(Connection).since
    synced.sync()
    assert len(kept(synced)) == 1


def test_marks_that_are_too_old_are_let_go(marked: Bench) -> None:
    marked.options(attendance_days="6")  # 8 September is the oldest day then
    marked.mis.records[Report.ATTENDANCE] = [mark(1, MONDAY - timedelta(days=30)), mark(1, TODAY)]
    assert marked.sync().reports["attendance"]["kept"] == 1
    assert {each[1] for each in kept(marked)} == {TODAY}


def test_undoing_a_run_takes_the_marks_of_the_people_it_made(marked: Bench) -> None:
    marked.mis.records[Report.STUDENTS].append(pupil(77))
    marked.mis.records[Report.ATTENDANCE].append(mark(77))
    done = marked.sync()
    undo.undo_run(marked.desk, done.id)
    assert {each[0] for each in kept(marked)} == {"P1", "P2"}


def declare(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The services know the route of the fake MIS."""
    from connectors.catalogue.shapes import RouteEntry
    from misconsole.services import catalogue

    route = RouteEntry(
        route="fake",
        title="Fake MIS",
        kind="direct",
        available=True,
        reports={each.value: "yes" for each in Report},
    )
    monkeypatch.setattr(catalogue, "choose_route", lambda *_: route)
    monkeypatch.setattr(catalogue, "declaration_of", lambda _: bench.mis.declaration)


def test_withdrawing_the_report_says_first_what_goes_and_then_removes_it(
    marked: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(marked, monkeypatch)
    shown = {each.report: each for each in reports.reports(marked.desk, marked.urn)}
    assert (shown["attendance"].state, shown["attendance"].removes) == ("accepted", 8)
    assert shown["students"].removes == 0
    reports.decline(marked.desk, marked.urn, "attendance")
    assert kept(marked) == set()
    assert "8 attendance marks were removed" in marked.rows(Decision)[-1].summary
    assert "attendance" not in marked.one(Connection).since
    reports.accept(marked.desk, marked.urn, "attendance")
    marked.sync()
    assert len(kept(marked)) == 8


def test_the_command_removes_nothing_before_it_was_told_to(
    marked: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    declare(marked, monkeypatch)
    words = ["reports", marked.urn, "decline", "staff", "attendance", "--store", marked.store.url]
    assert main(words) == Exit.USAGE
    assert "removes 8 attendance marks" in capsys.readouterr().err
    assert len(kept(marked)) == 8
    assert {r.report: r.state for r in reports.reports(marked.desk, marked.urn)}["staff"] == "accepted"
    assert main([*words, "--yes"]) == Exit.DONE
    assert kept(marked) == set()


def test_the_file_is_whole_private_and_safe_in_a_spreadsheet(
    marked: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marked.mis.records[Report.ATTENDANCE].append(mark(1, MONDAY, "ED", '=HYPERLINK("x")'))
    marked.change(Report.STUDENTS, "P1", upn="A820200121077", registration_group="+7A")
    marked.sync()
    file = tmp_path / "marks.csv"
    words = ["attendance", marked.urn, "--from", "2026-09-07", "--to", "2026-09-07", "--csv", str(file)]
    assert main([*words, "--json", "--store", marked.store.url]) == Exit.DONE
    told = json.loads(capsys.readouterr().out)
    assert (told["marks"], told["pupils"], told["file"]) == (5, 2, str(file))
    with file.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    [formula] = [row for row in rows if row["session"] == "ED"]
    assert formula["code"] == '\'=HYPERLINK("x")'
    assert (formula["pupil"], formula["registration_group"]) == ("P1", "'+7A")
    assert formula["upn"] == "A820200121077"
    assert {row["day"] for row in rows} == {"2026-09-07"}
    assert len(rows) == 5
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_marks_no_file_is_touched(synced: Bench, tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    with pytest.raises(NotFound, match="no attendance marks"):
        attendance.export(synced.desk, synced.urn, file)
    assert not file.exists()
    with pytest.raises(MisconsoleError, match="is after"):
        attendance.held(synced.desk, synced.urn, first=TODAY, last=MONDAY)
