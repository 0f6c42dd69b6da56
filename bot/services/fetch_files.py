"""Fetch files: what customers send with their messages is fetched from its vendor, kept, and shown to the desk."""

from __future__ import annotations

from datetime import datetime

from bot.domain.consent import Purpose
from bot.domain.conversation import Conversation
from bot.domain.delivery import Fetch, OutboxEntry
from bot.domain.errors import PermanentSendError
from bot.domain.ids import OutboxId, new_id
from bot.domain.message import CustomerMessage, Receipt
from bot.ports import AttachmentSource, UnitOfWork
from bot.services.hand_off import relay
from bot.services.runtime import Runtime


async def queue_fetches(uow: UnitOfWork, conversation: Conversation, message: CustomerMessage, now: datetime) -> None:
    """In the transaction that keeps the message, so that a file is fetched once and is never forgotten."""
    for number, attachment in enumerate(message.attachments):
        await uow.outbox.add(
            OutboxEntry(
                id=OutboxId(new_id(now)),
                key=f"{message.channel}:{message.vendor_id}:file:{number}",
                dispatch=Fetch(message.channel, attachment),
                purpose=Purpose.DESK,
                profile_id=conversation.profile_id,
                conversation_id=conversation.id,
                created_at=now,
                due_at=now,
            )
        )


async def fetch_file(runtime: Runtime, wanted: Fetch, key: str) -> Receipt:
    """One try; a second one writes the same file."""
    channel = runtime.channel(wanted.channel)
    if runtime.attachments is None or not isinstance(channel, AttachmentSource):
        raise PermanentSendError(f"files that come by {wanted.channel} are not kept")
    content = await channel.fetch(wanted.attachment)
    return Receipt(await runtime.attachments.keep(key, wanted.attachment.media_type, content))


async def show_file(uow: UnitOfWork, settled: OutboxEntry, wanted: Fetch, now: datetime) -> None:
    """While a hand-off is open, its thread says what the customer sent, and where it is."""
    handoff = await uow.handoffs.open_in(settled.conversation_id) if settled.conversation_id is not None else None
    if handoff is not None:
        words = f"sent a file ({wanted.attachment.media_type}): {settled.vendor_id or settled.reason}"
        await relay(uow, handoff, settled.key, "Customer", words, now)
