"""Real directory servers on loopback, each its own process in a folder of the test: OpenLDAP's slapd and, as
Active Directory, a domain of Samba's.  Without the programs the tests are skipped with a reason; in CI they
fail.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.targets.base import TargetSetup
from connectors.targets.ldap.adapter import LdapTarget
from connectors.targets.ldap.library import ldap3
from tests.connectors.certificates import Authority
from tests.connectors.directory_files import EXTRA_SCHEMA, LDIF, SAMBA, SLAPD

SUFFIX = "dc=school,dc=example"
BIND_PASSWORD = "canary-Bind-77x1"
LONGEST_START = 180.0  # seconds; a bound, never waited for when it goes well


def needed(*programs: str, root: bool = False) -> None:
    """Skip, or fail in CI, where a program (or the right to use ports below 1024) is missing."""
    missing = [name for name in programs if _which(name) is None]
    reason = f"not installed: {', '.join(missing)} (Debian: slapd, ldap-utils, samba)" if missing else ""
    if sys.platform != "linux":
        reason = "the directories of the tests are set up as Debian has them"
    elif not reason and root and os.geteuid() != 0:
        reason = "a domain controller wants port 389, which only root may open"
    if reason and os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


def _which(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass
class Directory:
    """A running server, and a way to look into it that is not the adapter."""

    flavour: str
    host: str
    port: int
    tls_port: int
    ca_file: Path
    suffix: str
    admin: str
    admin_password: str
    bind_dn: str
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def url(self, scheme: str = "ldaps") -> str:
        return f"{scheme}://{self.host}:{self.tls_port if scheme == 'ldaps' else self.port}"

    def settings(self, base: str, **more: str) -> dict[str, str]:
        told = {
            "flavour": self.flavour, "url": self.url(), "ca_file": str(self.ca_file), "bind_dn": self.bind_dn,
            "base": base, "scope": "school.example", "timeout": "20",
        }  # fmt: skip
        return {**told, **more}

    def target(
        self, base: str, *, password: str = BIND_PASSWORD, cancelled: Any = lambda: False, **more: str
    ) -> LdapTarget:
        setup = TargetSetup(
            settings=self.settings(base, **more), secrets={"bind_password": password}, cancelled=cancelled
        )
        return LdapTarget(setup)

    @contextmanager
    def look(self, user: str = "", password: str = "") -> Iterator[Any]:
        """A connection of the administrator's, or of the user named (None where the sign-in is refused)."""
        import ssl

        server = ldap3.Server(self.host, port=self.port, get_info=ldap3.NONE)
        server.tls = _Unverified(validate=ssl.CERT_NONE)
        connection = ldap3.Connection(
            server,
            user or self.admin,
            password or self.admin_password,
            check_names=False,
            auto_referrals=False,
        )
        connection.open(read_server_info=False)
        try:
            connection.start_tls(read_server_info=False)
            yield connection if connection.bind(read_server_info=False) else None
        finally:
            connection.unbind()

    def may_sign_in(self, user: str, password: str) -> bool:
        with self.look(user, password) as connection:
            return connection is not None

    def rows(
        self, base: str, wanted: str = "(objectClass=*)", attributes: tuple[str, ...] = ("*", "+")
    ) -> list[dict[str, Any]]:
        """Each entry as {attribute in lower case: [bytes]}, with its DN as "dn"."""
        with self.look() as connection:
            rows = connection.extend.standard.paged_search(
                base, wanted, attributes=list(attributes), paged_size=500, generator=False
            )
            return [
                {"dn": row["dn"], **{k.lower(): list(v) for k, v in row["raw_attributes"].items()}}
                for row in rows
                if row["type"] == "searchResEntry"
            ]

    def make(self, dn: str, **attributes: Any) -> None:
        with self.look() as connection:
            assert connection.add(dn, attributes={k.replace("_", "-"): v for k, v in attributes.items()}), (
                connection.result
            )

    def change(self, dn: str, **attributes: Any) -> None:
        with self.look() as connection:
            changes = {k: [(ldap3.MODIFY_REPLACE, v)] for k, v in attributes.items()}
            assert connection.modify(dn, changes), connection.result

    def clear(self, base: str) -> None:
        """The base and everything below it."""
        rows = self.rows(base, attributes=("1.1",))
        with self.look() as connection:
            for row in sorted(rows, key=lambda row: -len(row["dn"])):
                connection.delete(row["dn"])


class _Unverified(ldap3.Tls):
    """For looking in from the test itself."""

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        import ssl

        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection.socket = context.wrap_socket(connection.socket, do_handshake_on_connect=do_handshake)


def own_address(kind: int) -> str:
    """A loopback address of this process alone, so that ports need not be guessed."""
    number = os.getpid()
    return f"127.{kind}.{number // 250 % 250 + 1}.{number % 250 + 1}"


def run(*words: object, stdin: bytes = b"", cwd: Path | None = None) -> None:
    told = [_which(str(words[0])) or str(words[0]), *(str(word) for word in words[1:])]
    done = subprocess.run(told, input=stdin, capture_output=True, check=False, cwd=cwd, timeout=120)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]


@contextmanager
def served(words: list[str], directory: Directory) -> Iterator[Directory]:
    """The server as a child of this test, ready when both its ports answer; stopped by its process id."""
    log = (directory.folder / "server.log").open("wb")
    with log:
        process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        directory.process = process
        try:
            for port in (directory.port, directory.tls_port):
                _await(directory.host, port, process, Path(log.name))
            yield directory
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(host: str, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(int(LONGEST_START / 0.05)):
        try:
            socket.create_connection((host, port), 1).close()
            return
        except OSError:
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            break
    raise AssertionError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def openldap(folder: Path) -> Iterator[Directory]:
    needed("slapd", "slapadd", "ldapadd")
    authority = Authority(folder / "tls")
    host, port, tls_port = own_address(78), 20389, 20636
    certificate, key = authority.serve(host)
    (folder / "db").mkdir()
    (folder / "extra.schema").write_text(EXTRA_SCHEMA)
    config = folder / "slapd.conf"
    config.write_text(
        SLAPD.format(folder=folder, ca=authority.file, certificate=certificate, key=key, suffix=SUFFIX)
    )
    run("slapadd", "-f", config, stdin=LDIF.format(suffix=SUFFIX, password=BIND_PASSWORD).encode())
    directory = Directory(
        flavour="ldap", host=host, port=port, tls_port=tls_port, ca_file=authority.file, suffix=SUFFIX,
        admin=f"cn=admin,{SUFFIX}", admin_password="canary-Admin-31", bind_dn=f"cn=sync,ou=Services,{SUFFIX}",
        folder=folder,
    )  # fmt: skip
    listen = f"ldap://{host}:{port}/ ldaps://{host}:{tls_port}/"
    words = [str(_which("slapd")), "-f", str(config), "-h", listen, "-d", "0"]
    with served(words, directory):
        yield directory


@contextmanager
def samba(folder: Path) -> Iterator[Directory]:
    """A domain controller that does nothing but LDAP, on a loopback address of its own."""
    needed("samba", "samba-tool", root=True)
    host = own_address(77)
    authority = Authority(folder / "tls")
    certificate, key = authority.serve(host)
    # A socket's path must be short, whatever the folder of the test is called.
    with tempfile.TemporaryDirectory(prefix="dc-") as short:
        options = SAMBA.format(
            host=host, folder=folder, short=short, ca=authority.file, certificate=certificate, key=key
        )
        words = ["samba-tool", "domain", "provision", f"--targetdir={folder}/dc", "--realm=SCHOOL.EXAMPLE"]
        words += [
            "--domain=SCHOOL",
            "--server-role=dc",
            "--dns-backend=NONE",
            f"--host-ip={host}",
            "--host-name=dc1",
        ]
        words += [f"--adminpass={BIND_PASSWORD}"]
        run(*words, *(f"--option={line.strip()}" for line in options.strip().splitlines()))
        directory = Directory(
            flavour="ad", host=host, port=389, tls_port=636, ca_file=authority.file,
            suffix="DC=school,DC=example", admin="Administrator@school.example",
            admin_password=BIND_PASSWORD, bind_dn="sync@school.example", folder=folder,
        )  # fmt: skip
        start = [str(_which("samba")), "-F", "--no-process-group", "-M", "single"]
        with served([*start, "-s", f"{folder}/dc/etc/smb.conf", "--debug-stdout"], directory):
            _make_sync(directory)
            yield directory


def _make_sync(directory: Directory) -> None:
    """The sign-in of the tests is not the administrator of the domain, but may do what one does."""
    users = f"CN=Users,{directory.suffix}"
    directory.make(
        f"CN=sync,{users}", objectClass=["user"], sAMAccountName="sync", userPrincipalName=directory.bind_dn,
        userAccountControl="66048", unicodePwd=f'"{BIND_PASSWORD}"'.encode("utf-16-le"),
    )  # fmt: skip
    with directory.look() as connection:
        group = f"CN=Domain Admins,{users}"
        assert connection.modify(group, {"member": [(ldap3.MODIFY_ADD, [f"CN=sync,{users}"])]})
