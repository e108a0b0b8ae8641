"""What a command may import at run time; layers say what may be written, this what is paid for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.store import Store
from misconsole.cli.frame import COMMANDS

HEAVY = (
    "textual",
    "rich",
    "sqlmodel",
    "sqlalchemy",
    "alembic",
    "httpx",
    "pydantic",
    "keyring",
    "cryptography",
)
QUIET = """
import json, sys
from misconsole.__main__ import main
sys.stdout = open({null!r}, "w")
code = main({words!r})
sys.stdout.close()
sys.stdout = sys.__stdout__
print(json.dumps([code, sorted(sys.modules)]))
"""


def modules_after(words: list[str]) -> tuple[int, set[str]]:
    code = QUIET.format(null="/dev/null", words=words)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    exit_code, modules = json.loads(done.stdout)
    return exit_code, set(modules)


@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["status"], ["status", "--json"], ["status", "--help"]]
)
def test_a_quick_answer_imports_nothing_heavy(words: list[str], store: Store) -> None:
    store.close()
    exit_code, modules = modules_after([*words, "--store", store.url])
    assert exit_code == (3 if words[0] == "status" and "--help" not in words else 0)
    assert modules.isdisjoint(HEAVY)


def test_help_imports_no_command(store: Store) -> None:
    _, modules = modules_after(["--help"])
    assert {name for name in modules if name.startswith("misconsole.cli.")} == {
        "misconsole.cli.frame",
        "misconsole.cli.out",
    }


@pytest.mark.parametrize(
    "module",
    [
        "misconsole.cli.frame", "misconsole.cli.out", "misconsole.cli.desk", "misconsole.__main__",
        "misconsole.paths", "misconsole.text", "misconsole.errors", "misconsole.secrets", "misconsole.crash",
        "misconsole.services.status", "misconsole.services.views", "misconsole.services.desk",
        "data.status", "data.errors", "data.migrations", "data.sqlite",
    ],
)  # fmt: skip
def test_a_light_module_stays_light(module: str) -> None:
    code = f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)).isdisjoint(HEAVY)


@pytest.mark.parametrize("name", sorted({module for module, _ in COMMANDS.values()}))
def test_a_command_module_itself_is_light(name: str) -> None:
    """Each imports what it needs when it runs, so that its --help is quick."""
    code = f"import sys, json, {name}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)).isdisjoint(HEAVY)


FIRST_FRAME = """
import json, os, sys
from functools import partialmethod
import misconsole.__main__ as entry
from screens import terminal
entry.cannot_show = terminal.refusal = lambda env: ""
terminal.settle(os.environ)
from textual.app import App
from screens.console import Console
App.run = partialmethod(App.run, headless=True)
again = []
App.refresh_css = lambda self, animate=True: again.append(self)
def painted(self):
    modules, styles = sorted(sys.modules), [path for path, _ in self.stylesheet.source]
    print(json.dumps([modules, styles, len(again), type(self.screen).__name__]))
    self.exit(0)
Console._open_store = painted
raise SystemExit(entry.main([]))
"""
LATER = {
    "argparse", "gettext", "ctypes", "misconsole.cli.frame", "misconsole.config", "misconsole.services.desk",
    "misconsole.services.permits", "misconsole.services.status", "misconsole.services.views",
    "screens.crash", "screens.demo", "screens.help", "screens.prompts",
}  # fmt: skip


def test_the_first_frame_waits_for_nothing_that_only_later_ones_need(store: Store, tmp_path: Path) -> None:
    """Bar: 1.3x of a minimal app. Style sheets are read once, and those of what is behind a key not yet."""
    store.close()
    places = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(tmp_path))
    env = {k: v for k, v in os.environ.items() if not k.startswith("MISCONSOLE")} | places
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME],
        capture_output=True, text=True, check=True, env=env | {"MISCONSOLE_STORE": store.url},
    )  # fmt: skip
    modules, styles, again, screen = json.loads(done.stdout)
    assert screen == "Schools"
    assert "textual" in modules
    assert set(modules).isdisjoint({*HEAVY, *LATER} - {"textual", "rich"})
    files = {path.rpartition("/")[2].partition(":")[0] for path in styles}
    assert files >= {"app.tcss", "painted.py"}
    assert files.isdisjoint({"later.tcss", "field.py", "_input.py"})
    assert again == 0
