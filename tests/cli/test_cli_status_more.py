"""``status`` for monitoring and for a screen on the wall: perfdata, watch, summary."""

from __future__ import annotations

import argparse
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data.store import Store
from data.tables import Account, Connection, Run, School, Slot
from misconsole import __main__ as entry
from misconsole.cli import status_watch
from misconsole.cli.out import Out


@pytest.fixture
def estate(store: Store) -> Store:
    now = datetime.now(UTC)
    with store.write() as s:
        for n, state in enumerate(("succeeded", "failed", "succeeded"), start=1):
            s.add(School(id=n, urn=f"10000{n}", slug=f"s{n}", name=f"School {n}"))
            s.flush()
            s.add(Connection(school_id=n, mis="arbor", route="wonde", access="approved"))
            s.add(Run(school_id=n, state=state, started_at=now, finished_at=now))
        s.add(Slot(school_id=3, due_at=now, late_at=now - timedelta(minutes=5), note="Missed."))
        s.add(Account(school_id=1, username="a", username_key="a", state="unallocated"))
    return store


@pytest.fixture
def ask(estate: Store, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> tuple[int, str, str]:
        code = entry.main(["status", "--store", estate.url, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


class TestPerfdata:
    def test_one_line_with_a_bar_and_counts_only(self, ask: Any) -> None:
        code, out, err = ask("--perfdata")
        told, bar, graph = out.rstrip("\n").partition(" | ")
        assert (code, err, out.count("\n"), bar) == (2, "", 1, " | ")
        assert told == "MISCONSOLE CRITICAL - 3 schools: 2 attention, 1 problem; 1 waiting"
        counts = dict(each.split("=") for each in graph.split())
        assert counts["schools"] == "3;;;0" and counts["overdue"] == "1;;;0" and counts["failed"] == "1;;;0"
        assert counts["unallocated"] == "1;;;0" and counts["unmatched_pupils"] == "0;;;0"
        assert "School" not in graph

    def test_schools_can_be_named_and_the_exit_code_follows(self, ask: Any) -> None:
        code, out, _ = ask("100003", "--perfdata")
        assert code == 1 and out.startswith("MISCONSOLE WARNING - 1 school:")

    def test_without_a_store_it_is_unknown(self, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
        assert entry.main(["status", "--store", str(tmp_path / "no"), "--perfdata"]) == 3


class TestJson:
    def test_the_schedule_and_the_source_are_added_to_the_promise(self, ask: Any) -> None:
        school = json.loads(ask("100003", "--json")[1])["schools"][0]
        assert school["slot_note"] == "Missed."
        assert {"due_at", "late_at", "source"} <= set(school)
        assert (school["lamp"], school["lamp_word"]) == ("attention", "overdue")


class TestSummary:
    def test_in_sentences_and_as_json(self, ask: Any) -> None:
        code, out, _ = ask("--summary", "night")
        assert code == 2 and out.startswith("In the last 24 hours 3 schools of 3 connected ran a sync.")
        found = json.loads(ask("--summary", "week", "--json")[1])
        assert (found["span"], found["ran"], len(found["failed"])) == ("week", 3, 1)

    def test_one_kind_at_a_time(self, ask: Any) -> None:
        assert ask("--summary", "night", "--perfdata")[0] == 2
        assert ask("--watch", "0")[0] == 2


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def words(estate: Store, **more: Any) -> argparse.Namespace:
    given = {"school": [], "max_age": None, "watch": 5.0, "json": False, "plain": False, "store": estate.url}
    return argparse.Namespace(**{**given, **more})


class TestWatch:
    def test_a_terminal_is_painted_in_place(self, estate: Store) -> None:
        screen, waited = Screen(), []
        code = status_watch.run(words(estate), Out(stdout=screen), wait=waited.append, rounds=3)
        text = screen.getvalue()
        assert (code, waited) == (2, [5.0, 5.0])
        assert text.count(status_watch.HOME) == 4 and text.count("School 2") == 3
        assert "\x1b[2J" not in text

    def test_programs_get_one_json_line_each(self, estate: Store) -> None:
        pipe = io.StringIO()
        status_watch.run(
            words(estate, json=True), Out(as_json=True, stdout=pipe), wait=lambda _: None, rounds=2
        )
        lines = [json.loads(line) for line in pipe.getvalue().splitlines()]
        assert [(len(each["schools"]), each["lamp"]) for each in lines] == [(3, "problem")] * 2
        assert "\x1b" not in pipe.getvalue()

    def test_an_interrupt_ends_it_with_the_last_exit_code(self, estate: Store) -> None:
        def interrupted(_seconds: float) -> None:
            raise KeyboardInterrupt

        out = Out(stdout=io.StringIO(), stderr=io.StringIO())
        assert status_watch.run(words(estate), out, wait=interrupted) == 2

    def test_a_store_that_goes_away_for_a_moment_is_told_and_looked_for_again(
        self, estate: Store, tmp_path: Any
    ) -> None:
        pipe = io.StringIO()
        gone = words(estate, json=True, store=str(tmp_path / "gone"))
        code = status_watch.run(gone, Out(as_json=True, stdout=pipe), wait=lambda _: None, rounds=2)
        lines = [json.loads(line) for line in pipe.getvalue().splitlines()]
        assert code == 3 and [each["error"]["code"] for each in lines] == ["missing"] * 2
