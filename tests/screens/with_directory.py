"""A school with a directory in memory, for tests of the screens of targets."""

from __future__ import annotations

import pytest

from connectors.targets.base import Entry
from tests import seed
from tests.push_bench import PushBench
from tests.screens.driving import Opened


def with_directory(e: seed.Estate, monkeypatch: pytest.MonkeyPatch) -> tuple[PushBench, Opened]:
    """Six accounts: one entry to adopt, one name taken by an administrator, one stranger."""
    b = PushBench(e, monkeypatch)
    for n in range(4):
        b.account(f"p{n}", "Pia", f"Lee{n}")
    b.account("a.lee", "Ann", "Lee")
    b.account("boss", "Bo", "Ss", role="staff")
    theirs = Entry(remote_id="s1", username="a.lee", email="a.lee@larkmere.example", given_name="Ann",
                   family_name="Lee", display_name="Ann Lee")  # fmt: skip
    boss = Entry(remote_id="s2", username="boss", protected=True)
    b.directory.rows = {"s1": theirs, "s2": boss, "s3": Entry(remote_id="s3", username="old.printer")}
    return b, Opened(e, b.school)
