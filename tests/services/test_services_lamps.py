"""Lamps from the school's own schedule, and the summary that can be read aloud."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import Unreachable
from connectors.records import Report
from data.store import Store
from data.tables import Account, Connection, Run, School, Slot
from misconsole.services import lamps, runs, status, summary
from tests.fake_mis import Bench

SUNDAY = datetime(2026, 9, 13, 12, tzinfo=UTC)


def lamp(bench: Bench) -> tuple[str, str]:
    (row,) = status.school_rows(bench.store.url, now=bench.now)
    return row.lamp.value, row.lamp_word


class TestOverdue:
    def test_green_until_the_slot_is_late_then_attention_then_a_problem(self, synced: Bench) -> None:
        late = synced.one(Slot).late_at
        for at, expected in (
            (late, ("ok", "ok")),
            (late + timedelta(minutes=1), ("attention", "overdue")),
            (late + timedelta(hours=23, minutes=59), ("attention", "overdue")),
            (late + timedelta(days=1, minutes=1), ("problem", "overdue")),
        ):
            synced.now = at
            assert lamp(synced) == expected
        synced.sync()
        assert lamp(synced) == ("ok", "ok")

    def test_T10_a_quiet_sunday_of_integris_is_green(self, synced: Bench) -> None:
        """Read on Friday night, weekdays only: nothing is late before Tuesday morning."""
        synced.options(schedule="weekdays 23:00-06:00")
        synced.now = datetime(2026, 9, 18, 12, tzinfo=UTC)  # Friday
        synced.sync()
        synced.now = synced.one(Slot).due_at
        synced.sync()
        for days in (1, 2):
            synced.now = datetime(2026, 9, 18 + days, 20, tzinfo=UTC)
            assert lamp(synced) == ("ok", "ok")
        synced.now = datetime(2026, 9, 22, 6, tzinfo=UTC)
        assert lamp(synced) == ("attention", "overdue")

    def test_a_scheduled_run_that_is_tried_again_is_not_red_yet(self, synced: Bench) -> None:
        synced.now = due = synced.one(Slot).due_at
        synced.mis.fails[Report.STAFF] = Unreachable("The line is down.")
        run = {"due_at": due, "open_connector": synced.mis.open}
        runs.run_now(synced.desk, synced.urn, **run)  # type: ignore[arg-type]
        assert lamp(synced) == ("attention", "trying again")
        for wait in (15, 60):
            synced.now += timedelta(minutes=wait)
            runs.run_now(synced.desk, synced.urn, **run)  # type: ignore[arg-type]
        assert lamp(synced) == ("problem", "failed")

    def test_Z21_a_failed_run_by_hand_is_red_at_once(self, synced: Bench) -> None:
        synced.mis.fails[Report.STAFF] = Unreachable("The line is down.")
        synced.sync()
        assert lamp(synced) == ("problem", "failed")

    def test_who_has_no_schedule_is_never_overdue(self, synced: Bench) -> None:
        synced.options(schedule="off")
        synced.now += timedelta(days=60)
        assert lamp(synced) == ("ok", "ok")

    def test_a_held_run_has_read_and_is_not_overdue(self, synced: Bench) -> None:
        synced.options(limit_unallocate_count="1", limit_small="0", short_extract="0")
        synced.drop(Report.STUDENTS, "P1", "P2", "P3")
        synced.now = synced.one(Slot).due_at
        synced.sync()
        synced.now += timedelta(hours=6)
        assert lamp(synced) == ("attention", "held")


def test_overdue_twice_is_told_without_the_heavy_libraries(store: Store) -> None:
    now = datetime.now(UTC)
    with store.write() as s:
        s.add(School(urn="100001", slug="a", name="A"))
        s.flush()
        s.add(Connection(school_id=1, mis="arbor", route="wonde", access="approved"))
        at = now - timedelta(days=9)
        s.add(Run(school_id=1, state="succeeded", started_at=at, finished_at=at))
        s.add(Slot(school_id=1, due_at=now, late_at=now - timedelta(days=5)))
    code = (
        "import sys; from misconsole.services import status\n"
        f"line, = status.lines({store.url!r})\n"
        "names = {'sqlmodel', 'sqlalchemy', 'httpx', 'pydantic', 'textual', 'apscheduler'}\n"
        "heavy = names & set(sys.modules)\n"
        "print(line['lamp'], line['lamp_word'], sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "problem overdue []"


def test_every_rule_but_the_last_names_what_it_is_about() -> None:
    assert [rule.lamp for rule in lamps.RULES][-1] == "ok"
    assert {rule.lamp for rule in lamps.RULES} == {"ok", "working", "attention", "problem", "unknown"}
    assert len({(rule.lamp, rule.word) for rule in lamps.RULES}) == len(lamps.RULES)


class TestSummary:
    def estate(self, store: Store, now: datetime) -> list[dict[str, Any]]:
        ends = {
            1: ("succeeded", {}), 2: ("held", {"held": {"code": "limit"}}),
            3: ("failed", {"error": {"code": "unreachable", "message": "Arbor did not answer."}}),
            4: ("succeeded", {}),
        }  # fmt: skip
        with store.write() as s:
            for n in range(1, 6):
                s.add(School(id=n, urn=f"10000{n}", slug=f"s{n}", name=f"School {n}"))
                s.flush()
                s.add(Connection(school_id=n, mis="arbor", route="wonde", access="approved"))
            for n, (state, more) in ends.items():
                at = now - timedelta(hours=5)
                changes = {"created": 3, "linked": 40} if n == 1 else {}
                s.add(Run(school_id=n, state=state, started_at=at, finished_at=at, changes=changes, **more))
            s.add(Slot(school_id=4, due_at=now, late_at=now - timedelta(hours=1)))
            s.add(
                Account(
                    school_id=4, username="a", username_key="a", state="unallocated",
                    unallocated_at=now - timedelta(days=12),
                )
            )  # fmt: skip
        return status.lines(store.url, now=now)

    def test_the_night_in_sentences(self, store: Store) -> None:
        found = summary.document(store.url, self.estate(store, SUNDAY), span="night", now=SUNDAY)
        assert found["sentences"] == [
            "In the last 24 hours 4 schools of 5 connected ran a sync.",
            "Accounts: 3 created, 40 linked.",
            "1 school is held for a person: School 2.",
            "1 school failed, School 3: Arbor did not answer.",
            "Overdue by their own schedule: School 4.",
            "Waiting for a decision: 1 unallocated account.",
            "The longest wait is 12 days: an unallocated account at School 4.",
        ]
        assert (found["ran"], found["reasons"]["unreachable"]["schools"]) == (4, ["School 3"])

    def test_a_week_reaches_further_back_than_a_night(self, store: Store) -> None:
        lines = self.estate(store, SUNDAY)
        later = SUNDAY + timedelta(days=3)
        assert summary.document(store.url, lines, span="night", now=later)["ran"] == 0
        assert summary.document(store.url, lines, span="week", now=later)["ran"] == 4

    def test_nobody_ran(self) -> None:
        told = summary.build([], [], span="night", since=SUNDAY, now=SUNDAY)["sentences"]
        assert told == [
            "In the last 24 hours 0 schools of 0 connected ran a sync.",
            "Nothing waits for a decision.",
        ]

    @pytest.mark.parametrize(
        ("count", "told"), [(5, "A0, A1, A2, A3, A4"), (7, "A0, A1, A2, A3, A4 and 2 more")]
    )
    def test_many_names_are_cut_short(self, count: int, told: str) -> None:
        assert summary._named([f"A{n}" for n in range(count)]) == told
