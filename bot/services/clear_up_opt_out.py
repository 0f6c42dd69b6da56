"""Clear up an opt-out: ask how far it goes, or whether it was one, and take the answer, or the silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from bot.dialogue.responses import render
from bot.domain.consent import ConsentRecord, Purpose, Wish, standing_consent
from bot.domain.conversation import UserUttered
from bot.domain.effects import AskOfOptOut, OptOut, Say
from bot.domain.ids import MessageId, ProfileId
from bot.domain.message import CustomerMessage, HoldOver
from bot.domain.opt_out_question import Asking, OptOutQuestion, Settled
from bot.domain.sending_rules import CONFIRM, DENY, ONLY_HERE, Meaning
from bot.domain.understanding import FALLBACK_INTENT, OPT_OUT_INTENT, IntentScore, Understood
from bot.ports import InboxEntry, UnitOfWork
from bot.services.ask import finish
from bot.services.change_preferences import stop_marketing
from bot.services.note_question import rule_at
from bot.services.opt_out import marketed_addresses
from bot.services.runtime import OUTBOX, Runtime
from bot.services.situation import Situation
from bot.services.thought import Thought
from bot.services.weigh import doubted_at
from bot.services.write_turn import OPTED_OUT, replying, write_turn

ASK_SCOPE, ASK_DOUBT = "utter_opt_out_scope", "utter_may_opt_out"
NARROWED, KEPT = "utter_opt_out_narrowed", "utter_marketing_kept"
QUESTIONS = frozenset({OPTED_OUT, ASK_DOUBT})
"""The responses that ask, or may have asked: an answer counts where one of them was said last."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """A question, and what was answered to it."""

    question: OptOutQuestion
    outcome: Settled


# ---------------------------------------------------------------- how far it goes


async def kept_by(runtime: Runtime, situation: Situation, text: str) -> tuple[str, ...]:
    """The channels that an opt-out keeps by its own words, but for those that were refused before; none means that it
    ends all.

    What they have not agreed to is no consent by that: nothing is noted of such a channel, and nothing sent there.
    """
    said = runtime.library.current().rules.preferred_in(text)
    if not said:
        return ()
    async with runtime.store.reading() as uow:
        records = await uow.consents.of(situation.conversation.profile_id)
    standing = {one: standing_consent(records, Purpose.MARKETING, one) for one in said}
    return tuple(sorted(name for name, record in standing.items() if record is None or record.granted))


async def ask_scope(
    runtime: Runtime, thought: Thought, situation: Situation, message: CustomerMessage, confirmation: Say
) -> None:
    """Let the one confirmation of an opt-out ask whether this channel alone was meant, if others would end with it.

    Who has named another ("stop the e-mails", by text message) did not mean this one, and is not asked.
    """
    conversation = situation.conversation
    rule = rule_at(runtime, conversation, thought.now)
    if runtime.library.current().rules.channels_in(message.text) - {conversation.channel}:
        return
    speaks = runtime.channel(conversation.channel).abilities.spoken or situation.rep_has_the_floor
    if rule is None or rule.ask_scope_within is None or speaks:
        return
    async with runtime.store.transaction() as uow:
        records = await uow.consents.of(conversation.profile_id)
    others = {one.channel for one in records} & set(runtime.channels) - {conversation.channel}
    if not any(_stands(records, channel, thought.now) for channel in others):
        return
    response = runtime.library.current().assistant.responses[ASK_SCOPE]
    question = render(response, thought.tracker, thought.channel, personal=thought.personal)
    thought.unsay(confirmation)
    whole = replace(confirmation.content, text=f"{confirmation.content.text} {question.text}".strip())
    thought.say(Say(whole, OPTED_OUT))
    thought.effects.append(AskOfOptOut(Asking.SCOPE, whole.text))


def _stands(records: Sequence[ConsentRecord], channel: str, now: datetime) -> bool:
    standing = standing_consent(records, Purpose.MARKETING, channel)
    return standing is not None and standing.granted and not standing.has_expired(now)


# ---------------------------------------------------------------- whether it was one


async def is_in_doubt(
    runtime: Runtime, situation: Situation, understood: Understood, keyword: Meaning | None, now: datetime
) -> bool:
    """Whether the message may be an opt-out of somebody who gets marketing, and was not asked that already."""
    if keyword is not None or not understood.may_opt_out or understood.intent.name == OPT_OUT_INTENT:
        return False
    person = situation.conversation.profile_id
    async with runtime.store.transaction() as uow:
        records = await uow.consents.of(person)
        asked = await uow.opt_out_questions.unsettled(person)
    if any(one.asking is Asking.DOUBT for one in asked):
        return False
    return any(_stands(records, channel, now) for channel in {one.channel for one in records})


def says_nothing_else(thought: Thought, understood: Understood) -> bool:
    """Whether there is nothing to answer in a doubtful message but the doubt."""
    return understood.intent.name == FALLBACK_INTENT and thought.tracker.loop is None


def hold_marketing(runtime: Runtime, thought: Thought, situation: Situation) -> None:
    """All marketing to them waits from now on; and they are asked, unless a colleague has the floor."""
    thought.acted.append(("hold_marketing", "this may be an opt-out"))
    said = len(thought.says)
    if not situation.rep_has_the_floor:
        thought.say_response(runtime.library.current().assistant, ASK_DOUBT)
    text = " ".join(one.content.text for one in thought.says[said:])
    thought.effects.append(AskOfOptOut(Asking.DOUBT, text))


# ---------------------------------------------------------------- the answer


async def awaited_answer(runtime: Runtime, message: CustomerMessage, situation: Situation) -> Cleared | None:
    """What the message answers; None where it answers nothing: it is the answer's word alone, to what was said last."""
    answers = runtime.library.current().rules.answers(message.text)
    if not answers or message.opened or situation.rep_has_the_floor:
        return None
    conversation, now = situation.conversation, runtime.clock.now()
    last = conversation.tracker.last_uttered
    if last is None or last.response not in QUESTIONS:
        return None
    async with runtime.store.transaction() as uow:
        asked = await uow.opt_out_questions.unsettled(conversation.profile_id)
    here = (one for one in asked if (one.channel, one.address) == (conversation.channel, conversation.address))
    for question in here:
        if now >= question.ends_at:
            continue
        if question.asking is Asking.SCOPE and ONLY_HERE in answers:
            return Cleared(question, Settled.THIS_CHANNEL)
        if question.asking is Asking.DOUBT and CONFIRM in answers:
            return Cleared(question, Settled.OPTED_OUT)
        if question.asking is Asking.DOUBT and DENY in answers:
            return Cleared(question, Settled.KEPT)
    return None


async def take_answer(
    runtime: Runtime, entry: InboxEntry, message: CustomerMessage, situation: Situation, cleared: Cleared
) -> None:
    """Do as they answered and say so, in one transaction."""
    begun, now = perf_counter(), runtime.clock.now()
    message_id = message.message_id
    thought = Thought(situation.conversation.tracker, message.channel, situation.conversation.address, now)
    intent = "keep_marketing" if cleared.outcome is Settled.KEPT else OPT_OUT_INTENT
    understood = Understood(message.text, IntentScore(intent, 1.0), stage="keyword")
    thought.apply(UserUttered(message.text, understood, message_id, now, message.channel))
    response = {Settled.THIS_CHANNEL: NARROWED, Settled.OPTED_OUT: OPTED_OUT, Settled.KEPT: KEPT}[cleared.outcome]
    thought.acted.append((response, "the answer to what was asked of their opt-out"))
    if cleared.outcome is Settled.OPTED_OUT:
        thought.effects.append(OptOut(f"answered {message.text.strip()[:40]} on {message.channel}"))
    thought.say_response(runtime.library.current().assistant, response)
    turn = replying(situation, thought, message, understood, begun=begun)
    async with runtime.store.transaction() as uow:
        await write_turn(uow, runtime, turn, now)
        if cleared.outcome is Settled.THIS_CHANNEL:
            await narrow_opt_out(uow, runtime, cleared.question, message_id, now)
        elif cleared.outcome is Settled.KEPT:
            await uow.opt_out_questions.settle(cleared.question.id, Settled.KEPT, now)
        await finish(uow, entry, now)


async def narrow_opt_out(
    uow: UnitOfWork, runtime: Runtime, question: OptOutQuestion, message_id: MessageId, now: datetime
) -> None:
    """Only this channel was meant: what the opt-out ended on others stands again, by a new line of the ledger.

    Journeys that it ended stay so, and whatever was refused since or before counts.
    """
    person = question.profile_id
    await uow.profiles.lock(person)
    if not await uow.opt_out_questions.settle(question.id, Settled.THIS_CHANNEL, now):
        return
    if (await uow.profiles.fresh(person)).objected_at is not None:
        return
    records = await uow.consents.of(person)
    before = [one for one in records if one.at < question.asked_at]
    addresses = await marketed_addresses(uow, runtime, person)
    for channel in runtime.marketed:
        stood = standing_consent(before, Purpose.MARKETING, channel)
        stands = standing_consent(records, Purpose.MARKETING, channel)
        ended_by_it = stands is not None and stands.at == question.asked_at
        if channel == question.channel or stood is None or not stood.granted or not ended_by_it:
            continue
        await _lift(uow, channel, [one for name, one in addresses if name == channel], question.asked_at)
        how = f"had meant {question.channel} only; before that: {stood.how}"
        await uow.consents.add(replace(stood, at=now, how=how, text=question.text, message_id=message_id))


async def _lift(uow: UnitOfWork, channel: str, addresses: Iterable[str], opted_out_at: datetime) -> None:
    """Lift what this opt-out suppressed, and nothing that was suppressed before."""
    for address in addresses:
        suppression = await uow.consents.suppression(channel, address)
        if suppression is not None and suppression.at == opted_out_at:
            await uow.consents.lift(channel, address)


# ---------------------------------------------------------------- the silence


async def end_hold(runtime: Runtime, entry: InboxEntry, over: HoldOver) -> None:
    """Whoever may have opted out, was asked and has not answered, has opted out."""
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        conversation = await uow.conversations.get(entry.conversation_id)
        person = conversation.profile_id
        asked = await uow.opt_out_questions.unsettled(person)
        question = next((one for one in asked if one.id == over.question_id), None)
        if question is not None:
            await _settle_silence(uow, runtime, person, question, now)
        await finish(uow, entry, now)
    await runtime.wakeups.notify(OUTBOX)


async def _settle_silence(
    uow: UnitOfWork, runtime: Runtime, person: ProfileId, question: OptOutQuestion, now: datetime
) -> None:
    records = await uow.consents.of(person)
    standing = [standing_consent(records, Purpose.MARKETING, one) for one in {one.channel for one in records}]
    since = max((one for one in standing if one is not None and one.granted), key=lambda one: one.at, default=None)
    if await doubted_at(uow, person, since) is None:
        await uow.opt_out_questions.settle(question.id, Settled.KEPT, now)  # they have consented anew
        return
    day = f"{question.asked_at.day} {question.asked_at:%B %Y}"
    how = f"may have opted out on {question.channel} on {day}, and has not said that they did not"
    await stop_marketing(uow, runtime, person, Wish(how, now, question.text))
