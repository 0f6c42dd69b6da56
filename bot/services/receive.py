"""Receive: keep what came in, once and in order, before anybody is told that we have it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from bot.domain.conversation import Conversation, Tracker
from bot.domain.errors import Conflict
from bot.domain.ids import ConversationId, ProfileId, new_id
from bot.domain.message import (
    CheckIn,
    CustomerMessage,
    DeliveryStatus,
    DeskAction,
    DeskReply,
    ExecuteAction,
    Inbound,
    OpenForm,
    PageReport,
    Reminder,
    TriggerIntent,
)
from bot.domain.person import Identity, Profile
from bot.ports import Channel, UnitOfWork
from bot.services.keep_segments import meet_segments
from bot.services.runtime import FEEDS, INBOX, SEGMENTS, Runtime

log = structlog.get_logger()

MOST_TRIES = 3


async def receive(runtime: Runtime, channel: Channel, inbound: Sequence[Inbound]) -> int:
    """Store each message that is new; how many were. Duplicates by (channel, vendor id) change nothing."""
    for _ in range(MOST_TRIES - 1):
        with suppress(Conflict):
            return await _receive(runtime, channel, inbound)
    return await _receive(runtime, channel, inbound)


async def _receive(runtime: Runtime, channel: Channel, inbound: Sequence[Inbound]) -> int:
    """One try; raises Conflict when two first messages from one address came at the same moment."""
    now = runtime.clock.now()
    taken = 0
    async with runtime.store.transaction() as uow:
        for item in inbound:
            taken += await _take(uow, runtime, channel, item, now)
    if taken:
        await runtime.wakeups.notify(INBOX)
        await runtime.wakeups.notify(FEEDS)
        if runtime.library.current().segments:
            await runtime.wakeups.notify(SEGMENTS)
    return taken


async def _take(uow: UnitOfWork, runtime: Runtime, channel: Channel, item: Inbound, now: datetime) -> bool:
    match item:
        case CustomerMessage():
            conversation = await meet(uow, runtime, channel, item, now)
            if not await uow.inbox.add(conversation.id, item, now):
                return False
            if channel.abilities.own_lines and not item.opened:
                await _show_own_line(uow, item, now)
            return True
        case PageReport():
            conversation = await meet(uow, runtime, channel, item, now)
            return await uow.inbox.add(conversation.id, item, now)
        case OpenForm() | Reminder() | CheckIn() | TriggerIntent() | ExecuteAction():
            found = await uow.conversations.at(item.channel, item.address)
            return found is not None and await uow.inbox.add(found.id, item, now)
        case DeskReply():
            handoff = await uow.handoffs.in_thread(item.channel, item.thread)
            if handoff is None:
                log.info("a reply in a thread that is no hand-off", channel=item.channel)
                return False
            return await uow.inbox.add(handoff.conversation_id, item, now)
        case DeskAction():
            try:
                handoff = await uow.handoffs.get(item.handoff_id)
            except LookupError:
                log.info("a button of a hand-off that is not in the store", channel=item.channel)
                return False
            return await uow.inbox.add(handoff.conversation_id, item, now)
        case DeliveryStatus():
            return await uow.outbox.track(item.channel, item.sent_id, item.state, item.error, now)


async def meet(
    uow: UnitOfWork, runtime: Runtime, channel: Channel, message: CustomerMessage | PageReport, now: datetime
) -> Conversation:
    """The conversation with this address; a first message starts it, and proves that the address is the person's."""
    identity = Identity(channel.abilities.identity, message.address, verified=True)
    conversation = await uow.conversations.at(channel.name, message.address)
    if conversation is not None:
        if conversation.tracker.latest_message is None:
            await uow.profiles.claim(conversation.profile_id, identity, now)
        return conversation
    profile = await uow.profiles.owner_of(identity.kind, identity.value)
    if profile is None:
        time_zone = message.time_zone if isinstance(message, CustomerMessage) else None
        profile = Profile(ProfileId(new_id(now)), now, time_zone=time_zone, locale=message.locale)
        await uow.profiles.add(profile)
        await meet_segments(uow, runtime, profile.id, now)
    await uow.profiles.claim(profile.id, identity, now)
    return await start_conversation(uow, profile.id, channel.name, message.address, now)


async def start_conversation(
    uow: UnitOfWork, profile_id: ProfileId, channel: str, address: str, now: datetime
) -> Conversation:
    """A new, empty conversation with somebody who is already known."""
    conversation_id = ConversationId(new_id(now))
    conversation = Conversation(
        id=conversation_id,
        profile_id=profile_id,
        channel=channel,
        address=address,
        tracker=Tracker(conversation_id),
        started_at=now,
    )
    await uow.conversations.add(conversation)
    return conversation


async def _show_own_line(uow: UnitOfWork, message: CustomerMessage, now: datetime) -> None:
    item: dict[str, object] = {
        "type": "message",
        "id": message.vendor_id,
        "from": "visitor",
        "name": "",
        "text": message.text,
        "buttons": [],
        "image": None,
        "source": None,
    }
    await uow.feeds.append(f"{message.channel}:{message.address}", f"in:{message.vendor_id}", item, now)
