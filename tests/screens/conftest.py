"""A seeded store and a console on it; time zone and clock are fixed so that pictures stay the same."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from screens.console import Console
from tests import seed
from tests.screens.driving import Opened

PICTURES = "TEXTUAL_SNAPSHOT_TEMPDIR"  # where the snapshot plugin keeps what it compares


@pytest.fixture(autouse=True)
def a_fixed_terminal(
    _pictures: str | None, clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    from screens import glyphs
    from screens.remembering import Remembering

    keep = Remembering.keep

    def only_when_it_ends(memory: Remembering, console: Console, *, at_once: bool = False) -> None:
        """It is written every few seconds, too: with a slow machine only, so never in a test."""
        if at_once:
            keep(memory, console, at_once=True)

    monkeypatch.setattr(Remembering, "keep", only_when_it_ends)
    if _pictures:
        monkeypatch.setenv(PICTURES, _pictures)

    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    time.tzset()
    glyphs.use_ascii(False)
    yield
    glyphs.use_ascii(False)


@pytest.fixture(scope="session")
def _pictures() -> str | None:
    """The plugin's folder, before the environment is cleaned."""
    return os.environ.get(PICTURES)


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[seed.Estate]:
    with seed.estate(tmp_path) as e:
        yield e


@pytest.fixture
def larkmere(estate: seed.Estate) -> Opened:
    """One school with work in every queue, and the console over it."""
    return Opened(estate, seed.larkmere(estate))
