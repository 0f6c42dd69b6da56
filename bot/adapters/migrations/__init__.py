"""Alembic migrations, installed with the package. A new one: `python -m bot.adapters.migrations "what it does"`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from bot.domain.errors import SettingsError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0055"
"""The latest version: a database that has it is left alone, without loading Alembic."""

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7306082711)")
"""Two processes that start together migrate once. The number is Overture's own and means nothing."""


WAIT_FOR_LOCKS = "SET LOCAL lock_timeout = '{seconds:g}s'"
"""A change of a table waits for those who use it, and everybody who comes after waits for the change."""

LONGEST_WAIT_SECONDS = 3.0


def configuration(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def known_versions() -> Sequence[str]:
    """Of the tables, the first first."""
    from alembic.script import ScriptDirectory

    return [one.revision for one in ScriptDirectory(str(Path(__file__).parent)).walk_revisions()][::-1]


def migrate(connection: Connection, revision: str = HEAD) -> None:
    """Bring the database to this version, forward or back, inside the transaction that is open.

    Raises SettingsError where there is no such version, or the database is of one that we do not know.
    """
    from alembic import command
    from alembic.migration import MigrationContext

    if connection.dialect.name == "postgresql":
        connection.execute(ONE_AT_A_TIME)
        connection.execute(text(WAIT_FOR_LOCKS.format(seconds=LONGEST_WAIT_SECONDS)))
    told = configuration(connection)
    versions = known_versions()
    now = MigrationContext.configure(connection).get_current_revision()
    if revision not in versions:
        raise SettingsError(f'there is no version "{revision}" of the tables. There are {", ".join(versions)}.')
    if now is not None and now not in versions:
        raise SettingsError(
            f"the database is at version {now}, which a later Overture made; this one knows them up to {HEAD}. "
            "Run that Overture, or let it bring the database back first: overture migrate --to " + HEAD
        )
    back = now is not None and versions.index(now) > versions.index(revision)
    (command.downgrade if back else command.upgrade)(told, revision)
