"""Interpret: let a language model say what a message means, where nothing before it could.

The ladder comes first, and whatever it reads costs nothing: a keyword, a button, the answer that was asked for, the
classifier, a knowledge page. Only what is left over is asked about, and not everything of that (`_is_worth_asking`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.dialogue.command_prompt import command_prompt
from bot.dialogue.command_reading import reading_of, told
from bot.dialogue.commands import Heard, parse_commands
from bot.dialogue.grammar import grammar_of
from bot.dialogue.protected import asks_for_consent
from bot.domain.assistant import Assistant
from bot.domain.conversation import ACTION_LISTEN, REQUESTED_SLOT, ActionExecuted, FollowupAction, Tracker
from bot.domain.effects import OptIn, PersonEffect, RecordConsent
from bot.domain.language_model import MODEL_STAGE
from bot.domain.second_thoughts import WANTED
from bot.domain.understanding import FALLBACK_INTENT, Understood
from bot.services.ask_model import ask_model, may_ask
from bot.services.press_button import THUMB_STAGE
from bot.services.runtime import Runtime
from bot.services.situation import Situation
from bot.services.thought import Thought

SHORT_ANSWER: Final = 4
"""So few words after a question that takes any text are the answer to it."""

ASKS_FOR_CONSENT: Final = f"a language model: {WANTED}"

_NO_CONSENT: Final = {
    MODEL_STAGE: "a language model's reading is nobody's consent",
    THUMB_STAGE: "consent takes words, and this was a thumb",
}


@dataclass(frozen=True, slots=True)
class Interpreted:
    """The reading, by a model or not; `opens` is a form to go to instead of an answer to the message."""

    understood: Understood
    opens: str | None = None


async def interpret(runtime: Runtime, thought: Thought, situation: Situation, understood: Understood) -> Interpreted:
    """The reading with what a model makes of it; the same reading where it is not asked or says nothing of use."""
    if not may_ask(runtime, "commands") or situation.rep_has_the_floor:
        return Interpreted(understood)
    playbook = runtime.library.current()
    assistant = playbook.assistant
    if understood.foreign and not playbook.answers_strangers:
        return Interpreted(understood)  # it is told so in its own language
    if not _is_worth_asking(assistant, thought.tracker, understood):
        return Interpreted(understood)
    grammar = grammar_of(assistant, playbook.said)
    prompt = command_prompt(grammar, thought.tracker, understood.text)
    answer, call = await ask_model(runtime, thought.tracker.conversation_id, prompt)
    thought.note_calls([call])
    if answer is None:
        return Interpreted(understood)
    parsed = parse_commands(answer, grammar, Heard(understood.text, understood.entities))
    call.kept, call.dropped = tuple(told(one) for one in parsed.commands), parsed.dropped
    reading = reading_of(parsed, grammar, understood)
    return Interpreted(understood) if reading is None else Interpreted(reading.understood, reading.opens)


def _is_worth_asking(assistant: Assistant, tracker: Tracker, understood: Understood) -> bool:
    """Whether nothing has understood the message, it says something, and it is no answer on consent."""
    if understood.intent.name != FALLBACK_INTENT or understood.stage == "button" or tracker.paused:
        return False
    if re.search(r"[^\W\d_]{2}", understood.text) is None:
        return False
    return not asks_for_consent(assistant, tracker) and not _is_short_answer(assistant, tracker, understood.text)


def _is_short_answer(assistant: Assistant, tracker: Tracker, text: str) -> bool:
    """Whether an open form has asked for a text, and gets one: its own validation reads that."""
    asked = assistant.slots.get(str(tracker.slots.get(REQUESTED_SLOT)))
    if asked is None or tracker.loop is None or "?" in text:
        return False
    return any(mapping.type == "from_text" for mapping in asked.mappings) and len(text.split()) <= SHORT_ANSWER


def go_to_form(thought: Thought, form: str, why: str = ASKS_FOR_CONSENT) -> None:
    """Let the form be what comes next, as when a journey asks it."""
    thought.apply(ActionExecuted(ACTION_LISTEN, policy=why))
    thought.apply(FollowupAction(form))


def withhold_consent(thought: Thought, understood: Understood) -> None:
    """Where a model has read the message, or it was a thumb, no consent comes of it, whatever an action made of that.

    The grammar has no yes in it, and neither is taken for the answer to a question on consent; this holds should an
    assistant ask in a way that nobody foresaw.
    """
    if understood.stage not in (MODEL_STAGE, THUMB_STAGE):
        return
    kept = [effect for effect in thought.effects if not _grants(effect)]
    if len(kept) < len(thought.effects):
        thought.acted.append(("consent withheld", _NO_CONSENT[understood.stage]))
        thought.effects[:] = kept


def _grants(effect: PersonEffect) -> bool:
    return isinstance(effect, OptIn) or (isinstance(effect, RecordConsent) and effect.granted)
