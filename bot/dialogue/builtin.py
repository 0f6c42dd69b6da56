"""Rasa's default actions that the engine does itself. A custom action of the same name takes their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.dialogue.turn import Turn, close_loop
from bot.domain.conversation import AllSlotsReset, Restarted, SessionStarted, SlotSet

DEFAULT_FALLBACK: Final = "action_default_fallback"
DEACTIVATE_LOOP: Final = "action_deactivate_loop"
RESTART: Final = "action_restart"
SESSION_START: Final = "action_session_start"

ANSWER_FROM_KNOWLEDGE: Final = "action_answer_from_knowledge"
"""Says the answer that the message was understood to have in the knowledge pages. The service runs it."""

BUILTIN = frozenset({DEFAULT_FALLBACK, DEACTIVATE_LOOP, RESTART, SESSION_START})

RESTART_INTENT = "restart"

COMMANDS: Mapping[str, str] = {RESTART_INTENT: RESTART, "session_start": SESSION_START}
"""Intents that go before everything else, and the action of each."""

DEFAULT_INTENTS = frozenset({"restart", "back", "out_of_scope", "session_start", "nlu_fallback"})
"""Intents that every assistant has."""


def do_builtin(turn: Turn, action: str, why: str) -> None:
    match action:
        case "action_deactivate_loop":
            close_loop(turn)
        case "action_restart":
            turn.say("utter_restart")
            turn.apply(Restarted())
            _first_slots(turn)
        case "action_session_start":
            close_loop(turn)
            if not turn.assistant.carry_over_slots:
                turn.apply(AllSlotsReset())
                _first_slots(turn)
            turn.apply(SessionStarted())
        case _:
            turn.say("utter_default")
    turn.did(action, why)


def _first_slots(turn: Turn) -> None:
    for name, value in turn.prepared.first_slots.items():
        if turn.tracker.slots.get(name) != value:
            turn.apply(SlotSet(name, value))
