"""Two technicians and an onlooker on one store, each at a real terminal of their own, none of them alone.

Ann and Bob work one queue, Eve was let in read-only. What one decides the others see go, in place; who is
on a case is told; of two decisions on one person one wins and the other hears whose. Eve presses every key
that writes, and the store is left as it was. Nothing here sleeps: every step waits for words on a screen.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from data import tables
from screens import glyphs
from screens.commands import Command, commands
from tests import seed
from tests.terminal.pty import DOWN, ENTER, Terminal
from tests.terminal.test_terminal_two_hundred import decide, pointed, september, stand_still, waiting

pytestmark = pytest.mark.terminal

# The account of the system is who decides; the tests have one account, so each console is given a name.
AS = """
import sys
from misconsole import grades
name = sys.argv.pop(1)
grades.account = lambda: grades.Account(name=name)
from misconsole.__main__ import main
sys.exit(main())
"""
PEOPLE = 200
PUPILS = f"{PEOPLE} pupils wait"
REFUSED = "The console was opened read-only; nothing can be changed from here."
FUNCTION = {"f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~", "f7": "\x1b[18~", "f8": "\x1b[19~"}
TYPED = {"space": " ", "enter": ENTER, **FUNCTION}
TABS = {
    "overview": "What to do next", "unmatched": PUPILS, "unallocated": "Unalloc", "exclusions": "xclu",
    "non-mis": "Non", "accounts": "Acc", "new-users": "New", "history": "Hist",
}  # fmt: skip


@dataclass
class Room:
    """The store, and how to sit down at it."""

    estate: seed.Estate
    folder: Path
    stack: ExitStack

    def sit(self, name: str, *flags: str, columns: int = 120) -> Terminal:
        home = self.folder / name
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "PYTHONPATH")}
        env = kept | {
            "HOME": str(home), "TERM": "xterm-256color", "MISCONSOLE_CONFIG": str(home / "config"),
            "XDG_STATE_HOME": str(home / "state"), "XDG_CACHE_HOME": str(home / "cache"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }  # fmt: skip
        home.mkdir()
        words = [sys.executable, "-c", AS, name, "--store", self.estate.url, *flags]
        return self.stack.enter_context(Terminal(words, columns=columns, rows=30, env=env))

    def queue(self, name: str, *flags: str) -> Terminal:
        """Seated, and at the queue of pupils."""
        terminal = self.school(name, *flags)
        terminal.press("]", "No member of staff waits")
        terminal.press("]", PUPILS)
        terminal.wait(lambda text: bool(pointed(text)), "a row under the cursor")
        stand_still(terminal)
        return terminal

    def school(self, name: str, *flags: str) -> Terminal:
        terminal = self.sit(name, *flags)
        terminal.wait_for("Larkmere School")
        terminal.wait_gone("being opened")
        terminal.press(ENTER, "What to do next")
        return terminal


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with seed.estate(tmp_path) as e, ExitStack() as stack:
        september(e)
        e.run(1)  # read to the end: what nobody in the MIS has is Non-MIS
        yield Room(e, tmp_path, stack)


def leave(terminal: Terminal) -> None:
    terminal.send("\x11")
    assert terminal.end() == 0


def seen(terminal: Terminal, words: str) -> None:
    """Another console's doing reaches this one within a look or two."""
    terminal.wait_for(words, limit=30)


def name_at(terminal: Terminal) -> str:
    """Surname and given name of the row under the cursor."""
    return pointed(terminal.text)[12:31].strip()


def marks(terminal: Terminal) -> set[str]:
    return {line[2:40] for line in terminal.lines if line[1:2] == glyphs.MARK}


def test_what_one_decides_the_other_sees_go_and_keeps_place_marks_and_filter(room: Room) -> None:
    """Issue 6: in place, without losing cursor, marks or filter; the counter, too."""
    ann, bob = room.queue("ann"), room.queue("bob")
    seen(ann, "with bob")
    seen(bob, "ann is on this one, too")
    for _ in range(5):
        bob.send(DOWN)
    bob.wait(lambda text: "ann is on this one" not in text, "the word of ann to go")
    stand_still(bob)
    at, first = name_at(bob), name_at(ann)
    assert at
    assert at != first
    decide(ann, "1", PEOPLE)
    seen(bob, f"{PEOPLE - 1} pupils wait")
    assert f" Pupils {PEOPLE - 1}" in bob.text
    bob.wait(lambda text: first not in text, f"{first} to go")
    assert name_at(bob) == at
    family = at.partition(",")[0]
    bob.send(f"/{family}")  # in one go: none of the letters is a key of the list
    bob.wait(lambda text: "Birkett" not in text, "the filter to hold")
    bob.send(ENTER)
    bob.wait_for(f"of {PEOPLE - 1} pupils")
    stand_still(bob)
    decide(ann, "1", PEOPLE - 1)
    seen(bob, f"of {PEOPLE - 2} pupils")
    assert name_at(bob) == at
    leave(ann)
    bob.wait(lambda text: "with ann" not in text, "ann to be gone", limit=30)
    leave(bob)
    assert room.estate.all(tables.Presence) == []


def test_marks_stay_on_their_records_while_another_takes_rows_away(room: Room) -> None:
    """Issue 6: one marks accounts on Non-MIS, the other gives people theirs."""
    ann, bob = room.queue("ann"), room.queue("bob")
    for title in ("No account", "exclu", "accounts"):
        bob.send("]")
        bob.wait_for(title)
    bob.wait_for("old.001")
    bob.settle()
    total = PEOPLE * 4 // 5
    assert f"{total} accounts" in bob.text
    bob.send(DOWN)
    bob.press(" ", "1 marked")
    bob.press(" ", "2 marked")
    marked = marks(bob)
    assert len(marked) == 2
    decide(ann, "1", PEOPLE)
    bob.wait(lambda text: f"{total - 1} accounts" in text, "one account to go", limit=30)
    bob.settle()
    assert "2 marked" in bob.text
    assert marks(bob) == marked
    for each in (ann, bob):
        leave(each)


def test_two_decide_on_one_person_at_once_one_wins_the_other_is_told_by_whom(room: Room) -> None:
    """bars.md, two operators: one wins, the other is told; nothing doubled."""
    ann, bob = room.queue("ann"), room.queue("bob")
    person = name_at(ann)
    assert person == name_at(bob)
    ann.send("1")
    bob.send("n")
    for terminal in (ann, bob):
        terminal.wait(lambda text: waiting(text) == PEOPLE - 1, "the counter to fall", limit=30)
        stand_still(terminal)
    won, lost = (ann, bob) if "Linked" in ann.text else (bob, ann)
    winner = "ann" if won is ann else "bob"
    assert won.text.count("takes it back") == 1
    assert f"({winner}, " in lost.text or f"{winner} decided" in lost.text, lost.text
    assert "takes it back" not in lost.text
    (decision,) = room.estate.all(tables.Decision)
    assert decision.actor == winner
    assert len([link for link in room.estate.all(tables.Link) if link.active]) == 1
    leave(ann)
    leave(bob)


def test_an_onlooker_sees_it_all_and_can_change_nothing(room: Room) -> None:
    """Issue 6: every key that writes is refused with the reason; the store stays as it was."""
    before = digest(room)
    eve = room.school("eve", "--read-only")
    assert "read-only" in eve.lines[0]
    pressed = 0
    for scope in ("overview", "unmatched", "unmatched", *list(TABS)[2:]):
        if scope == "unmatched":
            stand_still(eve)
        pressed += refused_all(eve, [*commands(scope), *commands("workspace")])
        eve.send("]")
        eve.settle()
    assert pressed > 40
    eve.send("q")
    eve.wait_for("Status")
    refused_all(eve, list(commands("schools")))
    assert room.estate.all(tables.Presence) == []
    leave(eve)
    assert digest(room) == before


def refused_all(terminal: Terminal, wanted: list[Command]) -> int:
    """Press each key that writes; between two the last words are cleared away by reading again."""
    pressed = 0
    for each in wanted:
        if not each.writes or not each.keys:
            continue
        for key in each.keys if each.each_key else each.keys[:1]:
            terminal.send(FUNCTION["f5"])
            terminal.wait(lambda text: "Read again." in text, f"Read again before {each.id}")
            terminal.send(TYPED.get(key, key))
            terminal.wait(lambda text: REFUSED in text, f"{each.id} to be refused", limit=20)
            pressed += 1
    return pressed


def digest(room: Room) -> str:
    """Of all that the store holds, as SQL, whatever the file looks like."""
    path = room.folder / "store.sqlite3"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        return hashlib.sha256("\n".join(db.iterdump()).encode()).hexdigest()


def test_the_onlooker_sees_what_the_others_do_and_they_do_not_see_the_onlooker(room: Room) -> None:
    """Issue 6: two work, the third looks; only the two stand in the store."""
    eve, ann, bob = room.queue("eve", "--read-only"), room.queue("ann"), room.queue("bob")
    seen(eve, "with ann, bob")
    seen(eve, "is on this one, too")
    decide(ann, "1", PEOPLE)
    bob.wait(lambda text: waiting(text) == PEOPLE - 1, "ann's decision", limit=30)
    stand_still(bob)
    decide(bob, "1", PEOPLE - 1)
    eve.wait(lambda text: waiting(text) == PEOPLE - 2, "both decisions", limit=30)
    eve.press("1", REFUSED)
    assert "eve" not in ann.text
    assert "eve" not in bob.text
    assert {row.actor for row in room.estate.all(tables.Presence)} == {"ann", "bob"}
    assert [d.actor for d in room.estate.all(tables.Decision)] == ["ann", "bob"]
    assert {row.actor for row in room.estate.all(tables.Journal)} == {"ann", "bob"}
    for each in (eve, ann, bob):
        leave(each)
