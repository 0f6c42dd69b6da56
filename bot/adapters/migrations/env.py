"""Alembic's entry: runs migrations on the connection that `bot.adapters.migrations` was given."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator

from bot.adapters.tables import metadata


def in_plain_types(kind: str, item: Any, _: object) -> str | Literal[False]:
    """A migration names the database's types, so that it stays what it was when ours change."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{type(item.impl_instance).__name__}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=in_plain_types,
)
with context.begin_transaction():
    context.run_migrations()
