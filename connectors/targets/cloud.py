"""What the directories spoken to over HTTP have in common: one signed client, and a look before every change.

Protects the people an adapter must not touch: each change reads its entry first, and an administrator's or
one that is mastered elsewhere is refused before anything is written.  The same look makes a change that was
made already no change at all.  Search indexes of such directories lag behind (Google's by hours), so an
anchor is looked for among what was read or made here first, and a name that is taken by its address.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

from connectors.base import Probe
from connectors.errors import Cancelled, ConnectorError, NotAuthorised
from connectors.http import Http, Limits, Refusal
from connectors.oauth import Token, TokenSigner
from connectors.probes import failed, unreached
from connectors.targets.answers import Row
from connectors.targets.base import Entry, EntryGone, TargetDeclaration, TargetRefused, TargetSetup

Result = TypeVar("Result")


class Cloud(ABC):
    """One directory behind one origin.  Close it when done."""

    declaration: TargetDeclaration
    users: str  # where the interface keeps them, without their keys

    def __init__(self, setup: TargetSetup, *, limits: Limits | None = None) -> None:
        self.setup, self.limits = setup, limits or Limits()
        self._http: Http | None = None
        self._tokens: Http | None = None
        self._ids: dict[str, str] = {}  # anchor -> remote id, of what was read or made here
        self._made: set[str] = set()  # ids of entries made here, which a look may not show at once

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def close(self) -> None:
        for client in (self._http, self._tokens):
            if client is not None:
                client.close()
        self._http = self._tokens = None

    # -- what an adapter says of its interface --------------------------------------

    @abstractmethod
    def _token(self, http: Http) -> Callable[[], Token]:
        """How a token is got over ``http``, which is not signed."""

    @abstractmethod
    def _judge(self, refusal: Refusal) -> ConnectorError | None:
        """The error for an answer of 400 and above, where its codes tell more than its status."""

    @abstractmethod
    def _row(self, key: str) -> Row:
        """One user by id or by any address; raises ``NotFound``."""

    @abstractmethod
    def _entry(self, row: Row) -> Entry: ...

    @abstractmethod
    def _rows(self) -> Iterator[Row]:
        """Every user in the scope of the settings, to the end."""

    @abstractmethod
    def _search(self, anchor: str) -> Iterator[Row]:
        """Users the directory's index has for an anchor."""

    @abstractmethod
    def _rights(self) -> str:
        """Tries what a push needs, writing nothing, and tells in a sentence what was found."""

    # -- reading --------------------------------------------------------------------

    def entries(self) -> Iterator[Entry]:
        seen: set[str] = set()
        for row in self._rows():
            entry = self._entry(row)
            if entry.remote_id in seen:  # moved to another page while it was read
                continue
            seen.add(entry.remote_id)
            self._remember(entry)
            yield entry

    def find(self, anchor: str) -> Entry | None:
        known = self._ids.get(anchor)
        if known is not None and (row := self._looked(known)) is not None:
            entry = self._entry(row)
            if entry.anchor == anchor:
                return entry
            self._ids.pop(anchor, None)
        found = (self._entry(row) for row in self._search(anchor))
        return next((self._remember(entry) for entry in found if entry.anchor == anchor), None)

    def probe(self) -> tuple[Probe, ...]:
        """A token says that we reach it and are let in; then one small read of each kind a push needs."""
        try:
            self.http.signer.headers("GET", self.http.base)  # type: ignore[union-attr]
        except NotAuthorised as problem:
            return Probe(name="connectivity", ok=True, message="It answers."), failed("data", problem)
        except ConnectorError as problem:
            return unreached(problem, "nothing answers")
        reached = Probe(name="connectivity", ok=True, message="It answers, and lets us in.")
        try:
            return reached, Probe(name="data", ok=True, message=self._rights())
        except ConnectorError as problem:
            return reached, failed("data", problem)

    # -- what every change is made of -------------------------------------------------

    @property
    def http(self) -> Http:
        if self._http is None:
            self._tokens = self._client(self.token_base)
            self._http = self._client(self.base, TokenSigner(self._token(self._tokens)))
        return self._http

    base: str
    token_base: str
    secrets: tuple[str, ...]

    def _client(self, base: str, signer: TokenSigner | None = None) -> Http:
        return Http(
            base, headers={}, secrets=self.secrets, limits=self.limits, cancelled=self.setup.cancelled,
            signer=signer, judge=self._judge if signer else None,
        )  # fmt: skip

    def _remember(self, entry: Entry) -> Entry:
        if entry.anchor:
            self._ids[entry.anchor] = entry.remote_id
        return entry

    def _new(self, row: Row) -> Entry:
        """An entry just made, by the answer that made it."""
        entry = self._entry(row)
        self._made.add(entry.remote_id)
        return self._remember(entry)

    def _looked(self, key: str) -> Row | None:
        from connectors.http_errors import NotFound

        try:
            return self._settled(lambda: self._row(key), key)
        except NotFound:
            return None

    def _settled(self, work: Callable[[], Result], key: str) -> Result:
        """``work``, tried again while it does not find what was made here only now (seconds, there)."""
        from connectors.http_errors import NotFound

        for attempt in range(self.limits.retries):
            try:
                return work()
            except NotFound:
                if key not in self._made:
                    raise
                self.http.pause(min(self.limits.backoff * 2**attempt, self.limits.longest_wait))
        return work()

    def _user(self, key: str) -> str:
        return f"{self.users}/{quote(key, safe='')}"

    def delete(self, remote_id: str) -> None:
        """One that is gone already is deleted."""
        try:
            self._to_change(remote_id)
            self._change("DELETE", self._user(remote_id), key=remote_id)
        except EntryGone:
            return
        finally:
            self._made.discard(remote_id)

    def _to_change(self, remote_id: str) -> Row:
        """The user about to be changed. Raises EntryGone, and TargetRefused where nobody may change it."""
        row = self._looked(_checked_id(remote_id))
        if row is None:
            raise EntryGone("The entry is not there any more.")
        if self._entry(row).protected:
            raise TargetRefused(
                "The entry is an administrator's or mastered elsewhere; nothing here changes it.",
                mend="Leave it to the directory's own administrators, or take that role from it first.",
            )
        return row

    def _taken_by(self, address: str, anchor: str) -> Entry | None:
        """Who has an address we were refused: our own entry of this anchor, else NameTaken is raised.

        An entry made by a request whose answer was lost may not be seen at once, so it is waited for.
        """
        self._made.add(address)
        try:
            row = self._looked(address)
        finally:
            self._made.discard(address)
        if row is None:
            return None
        entry = self._entry(row)
        return self._new(row) if anchor and entry.anchor == anchor else None

    def _change(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        *,
        again: bool = True,
        password: str = "",
        key: str = "",
    ) -> Row:
        """A change of one user; ``key`` is its id, where it must be there. Raises EntryGone."""
        from connectors.http_errors import NotFound

        secrets = (password,) if password else ()
        try:
            answer = self._settled(
                lambda: self.http.change(method, url, body, again=again, secrets=secrets), key
            )
        except NotFound as gone:
            raise EntryGone("The entry is not there any more.", where=gone.where) from None
        return answer.data if isinstance(answer.data, dict) else {}

    def _best(self, work: Callable[[], Entry], entry: Entry) -> Entry:
        """What is added to an entry just made: one that is there is never told as failed; what is missing is
        seen in the answer and at the next look."""
        try:
            return work()
        except Cancelled:
            raise
        except ConnectorError:
            return entry


def _checked_id(remote_id: str) -> str:
    if not remote_id:
        raise EntryGone("The entry has no id.")
    return remote_id
