"""Moves a store to the newest schema with Alembic, in one transaction: all of it or nothing.

Imported only when a store is new or old.  ``python -m data.migrate draft "what for"`` writes the next
migration from the difference between ``data.tables`` and the newest revision.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from data import migrations

if TYPE_CHECKING:
    from sqlalchemy import Connection


def config(connection: Connection) -> Config:
    """Alembic's settings without an ini file; ``env.py`` takes the connection from here."""
    made = Config()
    made.set_main_option("script_location", str(migrations.FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def current(connection: Connection) -> str | None:
    """The revision a store is at, None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """To the newest revision, within the caller's transaction."""
    command.upgrade(config(connection), "head")


def draft(message: str) -> Path:
    """Write the next migration, to be read and corrected by a person."""
    from data.store import engine_for

    known = migrations.revisions()
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_for(f"sqlite:///{folder}/draft.sqlite3")
        with engine.begin() as connection:
            if known:
                upgrade(connection)
            number = f"{int(known[-1]) + 1 if known else 1:04d}"
            script = command.revision(config(connection), message=message, autogenerate=True, rev_id=number)
        engine.dispose()
    if script is None or isinstance(script, list):
        raise RuntimeError("Alembic wrote no single migration")
    return Path(script.path)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "draft":
        raise SystemExit('usage: python -m data.migrate draft "what for"')
    sys.stdout.write(f"{draft(sys.argv[2])}\n")
