"""``misconsole status``: for a glance, for a script, for monitoring."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data.store import Store
from data.tables import Account, Connection, Run, School
from misconsole import __main__ as entry

HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)


def add(
    store: Store, number: int, *, state: str | None = "succeeded", name: str = "", hours: float = 1
) -> None:
    with store.write() as s:
        name = name or f"School {number}"
        school = School(urn=f"10000{number}", slug=f"school-{number}", name=name)
        s.add(school)
        s.flush()
        assert school.id is not None
        s.add(Connection(school_id=school.id, mis="arbor", route="wonde", access="approved"))
        if state:
            at = datetime.now(UTC) - timedelta(hours=hours)
            s.add(Run(school_id=school.id, state=state, started_at=at, finished_at=at))


@pytest.fixture
def ask(store: Store, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs status on the store; gives exit code, stdout, stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        code = entry.main(["status", "--store", store.url, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


class TestExit:
    @pytest.mark.parametrize(("state", "code"), [("succeeded", 0), ("held", 1), ("failed", 2), (None, 3)])
    def test_it_follows_the_monitoring_convention(
        self, store: Store, ask: Any, state: str | None, code: int
    ) -> None:
        add(store, 1, state=state)
        assert ask()[0] == code

    def test_the_worst_school_decides_and_only_those_named_count(self, store: Store, ask: Any) -> None:
        add(store, 1)
        add(store, 2, state="failed")
        assert (ask()[0], ask("100001")[0], ask("SCHOOL-2")[0]) == (2, 0, 2)

    def test_a_school_nobody_knows_is_unknown(self, store: Store, ask: Any) -> None:
        add(store, 1)
        code, out, err = ask("nonsense", "--json")
        assert (code, json.loads(out)["error"]["code"]) == (3, "not_found")
        assert "There is no school “nonsense”." in err

    def test_a_store_that_is_not_there_is_unknown_and_is_not_made(
        self, tmp_path: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "none.sqlite3"
        assert entry.main(["status", "--store", str(path), "--json"]) == 3
        found = json.loads(capsys.readouterr().out)
        assert (found["lamp"], found["schools"], found["error"]["code"]) == ("unknown", [], "missing")
        assert not path.exists()

    def test_no_school_yet_is_unknown_and_says_how_to_add_one(self, ask: Any) -> None:
        code, out, err = ask()
        assert (code, out, "school add" in err) == (3, "", True)

    def test_a_check_too_long_ago_wants_attention_when_asked(self, store: Store, ask: Any) -> None:
        """A cron that stopped must not show green for ever."""
        add(store, 1, hours=40)
        assert (ask()[0], ask("--max-age", "48")[0], ask("--max-age", "36")[0]) == (0, 0, 1)
        assert "overdue" in ask("--max-age", "36")[1]

    def test_an_age_that_is_none_is_wrong_usage(self, ask: Any) -> None:
        assert (ask("--max-age", "0")[0], ask("--max-age", "nan")[0], ask("--max-age", "x")[0]) == (2, 2, 2)


class TestForms:
    def test_json_has_the_shape_scripts_rely_on(self, store: Store, ask: Any) -> None:
        add(store, 1, state="held")
        with store.write() as s:
            s.add(Account(school_id=1, username="a", username_key="a", state="unallocated"))
        _, out, err = ask("--json")
        found = json.loads(out)
        assert (list(found), found["lamp"], err) == (["lamp", "schools"], "attention", "")
        (school,) = found["schools"]
        promised = {
            "school": "100001",
            "name": "School 1",
            "mis": "arbor",
            "route": "wonde",
            "lamp": "attention",
        }
        assert promised.items() <= school.items()
        assert datetime.fromisoformat(school["last_checked"]).tzinfo is not None
        assert (school["last_changed"], school["last_run"]) == (None, 1)
        assert school["waiting"] == {
            "unmatched_staff": 0, "unmatched_pupils": 0, "unallocated": 1, "exclusions": 0,
            "non_mis": 0, "new_users": 0, "problems": 0,
        }  # fmt: skip

    def test_U1_the_lamp_is_a_symbol_and_a_word(self, store: Store, ask: Any) -> None:
        add(store, 1, state="failed")
        assert "✖ failed" in ask()[1]

    def test_U5_checked_and_changed_stand_apart(self, store: Store, ask: Any) -> None:
        add(store, 1)
        header, line = ask()[1].splitlines()
        assert header.split() == ["LAMP", "SCHOOL", "NAME", "MIS", "ROUTE", "CHECKED", "CHANGED", "WAITING"]
        assert line.split()[-2:] == ["never", "nothing"]

    def test_plain_is_one_line_a_school_with_tabs(self, store: Store, ask: Any) -> None:
        add(store, 1)
        fields = ask("--plain")[1].rstrip("\n").split("\t")
        assert fields[:6] == ["ok", "ok", "100001", "School 1", "arbor", "wonde"]
        assert (fields[7], fields[8:]) == ("", ["0"] * 7)

    def test_a_hostile_name_is_harmless_as_text_and_whole_as_json(self, store: Store, ask: Any) -> None:
        name = "Larkmere\x1b]0;owned\x07\u202e\t=cmd"
        add(store, 1, name=name)
        for form in ((), ("--plain",)):
            out = ask(*form)[1]
            assert not {"\x1b", "\x07", "\u202e"} & set(out)
        assert json.loads(ask("--json")[1])["schools"][0]["name"] == name
