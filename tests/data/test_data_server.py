"""A store on a real PostgreSQL server: what it refuses, what it says, and what it never says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import errors as driver
from sqlalchemy.engine import URL, make_url
from sqlmodel import func, select

from data import migrate, migrations, server
from data.errors import StoreProblem
from data.store import Store, engine_for
from data.tables import School
from tests.postgresql import PASSWORD, Server, name_of

SHOWN = "postgresql+psycopg://desk@db.example:5433/misconsole"


@pytest.fixture
def database(postgresql_server: Server) -> Iterator[Callable[..., str]]:
    """Makes databases that go with the test; without words one with an empty store in it."""
    made: list[str] = []

    def make(**how: str | bool) -> str:
        made.append(postgresql_server.new(**how))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for url in made:
        postgresql_server.drop(url)


def schools(store: Store) -> int:
    with store.read() as s:
        return s.exec(select(func.count()).select_from(School)).one()


def refused(url: str, **how: bool) -> StoreProblem:
    """What opening it is refused with; nothing it was caused by tells the password either."""
    with pytest.raises(StoreProblem) as caught:
        Store.open(url, **how)
    told, error = caught.value, caught.value.__cause__
    for said in (told.message, told.mend, repr(told), str(error), repr(error)):
        assert "canary" not in said and PASSWORD not in said
    return told


class TestAddress:
    @given(st.text(min_size=1, max_size=20).map(lambda text: f"k{text}9"))
    def test_no_password_is_shown_whatever_is_in_it(self, password: str) -> None:
        url = URL.create("postgresql+psycopg", "desk", password, "db.example", 5433, "misconsole")
        told = url.render_as_string(hide_password=False)
        assert server.without_password(told) == SHOWN
        assert server.has_password(told)

    @given(st.text("ab:/?#@%&=[] ", min_size=1, max_size=12).map(lambda text: f"k{text}9"))
    def test_nor_one_that_somebody_forgot_to_escape(self, password: str) -> None:
        told = server.without_password(f"postgresql://desk:{password}@db.example/misconsole")
        assert told == "postgresql://desk@db.example/misconsole"
        assert server.named(f"postgresql://desk:{password}@db.example/mis") == "mis on db.example"

    @pytest.mark.parametrize("name", ["password", "PASSWORD", "sslpassword", "pass%77ord"])
    def test_nor_one_among_the_parameters(self, name: str) -> None:
        url = f"postgresql+psycopg://db.example/misconsole?user=desk&{name}=canary&sslmode=require"
        told = server.without_password(url)
        assert told == "postgresql+psycopg://db.example/misconsole?user=desk&sslmode=require"
        assert server.has_password(url) and not server.has_password(told)

    @pytest.mark.parametrize(
        "url",
        [SHOWN, "postgresql://db.example/mis", "postgresql+psycopg:///mis?host=/run/postgresql&port=5432"],
    )
    def test_an_address_without_one_stays_as_it_is(self, url: str) -> None:
        assert server.without_password(url) == url
        assert not server.has_password(url)

    def test_the_servers_own_tools_take_it_without_our_drivers_name(self) -> None:
        told = server.libpq("postgresql+psycopg://desk:canary@db.example/misconsole")
        assert told == "postgresql://desk@db.example/misconsole"

    def test_a_port_that_is_none_is_not_quoted(self) -> None:
        """It may be the rest of a password."""
        assert refused("postgresql://desk@db.example:canary/misconsole").code == "missing"

    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_every_way_to_name_the_kind_of_server_is_understood(self, scheme: str) -> None:
        made = engine_for(f"{scheme}://desk@db.example/misconsole")
        assert (made.dialect.name, made.dialect.driver) == ("postgresql", "psycopg")
        made.dispose()


class TestRefused:
    @pytest.mark.parametrize("change", [{"password": "canary-wrong"}, {"username": "nobody"}])
    def test_a_wrong_name_or_password(self, database: Callable[..., str], change: dict[str, str]) -> None:
        told = refused(make_url(database()).set(**change).render_as_string(hide_password=False))
        assert told.code == "denied" and "pgpass" in told.mend

    def test_a_database_that_is_not_there_with_the_command_that_makes_it(
        self, database: Callable[..., str]
    ) -> None:
        url = make_url(database()).set(database="nowhere").render_as_string(hide_password=False)
        told = refused(url)
        assert told.code == "missing" and "nowhere" in told.message and "createdb" in told.mend

    def test_a_server_that_does_not_answer(self, database: Callable[..., str]) -> None:
        url = make_url(database()).update_query_dict({"port": "9"}).render_as_string(hide_password=False)
        told = refused(url)
        assert told.code == "missing" and "does not answer" in told.message

    def test_an_option_the_driver_does_not_know(self, database: Callable[..., str]) -> None:
        assert "not understood" in refused(f"{database()}&secret=canary").message

    def test_an_empty_database_where_a_store_was_expected(self, database: Callable[..., str]) -> None:
        assert refused(database(empty=True), create=False).code == "missing"

    def test_a_database_that_holds_something_else(
        self, database: Callable[..., str], postgresql_server: Server
    ) -> None:
        url = database(empty=True)
        postgresql_server.sql("CREATE TABLE customers (id int)", database=name_of(url))
        told = refused(url)
        assert told.code == "damaged" and "other tables" in told.message and "of its own" in told.mend
        assert postgresql_server.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'",
                                     database=name_of(url)) == [(1,)]  # fmt: skip

    @pytest.mark.parametrize(
        ("how", "word"),
        [
            ("TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-GB' LOCALE 'C'", "sorts"),
            ("TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'", "LATIN1"),
        ],
    )
    def test_a_database_of_another_order_or_encoding(
        self, database: Callable[..., str], how: str, word: str
    ) -> None:
        """A name would stand in another place of a list than in the range of an index it is looked for in."""
        told = refused(database(how=how))
        assert told.code == "damaged" and word in told.message and "--locale=C" in told.mend

    def test_a_role_that_may_not_make_tables(
        self, database: Callable[..., str], postgresql_server: Server
    ) -> None:
        url = database(empty=True)
        postgresql_server.sql(f"ALTER DATABASE {name_of(url)} OWNER TO postgres")
        told = refused(url)
        assert told.code == "denied" and "owns the database" in told.mend

    def test_a_store_of_a_newer_version(
        self, database: Callable[..., str], postgresql_server: Server
    ) -> None:
        url = database()
        postgresql_server.sql("UPDATE alembic_version SET version_num = '9999'", database=name_of(url))
        assert refused(url).code == "newer"


class TestMigrating:
    def test_an_old_store_is_brought_up_to_date_with_what_is_in_it(
        self, database: Callable[..., str]
    ) -> None:
        url = first_version(database)
        assert refused(url, migrate=False).code == "migration"
        with Store.open(url) as store:
            assert schools(store) == 1
            with store.engine.connect() as connection:
                assert migrate.current(connection) == migrations.head()

    def test_a_migration_that_fails_leaves_the_store_as_it_was(
        self, database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from sqlalchemy import Connection

        url = first_version(database)

        def broken(connection: Connection) -> None:
            connection.exec_driver_sql("ALTER TABLE school ADD COLUMN half text")
            connection.exec_driver_sql("UPDATE nothing SET x = 1")

        monkeypatch.setattr(migrate, "upgrade", broken)
        assert refused(url).code == "migration"
        engine = engine_for(url)
        with engine.connect() as connection:
            assert migrate.current(connection) == migrations.revisions()[0]
            columns = connection.exec_driver_sql("SELECT * FROM school").keys()
        engine.dispose()
        assert "half" not in columns

    def test_several_processes_open_a_new_store_at_once(self, database: Callable[..., str]) -> None:
        url = database(empty=True)
        code = "import sys\nfrom data.store import Store\nStore.open(sys.stdin.readline()).close()"
        openers = [
            subprocess.Popen([sys.executable, "-c", code], text=True, stdin=subprocess.PIPE,
                             stderr=subprocess.PIPE)
            for _ in range(3)
        ]  # fmt: skip
        for each in openers:
            assert each.stdin is not None
            each.stdin.write(url)
            each.stdin.close()
        said = [each.stderr.read() for each in openers if each.stderr is not None]
        for each in openers:
            each.wait()
            assert each.stderr is not None
            each.stderr.close()
        assert said == [""] * 3
        with Store.open(url) as opened:
            assert schools(opened) == 0


def first_version(database: Callable[..., str]) -> str:
    """A store as the first version made it, with a school in it."""
    from alembic import command

    url = database(empty=True)
    engine = engine_for(url)
    with engine.begin() as connection:
        command.upgrade(migrate.config(connection), migrations.revisions()[0])
        names = [column["name"] for column in inspected(connection)]
        given = {"urn": "'1'", "slug": "'a'", "name": "'A'", "options": "'{}'", "version": "0"}
        wanted = [name for name in names if name not in ("id", "created_at")]
        values = ", ".join(given.get(name, "''") for name in wanted)
        connection.exec_driver_sql(f"INSERT INTO school ({', '.join(wanted)}) VALUES ({values})")
    engine.dispose()
    return url


def inspected(connection: object) -> list[dict[str, object]]:
    from sqlalchemy import inspect

    return inspect(connection).get_columns("school")  # type: ignore[return-value, union-attr]


class TestLost:
    def test_what_was_half_done_when_the_server_went_is_not_there_when_it_is_back(
        self, database: Callable[..., str], postgresql_server: Server
    ) -> None:
        """A console outlives a restart of the server; so does the store."""
        with Store.open(database()) as store:
            with pytest.raises(StoreProblem) as caught, store.write() as s:
                s.add(School(urn="1", slug="a", name="A"))
                s.flush()
                postgresql_server.stop()
                s.connection().exec_driver_sql("SELECT 1")
            assert caught.value.code == "missing"
            with pytest.raises(StoreProblem), store.read():
                schools(store)
            postgresql_server.start()
            assert schools(store) == 0

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            ("53100", "full"), ("53300", "locked"), ("55P03", "locked"), ("40P01", "locked"),
            ("57P01", "missing"), ("08006", "missing"), ("42501", "denied"), ("25006", "denied"),
            ("28P01", "denied"), ("3D000", "missing"), ("XX001", "damaged"),
        ],
    )  # fmt: skip
    def test_every_state_of_trouble_has_its_word(self, state: str, code: str) -> None:
        told = server.problem(driver.lookup(state)("said in any language"), SHOWN)
        assert told is not None and told.code == code and told.mend
        assert "misconsole on db.example" in told.message

    def test_an_error_in_our_own_sql_is_not_the_stores_trouble(self) -> None:
        assert server.problem(driver.lookup("42601")("syntax"), SHOWN) is None
        assert server.problem(driver.lookup("23505")("twice"), SHOWN) is None


def test_what_was_deleted_is_not_in_the_servers_files_once_they_are_written_anew(
    database: Callable[..., str], postgresql_server: Server
) -> None:
    """The log and the backups are the server's; a table's file and what is known of its values are ours."""
    url, name = database(), b"Quillfeather"
    with Store.open(url) as store:
        with store.write() as s:
            s.add(School(urn="1", slug="a", name=name.decode()))
        assert name in postgresql_server.bytes_of(url)
        with store.write() as s:
            s.delete(s.exec(select(School)).one())
        assert server.rewrite(store.engine)
        postgresql_server.sql("VACUUM FULL pg_statistic", database=name_of(url))
        assert name not in postgresql_server.bytes_of(url)


def test_a_table_that_is_in_use_is_not_waited_for_for_ever(
    database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.sqlite, "BUSY_SECONDS", 0.05)
    with Store.open(database()) as store:
        with store.read() as s:
            s.exec(select(School)).all()
            assert not server.rewrite(store.engine)
        assert server.rewrite(store.engine)


def test_what_there_is_to_know_of_a_server(database: Callable[..., str], postgresql_server: Server) -> None:
    url = database()
    for role, much in (("desk", False), ("postgres", True)):
        with Store.open(postgresql_server.url(name_of(url), role=role)) as store, store.read() as s:
            seen = server.look(s.connection())
        assert (seen.superuser, seen.private) == (much, True)
        assert seen.bytes > 1_000_000 and seen.version[0].isdigit()
