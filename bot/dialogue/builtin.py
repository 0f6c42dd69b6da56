"""Rasa's default actions that the engine does itself. A custom action of the same name takes their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.dialogue.forms import ask_once_more
from bot.dialogue.slots import heard_slots
from bot.dialogue.turn import Turn, close_loop
from bot.dialogue.two_stage_fallback import (
    ASK_AFFIRMATION,
    ASK_REPHRASE,
    TWO_STAGE_FALLBACK,
    ask_affirmation,
    ask_rephrase,
    fall_back_in_two_stages,
    revert_fallback,
)
from bot.domain.conversation import (
    REQUESTED_SLOT,
    ActiveLoop,
    AllSlotsReset,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
)
from bot.domain.message import Text

BACK: Final = "action_back"
DEFAULT_FALLBACK: Final = "action_default_fallback"
DEACTIVATE_LOOP: Final = "action_deactivate_loop"
EXTRACT_SLOTS: Final = "action_extract_slots"
RESTART: Final = "action_restart"
REVERT_FALLBACK: Final = "action_revert_fallback_events"
SEND_TEXT: Final = "action_send_text"
SESSION_START: Final = "action_session_start"
UNLIKELY_INTENT: Final = "action_unlikely_intent"

ANSWER_FROM_KNOWLEDGE: Final = "action_answer_from_knowledge"
"""Says the answer that the message was understood to have in the knowledge pages. The service runs it."""

SEND_CODE: Final = "action_send_code"
CHECK_CODE: Final = "action_check_code"
"""Prove that the address in the slot `contact` is the customer's, by the code in `verification_code`."""

BY_THE_SERVICE = frozenset({ANSWER_FROM_KNOWLEDGE, SEND_CODE, CHECK_CODE})
"""Actions that neither we do in the dialogue nor an author writes."""

BUILTIN = frozenset(
    {
        ASK_AFFIRMATION,
        ASK_REPHRASE,
        BACK,
        DEACTIVATE_LOOP,
        DEFAULT_FALLBACK,
        EXTRACT_SLOTS,
        RESTART,
        REVERT_FALLBACK,
        SEND_TEXT,
        SESSION_START,
        TWO_STAGE_FALLBACK,
        UNLIKELY_INTENT,
    }
)
BUILTIN_LOOPS = frozenset({TWO_STAGE_FALLBACK})

RESTART_INTENT = "restart"

COMMANDS: Mapping[str, str] = {RESTART_INTENT: RESTART, "session_start": SESSION_START, "back": BACK}
"""Intents that go before everything else, and the action of each."""

DEFAULT_INTENTS = frozenset({"restart", "back", "out_of_scope", "session_start", "nlu_fallback"})
"""Intents that every assistant has."""


def do_builtin(turn: Turn, action: str, why: str) -> None:
    match action:
        case "action_back":
            turn.say("utter_back")
            turn.did(action, why)
            turn.apply(UserUtteranceReverted())  # the command itself
            turn.apply(UserUtteranceReverted())
        case "action_deactivate_loop":
            _deactivate_loop(turn)
            turn.did(action, why)
        case "action_default_ask_affirmation":
            ask_affirmation(turn)
            turn.did(action, why)
        case "action_default_ask_rephrase":
            ask_rephrase(turn)
            turn.did(action, why)
        case "action_default_fallback":
            turn.say("utter_default")
            turn.did(action, why)
            turn.apply(UserUtteranceReverted())
            ask_once_more(turn)
        case "action_extract_slots":
            _extract_slots(turn)
            turn.did(action, why)
        case "action_restart":
            turn.say("utter_restart")
            turn.apply(Restarted())
            _first_slots(turn)
            turn.did(action, why)
        case "action_revert_fallback_events":
            revert_fallback(turn, why)
        case "action_send_text":
            _send_text(turn)
            turn.did(action, why)
        case "action_session_start":
            _start_session(turn)
            turn.did(action, why)
        case "action_two_stage_fallback":
            fall_back_in_two_stages(turn, why)
        case _:
            turn.did(action, why)


def _deactivate_loop(turn: Turn) -> None:
    """The loop first, then what it asked for: Rasa's order, and not that of a form that is done. It is told, too, where
    none is open."""
    turn.apply(ActiveLoop(None))
    if turn.tracker.slots.get(REQUESTED_SLOT) is not None:
        turn.set_slot(REQUESTED_SLOT, None)


def _send_text(turn: Turn) -> None:
    """Say what the message brought with it as its entity `text`; a trigger from outside can give one."""
    message = turn.tracker.latest_message
    for entity in message.understood.entities if message is not None else ():
        if entity.name == "text" and isinstance(entity.value, str) and entity.value.strip():
            turn.say_text(Text(entity.value))


def _extract_slots(turn: Turn) -> None:
    """Once more; after a message it is done anyway."""
    for event in list(heard_slots(turn.assistant, turn.tracker)):
        if turn.tracker.slots.get(event.name) != event.value:
            turn.set_slot(event.name, event.value)


def _start_session(turn: Turn) -> None:
    close_loop(turn)
    if not turn.assistant.carry_over_slots:
        turn.apply(AllSlotsReset())
        _first_slots(turn)
    turn.apply(SessionStarted())


def _first_slots(turn: Turn) -> None:
    for name, value in turn.prepared.first_slots.items():
        if turn.tracker.slots.get(name) != value:
            turn.apply(SlotSet(name, value))
