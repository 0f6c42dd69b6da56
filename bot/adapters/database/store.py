"""The store: SQLAlchemy Core on SQLite or PostgreSQL, one class for both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import URL, func, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from bot.adapters.database.accounts import StoredAccounts
from bot.adapters.database.audit import StoredAudit
from bot.adapters.database.challenges import StoredChallenges
from bot.adapters.database.consents import StoredConsents
from bot.adapters.database.conversations import StoredConversations
from bot.adapters.database.crm_writes import StoredCrmWrites
from bot.adapters.database.desk_pages import StoredDeskPages
from bot.adapters.database.enrolments import JourneyVersions, StoredEnrolments, Watermark
from bot.adapters.database.feeds import StoredFeeds
from bot.adapters.database.figures import StoredFigures
from bot.adapters.database.files import StoredFiles
from bot.adapters.database.handoffs import StoredHandoffs
from bot.adapters.database.imports import StoredImports
from bot.adapters.database.inbox import StoredInbox
from bot.adapters.database.installations import StoredInstallations
from bot.adapters.database.intakes import StoredIntakes
from bot.adapters.database.meetings import StoredMeetings
from bot.adapters.database.merges import StoredMerges
from bot.adapters.database.outbox import StoredOutbox
from bot.adapters.database.passages import StoredPassages
from bot.adapters.database.people import StoredCrmLinks, StoredProfiles, StoredScores
from bot.adapters.database.personal_data import StoredPersonalData
from bot.adapters.database.postgresql import PostgresServer
from bot.adapters.database.privacy_requests import StoredPrivacyRequests
from bot.adapters.database.publishing import StoredJourneys
from bot.adapters.database.queues import StoredQueues
from bot.adapters.database.repository import Session
from bot.adapters.database.reviews import StoredReviews
from bot.adapters.database.schedules import StoredSchedules
from bot.adapters.database.segments import StoredSegments
from bot.adapters.database.sqlite import SqliteFile
from bot.adapters.database.timeline import StoredTimeline
from bot.adapters.migrations import HEAD, migrate
from bot.domain.errors import Conflict, SettingsError
from bot.domain.ids import ProfileId

TRY_AGAIN = ("40001", "40P01", "23503")
"""PostgreSQL's codes for what another transaction has brought about, so that a second try finds it done.

A serialisation failure, a deadlock, and a row that this one belongs to and that is gone: a person who was merged.
"""


class Transaction:
    """The unit of work: one transaction, and the groups of tables in it."""

    def __init__(self, session: Session, versions: JourneyVersions, watermark: Watermark) -> None:
        self.profiles = StoredProfiles(session)
        self.conversations = StoredConversations(session)
        self.inbox = StoredInbox(session)
        self.outbox = StoredOutbox(session)
        self.queues = StoredQueues(session)
        self.consents = StoredConsents(session)
        self.challenges = StoredChallenges(session)
        self.privacy_requests = StoredPrivacyRequests(session)
        self.enrolments = StoredEnrolments(session, versions, watermark)
        self.handoffs = StoredHandoffs(session)
        self.journeys = StoredJourneys(session)
        self.intakes = StoredIntakes(session, watermark)
        self.passages = StoredPassages(session)
        self.scores = StoredScores(session)
        self.figures = StoredFigures(session)
        self.segments = StoredSegments(session)
        self.crm_links = StoredCrmLinks(session)
        self.crm_writes = StoredCrmWrites(session)
        self.imports = StoredImports(session)
        self.meetings = StoredMeetings(session)
        self.desk_pages = StoredDeskPages(session)
        self.files = StoredFiles(session)
        self.feeds = StoredFeeds(session)
        self.reviews = StoredReviews(session)
        self.schedules = StoredSchedules(session)
        self.timeline = StoredTimeline(session)
        self.merges = StoredMerges(session, self.write)
        self.personal_data = StoredPersonalData(session)
        self.installations = StoredInstallations(session)
        self.accounts = StoredAccounts(session)
        self.audit = StoredAudit(session)

    def expect(self, people: Collection[ProfileId]) -> None:
        for group in (self.profiles, self.scores, self.conversations, self.handoffs):
            group.expect(people)

    async def write(self) -> None:
        """Write what was left to the end; last what others may wait for on PostgreSQL: counts, and the feeds' lock."""
        await self.enrolments.write()
        await self.scores.write()
        await self.timeline.write()
        await self.outbox.write()
        await self.passages.write()
        await self.feeds.write()


class Database:
    """The `Store` of `bot/ports/`. Opens nothing until it is first used."""

    def __init__(self, url: str) -> None:
        self._url = _read_url(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._backend = SqliteFile(self._url) if self._is_sqlite else PostgresServer(self._url)
        self._versions = JourneyVersions()
        self._watermark = Watermark()

    @property
    def shared(self) -> bool:
        """SQLite has one process that works; PostgreSQL may have many."""
        return not self._is_sqlite

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commits on a clean exit. On SQLite one at a time; on PostgreSQL as many as the pool has connections."""
        try:
            async with self._backend.transaction() as session:
                transaction = Transaction(session, self._versions, self._watermark)
                yield transaction
                await transaction.write()
                await transaction.audit.write()  # under a lock, so that nothing else is waited for under it
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in TRY_AGAIN:
                raise Conflict("two transactions got into each other's way; try again.") from error
            raise
        transaction.enrolments.committed()

    async def migrate(self, revision: str = HEAD) -> None:
        """Bring the tables to this version's shape; raises SettingsError when the database cannot be used."""
        if await self.revision() == revision:
            return
        try:
            async with self._backend.migration() as connection:
                await connection.run_sync(migrate, revision)
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            raise self._unusable(error) from error

    async def revision(self) -> str | None:
        """The version that the tables are of; None in an empty database. Raises SettingsError."""
        try:
            async with self._backend.transaction() as session:
                return await _version(session)
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            raise self._unusable(error) from error

    async def check(self) -> None:
        """Raises SettingsError when the database does not answer."""
        try:
            async with self._backend.transaction() as session:
                await session.execute(text("SELECT 1"))
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            raise self._unusable(error) from error

    async def clock_difference(self) -> timedelta | None:
        """How far the server's clock is ahead of ours; None where the database has no clock of its own."""
        if self._is_sqlite:
            return None
        async with self._backend.transaction() as session:
            theirs: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        return theirs - datetime.now(UTC)

    async def close(self) -> None:
        await self._backend.close()

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
