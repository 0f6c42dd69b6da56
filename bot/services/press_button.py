"""Press a button without a press: by its title, by a yes or a no in words, and by a thumb.

👍 and 👎 alone are a yes and a no where one of the two was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bot.dialogue.protected import asks_for_consent
from bot.domain.assistant import Assistant
from bot.domain.conversation import REQUESTED_SLOT, Tracker
from bot.domain.message import Button
from bot.domain.sending_rules import CONFIRM, DENY, Answer
from bot.domain.understanding import OPT_OUT_INTENT, Understood
from bot.domain.word_forms import spelled
from bot.ports import Playbook

THUMB_STAGE: Final = "thumb"
"""How such a message was understood."""

_UP: Final = re.compile(r"(?:\s*\U0001f44d[\U0001f3fb-\U0001f3ff\ufe0f]*)+\s*")
_DOWN: Final = re.compile(r"(?:\s*\U0001f44e[\U0001f3fb-\U0001f3ff\ufe0f]*)+\s*")


_YES_OR_NO: Final[Mapping[str, Answer]] = {"affirm": CONFIRM, "deny": DENY}
"""The intents of a yes and a no, by the names that they have in Rasa."""


def words_pressed(playbook: Playbook, tracker: Tracker, understood: Understood) -> str | None:
    """The payload of the button that these words mean: they are its title, or a yes or a no where one button is a yes
    and another a no. None for what opts out or says more, and for a question on consent, to which words are the answer.
    """
    if understood.intent.name == OPT_OUT_INTENT or understood.further or asks_for_consent(playbook.assistant, tracker):
        return None
    payload = title_pressed(tracker, understood.text)
    if payload is None and (answer := _YES_OR_NO.get(understood.intent.name)) is not None:
        payload = _of_the_buttons(playbook, tracker, answer)
    return payload if payload is not None and payload.startswith("/") else None


def title_pressed(tracker: Tracker, text: str) -> str | None:
    """The payload of the button that was last shown with this title: on some channels it is typed, not pressed."""
    asked = spelled(text)
    titles = last_buttons(tracker) if asked else ()
    return next((button.payload for button in titles if spelled(button.title) == asked), None)


def thumb_pressed(playbook: Playbook, tracker: Tracker, text: str) -> str | None:
    """The payload that a thumb stands for; None if the message is no thumb, or nothing asked for a yes or no.

    Consent takes words: a thumb is never an answer to that.
    """
    answer = _thumb_in(text)
    if answer is None or asks_for_consent(playbook.assistant, tracker):
        return None
    return _of_the_buttons(playbook, tracker, answer) or _of_the_slot(playbook.assistant, tracker, answer)


def _thumb_in(text: str) -> Answer | None:
    if _UP.fullmatch(text):
        return CONFIRM
    return DENY if _DOWN.fullmatch(text) else None


def _of_the_buttons(playbook: Playbook, tracker: Tracker, answer: Answer) -> str | None:
    """Of the last question, where one button is a yes and another a no ("Yes, a person please", "No, thanks")."""
    found: dict[Answer, str] = {}
    for button in last_buttons(tracker):
        for said in _meant_by(playbook, button):
            found.setdefault(said, button.payload)
    return found.get(answer) if {CONFIRM, DENY} <= found.keys() else None


def last_buttons(tracker: Tracker) -> Sequence[Button]:
    """Those of what was said last."""
    return tracker.last_uttered.buttons if tracker.last_uttered is not None else ()


def _meant_by(playbook: Playbook, button: Button) -> frozenset[Answer]:
    words = spelled(button.title)
    return playbook.rules.answers(words[0]) if words else frozenset()


def _of_the_slot(assistant: Assistant, tracker: Tracker, answer: Answer) -> str | None:
    """The intent that fills the slot that a form asks for with a yes, or with a no."""
    slot = assistant.slots.get(str(tracker.slots.get(REQUESTED_SLOT)))
    if slot is None or tracker.loop is None:
        return None
    for mapping in slot.mappings:
        if mapping.type == "from_intent" and mapping.intents and mapping.value is (answer == CONFIRM):
            return f"/{mapping.intents[0]}"
    return None
