"""September: two hundred people wait, and one technician works all of them in a real terminal, one key each.

Nothing is skipped and nothing is guessed: the key follows from what the screen shows, ``1`` where the list
suggests an account, ``n`` where it suggests nobody.  The script waits on the counter, and for the list to
stand still, as an operator does; how fast it went is printed, not asserted.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import Session

from data import bulk, tables
from misconsole.rules.names import fold
from tests import seed
from tests.fake_mis import named
from tests.terminal.pty import ENTER, Terminal

pytestmark = pytest.mark.terminal

MISCONSOLE = str(Path(sys.executable).with_name("misconsole"))
PEOPLE = 200
STILL = 0.26  # seconds; just longer than a list that has moved takes no decision
TOO_QUICK = "Too quick"
COUNTER = re.compile(r"^\s*([\d,]+) (?:pupils?|members? of staff) waits?\b", re.MULTILINE)
FINISHED = re.compile(r"No (?:pupil|member of staff) waits: everybody")


def september(e: seed.Estate) -> None:
    """Four of five have an account that is suggested to them; the others have none."""
    school = e.school()
    e.connection(school)
    with e.store.write() as s:
        people = bulk.insert(s, tables.Person, [_person(school, n) for n in range(PEOPLE)])
        known = [n for n in range(PEOPLE) if n % 5]
        accounts = bulk.insert(s, tables.Account, [_account(e, school, n) for n in known])
        pairs = [(people[n], account) for n, account in zip(known, accounts, strict=True)]
        _suggest(s, school, pairs)


def _person(school: int, number: int) -> dict[str, object]:
    given, family = named(number)
    return {
        "school_id": school, "role": "pupil", "source_id": f"P{number:04}", "given_name": given,
        "family_name": family, "search_name": fold(f"{family} {given}"), "gate": "waiting_for_match",
        "date_of_birth": seed.BORN["pupil"], "registration_group": f"7{'ABCDEFGH'[number % 8]}",
    }  # fmt: skip


def _account(e: seed.Estate, school: int, number: int) -> dict[str, object]:
    given, family = named(number)
    username = f"old.{number:03}"
    return {
        "school_id": school, "role": "pupil", "username": username, "username_key": username,
        "domain_key": "school:100001", "given_name": given, "family_name": family,
        "display_name": f"{given} {family}", "email": f"{username}@larkmere.example", "created_at": e.now,
    }  # fmt: skip


def _suggest(s: Session, school: int, pairs: list[tuple[int, int]]) -> None:
    rows = [
        {
            "school_id": school, "person_id": person, "account_id": account, "band": "likely", "rank": 1,
            "score": 14.2, "margin": 9.1, "evidence": [seed.EVIDENCE],
        }
        for person, account in pairs
    ]  # fmt: skip
    bulk.insert(s, tables.Candidate, rows)


def waiting(text: str) -> int | None:
    """What the counter above the list says; None while it says nothing."""
    if FINISHED.search(text):
        return 0
    found = COUNTER.search(text)
    return int(found[1].replace(",", "")) if found else None


def pointed(text: str) -> str:
    return next((line for line in text.splitlines() if line.startswith("›")), "")


def work(terminal: Terminal) -> Counter[str]:
    """Key by key until the counter is at nought; gives how many decisions each key took."""
    pressed: Counter[str] = Counter()
    while left := waiting(terminal.text):
        key = "1" if pointed(terminal.text).startswith("› likely") else "n"
        decide(terminal, key, left)
        assert waiting(terminal.text) == left - 1, terminal.text
        pressed[key] += 1
    return pressed


def decide(terminal: Terminal, key: str, left: int) -> None:
    """Press until the counter falls: a key that comes too quickly is told so and has decided nothing."""
    for _ in range(20):
        terminal.send(key)
        terminal.wait(
            lambda text: fallen(text, left) or TOO_QUICK in text, f"{left} to fall after {key}", limit=20
        )
        stand_still(terminal)
        if fallen(terminal.text, left):
            return
    raise AssertionError(f"{key} decides nothing:\n{terminal.text}")


def fallen(text: str, left: int) -> bool:
    return waiting(text) not in (None, left)


def stand_still(terminal: Terminal) -> None:
    """Read on for as long as a list that has just moved takes no decision."""
    ends = time.perf_counter() + STILL
    while (rest := ends - time.perf_counter()) > 0:
        terminal.pump(rest)


def test_two_hundred_people_are_worked_by_one_key_each(tmp_path: Path) -> None:
    """K3 K6, bars.md: a decision a key, the counter runs to nought, every one of them can be undone."""
    with seed.estate(tmp_path) as e:
        september(e)
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "PYTHONPATH")}
        env = kept | {
            "HOME": str(tmp_path), "TERM": "xterm-256color", "MISCONSOLE_CONFIG": str(tmp_path / "config"),
            "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }  # fmt: skip
        with Terminal([MISCONSOLE, "--store", e.url], env=env) as terminal:
            terminal.wait_for("Larkmere School")
            terminal.wait_gone("being opened")
            terminal.press(ENTER, "What to do next")
            terminal.press("]", "No member of staff waits")
            terminal.press("]", f"{PEOPLE} pupils wait")
            stand_still(terminal)
            began = time.perf_counter()
            pressed = work(terminal)
            seconds = time.perf_counter() - began
            terminal.wait_for("No pupil waits: everybody who may have an account has one.")
            terminal.send("\x11")
            assert terminal.end() == 0
        print(
            f"\n{pressed.total()} decisions in {seconds:.0f} s: {pressed.total() * 60 / seconds:.0f} a minute"
        )
        assert pressed == {"1": PEOPLE * 4 // 5, "n": PEOPLE // 5}
        decided = Counter(each.kind for each in e.all(tables.Decision))
        assert decided == {"link": pressed["1"], "create": pressed["n"]}
        assert len({x.person_id for x in e.all(tables.Link) if x.active}) == PEOPLE
