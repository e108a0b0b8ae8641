"""Eleven hundred people get other usernames and get them back, by keys alone, in a real terminal.

The rehearsal comes first, with collisions and cut names at the top; then all are renamed at once and all
undone at once.  How long it took is printed, not asserted.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from data import bulk, tables
from tests import seed
from tests.fake_mis import named
from tests.terminal.pty import ENTER, Terminal

pytestmark = pytest.mark.terminal

MISCONSOLE = str(Path(sys.executable).with_name("misconsole"))
PEOPLE = 1_100
LONG = "Featherstonehaugh-Cholmondeley"


def eleven_hundred(e: seed.Estate) -> None:
    """Some names twice, and one too long for twenty characters."""
    school = e.school()
    with e.store.write() as s:
        accounts = bulk.insert(s, tables.Account, [_account(e, school, n) for n in range(PEOPLE)])
        reserved = [
            {"domain_key": "school:100001", "username_key": f"old.{n:04}", "account_id": account}
            for n, account in enumerate(accounts)
        ]
        bulk.insert(s, tables.ReservedName, reserved)


def _account(e: seed.Estate, school: int, number: int) -> dict[str, object]:
    given, family = ("Ada", LONG) if number == 0 else named(number // 2 if number < 40 else number)
    username = f"old.{number:04}"
    return {
        "school_id": school, "role": "pupil", "username": username, "username_key": username,
        "domain_key": "school:100001", "given_name": given, "family_name": family, "year_of_entry": 2020,
        "display_name": f"{given} {family}", "email": f"{username}@larkmere.example", "created_at": e.now,
        "origin": "imported",
    }  # fmt: skip


def usernames(e: seed.Estate) -> set[str]:
    return {each.username for each in e.all(tables.Account)}


def environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "PYTHONPATH")}
    return kept | {
        "HOME": str(folder), "TERM": "xterm-256color", "MISCONSOLE_CONFIG": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }  # fmt: skip


def test_eleven_hundred_are_rehearsed_renamed_and_undone_by_keys_alone(tmp_path: Path) -> None:
    """O8 M14 O4 O5: one rehearsal, one batch, one undo."""
    with seed.estate(tmp_path) as e:
        eleven_hundred(e)
        before = usernames(e)
        with Terminal([MISCONSOLE, "--store", e.url], env=environment(tmp_path)) as terminal:
            terminal.wait_for("Larkmere School")
            terminal.wait_gone("being opened")
            terminal.press(ENTER, "What to do next")
            for _ in range(4):  # from the right: Problems, History, New users, Accounts
                terminal.send("[")
                terminal.settle(0.3)
            terminal.wait_for("old.0000")
            began = time.perf_counter()
            terminal.press("b", "1,100 change")
            rehearsed = time.perf_counter() - began
            terminal.press("f", "Another format")
            terminal.press("first_name.last_name\r", "Rehearsed with first_name.last_name")
            terminal.wait_for("collision")
            assert "20 lines" not in terminal.text
            top = [line for line in terminal.text.splitlines() if "old." in line]
            assert "collision" in top[0], terminal.text
            terminal.press("a", "Rename 1,100 accounts?")
            terminal.settle(0.5)
            began = time.perf_counter()
            terminal.press("y", "Renamed 1,100 accounts at once")
            renamed = time.perf_counter() - began
            after = usernames(e)
            assert len(after) == PEOPLE and not after & before
            assert max(map(len, after)) == 20
            terminal.wait_for("1,100 stay")  # read again: everybody has the format's name already
            began = time.perf_counter()
            terminal.press("u", "Taken back: Renamed 1,100 accounts at once")
            undone = time.perf_counter() - began
            terminal.send("\x11")
            assert terminal.end() == 0
        print(f"\nrehearsed in {rehearsed:.2f} s, renamed in {renamed:.2f} s, undone in {undone:.2f} s")
        assert usernames(e) == before
        assert e.all(tables.Alias) == []
        assert [(d.kind, d.undone_at is None) for d in e.all(tables.Decision)] == [
            ("rename", False), ("undo", True),
        ]  # fmt: skip
