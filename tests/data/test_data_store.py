"""The store as a file: private, one writer, nothing half-applied, every trouble in an operator's words."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import Session, func, select

from data import migrate, migrations, sqlite
from data.errors import StoreProblem
from data.store import Store
from data.tables import School


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def add_school(s: Session, urn: str = "100001") -> School:
    school = School(urn=urn, slug=f"school-{urn}", name="Larkmere")
    s.add(school)
    s.flush()
    return school


def schools(store: Store) -> int:
    with store.read() as s:
        return s.exec(select(func.count()).select_from(School)).one()


def path_of(store: Store) -> Path:
    assert store.path is not None
    return store.path


class TestPrivate:
    def test_all_files_of_a_store_are_its_owners_alone_whatever_the_umask(self, tmp_path: Path) -> None:
        before = os.umask(0)
        try:
            path = tmp_path / "new" / "deep" / "store.sqlite3"
            with Store.open(f"sqlite:///{path}") as store, store.write() as s:
                add_school(s)
                found = {each.name: mode(each) for each in path.parent.iterdir()}
        finally:
            os.umask(before)
        assert found == dict.fromkeys(("store.sqlite3", "store.sqlite3-wal", "store.sqlite3-shm"), 0o600)
        assert mode(path.parent) == 0o700

    def test_a_store_that_others_could_read_is_made_private_when_opened(self, store: Store) -> None:
        store.close()
        path_of(store).chmod(0o644)
        Store.open(store.url).close()
        assert mode(path_of(store)) == 0o600


class TestTransactions:
    @pytest.mark.every_store
    def test_an_error_takes_back_everything_of_its_transaction(self, store: Store) -> None:
        with pytest.raises(RuntimeError), store.write() as s:
            add_school(s)
            raise RuntimeError
        assert schools(store) == 0

    @pytest.mark.every_store
    def test_a_writer_does_not_stop_readers_who_see_the_state_before(self, store: Store) -> None:
        with store.write() as s:
            add_school(s)
            assert schools(store) == 0
        assert schools(store) == 1

    @pytest.mark.every_store
    def test_the_lock_is_taken_before_anything_is_read(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two operators: the second waits at once, and cannot decide on what it read before the first."""
        monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
        with store.write(), pytest.raises(StoreProblem) as caught, store.write():
            pytest.fail("two writers at once")
        assert caught.value.code == "locked"
        assert "another process" in caught.value.message

    @pytest.mark.every_store
    def test_a_session_for_reading_cannot_write(self, store: Store) -> None:
        with pytest.raises(StoreProblem), store.read() as s:
            add_school(s)
        with store.write() as s:  # and leaves no trace on the connection it used
            add_school(s)
        assert schools(store) == 1

    def test_foreign_keys_are_held(self, store: Store) -> None:
        with store.write() as s:
            assert s.connection().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1

    def test_a_full_disk_is_said_and_nothing_is_half_applied(self, store: Store) -> None:
        with store.write() as s:
            add_school(s)
        with pytest.raises(StoreProblem) as caught, store.write() as s:
            pages = s.connection().exec_driver_sql("PRAGMA page_count").scalar()
            s.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            for number in range(2000):
                add_school(s, str(200000 + number))
        assert (caught.value.code, schools(store)) == ("full", 1)
        assert "room" in caught.value.mend

    @pytest.mark.every_store
    def test_text_that_no_encoding_takes_is_stored_with_a_stand_in(self, store: Store) -> None:
        with store.write() as s:
            s.add(School(urn="100001", slug="a", name="half \ud83d character"))
        with store.read() as s:
            assert s.exec(select(School.name)).one() == "half \ufffd character"


OPEN_TOGETHER = """
import sys
from data.store import Store
print("ready", flush=True)
sys.stdin.readline()
Store.open(sys.argv[1]).close()
"""


class TestTogether:
    def test_several_processes_open_a_new_store_at_once(self, tmp_path: Path) -> None:
        """A console and the runs it starts, on the first evening."""
        url = f"sqlite:///{tmp_path}/new/store.sqlite3"
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        openers = [
            subprocess.Popen([sys.executable, "-c", OPEN_TOGETHER, url], text=True, **pipes)  # type: ignore[call-overload]
            for _ in range(3)
        ]
        for each in openers:
            assert each.stdout.readline() == "ready\n"
        for each in openers:
            each.stdin.write("go\n")
            each.stdin.flush()
        assert [each.communicate()[1] for each in openers] == [""] * 3
        with Store.open(url) as opened:
            assert schools(opened) == 0

    @pytest.mark.every_store
    def test_a_writer_killed_in_the_middle_leaves_the_state_before(self, store: Store) -> None:
        code = (
            "import os, signal, sys\nfrom data.store import Store\nfrom data.tables import School\n"
            "with Store.open(sys.argv[1]).write() as s:\n"
            "    s.add(School(urn='1', slug='a', name='A'))\n    s.flush()\n"
            "    os.kill(os.getpid(), signal.SIGKILL)"
        )
        assert subprocess.run([sys.executable, "-c", code, store.url], check=False).returncode == -9
        assert schools(store) == 0
        with store.write() as s:
            add_school(s)


class TestTrouble:
    @pytest.mark.parametrize("content", [b"not a database at all" * 20, b"\0" * 4096, b"x"])
    def test_a_file_that_is_no_database_is_left_alone(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "store.sqlite3"
        path.write_bytes(content)
        with pytest.raises(StoreProblem) as caught:
            Store.open(f"sqlite:///{path}")
        assert caught.value.code == "damaged"
        assert path.read_bytes() == content

    def test_somebody_elses_database_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "other.sqlite3"
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE theirs (x)")
        before = path.read_bytes()
        with pytest.raises(StoreProblem, match="not a misconsole store"):
            Store.open(f"sqlite:///{path}")
        assert path.read_bytes() == before

    def test_a_store_cut_short_is_damaged(self, store: Store) -> None:
        store.close()
        os.truncate(path_of(store), path_of(store).stat().st_size // 2)
        with pytest.raises(StoreProblem, match="is damaged"):
            Store.open(store.url)

    def test_damage_in_the_middle_is_said_when_it_is_met(self, store: Store) -> None:
        store.close()
        path = path_of(store)
        content = bytearray(path.read_bytes())
        content[4096:] = b"\xff" * (len(content) - 4096)
        path.write_bytes(content)
        with pytest.raises(StoreProblem) as caught, Store.open(store.url) as opened:
            schools(opened)
        assert caught.value.code == "damaged"

    def test_a_store_of_a_newer_version_is_refused_untouched(self, store: Store) -> None:
        with closing(sqlite3.connect(path_of(store))) as db:
            db.execute("UPDATE alembic_version SET version_num = '9999'")
            db.commit()
        with pytest.raises(StoreProblem) as caught:
            Store.open(store.url)
        assert caught.value.code == "newer"
        assert not list(path_of(store).parent.glob("*.before-*"))

    def test_a_missing_store_is_not_made_when_only_looked_for(self, tmp_path: Path) -> None:
        with pytest.raises(StoreProblem) as caught:
            Store.open(f"sqlite:///{tmp_path}/none.sqlite3", create=False)
        assert caught.value.code == "missing"
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "nonsense", "oracle9://x"])
    def test_an_address_we_cannot_use_is_said(self, url: str) -> None:
        with pytest.raises(StoreProblem) as caught:
            Store.open(url)
        assert caught.value.code == "missing"

    def test_a_server_without_its_driver_names_what_to_install_and_no_password(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with pytest.raises(StoreProblem, match="psycopg") as caught:
            Store.open("postgresql+psycopg://desk:canary-7f3a@db.example/misconsole")
        assert "misconsole[postgresql]" in caught.value.mend
        assert "canary" not in caught.value.message + caught.value.mend

    def test_a_folder_we_may_not_write_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(StoreProblem) as caught:
            Store.open(f"sqlite:///{tmp_path}/file/store.sqlite3")
        assert caught.value.code == "missing"


BROKEN = "op.create_table('fresh', sa.Column('id', sa.Integer()))\n    op.execute('UPDATE nothing SET x = 1')"


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our migrations with room for one more, as a later version would have them."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrations, "FOLDER", folder)
    return folder


def add_migration(folder: Path, body: str) -> str:
    number = f"{int(migrations.head()) + 1:04d}"
    (folder / "versions" / f"{number}_later.py").write_text(
        f"import sqlalchemy as sa\nfrom alembic import op\nrevision = {number!r}\n"
        f"down_revision = {migrations.head()!r}\ndef upgrade():\n    {body}\ndef downgrade():\n    pass\n"
    )
    return number


class TestMigration:
    def test_a_copy_is_made_before_an_existing_store_is_migrated(
        self, store: Store, next_version: Path
    ) -> None:
        with store.write() as s:
            add_school(s)
        old = migrations.head()
        store.close()
        new = add_migration(next_version, "op.create_table('fresh', sa.Column('id', sa.Integer()))")
        with Store.open(store.url) as opened:
            assert schools(opened) == 1
        copy = path_of(store).with_name(f"store.before-{new}.sqlite3")
        assert mode(copy) == 0o600
        with closing(sqlite3.connect(copy)) as db:
            assert db.execute("SELECT version_num FROM alembic_version").fetchone() == (old,)
            assert db.execute("SELECT urn FROM school").fetchall() == [("100001",)]

    def test_a_migration_that_fails_leaves_the_store_as_it_was(
        self, store: Store, next_version: Path
    ) -> None:
        with store.write() as s:
            add_school(s)
        old = migrations.head()
        store.close()
        add_migration(next_version, BROKEN)
        with pytest.raises(StoreProblem) as caught:
            Store.open(store.url)
        assert caught.value.code == "migration"
        with closing(sqlite3.connect(path_of(store))) as db:
            assert db.execute("SELECT version_num FROM alembic_version").fetchone() == (old,)
            assert not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'fresh'").fetchall()

    def test_a_damaged_store_is_not_migrated(self, store: Store, next_version: Path) -> None:
        store.close()
        path = path_of(store)
        content = bytearray(path.read_bytes())
        content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
        path.write_bytes(content)
        add_migration(next_version, "pass")
        with pytest.raises(StoreProblem) as caught:
            Store.open(store.url)
        assert caught.value.code == "damaged"
        assert path.read_bytes() == content

    @pytest.mark.every_store
    def test_opening_a_store_at_its_newest_revision_imports_no_migration_tool(self, store: Store) -> None:
        code = (
            "import sys\nfrom data.store import Store\nStore.open(sys.argv[1]).close()\n"
            "raise SystemExit('alembic' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code, store.url], check=False).returncode == 0

    def test_the_next_migration_is_drafted_from_the_difference_and_there_is_none_now(
        self, next_version: Path
    ) -> None:
        number = f"{int(migrations.head()) + 1:04d}"
        drafted = migrate.draft("nothing yet")
        assert drafted.parent == next_version / "versions"
        assert migrations.head() == number
        written = drafted.read_text()
        assert f'revision = "{number}"' in written.replace("'", '"')
        assert written.count("    pass\n") == 2

    def test_revisions_are_numbered_without_a_gap(self) -> None:
        assert [int(number) for number in migrations.revisions()] == list(
            range(1, len(migrations.revisions()) + 1)
        )


def test_a_second_opening_in_one_process_leaves_the_log_with_the_first(tmp_path: Path) -> None:
    """Closing a file drops every lock this process has on it: the next to leave would take the log away."""
    path = tmp_path / "store.sqlite3"
    with Store.open(f"sqlite:///{path}") as first:
        with first.read() as s:
            s.connection()
        Store.open(f"sqlite:///{path}").close()
        leave = (
            f"import sqlite3; d = sqlite3.connect({str(path)!r}); d.execute('PRAGMA user_version'); d.close()"
        )
        subprocess.run([sys.executable, "-c", leave], check=True)
        assert Path(f"{path}-wal").exists()
        with first.write() as s:
            add_school(s)
        with closing(sqlite3.connect(path)) as other:
            assert other.execute("SELECT count(*) FROM school").fetchone() == (1,)
