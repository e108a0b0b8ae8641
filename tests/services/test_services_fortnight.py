"""The simulated fortnight: every run where it should be, none missed, none doubled, no false red."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data.store import Store
from data.tables import Account
from tests import fortnight as play
from tests.fortnight import HALF, LIMITED, OFF, OFFLINE, REVOKED, Fortnight

_PLAYED: list[Fortnight] = []


@pytest.fixture
def played(_empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Fortnight:
    """Played once for all tests of this file."""
    import shutil

    if not _PLAYED:
        folder = tmp_path_factory.mktemp("fortnight")
        shutil.copy(_empty_store, folder / "store.sqlite3")
        with Store.open(f"sqlite:///{folder}/store.sqlite3") as store:
            _PLAYED.append(play.play(store, folder))
            with store.read() as s:
                from sqlmodel import select

                _PLAYED[0].said.append(f"states {Counter(s.exec(select(Account.state)))}")
    return _PLAYED[0]


def left_out(name: str, due: datetime, late: datetime) -> bool:
    """Slots that nothing could serve: the school had revoked, or the machine was off until they were late."""
    if name == REVOKED and date(2026, 10, 22) == due.date():
        return True
    return OFF[0] <= due and late <= OFF[1]


def test_every_slot_has_its_run_none_missed_and_none_doubled(played: Fortnight) -> None:
    for name, slots in played.expected.items():
        served = played.served(name)
        wanted = {slot.due_at for slot in slots if not left_out(name, slot.due_at, slot.late_at)}
        assert wanted - served.keys() == set(), name
        assert served.keys() <= {slot.due_at for slot in slots}, name
        for tries in served.values():
            ended = [run.state for run in tries]
            assert sum(state in ("succeeded", "held") for state in ended) <= 1, (name, ended)
            assert all(state == "failed" for state in ended[:-1])


def test_every_run_began_in_its_hours_and_only_after_the_machine_was_off_later_than_its_slot(
    played: Fortnight,
) -> None:
    for name, slots in played.expected.items():
        late = {slot.due_at: slot.late_at for slot in slots}
        for due, tries in played.served(name).items():
            assert tries[0].started_at is not None
            began = tries[0].started_at
            assert began == due or (OFF[0] <= due < OFF[1] <= began) or name == REVOKED, name
            caught_up = began == OFF[1] or name in ("Marsh Court", "Tidewater School")
            assert caught_up or all(run.started_at and run.started_at <= late[due] for run in tries), name


def test_the_clocks_going_back_runs_the_doubled_hour_once(played: Fortnight) -> None:
    runs = [
        run
        for run in played.runs["Marsh Court"]
        if run.started_at and run.started_at.date() == date(2026, 10, 25)
    ]
    assert len(runs) == 1
    wall = {
        run.started_at.astimezone(play.LONDON).strftime("%H:%M")
        for run in played.runs["Mossfield High"][1:]
        if run.started_at
    }
    assert len(wall) == 1  # the same time by the wall clock before and after


def test_days_off_are_quiet_and_green(played: Fortnight) -> None:
    def days(name: str) -> list[int]:
        return [slot.day.day for slot in played.expected[name]]

    assert not {24, 25, 31} & set(days("Withy Brook Junior"))  # T10: Integris at a weekend
    assert 26 not in days("Ballinree College") and {23, 27} <= set(days("Ballinree College"))
    assert days("Denholme Grammar") == [19, 20, 21, 22, 23]  # half-term
    assert days("Ravenscar School") == []
    quiet = {seen.name for seen in played.lamps}
    assert not quiet & {"Denholme Grammar", "Ravenscar School"}


def test_no_lamp_was_red_without_a_reason(played: Fortnight) -> None:
    red = {(seen.name, seen.word) for seen in played.lamps if seen.lamp == "problem"}
    assert red == {(REVOKED, "access revoked"), (OFFLINE, "failed")}
    tried = {seen.name for seen in played.lamps if seen.word == "trying again"}
    assert tried == {OFFLINE, LIMITED}
    revoked = [seen.at for seen in played.lamps if seen.word == "access revoked"]
    assert datetime(2026, 10, 21, 18, tzinfo=UTC) < min(revoked) and max(revoked) < datetime(
        2026, 10, 23, 12, tzinfo=UTC
    )


def test_overdue_is_told_of_those_that_missed_a_night_and_ends_with_the_next_run(played: Fortnight) -> None:
    overdue = [seen for seen in played.lamps if seen.word == "overdue"]
    after_off = {seen.name for seen in overdue if seen.at >= OFF[1]}
    missed = {
        name
        for name, slots in played.expected.items()
        if any(OFF[0] <= slot.due_at and slot.late_at <= OFF[1] for slot in slots)
    }
    assert after_off <= missed and after_off
    assert {seen.name for seen in overdue} - missed == set()
    assert max(seen.at for seen in overdue) < OFF[1] + timedelta(hours=21)


def test_trouble_ends_as_it_should(played: Fortnight) -> None:
    tries = {name: Counter(len(runs) for runs in played.served(name).values()) for name in played.expected}
    assert tries[OFFLINE][3] == 1  # at once, after 15 and after 60 minutes
    assert tries[LIMITED][2] == 1
    assert [len(runs) for runs in played.served(REVOKED).values()].count(2) == 0
    half = [
        run for run in played.runs[HALF] if run.started_at and run.started_at.date() == date(2026, 10, 24)
    ]
    assert [run.state for run in half] in (["held"], ["succeeded"])
    assert "unallocated" not in played.said[-1]  # half an extract took nobody's account away
