"""A seeded store and a console on it; time zone and clock are fixed so that pictures stay the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import seed
from tests.screens.driving import Opened


@pytest.fixture(autouse=True)
def a_fixed_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from screens import glyphs

    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    time.tzset()
    glyphs.use_ascii(False)
    yield
    glyphs.use_ascii(False)


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[seed.Estate]:
    with seed.estate(tmp_path) as e:
        yield e


@pytest.fixture
def larkmere(estate: seed.Estate) -> Opened:
    """One school with work in every queue, and the console over it."""
    return Opened(estate, seed.larkmere(estate))
