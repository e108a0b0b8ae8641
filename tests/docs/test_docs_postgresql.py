"""Every command of docs/postgresql.md does on a real server what the page says, in the order of the page."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store import Store
from data.tables import Account
from tests import seed
from tests.postgresql import PASSWORD, Server

PAGE = Path(__file__).parents[2] / "docs" / "postgresql.md"
OURS = ("misconsole", "misconsole_back")
TYPED = "canary-Typed-pw1"


def commands(program: str) -> list[str]:
    """The lines of the page that call a program, without what makes the administrator of whoever types it."""
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)).splitlines()
    bare = [line.removeprefix("sudo -u postgres ") for line in lines]
    return [line for line in bare if line.partition(" ")[0] == program]


class Typist:
    """Types a line of the page at this server: its own programs, its socket in the place of db.example."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder = server, folder

    def __call__(self, line: str, *, role: str = "", typed: str = "") -> str:
        program, *words = shlex.split(self.at_socket(line))
        env = {
            "PATH": os.environ["PATH"], "PGHOST": str(self.server.folder), "PGPORT": str(self.server.port),
            "PGUSER": role or "postgres", "PGPASSWORD": TYPED if role else PASSWORD,
        }  # fmt: skip
        done = subprocess.run(
            [self.server.bin / program, *words], input=typed, text=True, capture_output=True, env=env,
            cwd=self.folder, start_new_session=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (line, done.stderr)
        return done.stdout

    def at_socket(self, line: str) -> str:
        here = f"host={self.server.folder}&port={self.server.port}"
        return line.replace("@db.example/", "@/").replace("sslmode=verify-full", here)


@pytest.fixture
def type_in(postgresql_server: Server, tmp_path: Path) -> Iterator[Typist]:
    yield Typist(postgresql_server, tmp_path)
    for name in OURS:
        postgresql_server.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    postgresql_server.sql("DROP ROLE IF EXISTS misconsole")


def test_the_page_sets_a_store_up_dumps_it_and_puts_it_back(type_in: Typist, tmp_path: Path) -> None:
    [make_role], [make, make_again] = commands("createuser"), commands("createdb")
    revoke, count_on = commands("psql")
    type_in(make_role, typed=f"{TYPED}\n{TYPED}\n")
    type_in(make)
    type_in(revoke)
    [exported] = commands("export")
    address = type_in.at_socket(shlex.split(exported)[1].partition("=")[2])
    url = address.replace("misconsole@", f"misconsole:{TYPED}@")
    with Store.open(url) as store:
        e = seed.Estate(store, seed.Secrets.at(tmp_path / "secrets"), tmp_path)
        last = e.account(e.school(), "a.lee", "Ann", "Lee")

    [dump], [restore] = commands("pg_dump"), commands("pg_restore")
    type_in(dump, role="misconsole")
    type_in(make_again)
    type_in(restore, role="misconsole")
    type_in(count_on, role="misconsole")
    with Store.open(url.replace("/misconsole?", "/misconsole_back?"), migrate=False) as back:
        e = seed.Estate(back, e.secrets, tmp_path)
        assert [row.username for row in e.all(Account)] == ["a.lee"]
        [school] = e.all(seed.tables.School)
        assert e.account(school.id, "b.lee", "Bo", "Lee") > last + 1_000_000


def test_every_mend_that_makes_a_database_says_what_the_page_says() -> None:
    from data import server

    words = commands("createdb")[0].rpartition(" ")[0].replace("--owner=misconsole", "--owner=ROLE")
    assert f"{words} NAME" in server._UNFIT and f"{words} NAME" in server._MENDS["database"]
