"""Confirm consent: by the link that went to the address, or by a yes from there."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import perf_counter

from bot.domain.challenge import Challenge, Outcome
from bot.domain.consent import ConsentRecord
from bot.domain.conversation import BotUttered, Conversation, UserUttered
from bot.domain.ids import MessageId
from bot.domain.message import CustomerMessage
from bot.domain.person import Identity
from bot.domain.provenance import Origin, Source
from bot.domain.understanding import IntentScore, Understood
from bot.ports import InboxEntry, UnitOfWork
from bot.services.ask import finish
from bot.services.merge_people import prove
from bot.services.opt_out import lift_refusal
from bot.services.runtime import Runtime
from bot.services.situation import Situation
from bot.services.sync_crm import tell_crms_of_consent
from bot.services.take_consent import lasting, rule_for
from bot.services.thought import Thought
from bot.services.weigh import CHALLENGE_KEY, is_awaited
from bot.services.write_turn import replying, write_turn

CONFIRMED = "utter_consent_confirmed"
LONGEST_WAIT = timedelta(days=365)


async def confirm_consent(
    uow: UnitOfWork,
    runtime: Runtime,
    challenge: Challenge,
    *,
    how: str,
    message_id: MessageId | None,
    now: datetime,
    ip: str | None = None,
) -> bool:
    """The consent counts, and the address is proved to be theirs. False where it is too late, or they said no since."""
    await uow.profiles.lock(challenge.profile_id)
    if challenge.consent is None or not await is_awaited(uow, challenge, now):
        return False
    if not await uow.challenges.settle(challenge.id, Outcome.PROVED, now):
        return False
    asked, channel = challenge.consent, runtime.channel(challenge.channel)
    identity = Identity(channel.abilities.identity, challenge.address, verified=True)
    proof = Origin(Source.CONVERSATION, now, challenge.channel, how)
    person = await prove(uow, runtime, challenge.profile_id, identity, proof)
    record = ConsentRecord(
        profile_id=person,
        purpose=asked.purpose,
        channel=challenge.channel,
        granted=True,
        at=now + timedelta(microseconds=1),  # after a merge of this moment, where the stricter of two counts
        how=f"{how}; before that: {asked.how}",
        text=asked.text,
        message_id=message_id or asked.message_id,
        address=challenge.address,
        ip=ip,
    )
    rule = rule_for(runtime, asked.purpose, challenge.channel, challenge.address, now)
    await uow.consents.add(lasting(record, rule))
    await lift_refusal(uow, challenge.channel, challenge.address)
    await tell_crms_of_consent(uow, runtime, person, now)
    return True


async def asked_to_confirm(
    uow: UnitOfWork, conversation: Conversation, text: str, runtime: Runtime, now: datetime
) -> Challenge | None:
    """What a yes in this conversation confirms: the consent that was asked for last, if nothing was said since."""
    if conversation.tracker.loop is not None or not runtime.library.current().rules.confirms(text):
        return None
    asked = await uow.challenges.at(conversation.channel, conversation.address, now - LONGEST_WAIT)
    latest = next((one for one in reversed(asked) if one.consent is not None), None)
    if latest is None or not await is_awaited(uow, latest, now):
        return None
    spoken = [one.at for one in conversation.tracker.recent if isinstance(one, BotUttered) and one.at is not None]
    put_at = await _put_at(uow, latest)
    return latest if all(at <= put_at for at in spoken) else None


async def _put_at(uow: UnitOfWork, challenge: Challenge) -> datetime:
    """When the question was put last."""
    for name in ("remind", "ask"):
        entry = await uow.outbox.by_key(f"{CHALLENGE_KEY}{challenge.id}:{name}")
        if entry is not None and entry.first_tried_at is not None:
            return entry.first_tried_at
    return challenge.asked_at


async def awaited_yes(runtime: Runtime, message: CustomerMessage, situation: Situation) -> Challenge | None:
    """What the message confirms; None where it confirms nothing."""
    if message.opened or situation.rep_has_the_floor or not runtime.library.current().rules.confirms(message.text):
        return None
    async with runtime.store.transaction() as uow:
        return await asked_to_confirm(uow, situation.conversation, message.text, runtime, runtime.clock.now())


async def take_yes(
    runtime: Runtime, entry: InboxEntry, message: CustomerMessage, situation: Situation, challenge: Challenge
) -> None:
    """Thank them, and let the consent count, in one transaction."""
    begun, now = perf_counter(), runtime.clock.now()
    message_id = message.message_id
    thought = Thought(situation.conversation.tracker, message.channel, situation.conversation.address, now)
    understood = Understood(message.text, IntentScore("confirm_consent", 1.0), stage="keyword")
    thought.apply(UserUttered(message.text, understood, message_id, now, message.channel))
    thought.acted.append((CONFIRMED, "the answer to the question whether they consent"))
    thought.say_response(runtime.library.current().assistant, CONFIRMED)
    turn = replying(situation, thought, message, understood, begun=begun)
    async with runtime.store.transaction() as uow:
        how = f"answered {message.text.strip()[:40]} on {message.channel}"
        await write_turn(uow, runtime, turn, now)
        current = await uow.challenges.get(challenge.id)
        if current is not None:
            await confirm_consent(uow, runtime, current, how=how, message_id=message_id, now=now)
        await finish(uow, entry, now)
