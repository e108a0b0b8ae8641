"""What the tests of services start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import seed


@pytest.fixture
def e(tmp_path: Path) -> Iterator[seed.Estate]:
    """An empty estate in a real store."""
    with seed.estate(tmp_path) as made:
        yield made
