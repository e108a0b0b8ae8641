"""Notes on cases, changes of MIS, contacts that were used, and finding accounts over all domains."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LONG_NAME = "length(search_name) - length(replace(search_name, ' ', '')) >= 2"


def upgrade() -> None:
    op.create_table(
        "mis_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("mis", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("secret_ref", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("remote_name", sa.String(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("rehearsed_at", sa.String(length=32), nullable=True),
        sa.Column("applied_at", sa.String(length=32), nullable=True),
        sa.Column("applied_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("mis_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mis_move_school_id"), ["school_id"], unique=False)

    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=True),
        sa.Column("assigned_to", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("case_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_note_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_note_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_note_school_id"), ["school_id"], unique=False)

    op.create_table(
        "contact_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("given_name", sa.String(), nullable=True),
        sa.Column("family_name", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("relationship", sa.String(), nullable=True),
        sa.Column("parental_responsibility", sa.Boolean(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("contact_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_use_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_use_school_id"), ["school_id"], unique=False)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index("ix_account_email", ["email"], unique=False)
        batch_op.create_index("ix_account_username_key", ["username_key"], unique=False)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(
            "ix_person_long_name",
            ["search_name"],
            unique=False,
            sqlite_where=sa.text(LONG_NAME),
            postgresql_where=sa.text(LONG_NAME),
        )


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_long_name")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index("ix_account_username_key")
        batch_op.drop_index("ix_account_email")

    with op.batch_alter_table("contact_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_use_school_id"))
        batch_op.drop_index(batch_op.f("ix_contact_use_person_id"))

    op.drop_table("contact_use")
    with op.batch_alter_table("case_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_note_school_id"))
        batch_op.drop_index(batch_op.f("ix_case_note_person_id"))
        batch_op.drop_index(batch_op.f("ix_case_note_account_id"))

    op.drop_table("case_note")
    with op.batch_alter_table("mis_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mis_move_school_id"))

    op.drop_table("mis_move")
