"""Alembic migrations, installed with the package. A new one: `python -m bot.adapters.migrations "what it does"`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0009"
"""The latest version: a database that has it is left alone, without loading Alembic."""

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7306082711)")
"""Two processes that start together migrate once. The number is Overture's own and means nothing."""


def configuration(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Bring the database to HEAD, inside the transaction that is open."""
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(ONE_AT_A_TIME)
    command.upgrade(configuration(connection), "head")
