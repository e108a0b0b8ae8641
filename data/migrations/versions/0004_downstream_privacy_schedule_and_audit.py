"""Hand-outs, targets, erasure, schedule, notices, presence, figures by week, and a sealed audit trail.

People and accounts get ids that never come again: directories and exports know them by these.  SQLite adds
that only to a table made anew, so both are; ``data.store`` holds the foreign keys to it afterwards.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: Where ids of rows that are gone may still stand: (table, its column, which of its rows).
_EVER = {
    "account": (
        ("journal", "row_id", "table_name = 'account'"),
        ("reserved_name", "account_id", "true"),
        ("decision", "account_id", "true"),
    ),
    "person": (("journal", "row_id", "table_name = 'person'"), ("decision", "person_id", "true")),
}


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _made_anew(table: str, *, never_again: bool) -> AbstractContextManager[BatchOperations]:
    """PostgreSQL's sequences never go back; there the table stays as it is."""
    return op.batch_alter_table(
        table,
        recreate="always" if _on_sqlite() else "never",
        table_kwargs={"sqlite_autoincrement": never_again},
    )


def _count_on() -> None:
    """From the highest id that anything still tells of, be its row there or not."""
    if not _on_sqlite():
        return
    for table, places in _EVER.items():
        asked = [f"SELECT max(id) AS n FROM {table}"]  # noqa: S608 - our own names
        asked += [f"SELECT max({column}) FROM {place} WHERE {which}" for place, column, which in places]  # noqa: S608
        op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{table}'")  # noqa: S608
        op.execute(
            f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', max(coalesce(n, 0)) "  # noqa: S608
            f"FROM ({' UNION ALL '.join(asked)})"
        )


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since", sa.String(length=32), nullable=True),
        sa.Column("seen_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("session"),
    )
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.create_index("ix_presence_school_id", ["school_id"], unique=False)

    op.create_table(
        "worker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=True),
        sa.Column("heartbeat_at", sa.String(length=32), nullable=True),
        sa.Column("stopped_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=True),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.create_index("ix_erasure_school_id", ["school_id"], unique=False)

    op.create_table(
        "handout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("handout", schema=None) as batch_op:
        batch_op.create_index("ix_handout_at", ["at"], unique=False)
        batch_op.create_index("ix_handout_school_id", ["school_id"], unique=False)

    op.create_table(
        "slot",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=True),
        sa.Column("late_at", sa.String(length=32), nullable=True),
        sa.Column("last_slot", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("school_id"),
    )
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.create_index("ix_slot_due_at", ["due_at"], unique=False)

    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("secret_ref", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.String(length=32), nullable=True),
        sa.Column("pushed_at", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("school_id", "name"),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index("ix_target_school_id", ["school_id"], unique=False)

    op.create_table(
        "told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=True),
        sa.Column("sent_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "key"),
    )
    with op.batch_alter_table("told", schema=None) as batch_op:
        batch_op.create_index("ix_told_school_id", ["school_id"], unique=False)

    op.create_table(
        "week_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("school_id", "week", "kind"),
    )
    with op.batch_alter_table("week_figure", schema=None) as batch_op:
        batch_op.create_index("ix_week_figure_school_id", ["school_id"], unique=False)

    op.create_table(
        "handout_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handout_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["handout_id"],
            ["handout.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("handout_id", "account_id"),
    )
    with op.batch_alter_table("handout_line", schema=None) as batch_op:
        batch_op.create_index("ix_handout_line_account_id", ["account_id"], unique=False)
        batch_op.create_index("ix_handout_line_handout_id", ["handout_id"], unique=False)

    op.create_table(
        "target_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("written", sa.JSON(), nullable=False),
        sa.Column("password_set", sa.Boolean(), nullable=False),
        sa.Column("first_at", sa.String(length=32), nullable=True),
        sa.Column("at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["target_id"],
            ["target.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("target_id", "account_id"),
        sa.UniqueConstraint("target_id", "remote_id"),
    )
    with op.batch_alter_table("target_account", schema=None) as batch_op:
        batch_op.create_index("ix_target_account_account_id", ["account_id"], unique=False)
        batch_op.create_index("ix_target_account_target_id", ["target_id"], unique=False)

    op.create_table(
        "target_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["target_id"],
            ["target.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("target_change", schema=None) as batch_op:
        batch_op.create_index("ix_target_change_account_id", ["account_id"], unique=False)
        batch_op.create_index("ix_target_change_run_id", ["run_id"], unique=False)
        batch_op.create_index("ix_target_change_target_id", ["target_id"], unique=False)

    with _made_anew("account", never_again=True) as batch_op:
        batch_op.add_column(sa.Column("own_display_name", sa.String(), nullable=True))
    with _made_anew("person", never_again=True):
        pass
    _count_on()

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("place", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("seal", sa.String(), nullable=False, server_default=""))

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("target_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("due_at", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("source", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.create_index("ix_run_target_id", ["target_id"], unique=False)
        batch_op.create_index(
            "ix_run_open",
            ["state"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'running', 'held')"),
            postgresql_where=sa.text("state IN ('queued', 'running', 'held')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index("ix_run_open")
        batch_op.drop_index("ix_run_target_id")
        batch_op.drop_column("source")
        batch_op.drop_column("due_at")
        batch_op.drop_column("target_id")

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_column("seal")
        batch_op.drop_column("place")
        batch_op.drop_column("origin")

    with _made_anew("person", never_again=False):
        pass
    with _made_anew("account", never_again=False) as batch_op:
        batch_op.drop_column("own_display_name")

    with op.batch_alter_table("target_change", schema=None) as batch_op:
        batch_op.drop_index("ix_target_change_target_id")
        batch_op.drop_index("ix_target_change_run_id")
        batch_op.drop_index("ix_target_change_account_id")

    op.drop_table("target_change")
    with op.batch_alter_table("target_account", schema=None) as batch_op:
        batch_op.drop_index("ix_target_account_target_id")
        batch_op.drop_index("ix_target_account_account_id")

    op.drop_table("target_account")
    with op.batch_alter_table("handout_line", schema=None) as batch_op:
        batch_op.drop_index("ix_handout_line_handout_id")
        batch_op.drop_index("ix_handout_line_account_id")

    op.drop_table("handout_line")
    with op.batch_alter_table("week_figure", schema=None) as batch_op:
        batch_op.drop_index("ix_week_figure_school_id")

    op.drop_table("week_figure")
    with op.batch_alter_table("told", schema=None) as batch_op:
        batch_op.drop_index("ix_told_school_id")

    op.drop_table("told")
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index("ix_target_school_id")

    op.drop_table("target")
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_index("ix_slot_due_at")

    op.drop_table("slot")
    with op.batch_alter_table("handout", schema=None) as batch_op:
        batch_op.drop_index("ix_handout_school_id")
        batch_op.drop_index("ix_handout_at")

    op.drop_table("handout")
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.drop_index("ix_erasure_school_id")

    op.drop_table("erasure")
    op.drop_table("worker")
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.drop_index("ix_presence_school_id")

    op.drop_table("presence")
