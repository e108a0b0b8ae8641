"""The main job through a real terminal of 80x24, by keyboard alone: connect a school, watch it sync, work
what waits, take it back.  One estate serves the whole story, as it would for an operator's morning."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.terminal.pty import DOWN, ENTER, ESCAPE, TAB, Terminal

pytestmark = pytest.mark.terminal

MISCONSOLE = str(Path(sys.executable).with_name("misconsole"))
CTRL_P = "\x10"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an operator who has nothing set."""
    place = tmp_path_factory.mktemp("operator")
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "PYTHONPATH")}
    return kept | {
        "HOME": str(place),
        "TERM": "xterm-256color",
        "XDG_CONFIG_HOME": str(place / "config"),
        "XDG_DATA_HOME": str(place / "data"),
        "XDG_STATE_HOME": str(place / "state"),
        "XDG_CACHE_HOME": str(place / "cache"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "estate"


@pytest.fixture
def console(home: dict[str, str], folder: Path) -> Iterator[Terminal]:
    with Terminal([MISCONSOLE, "demo", "--at", str(folder)], env=home) as terminal:
        terminal.wait_for("15 schools", limit=180)
        yield terminal


def ask(home: dict[str, str], folder: Path, *words: str) -> dict[str, object]:
    """The same estate, asked without a screen."""
    store = f"sqlite:///{folder / 'misconsole.sqlite3'}"
    env = home | {"MISCONSOLE_CONFIG": str(folder), "MISCONSOLE_DEMO_CLOCK": str(folder / "clock")}
    done = subprocess.run(
        [MISCONSOLE, *words, "--json", "--store", store], env=env, capture_output=True, text=True, check=False
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def choose(terminal: Terminal, words: str, then: str) -> None:
    """Filter the list to one row and come back to it."""
    terminal.send("/")
    terminal.settle()
    terminal.press(words, "Esc clears it")
    terminal.settle(0.3)
    terminal.send(ENTER)
    terminal.wait_for(f"match “{words}”")
    terminal.wait_for(then)
    terminal.settle()


def command(terminal: Terminal, words: str) -> None:
    """Run a command from the palette."""
    terminal.send(CTRL_P)
    terminal.wait_for("Type a command")
    terminal.send(words)
    terminal.settle(0.4)
    terminal.send(ENTER)
    terminal.settle(0.3)


def to_tab(terminal: Terminal, words: str) -> None:
    """Tab by tab to the right until one is headed so; each is waited for until it has read its rows."""
    for _ in range(10):
        terminal.settle(0.3)
        terminal.wait_gone("Reading…")
        if words in terminal.text and "What to do next" not in terminal.text:
            return
        heading = terminal.lines[2]
        terminal.send("]")
        terminal.wait(lambda _, old=heading: terminal.lines[2] != old, "the next tab")
    raise AssertionError(f"no tab says {words!r}:\n{terminal.text}")


def connect(terminal: Terminal) -> None:
    """B1, B3, B6: the numbered guide, from the MIS to the first sync."""
    choose(terminal, "saltmere", "1 of 15 schools")
    terminal.press("c", "MISs")
    choose(terminal, "scholar", "ScholarPack")
    terminal.press(ENTER, "Step 1: Register the school")
    terminal.press(ENTER, "Step 2: Type the Wonde token")
    terminal.settle()
    terminal.send(ENTER)
    terminal.settle()
    terminal.press(ENTER, "Step 3: Find the school")
    terminal.press(ENTER, "Access is pending")
    command(terminal, "approve as the school")
    terminal.wait_for("Step 5: Test the connection")
    terminal.press(ENTER, "Both tests passed")
    terminal.send(DOWN)
    terminal.wait_for("Step 6: Accept reports")
    terminal.press(ENTER, "What may flow")
    for title in ("Staff (Current)", "Students (Current)"):
        terminal.settle()
        terminal.press("a", f"✓ {title}: accepted")
        terminal.send(DOWN)
    terminal.press("q", "Step")
    terminal.settle()
    terminal.press("s", "✓ apply")
    terminal.wait_for("succeeded")


def test_a_school_is_connected_approved_synced_and_worked_by_keyboard_alone(
    console: Terminal, home: dict[str, str], folder: Path
) -> None:
    """B1 B3 B6 C3 K3 Q3 R1 U2: connect, approve, watch, link, create, exclude, restore and undo."""
    connect(console)
    (school,) = ask(home, folder, "status", "990006")["schools"]  # type: ignore[misc]
    assert school["last_checked"] and school["last_changed"]
    assert ask(home, folder, "queue", "990006", "unmatched-pupils")["items"] == []

    console.press("q", "Connect")
    console.press("q", "of 15 schools")
    console.send(ESCAPE)
    console.wait_gone("match “saltmere”")
    choose(console, "holmwick", "1 of 15 schools")
    console.wait_for("▲ waiting")
    console.press(ENTER, "What to do next")
    to_tab(console, "members of staff wait")
    before = ask(home, folder, "queue", "990005", "unmatched-staff")["items"]
    console.press("1", "✓ Linked")
    linked = ask(home, folder, "queue", "990005", "unmatched-staff")["items"]
    assert len(linked) == len(before) - 1  # type: ignore[arg-type]
    console.press("u", "✓ Taken back")
    assert ask(home, folder, "queue", "990005", "unmatched-staff")["items"] == before

    to_tab(console, "pupils wait")
    waiting = len(ask(home, folder, "queue", "990005", "unmatched-pupils")["items"])  # type: ignore[arg-type]
    console.press("n", "✓ Created")
    made = len(ask(home, folder, "queue", "990005", "unmatched-pupils")["items"])  # type: ignore[arg-type]
    assert made == waiting - 1
    console.settle()
    console.press("x", "must never get an account")
    console.settle()
    console.send("Court order")
    console.send(TAB)
    console.settle()
    console.send(ENTER)
    console.wait_for("✓ Excluded")
    left = len(ask(home, folder, "queue", "990005", "unmatched-pupils")["items"])  # type: ignore[arg-type]
    assert left == waiting - 2, console.text

    command(console, "let a day pass")
    console.settle()
    console.press("q", "of 15 schools")
    console.press("s", "✓ apply")
    console.press("o", "What to do next")
    to_tab(console, "taken away")
    gone = ask(home, folder, "queue", "990005", "unallocated")["items"]
    assert gone
    console.press("r", "✓ Restored")
    assert len(ask(home, folder, "queue", "990005", "unallocated")["items"]) == len(gone) - 1  # type: ignore[arg-type]
    console.press("u", "✓ Taken back")
    assert ask(home, folder, "queue", "990005", "unallocated")["items"] == gone
    console.send("\x11")
    assert console.end() == 0


def test_hanging_up_and_termination_restore_the_terminal(home: dict[str, str], folder: Path) -> None:
    for sent, code in ((signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        store = f"sqlite:///{folder / 'misconsole.sqlite3'}"
        with Terminal([MISCONSOLE, "--store", store], env=home, keep=True) as terminal:
            terminal.wait_for("schools")
            terminal.settle()
            terminal.process.send_signal(sent)
            assert terminal.end() == code
            assert b"\x1b[?1049l" in bytes(terminal.raw), "the alternate screen was not left"
            assert b"\x1b[?25h" in bytes(terminal.raw), "the cursor was not given back"


def test_a_terminal_that_stops_reading_and_then_hangs_up_leaves_no_console_behind(
    home: dict[str, str], folder: Path
) -> None:
    """bars.md: a terminal stalled and hung up; the console waits to be read until it is told to end."""
    store = f"sqlite:///{folder / 'misconsole.sqlite3'}"
    with Terminal([MISCONSOLE, "--store", store], env=home, keep=True, columns=200, rows=60) as terminal:
        terminal.wait_for("schools")
        terminal.settle()
        terminal.send("?q" * 150)  # each paints every line anew, and nobody reads it
        stuck(terminal)
        terminal.process.send_signal(signal.SIGHUP)
        assert terminal.process.wait(timeout=120) == 129


def stuck(terminal: Terminal) -> None:
    """Wait, without reading, until what it writes stands still: it waits for somebody to read."""
    before, same = (0.0, 0.0), 0
    while same < 10:
        times = psutil.Process(terminal.process.pid).cpu_times()
        now = (round(times.user, 2), round(times.system, 2))
        same = same + 1 if now == before else 0
        before = now
        select.select([], [], [], 0.2)


def test_a_terminal_that_cannot_draw_is_refused_with_the_command_to_use_instead(home: dict[str, str]) -> None:
    with Terminal([MISCONSOLE], env=home | {"TERM": "dumb"}, keep=True) as terminal:
        assert terminal.end() == 2
        assert "misconsole status" in terminal.text
        assert b"\x1b[" not in bytes(terminal.raw)


def test_it_lives_through_every_size_of_terminal(home: dict[str, str], folder: Path) -> None:
    store = f"sqlite:///{folder / 'misconsole.sqlite3'}"
    with Terminal([MISCONSOLE, "--store", store], env=home, columns=120, rows=40) as terminal:
        terminal.wait_for("Larkmere Academy")
        for columns, rows in ((20, 5), (80, 24), (200, 60), (80, 24)):
            terminal.resize(columns, rows)
            terminal.settle(0.3)
        terminal.press(ENTER, "What to do next")
        terminal.send(ESCAPE)
        terminal.send("\x11")
        assert terminal.end() == 0
