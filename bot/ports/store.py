"""The store: one transaction, and the groups of tables in it."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

from bot.domain.ids import ProfileId
from bot.ports.access import Accounts, Audit
from bot.ports.conversations import Conversations, DeskPages, Feeds, Files, Handoffs, Inbox, Meetings, Reviews
from bot.ports.figures import Figures
from bot.ports.installations import Installations
from bot.ports.journeys import Enrolments, Hours, Intakes, Journeys, Passages, Schedules, Splits
from bot.ports.links import SentLinks
from bot.ports.outbox import Outbox
from bot.ports.people import (
    Challenges,
    Consents,
    CrmLinks,
    CrmWrites,
    Imports,
    Merges,
    OptOutQuestions,
    Profiles,
    Scores,
    Segments,
    Timeline,
)
from bot.ports.privacy import Erasures, PersonalData, PrivacyRequests, Retention
from bot.ports.processes import Processes
from bot.ports.queues import Queues


class UnitOfWork(Protocol):
    """One transaction, and the tables in it."""

    def expect(self, people: Collection[ProfileId]) -> None:
        """Much will be read of these people: what is asked of one of them may be read of all of them at once."""

    @property
    def profiles(self) -> Profiles: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def queues(self) -> Queues: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def challenges(self) -> Challenges: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def opt_out_questions(self) -> OptOutQuestions: ...
    @property
    def privacy_requests(self) -> PrivacyRequests: ...
    @property
    def enrolments(self) -> Enrolments: ...
    @property
    def handoffs(self) -> Handoffs: ...
    @property
    def meetings(self) -> Meetings: ...
    @property
    def journeys(self) -> Journeys: ...
    @property
    def intakes(self) -> Intakes: ...
    @property
    def passages(self) -> Passages: ...
    @property
    def splits(self) -> Splits: ...
    @property
    def hours(self) -> Hours: ...
    @property
    def scores(self) -> Scores: ...
    @property
    def figures(self) -> Figures: ...
    @property
    def segments(self) -> Segments: ...
    @property
    def timeline(self) -> Timeline: ...
    @property
    def merges(self) -> Merges: ...
    @property
    def personal_data(self) -> PersonalData: ...
    @property
    def erasures(self) -> Erasures: ...
    @property
    def crm_links(self) -> CrmLinks: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def crm_writes(self) -> CrmWrites: ...
    @property
    def files(self) -> Files: ...
    @property
    def sent_links(self) -> SentLinks: ...
    @property
    def feeds(self) -> Feeds: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def desk_pages(self) -> DeskPages: ...
    @property
    def installations(self) -> Installations: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def processes(self) -> Processes: ...


class Store(Protocol):
    @property
    def shared(self) -> bool:
        """Whether other processes may be working on it, too."""

    @property
    def sealed_attributes(self) -> frozenset[str]:
        """Attributes of people of which the whole can be looked for in it, and no part."""

    def feed_name(self, feed: str) -> str:
        """What the store calls this feed: an address in its name may be sealed."""

    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Commits on a clean exit, and only here; rolls back on an exception."""

    def reading(self, *, at_length: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        """For what only reads: it waits for nobody who writes, and each question is answered by what is committed then.

        `at_length`: it may take seconds, in which the process is to go on. Raises RuntimeError where something is
        written in it.
        """

    async def migrate(self) -> None:
        """Bring the tables to this version's shape."""

    async def check(self) -> None:
        """Raises when the database does not answer, or takes nothing."""

    def is_away(self, error: BaseException) -> bool:
        """Whether the error says that the store takes nothing at the moment, whatever it is asked: it is full, or away.

        What was asked is then not at fault, and is not to be given up for it.
        """

    async def clock_difference(self) -> timedelta | None:
        """How far the store's clock is ahead of ours; None where it has none of its own."""

    async def close(self) -> None: ...
