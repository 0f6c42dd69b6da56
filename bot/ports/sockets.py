"""What clients in browsers ask of us over Socket.IO, and what a connector answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from bot.domain.message import Inbound
from bot.ports.webhooks import WebhookRequest


@dataclass(frozen=True, slots=True)
class SocketDoor:
    """Where a channel's clients connect (a path and a namespace of Socket.IO), and the events that they may send."""

    path: str
    namespace: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SocketEvent:
    """A named event with its data, which is JSON."""

    name: str
    data: Any


@dataclass(frozen=True, slots=True)
class SocketStep:
    """What follows from an event: what is kept, what the client is sent then, and the feed that it hears from now on.

    Of that feed it is sent whatever no connection has been sent yet. Empty: it hears what it heard.
    """

    inbound: Sequence[Inbound] = ()
    events: Sequence[SocketEvent] = ()
    feed: str = ""


class SocketTalk(Protocol):
    """One connection. It decides, and does no I/O."""

    def hear(self, event: SocketEvent, now: datetime) -> SocketStep:
        """What comes of an event, whatever is in it. Raises WebhookRejected where it cannot be taken."""

    def tell(self, item: Mapping[str, Any]) -> Sequence[SocketEvent]:
        """An item of the feed as the client is sent it; nothing where it is not for the client."""


@runtime_checkable
class TakesSockets(Protocol):
    """A channel whose clients connect by Socket.IO."""

    @property
    def door(self) -> SocketDoor: ...

    def allows(self, origin: str, host: str) -> bool:
        """Whether a page of this origin may connect to the host that it asks."""

    def connect(self, request: WebhookRequest, auth: Any) -> SocketTalk:
        """Verify who connects, with what they gave as `auth`. No I/O; raises WebhookRejected."""
