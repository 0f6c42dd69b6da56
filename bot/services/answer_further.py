"""Answer further: what a message says besides, one thing after the other, as if it had been said next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.engine import next_action
from bot.dialogue.protected import asks_for_consent
from bot.domain.assistant import Assistant
from bot.domain.conversation import REQUESTED_SLOT, ActionExecuted, ActionExecutionRejected, Tracker, UserUttered
from bot.domain.effects import Say
from bot.domain.ids import MessageId
from bot.domain.understanding import OPT_OUT_INTENT, Understood
from bot.services.runtime import Runtime
from bot.services.situation import Situation
from bot.services.think import answer, make_personal
from bot.services.thought import Thought

ONE_AT_A_TIME = "utter_one_at_a_time"


async def answer_further(
    runtime: Runtime, thought: Thought, situation: Situation, message_id: MessageId, further: Sequence[Understood]
) -> None:
    """Answer these readings in their order.

    A form's question comes after all that is answered, once. A request that would leave the open form for another is
    not begun: the customer is told to say it again when the form is done. Once consent is asked for, nothing more is
    answered: no word of this message can be a yes to a question that nobody has seen. What comes with an opt-out is
    answered after its confirmation, which asks for none.
    """
    assistant = runtime.library.current().assistant
    for reading in further:
        if asks_for_consent(assistant, thought.tracker) and not _has_just_opted_out(thought.tracker):
            thought.acted.append(("left unread", f'"{reading.text}": a question on consent comes first'))
            continue
        before, asked = thought.tracker, _question(thought)
        said = UserUttered(reading.text, replace(reading, passages=()), message_id, thought.now, thought.channel)
        thought.acted.append(("also", f'{reading.intent.name}, "{reading.text}"'))
        thought.apply(said)
        if _leaves_the_form(assistant, before, said):
            await make_personal(runtime, thought, situation.profile, message_id)
            thought.say_response(assistant, ONE_AT_A_TIME, {"request": _in_words(assistant, reading)})
            thought.apply(ActionExecuted(ONE_AT_A_TIME, policy="a form is open, and this would open another"))
        thought.passages = reading.passages
        await answer(runtime, thought, situation.profile, message_id)
        if asked is not None and not _still_waits(thought, before, asked):
            thought.unsay(asked)


def _has_just_opted_out(tracker: Tracker) -> bool:
    return tracker.latest_message is not None and tracker.latest_message.understood.intent.name == OPT_OUT_INTENT


def _question(thought: Thought) -> Say | None:
    """What the open form has asked last in this turn."""
    waits = thought.tracker.loop is not None and thought.tracker.slots.get(REQUESTED_SLOT) is not None
    return thought.says[-1] if waits and thought.says else None


def _leaves_the_form(assistant: Assistant, tracker: Tracker, said: UserUttered) -> bool:
    """Whether this would open a form where another one is open, once that one has passed on it."""
    if tracker.loop is None:
        return False
    passed_on = tracker.apply_all([said, ActionExecutionRejected(tracker.loop.name)])
    action = next_action(assistant, passed_on).action
    return action in assistant.forms and action != tracker.loop.name


def _in_words(assistant: Assistant, reading: Understood) -> str:
    """What the button for the intent says, where it has one; else the customer's own words."""
    response = assistant.responses.get(f"utter_clarify_{reading.intent.name}")
    return response.variations[0].text if response is not None and response.variations else reading.text


def _still_waits(thought: Thought, before: Tracker, asked: Say) -> bool:
    """Whether the question is open after this answer, and has not been put again since."""
    now = thought.tracker
    if now.loop is None or before.loop is None or now.loop.name != before.loop.name:
        return False
    if now.slots.get(REQUESTED_SLOT) != before.slots.get(REQUESTED_SLOT):
        return False
    last = thought.says[-1]
    again = last.response == asked.response if asked.response else last.content == asked.content
    return last is asked or not again
