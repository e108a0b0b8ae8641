"""``misconsole schedule`` and ``worker``: shown, set, told ahead; units written whole, enabled when told."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.store import Store
from data.tables import Connection, School, Slot
from misconsole import __main__ as entry
from misconsole.rules import units
from misconsole.services.schedule import waits_for_mis


@pytest.fixture
def ask(store: Store, capsys: pytest.CaptureFixture[str]) -> Any:
    with store.write() as s:
        s.add(School(urn="100001", slug="larkmere", name="Larkmere School"))
        s.flush()
        s.add(Connection(school_id=1, mis="integris", route="datashare", access="approved"))

    def run(*words: str) -> tuple[int, str, str]:
        code = entry.main(["schedule", "--store", store.url, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


class TestSchedule:
    def test_T4_the_hours_of_the_mis_are_told(self, ask: Any) -> None:
        code, out, _ = ask("larkmere")
        assert code == 0
        assert "Monday to Friday between 23:00 and 06:00" in out

    def test_T12_days_and_time_are_chosen_and_confirmed(self, ask: Any, store: Store) -> None:
        code, out, err = ask("larkmere", "set", "mon,wed 20:15; sat 08:30-10:00")
        assert code == 0
        assert "Monday, Wednesday at 20:15" in out and "Saturday between 08:30 and 10:00" in out
        assert "No worker is at work" in err
        with store.read() as s:
            assert s.get(Slot, 1) is not None

    def test_the_next_slots_come_in_order(self, ask: Any) -> None:
        ask("larkmere", "set", "daily 12:00")
        code, out, _ = ask("larkmere", "next", "5")
        assert (code, len(out.splitlines())) == (0, 5)
        assert [line[4:] for line in out.splitlines()] == sorted(line[4:] for line in out.splitlines())

    def test_json_keeps_everything(self, ask: Any) -> None:
        found = json.loads(ask("larkmere", "next", "2", "--json")[1])
        assert {"school", "text", "told", "due_at", "late_at", "note", "by_hand", "next"} <= set(found)
        assert (found["window"], len(found["next"])) == ("weekdays 23:00-06:00", 2)

    def test_the_list_of_the_estate(self, ask: Any) -> None:
        ask("larkmere", "set", "off")
        code, out, _ = ask("list")
        assert code == 0 and "Larkmere School" in out and "off" in out

    @pytest.mark.parametrize(
        "words",
        [
            ("larkmere", "set"),
            ("larkmere", "set", ""),
            ("larkmere", "set", "never"),
            ("larkmere", "next", "0"),
            ("larkmere", "do"),
        ],
    )
    def test_wrong_words_are_wrong_usage(self, ask: Any, words: tuple[str, ...]) -> None:
        assert ask(*words)[0] == 2


class TestInstall:
    def test_a_service_is_written_and_not_enabled(
        self, ask: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        import subprocess

        def forbidden(*_: Any, **__: Any) -> None:
            raise AssertionError("nothing may be run")

        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        monkeypatch.setattr(subprocess, "run", forbidden)
        code, out, err = ask("install")
        text = (tmp_path / "systemd" / "user" / units.SERVICE).read_text()
        assert (code, out) == (0, "")
        assert "systemctl --user enable --now misconsole-worker.service" in err
        assert "KillMode=process" in text and "NoNewPrivileges=yes" in text and "worker" in text
        assert "ProtectSystem" not in text  # an unprivileged manager cannot

    def test_printing_writes_nothing(self, ask: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        code, out, _ = ask("install", "--print", "--timer", "--system", "svc-mis")
        assert code == 0 and not (tmp_path / "systemd").exists()
        assert "OnCalendar=*:0/10" in out and "User=svc-mis" in out and "ProtectSystem=strict" in out

    def test_yes_enables_what_was_written(
        self, ask: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        calls = tmp_path / "calls"
        tool = tmp_path / "systemctl"
        tool.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
        tool.chmod(stat.S_IRWXU)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        assert ask("install", "--timer", "--yes")[0] == 0
        assert calls.read_text().splitlines() == [
            "--user daemon-reload", "--user enable --now misconsole-worker.timer",
        ]  # fmt: skip

    def test_a_cron_line_holds_no_bare_percent_sign(self, ask: Any) -> None:
        _, out, err = ask("install", "--cron")
        assert out.startswith("*/10 * * * * ") and "worker --once" in out and "crontab -e" in err
        start = units.Start(words=["/opt/100%/m"], environment={"A": "b c"})
        assert units.cron_line(start) == "*/10 * * * * A='b c' /opt/100\\%/m worker --once >/dev/null 2>&1"

    def test_a_password_in_the_stores_address_goes_into_no_unit(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        url = "postgresql+psycopg://mis:canary@db.example/mis"
        assert entry.main(["schedule", "--store", url, "install", "--print"]) == 0
        said = capsys.readouterr()
        assert "canary" not in said.out + said.err
        assert "EnvironmentFile=" in said.out and "0600" in said.err

    def test_words_of_a_unit_are_quoted_and_escaped(self) -> None:
        start = units.Start(words=["/opt/mis console/m%n", "$x"], environment={"A": 'b"$c %d'})
        text = units.service(start, once=True)
        assert 'ExecStart="/opt/mis console/m%%n" "$$x" worker --once' in text
        assert 'Environment="A=b\\"$c %%d"' in text


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mis", "route", "now", "told"),
    [
        ("arbor", "arbor", at(23, 7), "may take until about 09:00"),  # T3, T6
        ("arbor", "arbor", at(23, 10), ""),
        ("scholarpack", "wonde", at(23, 1), "yesterday's"),
        ("integris", "datashare", at(22, 12), "Monday to Friday only"),  # T10: a Sunday
        ("integris", "datashare", at(23, 12), ""),
        ("sims", "sims-files", at(23, 3), ""),
    ],
)  # fmt: skip
def test_T6_T15_what_a_run_by_hand_finds_at_this_hour(mis: str, route: str, now: datetime, told: str) -> None:
    said = waits_for_mis("Europe/London", mis, route, now)
    assert told in said and bool(said) == bool(told)


def test_T11_what_a_sims_task_wrote_is_read_by_the_nights_run_or_at_once_by_hand(
    ask: Any, store: Store
) -> None:
    with store.write() as s:
        row = s.get(Connection, 1)
        assert row is not None
        row.mis, row.route = "sims", "sims-files"
    out = ask("larkmere")[1]
    assert "between 19:00 and 22:00" in out
    assert "scheduled task" in out and "misconsole sync SCHOOL" in out


def test_worker_once_with_nothing_due_ends_at_once(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["worker", "--store", store.url, "--once"]) == 0
    assert entry.main(["worker", "--store", store.url, "--parallel", "0"]) == 2
