"""Tell of erasure: whoever has asked for it is told that it is done, and nothing of that is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.dialogue.personal import Unsayable
from bot.dialogue.responses import find_words
from bot.domain.consent import Purpose
from bot.domain.conversation import Tracker
from bot.domain.delivery import ChannelMessage, OutboxEntry, OutboxStatus
from bot.domain.ids import ConversationId, OutboxId, ProfileId, new_id
from bot.domain.privacy import ErasedPlace, ErasedState, RequestKind
from bot.ports import UnitOfWork
from bot.services.reach import latest_conversation
from bot.services.runtime import Runtime
from bot.services.take_request import asked_on, asked_themselves
from bot.services.weigh import ERASED_KEY

RESPONSE = "utter_erased"
WITHIN = timedelta(days=1)
"""So long their address is kept for it at most."""

WORD = "word to them that it is done"
UNTOLD = "it did not leave, and their address is no longer known: if they can be reached otherwise, tell them"


async def last_word(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId) -> ChannelMessage | None:
    """What they are told, and where, found while that is known: where they asked by text message or e-mail, else at an
    address that they have proved. What is said on a page of ours stays on its feed; who asked by letter, staff answers.
    """
    requests = await uow.privacy_requests.of(profile_id)
    asked = [one for one in requests if one.kind is RequestKind.ERASURE and one.done_at is None]
    talks = [one for one in await uow.conversations.of(profile_id) if _is_written_to(runtime, one.channel)]
    there = [talk for talk in talks if any(one.how.startswith(asked_on(talk.channel)) for one in asked)]
    talk = max(there, key=lambda one: one.last_message_at or one.started_at, default=None)
    if talk is not None:
        return _in_words(runtime, talk.tracker, talk.channel, talk.address)
    request = next((one for one in asked if asked_themselves(one.how)), None)
    place = await _proved_place(uow, runtime, profile_id, request.received_at) if request is not None else None
    if place is None:
        return None
    latest = await latest_conversation(uow, profile_id)
    tracker = latest.tracker if latest is not None else Tracker(ConversationId(profile_id))
    return _in_words(runtime, tracker, *place)


async def _proved_place(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, asked_at: datetime
) -> tuple[str, str] | None:
    """A channel with an address of theirs; e-mail rather than a text message, and none that they had stopped before."""
    proved = [one for one in await uow.profiles.identities(profile_id) if one.verified]
    anytime = [one for one in runtime.channels.values() if one.abilities.reply_window is None]
    for channel in sorted(anytime, key=lambda one: one.abilities.identity != "email"):
        for one in proved if _is_written_to(runtime, channel.name) else ():
            refusal = await uow.consents.suppression(channel.name, one.value)
            if one.kind == channel.abilities.identity and (refusal is None or refusal.at >= asked_at):
                return channel.name, one.value
    return None


def _is_written_to(runtime: Runtime, name: str) -> bool:
    channel = runtime.channels.get(name)
    return channel is not None and channel.abilities.identity in ("phone", "email") and not channel.abilities.spoken


def _in_words(runtime: Runtime, tracker: Tracker, channel: str, address: str) -> ChannelMessage | None:
    response = runtime.library.current().assistant.responses.get(RESPONSE)
    words = find_words(response, tracker, channel) if response is not None else None
    if words is None or isinstance(words, Unsayable):
        return None
    return ChannelMessage(channel, address, words, response=RESPONSE)


async def say_last_word(uow: UnitOfWork, erasure_id: str, word: ChannelMessage, now: datetime) -> ErasedPlace:
    """Queue it as nobody's; the line of the receipt."""
    entry = OutboxEntry(
        id=OutboxId(new_id(now)),
        key=f"{ERASED_KEY}{erasure_id}",
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
    """Whether nothing of its outcome may be kept, since its address belongs to somebody who was erased."""
    return entry.key.startswith(ERASED_KEY)


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
