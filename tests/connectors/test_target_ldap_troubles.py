"""Directories that are not there, not trusted, or let nobody in: each its own clear error, without a
secret."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.errors import ConnectorError, NotAuthorised, TlsBlocked, Unreachable
from connectors.targets.base import TargetSetup, Wanted
from connectors.targets.ldap.adapter import LdapTarget
from connectors.targets.ldap.library import LDAPSocketSendError, ldap3
from connectors.targets.ldap.problems import problem
from tests.connectors.certificates import Authority
from tests.connectors.cutting import Relay
from tests.connectors.directories import BIND_PASSWORD, SUFFIX, Directory

PASSWORD = "Canary-first-1x"
EVE = Wanted(anchor="e-1", username="eve", email="eve@school.example", display_name="Eve")


def trouble(target: LdapTarget, kind: type[ConnectorError]) -> ConnectorError:
    """The same error from reading, writing and the probe, none with a secret in it or in what led to it."""
    try:
        with pytest.raises(kind) as told:
            list(target.entries())
        with pytest.raises(kind) as writing:
            target.create(EVE, password=PASSWORD, must_change=False)
        first = target.probe()[0]
        assert (first.name, first.ok, first.message) == ("connectivity", False, told.value.message)
        for one in (told, writing):
            whole = "".join(traceback.format_exception(one.value)) + repr(one.value) + one.value.mend
            assert PASSWORD not in whole
            assert BIND_PASSWORD not in whole
        return told.value
    finally:
        target.close()


def plain(port: int, **more: str) -> LdapTarget:
    settings = {
        "flavour": "ldap", "url": f"ldap://127.0.0.1:{port}", "plain": "loopback",
        "bind_dn": f"cn=sync,{SUFFIX}", "base": SUFFIX, "timeout": "1", **more,
    }  # fmt: skip
    return LdapTarget(TargetSetup(settings=settings, secrets={"bind_password": BIND_PASSWORD}))


def test_a_server_that_is_gone(open_ldap: Directory) -> None:
    told = trouble(open_ldap.target(SUFFIX, url=f"ldaps://{open_ldap.host}:9"), Unreachable)
    assert "does not answer" in told.message
    assert not isinstance(told, TlsBlocked)


@pytest.mark.parametrize("server", ["open_ldap", "domain"])
def test_a_wrong_password(server: str, request: pytest.FixtureRequest) -> None:
    directory: Directory = request.getfixturevalue(server)
    told = trouble(directory.target(directory.suffix, password="canary-wrong-88"), NotAuthorised)
    assert "bind_password" in told.mend
    assert "canary-wrong-88" not in told.message


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
@pytest.mark.parametrize("ca_file", ["", "stranger"])
def test_a_certificate_that_is_not_trusted(
    open_ldap: Directory, tmp_path: Path, scheme: str, ca_file: str
) -> None:
    named = str(Authority(tmp_path / "tls", "Somebody else").file) if ca_file else ""
    told = trouble(open_ldap.target(SUFFIX, url=open_ldap.url(scheme), ca_file=named), TlsBlocked)
    assert "not trusted" in told.message
    assert "ca_file" in told.mend


def test_a_certificate_of_another_host(open_ldap: Directory) -> None:
    """Trusted, but made out to the directory's own address and localhost."""
    with Relay(open_ldap.host, open_ldap.tls_port, listen="127.0.0.2") as relay:
        told = trouble(open_ldap.target(SUFFIX, url=f"ldaps://127.0.0.2:{relay.port}"), TlsBlocked)
    assert "not trusted" in told.message
    assert "not valid for '127.0.0.2'" in told.message


def test_starttls_is_as_good_as_ldaps(open_ldap: Directory, new_base: Callable[[Directory], str]) -> None:
    base = new_base(open_ldap)
    target = open_ldap.target(base, url=open_ldap.url("ldap"))
    try:
        assert target.create(EVE, password=PASSWORD, must_change=False).enabled
        assert open_ldap.may_sign_in(f"uid=eve,{base}", PASSWORD)
    finally:
        target.close()


def test_without_encryption_only_on_this_machine_and_by_leave(
    open_ldap: Directory, new_base: Callable[[Directory], str]
) -> None:
    base = new_base(open_ldap)
    target = open_ldap.target(base, url=open_ldap.url("ldap"), plain="loopback", ca_file="")
    try:
        assert "without encryption" in target.probe()[0].message
        assert target.create(EVE, password=PASSWORD, must_change=False).enabled
    finally:
        target.close()


class Mute:
    """A server whose answer to whatever is asked first a test writes; then it closes."""

    def __init__(self, answer: bytes, *, wait: bool = False) -> None:
        self._answer = answer
        self._wait = wait
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            with near:
                near.settimeout(20)
                near.recv(65536)
                near.sendall(self._answer)
                if self._wait:
                    self._over.wait(20)

    def close(self) -> None:
        self._over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x30\x84\xff\xff\xff\xff\x02", b"\x30\x00", b"\x00" * 64,
        b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04",
        b"\x30\x0c\x02\x01\x63\x61\x07\x0a\x01\x00\x04\x00\x04\x00", bytes(range(256)),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_ldap(answer: bytes) -> None:
    server = Mute(answer)
    try:
        trouble(plain(server.port), Unreachable)
    finally:
        server.close()


def test_a_directory_that_says_nothing_is_not_waited_for_for_ever() -> None:
    server = Mute(b"", wait=True)
    target = plain(server.port)
    try:
        with pytest.raises(Unreachable):
            target.find("x")
    finally:
        target.close()
        server.close()


def test_a_request_that_could_not_be_sent_goes_once_more_over_a_new_connection(
    open_ldap: Directory, new_base: Callable[[Directory], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = open_ldap.target(new_base(open_ldap))
    send = ldap3.strategy.base.BaseStrategy.sending
    refused = {"left": 1}

    def sending(self: object, message: object) -> None:
        if refused["left"]:
            refused["left"] -= 1
            raise LDAPSocketSendError("cut")
        send(self, message)

    try:
        assert target.find("x") is None
        monkeypatch.setattr(ldap3.strategy.base.BaseStrategy, "sending", sending)
        assert target.find("x") is None
        assert refused["left"] == 0
        refused["left"] = 99
        with pytest.raises(Unreachable):
            target.find("x")
    finally:
        monkeypatch.undo()
        target.close()


def test_a_refusal_never_repeats_a_password_the_directory_echoed() -> None:
    told = problem(
        19, f"“{PASSWORD}” is too common\x1b[2J\n", dn="cn=x", doing="making", secrets=[PASSWORD, ""]
    )
    assert PASSWORD not in told.message
    assert "too common" in told.message
    assert told.message.isprintable()
    long = problem(80, "x" * 5000, dn="cn=" + "y" * 5000, doing="making")
    assert len(long.message) < 700


def test_nothing_of_a_whole_life_is_logged(
    open_ldap: Directory, new_base: Callable[[Directory], str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    target = open_ldap.target(new_base(open_ldap))
    try:
        made = target.create(EVE, password=PASSWORD, must_change=True)
        target.set_password(made.remote_id, "Canary-second-2x", must_change=False)
    finally:
        target.close()
    for secret in (PASSWORD, "Canary-second-2x", BIND_PASSWORD):
        assert secret not in caplog.text
