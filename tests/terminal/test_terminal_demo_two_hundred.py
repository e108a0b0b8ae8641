"""Two hundred waiting people of the demo estate itself, worked in a real terminal until nobody waits.

No demo school has two hundred waiting at once (the largest has eighty), so one technician works school after
school, staff and pupils, as in September; every list is left only when its counter says that nobody waits.
The estate knows whose each account is, which stands for the technician's judgement of the evidence on the
screen: the digit of the account that is theirs, ``n`` where none of those suggested is.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import col, select

from connectors.simulator.world import World, build_world
from data import queues as waiting_rows
from data.store import Store
from data.tables import Account, Decision, Link, Person, School
from misconsole.text import shown
from screens.showing import said_day
from tests.terminal.pty import ENTER, Terminal
from tests.terminal.test_terminal_main_job import choose
from tests.terminal.test_terminal_two_hundred import MISCONSOLE, decide, pointed, stand_still, waiting

pytestmark = pytest.mark.terminal

SCHOOLS = {"990004": "Eastmarsh", "990001": "Larkmere", "990002": "Stonebeck", "990009": "Kingsdyke"}
ROLES = ("staff", "pupil")
WANTED = 200


@dataclass
class September:
    """Who waits, whose the accounts are, and what was pressed."""

    truth: dict[str, set[str]]  # id in the MIS -> usernames
    people: list[Person]
    pressed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def key(self, screen: str) -> str:
        """What a technician who knows the school presses for the person under the cursor."""
        mine = self.truth.get(self.meant(screen).source_id, set())
        for line in screen.splitlines():
            words = line.split()
            for digit, word in pairwise(words):
                if digit.isdigit() and len(digit) == 1 and word in mine:
                    return digit
        return "n"

    def meant(self, screen: str) -> Person:
        row = pointed(screen)
        name = re.split(r"\s{2,}", row.removeprefix("› ").strip())[1]
        cut = name.removesuffix("…").rstrip() if name.endswith("…") else ""
        found = [p for p in self.people if listed(p) == name or (cut and listed(p).startswith(cut))]
        born = [p for p in found if said_day(p.date_of_birth) in row]
        assert found, f"who is {row!r}?"
        return max(born or found, key=lambda p: len(listed(p)))


def listed(person: Person) -> str:
    """As a list names somebody."""
    family, given = (
        person.family_name or person.legal_family_name,
        person.given_name or person.legal_given_name,
    )
    return shown(", ".join(part for part in (family, given) if part))


def furnished(folder: Path, home: dict[str, str]) -> World:
    """The whole estate, synced by the command that anybody has; gives the world it was made from."""
    words = [MISCONSOLE, "demo", "--headless", "--at", str(folder)]
    done = subprocess.run(words, env=home, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    made = json.loads((folder / "estate.json").read_text(encoding="utf-8"))
    return build_world(seed=made["seed"], today=date.fromisoformat(made["today"]), schools=list(SCHOOLS))


def september(store: Store, world: World, urn: str, role: str) -> September:
    with store.read() as s:
        school = s.exec(select(School).where(School.urn == urn)).one()
        people = list(s.exec(select(Person).where(*waiting_rows.unmatched(school.id or 0, role))))
    truth: dict[str, set[str]] = {}
    for account in world.truth(urn):
        if account.person:
            truth.setdefault(account.person, set()).add(account.username)
    return September(truth=truth, people=people)


def work(terminal: Terminal, case: September, called: str) -> None:
    terminal.wait(lambda text: waiting(text) == len(case.people), called)
    stand_still(terminal)
    began = time.perf_counter()
    while left := waiting(terminal.text):
        key = case.key(terminal.text)
        decide(terminal, key, left)
        case.pressed[key] += 1
    case.seconds = time.perf_counter() - began


def test_two_hundred_people_of_the_demo_estate_are_worked_until_nobody_waits(tmp_path: Path) -> None:
    """K2 K3 K6, bars.md: one key a decision, every counter ends at its finished state."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "PYTHONPATH")}
    folder = tmp_path / "estate"
    home = kept | {
        "HOME": str(tmp_path), "TERM": "xterm-256color", "MISCONSOLE_CONFIG": str(folder),
        "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }  # fmt: skip
    world = furnished(folder, home)
    url = f"sqlite:///{folder / 'misconsole.sqlite3'}"
    cases: list[September] = []
    with Store.open(url) as store:
        for urn, name in SCHOOLS.items():
            with Terminal([MISCONSOLE, "--store", url], env=home, columns=220, rows=50) as terminal:
                terminal.wait_for("15 schools")
                terminal.wait_gone("being opened")
                choose(terminal, name, "1 of 15 schools")
                terminal.press(ENTER, "What to do next")
                for role in ROLES:
                    case = september(store, world, urn, role)
                    terminal.send("]")
                    work(terminal, case, f"{name}, {role}")
                    cases.append(case)
                terminal.send("\x11")
                assert terminal.end() == 0
        decided = sum(case.pressed.total() for case in cases)
        seconds = sum(case.seconds for case in cases)
        print(f"\n{decided} decisions in {seconds:.0f} s: {decided * 60 / seconds:.0f} a minute")
        assert decided >= WANTED
        check(store, cases, decided)


def check(store: Store, cases: list[September], decided: int) -> None:
    """Everybody has exactly one account, theirs where it was suggested; a decision each."""
    with store.read() as s:
        kinds = Counter(s.exec(select(Decision.kind).where(col(Decision.kind).in_(("link", "create")))))
        people = {p.id: p for case in cases for p in case.people}
        links = s.exec(select(Link).where(col(Link.person_id).in_(people), col(Link.active).is_(True))).all()
        names = {
            link.person_id: s.get_one(Account, link.account_id).username
            for link in links
            if link.how != "created"
        }
    truth = {key: value for case in cases for key, value in case.truth.items()}
    assert len(links) == len(people) == decided == kinds.total()
    linked = [who for who, username in names.items() if username in truth.get(people[who].source_id, set())]
    assert len(linked) == kinds["link"]
