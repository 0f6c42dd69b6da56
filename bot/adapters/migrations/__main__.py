"""Write a new migration: what the tables have and the last migration has not. Read it before you commit it."""

from __future__ import annotations

import sys

from alembic import command
from sqlalchemy import create_engine

from bot.adapters.migrations import HEAD, configuration, migrate

with create_engine("sqlite://").begin() as connection:
    migrate(connection)
    revision = f"{int(HEAD) + 1:04}"
    command.revision(configuration(connection), " ".join(sys.argv[1:]), autogenerate=True, rev_id=revision)
    sys.stdout.write(f'Now set HEAD = "{revision}" in bot/adapters/migrations/__init__.py.\n')
