"""What tests of pushes start from: one school, its accounts, one target, a directory in memory."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.targets.base import Entry
from data.tables import Account, Target, TargetAccount, TargetChange
from misconsole.push import passwords
from misconsole.services import pushes, targets
from misconsole.services.target_views import RehearsalView
from misconsole.services.views import RunView
from tests import seed, targets_fake
from tests.targets_fake import MemoryDirectory

URN = "100001"
NAME = "curriculum"


class PushBench:
    def __init__(
        self,
        e: seed.Estate,
        monkeypatch: pytest.MonkeyPatch | None = None,
        *,
        school: int | None = None,
        **options: str,
    ) -> None:
        self.e = e
        self.directory = MemoryDirectory()
        self.school = school or e.school(URN)
        if monkeypatch is not None:
            targets_fake.register(monkeypatch, self.directory)
        self.target = e.put(
            Target, school_id=self.school, name=NAME, kind="memory", settings={"host": "dc.larkmere.example"},
            secret_ref="school-100001-target-1", created_at=e.now, options=dict(options),
        )  # fmt: skip
        e.secrets.put("school-100001-target-1", {"password": "canary-bind-password"})

    @property
    def desk(self) -> Any:
        return self.e.desk()

    def option(self, **texts: str) -> None:
        targets.set_settings(self.desk, URN, NAME, settings=texts)

    def account(self, username: str, given: str = "", family: str = "", **values: Any) -> int:
        return self.e.account(self.school, username, given or username.title(), family or "Lee", **values)

    def leave(self, account: int, state: str = "unallocated") -> None:
        self.e.change(Account, account, state=state, unallocated_at=self.e.now)

    def restore(self, account: int) -> None:
        self.e.change(Account, account, state="active", unallocated_at=None)

    def push(self, **more: Any) -> RunView:
        return pushes.push_now(self.desk, URN, NAME, opened=self.directory.opened, **more)

    def pushed(self) -> RunView:
        """A push that must go through."""
        run = self.push()
        assert run.state == "succeeded", (run.error, run.held)
        return run

    def plan(self) -> RehearsalView:
        return pushes.rehearse(self.desk, URN, NAME, opened=self.directory.opened)

    def approve(self) -> RunView:
        return pushes.approve(self.desk, URN, NAME, opened=self.directory.opened)

    def adopt(self, *accounts: int, all_exact: bool = False) -> RunView:
        chosen = pushes.choose_adoptable(self.plan().adoptable, accounts=accounts, all_exact=all_exact)
        return pushes.adopt(
            self.desk, URN, NAME, chosen=chosen, all_exact=all_exact, opened=self.directory.opened
        )

    def passwords(self, given: dict[int, str], *, must_change: bool = False) -> dict[int, str]:
        return passwords.set_everywhere(
            self.desk, URN, given, must_change=must_change, open_directory=self.directory.opened
        )

    def entry(self, account: int) -> Entry:
        """The entry of an account, found by our mark; there is exactly one."""
        found = [e for e in self.directory.rows.values() if e.anchor == f"{URN}-{account}"]
        assert len(found) == 1, found
        return found[0]

    def known_names(self) -> dict[str, int]:
        """username -> account"""
        return {row.username: row.id for row in self.e.all(Account)}

    def known(self, account: int) -> TargetAccount:
        rows = self.e.all(TargetAccount, account_id=account)
        assert len(rows) == 1
        return rows[0]  # type: ignore[no-any-return]

    def journal(self, **equal: Any) -> list[TargetChange]:
        return self.e.all(TargetChange, **equal)
