"""What the core asks of the outside: channels, CRMs, endpoints, and how a connector is built."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable
from urllib.parse import urlsplit

from bot.domain.access import Caller, Right
from bot.domain.crm import CrmEvent, CrmPage, CrmRecord, FieldValue
from bot.domain.delivery import Failure
from bot.domain.errors import SettingsError
from bot.domain.handoff import Lead
from bot.domain.message import Attachment, CustomerMessage, DeskCommand, Inbound, OutboundMessage, Receipt, Text
from bot.domain.pace import Pace
from bot.domain.preview import Preview, as_text
from bot.ports.conversations import FeedItem
from bot.ports.installations import Installations
from bot.ports.signals import Clock


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """An HTTP request from outside. `url` is the public one, with its query; header names are lower case.

    `caller` is who sent it, where a key or a login of ours has said so already.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    caller: Caller | None = None

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


Answer = TypeVar("Answer", covariant=True)


@dataclass(frozen=True, slots=True)
class AwaitTurn(Generic[Answer]):
    """The caller waits for the turn: `reply` makes the answer of what it put on `feed` within that time.

    With `behind`, the answer is made of everything on the feed behind that position, whoever said it. `earlier` are the
    vendor ids of messages before this one that were not fully answered in their time; they are waited for, too. `slots`
    are the slots of the conversation whose values the caller wants to know.
    """

    feed: str
    within: timedelta
    reply: Callable[[Said], Answer]
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
    vendor besides, once the request is verified and kept; nothing depends on it. `keep` is what the channel itself has
    to keep of it; where it raises, the request is refused, so that the vendor sends it again.
    """

    inbound: Sequence[Inbound] = ()
    reply: Reply = Reply()
    follow: FollowFeed | None = None
    await_turn: AwaitTurn[Reply] | None = None
    obey: ObeyCommand | None = None
    then: Callable[[], Awaitable[None]] | None = None
    keep: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class TalkStep:
    """How a talk over a WebSocket goes on: what is kept, what is sent, and what is waited for beside the next frame.

    `await_turn` waits as a webhook's does, for the messages that its `earlier` names; its `reply` is the next step, and
    a frame that comes first ends the waiting, unless it is `undisturbed`. Where it names no message, it waits for
    anything new on the feed. `then` is done once `inbound` is kept. `trouble` is for the log. After an `over` the
    WebSocket is closed.
    """

    inbound: Sequence[Inbound] = ()
    frames: Sequence[str] = ()
    await_turn: AwaitTurn[TalkStep] | None = None
    then: Callable[[], Awaitable[None]] | None = None
    undisturbed: bool = False
    trouble: str = ""
    over: bool = False


class Talk(Protocol):
    """One WebSocket on which a vendor talks with us. It decides, and does no I/O."""

    def hear(self, frame: str) -> TalkStep:
        """A frame of text has come, whatever is in it."""


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
class Talks(Protocol):
    """A channel whose vendor talks with us over a WebSocket, too."""

    def talk(self, request: WebhookRequest) -> Talk:
        """Verify the request that opens the WebSocket. No I/O; raises WebhookRejected."""


@runtime_checkable
class HasPortraits(Protocol):
    """A desk that knows what its reps look like."""

    async def portrait(self, rep: str) -> bytes | None:
        """The picture of the rep of this name; None where there is none to be had."""


@dataclass(frozen=True, slots=True)
class Upload:
    """The head of a request that brings a file: `message` is what is received once the file is kept.

    `size` is what the request says, and `within` how long it may take to come.
    """

    name: str
    media_type: str
    size: int
    message: CustomerMessage
    reply: Reply
    within: timedelta = timedelta(minutes=3)


@runtime_checkable
class TakesUploads(Protocol):
    """A channel to which files are sent as the bodies of requests, which are too large to be read at once."""

    def upload(self, request: WebhookRequest) -> Upload | None:
        """The head of the request, without its body; None where it brings no file. Raises WebhookRejected."""


@runtime_checkable
class Prepares(Protocol):
    """A channel that must fetch something before it can verify a request, such as its vendor's certificate."""

    async def prepare(self, request: WebhookRequest) -> None:
        """Within seconds; raises WebhookRejected where the request itself says that there is nothing to fetch."""


@runtime_checkable
class Installs(Protocol):
    """A channel that somebody lets into their workspace at its vendor, in a browser."""

    async def visit(self, request: WebhookRequest) -> Reply:
        """The page at `/<channel>/install`, or at `/<channel>/oauth`, to which the vendor sends the browser back.

        Raises WebhookRejected where there is none.
        """


@runtime_checkable
class Listens(Protocol):
    """A channel that may open a connection to its vendor, over which comes what others are sent by webhook."""

    async def listen(self, take: Callable[[Webhook], Awaitable[Reply]]) -> None:
        """Until it is cancelled; at once over where there is nothing to listen to.

        `take` keeps what came in and gives the answer. Where it raises nothing was kept, and the vendor must not be
        told that it was. Each process that serves listens, so the same may come to several.
        """


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


@runtime_checkable
class WritesTogether(Protocol):
    """A CRM that takes a record and a note on it in one call, of which it does both or neither."""

    async def upsert_with_note(
        self, lead: Lead, fields: Mapping[str, FieldValue], note: str, *, found: CrmRecord | None, key: str
    ) -> str:
        """As Crm.upsert and Crm.note, with one `key` for both."""


@runtime_checkable
class GivesPeople(Protocol):
    """A CRM whose records can be read one page after another, for an import."""

    async def page(self, fields: Collection[str], *, after: str) -> CrmPage:
        """The records behind `after` (all, where it is empty), with these of their fields. Raises as Crm.find does."""


@runtime_checkable
class KeepsTasks(Protocol):
    """A CRM in which somebody can be told to do something."""

    async def task(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a task that is open to the record, once for each `key`."""


@runtime_checkable
class KeepsDeals(Protocol):
    """A CRM with deals beside its records."""

    async def deal(self, lead: Lead, crm_id: str, fields: Mapping[str, FieldValue], *, key: str) -> None:
        """Write these fields of the lead's deal, or make it, and join it to the record. Harmless when repeated."""


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
        """Write it, once for each key; its place."""

    async def take(self, media_type: str, size: int, chunks: AsyncIterator[bytes]) -> str:
        """Write it as it comes, whole or not at all, under a name that nobody can guess; its place.

        Raises WebhookRejected where it is not of that type (415) or size (400).
        """

    def path_of(self, place: str) -> Path:
        """Where the file is; raises FileNotFoundError where there is none."""

    async def drop(self, place: str) -> None:
        """Delete it, where it is there."""


class Scanner(Protocol):
    """Looks for viruses in a file."""

    async def scan(self, path: Path) -> None:
        """Raises FileRefused where something was found, NotTried where the scanner gave no answer in time."""


class FeedWriter(Protocol):
    """Writes to a durable feed that pages read: the widget's messages, what a sandbox's stand-in shows."""

    async def append(self, feed: str, key: str, item: Mapping[str, Any]) -> None:
        """Add the item, unless the feed has one of this key."""

    async def items(self, feed: str) -> Sequence[Mapping[str, Any]]: ...


class ApiAccess(Protocol):
    """Who may use the HTTP API: users and keys of ours, callers with its token, or with a JWT that says who."""

    @property
    def is_open(self) -> bool:
        """Whether anybody may use it at all; False where no credential is set that would say who."""

    def check(
        self, request: WebhookRequest, conversation: str | None = None, right: Right = Right.ADMINISTER
    ) -> Caller:
        """Who calls; raises WebhookRejected where they may not do this (401, 403), or nobody may (404)."""


async def at_once() -> None:
    """The turn of a call that no budget holds up."""


@dataclass(frozen=True, slots=True)
class ConnectorSettings:
    """What a connector's `build` gets: its own settings by their environment names, and where we are reached.

    `service_url` is where vendors reach us from outside (webhooks are signed over it). `sandbox_url`, when set, is the
    local stand-in that takes the vendor's place. `access` is for a connector whose callers are those of our own API.
    `vocabulary` gives the names that customers are likely to say, for whoever listens for them. A CRM awaits `turn`
    before each of its calls: it keeps the account to its budget, and raises NotTried where that is used up.
    `installations` keeps the workspaces in which the connector was installed.
    """

    values: Mapping[str, str]
    service_url: str
    clock: Clock
    feed: FeedWriter
    sandbox_url: str | None = None
    access: ApiAccess | None = None
    vocabulary: Callable[[], Sequence[str]] = tuple
    turn: Callable[[], Awaitable[None]] = at_once
    installations: Installations | None = None

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
