"""The two-stage fallback: asks what was meant, then for other words, then what was meant by these, then gives up.

A loop, as in Rasa 3.6 (`TwoStageFallbackAction`). Once it is clear what was meant, all of it is taken back and the
message told again, so that rules and stories see a customer who was understood at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.dialogue.policies import by_form
from bot.dialogue.turn import Turn
from bot.domain.conversation import (
    ACTION_LISTEN,
    ActionExecuted,
    ActiveLoop,
    FollowupAction,
    UserUtteranceReverted,
    UserUttered,
)
from bot.domain.message import Button, Text
from bot.domain.understanding import FALLBACK_INTENT

TWO_STAGE_FALLBACK: Final = "action_two_stage_fallback"
ASK_AFFIRMATION: Final = "action_default_ask_affirmation"
ASK_REPHRASE: Final = "action_default_ask_rephrase"
OUT_OF_SCOPE: Final = "out_of_scope"
"""What the button for "no, I did not mean that" says."""

_GIVES_UP_AFTER = ((FALLBACK_INTENT, FALLBACK_INTENT), (OUT_OF_SCOPE, FALLBACK_INTENT, OUT_OF_SCOPE))


def fall_back_in_two_stages(turn: Turn, why: str) -> None:
    """One run of the loop."""
    opens = not _is_open(turn)
    policy = by_form(TWO_STAGE_FALLBACK, why) if opens else why
    if opens:
        turn.apply(ActiveLoop(TWO_STAGE_FALLBACK))
    heard = [event.understood.intent.name for event in turn.tracker.recent if isinstance(event, UserUttered)]
    latest = heard[-1] if heard else FALLBACK_INTENT
    if any(tuple(heard[-len(course) :]) == course for course in _GIVES_UP_AFTER):
        _give_up(turn, policy)
    elif opens or latest == FALLBACK_INTENT:
        _ask(turn, ASK_AFFIRMATION, policy)
    elif latest == OUT_OF_SCOPE:
        _ask(turn, ASK_REPHRASE, policy)
    else:
        _take_back_and_retell(turn, policy)


def revert_fallback(turn: Turn, why: str) -> None:
    """What rules do without the loop, once the customer has affirmed or rephrased: as if they had been understood."""
    asked = [event.name for event in turn.tracker.recent if isinstance(event, ActionExecuted)]
    asked = [name for name in asked if name != ACTION_LISTEN][-2:]
    messages = 0
    if asked[-1:] == [ASK_REPHRASE]:
        messages = 3  # what was not understood, "no", and the other words
    elif asked == [ASK_REPHRASE, ASK_AFFIRMATION]:
        messages = 4
    elif asked[-1:] == [ASK_AFFIRMATION]:
        messages = 2
    message = turn.tracker.latest_message
    if not messages or message is None:
        turn.did("action_revert_fallback_events", why)
        return
    for _ in range(messages):
        turn.apply(UserUtteranceReverted())
    _retell(turn, message, why)


# ---------------------------------------------------------------- asking


def _ask(turn: Turn, question: str, policy: str) -> None:
    if question in turn.assistant.actions:
        turn.run(question, policy)  # and then the loop's own run is noted, as with a form's question
        return
    if question == ASK_AFFIRMATION:
        ask_affirmation(turn)
    else:
        ask_rephrase(turn)
    turn.did(TWO_STAGE_FALLBACK, policy)


def ask_affirmation(turn: Turn) -> None:
    """Ask whether the likeliest intent was meant: in the words of `utter_ask_affirmation`, else in Rasa's."""
    message = turn.tracker.latest_message
    ranking = message.understood.ranking if message is not None else ()
    intent = next((score.name for score in ranking if score.name != FALLBACK_INTENT), None)
    if intent is None:
        ask_rephrase(turn)
        return
    buttons = (Button("Yes", f"/{intent}"), Button("No", f"/{OUT_OF_SCOPE}"))
    if "utter_ask_affirmation" in turn.assistant.responses:
        turn.say("utter_ask_affirmation", {"intent": intent})
    else:
        turn.say_text(Text(f"Did you mean '{intent}'?", buttons))


def ask_rephrase(turn: Turn) -> None:
    turn.say("utter_ask_rephrase")


# ---------------------------------------------------------------- done


def _is_open(turn: Turn) -> bool:
    loop = turn.tracker.loop
    return loop is not None and loop.name == TWO_STAGE_FALLBACK


def _take_back_and_retell(turn: Turn, policy: str) -> None:
    message = turn.tracker.latest_message
    _take_back(turn)
    if message is not None:
        _retell(turn, message, policy)


def _give_up(turn: Turn, policy: str) -> None:
    """Leave it to the fallback, with one message that was not understood instead of several."""
    _take_back_and_retell(turn, policy)
    turn.did(TWO_STAGE_FALLBACK, policy)
    turn.apply(FollowupAction("action_default_fallback"))


def _take_back(turn: Turn) -> None:
    """Every message since the loop was opened, and the one that opened it."""
    while _is_open(turn) and turn.tracker.recent:
        turn.apply(UserUtteranceReverted())
    if _is_open(turn):
        turn.apply(ActiveLoop(None))


def _retell(turn: Turn, message: UserUttered, why: str) -> None:
    turn.did(ACTION_LISTEN, why)
    understood = replace(message.understood, intent=replace(message.understood.intent, confidence=1.0))
    turn.apply(replace(message, understood=understood, at=None, retold=True))
