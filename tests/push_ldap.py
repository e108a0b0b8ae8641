"""A school that was synced, and its accounts in a real directory server, for the tests of the whole chain."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from connectors.records import Report
from data.store import Store
from data.tables import Account, Connection, Link, Person, TargetAccount
from misconsole.services import handout, pushes, targets
from misconsole.services.handout_views import Wish
from misconsole.services.target_views import RehearsalView
from misconsole.services.views import RunView
from tests.connectors.directories import BIND_PASSWORD, Directory
from tests.fake_mis import Bench, FakeMis, a_school

NAME = "curriculum"
OPTIONS = {
    "place_pupil": "Pupils/{registration_group}", "place_staff": "Staff", "place_leaver": "Leavers",
    "limit_suspend_share": "none",
}  # fmt: skip
Row = dict[str, Any]


class Chain:
    """MIS, store and directory of one school, and short words for what happens to them."""

    def __init__(
        self, store: Store, folder: Path, directory: Directory, base: str, mis: FakeMis | None = None
    ) -> None:
        self.bench = Bench(store, folder, mis or a_school(pupils=6, teachers=2))
        self.directory, self.base, self.folder = directory, base, folder
        self.bench.options(limit_unallocate_count="none", limit_unallocate_share="none")
        with store.write() as s:
            connection = s.get_one(Connection, self.bench.one(Connection).id)
            connection.mis, connection.route = "arbor", "wonde"  # what may leave the house is asked of these
            s.add(connection)
        self.synced()
        targets.add(
            self.bench.desk, self.bench.urn, name=NAME, kind="ldap",
            settings={**directory.settings(base), **OPTIONS}, secrets={"bind_password": BIND_PASSWORD},
        )  # fmt: skip

    @property
    def desk(self) -> Any:
        return self.bench.desk

    @property
    def urn(self) -> str:
        return self.bench.urn

    def synced(self) -> None:
        run = self.bench.sync(full=True)
        assert run.state == "succeeded", (run.error, run.held)

    def configure(self, **settings: str) -> None:
        targets.set_settings(self.desk, self.urn, NAME, settings=settings)

    def push(self) -> RunView:
        return pushes.push_now(self.desk, self.urn, NAME)

    def pushed(self) -> dict[str, int]:
        """What a push that must go through changed."""
        run = self.push()
        assert run.state == "succeeded", (run.error, run.held)
        assert not run.changes.get("refused"), run.messages
        return {k: n for k, n in run.changes.items() if n and k != "unchanged"}

    def plan(self) -> RehearsalView:
        return pushes.rehearse(self.desk, self.urn, NAME)

    def settled(self) -> bool:
        """Nothing is left to write, nothing differs, nobody is disputed."""
        seen = self.plan()
        return not (seen.steps or seen.drift or seen.conflicts or seen.adoptable)

    # Who is who

    def account(self, source_id: str) -> Account:
        person = self.bench.one(Person, source_id=source_id)
        link = self.bench.rows(Link, person_id=person.id)[-1]
        return self.bench.one(Account, id=link.account_id)  # type: ignore[no-any-return]

    def known(self, account: Account) -> TargetAccount:
        return self.bench.one(TargetAccount, account_id=account.id)  # type: ignore[no-any-return]

    def everybody(self, base: str = "") -> list[Row]:
        return self.directory.rows(base or self.base, "(objectClass=person)")

    def there(self, account: Account) -> Row:
        """The one entry that bears the account's mark."""
        attribute = "admindescription" if self.directory.flavour == "ad" else "employeenumber"
        [row] = [r for r in self.everybody() if r.get(attribute) == [f"{self.urn}-{account.id}".encode()]]
        return row

    def empty(self) -> None:
        """Take away whatever is below the base."""
        self.directory.clear(self.base)
        self.directory.make(self.base, objectClass=["organizationalUnit"])

    def usernames(self) -> list[str]:
        attribute = "samaccountname" if self.directory.flavour == "ad" else "uid"
        return sorted(row[attribute][0].decode() for row in self.everybody())

    def ours(self) -> list[str]:
        return sorted(row.username for row in self.bench.rows(Account, state="active"))

    def addresses(self, account: Account) -> set[str]:
        row = self.there(account)
        if self.directory.flavour != "ad":
            return {value.decode() for value in row["mail"]}
        return {value.decode().partition(":")[2] for value in row["proxyaddresses"]}

    def shut_out(self, account: Account) -> bool:
        row = self.there(account)
        if self.directory.flavour == "ad":
            return bool(int(row["useraccountcontrol"][0]) & 2)
        return row.get("pwdaccountlockedtime") == [b"000001010000Z"]

    def must_change(self, account: Account) -> bool:
        row = self.there(account)
        if self.directory.flavour == "ad":
            return bool(row["pwdlastset"] == [b"0"])
        return row.get("pwdreset") == [b"TRUE"]

    def may_sign_in(self, account: Account, password: str) -> bool:
        return self.directory.may_sign_in(self.there(account)["dn"], password)

    # Passwords

    def hand_out(self, *accounts: Account, again: bool = False) -> dict[str, str]:
        """username -> password, as the file that is given to the school says."""
        number = len(list(self.folder.glob("handout-*.csv")))
        path = self.folder / f"handout-{number}.csv"
        done = handout.hand_out(
            self.desk, self.urn, Wish(form="csv", ids=tuple(a.id or 0 for a in accounts), again=again), path
        )
        assert not done.left_out, done.left_out
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        head = [cell.casefold() for cell in rows[0]]
        return {row[head.index("username")]: row[head.index("password")] for row in rows[1:]}


def leave(chain: Chain, *source_ids: str) -> None:
    chain.bench.drop(Report.STUDENTS, *source_ids)
