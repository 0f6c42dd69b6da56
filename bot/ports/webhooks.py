"""What a vendor asks of us over HTTP or a WebSocket, and what a connector answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from bot.domain.access import Caller
from bot.domain.message import DeskCommand, Inbound
from bot.ports.conversations import FeedItem


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """An HTTP request from outside. `url` is the public one, with its query; header names are lower case. Of a request
    to our own API it is what follows the host.

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
