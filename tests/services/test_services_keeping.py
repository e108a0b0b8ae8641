"""Backups that were opened before they count, put back by hand, and a doctor who mends what is safe."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from data import copies, sqlite
from data.errors import StoreProblem
from data.store import Store
from data.tables import Account, Connection, Lease, Run, School
from misconsole.__main__ import main
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.services import backups, doctor
from misconsole.services.permits import NotPermitted
from tests.fake_mis import Bench

ENV = {"TERM": "xterm-256color", "LANG": "en_GB.UTF-8"}


@pytest.fixture
def bench(store: Store, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(store, tmp_path)
    assert made.sync().state == "succeeded"
    yield made


def file_of(bench: Bench) -> Path:
    assert bench.store.path is not None
    return bench.store.path


def rename_school(bench: Bench, name: str) -> None:
    with bench.store.write() as s:
        school = s.get(School, bench.school_id)
        assert school is not None
        school.name = name
        s.add(school)


class TestBackup:
    def test_it_is_whole_private_and_proved_by_being_opened(self, bench: Bench) -> None:
        made = backups.make(bench.desk)
        path = Path(made.path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.with_name(path.name + ".json").stat().st_mode & 0o777 == 0o600
        assert backups.check(path) == made
        with Store.open(f"sqlite:///{path}") as copy, copy.read() as s:
            assert len(s.exec(select(Account)).all()) == len(bench.rows(Account))

    def test_putting_it_back_brings_back_what_was_and_keeps_what_is(
        self, bench: Bench, tmp_path: Path
    ) -> None:
        made = backups.make(bench.desk)
        rename_school(bench, "Renamed since")
        store = file_of(bench)
        bench.store.close()
        seen, kept = backups.restore(store, Path(made.path), busy=False)
        assert seen.sha256 == made.sha256 and kept is not None
        with Store.open(f"sqlite:///{store}") as back, back.read() as s:
            assert s.get(School, bench.school_id).name == "Larkmere School"  # type: ignore[union-attr]
        with Store.open(f"sqlite:///{kept}") as old, old.read() as s:
            assert s.get(School, bench.school_id).name == "Renamed since"  # type: ignore[union-attr]

    def test_what_an_earlier_restore_kept_is_kept_too(self, bench: Bench) -> None:
        path = Path(backups.make(bench.desk).path)
        store = file_of(bench)
        bench.store.close()
        kept = {backups.restore(store, path, busy=False)[1] for _ in range(3)}
        assert len(kept) == 3 and all(each is not None and each.is_file() for each in kept)
        assert not Path(f"{store}-wal").exists()

    def test_a_damaged_store_is_kept_byte_by_byte_and_replaced(self, bench: Bench) -> None:
        made = backups.make(bench.desk)
        store = file_of(bench)
        bench.store.close()
        for end in ("-wal", "-shm"):
            Path(f"{store}{end}").unlink(missing_ok=True)
        store.write_bytes(b"not a database at all" * 50)
        _, kept = backups.restore(store, Path(made.path), busy=False)
        assert kept is not None and kept.read_bytes().startswith(b"not a database")
        with Store.open(f"sqlite:///{store}") as back, back.read() as s:
            assert s.get(School, bench.school_id) is not None

    @pytest.mark.parametrize("spoil", ["cut", "changed", "empty"])
    def test_a_copy_that_is_not_whole_is_never_put_in_place(self, bench: Bench, spoil: str) -> None:
        path = Path(backups.make(bench.desk).path)
        content = path.read_bytes()
        spoilt = {"cut": content[: len(content) // 2], "empty": b"", "changed": content[:-1] + b"x"}[spoil]
        path.write_bytes(spoilt)
        before = file_of(bench).read_bytes()
        with pytest.raises(StoreProblem):
            backups.restore(file_of(bench), path, busy=False)
        assert file_of(bench).read_bytes() == before

    def test_a_copy_by_a_newer_version_is_refused(self, bench: Bench) -> None:
        path = Path(backups.make(bench.desk).path)
        with closing(sqlite.connect(path, read_only=False)) as db:
            db.execute("UPDATE alembic_version SET version_num = '9999'")
        path.with_name(path.name + ".json").unlink()
        with pytest.raises(StoreProblem, match="newer"):
            backups.check(path)

    def test_while_somebody_writes_nothing_is_replaced(self, bench: Bench) -> None:
        path = Path(backups.make(bench.desk).path)
        with bench.store.write(), pytest.raises(StoreProblem, match="locked"):
            backups.restore(file_of(bench), path, busy=False)
        assert not list(file_of(bench).parent.glob("*.restored"))

    def test_while_a_run_lives_it_is_refused(self, bench: Bench) -> None:
        path = Path(backups.make(bench.desk).path)
        with pytest.raises(Conflict, match="at work"):
            backups.restore(file_of(bench), path, busy=True)
        with pytest.raises(NotFound):
            backups.restore(file_of(bench), path.with_name("none"), busy=False)
        assert not backups.busy(bench.desk)

    def test_a_full_disk_leaves_no_half_a_backup(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(_: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(copies, "_to_disk", full)
        with pytest.raises(StoreProblem, match="disk is full"):
            backups.make(bench.desk)
        assert list(backups.folder_of(file_of(bench)).iterdir()) == []

    def test_older_ones_go_when_asked_and_the_newest_stay(self, bench: Bench) -> None:
        for _ in range(4):
            bench.now += timedelta(minutes=1)
            newest = backups.make(bench.desk, keep=2)
        left = backups.listed(bench.desk)
        assert len(left) == 2 and str(left[0]) == newest.path
        assert len(list(left[0].parent.iterdir())) == 4
        with pytest.raises(Usage):
            backups.make(bench.desk, keep=0)

    def test_only_who_keeps_the_house_may(self, bench: Bench) -> None:
        with pytest.raises(NotPermitted):
            backups.make(replace(bench.desk, grade="operator"))

    def test_headless_from_copy_to_restore(self, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
        where = ["--store", bench.store.url, "--json"]
        assert main(["backup", "make", *where]) == 0
        path = json.loads(capsys.readouterr().out)["path"]
        assert main(["backup", "list", *where]) == 0
        assert json.loads(capsys.readouterr().out)["items"][0]["path"] == path
        assert main(["backup", "check", path, *where]) == 0
        assert main(["backup", "restore", path, *where]) == 2
        rename_school(bench, "Renamed since")
        bench.store.close()
        for name in ("Nobody", "Noone"):
            assert (
                main(
                    [
                        "exclude",
                        "add",
                        bench.urn,
                        "--given",
                        "Invented",
                        "--family",
                        name,
                        "--reason",
                        "Invented",
                        *where,
                    ]
                )
                == 0
            )
        capsys.readouterr()
        assert main(["backup", "restore", path, "--yes", *where]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["kept"] and told["decisions_missing"] in (1, 2)  # the end is kept when a sitting ends
        assert main(["audit", "--verify", *where]) == 0
        assert json.loads(capsys.readouterr().out)["whole"] is True
        assert main(["audit", *where]) == 0
        assert "put back from the backup" in capsys.readouterr().out
        assert main(["school", "list", *where]) == 0
        assert "Larkmere School" in capsys.readouterr().out

    def test_a_damaged_store_names_its_backups_all_the_same(
        self, bench: Bench, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What mends it is told, and the command that it names answers."""
        made = backups.make(bench.desk)
        bench.store.close()
        file_of(bench).write_bytes(b"no database" * 1000)
        where = ["--store", bench.store.url]
        assert main(["school", "list", *where]) == 1
        assert "misconsole backup list" in capsys.readouterr().err
        assert main(["backup", "list", *where]) == 0
        told = capsys.readouterr()
        assert str(made.path) in told.out and "store.sqlite3 is " in told.err
        file_of(bench).unlink()
        assert main(["backup", "list", *where]) == 0
        assert str(made.path) in capsys.readouterr().out
        assert main(["backup", "restore", str(made.path), "--yes", *where]) == 0


def examine(bench: Bench, **more: object) -> dict[str, list[doctor.Finding]]:
    values = {"env": ENV, "store": file_of(bench), "now": bench.now, "desk": bench.desk, **more}
    found: dict[str, list[doctor.Finding]] = {}
    for finding in doctor.examine(doctor.Patient(**values)):  # type: ignore[arg-type]
        found.setdefault(finding.area, []).append(finding)
    return found


def worst(findings: list[doctor.Finding]) -> str:
    return max((f.state for f in findings), key=("ok", "attention", "problem").index)


class TestDoctor:
    def test_a_healthy_house_has_no_problem(self, bench: Bench) -> None:
        backups.make(bench.desk)
        bench.now = backups.newest(file_of(bench)) or bench.now
        found = examine(bench)
        assert {area: worst(each) for area, each in found.items() if worst(each) == "problem"} == {}
        assert {"installation", "store", "backup", "secrets", "runs", "terminal", "connections"} <= set(found)

    def test_a_store_others_can_read_is_told_and_made_private_when_asked(self, bench: Bench) -> None:
        file_of(bench).chmod(0o644)
        assert worst(examine(bench)["store"]) == "problem"
        mended = examine(bench, mend=True)["store"]
        assert worst(mended) == "ok" and any(f.mended for f in mended)
        assert file_of(bench).stat().st_mode & 0o777 == 0o600

    def test_a_folder_others_can_write_is_told_and_left_to_its_owner_when_asked(self, bench: Bench) -> None:
        """A private file in a folder of everybody's can be replaced whole."""
        folder = file_of(bench).parent
        folder.chmod(0o777)
        told = examine(bench)["store"]
        assert worst(told) == "problem" and any("could put another store there" in f.message for f in told)
        mended = examine(bench, mend=True)["store"]
        assert worst(mended) == "ok" and any(f.mended for f in mended)
        assert folder.stat().st_mode & 0o777 == 0o755
        folder.chmod(0o1777)  # sticky, like /tmp: others may add there, not replace
        assert worst(examine(bench)["store"]) == "ok"
        folder.chmod(0o700)

    def test_a_run_whose_process_died_is_ended_when_asked(self, bench: Bench) -> None:
        with bench.store.write() as s:
            run = Run(
                school_id=bench.school_id, state="running", started_at=bench.now, heartbeat_at=bench.now
            )
            s.add(run)
            s.flush()
            number = run.id or 0
            late = bench.now - timedelta(hours=1)
            s.add(
                Lease(
                    school_id=bench.school_id,
                    run_id=number,
                    holder="gone:1",
                    acquired_at=late,
                    expires_at=late,
                )
            )
        assert worst(examine(bench)["runs"]) == "attention"
        assert any(f.mended for f in examine(bench, mend=True)["runs"])
        assert bench.one(Run, id=number).state == "failed"
        assert bench.rows(Lease) == []

    def test_a_damaged_store_is_told_with_what_to_do(self, bench: Bench) -> None:
        store = file_of(bench)
        bench.store.close()
        content = bytearray(store.read_bytes())
        content[8192:12288] = bytes(4096)
        store.write_bytes(bytes(content))
        found = examine(bench, desk=None)
        assert worst(found["store"]) == "problem"
        assert any("backup" in f.mend for f in found["store"])

    def test_secrets_that_are_gone_are_missed(self, bench: Bench) -> None:
        with bench.store.write() as s:
            row = s.exec(select(Connection)).first()
            assert row is not None
            row.route, row.secret_ref = "wonde", "connection-1"
            s.add(row)
        assert "not where it should be" in examine(bench)["secrets"][-1].message

    @pytest.mark.parametrize(
        ("env", "size", "told"),
        [
            ({"TERM": "dumb"}, (80, 24), "cannot draw"), ({**ENV, "LANG": "C"}, (80, 24), "UTF-8"),
            (ENV, (60, 20), "smaller than 80x24"),
        ],
    )  # fmt: skip
    def test_a_terminal_that_shows_less_is_told(
        self, bench: Bench, env: dict[str, str], size: tuple[int, int], told: str
    ) -> None:
        found = examine(bench, env=env, size=size)["terminal"]
        assert any(told in f.message and f.state == "attention" and f.mend for f in found)

    def test_online_asks_every_mis(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        from connectors.base import Probe
        from misconsole.services import connect

        bad = Probe(name="connectivity", ok=False, message="No answer.", mend="Look at the network.")
        monkeypatch.setattr(connect, "probe", lambda desk, urn: (bad,))
        found = examine(bench, online=True)["connections"]
        assert [f.state for f in found] == ["problem"] and "No answer" in found[0].message

    def test_a_check_that_fails_itself_does_not_stop_the_others(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_: doctor.Patient) -> Iterator[doctor.Finding]:
            raise sqlite3.OperationalError("no")
            yield

        monkeypatch.setattr(doctor, "CHECKS", (("store", broken), *doctor.CHECKS))
        found = examine(bench)
        assert "could not be looked at" in found["store"][0].message
        assert "terminal" in found

    def test_a_wrong_line_of_the_settings_is_told_beside_all_else_and_nothing_is_mended(
        self,
        bench: Bench,
        capsys: pytest.CaptureFixture[str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Whose store it is cannot be told then, so that a mending hand is held still."""
        settings = tmp_path / "settings" / "misconsole.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text('theme = "textual-dark"\nfoo = 3\n', encoding="utf-8")
        monkeypatch.setenv("MISCONSOLE_CONFIG", str(settings.parent))
        bench.store.close()
        folder = file_of(bench).parent
        folder.chmod(0o777)
        assert main(["doctor", "--mend", "--store", bench.store.url, "--json"]) == 1
        found = json.loads(capsys.readouterr().out)["findings"]
        [said] = [each for each in found if each["area"] == "settings"]
        assert said["state"] == "problem" and "misconsole.toml, line 2" in said["message"]
        assert {"installation", "store", "backup", "terminal"} <= {each["area"] for each in found}
        assert folder.stat().st_mode & 0o777 == 0o777
        folder.chmod(0o700)

    def test_headless_with_an_exit_code(
        self, bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert main(["doctor", "--store", bench.store.url, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["well"] is True
        file_of(bench).chmod(0o644)
        said = main(["doctor", "--store", bench.store.url])
        assert said in (0, 1)  # opening a store makes it private by itself
        assert "store" in capsys.readouterr().out
        assert main(["doctor", "--store", f"sqlite:///{file_of(bench).parent}/none.sqlite3", "--json"]) == 0
        assert "no store" in capsys.readouterr().out
