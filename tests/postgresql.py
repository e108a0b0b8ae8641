"""A real PostgreSQL server in a folder of the test's own, on a Unix socket and nothing else: its own process
and data, started once and ended with whoever started it.  Without the programs the tests are skipped with a
reason; in CI they fail.

Whoever asks gets databases that are copies of one empty store, owned by a role that may do nothing else on
the server.  It is set to an odd time zone and an odd way of writing days, so that nothing rests on either.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

PASSWORD = "canary-Pg-p4ss%/:@word"  # with all that an address has to escape
ROLE = "desk"
BARE = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
LONGEST_START = 60.0  # seconds; a bound, never waited for when it goes well
SETTINGS = {
    "listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    "timezone": "Asia/Kolkata", "datestyle": "SQL, DMY", "max_connections": "60", "autovacuum": "off",
    "log_min_messages": "fatal",
}  # fmt: skip


def needed() -> Path:
    """The folder of the server's programs; skip, or fail in CI, where there is none."""
    found = programs()
    if found is not None and sys.platform == "linux":
        return found
    reason = "not installed: PostgreSQL's server (Debian: postgresql)"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def programs() -> Path | None:
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return debian[-1].parent if debian else Path(on_path).resolve().parent if on_path else None


@dataclass
class Server:
    """A running server. ``folder`` holds its socket; ``port`` is only the number in the socket's name."""

    bin: Path
    folder: Path
    port: int = 5432
    process: subprocess.Popen[bytes] | None = None
    made: int = 0
    template: str = ""
    _admin: Any = field(default=None, repr=False)

    def url(self, database: str, *, role: str = ROLE, password: str = PASSWORD) -> str:
        who = f"{role}:{quote(password, safe='')}" if password else role
        return f"postgresql+psycopg://{who}@/{database}?host={self.folder}&port={self.port}"

    def new(self, *, empty: bool = False, how: str = "") -> str:
        """The address of a new store at the newest schema; ``empty``: of a database with nothing in it.

        ``how`` are words of CREATE DATABASE, for one that is not as it should be.
        """
        self.made += 1
        name = f"t{self.made}"
        how = how or (BARE if empty else f"TEMPLATE {self._empty_store()} STRATEGY file_copy")
        self.sql(f"CREATE DATABASE {name} OWNER {ROLE} {how}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {name_of(url)} WITH (FORCE)")

    def sql(self, *statements: str, database: str = "postgres") -> list[Any]:
        """As the server's administrator; the rows of the last statement."""
        import psycopg

        found: list[Any] = []
        with psycopg.connect(
            host=str(self.folder), port=self.port, user="postgres", password=PASSWORD, dbname=database,
            autocommit=True,
        ) as connection:  # fmt: skip
            for statement in statements:
                cursor = connection.execute(statement)
                found = cursor.fetchall() if cursor.description else []
        return found

    def bytes_of(self, url: str) -> bytes:
        """What the server's files hold of a database; its log is not among them."""
        self.sql("CHECKPOINT")
        [(number,)] = self.sql(f"SELECT oid FROM pg_database WHERE datname = '{name_of(url)}'")
        return b"".join(p.read_bytes() for p in (self.folder / "data" / "base" / str(number)).iterdir())

    def _empty_store(self) -> str:
        if not self.template:
            from data.store import Store

            self.sql(f"CREATE DATABASE empty OWNER {ROLE} {BARE}")
            Store.open(self.url("empty")).close()
            self.template = "empty"
        return self.template

    def start(self) -> None:
        words = [str(self.bin / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        words += ["-p", str(self.port)]
        for name, value in SETTINGS.items():
            words += ["-c", f"{name}={value}"]
        log = (self.folder / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, env=_env(),
                preexec_fn=_end_with_us, **_as(),
            )  # fmt: skip
        self._wait()

    def stop(self) -> None:
        """At once, with every connection; the process that was started, and no other."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)  # nothing here is worth a checkpoint
            self.process.wait(LONGEST_START)
            self.process = None

    def _wait(self) -> None:
        import psycopg

        until = time.monotonic() + LONGEST_START
        while True:
            try:
                self.sql("SELECT 1")
                return
            except psycopg.OperationalError:
                gone = self.process is None or self.process.poll() is not None
                if gone or time.monotonic() > until:
                    pytest.fail(
                        f"the server did not start: {(self.folder / 'log').read_text()}", pytrace=False
                    )
                time.sleep(0.02)


def name_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


@contextmanager
def running() -> Iterator[Server]:
    found = needed()
    folder = Path(tempfile.mkdtemp(prefix="misconsole-pg-"))  # short: a socket's path may have 107 bytes
    made = Server(found, folder)
    try:
        _prepare(made)
        made.start()
        made.sql(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(server: Server) -> None:
    folder = server.folder
    secret = folder / "pw"
    secret.write_text(PASSWORD)
    if os.geteuid() == 0:
        account = pwd.getpwnam(_account())
        for path in (folder, secret):
            os.chown(path, account.pw_uid, account.pw_gid)
    words = [
        str(server.bin / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "--auth=scram-sha-256",
        f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
    ]  # fmt: skip
    done = subprocess.run(words, capture_output=True, cwd=folder, env=_env(), check=False, text=True, **_as())
    assert done.returncode == 0, done.stderr


def _account() -> str:
    """The server refuses to run as root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.fail("no account to run the server as", pytrace=False)


def _end_with_us() -> None:
    """In the child: when whoever started it is killed, the server is told to end, too."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _as() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(_account())
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _env() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
