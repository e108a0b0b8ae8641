"""Run by Alembic with the connection of ``data.migrate``, which holds the store's write lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from alembic import context
from sqlmodel import SQLModel

from data import tables

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def render_item(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Write plain SQLAlchemy types, so that a migration outlives the model classes."""
    if kind != "type":
        return False
    if isinstance(item, tables.UtcTime):
        return "sa.String(length=32)"
    if type(item).__name__ == "AutoString":
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_item=render_item,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
