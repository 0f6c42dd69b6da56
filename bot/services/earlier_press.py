"""A button of an earlier message is pressed, as messengers let one: it answers that message, and not what is asked now.

So it is never taken for the answer to the question that is open, and least of all for a consent. A no under an earlier
question on consent takes back the consent that was given to those words.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.forms import question_of
from bot.dialogue.protected import asks_for_consent, refusing_answers
from bot.domain.assistant import Assistant
from bot.domain.consent import all_standing
from bot.domain.conversation import REQUESTED_SLOT, BotUttered, Tracker, UserUttered
from bot.domain.delivery import ChannelMessage
from bot.domain.effects import RecordConsent
from bot.domain.message import CustomerMessage, Text
from bot.domain.understanding import FALLBACK_INTENT, IntentScore, Understood
from bot.services.runtime import Runtime
from bot.services.situation import Situation
from bot.services.thought import Thought

PRESSED = "button"
"""The stage of what was pressed and not written."""


async def pressed_earlier(runtime: Runtime, message: CustomerMessage, situation: Situation) -> Text | None:
    """The earlier message of ours that the button was below; None where it is the latest, or none that is known."""
    if not message.pressed_on:
        return None
    conversation = situation.conversation
    async with runtime.store.reading() as uow:
        sent = await uow.outbox.sent_as(message.channel, [message.pressed_on])
    for entry in sent:
        match entry.dispatch:
            case ChannelMessage(content=Text() as content) if entry.conversation_id == conversation.id:
                assistant = runtime.library.current().assistant
                return None if _is_asked_now(assistant, conversation.tracker, content) else content
    return None


def _is_asked_now(assistant: Assistant, tracker: Tracker, content: Text) -> bool:
    """Whether it was said since the customer last wrote, or is the open form's question, as far as can be told."""
    said: list[BotUttered] = []
    for event in reversed(tracker.recent):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            said.append(event)
    if any(event.text == content.text for event in said):
        return True
    slot = tracker.slots.get(REQUESTED_SLOT)
    if tracker.loop is None or slot is None:
        return False
    question = question_of(assistant, tracker.loop.name, str(slot))
    asked = [one for one in tracker.recent if isinstance(one, BotUttered) and one.response == question]
    return not asked or any(one.text == content.text for one in asked)


async def heed(
    runtime: Runtime,
    thought: Thought,
    situation: Situation,
    message: CustomerMessage,
    question: Text,
    understood: Understood,
) -> Understood:
    """What such a press means: nothing, where it would answer the question that is open, which is then asked again.

    The consents that a no takes back are those that were given to the question's own words.
    """
    assistant = runtime.library.current().assistant
    if understood.intent.name in refusing_answers(assistant):
        thought.effects += await _taken_back(runtime, situation, message, question)
    if not _would_answer(assistant, thought.tracker, understood.intent.name):
        return understood
    return Understood(understood.text, IntentScore(FALLBACK_INTENT, 1.0), stage=PRESSED)


def _would_answer(assistant: Assistant, tracker: Tracker, intent: str) -> bool:
    if asks_for_consent(assistant, tracker):
        return True
    slot = assistant.slots.get(str(tracker.slots.get(REQUESTED_SLOT)))
    if slot is None or tracker.loop is None:
        return False
    return any(mapping.type == "from_intent" and intent in mapping.intents for mapping in slot.mappings)


async def _taken_back(
    runtime: Runtime, situation: Situation, message: CustomerMessage, question: Text
) -> Sequence[RecordConsent]:
    async with runtime.store.reading() as uow:
        standing = all_standing(await uow.consents.of(situation.profile.id))
    how = f'pressed "{message.text[:40]}" below the question, on {message.channel}'
    return [
        RecordConsent(one.purpose, one.channel, granted=False, text=one.text, how=how)
        for one in standing.values()
        if one.granted and one.text == question.text
    ]
