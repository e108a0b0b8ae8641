"""Schools for tests that hold for any roster: a fresh store for each example, and accounts in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from connectors.records import Report
from data.store import Store
from data.tables import Account
from tests.fake_mis import Bench, FakeMis

Listed = tuple[str | None, str | None, date | None, str]  # given name, surname, born, role


@contextmanager
def fresh(empty: Path, *reports: Report, **school: Any) -> Iterator[Bench]:
    """A school nobody synced yet, with those reports accepted besides the two of people; ``empty`` is a
    store at its newest revision to copy."""
    with tempfile.TemporaryDirectory() as name:
        shutil.copy(empty, Path(name) / "s.sqlite3")
        with Store.open(f"sqlite:///{name}/s.sqlite3") as store:
            bench = Bench(store, Path(name), FakeMis(), **school)
            bench.accept(*reports)
            yield bench


def directory(bench: Bench, accounts: Sequence[Listed]) -> None:
    """Accounts u0, u1, … as a directory would have listed them."""
    with bench.store.write() as s:
        for n, (given_name, family_name, born, role) in enumerate(accounts):
            s.add(
                Account(
                    school_id=bench.school_id, username=f"u{n}", username_key=f"u{n}", role=role,
                    given_name=given_name, family_name=family_name, date_of_birth=born,
                    domain_key="school:100001",
                )
            )  # fmt: skip
