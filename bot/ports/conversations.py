"""What the store keeps of conversations: their events, what came in, hand-offs, feeds and reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.consent import Suppression
from bot.domain.conversation import Conversation, Event
from bot.domain.files import FileState, SentFile
from bot.domain.handoff import Handoff
from bot.domain.ids import ConversationId, HandoffId, ProfileId
from bot.domain.meeting import Meeting
from bot.domain.message import Inbound, Speech
from bot.domain.person import Profile
from bot.domain.review import Review
from bot.domain.routing import Workload


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """Something that came in and waits for its turn. `position` grows in the order of arrival."""

    position: int
    conversation_id: ConversationId
    inbound: Inbound
    received_at: datetime
    attempts: int = 0
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A conversation as a turn finds it: whose it is, whether it is handed over, whether its address opted out.

    `asking_elsewhere` is another conversation of the person's, in which a journey has asked something.
    """

    conversation: Conversation
    profile: Profile
    handoff: Handoff | None
    suppression: Suppression | None
    asking_elsewhere: ConversationId | None = None


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A conversation as a list of them shows it; `last` is what was said in it last, None where nothing was."""

    conversation_id: ConversationId
    profile_id: ProfileId
    channel: str
    last: Speech | None


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event in the log of its conversation; `sequence` counts from 1."""

    conversation_id: ConversationId
    sequence: int
    event: Event


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One item of a feed; `position` is unique in the store and grows."""

    position: int
    feed: str
    item: Mapping[str, Any]
    at: datetime


class Conversations(Protocol):
    async def get(self, conversation_id: ConversationId) -> Conversation: ...
    async def standing(self, conversation_id: ConversationId) -> Standing:
        """The conversation and what belongs to it, in one read."""

    async def at(self, channel: str, address: str) -> Conversation | None: ...
    async def at_of(self, profile_id: ProfileId, channel: str, address: str) -> Conversation | None:
        """As `at`, where it is likely to be this person's."""

    async def of(self, profile_id: ProfileId) -> Sequence[Conversation]: ...
    async def add(self, conversation: Conversation) -> None: ...
    async def save(self, conversation: Conversation) -> None:
        """Write the version after the one that was read; raises Conflict when that is no longer the latest."""

    async def readdress(self, conversation: Conversation, address: str) -> None:
        """Have it stand at another address, so that one may begin at this one."""

    async def disclosed(self, conversations: Collection[ConversationId], at: datetime) -> None:
        """Note that it was said here that this is a machine. The first time stays, and so does the version."""

    async def is_disclosed(self, conversation_id: ConversationId) -> bool: ...
    async def undisclosed(self, conversation_id: ConversationId) -> None:
        """Have it said again before the next words here: somebody calls anew."""

    async def log(self, conversation_id: ConversationId, events: Sequence[Event], at: datetime) -> None: ...
    async def events(self, conversation_id: ConversationId, *, until: datetime | None = None) -> Sequence[Event]:
        """The whole log, oldest first; with `until`, what had happened by then."""

    async def heard_at(self, channel: str, address: str) -> datetime | None:
        """When the customer last wrote from this address; None where they have not, or not for very long."""

    async def transcript(self, conversation_id: ConversationId, *, last: int = 200) -> Sequence[Speech]: ...
    async def logged(
        self, *, after: tuple[str, int] = ("", 0), since: datetime | None = None, limit: int
    ) -> Sequence[LoggedEvent]:
        """The events of all conversations, one conversation after the other, from behind (conversation, sequence)."""

    async def heard(self, *, limit: int) -> Sequence[LoggedEvent]:
        """What customers said last and what of it was taken back, in all conversations, newest first."""

    async def heard_lately(self, *, before: datetime, limit: int) -> Mapping[ConversationId, datetime]:
        """In which conversations customers wrote last before this moment, and when; the latest first."""

    async def glimpses(self, conversations: Collection[ConversationId]) -> Mapping[ConversationId, Glimpse]:
        """Those of them that there are."""


class Inbox(Protocol):
    @property
    def grown(self) -> Collection[ConversationId]:
        """Conversations into which this transaction has put what is due."""

    async def add(
        self, conversation_id: ConversationId, inbound: Inbound, at: datetime, *, due_at: datetime | None = None
    ) -> bool:
        """False when this (channel, vendor id) was taken before."""

    async def waiting_conversations(self, now: datetime, limit: int) -> Sequence[ConversationId]:
        """Conversations with entries that are due, longest waiting first."""

    async def waiting(self, conversation_id: ConversationId, now: datetime) -> Sequence[InboxEntry]: ...
    async def done(self, entry: InboxEntry, at: datetime) -> bool:
        """False when somebody else has done it, or it waits in another conversation by now."""

    async def move(self, position: int, to: ConversationId) -> None:
        """Have what waits its turn in another conversation."""

    async def call_off(self, channel: str, vendor_id: str, at: datetime) -> None:
        """What waits by this name, if it does, is to have no turn any more."""

    async def waits(self, channel: str, vendor_id: str) -> bool:
        """Whether this message still waits for its turn; False when it is done, parked or unknown."""

    async def find(self, channel: str, vendor_id: str) -> Inbound | None:
        """What came in by this name, whatever has become of it."""

    async def put_off(self, position: int, until: datetime, *, why: str = "") -> None: ...
    async def resume(self, why: Collection[str], now: datetime) -> int:
        """What was put off for one of these reasons is due now; how much that is."""

    async def failed(self, position: int, error: str, *, park_after: int, conflict: bool = False) -> bool:
        """Count a failed try; parks the entry at the `park_after`-th of its kind, and then returns True: those that
        others were in the way of (`conflict`) are one kind, all others the other."""

    async def make_due_again(self, now: datetime, *, ahead: timedelta) -> int:
        """What was due when it came, by a clock that was ahead by more than this, is due now; how much that is."""

    async def next_due(self) -> datetime | None: ...


class Handoffs(Protocol):
    async def add(self, handoff: Handoff) -> None: ...
    async def get(self, handoff_id: HandoffId) -> Handoff: ...
    async def open_in(self, conversation_id: ConversationId) -> Handoff | None: ...
    async def latest_in(self, conversation_id: ConversationId) -> Handoff | None:
        """The last one of this conversation, though it be over."""

    async def all_open(self, *, limit: int) -> Sequence[Handoff]:
        """The open ones of every desk, the oldest first."""

    async def open_for(self, profile_id: ProfileId) -> Handoff | None:
        """Of the person's open hand-offs the one that a rep has claimed, else the latest."""

    async def held_by(self, desk: str, rep: str, *, limit: int) -> Sequence[Handoff]:
        """The open ones that this rep has claimed, or is offered, at a desk of this channel, the latest first."""

    async def asked_between(
        self, desk: str, address: str, since: datetime, until: datetime, *, limit: int
    ) -> Sequence[Handoff]:
        """Those that this desk was asked to take from `since` until before `until`, the latest first."""

    async def open_longest(self, desk: str, address: str, before: datetime, *, limit: int) -> Sequence[Handoff]:
        """The open ones that this desk was asked to take before this moment, the oldest first."""

    async def begin_turn(self, desk: str, address: str) -> tuple[int, Workload]:
        """The number of the next turn at this desk, and how its reps stand; others wait until this one is decided."""

    async def took_turn(self, desk: str, address: str, rep: str, number: int) -> None:
        """It was this rep's."""

    async def in_thread(self, desk: str, vendor_id: str) -> Handoff | None:
        """The hand-off whose card the desk knows by this id; or else a line that was relayed to its thread."""

    async def save(self, handoff: Handoff) -> None:
        """Write the version after the one that was read; raises Conflict when somebody was faster."""


class Meetings(Protocol):
    async def book(self, one: Meeting, *, instead: Meeting | None = None) -> bool:
        """False where some of the rep's time is booked already; then nothing is. What it shares with the meeting
        whose place it takes, it takes over."""

    async def cancel(self, meeting_id: str) -> bool:
        """False where it was not booked any more."""

    async def get(self, meeting_id: str) -> Meeting | None: ...
    async def taken(self, rep: str, since: datetime, until: datetime) -> Sequence[datetime]:
        """The quarters of an hour that are booked."""

    async def of_rep(self, rep: str, since: datetime, *, limit: int) -> Sequence[Meeting]:
        """Those that are booked and not over, the next first."""

    async def of_person(self, profile_id: ProfileId, since: datetime, *, limit: int) -> Sequence[Meeting]:
        """Likewise of a customer."""


class DeskPages(Protocol):
    """The pages on which reps see their own leads: where the desk shows them, and whose they are."""

    async def open(self, channel: str, address: str, rep: str, at: datetime) -> str:
        """Note that this page is looked at; whose it is, as it was known before where `rep` is empty."""

    async def of(self, channel: str, reps: Collection[str]) -> Sequence[str]:
        """The addresses of these reps' pages."""


class Files(Protocol):
    """The files that customers sent, without their contents."""

    async def add(self, file: SentFile) -> bool:
        """False where there is one of this key already."""

    async def get(self, file_id: str) -> SentFile | None: ...
    async def of(self, profile_id: ProfileId) -> Sequence[SentFile]: ...
    async def in_conversation(self, conversation_id: ConversationId, state: FileState) -> Sequence[SentFile]:
        """Those in this state, oldest first."""

    async def settle(self, key: str, state: FileState, reason: str = "") -> SentFile | None:
        """The file of this key as it is from now on; None where there is none."""


class Feeds(Protocol):
    """Durable, ordered lists that pages read: the widget's messages, the explain panel, the sandbox's panels."""

    @property
    def appended(self) -> Collection[str]:
        """The feeds to which this transaction has added."""

    async def append(self, feed: str, key: str, item: Mapping[str, Any], at: datetime) -> None:
        """Add the item, unless the feed has one of this key. It gets its position when the transaction commits."""

    async def read(self, feeds: Sequence[str], *, after: int, limit: int = 500) -> Sequence[FeedItem]: ...
    async def newest(self) -> int:
        """The position of the newest item of all feeds; 0 where there is none."""

    async def grown(self, after: int) -> Mapping[str, int]:
        """Each feed that has items after this position, by `Store.feed_name`, and the position of its newest."""

    async def find(self, feed: str, keys: Sequence[str]) -> Sequence[FeedItem]:
        """The feed's items of these keys, oldest first."""


class Reviews(Protocol):
    """What authors said of messages that were not clearly understood."""

    async def add(self, review: Review) -> bool:
        """False when this message was handled before."""

    async def handled(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of the keys whose message was handled."""
