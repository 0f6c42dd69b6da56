"""Small stand-ins for what services are given: a vendor's channel, a CRM, a reading of texts, custom actions."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.conversation import Event, Tracker
from bot.domain.crm import CrmEvent, CrmRecord, FieldValue
from bot.domain.effects import ActionResult, PersonEffect, Say
from bot.domain.errors import ActionError
from bot.domain.handoff import Lead
from bot.domain.message import OutboundMessage, Receipt, Text
from bot.domain.understanding import IntentScore, Understood
from bot.ports import Abilities, Playbook, Webhook, WebhookRequest


class FakeChannel:
    """A vendor that takes messages. `faults` are raised one by one first; `list_known` lets it tell what it took.

    What takes the place of a message that is `gone` stands by itself. With `lost` set it takes the message and its
    answer never arrives, as when we die while we wait for it.
    """

    def __init__(self, name: str, abilities: Abilities) -> None:
        self.name = name
        self.abilities = abilities
        self.taken: list[OutboundMessage] = []
        self.taken_away: list[tuple[str, str]] = []
        self.tries: list[OutboundMessage] = []
        self.faults: deque[Exception] = deque()
        self.list_known = False
        self.gone: set[str] = set()
        self.lost: asyncio.Event | None = None
        self.on_send: Callable[[OutboundMessage], Awaitable[None]] | None = None

    def parse(self, request: WebhookRequest) -> Webhook:
        return Webhook()

    async def send(self, message: OutboundMessage) -> Receipt:
        self.tries.append(message)
        if self.faults:
            raise self.faults.popleft()
        if self.on_send is not None:
            await self.on_send(message)
        known = self._known(message.key)
        if self.abilities.repeatable and known is not None:
            return known
        self.taken.append(message)
        if self.lost is not None:
            self.lost.set()
            await asyncio.Event().wait()
        if message.replaces is not None and message.replaces not in self.gone:
            return Receipt(message.replaces)
        again = sum(one.key == message.key for one in self.taken)
        return Receipt(f"{self.name}-{message.key}" + (f"-{again}" if again > 1 else ""))

    async def find(self, message: OutboundMessage) -> Receipt | None:
        if self.faults:
            raise self.faults.popleft()
        return self._known(message.key) if self.list_known else None

    async def take_away(self, address: str, message: str) -> None:
        if self.faults:
            raise self.faults.popleft()
        self.taken_away.append((address, message))

    def _known(self, key: str) -> Receipt | None:
        return next((Receipt(f"{self.name}-{one.key}") for one in self.taken if one.key == key), None)

    async def close(self) -> None:
        """Nothing is open."""

    def texts(self) -> list[str]:
        """The words of what was taken."""
        return [message.content.text for message in self.taken if isinstance(message.content, Text)]


class VendorWithAList(FakeChannel):
    """Knows no keys of ours: its list has words and ids. With `only` set, nothing but that key gets through to it."""

    def __init__(self, name: str, abilities: Abilities) -> None:
        super().__init__(name, abilities)
        self.only: str | None = None
        self.asked_twice = asyncio.Event()

    async def send(self, message: OutboundMessage) -> Receipt:
        self.tries.append(message)
        if self.only in (None, message.key):
            self.taken.append(message)
        if len(self.tries) == 2:
            self.asked_twice.set()
        if self.only is not None:
            await asyncio.Event().wait()
        return Receipt(f"id {len(self.taken)}")

    async def find(self, message: OutboundMessage) -> Receipt | None:
        ids = [f"id {number}" for number, one in enumerate(self.taken, 1) if one.content == message.content]
        return next((Receipt(one) for one in ids if one not in message.others), None)


class FakeCrm:
    """Keeps leads and the fields of their records by the person's key, and notes by their own."""

    name = "crm"

    def __init__(self) -> None:
        self.records: dict[str, Lead] = {}
        self.fields: dict[str, dict[str, Any]] = {}
        self.notes: dict[str, tuple[str, str]] = {}
        self.events: list[CrmEvent] = []
        self.faults: deque[Exception] = deque()
        self.before_find: Callable[[], Awaitable[object]] | None = None

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        if self.before_find is not None:
            await self.before_find()
        known = self.fields.get(lead.key)
        return None if known is None else CrmRecord(f"record of {lead.key}", known)

    async def delete(self, crm_id: str) -> None:
        if self.faults:
            raise self.faults.popleft()
        lead = crm_id.removeprefix("record of ")
        self.fields.pop(lead, None)
        self.records.pop(lead, None)

    async def anonymise(self, crm_id: str, fields: Collection[str]) -> None:
        known = self.fields.get(crm_id.removeprefix("record of "), {})
        for name in fields:
            known.pop(name, None)

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        if self.faults:
            raise self.faults.popleft()
        self.records[lead.key] = lead
        self.fields.setdefault(lead.key, {}).update(fields)
        return f"record of {lead.key}"

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        if self.faults:
            raise self.faults.popleft()
        self.notes[key] = (crm_id, text)

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent]:
        return self.events

    async def close(self) -> None:
        """Nothing is open."""


class FakeEndpoints:
    """Other systems that take what they are told, by its key; `faults` are raised one by one first."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.told: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self.faults: deque[Exception] = deque()

    async def call(self, name: str, body: Mapping[str, Any], *, key: str) -> None:
        if self.faults:
            raise self.faults.popleft()
        self.told[key] = (name, body)

    async def close(self) -> None:
        """Nothing is open."""


class FakeNlu:
    """Reads a text as the intent of that name, where `intents` has it; a `/payload` names its intent itself. Those that
    are `doubtful` may be opt-outs."""

    def __init__(self, *intents: str, doubtful: Collection[str] = ()) -> None:
        self._intents = intents
        self._doubtful = doubtful
        self.read: list[str] = []

    def parse(self, text: str, **context: Any) -> Understood:
        self.read.append(text)
        name = text.removeprefix("/").replace(" ", "_").lower()
        intent = IntentScore(name if name in self._intents else "nlu_fallback", 1.0)
        stage = "button" if text.startswith("/") else "classifier"
        return Understood(text, intent, may_opt_out=text in self._doubtful, stage=stage)


class FakeActions:
    """Runs actions that are nothing but effects and events; those in `broken` fail, those in `raising` crash."""

    def __init__(self) -> None:
        self.effects: dict[str, tuple[PersonEffect, ...]] = {}
        self.events: dict[str, tuple[Event, ...]] = {}
        self.says: dict[str, tuple[Say, ...]] = {}
        self.broken: set[str] = set()
        self.raising: set[str] = set()
        self.before: Callable[[], Awaitable[None]] | None = None
        self.ran: list[str] = []
        self.given: list[Mapping[str, Any]] = []

    def knows(self, action: str) -> bool:
        return action in self.effects

    async def run(self, action: str, tracker: Tracker, context: Mapping[str, Any]) -> ActionResult:
        self.ran.append(action)
        self.given.append(context)
        if self.before is not None:
            await self.before()
        if action in self.broken:
            raise ActionError(f'The action "{action}" raised KeyError at lead.py:12.')
        if action in self.raising:
            raise ValueError(tracker.latest_message.text if tracker.latest_message else "")
        return ActionResult(
            events=self.events.get(action, ()), says=self.says.get(action, ()), effects=self.effects.get(action, ())
        )

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class FakeLibrary:
    """Holds one playbook; a test may put another in its place."""

    playbook: Playbook
    faults: tuple[Any, ...] = field(default=())

    def current(self) -> Playbook:
        return self.playbook
