"""Fetch files: what customers send, and reps to them, is kept, looked at by the virus scanner, and passed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from bot.dialogue.responses import render
from bot.domain.consent import Purpose
from bot.domain.conversation import Conversation
from bot.domain.delivery import Fetch, OutboxEntry, OutboxStatus
from bot.domain.errors import FileRefused, PermanentSendError
from bot.domain.file_types import file_name, in_words, is_like
from bot.domain.files import FileState, SentFile
from bot.domain.ids import OutboxId, new_id
from bot.domain.message import Attachment, Author, CustomerMessage, Receipt
from bot.ports import AttachmentSource, UnitOfWork
from bot.services.hand_off import relay, say_to_customer
from bot.services.note_decision import Matter, note_decision
from bot.services.runtime import Runtime

FOLDER = "media"
GONE = "the file is not there any more"
REFUSED = "utter_file_refused"


async def queue_fetches(uow: UnitOfWork, conversation: Conversation, message: CustomerMessage, now: datetime) -> None:
    """In the transaction that keeps the message, so that a file is fetched once and is never forgotten."""
    for number, attachment in enumerate(message.attachments):
        key = f"{message.channel}:{message.vendor_id}:file:{number}"
        if attachment.place:
            await uow.files.add(sent_file(conversation, key, attachment.place, attachment, now))
        await uow.outbox.add(
            OutboxEntry(
                id=OutboxId(new_id(now)),
                key=key,
                dispatch=Fetch(message.channel, attachment),
                purpose=Purpose.DESK,
                profile_id=conversation.profile_id,
                conversation_id=conversation.id,
                created_at=now,
                due_at=now,
            )
        )


def sent_file(conversation: Conversation, key: str, place: str, attachment: Attachment, now: datetime) -> SentFile:
    return SentFile(
        id=file_id(place),
        key=key,
        profile_id=conversation.profile_id,
        conversation_id=conversation.id,
        place=place,
        name=attachment.name or file_name("", attachment.media_type),
        media_type=attachment.media_type,
        size=attachment.size,
        at=now,
    )


def file_id(place: str) -> str:
    return PurePosixPath(place).stem


async def fetch_file(runtime: Runtime, wanted: Fetch, key: str) -> Receipt:
    """One try; a second one writes the same file. What has a virus is deleted at once."""
    store, attachment = runtime.attachments, wanted.attachment
    channel = runtime.channel(wanted.channel)
    if store is None or not (attachment.place or isinstance(channel, AttachmentSource)):
        raise PermanentSendError(f"files that come by {wanted.channel} are not kept")
    place = attachment.place
    if not place and isinstance(channel, AttachmentSource):
        content = await channel.fetch(attachment)
        if wanted.rep and not is_like(content, attachment.media_type):
            raise FileRefused(f"it does not begin like {attachment.media_type}, which it is said to be")
        place = await store.keep(key, attachment.media_type, content)
    try:
        path = store.path_of(place)
        if runtime.scanner is not None:
            await runtime.scanner.scan(path)
    except FileNotFoundError as error:
        raise PermanentSendError(GONE) from error
    except FileRefused:
        await store.drop(place)
        raise
    return Receipt(f"{FOLDER}/{place}")


async def settle_file(uow: UnitOfWork, runtime: Runtime, settled: OutboxEntry, wanted: Fetch, now: datetime) -> None:
    """A customer's file: from now on it may be opened, or never. While a hand-off is open, its thread says so."""
    clean = settled.status is OutboxStatus.SENT
    if settled.conversation_id is None:
        return
    conversation = await uow.conversations.get(settled.conversation_id)
    if clean and not wanted.attachment.place:
        place = (settled.vendor_id or "").removeprefix(f"{FOLDER}/")
        attachment = replace(wanted.attachment, size=size_of(runtime, place))
        await uow.files.add(sent_file(conversation, settled.key, place, attachment, now))
    state = FileState.CLEAN if clean else FileState.REFUSED
    file = await uow.files.settle(settled.key, state, "" if clean else settled.reason)
    if not clean:
        await _tell_refusal(uow, runtime, conversation, settled, wanted, now)
    handoff = await uow.handoffs.open_in(conversation.id)
    if handoff is not None:
        where = runtime.links.file(file.id) if clean and file is not None else settled.reason
        await relay(uow, handoff, settled.key, "Customer", f"sent a file ({_told(wanted.attachment)}): {where}", now)


async def _tell_refusal(
    uow: UnitOfWork,
    runtime: Runtime,
    conversation: Conversation,
    settled: OutboxEntry,
    wanted: Fetch,
    now: datetime,
) -> None:
    """On record for whoever asks why nobody got it; and the customer reads so, where they put it into our hands."""
    matter = Matter(settled.key, Purpose.DESK, wanted.channel, conversation.address, conversation.profile_id)
    await note_decision(uow, matter, "withhold", f"a file was refused: {settled.reason}", now)
    template = runtime.library.current().assistant.responses.get(REFUSED)
    if template is None or not wanted.attachment.place:
        return
    words = render(template, conversation.tracker, conversation.channel, values={"file": wanted.attachment.name})
    await say_to_customer(uow, conversation, f"{settled.key}:refused", replace(words, author=Author.SYSTEM), now)


def _told(attachment: Attachment) -> str:
    if not attachment.name:
        return attachment.media_type
    return f"{attachment.name}, {in_words(attachment.size)}"


def size_of(runtime: Runtime, place: str) -> int:
    try:
        return runtime.attachments.path_of(place).stat().st_size if runtime.attachments is not None else 0
    except FileNotFoundError:
        return 0
