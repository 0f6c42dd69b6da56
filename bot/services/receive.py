"""Receive: keep what came in, once and in order, before anybody is told that we have it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from bot.domain.errors import Conflict
from bot.domain.message import (
    CheckIn,
    ColleagueMessage,
    CustomerMessage,
    DeliveryStatus,
    DeskAction,
    DeskOpened,
    DeskReply,
    DeskRevision,
    ExecuteAction,
    FileReady,
    HoldOver,
    Inbound,
    Interruption,
    OpenForm,
    PageReport,
    Reminder,
    ReplyOverdue,
    SessionBegan,
    SnoozeOver,
    SpareAddress,
    TakeUp,
    TriggerIntent,
    Unattended,
)
from bot.ports import Channel, UnitOfWork
from bot.services.change_preferences import heed_signal
from bot.services.desk_page import open_page
from bot.services.fetch_files import queue_fetches
from bot.services.leave_alone import stops_when_erased
from bot.services.leave_to_colleague import conversation_written_in
from bot.services.meet import meet
from bot.services.note_time_zone import note_time_zone
from bot.services.runtime import SEGMENTS, Runtime
from bot.services.settle import track_deliveries
from bot.services.spare_address import spare_address
from bot.services.tell_news import news_of, tell_news

log = structlog.get_logger()

MOST_TRIES = 3

GPC = "gpc"
"""In the metadata of a message: its browser asks for nothing to be sold or shared (Global Privacy Control)."""


async def receive(runtime: Runtime, channel: Channel, inbound: Sequence[Inbound]) -> int:
    """Store each message that is new; how many were. Duplicates by (channel, vendor id) change nothing.

    A vendor may send one channel's messages to the address of another of its channels.
    """
    for _ in range(MOST_TRIES - 1):
        with suppress(Conflict):
            return await _receive(runtime, channel, inbound)
    return await _receive(runtime, channel, inbound)


async def _receive(runtime: Runtime, channel: Channel, inbound: Sequence[Inbound]) -> int:
    """One try; raises Conflict when somebody else begins a conversation with this address at the same moment."""
    now = runtime.clock.now()
    taken = 0
    async with runtime.store.transaction() as uow:
        taken += await track_deliveries(uow, runtime, [one for one in inbound if isinstance(one, DeliveryStatus)], now)
        for item in inbound:
            taken += await _take(uow, runtime, channel, item, now)
        news = news_of(uow)
    if taken:
        await tell_news(runtime, news)
        if runtime.library.current().segments:
            await runtime.wakeups.notify(SEGMENTS)
    return taken


async def _take(uow: UnitOfWork, runtime: Runtime, channel: Channel, item: Inbound, now: datetime) -> bool:
    match item:
        case CustomerMessage(automatic=True):
            return await _keep(uow, item, now)
        case CustomerMessage():
            channel = runtime.channels.get(item.channel, channel)
            if await stops_when_erased(uow, runtime, channel, item, now):
                return True
            conversation = await meet(uow, runtime, channel, item, now)
            if not await uow.inbox.add(conversation.id, item, now):
                return False
            if item.metadata.get(GPC):
                how = f"Global Privacy Control, on {channel.name}"
                await heed_signal(uow, runtime, conversation.profile_id, how, now)
            await queue_fetches(uow, conversation, item, now)
            if (item.opened and channel.abilities.spoken) or _is_long_ago(runtime, conversation.disclosed_at, now):
                await uow.conversations.undisclosed(conversation.id)
            if channel.abilities.own_lines and not item.opened:
                await _show_own_line(uow, item, now)
            return True
        case PageReport():
            conversation = await meet(uow, runtime, channel, item, now)
            return await uow.inbox.add(conversation.id, item, now)
        case ColleagueMessage():
            conversation = await conversation_written_in(uow, runtime, item, now)
            return await uow.inbox.add(conversation.id, item, now)
        case SessionBegan():
            return await note_time_zone(uow, runtime, item, now)
        case Interruption() | OpenForm() | Reminder() | CheckIn() | HoldOver() | TriggerIntent() | ExecuteAction():
            found = await uow.conversations.at(item.channel, item.address)
            return found is not None and await uow.inbox.add(found.id, item, now)
        case TakeUp():
            return await uow.inbox.add(item.conversation_id, item, now)
        case DeskReply() | DeskRevision():
            handoff = await uow.handoffs.in_thread(item.channel, item.thread)
            if handoff is None:
                log.info("a reply in a thread that is no hand-off", channel=item.channel)
                return False
            return await uow.inbox.add(handoff.conversation_id, item, now)
        case DeskAction() | SnoozeOver() | ReplyOverdue() | Unattended() | FileReady():
            try:
                handoff = await uow.handoffs.get(item.handoff_id)
            except LookupError:
                log.info("a button of a hand-off that is not in the store", channel=item.channel)
                return False
            return await uow.inbox.add(handoff.conversation_id, item, now)
        case DeliveryStatus():
            return False  # noted already, with the others
        case SpareAddress():
            return await spare_address(uow, runtime, item, now)
        case DeskOpened():
            return await open_page(uow, runtime, item, now)


def _is_long_ago(runtime: Runtime, disclosed_at: datetime | None, now: datetime) -> bool:
    """Whether the answer has to say once more that a machine gives it."""
    every = runtime.disclose_every
    return bool(every) and disclosed_at is not None and now - disclosed_at >= every


async def _keep(uow: UnitOfWork, message: CustomerMessage, now: datetime) -> bool:
    """What a machine wrote waits for its turn, which does nothing; it proves no address, and starts no conversation."""
    found = await uow.conversations.at(message.channel, message.address)
    if found is None:
        log.info("an automatic message from where there is no conversation", channel=message.channel)
        return False
    return await uow.inbox.add(found.id, message, now)


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
    if message.attachments:
        item["files"] = [{"name": one.name, "type": one.media_type, "size": one.size} for one in message.attachments]
    await uow.feeds.append(f"{message.channel}:{message.address}", f"in:{message.vendor_id}", item, now)
