"""``sync``, ``runs`` and ``run``: the JSON of headless.md, and exit codes scripts can rely on."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Access, AccessState
from connectors.errors import BadAnswer, TlsBlocked, Unreachable
from connectors.records import Report
from data.store import Store
from data.tables import Account, Connection, Run, School
from misconsole.__main__ import main
from misconsole.cli.sync import worse
from misconsole.errors import Exit
from misconsole.services import runs
from misconsole.sync import source
from tests.fake_mis import Bench, pupil


@pytest.fixture
def bench(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(store, tmp_path)
    monkeypatch.setattr(source, "open_connector", made.mis.open)
    return made


class Cli:
    """Runs commands on the bench's store and keeps what they wrote."""

    def __init__(self, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
        self.bench, self.capsys, self.err = bench, capsys, ""

    def __call__(self, *words: str) -> tuple[int, str]:
        code = main([*words, "--store", self.bench.store.url])
        out, self.err = self.capsys.readouterr()
        return code, out

    def json(self, *words: str) -> tuple[int, Any]:
        code, out = self(*words, "--json")
        return code, json.loads(out)


@pytest.fixture
def cli(bench: Bench, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(bench, capsys)


class TestSync:
    def test_the_document_is_the_one_promised(self, cli: Cli) -> None:
        code, document = cli.json("sync", "larkmere")
        assert code == 0
        assert document["school"] == "100001"
        assert document["run"] == 1
        assert document["state"] == "succeeded"
        assert document["dry_run"] is False
        assert [s["name"] for s in document["stages"]][:2] == ["authorise", "extract"]
        assert set(document["stages"][0]) == {"name", "state", "seconds"}
        assert document["reports"]["staff"] == {"extracted": 4, "kept": 4, "dropped": 0}
        assert document["changes"] == {
            "created": 16, "updated": 0, "linked": 0, "unallocated": 0, "unchanged": 0,
        }  # fmt: skip
        assert {"unmatched_staff", "unmatched_pupils"} <= set(document["waiting"])
        assert document["held"] is None
        assert document["error"] is None

    def test_T1_whoever_starts_a_sync_by_hand_is_named_in_the_history(self, cli: Cli) -> None:
        """T1: at once, whatever the schedule says, and as often as wanted."""
        for number in (1, 2):
            code, document = cli.json("sync", "larkmere")
            assert (code, document["run"], document["state"]) == (0, number, "succeeded")
        for run in cli.bench.rows(Run):
            assert (run.kind, run.origin, run.actor) == ("sync", "command", getpass.getuser())

    def test_several_schools_give_a_list_and_one_that_is_unknown_keeps_nobody_waiting(self, cli: Cli) -> None:
        code, documents = cli.json("sync", "nowhere", "100001")
        assert code == 1
        assert [d["state"] for d in documents] == ["failed", "succeeded"]
        assert documents[0]["error"]["code"] == "no_such_school"

    def test_a_dry_run_exits_0_and_changes_nothing(self, cli: Cli) -> None:
        code, document = cli.json("sync", "larkmere", "--dry-run")
        assert (code, document["dry_run"], document["changes"]["created"]) == (0, True, 16)
        assert cli.bench.rows(Account) == []

    def test_text_tells_the_changes_on_stdout(self, cli: Cli) -> None:
        code, out = cli("sync", "larkmere")
        assert code == 0
        assert out.startswith("Larkmere School: sync 1 succeeded; 16 created\n")
        assert cli.err == ""

    @pytest.mark.parametrize(
        ("error", "code"), [(Unreachable("No answer."), 5), (TlsBlocked("TLS."), 5), (BadAnswer("Half."), 1)]
    )
    def test_a_mis_that_cannot_be_reached_exits_5_and_a_bad_answer_1(
        self, cli: Cli, error: BadAnswer, code: int
    ) -> None:
        cli.bench.mis.fails = {Report.STAFF: error}
        found, document = cli.json("sync", "larkmere")
        assert (found, document["state"], document["error"]["code"]) == (code, "failed", error.code)
        assert set(document["error"]) == {"code", "message", "mend"}
        assert error.message in cli.err

    @pytest.mark.parametrize("state", [AccessState.PENDING, AccessState.REVOKED, AccessState.REFUSED])
    def test_not_authorised_exits_4(self, cli: Cli, state: AccessState) -> None:
        cli.bench.mis.access = Access(state=state)
        assert cli("sync", "larkmere")[0] == 4

    def test_Z20_an_empty_extract_exits_1(self, cli: Cli) -> None:
        cli("sync", "larkmere")
        cli.bench.mis.records[Report.STUDENTS] = []
        code, document = cli.json("sync", "larkmere", "--full")
        assert (code, document["error"]["code"]) == (1, "empty_extract")

    def test_held_exits_3_and_says_what_to_do(self, cli: Cli) -> None:
        hold(cli)
        code, document = cli.json("sync", "larkmere", "--full")
        assert (code, document["state"]) == (3, "held")
        assert document["held"]["code"] == "limit_unallocate"
        assert "run approve" in document["held"]["mend"]

    def test_a_held_run_that_was_rejected_asks_nobody_to_decide_again(self, cli: Cli) -> None:
        hold(cli)
        _, document = cli.json("sync", "larkmere", "--full")
        run = str(document["run"])
        assert "run approve" in cli("run", "show", run)[1]
        assert cli("run", "reject", run)[0] == 0
        told = cli("run", "show", run)[1]
        assert "It was rejected since; nothing of it was applied." in told and "run approve" not in told

    def test_busy_exits_1_and_names_the_run(self, cli: Cli) -> None:
        cli.bench.now = datetime.now(UTC)
        runs.queue(cli.bench.desk, "larkmere")
        code, document = cli.json("sync", "larkmere")
        assert (code, document["error"]["code"]) == (1, "busy")
        assert "run 1" in document["error"]["message"]

    def test_wrong_words_exit_2(self, cli: Cli) -> None:
        assert cli("sync")[0] == 2
        assert cli("sync", "larkmere", "--sideways")[0] == 2
        assert cli("run", "approve", "soon")[0] == 2
        assert cli("runs", "larkmere", "--limit", "0")[0] == 2


class TestAllDue:
    def test_each_connected_school_is_synced_once_a_day(self, cli: Cli) -> None:
        code, documents = cli.json("sync", "--all-due")
        assert code == 0
        assert [(d["school"], d["state"]) for d in documents] == [("100001", "succeeded")]
        code, documents = cli.json("sync", "--all-due")
        assert (code, documents) == (0, [])

    def test_schools_that_are_not_connected_are_not_due(self, cli: Cli) -> None:
        with cli.bench.store.write() as s:
            s.add(School(urn="100002", slug="hollin", name="Hollin School"))
            s.get(Connection, 1).active = False
        assert cli.json("sync", "--all-due") == (0, [])


def hold(cli: Cli) -> None:
    cli("sync", "larkmere")
    cli.bench.options(limit_unallocate_count="1")
    cli.bench.drop(Report.STUDENTS, "P1")
    cli.bench.mis.records[Report.STUDENTS].append(pupil(60))


class TestRuns:
    def test_the_list_is_newest_first(self, cli: Cli) -> None:
        cli("sync", "larkmere")
        cli("sync", "larkmere", "--dry-run")
        code, document = cli.json("runs", "larkmere")
        assert code == 0
        assert document["school"] == "100001"
        assert [(i["run"], i["dry_run"]) for i in document["items"]] == [(2, True), (1, False)]
        _, out = cli("runs", "larkmere", "--plain")
        assert [line.split("\t")[:3] for line in out.splitlines()] == [
            ["2", "dry run", "succeeded"], ["1", "sync", "succeeded"],
        ]  # fmt: skip

    def test_show_names_stages_messages_and_who_is_affected(self, cli: Cli) -> None:
        hold(cli)
        cli("sync", "larkmere", "--full")
        code, document = cli.json("run", "show", "2")
        assert code == 0
        assert [(a["change"], a["name"]) for a in document["affected"]] == [
            ("unallocate", "Bryony Ashdown"), ("create", "Magnus Jessop"),
        ]  # fmt: skip
        _, out = cli("run", "show", "2")
        assert "Bryony Ashdown" in out
        assert "limits" in out

    def test_approve_applies_and_a_second_time_is_a_conflict(self, cli: Cli) -> None:
        hold(cli)
        cli("sync", "larkmere", "--full")
        code, document = cli.json("run", "approve", "2")
        assert (code, document["state"], document["kind"]) == (0, "succeeded", "approval")
        assert document["changes"]["unallocated"] == 1
        code, document = cli.json("run", "approve", "2")
        assert (code, document["error"]["code"]) == (1, "conflict")

    def test_reject_changes_nothing(self, cli: Cli) -> None:
        hold(cli)
        cli("sync", "larkmere", "--full")
        code, out = cli("run", "reject", "2")
        assert (code, out) == (0, "Larkmere School: run 2 rejected; nothing was changed by it\n")
        assert len(cli.bench.rows(Account, state="active")) == 16

    def test_cancel_of_a_run_that_is_over_is_a_conflict_and_an_unknown_run_is_told(self, cli: Cli) -> None:
        cli("sync", "larkmere")
        assert cli.json("run", "cancel", "1")[1]["error"]["code"] == "conflict"
        assert cli.json("run", "show", "99")[1]["error"]["code"] == "not_found"


class TestDetached:
    def test_run_does_what_was_queued_and_says_nothing(self, cli: Cli) -> None:
        run_id = runs.queue(cli.bench.desk, "larkmere")
        assert cli("sync", "--run", str(run_id)) == (0, "")
        assert cli.err == ""
        row = cli.bench.one(Run)
        assert (row.state, row.actor) == ("succeeded", "tester")

    def test_what_keeps_it_from_beginning_is_written_into_its_row(self, cli: Cli) -> None:
        run_id = runs.queue(cli.bench.desk, "larkmere")
        with cli.bench.store.write() as s:
            s.get(School, 1).options = {"collision": "nowhere"}
        code, _ = cli("sync", "--run", str(run_id))
        assert code != 0
        row = cli.bench.one(Run)
        assert row.state == "failed"
        assert row.error["message"]


def test_several_failures_of_one_kind_keep_their_exit_code_and_different_ones_are_1() -> None:
    assert worse(Exit.DONE, Exit.HELD) == 3
    assert worse(Exit.UNREACHABLE, Exit.UNREACHABLE) == 5
    assert worse(Exit.UNREACHABLE, Exit.HELD) == 1
    assert worse(Exit.DONE, Exit.DONE) == 0
