"""Prefer a channel: what a message means that would have one in the place of another, "just e-mail me", by what it
answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.domain.consent import Purpose
from bot.domain.conversation import REQUESTED_SLOT, Tracker
from bot.domain.message import CustomerMessage
from bot.domain.understanding import OPT_OUT_INTENT, IntentScore, Understood
from bot.ports import Playbook
from bot.services.runtime import Runtime
from bot.services.situation import Situation, spoke_here_since

ANSWERED_WITHIN: Final = timedelta(days=7)
"""What comes later is no answer to it."""

_NO: Final = frozenset({"skip", "deny", "decline", "refuse"})


async def answers_marketing(runtime: Runtime, situation: Situation) -> bool:
    """Whether the last thing that was said here is marketing of ours."""
    conversation, now = situation.conversation, runtime.clock.now()
    async with runtime.store.reading() as uow:
        person, here = conversation.profile_id, {conversation.channel}
        sent_at = await uow.outbox.last_sent(person, Purpose.MARKETING, here, now - ANSWERED_WITHIN)
    return sent_at is not None and not spoke_here_since(conversation, sent_at)


async def leaves_for_another(runtime: Runtime, situation: Situation, message: CustomerMessage) -> bool:
    """Whether it answers marketing by what is to come instead: another channel, or this one and another not."""
    rules, here = runtime.library.current().rules, message.channel
    preferred = rules.preferred_in(message.text)
    names_only_this = here in preferred and not rules.channels_in(message.text) - preferred
    if message.payload or not preferred or names_only_this:
        return False
    return await answers_marketing(runtime, situation)


def as_no_to_a_channel(playbook: Playbook, tracker: Tracker, understood: Understood) -> Understood:
    """The reading, as a no where a form asks for one channel and the message would have another: "just e-mail me", to
    "Which number may we text?". What is an opt-out by its words stays one."""
    slot = playbook.assistant.slots.get(str(tracker.slots.get(REQUESTED_SLOT)))
    if tracker.loop is None or tracker.last_uttered is None or slot is None:
        return understood
    if understood.stage == "button" or (
        understood.intent.name == OPT_OUT_INTENT and understood.intent.confidence >= 1.0
    ):
        return understood
    asked = playbook.rules.channels_in(tracker.last_uttered.text)
    preferred = playbook.rules.preferred_in(understood.text)
    intents = (intent for mapping in slot.mappings if mapping.type == "from_intent" for intent in mapping.intents)
    no = next((intent for intent in intents if intent in _NO), None)
    if no is None or not asked or not preferred or preferred & asked:
        return understood
    plain = replace(understood, answer=None, passages=(), further=(), foreign=False, may_opt_out=False)
    return replace(plain, intent=IntentScore(no, 1.0), stage="classifier")
