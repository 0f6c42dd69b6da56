"""How a connector is built, what it is given, and the stand-ins for vendors in the sandbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from bot.domain.access import Caller, Right
from bot.domain.errors import SettingsError
from bot.ports.installations import Installations
from bot.ports.signals import Clock
from bot.ports.webhooks import Reply, WebhookRequest


class Endpoints(Protocol):
    """Addresses of other systems that the settings name, for journeys to tell something."""

    @property
    def names(self) -> Collection[str]: ...

    async def call(self, name: str, body: Mapping[str, Any], *, key: str) -> None:
        """One try, signed; `key` tells the receiver of a second one. Raises as Channel.send does."""

    async def close(self) -> None: ...


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

    def open_to_accounts(self) -> None:
        """From now on there are users or keys of ours."""

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
    `vocabulary` gives the names that customers are likely to say, for whoever listens for them; `voice_model` the
    interaction model that a speaker's vendor is given of the assistant, for a stand-in that listens by it (slow: it
    reads files). A CRM awaits `turn` before each of its calls: it keeps the account to its budget, and raises NotTried
    where that is used up.
    `installations` keeps the workspaces in which the connector was installed.
    """

    values: Mapping[str, str]
    service_url: str
    clock: Clock
    feed: FeedWriter
    sandbox_url: str | None = None
    access: ApiAccess | None = None
    vocabulary: Callable[[], Sequence[str]] = tuple
    voice_model: Callable[[], Mapping[str, Any]] = dict
    turn: Callable[[], Awaitable[None]] = at_once
    installations: Installations | None = None

    def require(self, name: str) -> str:
        if value := self.values.get(name, ""):
            return value
        raise SettingsError(
            f"{name} is not set. Set it in the environment or in .env. A connector that has a sandbox runs in it "
            "while none of its settings is set."
        )

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name) or default

    def is_yes(self, name: str, default: str = "no") -> bool:
        """Whether a setting of yes or no is yes; raises SettingsError for what is neither."""
        written = self.get(name, default).strip()
        if written.casefold() not in ("yes", "true", "1", "no", "false", "0"):
            raise SettingsError(f'{name} is "{written}". Write yes or no.')
        return written.casefold() in ("yes", "true", "1")

    def amount(self, name: str, default: str, *, most: float) -> float:
        """A setting above 0 and of `most` at the most; raises SettingsError for what is none."""
        written = self.get(name, default).strip()
        try:
            amount = float(written)
        except ValueError:
            amount = 0.0
        if not 0 < amount <= most:
            raise SettingsError(f'{name} is "{written}". Write a number above 0, and of {most:g} at the most.')
        return amount


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


@runtime_checkable
class OpensTalks(Protocol):
    """A stand-in whose vendor talks with us over a WebSocket that it opens (`Talks`)."""

    async def open_talk(self, deed: Mapping[str, Any], now: datetime) -> tuple[WebhookRequest, str]:
        """The signed request that opens it, and the frame with which the vendor begins.

        Raises WebhookRejected where there is nothing to talk of.
        """


@runtime_checkable
class HearsAnswers(Protocol):
    """A stand-in whose vendor does what our answers to its webhooks say, such as to speak, and waits only so long."""

    @property
    def patience(self) -> timedelta: ...

    async def settle(self, deed: Mapping[str, Any], now: datetime) -> bool:
        """Whether the vendor sees to this deed without asking us; else it is for `act`."""

    async def hear(self, webhook: WebhookRequest, reply: Reply | None, took: timedelta) -> WebhookRequest | None:
        """What we answered, and after how long; None where nothing came in time. What it makes of that is put on its
        feed. The webhook that the vendor then sends by itself, such as a second try."""
