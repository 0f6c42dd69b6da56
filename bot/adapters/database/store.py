"""The store: SQLAlchemy Core on SQLite or PostgreSQL, one class for both."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.adapters.database.accounts import StoredAccounts
from bot.adapters.database.address import read_url
from bot.adapters.database.audit import StoredAudit
from bot.adapters.database.challenges import StoredChallenges
from bot.adapters.database.consents import StoredConsents
from bot.adapters.database.conversations import StoredConversations
from bot.adapters.database.crm_links import StoredCrmLinks
from bot.adapters.database.crm_writes import StoredCrmWrites
from bot.adapters.database.desk_pages import StoredDeskPages
from bot.adapters.database.enrolments import JourneyVersions, StoredEnrolments, Watermark
from bot.adapters.database.erasures import StoredErasures
from bot.adapters.database.feeds import StoredFeeds
from bot.adapters.database.figures import StoredFigures
from bot.adapters.database.files import StoredFiles
from bot.adapters.database.handoffs import StoredHandoffs
from bot.adapters.database.hindrances import MOVE_TO_ONE
from bot.adapters.database.hours import StoredHours
from bot.adapters.database.imports import StoredImports
from bot.adapters.database.inbox import StoredInbox
from bot.adapters.database.installations import StoredInstallations
from bot.adapters.database.intakes import StoredIntakes
from bot.adapters.database.keys_in_use import note_keys, require_keys
from bot.adapters.database.lately_read import LatelyRead
from bot.adapters.database.leases import StoredLeases
from bot.adapters.database.links import StoredSentLinks
from bot.adapters.database.meetings import StoredMeetings
from bot.adapters.database.merges import StoredMerges
from bot.adapters.database.opt_out_questions import StoredOptOutQuestions
from bot.adapters.database.outbox import StoredOutbox
from bot.adapters.database.passages import StoredPassages
from bot.adapters.database.people import StoredProfiles
from bot.adapters.database.personal_data import StoredPersonalData
from bot.adapters.database.postgresql import PostgresServer
from bot.adapters.database.privacy_requests import StoredPrivacyRequests
from bot.adapters.database.processes import StoredProcesses
from bot.adapters.database.publishing import StoredJourneys
from bot.adapters.database.queues import StoredQueues
from bot.adapters.database.repository import Session
from bot.adapters.database.retention import StoredRetention
from bot.adapters.database.reviews import StoredReviews
from bot.adapters.database.schedules import StoredSchedules
from bot.adapters.database.scores import StoredScores
from bot.adapters.database.sealing import OFF, Sealing
from bot.adapters.database.segments import StoredSegments
from bot.adapters.database.splits import StoredSplits
from bot.adapters.database.sqlite import SqliteFile
from bot.adapters.database.timeline import StoredTimeline
from bot.adapters.database.trouble import is_conflict, is_trouble
from bot.adapters.migrations import HEAD, migrate
from bot.domain.errors import Conflict, SettingsError
from bot.domain.ids import ProfileId

log = structlog.get_logger()

IS_MIGRATED_POSTGRESQL = text("SELECT to_regclass('alembic_version')::text")
IS_MIGRATED_SQLITE = text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")
VERSION = text("SELECT version_num FROM alembic_version")
SERVERS_CLOCK = select(func.clock_timestamp())
"""Statements are compiled once each, so each is one object."""

OF_PEOPLE = ("enrolments", "scores", "timeline", "outbox")
LEAVE_TO_THE_END = (*OF_PEOPLE, "passages", "splits", "feeds")
"""Groups of which some is written when the transaction ends, in this order."""

G = TypeVar("G")


class _GroupWith(Generic[G]):
    """A group of tables, made when a transaction first asks for it: most ask for two or three of thirty."""

    def __init__(self, make: Callable[[Transaction], G]) -> None:
        self._make = make
        self._name = ""

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, transaction: Transaction, _owner: type | None = None) -> G:
        made = transaction.__dict__[self._name] = self._make(transaction)
        return made


class _Group(_GroupWith[G]):
    """One that needs the session alone."""

    def __init__(self, kind: Callable[[Session], G]) -> None:
        super().__init__(lambda one: kind(one.session))


LOCK_NOT_AVAILABLE, FORBIDDEN, TAKEN = "55P03", "42501", "42P07"
MOST_TRIES, PAUSE_FOR_LOCKS = 20, 3.0
"""Of a migration, while a table that it changes is in use, as by a backup: a minute or two, and then it says so."""


class Transaction:
    """The unit of work: one transaction, and the groups of tables in it."""

    session: Session
    versions: JourneyVersions
    watermark: Watermark
    lately_read: LatelyRead

    profiles = _Group(StoredProfiles)
    conversations = _GroupWith(lambda one: StoredConversations(one.session, one.lately_read))
    inbox = _Group(StoredInbox)
    outbox = _Group(StoredOutbox)
    queues = _Group(StoredQueues)
    consents = _Group(StoredConsents)
    challenges = _Group(StoredChallenges)
    retention = _Group(StoredRetention)
    opt_out_questions = _Group(StoredOptOutQuestions)
    privacy_requests = _Group(StoredPrivacyRequests)
    enrolments = _GroupWith(lambda one: StoredEnrolments(one.session, one.versions, one.watermark))
    handoffs = _Group(StoredHandoffs)
    journeys = _Group(StoredJourneys)
    intakes = _GroupWith(lambda one: StoredIntakes(one.session, one.watermark))
    passages = _Group(StoredPassages)
    splits = _Group(StoredSplits)
    hours = _Group(StoredHours)
    scores = _Group(StoredScores)
    figures = _Group(StoredFigures)
    segments = _Group(StoredSegments)
    crm_links = _Group(StoredCrmLinks)
    crm_writes = _Group(StoredCrmWrites)
    imports = _Group(StoredImports)
    meetings = _Group(StoredMeetings)
    desk_pages = _Group(StoredDeskPages)
    files = _Group(StoredFiles)
    sent_links = _Group(StoredSentLinks)
    feeds = _Group(StoredFeeds)
    reviews = _Group(StoredReviews)
    schedules = _Group(StoredSchedules)
    timeline = _Group(StoredTimeline)
    merges = _GroupWith(lambda one: StoredMerges(one.session, one.write_of_people))
    personal_data = _Group(StoredPersonalData)
    erasures = _Group(StoredErasures)
    installations = _Group(StoredInstallations)
    accounts = _Group(StoredAccounts)
    audit = _Group(StoredAudit)
    leases = _Group(StoredLeases)
    processes = _Group(StoredProcesses)

    def __init__(
        self, session: Session, versions: JourneyVersions, watermark: Watermark, lately_read: LatelyRead
    ) -> None:
        self.session, self.versions, self.watermark, self.lately_read = session, versions, watermark, lately_read

    def expect(self, people: Collection[ProfileId]) -> None:
        for group in (self.profiles, self.scores, self.conversations, self.handoffs):
            group.expect(people)

    async def write(self) -> None:
        """Write what was left to the end; last what others may wait for on PostgreSQL: counts, and the feeds' lock."""
        await self._write(LEAVE_TO_THE_END)

    async def write_of_people(self) -> None:
        """Write what has an owner, and so may be moved. What others wait for stays for the end."""
        await self._write(OF_PEOPLE)

    async def _write(self, groups: Sequence[str]) -> None:
        for name in groups:
            if name in self.__dict__:
                await getattr(self, name).write()

    async def finish(self) -> None:
        """The audit log is written under a lock, so nothing else is waited for under it."""
        await self.write()
        if "audit" in self.__dict__:
            await self.audit.write()

    def committed(self) -> None:
        if "enrolments" in self.__dict__:
            self.enrolments.committed()

    @property
    def has_erased(self) -> bool:
        """Whether somebody was erased in it."""
        return "personal_data" in self.__dict__ and self.personal_data.has_erased


class Database:
    """The `Store` of `bot/ports/`. Opens nothing until it is first used."""

    def __init__(self, url: str, sealing: Sealing = OFF) -> None:
        self._url = read_url(url)
        self._sealing = sealing
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._backend = (SqliteFile if self._is_sqlite else PostgresServer)(self._url, sealing)
        self._versions = JourneyVersions()
        self._watermark = Watermark()
        self._lately_read = LatelyRead()

    @property
    def shared(self) -> bool:
        """SQLite has one process that works; PostgreSQL may have many."""
        return not self._is_sqlite

    @property
    def file(self) -> Path | None:
        """Where SQLite has it; None where a server does."""
        named = self._url.database
        return Path(named) if self._is_sqlite and named and named != ":memory:" else None

    @property
    def sealing(self) -> Sealing:
        """What fields are sealed with."""
        return self._sealing

    @property
    def sealed_attributes(self) -> frozenset[str]:
        """Attributes of people that are sealed: the whole of them can be looked for, and no part."""
        return self._sealing.contact if self._sealing.is_on else frozenset()

    def feed_name(self, feed: str) -> str:
        """What the store calls this feed."""
        return self._sealing.feed_name(feed)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commits on a clean exit. On SQLite one at a time; on PostgreSQL as many as the pool has connections.

        Raises Conflict where another one got into its way: a second try finds that done.
        """
        try:
            async with self._backend.transaction() as session:
                transaction = Transaction(session, self._versions, self._watermark, self._lately_read)
                yield transaction
                await transaction.finish()
        except Exception as error:
            if is_conflict(error):
                raise Conflict("two transactions got into each other's way; try again.") from error
            raise
        transaction.committed()
        if transaction.has_erased:
            self._lately_read.forget()
            await self._backend.forget()

    @asynccontextmanager
    async def reading(self, *, at_length: bool = False) -> AsyncIterator[Transaction]:
        """For what only reads, in statements that need not fit together; raises RuntimeError where one writes."""
        async with self._backend.reading(at_length=at_length) as session:
            transaction = Transaction(session, self._versions, self._watermark, self._lately_read)
            yield transaction
            await transaction.finish()

    async def migrate(self) -> None:
        """Bring the tables to this version's shape; raises SettingsError when the database cannot be used.

        Raises it also where the field keys are not those that the database is sealed with.
        """
        await self.migrate_tables()
        await self.require_writing()
        if (narrow := await self.narrow_encoding()) is not None:
            log.warning(f"the database {narrow}", advice=MOVE_TO_ONE)
        async with self._backend.transaction() as session:
            await require_keys(session)
            await note_keys(session, datetime.now(UTC))

    async def migrate_tables(self, revision: str = HEAD) -> None:
        """Bring the tables to the shape of this or another version, whatever the field keys are."""
        if await self.revision() == revision:
            return
        await self.require_writing()
        try:
            for _ in range(MOST_TRIES - 1):
                if await self._migrate(revision):
                    return
                log.info("a table is in use; the migration gives way and tries again", again_in=PAUSE_FOR_LOCKS)
                await asyncio.sleep(PAUSE_FOR_LOCKS)
            await self._migrate(revision, last=True)
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            raise self._unusable(error) from error

    async def _migrate(self, revision: str, *, last: bool = False) -> bool:
        """False where a table was in use for so long that others would have had to wait with us."""
        try:
            async with self._backend.migration() as connection:
                await connection.run_sync(migrate, revision)
        except DBAPIError as error:
            if last or getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            return False
        return True

    async def revision(self) -> str | None:
        """The version that the tables are of; None in an empty database. Raises SettingsError."""
        try:
            async with self._backend.transaction() as session:
                return await _version(session)
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            raise self._unusable(error) from error

    async def check(self) -> None:
        """Raises SettingsError when the database does not answer, may only be read, or has keys that we do not have."""
        await self.require_writing()
        try:
            async with self._backend.transaction() as session:
                await require_keys(session)
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            raise self._unusable(error) from error

    async def require_writing(self) -> None:
        """Raises SettingsError when the database answers and keeps not all of ours; a file says so as it is written."""
        try:
            hindrance = await self._backend.hindrance()
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            raise self._unusable(error) from error
        if hindrance is not None:
            raise SettingsError(f"the database {self._shown} {hindrance}")

    async def narrow_encoding(self) -> str | None:
        """What is to be said of tables of ours that cannot keep every letter; None where they can."""
        try:
            return await self._backend.narrow_encoding()
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            raise self._unusable(error) from error

    def is_away(self, error: BaseException) -> bool:
        """Whether the error says that the database takes nothing at the moment."""
        return is_trouble(error)

    async def clock_difference(self) -> timedelta | None:
        """How far the server's clock is ahead of ours; None where the database has no clock of its own."""
        if self._is_sqlite:
            return None
        async with self._backend.transaction() as session:
            theirs: datetime = (await session.execute(SERVERS_CLOCK)).scalar_one()
        return theirs - datetime.now(UTC)

    async def close(self) -> None:
        self._lately_read.forget()
        await self._backend.close()

    @property
    def _shown(self) -> str:
        return self._url.render_as_string(hide_password=True)

    def _unusable(self, error: Exception) -> SettingsError:
        cause = getattr(error, "orig", None) or error
        if _is_taken(cause):
            advice = "Its tables are another program's, or have lost the note of their version. Name another."
        elif self._is_sqlite:
            advice = "Is the path right, and may we write there?"
        elif getattr(cause, "sqlstate", None) == FORBIDDEN:
            advice = "Let a role use it that may do this: the database's owner, or one to which that GRANTs it."
        else:
            advice = "Is the server up, are name and password right?"
        return SettingsError(
            f"the database {self._shown} cannot be used: {cause}. {advice} OVERTURE_DATABASE names it."
        )


def _is_taken(error: BaseException) -> bool:
    """Whether a table cannot be made since there is one of its name."""
    return getattr(error, "sqlstate", None) == TAKEN or (
        isinstance(error, sqlite3.OperationalError) and "already exists" in str(error)
    )


async def _version(session: Session) -> str | None:
    """The schema's version; None in an empty database."""
    there = IS_MIGRATED_POSTGRESQL if session.is_postgresql else IS_MIGRATED_SQLITE
    if (await session.execute(there)).scalar() is None:
        return None
    version: str | None = (await session.execute(VERSION)).scalar()
    return version
