"""A SQLite file is one process's to serve from, and nobody's while a backup takes its place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.domain.errors import SettingsError

WAIT_SECONDS = 2.0
"""For one that is just ending."""


@contextmanager
def sole_user(database: Path | None) -> Iterator[None]:
    """Raises SettingsError while another process is. With None the database is a server's, which knows how to share.

    The lock is SQLite's own, on an empty file beside the database: it ends with its process, however that ends.
    """
    if database is None:
        yield
        return
    with closing(_lock_beside(database)):
        yield


def _lock_beside(database: Path) -> sqlite3.Connection:
    shut = f"we may not write beside the database {database}, see OVERTURE_DATABASE and OVERTURE_DATA"
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(f"{database}-in-use", timeout=WAIT_SECONDS, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise SettingsError(f"{shut}: {error}") from error
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        if "locked" not in str(error):
            raise SettingsError(f"{shut}: {error}") from error
        raise SettingsError(
            f"another process serves from the database {database}, which takes one only. Stop it first, or set "
            "OVERTURE_DATABASE to another; for several processes, to a PostgreSQL."
        ) from error
    return lock
