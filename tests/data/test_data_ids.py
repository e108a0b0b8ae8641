"""Ids of people and accounts never come again: directories and exports know them by these."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlmodel import Session

from data import bulk, copies, migrate
from data.errors import StoreProblem
from data.journal import Scribe
from data.sqlite import make_private
from data.store import Store, engine_for
from data.tables import Account, Person, School

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _school(s: Session) -> None:
    s.add(School(id=1, urn="100001", slug="larkmere", name="Larkmere"))
    s.flush()


def _by_model(s: Session, n: int) -> int:
    row = Account(school_id=1, domain_key="d", username=f"u{n}", username_key=f"u{n}")
    s.add(row)
    s.flush()
    return row.id or 0


def _by_journal(s: Session, n: int) -> int:
    row = Account(school_id=1, domain_key="d", username=f"u{n}", username_key=f"u{n}")
    return Scribe(s, actor="alice", at=NOW, school_id=1).insert(row).id or 0


def _in_bulk(s: Session, n: int) -> int:
    return bulk.insert(
        s, Account, [{"school_id": 1, "domain_key": "d", "username": f"u{n}", "username_key": f"u{n}"}]
    )[0]


def _person(s: Session, n: int) -> int:
    return bulk.insert(s, Person, [{"school_id": 1, "role": "pupil", "source_id": str(n)}])[0]


@pytest.mark.every_store
@pytest.mark.parametrize("make", [_by_model, _by_journal, _in_bulk, _person])
def test_the_id_of_who_was_erased_is_nobodys_again(store: Store, make: Callable[[Session, int], int]) -> None:
    """The highest row goes, and the journal that told of it was tidied long ago (Z8)."""
    with store.write() as s:
        _school(s)
        first, last = make(s, 1), make(s, 2)
    with store.write() as s:
        for table in ("journal", "account", "person"):
            s.connection().exec_driver_sql(f"DELETE FROM {table}")
    with store.write() as s:
        assert make(s, 3) > last > first


def _older(path: Path) -> sqlite3.Connection:
    """A store as the version before left it, with people and accounts."""
    make_private(path)
    engine = engine_for(f"sqlite:///{path}")
    with engine.begin() as connection:
        command.upgrade(migrate.config(connection), "0003")
    engine.dispose()
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript(
        "INSERT INTO school (id, urn, slug, name, la_code, establishment_number, country, phase, trust, mode,"
        " domain, scope, options, version) VALUES (1,'100001','l','Larkmere','','','england','','','create',"
        " '','','{}',0);"
        "INSERT INTO person (id, school_id, role, source_id, search_name, status, unknown, present, gate,"
        " gate_detail, flags, digest, date_of_birth) VALUES (7,1,'pupil','A1','smith ann','current','[]',1,"
        " '','','[]','','2015-03-01');"
        "INSERT INTO account (id, school_id, domain_key, username, username_key, display_name, role, state,"
        " origin, unallocated_reason, kept_absent, version, created_at) VALUES"
        " (5,1,'d','a.smith','a.smith','Ann Smith','pupil','active','created','',0,0,"
        "'2026-01-01T00:00:00+00:00');"
        "INSERT INTO link (id, school_id, person_id, account_id, active, how, evidence, anchors, linked_by,"
        " ended_reason) VALUES (1,1,7,5,1,'exact','{}','{}','','');"
        "INSERT INTO journal (at, actor, school_id, table_name, row_id) VALUES ('x','a',1,'account',40);"
    )  # fmt: skip
    return db


def test_an_older_store_keeps_its_rows_and_counts_on_from_all_it_ever_gave(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    _older(path).close()
    with Store.open(f"sqlite:///{path}") as opened:
        with opened.read() as s:
            account, person = s.get_one(Account, 5), s.get_one(Person, 7)
            assert (account.username, account.created_at) == ("a.smith", datetime(2026, 1, 1, tzinfo=UTC))
            assert (person.search_name, str(person.date_of_birth)) == ("smith ann", "2015-03-01")
            assert s.connection().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        with opened.write() as s:
            assert _by_model(s, 1) == 41  # an account 40 stands in the journal
            assert _person(s, 1) == 8
        with pytest.raises(Exception, match="FOREIGN KEY"), opened.write() as s:
            s.connection().exec_driver_sql("DELETE FROM account WHERE id = 5")


def test_an_older_store_with_loose_rows_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with closing(_older(path)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("DELETE FROM account")
    with pytest.raises(StoreProblem) as caught:
        Store.open(f"sqlite:///{path}")
    assert caught.value.code == "migration"
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == ("0003",)
        assert db.execute("SELECT count(*) FROM link").fetchone() == (1,)


def test_a_backup_put_back_does_not_give_ids_again_that_were_given_since(store: Store) -> None:
    assert store.path is not None
    copy = store.path.with_name("copy.sqlite3")
    with store.write() as s:
        _school(s)
        _by_model(s, 1)
    assert copies.make(store.path, copy).rows["account"] == 1
    with store.write() as s:
        since = _by_model(s, 2)
    store.close()
    copies.put_back(copy, store.path)
    with Store.open(store.url) as opened, opened.write() as s:
        assert _by_model(s, 3) > since


def test_a_copy_counts_our_own_tables_alone(store: Store) -> None:
    assert store.path is not None
    assert not [name for name in copies.make(store.path, store.path.with_name("c.sqlite3")).rows
                if name.startswith("sqlite_")]  # fmt: skip
