"""Answers that are put right: "no, I meant ana.silva@example.com", while the form asks for something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.forms import requested_slot
from actions.patterns import REQUESTED_SLOT, responses_of

NOTED, WHAT = "utter_correction_noted", "utter_ask_what_to_correct"


class NotesCorrections:
    """For a form's validation: an answer other than the one asked for that changes one given before is acknowledged, by
    `utter_<slot>_corrected` where the author wrote that; and what is told ahead, such as a number to who asked for an
    e-mail address, by `utter_<slot>_noted`, where the author wrote that."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        asked = requested_slot(tracker)
        events: list[dict[str, Any]] = await super().run(dispatcher, tracker, domain)  # type: ignore[misc]
        changed = next((slot for slot in _changed(events, tracker) if slot != asked), None)
        if asked is not None and changed is not None:
            said = words_for(changed, domain)
            if said in responses_of(domain):
                dispatcher.utter_message(response=said)
        elif asked is not None and _is_still_open(asked, events, tracker):
            noted = (f"utter_{slot}_noted" for slot in _told_first(tracker))
            if (said_of_it := next((one for one in noted if one in responses_of(domain)), None)) is not None:
                dispatcher.utter_message(response=said_of_it)
        return events


def words_for(slot: str, domain: dict[str, Any]) -> str:
    """What acknowledges that this slot was put right."""
    own = f"utter_{slot}_corrected"
    return own if own in responses_of(domain) else NOTED


def _changed(events: list[dict[str, Any]], tracker: Tracker) -> Iterator[str]:
    for event in events:
        if event["event"] == "slot" and event["name"] != REQUESTED_SLOT and event["value"] is not None:
            before = value_before(tracker, event["name"])
            if before is not None and before != event["value"]:
                yield event["name"]


def _is_still_open(slot: str, events: list[dict[str, Any]], tracker: Tracker) -> bool:
    """Whether it has no value, or what was said was taken for one and refused."""
    refused = [event["value"] for event in events if event["event"] == "slot" and event["name"] == slot]
    return (refused[-1] if refused else tracker.slots.get(slot)) is None


def _told_first(tracker: Tracker) -> Iterator[str]:
    """The slots that this message fills and that had no value."""
    return (slot for slot in _slots_since_the_message(tracker) if value_before(tracker, slot) is None)


def changed_now(tracker: Tracker) -> Iterator[str]:
    """The slots that this message gives another value than they had."""
    for slot in heard_now(tracker):
        if value_before(tracker, slot) not in (None, tracker.slots.get(slot)):
            yield slot


def told_anew(
    tracker: Tracker, read: Mapping[str, Callable[[str], Any]], *, kept: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What this message tells of these slots, other than they had before, as it is kept.

    `kept`: the answers, by slot, once the form that asks for them is done. Then one which was skipped is one now, and
    what a slot has heard since and nobody has kept is none.
    """
    told = {}
    for slot in dict.fromkeys(_slots_since_the_message(tracker)):
        before, value = value_before(tracker, slot) if kept is None else kept.get(slot), tracker.slots.get(slot)
        usable = read[slot](str(value)) if slot in read and value is not None else None
        if usable is not None and usable != before and (kept is not None or before is not None):
            told[slot] = usable
    return told


def unread_now(tracker: Tracker, read: Mapping[str, Callable[[str], Any]]) -> list[dict[str, Any]]:
    """Gives the slots back what they had, of which the message told what cannot be used. No form has looked at it."""
    return [
        SlotSet(slot, value_before(tracker, slot))
        for slot in dict.fromkeys(_slots_since_the_message(tracker))
        if slot in read and read[slot](str(tracker.slots.get(slot))) is None
    ]


def _slots_since_the_message(tracker: Tracker) -> list[str]:
    since = takewhile(lambda one: one["event"] != "user", reversed(tracker.events))
    return [one["name"] for one in since if one["event"] == "slot"][::-1]


def value_before(tracker: Tracker, slot: str) -> Any:
    """What the slot was before this message; None where it had no value."""
    latest = next((one for one in reversed(tracker.events) if one["event"] == "user"), None)
    before = takewhile(lambda one: one is not latest, tracker.events)
    values = [one["value"] for one in before if one["event"] == "slot" and one["name"] == slot]
    return values[-1] if values else None


def fills_another(tracker: Tracker, slot: str) -> bool:
    """Whether the message says something else than this slot; its text is then none that could not be used for it."""
    return any(name not in (slot, REQUESTED_SLOT) for name in heard_now(tracker))


def heard_now(tracker: Tracker) -> list[str]:
    """The slots that this message fills: those of the last events, after any of another kind."""
    return [one["name"] for one in takewhile(lambda one: one["event"] == "slot", reversed(tracker.events))][::-1]
