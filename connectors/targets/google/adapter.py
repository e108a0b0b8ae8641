"""The Google Workspace target. Facts of the interface: docs/targets/google.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

from connectors.errors import BadSettings, ConnectorError
from connectors.http import Http, Limits, Refusal, check_base
from connectors.oauth import Token
from connectors.targets.answers import Row, address_of, listed, pages, text
from connectors.targets.base import Entry, NameTaken, TargetRefused, TargetSetup, Wanted
from connectors.targets.cloud import Cloud
from connectors.targets.google import rows
from connectors.targets.google.declaration import DECLARATION
from connectors.targets.google.key import read_key, tokens
from connectors.targets.google.places import Places
from connectors.targets.google.refusals import judge
from connectors.typed import settings_of

USERS = "admin/directory/v1/users"
SCOPE = "https://www.googleapis.com/auth/admin.directory."
KIND = "admin#directory#users"
PAGE = 500
ONE = ",".join(rows.FIELDS)


class Google(Cloud):
    declaration = DECLARATION
    users = USERS

    def __init__(self, setup: TargetSetup, *, limits: Limits | None = None) -> None:
        """Raises BadSettings."""
        super().__init__(setup, limits=limits)
        told = settings_of(DECLARATION, setup, whole=True)
        if not setup.secrets.get("key", "").strip():
            raise BadSettings("The key of the service account is missing.", mend="Give the file's content.")
        self._key = read_key(setup.secrets["key"])
        self.base = check_base(told["url"])
        self._token_url = check_base(told["token_url"]).rstrip("/")
        self.token_base = self._token_url
        self.secrets = (self._key.private, *self._key.private.split("\n")[1:-1])
        self._acting, self._domain = told["admin"].lower(), told["domain"]
        self._customer, makes = told["customer"], told["make_places"] == "yes"
        self._places = Places(told["root"], customer=self._customer, made=makes)
        self._scopes = (f"{SCOPE}user", *((f"{SCOPE}orgunit",) if makes else ()))

    # -- what Cloud asks ------------------------------------------------------------

    def _token(self, http: Http) -> Callable[[], Token]:
        return tokens(http, self._token_url, self._key, subject=self._acting, scopes=self._scopes)

    def _judge(self, refusal: Refusal) -> ConnectorError | None:
        return judge(refusal)

    def _row(self, key: str) -> Row:
        found = self.http.get(self._user(key), {"fields": ONE}).data
        return found if isinstance(found, dict) else {}

    def _entry(self, row: Row) -> Entry:
        return rows.entry(row, root=self._places.root, acting=self._acting)

    def _rows(self) -> Iterator[Row]:
        root = self._places.root
        scope = {} if root == "/" else {"query": f"orgUnitPath={_quoted(root)}"}
        for row in self._list(scope):
            if rows.is_below(text(row, "orgUnitPath") or "/", root):
                yield row

    def _search(self, anchor: str) -> Iterator[Row]:
        return self._list({"query": f"externalId={_quoted(anchor)}"})

    def _list(self, more: dict[str, str]) -> Iterator[Row]:
        whose = {"domain": self._domain} if self._domain else {"customer": self._customer}
        asked = {**whose, "maxResults": str(PAGE), "fields": f"kind,nextPageToken,users({ONE})", **more}

        def fetch(mark: str) -> tuple[Iterable[Any], str]:
            answer = self.http.get(USERS, {**asked, **({"pageToken": mark} if mark else {})})
            data = answer.data if isinstance(answer.data, dict) else None
            if data is not None and text(data, "kind") == KIND:
                data = {"users": [], **data}  # Google leaves a list that is empty out of its answer
            found = listed(data, "users", answer.url)
            return found, text(data or {}, "nextPageToken")

        return pages("", fetch)

    def _rights(self) -> str:
        row = self._row(self._acting)
        if row.get("isAdmin") is not True and row.get("isDelegatedAdmin") is not True:
            raise TargetRefused(
                "The account to act as is no administrator.", mend="Give it the right to manage users."
            )
        whose = {"domain": self._domain} if self._domain else {"customer": self._customer}
        self.http.get(USERS, {**whose, "maxResults": "1", "fields": "users(id)"})
        if told := self._places.missing(self.http):
            raise TargetRefused(told, mend="Correct the organisational unit, or let no units be made.")
        return "Users can be read, and the access covers writing them."

    # -- changes --------------------------------------------------------------------

    def create(self, wanted: Wanted, *, password: str, must_change: bool) -> Entry:
        if (there := self.find(wanted.anchor)) is not None:
            return there
        address = address_of(wanted.username, wanted.email, self._domain)
        if not (wanted.given_name.strip() and wanted.family_name.strip()):
            raise TargetRefused(
                "Google takes nobody without both a given and a family name.",
                mend="Give the account both names; a person of one name bears it twice there.",
            )
        path = self._places.ensure(self.http, wanted.place)
        body = rows.new(wanted, address, path, password, must_change=must_change)
        try:
            row = self._change("POST", USERS, body, again=False, password=password)
        except NameTaken:
            ours = self._taken_by(address, wanted.anchor)
            if ours is None:
                raise
            return ours
        entry = self._new({**body, **row})
        return self._best(lambda: self._with_aliases(entry.remote_id, {**body, **row}, wanted.aliases), entry)

    def update(self, remote_id: str, wanted: Wanted, *, fields: frozenset[str]) -> Entry:
        row = self._to_change(remote_id)
        if body := rows.changed(row, wanted, fields):
            row = self._patched(remote_id, row, body)
        return self._with_aliases(remote_id, row, wanted.aliases if "aliases" in fields else frozenset())

    def rename(self, remote_id: str, wanted: Wanted, *, keep: frozenset[str]) -> Entry:
        row = self._to_change(remote_id)
        address = address_of(wanted.username, wanted.email, self._domain)
        old = text(row, "primaryEmail")
        if old.lower() != address.lower():
            row = self._readdressed(remote_id, row, address)
        # Google keeps the old address as an alias by itself; whether it did is looked at, not believed
        seen = self._looked(remote_id) or row
        return self._with_aliases(remote_id, {**seen, "primaryEmail": address}, keep)

    def _readdressed(self, remote_id: str, row: Row, address: str) -> Row:
        """An alias of the entry's own becomes its address again once it is no alias."""
        own = next((each for each in rows.aliases(row) if each.lower() == address.lower()), "")
        if own:
            self._change("DELETE", f"{self._user(remote_id)}/aliases/{quote(own, safe='')}")
        try:
            return self._patched(remote_id, row, {"primaryEmail": address})
        except ConnectorError:
            if own:
                self._best(lambda: self._with_aliases(remote_id, {**row, "aliases": []}, frozenset({own})),
                           self._entry(row))  # fmt: skip
            raise

    def move(self, remote_id: str, place: tuple[str, ...]) -> Entry:
        row = self._to_change(remote_id)
        path = self._places.ensure(self.http, place)
        if text(row, "orgUnitPath").lower() != path.lower():
            row = self._patched(remote_id, row, {"orgUnitPath": path})
        return self._entry(row)

    def enable(self, remote_id: str, *, on: bool) -> Entry:
        row = self._to_change(remote_id)
        if (row.get("suspended") is not True) != on:
            row = self._patched(remote_id, row, {"suspended": not on})
        return self._entry(row)

    def adopt(self, remote_id: str, anchor: str) -> Entry:
        row = self._to_change(remote_id)
        theirs = rows.anchor(row)
        if theirs and theirs != anchor:
            raise NameTaken("The entry bears the mark of another account of ours already.")
        if not theirs:
            row = self._patched(remote_id, row, {"externalIds": rows.external_ids(row, anchor, {})})
        return self._remember(self._entry(row))

    def set_password(self, remote_id: str, password: str, *, must_change: bool) -> None:
        self._to_change(remote_id)
        body = {"password": password, "changePasswordAtNextLogin": must_change}
        self._change("PATCH", self._user(remote_id), body, password=password, key=remote_id)

    def _patched(self, remote_id: str, row: Row, body: Row) -> Row:
        return {**row, **body, **self._change("PATCH", self._user(remote_id), body, key=remote_id)}

    def _with_aliases(self, remote_id: str, row: Row, wanted: frozenset[str]) -> Entry:
        """Adds those that do not lead here yet; none is ever taken away. Raises NameTaken."""
        there = {text(row, "primaryEmail").lower(), *(each.lower() for each in rows.aliases(row))}
        added = [each for each in sorted(wanted) if each.lower() not in there]
        for alias in added:
            try:
                self._change(
                    "POST", f"{self._user(remote_id)}/aliases", {"alias": alias}, again=False, key=remote_id
                )
            except NameTaken:
                if self._leads_elsewhere(alias, remote_id):
                    raise
        return self._entry({**row, "aliases": [*rows.aliases(row), *added], "nonEditableAliases": []})

    def _leads_elsewhere(self, alias: str, remote_id: str) -> bool:
        row = self._looked(alias)
        return row is None or text(row, "id") != remote_id


def _quoted(value: str) -> str:
    """A value in Google's search language."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
