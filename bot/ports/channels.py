"""What a channel is, and what some channels can do besides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from bot.domain.delivery import Failure
from bot.domain.message import Attachment, CustomerMessage, DeliveryState, OutboundMessage, Receipt, Template, Text
from bot.domain.pace import Pace
from bot.domain.preview import Preview, as_text
from bot.ports.webhooks import Reply, Talk, Webhook, WebhookRequest


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do. `identity` is the kind of identity its addresses are.

    `own_lines`: its page shows the customer's own messages from our feed. `desk`: its people are our reps.
    `kept_here`: what it is sent is in our own tables and nowhere else, so there is nothing to erase anywhere else.
    `repeatable`: the vendor recognises a second try by its key, so that an unknown outcome may simply be sent again.
    `named_by_callers`: its addresses are names that callers choose for their talks (Rasa's sender), and want back.
    `extras`: it takes what only some channels can show, Rasa's `custom`, `attachment` and `elements`.
    `public`: anybody may ask, from a browser, so callers are limited in how quickly they may.
    `separate_disclosure`: the line that this is a machine goes as a message of its own, not in front of the first one.
    `correspondence`: its messages have a subject, and name the message that they answer.
    `largest_webhook`: bytes in the body of a request that its `parse` takes.
    `reply_window`: how long after the customer's last message anything but a template may be sent.
    `pace`: how quickly its sender may send, and what a message costs of that.
    `failures`: what the vendor's error codes mean; one that is not there is for good, and nothing else follows from it.
    `spoken`: people talk with it, one call after another. Each call is told anew that this is a machine.
    `media` are the types of files that it shows by themselves, or hands over; others go as links.
    `receipts`: what its vendor tells of messages that it has taken, but for their failure.
    `transfers`: it can put somebody through to a person, and is told to when one is asked for.
    """

    identity: str
    buttons: bool = False
    longest_text: int = 4000
    proactive: bool = True
    own_lines: bool = False
    desk: bool = False
    kept_here: bool = False
    repeatable: bool = False
    extras: bool = False
    named_by_callers: bool = False
    separate_disclosure: bool = False
    public: bool = False
    correspondence: bool = False
    largest_webhook: int = 64 * 1024
    reply_window: timedelta | None = None
    pace: Pace | None = None
    failures: Mapping[str, Failure] = field(default_factory=dict)
    spoken: bool = False
    transfers: bool = False
    media: frozenset[str] = frozenset()
    receipts: frozenset[DeliveryState] = frozenset()


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
        """One try. Raises TemporarySendError or PermanentSendError, and CredentialRefused where we are not let in."""

    async def find(self, message: OutboundMessage) -> Receipt | None:
        """The receipt of an earlier try of unknown outcome, where the vendor can be asked; else None."""

    async def close(self) -> None: ...


def takes_any(_template: Template) -> str:
    """Of a channel that does not say what its vendor's templates are called."""
    return ""


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """What is known of a channel without its connector being built: what it can do, and what becomes of a message.

    `template_fault` says in a sentence why its vendor can have no such template, empty where it may have it.
    """

    abilities: Abilities
    preview: Callable[[Text], Preview] = as_text
    template_fault: Callable[[Template], str] = takes_any


@runtime_checkable
class AttachmentSource(Protocol):
    """A channel whose people can send files."""

    async def fetch(self, attachment: Attachment) -> bytes:
        """The file. Raises as Channel.send does; what is too large, or of a kind that is not taken, is refused."""


@dataclass(frozen=True, slots=True)
class FeedPost:
    """A message as an item of a feed of ours, and the receipt for it."""

    feed: str
    key: str
    item: Mapping[str, Any]
    receipt: Receipt


@runtime_checkable
class Posts(Protocol):
    """A channel whose messages are items of our own feeds and nothing else, so that no vendor is called.

    They may then leave in the transaction in which they are written; `send` does the same in one of its own.
    """

    def post_of(self, message: OutboundMessage) -> FeedPost:
        """No I/O. Raises PermanentSendError for what the channel cannot carry."""


@runtime_checkable
class Talks(Protocol):
    """A channel whose vendor talks with us over a WebSocket, too."""

    def talk(self, request: WebhookRequest) -> Talk:
        """Verify the request that opens the WebSocket. No I/O; raises WebhookRejected."""


@runtime_checkable
class HasPortraits(Protocol):
    """A desk that knows what its reps look like."""

    async def portrait(self, rep: str) -> bytes | None:
        """The rep's picture; None if there is none."""


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
class TakesAway(Protocol):
    """A channel whose vendor lets us take away what we have sent."""

    async def take_away(self, address: str, message: str) -> None:
        """Delete the message that the vendor knows by this id, or else empty it; does nothing if it is gone already."""


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
