"""Small domain values for the store's contract; whatever a test does not care about is filled in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.adapters.database import Database
from bot.adapters.database.sealing import OFF, Sealing
from bot.domain.consent import Purpose
from bot.domain.conversation import Conversation, Tracker
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.entries import EventEntry
from bot.domain.handoff import Handoff
from bot.domain.ids import ConversationId, EnrolmentId, HandoffId, OutboxId, ProfileId
from bot.domain.journey import Enrolment, Journey
from bot.domain.message import CustomerMessage, Text
from bot.domain.person import Profile
from bot.domain.steps import GoStep
from bot.ports import UnitOfWork

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
ANNA, BEN = ProfileId("anna"), ProfileId("ben")
CHAT, OTHER_CHAT = ConversationId("chat"), ConversationId("other chat")


@asynccontextmanager
async def opened(url: str, sealing: Sealing = OFF) -> AsyncIterator[Database]:
    """Another process's view of the same database."""
    database = Database(url, sealing)
    try:
        yield database
    finally:
        await database.close()


def profile(id_: ProfileId = ANNA, **known: Any) -> Profile:
    return Profile(id_, NOON, **known)


def conversation(
    id_: ConversationId = CHAT, *, of: ProfileId = ANNA, channel: str = "webchat", address: str | None = None
) -> Conversation:
    return Conversation(id_, of, channel, address or f"address of {id_}", Tracker(id_), NOON)


async def add_chat(uow: UnitOfWork, id_: ConversationId = CHAT, *, of: ProfileId = ANNA) -> Conversation:
    """A person with one conversation."""
    await uow.profiles.add(profile(of))
    one = conversation(id_, of=of)
    await uow.conversations.add(one)
    return one


def message(vendor_id: str, text: str = "hello", channel: str = "webchat") -> CustomerMessage:
    return CustomerMessage(channel, vendor_id, "address", text)


def entry(
    key: str,
    *,
    text: str = "hello",
    channel: str = "webchat",
    conversation_id: ConversationId | None = CHAT,
    **more: Any,
) -> OutboxEntry:
    made = OutboxEntry(
        id=OutboxId(f"id of {key}"),
        key=key,
        dispatch=ChannelMessage(channel, "address", Text(text)),
        purpose=Purpose.REPLY,
        profile_id=None,
        created_at=NOON,
        due_at=NOON,
        conversation_id=conversation_id,
    )
    return replace(made, **more)


def journey(version: str = "1", id_: str = "welcome") -> Journey:
    return Journey(
        id=id_,
        version=version,
        purpose=Purpose.MARKETING,
        entries=(EventEntry("signed.up"),),
        exit_events=(),
        exit_when=None,
        window=None,
        first="begin",
        steps={"begin": GoStep("begin", "end")},
    )


def enrolment(id_: str, *, of: ProfileId = ANNA, into: str = "welcome", **more: Any) -> Enrolment:
    made = Enrolment(
        id=EnrolmentId(id_), journey=into, version="1", profile_id=of, entered_at=NOON, step="begin", due_at=NOON
    )
    return replace(made, **more)


def handoff(id_: str, *, in_: ConversationId = CHAT, of: ProfileId = ANNA) -> Handoff:
    return Handoff(
        id=HandoffId(id_),
        conversation_id=in_,
        profile_id=of,
        desk="slack",
        desk_address="#sales",
        reason="asked for a person",
        summary="wants a demo",
        created_at=NOON,
        card_key=f"card of {id_}",
    )
