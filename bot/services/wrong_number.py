"""Wrong number: whether a message says that whoever answers here is not the person whom we took them for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.domain.assistant import Assistant
from bot.domain.conversation import SlotSet, Tracker, UserUttered
from bot.domain.events import REQUESTED_SLOT
from bot.domain.message import CustomerMessage
from bot.domain.wrong_number import About, names_of
from bot.services.runtime import Runtime
from bot.services.situation import Situation

WRONG_NUMBER = "utter_wrong_number"

_MEANT = {
    About.NUMBER: re.compile(r"phone|mobile|cell|tele|\btel\b|number|whatsapp|contact", re.IGNORECASE),
    About.ADDRESS: re.compile(r"mail|address|contact", re.IGNORECASE),
    About.PERSON: re.compile(r"name|person|contact|who", re.IGNORECASE),
}
"""What slots, and the entities that fill them, are called that hold such a thing."""


def says_wrong_number(runtime: Runtime, situation: Situation, message: CustomerMessage, *, stops: bool = False) -> bool:
    """Whether it does; with `stops`, of a message that asks to stop, whether one clause of it does.

    What puts right an answer to the dialogue's own questions is the dialogue's.
    """
    identity = runtime.channel(message.channel).abilities.identity
    if identity not in ("phone", "email") or message.payload or message.opened:
        return False
    playbook = runtime.library.current()
    about = playbook.rules.wrong_in(message.text, names_of(situation.profile.attributes), stops=stops)
    if about is None or (about is About.ADDRESS and identity != "email"):
        return False
    return stops or not _puts_right(playbook.assistant, situation.conversation.tracker, about)


def said_last(tracker: Tracker) -> bool:
    """Whether that was the last thing that we have answered: it is said once."""
    return tracker.last_uttered is not None and tracker.last_uttered.response == WRONG_NUMBER


def _puts_right(assistant: Assistant, tracker: Tracker, about: About) -> bool:
    """Whether a form asks for such a thing now, or was told one, or the last message has told one."""
    if tracker.loop is not None and _holds(assistant, str(tracker.slots.get(REQUESTED_SLOT)), about):
        return True
    form = assistant.forms.get(tracker.loop.name) if tracker.loop is not None else None
    filled = [one for one in form.required_slots if tracker.slots.get(one) is not None] if form is not None else []
    return any(_holds(assistant, one, about, told=True) for one in (*filled, *_told_last(tracker)))


def _told_last(tracker: Tracker) -> Iterable[str]:
    """The slots that the last message has filled."""
    for event in reversed(tracker.recent):
        if isinstance(event, UserUttered):
            return
        if isinstance(event, SlotSet) and event.value is not None and event.name != REQUESTED_SLOT:
            yield event.name


def _holds(assistant: Assistant, slot_name: str, about: About, *, told: bool = False) -> bool:
    """A figure that was `told` is a number, too; one that is asked for is no reason yet to speak of a wrong one."""
    slot = assistant.slots.get(slot_name)
    if slot is None:
        return False
    called = [slot.name, *(one.entity for one in slot.mappings if one.entity and (told or one.entity != "number"))]
    if any(_MEANT[about].search(one) for one in called):
        return True
    return told and about is About.NUMBER and slot.type == "float"
