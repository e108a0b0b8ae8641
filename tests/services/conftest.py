"""What the tests of services start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store import Store
from tests import seed
from tests.fake_mis import Bench


@pytest.fixture
def e(tmp_path: Path) -> Iterator[seed.Estate]:
    """An empty estate in a real store."""
    with seed.estate(tmp_path) as made:
        yield made


@pytest.fixture
def bench(store: Store, tmp_path: Path) -> Bench:
    """Twelve pupils and four teachers of a MIS in memory, in create mode, never synced."""
    return Bench(store, tmp_path)


@pytest.fixture
def synced(bench: Bench) -> Bench:
    """The same after its first sync."""
    assert bench.sync().state == "succeeded"
    return bench
