"""A school with a MIS in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.store import Store
from tests.fake_mis import Bench


@pytest.fixture
def bench(store: Store, tmp_path: Path) -> Bench:
    """Twelve pupils and four teachers in create mode, never synced."""
    return Bench(store, tmp_path)


@pytest.fixture
def synced(bench: Bench) -> Bench:
    """The same after its first sync."""
    assert bench.sync().state == "succeeded"
    return bench
