"""Returning: a form that was left for another one is gone on with, once that one is filled in.

Only where the assistant has the pattern of digression (`action_go_on`): one from Rasa does what its stories say.
"""

from __future__ import annotations

from typing import Final

from bot.dialogue.turn import so_far
from bot.domain.assistant import Assistant
from bot.domain.conversation import ActionExecuted, ActiveLoop, Tracker

GOES_ON: Final = "action_go_on"
GO_ON: Final = "utter_go_on"
"""What is said before the question of the form that is gone on with."""


def form_to_return_to(assistant: Assistant, tracker: Tracker) -> str | None:
    """The form that was left for the one which this message has filled in, where it still lacks an answer."""
    if tracker.loop is not None or GOES_ON not in assistant.actions or GO_ON not in assistant.responses:
        return None
    if not _is_filled_in(assistant, tracker):
        return None
    for name in reversed(tracker.left):
        form = assistant.forms.get(name)
        if form is not None and any(tracker.slots.get(slot) is None for slot in form.required_slots):
            return name
    return None


def _is_filled_in(assistant: Assistant, tracker: Tracker) -> bool:
    """Whether the form that was closed last on this message closed itself, and was not left."""
    filled_in, closed = False, False
    for event in so_far(tracker).events:
        match event:
            case ActiveLoop(name=None):
                closed = True
            case ActionExecuted(name=name) if closed:
                filled_in, closed = name in assistant.forms, False
            case _:
                pass
    return filled_in
