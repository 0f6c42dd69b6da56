"""Reconsider: an answer to a question on consent that is taken back in the messages after it.

A yes is withdrawn at once, for that must be as easy as it was to give it (GDPR article 7(3)). After a no that becomes a
yes, and for who asks for texts, the question is put: its words are what is agreed to.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from bot.dialogue.protected import consent_form
from bot.domain.consent import WRITTEN_TO, ConsentRecord, Purpose, standing_consent
from bot.domain.conversation import Tracker, UserUttered
from bot.domain.effects import RecordConsent
from bot.domain.ids import MessageId, ProfileId
from bot.domain.narrowed_yes import begins_with_condition
from bot.domain.second_thoughts import takes_back_a_no, takes_back_a_yes, wants_texts
from bot.domain.sending_rules import DENY
from bot.domain.understanding import LEAVING_INTENTS, Understood
from bot.ports import Playbook, UnitOfWork
from bot.services.opt_out import marketed_addresses
from bot.services.runtime import Runtime
from bot.services.situation import Situation
from bot.services.thought import Thought

TAKEN_BACK, HOW_TO_OPT_IN = "utter_consent_taken_back", "utter_how_to_opt_in"

_AFTERWARDS: Final = 3
"""An answer may be taken back in so many messages after it."""

_PLAIN_NO: Final = frozenset({"deny", "not_interested", "cancel"})
_NOTHING_MORE: Final = re.compile(r"(?<!\w)(?:thank|thx|danke|merci|gracias|all|alles|tout|todo)")
"""Of a no to an offer of further help: "no thanks, that's all"."""


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """What becomes of an earlier answer: consents that are `withdrawn`, or a form that `opens` and asks again; whoever
    is `opted_out` is told how to come back instead."""

    withdrawn: tuple[RecordConsent, ...] = ()
    opens: str | None = None
    opted_out: bool = False


async def reconsidered(
    runtime: Runtime, situation: Situation, tracker: Tracker, understood: Understood
) -> Reconsidered | None:
    """What the message takes back of what was said on consent just before, or whether it asks for texts; None where it
    is about something else. START takes back an opt-out; where no number or address writes it, the question is put."""
    playbook, text = runtime.library.current(), understood.text
    if understood.stage == "button" or understood.intent.name in LEAVING_INTENTS:
        return None
    if playbook.rules.keyword(text) == "start":
        opted_out = await _has_opted_out(runtime, situation)
        if opted_out or situation.suppressed:
            form = consent_form(playbook.assistant) if tracker.loop is None and not opted_out else None
            return Reconsidered(opted_out=True) if form is None else Reconsidered(opens=form)
    if tracker.loop is not None:
        return None
    wished = wants_texts(text)
    surely = takes_back_a_yes(text)
    to_us = not situation.rep_has_the_floor  # else a plain no is one to what the colleague says
    unsaid = surely or (to_us and _is_no_right_after(playbook, tracker, understood))
    if not (unsaid or wished or takes_back_a_no(text, text)):
        return None
    form = consent_form(playbook.assistant)
    if form is None and not unsaid:
        return None
    async with runtime.store.reading() as uow:
        records = await uow.consents.of(situation.profile.id)
        answers = await _answers(uow, records, situation.profile.id, _heard(tracker)[-_AFTERWARDS:])
        latest = {*_heard(tracker)[-1:]}
    if not surely:
        answers = [one for one in answers if not one.granted or one.message_id in latest]
    given = tuple(one for one in answers if one.granted)
    if given:
        how = f"took back on {situation.conversation.channel} what they had just agreed to"
        return Reconsidered(withdrawn=tuple(_withdrawal(one, how) for one in given)) if unsaid else None
    refused = [one for one in answers if not one.granted]
    if form is None or not (wished or (refused and takes_back_a_no(text, refused[-1].text))):
        return None
    return Reconsidered(opted_out=True) if await _has_opted_out(runtime, situation) else Reconsidered(opens=form)


async def _has_opted_out(runtime: Runtime, situation: Situation) -> bool:
    """Whether a yes would be of no use: a number or an address of theirs gets no marketing, or they want none at all.
    A page on which they have stopped it has a question to put still."""
    if situation.profile.objected_at is not None:
        return True
    async with runtime.store.reading() as uow:
        for channel, address in await marketed_addresses(uow, runtime, situation.profile.id):
            if channel in WRITTEN_TO and await uow.consents.refusal(channel, address) is not None:
                return True
    return False


def answer_anew(runtime: Runtime, thought: Thought, found: Reconsidered) -> None:
    """End these consents, and say so; or say how to opt in again."""
    thought.effects.extend(found.withdrawn)
    response, why = TAKEN_BACK, "they take back the consent that they have just given"
    if found.opted_out:
        response, why = HOW_TO_OPT_IN, "they want messages, and have opted out of them"
    thought.acted.append((response, why))
    thought.say_response(runtime.library.current().assistant, response)


async def withdraw_unsaid(runtime: Runtime, thought: Thought, situation: Situation, before: Tracker) -> None:
    """End the consents that came of messages which this turn has taken back: what was unsaid holds no more."""
    left = set(_heard(thought.tracker))
    unsaid = [one for one in _heard(before)[-_AFTERWARDS:] if one not in left]
    if not unsaid:
        return
    async with runtime.store.reading() as uow:
        records = await uow.consents.of(situation.profile.id)
        answers = await _answers(uow, records, situation.profile.id, unsaid)
    how = f"took back on {situation.conversation.channel} the message in which they had agreed"
    thought.effects.extend(_withdrawal(one, how) for one in answers if one.granted)


async def _answers(
    uow: UnitOfWork, records: Sequence[ConsentRecord], person: ProfileId, messages: Collection[MessageId]
) -> Sequence[ConsentRecord]:
    """What these messages have answered on marketing and what still stands; also a consent that is to be confirmed."""
    channels = sorted({one.channel for one in records})
    standing = (standing_consent(records, Purpose.MARKETING, channel) for channel in channels)
    answered = [one for one in standing if one is not None and one.message_id in messages]
    for challenge in await uow.challenges.of(person):
        asked = challenge.consent
        if asked is not None and challenge.settled_at is None and asked.message_id in messages:
            at, how, said = challenge.asked_at, asked.how, asked.message_id
            answered.append(ConsentRecord(person, asked.purpose, challenge.channel, True, at, how, asked.text, said))
    return answered


def _is_no_right_after(playbook: Playbook, tracker: Tracker, understood: Understood) -> bool:
    """Whether it is a plain no, or a condition ("but only by e-mail"), and the last thing said asked nothing that it
    could answer."""
    if begins_with_condition(understood.text):
        return True
    is_no = understood.intent.name in _PLAIN_NO or DENY in playbook.rules.answers(understood.text)
    last = tracker.last_uttered
    is_asked = last is not None and (last.text.rstrip().endswith("?") or bool(last.buttons))
    return is_no and not is_asked and not _NOTHING_MORE.search(understood.text.casefold())


def _heard(tracker: Tracker) -> list[MessageId]:
    """The messages of the customer in order, but for those that opted out: they are no answer to a question."""
    messages = [one for one in tracker.recent if isinstance(one, UserUttered)]
    heard = (one.message_id for one in messages if one.understood.intent.name not in LEAVING_INTENTS)
    return list(dict.fromkeys(heard))


def _withdrawal(record: ConsentRecord, how: str) -> RecordConsent:
    return RecordConsent(record.purpose, record.channel, granted=False, text=record.text, how=how)
