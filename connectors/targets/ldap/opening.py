"""Opening a connection to a directory: encrypted first, then signed in; and letting go of it."""

from __future__ import annotations

import selectors
from typing import Any

from connectors.errors import ConnectorError, TlsBlocked, Unreachable
from connectors.targets.ldap import problems
from connectors.targets.ldap.library import BROKEN, ldap3
from connectors.targets.ldap.options import Options
from connectors.targets.ldap.tls import Verified


def connect(options: Options, password: str) -> Any:
    """Connected, encrypted and signed in. Whatever goes wrong here, nothing was changed."""
    tls = Verified(options.host, options.ca_file)
    connection = _made(options, password, tls)
    try:
        connection.open(read_server_info=False)
        if options.tls == "starttls":
            connection.start_tls(read_server_info=False)
            if not connection.tls_started:
                raise TlsBlocked("The directory does not change to TLS.", mend="Set url to ldaps://.")
        connection.bind(read_server_info=False)
        _signed_in(connection, password)
    except ConnectorError:
        let_go(connection)
        raise
    except BROKEN as broken:
        let_go(connection)
        raise _unreached(options, password, tls, broken) from None
    return connection


def _made(known: Options, password: str, tls: Verified) -> Any:
    server = ldap3.Server(
        known.host, port=known.port, use_ssl=known.tls == "ldaps", tls=tls, get_info=ldap3.NONE,
        connect_timeout=known.timeout,
    )  # fmt: skip
    connection = ldap3.Connection(
        server, user=known.bind_dn, password=password, authentication=ldap3.SIMPLE,
        client_strategy=ldap3.SYNC, auto_bind=ldap3.AUTO_BIND_NONE, auto_referrals=False,
        auto_range=False, check_names=False, auto_encode=False, raise_exceptions=False,
        receive_timeout=known.timeout,
    )  # fmt: skip
    _close_what_fails(connection)
    return connection


def _signed_in(connection: Any, password: str) -> None:
    result = connection.result if isinstance(connection.result, dict) else {}
    code = result.get("result")
    if code != problems.SUCCESS:
        raise problems.problem(
            code if isinstance(code, int) else 1, str(result.get("message") or ""), dn="",
            doing="signing in", secrets=(password,),
        )  # fmt: skip


def _unreached(options: Options, password: str, tls: Verified, broken: BaseException) -> Unreachable:
    where = f"{options.host}:{options.port}"
    if tls.failure:
        return TlsBlocked(
            f"No safe connection to {where}: {tls.failure}.",
            mend="Set ca_file to the authority that signed the certificate, and url to a name in it.",
        )
    if "startTLS failed" in str(broken):
        return TlsBlocked(f"The directory at {where} does not change to TLS.", mend="Set url to ldaps://.")
    why = problems.clean(str(broken), (password,))
    return Unreachable(f"The directory at {where} does not answer: {why}.")


def cut(connection: Any) -> bool:
    """Between requests nothing comes but the news that the other side has closed."""
    sock = connection.socket
    if connection.closed or sock is None:
        return True
    try:
        with selectors.DefaultSelector() as waiting:
            waiting.register(sock, selectors.EVENT_READ)
            return bool(waiting.select(0))
    except (OSError, ValueError):
        return True


def let_go(connection: Any, *, politely: bool = False) -> None:
    sock = connection.socket
    try:
        if politely and not cut(connection):
            connection.unbind()
        else:
            connection.strategy.close()
    except BROKEN:
        pass
    finally:
        if sock is not None:
            sock.close()


def _close_what_fails(connection: Any) -> None:
    """The library forgets a socket that did not connect; each is closed here instead."""
    connect = connection.strategy._open_socket

    def open_socket(*args: Any, **more: Any) -> None:
        try:
            connect(*args, **more)
        except BROKEN:
            if connection.socket is not None:
                connection.socket.close()
            raise

    connection.strategy._open_socket = open_socket
