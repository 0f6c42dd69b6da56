"""Heed a stop: a message whose turn cannot be taken ends marketing all the same, where it asks for that, and what it
asks for by law is noted."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from bot.domain.consent import WRITTEN_TO, Wish, has_opted_out
from bot.domain.ids import ProfileId
from bot.domain.message import CustomerMessage
from bot.domain.privacy import RequestKind
from bot.domain.understanding import OPT_OUT_INTENT
from bot.domain.wrong_number import names_of
from bot.ports import InboxEntry, UnitOfWork
from bot.services.disown_address import spare_disowned
from bot.services.enrol import tell_journeys
from bot.services.hear import says_stop
from bot.services.note_request import hear_request
from bot.services.opt_out import opt_out
from bot.services.runtime import Runtime
from bot.services.take_request import in_their_words, requests_in
from bot.services.understand import expecting

log = structlog.get_logger()


def written_in(entry: InboxEntry) -> CustomerMessage | None:
    """What a person has written; None where it is anything else."""
    message = entry.inbound
    return message if isinstance(message, CustomerMessage) and not message.automatic else None


async def is_stop(runtime: Runtime, entry: InboxEntry, message: CustomerMessage) -> bool:
    """By the words of the rules, or as it is understood."""
    playbook = runtime.library.current()
    if says_stop(playbook.rules, message):
        return True
    async with runtime.store.reading() as uow:
        tracker = (await uow.conversations.get(entry.conversation_id)).tracker
    expected = expecting(playbook.assistant, tracker)
    try:
        read = await asyncio.to_thread(playbook.nlu.parse, message.payload or message.text, expecting=expected)
    except Exception:
        log.exception("a message cannot be read; whether it asks to stop is told by its words alone")
        return False
    return read.intent.name == OPT_OUT_INTENT


async def heed_stop(
    uow: UnitOfWork,
    runtime: Runtime,
    entry: InboxEntry,
    message: CustomerMessage,
    now: datetime,
    *,
    stops: bool,
    is_answered_later: bool,
) -> None:
    """End all marketing to who asks to stop, and note what is asked for by law, whose time runs already.

    Where it `is_answered_later`, the turn spares the address, with the answer; and this may be told of it every day.
    """
    conversation = await uow.conversations.get(entry.conversation_id)
    asked = requests_in(runtime, conversation.tracker, message)
    who = conversation.profile_id
    for kind in asked:
        await hear_request(uow, runtime, who, kind, how=in_their_words(message), now=now)
    wish = Wish(f"wrote so on {message.channel}", now, message.text, message.message_id)
    if await _is_wrong_number(uow, runtime, who, message):
        await spare_disowned(uow, runtime, message.channel, message.address, wish)
        return
    if not stops and RequestKind.ERASURE not in asked:
        return
    await uow.profiles.lock(who)
    if is_answered_later and has_opted_out(await uow.consents.of(who)):
        return
    ended = await opt_out(uow, runtime, who, wish, answered_on=message.channel if is_answered_later else "")
    await tell_journeys(uow, runtime, who, ended, now)


async def _is_wrong_number(uow: UnitOfWork, runtime: Runtime, who: ProfileId, message: CustomerMessage) -> bool:
    if message.channel not in WRITTEN_TO:
        return False
    names = names_of((await uow.profiles.get(who)).attributes)
    return runtime.library.current().rules.wrong_in(message.text, names) is not None
