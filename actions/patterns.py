"""Conversation patterns on top of any form: cancel, skip, why, repeat, back, and the return from a digression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet, UserUtteranceReverted
from rasa_sdk.executor import CollectingDispatcher

from actions.forms import requested_slot
from actions.person import person_of
from bot.domain.masking import in_part
from bot.domain.told_questions import LANGUAGES, TIME, asks_what_was_told

REQUESTED_SLOT = "requested_slot"


class ActionCancel(Action):
    """Leaves the open form; the answers that it has stay known."""

    def name(self) -> str:
        return "action_cancel"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if open_form(tracker) is None:
            dispatcher.utter_message(response="utter_nothing_to_cancel")
            return []
        dispatcher.utter_message(response="utter_cancelled")
        return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]


class ActionSkip(Action):
    """Says why the open form needs the answer that the customer would rather not give; the form then asks again."""

    def name(self) -> str:
        return "action_skip"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if open_form(tracker) is None:
            dispatcher.utter_message(response="utter_nothing_to_skip")
            return []
        why = f"utter_why_{requested_slot(tracker)}"
        dispatcher.utter_message(response=why if why in responses_of(domain) else "utter_rather_not_say")
        return []


class ActionWhy(Action):
    """Says what the open form's question is for; the form then asks again."""

    def name(self) -> str:
        return "action_why"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if open_form(tracker) is None:
            dispatcher.utter_message(response="utter_nothing_asked")
            return []
        why = f"utter_why_{requested_slot(tracker)}"
        dispatcher.utter_message(response=why if why in responses_of(domain) else "utter_why")
        return []


class ActionBack(Action):
    """Takes back the message before the one that asks for it, and says again what that one was the answer to."""

    def name(self) -> str:
        return "action_back"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        messages = [at for at, event in enumerate(tracker.events) if event["event"] == "user" and event.get("text")]
        if len(messages) < 2:
            dispatcher.utter_message(response="utter_nothing_to_take_back")
            return []
        dispatcher.utter_message(response="utter_back")
        if (question := last_said(tracker.events[: messages[-2]])) is not None:
            dispatcher.utter_message(text=question["text"], buttons=(question.get("data") or {}).get("buttons") or [])
        return [UserUtteranceReverted(), UserUtteranceReverted()]


class ActionTellTold(Action):
    """Says the name, time, address or number that is asked for, as they told it, or write from it; of the latter two
    only so much that its owner knows it again, for somebody else may be reading."""

    def name(self) -> str:
        return "action_tell_told"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        kind = asks_what_was_told(str(tracker.latest_message.get("text") or ""), LANGUAGES)
        person = person_of(tracker)
        written_from = {"email": person.email, "phone": person.phone}.get(str(kind))
        told = next((value for slot in slots_for(kind, domain) if (value := tracker.slots.get(slot))), written_from)
        if told is None:
            dispatcher.utter_message(response="utter_not_told")
        else:
            dispatcher.utter_message(
                response="utter_told", told=told if kind in ("person", TIME) else in_part(str(told))
            )
        return []


class ActionRepeat(Action):
    """Says the last thing again, buttons too. The question of an open form is asked again by the form itself."""

    def name(self) -> str:
        return "action_repeat"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if open_form(tracker) is not None:
            return []
        last = last_said(tracker.events)
        if last is None:
            dispatcher.utter_message(response="utter_nothing_to_repeat")
        else:
            dispatcher.utter_message(text=last["text"], buttons=(last.get("data") or {}).get("buttons") or [])
        return []


class ActionGoOn(Action):
    """Goes on with the open form, else with the last one that was left before it was filled in."""

    def name(self) -> str:
        return "action_go_on"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if open_form(tracker) is not None:
            dispatcher.utter_message(response="utter_go_on")
            return []
        form = left_form(tracker, domain)
        if form is None:
            dispatcher.utter_message(response="utter_what_next")
            return []
        dispatcher.utter_message(response="utter_go_on")
        return [FollowupAction(form)]


def slots_for(entity: str | None, domain: Mapping[str, Any]) -> Sequence[str]:
    """The slots that are filled with such an entity."""
    return [
        name
        for name, slot in (domain.get("slots") or {}).items()
        if any(mapping.get("entity") == entity for mapping in slot.get("mappings") or ())
    ]


def open_form(tracker: Tracker) -> str | None:
    name = (tracker.active_loop or {}).get("name")
    return str(name) if name else None


def last_said(events: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The last line of the bot's own: not what a colleague wrote, nor a picture without words."""
    return next(
        (
            event
            for event in reversed(events)
            if event["event"] == "bot" and event.get("text") and not (event.get("metadata") or {}).get("speaker")
        ),
        None,
    )


def left_form(tracker: Tracker, domain: Mapping[str, Any]) -> str | None:
    """The form that was left last before it was filled in, and still lacks an answer."""
    forms = domain.get("forms", {})
    for name in reversed(_left(tracker.events)):
        slots = forms[name]["required_slots"] if name in forms else ()
        if any(tracker.slots.get(slot) is None for slot in slots):
            return name
    return None


def _left(events: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """The forms that another one has taken the place of, or that something but themselves closed, the latest last."""
    left: list[str] = []
    is_open, closed = None, None
    for event in events:
        if event["event"] == "active_loop":
            left = [one for one in left if one != event["name"]]
            if is_open is not None and event["name"] not in (None, is_open):
                left.append(is_open)
            closed = (is_open or closed) if event["name"] is None else None
            is_open = event["name"]
        elif event["event"] == "action" and closed is not None:
            if event["name"] != closed:
                left.append(closed)
            closed = None
    return left if closed is None else [*left, closed]


def responses_of(domain: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = domain.get("responses") or {}
    return found
