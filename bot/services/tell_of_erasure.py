"""Tell of erasure: whoever has asked for it in a message is told there that it is done, and nothing of that is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.dialogue.personal import Unsayable
from bot.dialogue.responses import find_words
from bot.domain.consent import Purpose
from bot.domain.conversation import Conversation
from bot.domain.delivery import ChannelMessage, OutboxEntry, OutboxStatus
from bot.domain.ids import OutboxId, ProfileId, new_id
from bot.domain.privacy import ErasedPlace, ErasedState, RequestKind
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime
from bot.services.take_request import asked_on

RESPONSE = "utter_erased"
KEY = "erasure-told:"
WITHIN = timedelta(days=1)
"""So long their address is kept for it at most."""

WORD = "word to them that it is done"
UNTOLD = "it did not leave, and their address is no longer known: if they can be reached otherwise, tell them"


async def last_word(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId) -> ChannelMessage | None:
    """What they are told, and where, found while their conversation is there. None where they have not asked by text
    message or e-mail: what is said on a page of ours stays on its feed."""
    requests = await uow.privacy_requests.of(profile_id)
    asked = [one for one in requests if one.kind is RequestKind.ERASURE and one.done_at is None]
    talks = [one for one in await uow.conversations.of(profile_id) if _is_written_to(runtime, one.channel)]
    there = [talk for talk in talks if any(one.how.startswith(asked_on(talk.channel)) for one in asked)]
    talk = max(there, key=lambda one: one.last_message_at or one.started_at, default=None)
    return _in_words(runtime, talk) if talk is not None else None


def _is_written_to(runtime: Runtime, name: str) -> bool:
    channel = runtime.channels.get(name)
    return channel is not None and channel.abilities.identity in ("phone", "email") and not channel.abilities.spoken


def _in_words(runtime: Runtime, talk: Conversation) -> ChannelMessage | None:
    response = runtime.library.current().assistant.responses.get(RESPONSE)
    words = find_words(response, talk.tracker, talk.channel) if response is not None else None
    if words is None or isinstance(words, Unsayable):
        return None
    return ChannelMessage(talk.channel, talk.address, words, response=RESPONSE)


async def say_last_word(uow: UnitOfWork, erasure_id: str, word: ChannelMessage, now: datetime) -> ErasedPlace:
    """Queue it as nobody's; the line of the receipt."""
    entry = OutboxEntry(
        id=OutboxId(new_id(now)),
        key=f"{KEY}{erasure_id}",
        dispatch=word,
        purpose=Purpose.SERVICE,
        profile_id=None,
        created_at=now,
        due_at=now,
        expires_at=now + WITHIN,
    )
    place = ErasedPlace(word.channel, WORD, ErasedState.QUEUED)
    await uow.erasures.add(erasure_id, entry.key, place)
    await uow.outbox.add(entry)
    return place


def is_last_word(entry: OutboxEntry) -> bool:
    """Whether nothing may be kept of what comes of it: its address is of somebody who was erased."""
    return entry.key.startswith(KEY)


async def settle_last_word(uow: UnitOfWork, settled: OutboxEntry) -> None:
    """The receipt says what came of it."""
    match settled.status:
        case OutboxStatus.SENT:
            await uow.erasures.settle(settled.key, ErasedState.DONE, "")
        case OutboxStatus.DEAD | OutboxStatus.WITHHELD:
            await uow.erasures.settle(settled.key, ErasedState.NOT_POSSIBLE, UNTOLD)
        case _:
            return
    await uow.outbox.drop(settled.key)
