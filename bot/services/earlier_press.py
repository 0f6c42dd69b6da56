"""A button of an earlier message is pressed, or the message quoted: that answers it, and not what is asked now.

So it is never taken for the answer to the question that is open, and least of all for a consent. A no under an earlier
question on consent takes back the consent that was given to those words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.dialogue.forms import question_of
from bot.dialogue.protected import agreeing_intents, asks_for_consent, refusing_answers
from bot.domain.assistant import Assistant
from bot.domain.consent import all_standing
from bot.domain.conversation import REQUESTED_SLOT, BotUttered, Tracker, UserUttered
from bot.domain.delivery import ChannelMessage
from bot.domain.effects import RecordConsent
from bot.domain.message import CustomerMessage, Text
from bot.domain.understanding import FALLBACK_INTENT, IntentScore, Understood
from bot.services.read_consent import read_consent
from bot.services.runtime import Runtime
from bot.services.situation import Situation
from bot.services.thought import Thought

UNKNOWN: Final = Text("a message that is not kept")
"""What somebody quotes that we did not write, or write no more."""

PRESSED = "button"
"""The stage of what was pressed and not written."""


async def pressed_earlier(runtime: Runtime, message: CustomerMessage, situation: Situation) -> Text | None:
    """The earlier message of ours that the button was below, or the words; None where it is the latest, or none that
    is known. What words quote that we do not know is told where a consent is asked for: it is not that question, where
    the channel's ids stay as they are, which those of e-mails need not."""
    if not (below := message.pressed_on or message.quotes):
        return None
    conversation = situation.conversation
    async with runtime.store.reading() as uow:
        sent = await uow.outbox.sent_as(message.channel, [below])
    for entry in sent:
        match entry.dispatch:
            case ChannelMessage(content=Text() as content) if entry.conversation_id == conversation.id:
                assistant = runtime.library.current().assistant
                return None if _is_asked_now(assistant, conversation.tracker, content) else content
    if message.quotes and not runtime.channel(message.channel).abilities.correspondence:
        assistant = runtime.library.current().assistant
        return UNKNOWN if asks_for_consent(assistant, conversation.tracker) else None
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
    """What such a press means, or such words: nothing, where they would answer the question that is open, which is
    then asked again.

    The consents that a no takes back are those that were given to the question's own words.
    """
    playbook = runtime.library.current()
    assistant, tracker = playbook.assistant, thought.tracker
    if understood.intent.name in refusing_answers(assistant):
        if question is UNKNOWN:
            return understood  # a no counts, whatever it is beneath
        thought.effects += await _taken_back(runtime, situation, message, question)
    if message.quotes and asks_for_consent(assistant, tracker):  # words may say something else: a question, a stop
        read = read_consent(playbook, tracker, understood).intent.name
        answers = read in {*agreeing_intents(assistant), *refusing_answers(assistant)}
    else:
        answers = _would_answer(assistant, tracker, understood.intent.name)
    if not answers:
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
    verb = "wrote" if message.quotes else "pressed"
    how = f'{verb} "{message.text[:40]}" below the question, on {message.channel}'
    return [
        RecordConsent(one.purpose, one.channel, granted=False, text=one.text, how=how)
        for one in standing.values()
        if one.granted and one.text == question.text
    ]
