"""The one connection to a directory: opened late, always encrypted, looked after, and let go.

A connection that was cut before a request was sent is made anew, once.  When it was sent and no answer came,
nobody knows whether it was done: that is ``Unreachable``, and nothing is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import Unreachable
from connectors.targets.ldap import opening, problems
from connectors.targets.ldap.library import BROKEN, LDAPSocketOpenError, LDAPSocketSendError, ldap3
from connectors.targets.ldap.options import Options

Value = str | bytes
_PAGED = "1.2.840.113556.1.4.319"
SCOPES = {"base": ldap3.BASE, "level": ldap3.LEVEL, "tree": ldap3.SUBTREE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One entry as read. Names of attributes in lower case."""

    dn: str
    values: Mapping[str, tuple[bytes, ...]] = field(repr=False)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(one.decode("utf-8", "replace") for one in self.values.get(name.lower(), ()))

    def one(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def raw(self, name: str) -> bytes:
        return next(iter(self.values.get(name.lower(), ())), b"")


class Wire:
    def __init__(self, options: Options, password: str) -> None:
        self._options = options
        self._password = password
        self._connection: Any = None

    def search(
        self,
        base: str,
        wanted: str,
        *,
        attributes: Sequence[str],
        scope: str = "tree",
        cookie: bytes | None = None,
    ) -> tuple[list[Found], bytes]:
        """One page, and the cookie of the next (empty: the last). References elsewhere are left out."""
        page = {} if scope == "base" else {"paged_size": self._options.page, "paged_cookie": cookie}

        def ask(connection: Any) -> None:
            connection.search(
                base, wanted, SCOPES[scope], dereference_aliases=ldap3.DEREF_NEVER,
                attributes=list(attributes), time_limit=self._options.timeout, **page,
            )  # fmt: skip

        result, rows = self._ask(ask, "reading", base)
        found = [_found(row) for row in rows if row.get("type") == "searchResEntry"]
        control = (result.get("controls") or {}).get(_PAGED) or {}
        return found, bytes((control.get("value") or {}).get("cookie") or b"")

    def add(self, dn: str, attributes: Mapping[str, Sequence[Value]], *, secrets: Sequence[str] = ()) -> None:
        named = {name: list(values) for name, values in attributes.items() if values}
        self._ask(lambda c: c.add(dn, attributes=named), "making", dn, secrets)

    def modify(self, dn: str, changes: Mapping[str, Sequence[Value]], *, secrets: Sequence[str] = ()) -> None:
        """Set attributes to exactly these values, all at once; none takes the attribute away."""
        if changes:
            how = {name: [(ldap3.MODIFY_REPLACE, list(values))] for name, values in changes.items()}
            self._ask(lambda c: c.modify(dn, how), "changing", dn, secrets)

    def move(self, dn: str, rdn: str, superior: str | None = None) -> None:
        """Give the entry another name, or another place, or both."""
        self._ask(lambda c: c.modify_dn(dn, rdn, new_superior=superior), "moving", dn)

    def passwd(self, dn: str, password: str) -> None:
        """The Password Modify operation of RFC 3062: the directory hashes, and its policy is asked."""
        raw = password.encode()
        self._ask(
            lambda c: c.extend.standard.modify_password(user=dn, new_password=raw),
            "setting the password of", dn, [password],
        )  # fmt: skip

    def delete(self, dn: str) -> None:
        self._ask(lambda c: c.delete(dn), "deleting", dn)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            opening.let_go(connection, politely=True)

    def _ask(
        self, act: Callable[[Any], object], doing: str, dn: str, secrets: Sequence[str] = ()
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The result and the rows of one request. Raises ConnectorError for any result but success."""
        connection = self._send(act, doing)
        result = connection.result if isinstance(connection.result, dict) else {}
        code, rows = result.get("result"), connection.response
        if not isinstance(code, int):
            self._drop()
            raise problems.lost(doing)
        if code != problems.SUCCESS:
            raise problems.problem(
                code, str(result.get("message") or ""), dn=dn, doing=doing, secrets=(self._password, *secrets)
            )
        return result, rows if isinstance(rows, list) else []

    def _send(self, act: Callable[[Any], object], doing: str) -> Any:
        """Over the connection there is, or once over a new one where that was cut before."""
        for again in (True, False):
            connection = self._live()
            try:
                act(connection)
            except (LDAPSocketSendError, LDAPSocketOpenError):
                self._drop()
                if not again:
                    raise Unreachable(
                        "The connection to the directory is cut each time it is used."
                    ) from None
            except BROKEN:
                self._drop()
                raise problems.lost(doing) from None
            else:
                return connection
        raise problems.lost(doing)

    def _live(self) -> Any:
        if self._connection is not None and opening.cut(self._connection):
            self._drop()
        if self._connection is None:
            self._connection = opening.connect(self._options, self._password)
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            opening.let_go(connection)


def _found(row: Mapping[str, Any]) -> Found:
    values: dict[str, tuple[bytes, ...]] = {}
    for name, told in (row.get("raw_attributes") or {}).items():
        if told:
            values[str(name).lower()] = tuple(bytes(one) for one in told)
    return Found(dn=str(row.get("dn") or ""), values=values)
