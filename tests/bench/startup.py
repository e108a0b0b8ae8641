"""Start-up: quick commands beside a five-line script, the console beside a minimal Textual app."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.show import interleaved, ms, table, verdict
from tests.terminal.pty import Terminal

SCRIPT = """\
import argparse, sqlite3
parser = argparse.ArgumentParser(); parser.add_argument("path"); path = parser.parse_args().path
rows = sqlite3.connect(path).execute("select name from school").fetchall()
print(*rows, sep="\\n")
"""
MINIMAL = """\
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self):
        yield Static("Schools ready")
Minimal().run()
"""
MISCONSOLE = str(Path(sys.executable).with_name("misconsole"))


def compiled_env(folder: Path) -> dict[str, str]:
    """Compiled bytecode, as an installed program has it, and a home of our own."""
    env = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTHONDONTWRITE", "MISCONSOLE", "TEXTUAL"))
    }
    return env | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}


def timed(words: list[str], env: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(words, env=env, check=False, capture_output=True)
    return time.perf_counter() - started


def painted(words: list[str], env: dict[str, str], text: str) -> float:
    with Terminal(words, env=env) as terminal:
        return terminal.wait_for(text)


def first_frame(words: list[str], env: dict[str, str]) -> float:
    with Terminal(words, env=env) as terminal:
        return terminal.wait(lambda screen: bool(screen.strip()), "a first frame")


def main(*, quick: bool = False) -> None:
    rounds = 3 if quick else 15
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = compiled_env(folder)
        store = folder / "store.sqlite3"
        env["MISCONSOLE_STORE"] = f"sqlite:///{store}"
        for number in range(15):
            subprocess.run(
                [MISCONSOLE, "school", "add", f"Larkmere {number}", "--urn", str(199000 + number)],
                env=env,
                check=True,
                capture_output=True,
            )
        script, minimal = folder / "script.py", folder / "minimal.py"
        script.write_text(SCRIPT)
        minimal.write_text(MINIMAL)
        commands(env, script, store, rounds)
        console(env, minimal, rounds)


def commands(env: dict[str, str], script: Path, store: Path, rounds: int) -> None:
    tasks = {"five-line script": lambda: timed([sys.executable, str(script), str(store)], env)}
    for words in (["status"], ["status", "--json"], ["--version"], ["--help"]):
        tasks["misconsole " + " ".join(words)] = lambda words=words: timed([MISCONSOLE, *words], env)
    for task in tasks.values():
        task()  # the first run writes bytecode
    seen = interleaved(tasks, rounds=rounds)
    floor = seen["five-line script"]
    table(
        ["ratio", "what", "median", "bar"],
        [[f"{s / floor:.2f}x", name, ms(s), verdict(s / floor, 2)] for name, s in seen.items()],
    )


def console(env: dict[str, str], minimal: Path, rounds: int) -> None:
    tasks = {
        "minimal app, first frame": lambda: first_frame([sys.executable, str(minimal)], env),
        "console, first frame": lambda: first_frame([MISCONSOLE], env),
        "console, school list usable": lambda: painted([MISCONSOLE], env, "Larkmere 3"),
    }
    for task in tasks.values():
        task()
    seen = interleaved(tasks, rounds=rounds)
    floor = seen["minimal app, first frame"]
    bars = {"console, first frame": 1.3, "console, school list usable": 2.5}
    print()
    table(
        ["ratio", "what", "median", "bar"],
        [
            [f"{s / floor:.2f}x", name, ms(s), verdict(s / floor, bars[name]) if name in bars else ""]
            for name, s in seen.items()
        ],
    )
