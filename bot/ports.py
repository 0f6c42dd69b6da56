"""Every seam of Overture on one page: what the core asks of the world outside it.

Adapters (`bot/adapters`) and connectors (`connectors/`) implement these; nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from bot.domain.assistant import Assistant
from bot.domain.audience import ProfileSchema, Segment, SegmentChange, Working
from bot.domain.consent import ConsentRecord, Consequence, Purpose, Suppression
from bot.domain.conversation import Conversation, Event, Tracker
from bot.domain.crm import CrmEvent, CrmMapping, CrmRecord, FieldValue
from bot.domain.delivery import Decision, Failure, Lane, OutboxEntry, OutboxStatus
from bot.domain.effects import ActionResult, DialogueEffect, PersonEffect
from bot.domain.errors import Place, SettingsError
from bot.domain.handoff import Handoff, Lead
from bot.domain.ids import ConversationId, EnrolmentId, HandoffId, ProfileId
from bot.domain.journey import Enrolment, Headcount, Intake, Journey, Passage
from bot.domain.language_model import Completion, Prompt
from bot.domain.merging import Claim, Merge
from bot.domain.message import Attachment, DeliveryStatus, DeskCommand, Inbound, OutboundMessage, Receipt, Speech, Text
from bot.domain.pace import Pace
from bot.domain.person import Identity, Profile
from bot.domain.preview import Preview, as_text
from bot.domain.privacy import Erasure
from bot.domain.publishing import Census, InForce, JourneyChange, Move, Running, Version
from bot.domain.review import Review
from bot.domain.score import ScoreChange, ScoreRule
from bot.domain.sending_rules import SendingRules
from bot.domain.timeline import PersonEvent
from bot.domain.understanding import ANYBODY, Asker, Expecting, Understood


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, aware, in UTC."""


class Meter(Protocol):
    """Counts what happens, for those who watch a service from outside. No count tells anything of a person."""

    def took_turn(self, channel: str, took: timedelta) -> None:
        """A turn of a conversation is over: a customer's message, or something else that happened in it."""

    def delivered(self, channel: str, outcome: str) -> None:
        """An entry of the outbox was tried; `outcome` is its status then. `channel` may be a CRM or an endpoint."""

    def stepped(self, enrolments: int) -> None:
        """So many enrolments, whose time had come, were moved on."""


# ================================================================ connectors


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """An HTTP request from outside. `url` is the public one, with its query; header names are lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime

    @property
    def tail(self) -> str:
        """What follows `/channels/<name>/` in the path; empty where nothing does."""
        return urlsplit(self.url).path.partition("/channels/")[2].partition("/")[2]


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FollowFeed:
    """The caller may read this feed from `after` on, as server-sent events."""

    feed: str
    after: int


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody who waits for a turn is to hear. `finished`: nothing more will come of it.

    `slots` are those that they asked for, as they are now.
    """

    items: Sequence[FeedItem]
    finished: bool
    slots: Mapping[str, Any] = field(default_factory=dict)

    @property
    def position(self) -> int | None:
        """Of the last item; None where there is none."""
        return max((found.position for found in self.items), default=None)


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What a channel does for a caller who has waited for `after` already: it says that it takes a moment."""

    after: timedelta
    act: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class AwaitTurn:
    """The caller waits for the turn: `reply` makes the answer of what it put on `feed` within that time.

    With `behind`, the answer is made of everything on the feed behind that position, whoever said it. `earlier` are the
    vendor ids of messages before this one that were not fully answered in their time; they are waited for, too. `slots`
    are the slots of the conversation whose values the caller wants to know.
    """

    feed: str
    within: timedelta
    reply: Callable[[Said], Reply]
    behind: int | None = None
    earlier: tuple[str, ...] = ()
    meanwhile: Meanwhile | None = None
    slots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObeyCommand:
    """The caller waits for what comes of a rep's command: `reply` makes the answer of the words about it."""

    command: DeskCommand
    reply: Callable[[str], Reply]


@dataclass(frozen=True, slots=True)
class Webhook:
    """A verified request in our words: what came in, and how to answer it.

    The answer is `reply`, unless it is a feed to `follow` (its stream carries the headers of `reply`), what the turn
    of the message says (`await_turn`), or what comes of a command (`obey`). `then` is what the channel has to tell its
    vendor besides, once the request is verified and kept; nothing depends on it.
    """

    inbound: Sequence[Inbound] = ()
    reply: Reply = Reply()
    follow: FollowFeed | None = None
    await_turn: AwaitTurn | None = None
    obey: ObeyCommand | None = None
    then: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do. `identity` is the kind of identity its addresses are.

    `own_lines`: its page shows the customer's own messages from our feed. `desk`: its people are our reps.
    `repeatable`: the vendor recognises a second try by its key, so that an unknown outcome may simply be sent again.
    `extras`: it takes what only some channels can show, Rasa's `custom`, `attachment` and `elements`.
    `public`: anybody may ask, from a browser, so callers are limited in how quickly they may.
    `separate_disclosure`: the line that this is a machine goes as a message of its own, not in front of the first one.
    `correspondence`: its messages have a subject, and name the message that they answer.
    `largest_webhook`: bytes in the body of a request that its `parse` takes.
    `reply_window`: how long after the customer's last message anything but a template may be sent.
    `pace`: how quickly its sender may send, and what a message costs of that.
    `failures`: what the vendor's error codes mean; one that is not there is for good, and nothing else follows from it.
    `spoken`: people talk with it, one call after another. Each call is told anew that this is a machine.
    `transfers`: it can put somebody through to a person, and is told to when one is asked for.
    """

    identity: str
    buttons: bool = False
    longest_text: int = 4000
    proactive: bool = True
    own_lines: bool = False
    desk: bool = False
    repeatable: bool = False
    extras: bool = False
    separate_disclosure: bool = False
    public: bool = False
    correspondence: bool = False
    largest_webhook: int = 64 * 1024
    reply_window: timedelta | None = None
    pace: Pace | None = None
    failures: Mapping[str, Failure] = field(default_factory=dict)
    spoken: bool = False
    transfers: bool = False


@runtime_checkable
class Channel(Protocol):
    """A way to talk to people. One folder under `connectors/`, made by its `build(settings)`."""

    @property
    def name(self) -> str: ...

    @property
    def abilities(self) -> Abilities: ...

    def parse(self, request: WebhookRequest) -> Webhook:
        """Verify the request's signature and translate it. No I/O; raises WebhookRejected."""

    async def send(self, message: OutboundMessage) -> Receipt:
        """One try. Raises TemporarySendError or PermanentSendError."""

    async def find(self, message: OutboundMessage) -> Receipt | None:
        """The receipt of an earlier try of unknown outcome, where the vendor can be asked; else None."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """What is known of a channel without its connector being built: what it can do, and what becomes of a message."""

    abilities: Abilities
    preview: Callable[[Text], Preview] = as_text


@runtime_checkable
class AttachmentSource(Protocol):
    """A channel whose customers can send files."""

    async def fetch(self, attachment: Attachment) -> bytes:
        """The file. Raises as Channel.send does; what is too large, or of a kind that is not taken, is refused."""


@runtime_checkable
class Prepares(Protocol):
    """A channel that must fetch something before it can verify a request, such as its vendor's certificate."""

    async def prepare(self, request: WebhookRequest) -> None:
        """Within seconds; raises WebhookRejected where the request itself says that there is nothing to fetch."""


@runtime_checkable
class Crm(Protocol):
    @property
    def name(self) -> str: ...

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        """The lead's record with these of its fields, by our id of them or else by their e-mail address."""

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        """Write these fields of the record that was found, or make it; its id there.

        Harmless when repeated: a record that an earlier try made is found again. Raises as Channel.send does.
        """

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a note to the record, once for each `key`."""

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent]:
        """Verify and translate what the CRM sends to `/crms/<name>`; no I/O. Raises WebhookRejected."""

    async def close(self) -> None: ...


class Endpoints(Protocol):
    """Addresses of other systems that the settings name, for journeys to tell something."""

    @property
    def names(self) -> Collection[str]: ...

    async def call(self, name: str, body: Mapping[str, Any], *, key: str) -> None:
        """One try, signed; `key` tells the receiver of a second one. Raises as Channel.send does."""

    async def close(self) -> None: ...


class AttachmentStore(Protocol):
    """Keeps files that customers sent, where no web server finds them."""

    async def keep(self, key: str, media_type: str, content: bytes) -> str:
        """Write it, once for each key; where it is."""


class FeedWriter(Protocol):
    """Writes to a durable feed that pages read: the widget's messages, what a sandbox's stand-in shows."""

    async def append(self, feed: str, key: str, item: Mapping[str, Any]) -> None:
        """Add the item, unless the feed has one of this key."""

    async def items(self, feed: str) -> Sequence[Mapping[str, Any]]: ...


class ApiAccess(Protocol):
    """Who may use the HTTP API: callers with its token, or with a JWT that says who they are."""

    @property
    def is_open(self) -> bool:
        """Whether anybody may use it at all; False where no credential is set that would say who."""

    def check(self, request: WebhookRequest, conversation: str | None = None) -> str | None:
        """Who calls, where that is known; raises WebhookRejected where they may not (401, 403), or nobody may (404)."""


@dataclass(frozen=True, slots=True)
class ConnectorSettings:
    """What a connector's `build` gets: its own settings by their environment names, and where we are reached.

    `service_url` is where vendors reach us from outside (webhooks are signed over it). `sandbox_url`, when set, is the
    local stand-in that takes the vendor's place. `access` is for a connector whose callers are those of our own API.
    `vocabulary` gives the names that customers are likely to say, for whoever listens for them.
    """

    values: Mapping[str, str]
    service_url: str
    clock: Clock
    feed: FeedWriter
    sandbox_url: str | None = None
    access: ApiAccess | None = None
    vocabulary: Callable[[], Sequence[str]] = tuple

    def require(self, name: str) -> str:
        if value := self.values.get(name, ""):
            return value
        raise SettingsError(
            f"{name} is not set. Set it in the environment or in .env, "
            "or unset all settings of this connector to run it in its sandbox."
        )

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name) or default


class SandboxVendor(Protocol):
    """A stand-in for a vendor's service on this machine: it takes our calls, and plays what people do over there."""

    @property
    def name(self) -> str: ...

    async def answer(self, request: WebhookRequest) -> Reply:
        """What the vendor's API would answer to our connector's call; what it shows is put on its feed."""

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """Somebody sends a text or presses a button there: the signed webhook that the vendor sends us.

        What they did is put on the vendor's feed. Raises WebhookRejected for a deed that cannot be done.
        """


# ================================================================ understanding, dialogue, actions


class Encoder(Protocol):
    @property
    def fingerprint(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Any:
        """Unit-length sentence embeddings: a float32 array of shape (len(texts), dimensions)."""

    def features(self, texts: Sequence[str]) -> Any:
        """What a classifier reads: float32, the embedding first, then more that the encoder can tell of a text."""


class LanguageGuesser(Protocol):
    def guess(self, text: str) -> Sequence[tuple[str, float]]:
        """The likeliest languages of a text in one line (ISO 639), each with its share of 1, in order."""


class Nlu(Protocol):
    def parse(
        self,
        text: str,
        *,
        expecting: Expecting | None = None,
        region: str | None = None,
        zone: tzinfo | None = None,
        now: datetime | None = None,
        asker: Asker = ANYBODY,
    ) -> Understood:
        """What the text means; never raises.

        `region` is the person's country (ISO 3166): it says how phone numbers, amounts, dates and postal codes are
        written. `zone` and `now` say what "tomorrow at 3" is; without `now`, times are not worked out. `asker` says
        which pages may answer, and which language is likely.
        """


class LanguageModel(Protocol):
    async def complete(self, prompt: Prompt) -> Completion:
        """The answer, within a bounded time; raises LanguageModelError, which repeats nothing of what was said."""

    async def close(self) -> None: ...


ReadContext = Callable[[], Awaitable[Mapping[str, Any]]]
"""Reads what an action may know of the person, for those who want it; most turns do not."""


class Dialogue(Protocol):
    """The engine that holds the conversation: our own, or a Rasa server. Both raise DialogueError when they cannot."""

    async def understand(self, reading: Understood, tracker: Tracker) -> Understood:
        """What the engine makes of a text, given our own reading of it."""

    async def decide(
        self, tracker: Tracker, read_context: ReadContext, *, channel: str
    ) -> Sequence[DialogueEffect | PersonEffect]:
        """What comes next, worded for `channel`; nothing means: listen. To be asked again once that is done."""

    async def close(self) -> None: ...


class ActionRunner(Protocol):
    async def run(self, action: str, tracker: Tracker, context: Mapping[str, Any]) -> ActionResult:
        """Run a rasa-sdk action; raises ActionError.

        `context` is what it may know of the person: `profile`, `lead`, `consents`, `conversation`. An action that
        rejects its execution says so by the event in its result.
        """

    def knows(self, action: str) -> bool:
        """Whether such an action exists; True where that can only be found out by running it."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Playbook:
    """All content that is in force: the assistant, how it understands, the journeys, the sending rules.

    `silence` is how long a form waits for an answer before the customer is asked whether they are still there.
    `languages` are those that the assistant speaks. Of another it says that it does not, unless `answers_strangers`.
    `profile` is what people are declared to have; without it they may have anything. `vocabulary` are names that
    customers are likely to say: of look-up tables, synonyms and buttons.
    """

    assistant: Assistant
    nlu: Nlu
    journeys: Mapping[str, Journey]
    rules: SendingRules
    silence: timedelta | None = None
    languages: frozenset[str] = frozenset()
    answers_strangers: bool = False
    profile: ProfileSchema | None = None
    segments: Mapping[str, Segment] = field(default_factory=dict)
    vocabulary: tuple[str, ...] = ()
    crm_mappings: Mapping[str, CrmMapping] = field(default_factory=dict)
    score_rules: Sequence[ScoreRule] = ()


class Library(Protocol):
    """Holds the playbook; a change of the files that has no faults replaces it."""

    def current(self) -> Playbook: ...


class ExampleFiles(Protocol):
    """The assistant's NLU files, as far as an author's verdicts are written into them."""

    def intents(self) -> Sequence[str]:
        """The intents that have examples, to which more can be added; the most frequent first."""

    def examples(self) -> Sequence[str]:
        """The texts of all examples."""

    def add(self, text: str, intent: str) -> Place:
        """Add an example as one line of one file; raises ContentError where that cannot be, or it is one already."""


# ================================================================ waking and locking


class Wakeups(Protocol):
    """A nudge between tasks and processes that there is work. It may be lost: whoever waits also looks by the clock."""

    async def notify(self, topic: str) -> None: ...

    def listen(self, topic: str) -> AbstractAsyncContextManager[Listener]: ...

    async def close(self) -> None: ...


class Listener(Protocol):
    async def wait(self, at_most: timedelta) -> bool:
        """True once something was notified since the last wait (or since listening began), False after `at_most`."""


class Pacer(Protocol):
    """Keeps senders to their pace."""

    async def take(self, sender: str, pace: Pace, price: float, now: datetime) -> timedelta:
        """How long a message of this price is to wait; nothing where it may go now, which is then counted."""


class Leases(Protocol):
    def hold(self, name: str, *, ttl: timedelta) -> AbstractAsyncContextManager[bool]:
        """Try to hold `name` for the body of the `async with`; it yields whether that worked. Kept alive while held."""

    async def close(self) -> None: ...


# ================================================================ the store


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """Something that came in and waits for its turn. `position` grows in the order of arrival."""

    position: int
    conversation_id: ConversationId
    inbound: Inbound
    received_at: datetime
    attempts: int = 0


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


@dataclass(frozen=True, slots=True)
class Dated:
    """People of whom `attribute` names one of `days`: 2026-12-24, or ____-12-24 for that day of any year."""

    attribute: str
    days: Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """People, and up to which id was looked; `reached` is None where there is nobody behind."""

    people: Sequence[ProfileId]
    reached: str | None


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """How far a schedule of a journey has come: it ran until `since`, is to run at `due_at` (None: never again), and of
    a run that is under way the last person whom it reached."""

    id: str
    journey: str
    since: datetime
    due_at: datetime | None
    reached: str = ""


class Profiles(Protocol):
    async def get(self, profile_id: ProfileId) -> Profile: ...
    async def fresh(self, profile_id: ProfileId) -> Profile:
        """As it is now, also of somebody who was expected: for whoever writes it."""

    async def add(self, profile: Profile) -> None: ...
    async def save(self, profile: Profile) -> None: ...
    async def page(self, *, after: str, limit: int, dated: Dated | None = None) -> Page:
        """At most `limit` people in the order of their ids, from behind `after`; with `dated`, those whom it may fit.

        It looks at so many profiles that it takes no long time, and may find nobody among them.
        """

    async def owner_of(self, kind: str, value: str) -> Profile | None:
        """Who has this identity: whoever proved it, else whoever claimed it last."""

    async def find(self, text: str, *, limit: int) -> Sequence[ProfileId]:
        """People who have this text in an identity, an attribute or a tag. It looks at everybody."""

    async def owners_of(self, identities: Collection[Identity]) -> Mapping[Identity, ProfileId]:
        """Who has each of these that anybody has, as `owner_of` says."""

    async def claim(self, profile_id: ProfileId, identity: Identity, at: datetime) -> None:
        """Note the identity; a verified one stays verified."""

    async def disclaim(self, profile_id: ProfileId, identity: Identity) -> None:
        """The identity is not theirs."""

    async def identities(self, profile_id: ProfileId) -> Sequence[Identity]: ...
    async def provers_of(self, kind: str, value: str) -> Sequence[ProfileId]:
        """Everybody who has proved this identity, in the order of their ids."""

    async def lock(self, profile_id: ProfileId, *, alone: bool = False) -> None:
        """Until this transaction ends, others who want this lock of the person wait.

        `alone`: so does everybody who adds something that belongs to the person.
        """


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

    async def disclosed(self, conversation_id: ConversationId, at: datetime) -> None:
        """Note that it was said here that this is a machine. The first time stays, and so does the version."""

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


class Inbox(Protocol):
    async def add(
        self, conversation_id: ConversationId, inbound: Inbound, at: datetime, *, due_at: datetime | None = None
    ) -> bool:
        """False when this (channel, vendor id) was taken before."""

    async def waiting_conversations(self, now: datetime, limit: int) -> Sequence[ConversationId]:
        """Conversations with entries that are due, longest waiting first."""

    async def waiting(self, conversation_id: ConversationId, now: datetime) -> Sequence[InboxEntry]: ...
    async def done(self, position: int, at: datetime) -> bool:
        """False when somebody else has done it."""

    async def waits(self, channel: str, vendor_id: str) -> bool:
        """Whether this message still waits for its turn; False when it is done, parked or unknown."""

    async def find(self, channel: str, vendor_id: str) -> Inbound | None:
        """What came in by this name, whatever has become of it."""

    async def put_off(self, position: int, until: datetime) -> None: ...
    async def failed(self, position: int, error: str, *, park_after: int) -> bool:
        """Count a failed try; parks the entry at the `park_after`-th, and then returns True."""

    async def next_due(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Sooner:
    """On these channels a second try is harmless, so what a crash left is taken up after this time already."""

    channels: frozenset[str]
    stale_after: timedelta


NO_SOONER = Sooner(frozenset(), timedelta())


class Outbox(Protocol):
    async def add(self, entry: OutboxEntry) -> bool:
        """False when this key was taken before."""

    async def add_at_end(self, entry: OutboxEntry) -> None:
        """The same with the others at the end of the transaction; nothing where the key was taken before."""

    async def claim(
        self, now: datetime, limit: int, *, stale_after: timedelta, lane: Lane | None = None, sooner: Sooner = NO_SOONER
    ) -> Sequence[OutboxEntry]:
        """Take due entries: each comes back as it was (WAITING, or SENDING and left so by a crash) and is now SENDING.

        Of one lane, or of all. What has been SENDING for `stale_after` was left so; on some channels, `sooner`.

        An entry is not taken while another of the same conversation and channel is being sent, nor while one that goes
        before it (of a higher priority, or an earlier one of the same) is due, or was tried and waits for its next try.
        Marketing that waits for its next try holds up nothing.
        """

    async def settle(self, entry: OutboxEntry) -> str | None:
        """Write status, due time, attempts, vendor id and reason.

        Where the vendor has told before this that the message failed, its error.
        """

    async def by_key(self, key: str) -> OutboxEntry | None: ...
    async def by_vendor_id(self, channel: str, vendor_id: str) -> OutboxEntry | None: ...
    async def purge(
        self, profile_id: ProfileId, purpose: Purpose, why: str, *, channel: str | None = None
    ) -> Sequence[OutboxEntry]:
        """Withhold what waits for this person with this purpose, on this channel or on any; what it was."""

    async def sent_since(
        self, profile_id: ProfileId, purpose: Purpose, channel: str, since: datetime
    ) -> Sequence[datetime]:
        """When messages of this purpose went to this person on this channel, oldest first."""

    async def wrote_last(self, profile_id: ProfileId, among: Collection[EnrolmentId]) -> EnrolmentId | None:
        """Which of these runs of journeys was the last to send this person something; None where none has."""

    async def next_due(self, lane: Lane | None = None) -> datetime | None:
        """When the next entry of this lane, or of any, is due; None where none waits."""

    async def track(self, status: DeliveryStatus, at: datetime) -> str | None:
        """Move a delivery forward; the key of its message, None when that is unknown or it is already further."""

    async def told_of(self, key: str) -> str | None:
        """The vendor's id of this message, where the vendor has told of it by our key, and not that it failed."""

    async def sent_ids(self, profile_id: ProfileId, channel: str, since: datetime) -> frozenset[str]:
        """The vendor's ids of what went to this person on this channel."""

    async def count(self, status: OutboxStatus) -> int: ...
    async def dead(self, limit: int, *, to: str = "", after: str = "") -> Sequence[OutboxEntry]:
        """What was given up, in the order of its ids from behind `after`; only what was for this channel or CRM."""


class Consents(Protocol):
    async def add(self, record: ConsentRecord) -> None: ...
    async def of(self, profile_id: ProfileId) -> Sequence[ConsentRecord]: ...
    async def suppress(self, suppression: Suppression) -> None: ...
    async def lift(self, channel: str, address: str, cause: Consequence = Consequence.OPTED_OUT) -> None: ...
    async def suppression(self, channel: str, address: str) -> Suppression | None:
        """The opt-out of this address."""

    async def in_the_way(self, channel: str, address: str) -> Sequence[Suppression]:
        """Whatever keeps a message from this address, one for each cause; also what holds for the whole channel."""

    async def stopped(self) -> Sequence[Suppression]:
        """The channels whose sender is stopped."""

    async def decided(self, decision: Decision) -> None: ...
    async def decisions(self, profile_id: ProfileId) -> Sequence[Decision]: ...


class Enrolments(Protocol):
    async def publish(self, journey: Journey) -> None:
        """Keep this version; the latest published one is what new people enter."""

    async def version(self, journey: str, version: str) -> Journey: ...
    async def versions(self) -> Sequence[tuple[str, str]]:
        """Each version of each journey that is kept."""

    async def add(self, enrolment: Enrolment) -> bool:
        """False when the person is in this lane of the journey now, or this entry has let somebody in before."""

    async def get(self, enrolment_id: EnrolmentId) -> Enrolment: ...
    async def by_entry(self, journey: str, entry: str) -> Enrolment | None:
        """What was let in by this entry, which happens once."""

    async def reach_goal(self, profile_id: ProfileId, journey: str, *, since: datetime, at: datetime) -> int:
        """Note that those who entered at `since` or later, and are not inside any more, reached the goal; how many."""

    async def last_entry(self, profile_id: ProfileId, journey: str) -> datetime | None: ...
    async def waiting(self, profile_id: ProfileId) -> Sequence[Enrolment]: ...
    async def of(self, profile_id: ProfileId) -> Sequence[Enrolment]:
        """All of the person's runs, the oldest first."""

    async def claim_due(self, now: datetime, limit: int) -> Sequence[Enrolment]:
        """Due enrolments, locked for this transaction; other workers skip them."""

    async def save(self, enrolment: Enrolment) -> None:
        """Write `seq` and what goes with it; raises Conflict unless the stored `seq` is one less."""

    async def save_at_end(self, enrolment: Enrolment) -> None:
        """The same with the others at the end of the transaction, or when enrolments are read; that raises then."""

    async def next_due(self) -> datetime | None: ...
    async def headcounts(self, journey: str | None = None) -> Sequence[Headcount]:
        """Where people stand in all versions of this journey, or of all journeys. It looks at every run of theirs."""

    async def parked(self, journey: str, limit: int) -> Sequence[Enrolment]:
        """Those who were stopped by an error, the latest to enter first."""


class Intakes(Protocol):
    """Lets many people into a journey in one statement, by the same rules as one by one. For shared stores only."""

    async def of_everybody(self, intake: Intake, after: str, now: datetime, *, limit: int) -> tuple[str | None, int]:
        """Of the next `limit` people behind `after` those who may enter: the last of the people, None where there are
        no more, and how many were let in.
        """

    async def queued(self, limit: int) -> Mapping[str, int]:
        """How many of the `limit` oldest changes are of people who came into a segment."""

    async def of_segment(
        self, intake: Intake, segment: str, heeding: Collection[tuple[str, str]], now: datetime, *, limit: int
    ) -> tuple[int, int]:
        """Of the `limit` oldest changes tell those of people who came into the segment: how many, and how many of them
        were let in. Who is in one of the `heeding` versions of journeys, or was to be told something else before, is
        left to be told alone.
        """


class Journeys(Protocol):
    """What is in force of each journey, its history, and changes to many enrolments at once.

    Those go in chunks: `after` and `upto` are ids of enrolments, the first of them outside. Each is done once, however
    often it is asked for.
    """

    async def states(self) -> Mapping[str, InForce]:
        """Each journey that was ever published, paused or stopped; the others run as their files say."""

    async def put(self, state: InForce) -> None: ...
    async def running_of_run(self, enrolment_id: EnrolmentId) -> Running:
        """How the journey of this enrolment stands."""

    async def note(self, change: JourneyChange) -> None: ...
    async def history(self, name: str, limit: int) -> Sequence[JourneyChange]:
        """The latest changes, newest first."""

    async def names(self) -> frozenset[str]:
        """The journeys that anybody has ever entered."""

    async def versions(self, name: str) -> Sequence[Version]: ...
    async def drain(self, name: str, *, but: str) -> None:
        """From now on the people on every version but this one finish theirs."""

    async def undrain(self, name: str, version: str) -> None: ...
    async def census(self, name: str) -> Census: ...
    async def chunk_end(self, name: str, after: str, limit: int) -> str | None:
        """The last of the next `limit` people inside, from behind `after`; None where there are no more."""

    async def move(self, name: str, move: Move, version: str, after: str, upto: str, now: datetime) -> int:
        """Do this with the people in the chunk whom it concerns; how many they were."""

    async def pause(self, name: str, after: str, upto: str, now: datetime) -> int: ...
    async def resume(self, name: str, after: str, upto: str, now: datetime) -> int:
        """Their time goes on: what was left of it when it was stopped is left of it now."""

    async def stop(self, name: str, after: str, upto: str, why: str, now: datetime) -> int:
        """They leave. Who runs another journey, or is run by one, is due at once, so that word of it gets there."""

    async def withhold_queued(self, name: str, why: str) -> int:
        """Messages of this journey that wait in the outbox are not sent; how many there were."""

    async def release_queued(self, name: str, *, held: str, skipped: str, now: datetime) -> tuple[int, int]:
        """Messages that the gate held back for the reason `held` are due now, except those whose window says to leave
        out what cannot go in time, which are withheld as `skipped`; how many of each."""


class Passages(Protocol):
    """How many times people went along each arrow of a journey."""

    def add(
        self, journey: str, version: str, ways: Iterable[tuple[str, str]], *, times: int = 1, moved: bool = False
    ) -> None:
        """Count each way, from a step to another, with the others at the end of the transaction."""

    async def of(self, journey: str) -> Sequence[Passage]:
        """In the order of versions and steps."""


class Handoffs(Protocol):
    async def add(self, handoff: Handoff) -> None: ...
    async def get(self, handoff_id: HandoffId) -> Handoff: ...
    async def open_in(self, conversation_id: ConversationId) -> Handoff | None: ...
    async def open_for(self, profile_id: ProfileId) -> Handoff | None:
        """Of the person's open hand-offs the one that a rep has claimed, else the latest."""

    async def held_by(self, desk: str, rep: str, *, limit: int) -> Sequence[Handoff]:
        """The open ones that this rep has claimed at a desk of this channel, the latest first."""

    async def in_thread(self, desk: str, vendor_id: str) -> Handoff | None:
        """The hand-off whose card the desk knows by this id."""

    async def save(self, handoff: Handoff) -> None:
        """Write the version after the one that was read; raises Conflict when somebody was faster."""


class Scores(Protocol):
    async def add(self, change: ScoreChange) -> bool:
        """False when this key was counted before."""

    async def add_at_end(self, change: ScoreChange) -> None:
        """The same with the others at the end of the transaction."""

    async def of(self, profile_id: ProfileId) -> Sequence[ScoreChange]: ...


class Segments(Protocol):
    """Who is in which segment, and which changes of that journeys are still to be told."""

    async def of(self, profile_id: ProfileId) -> frozenset[str]:
        """The segments that the person is in."""

    async def enter(self, profile_id: ProfileId, segment: str, at: datetime) -> None: ...
    async def leave(self, profile_id: ProfileId, segment: str) -> None: ...
    async def members(self, segment: str, *, after: str = "", limit: int) -> Sequence[ProfileId]:
        """In the order of their ids, from behind `after`."""

    async def count_members(self, segment: str) -> int: ...
    async def find(self, condition: str, now: datetime, *, limit: int) -> Sequence[ProfileId]:
        """Some of the people for whom the condition is true, by the database itself."""

    async def count(self, condition: str, now: datetime) -> int:
        """For how many people the condition is true, by the database itself."""

    async def workings(self) -> Sequence[Working]: ...
    async def claim(self, segment: str) -> Working | None:
        """Its working, for this transaction; None while somebody else has it, or where there is none."""

    async def save(self, working: Working) -> None: ...
    async def drop(self, segment: str) -> None:
        """Forget the working of a segment that is no more."""

    async def work_out(self, segment: Segment, after: str, now: datetime, *, limit: int) -> tuple[str | None, int]:
        """Bring the members among the next `limit` people behind `after` up to date, and queue what changed.

        The last of these people, None where there are no more behind them; and how many changes there were.
        """

    async def queue(self, profile_id: ProfileId, segment: str, *, entered: bool, at: datetime) -> None: ...
    async def claim_changes(self, limit: int) -> Sequence[SegmentChange]:
        """The oldest changes that are queued and still true, locked for this transaction; other workers skip them."""

    async def told(self, positions: Sequence[int]) -> None: ...
    async def failed(self, position: int, error: str) -> None:
        """Leave this change where it is, with the error; it is not claimed again."""

    async def drop_unheard(self, limit: int) -> int:
        """Of the oldest changes, those of people who wait in no journey go onto their timelines only; how many."""


class Timeline(Protocol):
    """What happened to people. Lines are added, and never changed."""

    async def add(self, event: PersonEvent) -> None:
        """With the others at the end of the transaction, or when a timeline is read. It has no key."""

    async def add_new(self, events: Sequence[PersonEvent]) -> frozenset[str]:
        """Add those whose key was not taken before; their keys."""

    async def of(self, profile_id: ProfileId, *, limit: int) -> Sequence[PersonEvent]:
        """The latest, newest first."""

    async def counts(self, profile_id: ProfileId, events: Collection[str]) -> Mapping[str, Mapping[date, int]]:
        """Of each of these events, how often it happened to the person on which day (UTC)."""


class Merges(Protocol):
    """Profiles that were made one."""

    async def add(self, merge: Merge) -> None: ...
    async def latest(self, profile_id: ProfileId) -> Merge | None:
        """The latest merge that this person was in, on either side, and that was not undone."""

    async def all_of(self, profile_id: ProfileId) -> Sequence[Merge]:
        """Every one, the oldest first."""

    async def undone(self, merge_id: str, at: datetime) -> None: ...
    async def claims(self, profile_id: ProfileId) -> Sequence[Claim]:
        """The person's identities, each with when it was claimed."""

    async def count(self, profile_id: ProfileId) -> Mapping[str, int]:
        """How many rows of each table are the person's."""

    async def carry(self, source: ProfileId, target: ProfileId) -> Mapping[str, tuple[str, ...]]:
        """Make all that is the one person's the other's, but the profile; the keys of the rows by table.

        Conversations and hand-offs get a new version, so that whoever is at work on one looks again.
        """

    async def carry_back(self, moved: Mapping[str, Sequence[str]], source: ProfileId, target: ProfileId) -> None:
        """Make those of these rows that are still the one person's the other's again."""

    async def rekey(self, keys: Mapping[str, str]) -> None:
        """Give score changes other keys, by the ones that they have."""

    async def uncount(self, keys: Sequence[str]) -> None:
        """Take out the score changes of these keys."""

    async def remove(self, profile_id: ProfileId) -> None:
        """Remove a profile that nothing refers to but identities, segments and CRM links, and those with it."""


class PersonalData(Protocol):
    """All that is kept of one person, whatever the table: to be given to them, or erased."""

    async def of(self, profile_id: ProfileId) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The rows of every table that are theirs, as JSON has them."""

    async def erase(
        self, profile_id: ProfileId, suppressions: Sequence[Suppression], *, who: str, at: datetime
    ) -> Erasure:
        """Delete them all. Of the addresses to be left alone only a salted digest is kept: whoever is claimed to have
        one again is suppressed as soon as that is noted."""


class CrmLinks(Protocol):
    async def get(self, crm: str, profile_id: ProfileId) -> str | None: ...
    async def put(self, crm: str, profile_id: ProfileId, crm_id: str) -> None: ...
    async def of(self, profile_id: ProfileId) -> Mapping[str, str]:
        """The id in each CRM that has a record of the person."""

    async def people(self, crm: str, records: Collection[str]) -> Mapping[str, Sequence[ProfileId]]:
        """Of each of these records of the CRM, whose it is. A record that was found by e-mail may be of several."""


class Feeds(Protocol):
    """Durable, ordered lists that pages read: the widget's messages, the explain panel, the sandbox's panels."""

    async def append(self, feed: str, key: str, item: Mapping[str, Any], at: datetime) -> None:
        """Add the item, unless the feed has one of this key. It gets its position when the transaction commits."""

    async def read(self, feeds: Sequence[str], *, after: int, limit: int = 500) -> Sequence[FeedItem]: ...
    async def newest(self) -> int:
        """The position of the newest item of all feeds; 0 where there is none."""

    async def grown(self, after: int) -> Mapping[str, int]:
        """Each feed that has items after this position, and the position of its newest."""

    async def find(self, feed: str, keys: Sequence[str]) -> Sequence[FeedItem]:
        """The feed's items of these keys, oldest first."""


class Reviews(Protocol):
    """What authors said of messages that were not clearly understood."""

    async def add(self, review: Review) -> bool:
        """False when this message was handled before."""

    async def handled(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of the keys whose message was handled."""


class Schedules(Protocol):
    async def ids(self) -> frozenset[str]: ...
    async def add(self, state: ScheduleState) -> None:
        """Keep it, unless there is one of this id."""

    async def claim_due(self, now: datetime, among: Collection[str]) -> ScheduleState | None:
        """Of these, the one that is due longest, locked for this transaction; other workers skip it."""

    async def save(self, state: ScheduleState) -> None: ...
    async def next_due(self, among: Collection[str]) -> datetime | None: ...


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
    def consents(self) -> Consents: ...
    @property
    def enrolments(self) -> Enrolments: ...
    @property
    def handoffs(self) -> Handoffs: ...
    @property
    def journeys(self) -> Journeys: ...
    @property
    def intakes(self) -> Intakes: ...
    @property
    def passages(self) -> Passages: ...
    @property
    def scores(self) -> Scores: ...
    @property
    def segments(self) -> Segments: ...
    @property
    def timeline(self) -> Timeline: ...
    @property
    def merges(self) -> Merges: ...
    @property
    def personal_data(self) -> PersonalData: ...
    @property
    def crm_links(self) -> CrmLinks: ...
    @property
    def feeds(self) -> Feeds: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def schedules(self) -> Schedules: ...


class Store(Protocol):
    @property
    def shared(self) -> bool:
        """Whether other processes may be working on it, too."""

    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Commits on a clean exit, and only here; rolls back on an exception."""

    async def migrate(self) -> None:
        """Bring the tables to this version's shape."""

    async def check(self) -> None:
        """Raises when the database does not answer."""

    async def close(self) -> None: ...
