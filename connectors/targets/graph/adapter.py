"""The Microsoft 365 target. Facts of the interface: docs/targets/graph.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from connectors.errors import BadSettings, ConnectorError
from connectors.http import Http, Limits, Refusal, check_base
from connectors.oauth import Token, client_credentials
from connectors.targets.answers import Row, address_of, listed, pages, text
from connectors.targets.base import Entry, NameTaken, PartlyRefused, TargetRefused, TargetSetup, Wanted
from connectors.targets.cloud import Cloud
from connectors.targets.graph import rows
from connectors.targets.graph.declaration import DECLARATION
from connectors.targets.graph.refusals import judge
from connectors.targets.graph.roles import NEXT, admins
from connectors.typed import secret_of, settings_of

SELECT = ",".join(rows.FIELDS)
PAGE = 999
INDEXED = {"ConsistencyLevel": "eventual"}  # what a search by our attribute needs, with $count
SHORT = 16  # characters employeeId takes


class Graph(Cloud):
    declaration = DECLARATION
    users = "users"

    def __init__(self, setup: TargetSetup, *, limits: Limits | None = None) -> None:
        """Raises BadSettings."""
        super().__init__(setup, limits=limits)
        told = settings_of(DECLARATION, setup, whole=True)
        self._secret = secret_of(DECLARATION, setup, "client_secret")
        if not self._secret:
            raise BadSettings("The client secret is missing.", mend="Type the value of a client secret.")
        self.base, self.token_base = check_base(told["url"]), check_base(told["login_url"])
        self.secrets = (self._secret,)
        self._tenant, self._client_id = told["tenant"], told["client_id"]
        self._domain, self._attribute = told["domain"].lower(), told["anchor_attribute"]
        self._location, self._keeps_old = told["usage_location"], told["old_addresses"] == "other_mails"
        self._admins: frozenset[str] | None = None

    # -- what Cloud asks ------------------------------------------------------------

    def _token(self, http: Http) -> Callable[[], Token]:
        parts = urlsplit(self.base)
        return client_credentials(
            http, f"{self._tenant}/oauth2/v2.0/token", client_id=self._client_id,
            client_secret=self._secret, scope=f"{parts.scheme}://{parts.netloc}/.default", in_body=True,
        )  # fmt: skip

    def _judge(self, refusal: Refusal) -> ConnectorError | None:
        return judge(refusal)

    def _row(self, key: str) -> Row:
        found = self.http.get(self._user(key), {"$select": SELECT}).data
        return found if isinstance(found, dict) else {}

    def _entry(self, row: Row) -> Entry:
        if self._admins is None:
            self._admins = admins(self.http)
        return rows.entry(row, attribute=self._attribute, admins=self._admins)

    def _rows(self) -> Iterator[Row]:
        """All of the tenant, of which the domain's are kept: a search would ask an index that lags."""
        for row in self._list({"$select": SELECT, "$top": str(PAGE)}, {}):
            if not self._domain or text(row, "userPrincipalName").lower().endswith(f"@{self._domain}"):
                yield row

    def _search(self, anchor: str) -> Iterator[Row]:
        path = self._attribute if self._attribute == "employeeId" else f"{rows.EXTENSIONS}/{self._attribute}"
        where = f"{path} eq '{anchor.replace(chr(39), chr(39) * 2)}'"
        return self._list({"$filter": where, "$count": "true", "$select": SELECT}, INDEXED)

    def _list(self, asked: dict[str, str], headers: dict[str, str]) -> Iterator[Row]:
        """The link to the next page is whole, and refused by the client where it leads to another host."""

        def fetch(mark: str) -> tuple[Iterable[object], str]:
            answer = self.http.get(mark, asked if mark == "users" else None, headers)
            return listed(answer.data, "value", ""), text(answer.data, NEXT)

        return pages("users", fetch)

    def _rights(self) -> str:
        answer = self.http.get("users", {"$select": "id", "$top": "1"})
        listed(answer.data, "value", answer.url)
        self._admins = admins(self.http)
        return "Users can be read, and who is an administrator. Writing shows only when tried."

    # -- changes --------------------------------------------------------------------

    def create(self, wanted: Wanted, *, password: str, must_change: bool) -> Entry:
        self._fits(wanted.anchor)
        if (there := self.find(wanted.anchor)) is not None:
            return there
        address = address_of(wanted.username, wanted.email, self._domain)
        body = rows.new(
            wanted,
            address,
            password,
            must_change=must_change,
            attribute=self._attribute,
            location=self._location,
        )
        try:
            row = self._change("POST", "users", body, again=False, password=password)
        except NameTaken:
            ours = self._taken_by(address, wanted.anchor)
            if ours is None:
                raise
            return ours
        row = {**body, **row, **rows.anchored(wanted.anchor, self._attribute)}
        entry = self._new(row)
        return self._best(lambda: self._also_at(entry.remote_id, row, wanted.aliases), entry)

    def update(self, remote_id: str, wanted: Wanted, *, fields: frozenset[str]) -> Entry:
        row = self._to_change(remote_id)
        if body := rows.changed(row, wanted, fields, self._attribute):
            row = self._patched(remote_id, row, body)
        return self._also_at(remote_id, row, wanted.aliases if "aliases" in fields else frozenset())

    def rename(self, remote_id: str, wanted: Wanted, *, keep: frozenset[str]) -> Entry:
        row = self._to_change(remote_id)
        address = address_of(wanted.username, wanted.email, self._domain)
        old = text(row, "userPrincipalName")
        if old != address:
            body = {"userPrincipalName": address, "mailNickname": rows.nickname(address)}
            row = self._patched(remote_id, row, body)
            # Exchange keeps the old address of a mailbox by itself; whether it did is looked at
            row = {**(self._looked(remote_id) or row), **body}
        left = {each for each in (*keep, old) if each.lower() != address.lower()}
        return self._also_at(remote_id, row, frozenset(left))

    def move(self, remote_id: str, place: tuple[str, ...]) -> Entry:  # noqa: ARG002 - the contract's
        raise TargetRefused(
            "Microsoft 365 has no tree of places to move an entry in.", mend="Set no places for this target."
        )

    def enable(self, remote_id: str, *, on: bool) -> Entry:
        row = self._to_change(remote_id)
        if (row.get("accountEnabled") is not False) != on:
            row = self._patched(remote_id, row, {"accountEnabled": on})
        if not on:
            self._sign_out(remote_id)
        return self._entry(row)

    def _sign_out(self, remote_id: str) -> None:
        try:
            self._change("POST", f"{self._user(remote_id)}/revokeSignInSessions", {}, key=remote_id)
        except TargetRefused as problem:
            raise PartlyRefused(
                f"Sign-in is blocked, but sessions that are open go on until they end. {problem.message}",
                mend="Give the app the permission User.RevokeSessions.All; then push again.",
                where=problem.where,
            ) from None

    def adopt(self, remote_id: str, anchor: str) -> Entry:
        self._fits(anchor)
        row = self._to_change(remote_id)
        theirs = rows.anchor(row, self._attribute)
        if theirs and theirs != anchor:
            raise NameTaken(
                "The entry bears another mark already, ours of another account or not ours at all."
            )
        if not theirs:
            row = self._patched(remote_id, row, rows.anchored(anchor, self._attribute))
        return self._remember(self._entry(row))

    def set_password(self, remote_id: str, password: str, *, must_change: bool) -> None:
        self._to_change(remote_id)
        body = {"passwordProfile": rows.profile(password, must_change=must_change)}
        self._change("PATCH", self._user(remote_id), body, password=password, key=remote_id)

    def _patched(self, remote_id: str, row: Row, body: Row) -> Row:
        """The row as it is now; Graph answers a change with nothing, and a look may still show the old."""
        self._change("PATCH", self._user(remote_id), body, key=remote_id)
        return {**row, **body}

    def _also_at(self, remote_id: str, row: Row, wanted: frozenset[str]) -> Entry:
        """Writes down old addresses that lead nowhere by themselves."""
        others = rows.other_mails(row, wanted) if self._keeps_old else None
        if others is not None:
            row = self._patched(remote_id, row, {"otherMails": others})
        return self._entry(row)

    def _fits(self, anchor: str) -> None:
        if self._attribute == "employeeId" and len(anchor) > SHORT:
            raise TargetRefused(
                f"Our mark is longer than the {SHORT} characters of employeeId.",
                mend="Let the target use one of extensionAttribute1 to 15 (anchor_attribute).",
            )
