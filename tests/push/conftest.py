"""A school with accounts, and a directory in memory set up as its target."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import seed
from tests.push_bench import PushBench


@pytest.fixture
def b(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushBench]:
    with seed.estate(tmp_path) as made:
        yield PushBench(made, monkeypatch)
