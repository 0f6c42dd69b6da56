"""Compose an outbound message: an outbox entry as its channel is given it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.dialogue.responses import render
from bot.domain.consent import Purpose
from bot.domain.conversation import Conversation
from bot.domain.delivery import ChannelMessage, OutboxEntry, OutboxStatus
from bot.domain.errors import PermanentSendError
from bot.domain.message import Author, Content, CustomerMessage, Occasion, OutboundMessage, Text
from bot.ports import UnitOfWork
from bot.services.disclose import DISCLOSURE, with_disclosure
from bot.services.follow_links import follow_links
from bot.services.runtime import Runtime

STALE_AFTER = timedelta(minutes=2)
"""An entry that has been SENDING for longer was left so by a crash: its outcome is unknown."""


class Unready(Exception):
    """What this entry refers to has not left yet, another one about the same lead is leaving just now, or it belongs to
    somebody else since it was claimed."""


async def outbound(runtime: Runtime, entry: OutboxEntry, message: ChannelMessage) -> Sequence[OutboundMessage]:
    """The same in a transaction of its own."""
    async with runtime.store.transaction() as uow:
        return await compose(uow, runtime, entry, message)


async def compose(
    uow: UnitOfWork, runtime: Runtime, entry: OutboxEntry, message: ChannelMessage
) -> Sequence[OutboundMessage]:
    """The message as it leaves; where it is the first of a conversation, with word that this is a machine."""
    written = _in_a_language(runtime, message.content)
    composed = OutboundMessage(
        key=entry.key,
        channel=message.channel,
        address=message.address,
        content=await follow_links(uow, runtime, entry, message, written, runtime.clock.now()),
        thread=await _vendor_id_of(uow, message.thread_of),
        replaces=await _vendor_id_of(uow, message.replaces_of),
        attempt=entry.attempts,
        first_tried_at=entry.first_tried_at,
        others=await _others(uow, entry, message),
        expires_at=entry.expires_at,
        occasion=_occasion(entry),
        purpose=entry.purpose,
        answers=await _answered(uow, runtime, entry, message),
    )
    content = composed.content
    if entry.conversation_id is None or not isinstance(content, Text) or content.author is not Author.BOT:
        return [composed]
    if content.template is not None:
        return [composed]
    calls = composed.occasion == "proactive" and runtime.channel(message.channel).abilities.spoken
    if not calls and await uow.conversations.is_disclosed(entry.conversation_id):
        return [composed]
    conversation = await uow.conversations.get(entry.conversation_id)
    return _with_disclosure(runtime, conversation, composed, content)


def _in_a_language(runtime: Runtime, content: Content) -> Content:
    """With the language of its words, for a channel that has some of its own to say beside buttons."""
    if not isinstance(content, Text) or not content.buttons or content.language:
        return content
    return replace(content, language=runtime.library.current().assistant.configuration.language)


async def _answered(
    uow: UnitOfWork, runtime: Runtime, entry: OutboxEntry, message: ChannelMessage
) -> CustomerMessage | None:
    """The customer's last message, where this belongs beneath it: what a journey sends begins anew."""
    wanted = runtime.channel(message.channel).abilities.correspondence and entry.enrolment_id is None
    if not wanted or entry.conversation_id is None:
        return None
    latest = (await uow.conversations.get(entry.conversation_id)).tracker.latest_message
    if latest is None:
        return None
    found = await uow.inbox.find(message.channel, latest.message_id.removeprefix(f"{message.channel}:"))
    return found if isinstance(found, CustomerMessage) else None


async def _others(uow: UnitOfWork, entry: OutboxEntry, message: ChannelMessage) -> frozenset[str]:
    """Messages to this person that a vendor's list could be mistaken about: what was sent since the first try."""
    first = entry.attempts < 2 and entry.status is not OutboxStatus.SENDING
    if first or entry.profile_id is None:
        return frozenset()
    since = (entry.first_tried_at or entry.due_at) - STALE_AFTER
    return await uow.outbox.sent_ids(entry.profile_id, message.channel, since)


def _occasion(entry: OutboxEntry) -> Occasion:
    if entry.purpose is Purpose.REPLY:
        return "reply"
    return "proactive" if entry.enrolment_id is not None or entry.purpose is Purpose.MARKETING else "aside"


def _with_disclosure(
    runtime: Runtime, conversation: Conversation, first: OutboundMessage, content: Text
) -> Sequence[OutboundMessage]:
    """The message as the first of its conversation, which says that this is a machine."""
    response = runtime.library.current().assistant.responses.get(DISCLOSURE)
    if response is None:
        return [first]
    disclosure = render(response, conversation.tracker, conversation.channel)
    *before, last = with_disclosure(content, disclosure, runtime.channel(conversation.channel).abilities)
    return [
        *(replace(first, key=disclosure_key(first.key), content=one) for one in before),
        replace(first, content=last),
    ]


def disclosure_key(key: str) -> str:
    """The key of the disclosure that leaves before the message of this key."""
    return f"{key}:disclosure"


async def _vendor_id_of(uow: UnitOfWork, key: str | None) -> str | None:
    """What the vendor called an earlier entry; raises Unready until it has left."""
    if key is None:
        return None
    earlier = await uow.outbox.by_key(key)
    if earlier is not None and earlier.vendor_id is not None:
        return earlier.vendor_id
    if earlier is None or earlier.status in (OutboxStatus.DEAD, OutboxStatus.WITHHELD):
        raise PermanentSendError("the message that this one belongs to never left")
    raise Unready
