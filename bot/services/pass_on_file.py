"""Pass on a file: what a rep attaches in the thread reaches the customer, once it has been looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from bot.domain.consent import Purpose
from bot.domain.delivery import Fetch, OutboxEntry, OutboxStatus
from bot.domain.file_types import KNOWN, in_words
from bot.domain.files import FileState, SentFile
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import OutboxId, new_id
from bot.domain.message import DeskReply, DeskRevision, FileReady, Text
from bot.ports import Channel, UnitOfWork
from bot.services.desk_action import rep_says
from bot.services.fetch_files import FOLDER, sent_file, size_of
from bot.services.hand_off import relay
from bot.services.runtime import Runtime

LARGEST_SHOWN = 5_000_000
"""Bytes. Vendors of texts take no larger ones, and a picture in a chat should not be larger either."""

TAKEN_BACK = "whoever sent it has taken it back"
KINDS = "a picture (JPEG, PNG, GIF, WebP), a PDF or plain text"


async def queue_files(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, reply: DeskReply, now: datetime) -> None:
    """Have the files of this reply fetched; the thread reads which of them the customer will not get."""
    key = f"{reply.channel}:{reply.vendor_id}"
    able = runtime.attachments is not None
    fit = [one for one in reply.attachments if able and one.media_type in KNOWN]
    for attachment in fit:
        await uow.outbox.add(
            OutboxEntry(
                id=OutboxId(new_id(now)),
                key=_key(key, attachment.url),
                dispatch=Fetch(reply.channel, attachment, reply.rep),
                purpose=Purpose.DESK,
                profile_id=handoff.profile_id,
                conversation_id=handoff.conversation_id,
                created_at=now,
                due_at=now,
            )
        )
    left = [*(one.name for one in reply.attachments if one not in fit), *reply.files]
    if left:
        why = f"what can be sent is {KINDS}" if able else "files stay here"
        words = f"The customer did not get {', '.join(left)}: {why}. Send a link that they can open."
        await relay(uow, handoff, f"{key}:files", "Overture", words, now)


def _key(of: str, address: str) -> str:
    return f"{of}:file:{address}"


async def settle_reps_file(
    uow: UnitOfWork, runtime: Runtime, settled: OutboxEntry, wanted: Fetch, now: datetime
) -> None:
    """A file of a rep's is here and clean, or will never be. One that was taken back meanwhile is deleted."""
    handoff = await uow.handoffs.latest_in(settled.conversation_id) if settled.conversation_id is not None else None
    if handoff is None:
        return
    if settled.status is not OutboxStatus.SENT:
        words = f"The customer did not get {wanted.attachment.name}: {settled.reason}."
        await relay(uow, handoff, f"{settled.key}:refused", "Overture", words, now)
        return
    place = (settled.vendor_id or "").removeprefix(f"{FOLDER}/")
    conversation = await uow.conversations.get(handoff.conversation_id)
    attachment = replace(wanted.attachment, size=size_of(runtime, place))
    kept = sent_file(conversation, settled.key, place, attachment, now)
    file = replace(kept, state=FileState.CLEAN, sender=wanted.rep)
    if await uow.files.add(file):
        ready = FileReady(handoff.desk, f"{settled.key}:ready", handoff.id, file.id)
        await uow.inbox.add(handoff.conversation_id, ready, now)
    else:
        await _drop(runtime, file)


async def pass_on(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, ready: FileReady, now: datetime) -> None:
    """To the customer, as words of the rep go; unless it was taken back, or the conversation is closed."""
    file = await uow.files.get(ready.file_id)
    if file is None or file.state is not FileState.CLEAN:
        return
    if handoff.state is HandoffState.CLOSED:
        await uow.files.settle(file.key, FileState.REFUSED, "the conversation was closed before it was here")
        await _drop(runtime, file)
        words = f"The conversation was closed before {file.name} was here, so the customer did not get it."
        await relay(uow, handoff, f"{file.key}:closed", "Overture", words, now)
        return
    conversation = await uow.conversations.get(handoff.conversation_id)
    content = _content(runtime, runtime.channel(conversation.channel), file)
    told = f"sent a file ({file.name}, {in_words(file.size)})"
    await rep_says(uow, runtime, handoff, file.sender, f"{file.key}:out", content, now, said=told)


def _content(runtime: Runtime, channel: Channel, file: SentFile) -> Text:
    """The file itself where the channel shows files of its type, else a link to it, by its name where that is shown."""
    able = channel.abilities
    address, link = runtime.links.media(file.id), runtime.links.file(file.id)
    if able.own_lines:  # our own page asks where it came from itself, by whatever name
        address, link = (urlunsplit(("", "", *urlsplit(one)[2:])) for one in (address, link))
    fetchable = address.startswith(("https://", "/"))
    if file.media_type in able.media and file.size <= LARGEST_SHOWN and fetchable:
        return Text("", image=address, image_alt=file.name)
    named = f"{file.name} ({in_words(file.size)})"
    if able.own_lines and able.extras:
        return Text("", extras={"attachment": {"type": "file", "payload": {"src": link, "title": named}}})
    return Text(f"{named}: {link}")


async def take_back(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, revision: DeskRevision, now: datetime) -> None:
    """Files that were deleted at the desk are deleted here: their links open no more. One that is only just being
    fetched is not passed on."""
    for address in revision.withdrawn:
        key = _key(f"{revision.channel}:{revision.of}", address)
        gone = SentFile(
            id=new_id(now),
            key=key,
            profile_id=handoff.profile_id,
            conversation_id=handoff.conversation_id,
            place="",
            name="",
            media_type="",
            size=0,
            at=now,
            state=FileState.REFUSED,
            reason=TAKEN_BACK,
            sender=revision.rep,
        )
        if not await uow.files.add(gone):
            found = await uow.files.settle(key, FileState.REFUSED, TAKEN_BACK)
            if found is not None:
                await _drop(runtime, found)


async def _drop(runtime: Runtime, file: SentFile) -> None:
    if runtime.attachments is not None and file.place:
        await runtime.attachments.drop(file.place)
