#!/usr/bin/env python3
"""Everything a fresh clone needs, with nothing but Python and pip: set up, demo, test, check, bench.

    python3 dev.py demo     set up what is missing, then open the console on the demo estate
    python3 dev.py test     set up what is missing, then pass the tests (more words go to pytest)

Also: setup, check (lint, types, layers), bench [NAME], lock (renew locks/), run WORDS (misconsole itself).
The environment lives in .venv, made from the hash-locked lists in locks/ and renewed when they change.
"""

from __future__ import annotations

import compileall
import hashlib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PACKAGES = ("misconsole", "connectors", "data", "screens")
OLDEST = (3, 11)


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def binary(name: str) -> Path:
    folder, ending = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
    return VENV / folder / (name + ending)


def stamp_of(lock: Path) -> str:
    wanted = lock.read_bytes() + (HERE / "pyproject.toml").read_bytes()
    return f"{hashlib.sha256(wanted).hexdigest()} {HERE}"


def call(*words: object, env: dict[str, str] | None = None) -> int:
    return subprocess.run([str(w) for w in words], cwd=HERE, env=env, check=False).returncode


def must(*words: object) -> None:
    code = call(*words)
    if code:
        say(f"dev.py: this failed with code {code}: {' '.join(str(w) for w in words)}")
        say("dev.py: nothing else was done. Mend what is named above and run the same command again.")
        sys.exit(code)


def make_environment() -> list[object]:
    """Make .venv if it is missing; give back the words that call pip for it.

    Debian splits ensurepip away from Python, so where ``venv`` can't bring pip, the pip that is
    there installs into the new environment from outside.
    """
    python = binary("python")
    if not python.exists():
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False, **quiet)
        if made.returncode:
            must(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    inside = subprocess.run([str(python), "-m", "pip", "--version"], check=False, capture_output=True)
    if inside.returncode == 0:
        return [python, "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", python]


def setup(lock_name: str = "run") -> None:
    """Bring .venv up to the lock; nothing is done (and nothing printed) when it already is."""
    lock = HERE / "locks" / f"{lock_name}.txt"
    for name in ("dev", lock_name):  # whoever has the dev environment has all that a run needs
        stamp = VENV / f"installed-{name}"
        if stamp.exists() and stamp.read_text() == stamp_of(HERE / "locks" / f"{name}.txt"):
            return
    say(f"dev.py: setting up .venv from locks/{lock_name}.txt; this happens once and takes a minute or two")
    pip = make_environment()
    must(*pip, "install", "--quiet", "--require-hashes", "-r", lock)
    must(*pip, "install", "--quiet", "--no-deps", "--editable", HERE)
    for package in PACKAGES:
        compileall.compile_dir(HERE / package, quiet=2)
    (VENV / f"installed-{lock_name}").write_text(stamp_of(lock))


def check() -> int:
    """Lint, format, types and the four layers; every one runs, the first failure is the code."""
    codes = [
        call(binary("ruff"), "check", "."),
        call(binary("ruff"), "format", "--check", "."),
        call(binary("mypy")),
        call(binary("lint-imports")),
    ]
    return next((code for code in codes if code), 0)


def lock() -> None:
    """Renew locks/ from pyproject.toml (needs uv in the environment or on the path)."""
    common = ["--universal", "--python-version", "3.11", "--generate-hashes"]
    common += ["--no-header", "--no-annotate", "--upgrade"]
    for name, group in (("run", []), ("dev", ["--group", "dev"])):
        must("uv", "pip", "compile", "-q", "pyproject.toml", *group, *common, "-o", f"locks/{name}.txt")


def main(words: list[str]) -> int:
    if sys.version_info < OLDEST:
        say(f"dev.py: Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.")
        return 2
    command, rest = (words[0], words[1:]) if words else ("", [])
    if command in ("demo", "run"):
        setup("run")
        return call(binary("misconsole"), *(["demo"] if command == "demo" else []), *rest)
    if command in ("setup", "test", "check", "bench"):
        setup("dev")
        if command == "test":
            return call(binary("python"), "-m", "pytest", *(rest or ["-n", "2", "--dist", "loadfile"]))
        if command == "bench":
            return call(binary("python"), "-m", "tests.bench", *rest)
        return check() if command == "check" else 0
    if command == "lock":
        lock()
        return 0
    say(__doc__ or "")
    return 0 if command in ("", "help", "--help", "-h") else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
