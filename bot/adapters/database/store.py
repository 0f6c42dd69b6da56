"""The store: SQLAlchemy Core on SQLite or PostgreSQL, one class for both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.adapters.database.consents import StoredConsents
from bot.adapters.database.conversations import StoredConversations
from bot.adapters.database.enrolments import JourneyVersions, StoredEnrolments, Watermark
from bot.adapters.database.feeds import StoredFeeds
from bot.adapters.database.handoffs import StoredHandoffs
from bot.adapters.database.inbox import StoredInbox
from bot.adapters.database.outbox import StoredOutbox
from bot.adapters.database.people import StoredCrmLinks, StoredProfiles, StoredScores
from bot.adapters.database.repository import Session
from bot.adapters.database.sqlite import open_sqlite
from bot.adapters.migrations import HEAD, upgrade
from bot.domain.errors import Conflict, SettingsError

CONNECT_TIMEOUT_SECONDS = 10
STATEMENT_TIMEOUT_SECONDS = 60
SERIALISATION_FAILURES = ("40001", "40P01")
"""PostgreSQL's codes for a serialisation failure and a deadlock: both are resolved by trying again."""


class Transaction:
    """The unit of work: one transaction, and the groups of tables in it."""

    def __init__(self, session: Session, versions: JourneyVersions, watermark: Watermark) -> None:
        self.profiles = StoredProfiles(session)
        self.conversations = StoredConversations(session)
        self.inbox = StoredInbox(session)
        self.outbox = StoredOutbox(session)
        self.consents = StoredConsents(session)
        self.enrolments = StoredEnrolments(session, versions, watermark)
        self.handoffs = StoredHandoffs(session)
        self.scores = StoredScores(session)
        self.crm_links = StoredCrmLinks(session)
        self.feeds = StoredFeeds(session)


class Database:
    """The `Store` of `bot/ports.py`. Opens nothing until it is first used."""

    def __init__(self, url: str) -> None:
        self._url = _read_url(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = _open(self._url)
        self._versions = JourneyVersions()
        self._watermark = Watermark()
        self._writer: AsyncConnection | None = None
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    @property
    def shared(self) -> bool:
        """SQLite has one process that works; PostgreSQL may have many."""
        return not self._is_sqlite

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commits on a clean exit. On SQLite one at a time; on PostgreSQL as many as the pool has connections."""
        async with self._begin() as connection:
            transaction = Transaction(Session(connection), self._versions, self._watermark)
            yield transaction
            await transaction.feeds.write()
        transaction.enrolments.committed()

    async def migrate(self) -> None:
        """Bring the tables to this version's shape; raises SettingsError when the database cannot be used."""
        try:
            async with self._begin() as connection:
                if await _version(Session(connection)) == HEAD:
                    return
                await connection.run_sync(upgrade)
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            raise self._unusable(error) from error

    async def check(self) -> None:
        """Raises SettingsError when the database does not answer."""
        try:
            async with self._begin() as connection:
                await Session(connection).execute(text("SELECT 1"))
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            raise self._unusable(error) from error

    async def close(self) -> None:
        async with self._turn:
            if self._writer is not None:
                await self._writer.close()
                self._writer = None
            await self._engine.dispose()

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        if self._is_sqlite:
            async with self._one_at_a_time() as connection, connection.begin():
                yield connection
            return
        try:
            async with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in SERIALISATION_FAILURES:
                raise Conflict("two transactions got into each other's way; try again.") from error
            raise

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[AsyncConnection]:
        """SQLite's one connection, kept open: taking it from the pool and back would cost more than most statements."""
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("a transaction was begun inside a transaction of the same task; pass the unit of work.")
        async with self._turn:
            self._holder = asyncio.current_task()
            try:
                if self._writer is None or self._writer.invalidated:
                    self._writer = await self._engine.connect()
                yield self._writer
            finally:
                self._holder = None

    def _unusable(self, error: Exception) -> SettingsError:
        shown = self._url.render_as_string(hide_password=True)
        cause = getattr(error, "orig", None) or error
        advice = (
            "Is the path right, and may we write there?" if self._is_sqlite else "Is the server up, is the name right?"
        )
        return SettingsError(f"the database {shown} cannot be used: {cause}. {advice} OVERTURE_DATABASE names it.")


def _read_url(url: str) -> URL:
    forms = "sqlite+aiosqlite:///file.db or postgresql+asyncpg://user:word@host/name"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingsError(f"OVERTURE_DATABASE is no database URL. Write {forms}.") from error
    if parsed.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise SettingsError(f'OVERTURE_DATABASE begins with "{parsed.drivername}", which we do not use. Write {forms}.')
    return parsed


def _open(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        return open_sqlite(url)
    return create_async_engine(
        url,
        hide_parameters=True,  # an error is logged, and the values are what people wrote
        pool_size=10,
        max_overflow=10,
        pool_timeout=STATEMENT_TIMEOUT_SECONDS,
        connect_args={"timeout": CONNECT_TIMEOUT_SECONDS, "command_timeout": STATEMENT_TIMEOUT_SECONDS},
    )


async def _version(session: Session) -> str | None:
    """The schema's version; None in an empty database."""
    there = text(
        "SELECT to_regclass('alembic_version')::text"
        if session.is_postgresql
        else "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
    )
    if (await session.execute(there)).scalar() is None:
        return None
    version: str | None = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    return version
