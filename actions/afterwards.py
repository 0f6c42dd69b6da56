"""What is told once a form is done: an answer put right ("sorry, my e-mail is ..."), the address that a booked time is
confirmed at, and facts that nobody asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.booking import OVER, is_over, time_told
from actions.consent import change_number, phone_in
from actions.corrections import NOTED, WHAT, changed_now, heard_now, told_anew, unread_now, value_before, words_for
from actions.effects import ActionEvent
from actions.forms import name_in, whole_number
from actions.lead import LARGEST_TEAM, answers_in, email_in, people_in, timeline_in
from actions.patterns import responses_of
from actions.person import person_of

BOOKED = "utter_booked"
ATTRIBUTES = {
    "lead_name": "name",
    "work_email": "email",
    "phone": "phone",
    "team_size": "team_size",
    "timeline": "timeline",
    "booked_time": "meeting_time",
}
"""As what each answer is known of a person."""


class ActionCorrectContact(Action):
    """Takes an answer that was put right after the form was done, and keeps it where the form kept the one before."""

    def name(self) -> str:
        return "action_correct_contact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        known, read = person_of(tracker).attributes, _readers(tracker)
        kept = {slot: known[name] for slot, name in ATTRIBUTES.items() if known.get(name)}
        done = bool(kept)
        told = told_anew(tracker, read, kept=kept if done else None)
        if not told and (again := _booked_again(tracker, read, kept.get("booked_time"))):
            dispatcher.utter_message(response=BOOKED, booked_time=again)
            return [SlotSet("booked_time", again)]
        if not told and OVER in responses_of(domain) and _names_what_is_over(tracker, kept.get("booked_time")):
            dispatcher.utter_message(response=OVER)
            return unread_now(tracker, read)
        others = [slot for slot in changed_now(tracker) if slot not in ATTRIBUTES]  # the author's own
        if list(told) == ["booked_time"]:
            dispatcher.utter_message(response=BOOKED, **told)
        else:
            said = NOTED if told else words_for(others[0], domain) if others else WHAT
            dispatcher.utter_message(response=said)
        slots = [*unread_now(tracker, read), *(SlotSet(slot, value) for slot, value in told.items())]
        if not (told and done):
            return slots  # a form that is not done yet keeps them once it is
        listed = ", ".join(f"{ATTRIBUTES[slot]} {value}" for slot, value in told.items())
        note = f"Corrected on {person_of(tracker).channel or 'chat'}: {listed}."
        return [*slots, *_kept(tracker, told), *self.besides({**tracker.slots, **kept, **told}), effects.sync_crm(note)]

    def besides(self, slots: Mapping[str, Any]) -> list[ActionEvent]:
        """What else the answers say, with the one that was put right."""
        return []


class ActionTakeCorrection(ActionCorrectContact):
    """The same after the demo form: whether the lead is for sales is looked at anew."""

    def name(self) -> str:
        return "action_take_correction"

    def besides(self, slots: Mapping[str, Any]) -> list[ActionEvent]:
        answers = answers_in(slots, name_key="lead_name", email_key="work_email")
        if answers is None:
            return []
        return [
            effects.set_attribute("qualified", answers.qualify),
            effects.set_attribute("company_address", answers.are_from_a_company),
            SlotSet("qualified", answers.qualify),
        ]


class ActionAskForAddress(Action):
    """Asks where a booked time can be confirmed, where no e-mail address of theirs is known; keeps one that was told
    before."""

    def name(self) -> str:
        return "action_ask_for_address"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        person = person_of(tracker)
        if person.email or person.attributes.get("email"):
            return []
        if address := email_in(str(tracker.slots.get("work_email") or "")):
            return [*_kept(tracker, {"work_email": address}), effects.sync_crm()]
        dispatcher.utter_message(response="utter_ask_for_address")
        return []


class ActionNoteFacts(Action):
    """Says that what nobody asked for is noted, until a form keeps it; an address for a booked time is kept at once."""

    def name(self) -> str:
        return "action_note_facts"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        booked = person_of(tracker).attributes.get("meeting_time")
        told = tracker.slots.get("work_email") if "work_email" in heard_now(tracker) else None
        address = email_in(str(told)) if told and booked else None
        if address is None:
            dispatcher.utter_message(response="utter_noted")
            return []
        dispatcher.utter_message(response="utter_address_noted", meeting=booked, address=address)
        return [
            SlotSet("work_email", address),
            *_kept(tracker, {"work_email": address}),
            effects.sync_crm(f"The demo on {booked} is confirmed to {address}."),
        ]


def _booked_again(tracker: Tracker, read: Mapping[str, Callable[[str], Any]], booked: Any) -> str | None:
    """The time that is booked, where the message names that very time: it is confirmed once more."""
    if "booked_time" not in heard_now(tracker):
        return None
    said = read["booked_time"](str(tracker.slots.get("booked_time")))
    return str(said) if said is not None and said == booked else None


def _names_what_is_over(tracker: Tracker, booked: Any) -> bool:
    """Whether the message would have another time for what is booked, at which it cannot be any more."""
    if booked is None or "booked_time" not in heard_now(tracker):
        return False
    return is_over(tracker, str(tracker.slots.get("booked_time")), booked)


def _readers(tracker: Tracker) -> Mapping[str, Callable[[str], Any]]:
    """How each answer is kept; no form looks at it any more."""

    def phone(said: str) -> str | None:
        return phone_in(said, person_of(tracker).country)

    def team_size(said: str) -> float | None:
        size = whole_number(people_in(tracker) or said)
        return float(size) if size is not None and 1 <= size <= LARGEST_TEAM else None

    def booked_time(said: str) -> str | None:
        before = value_before(tracker, "booked_time")
        return time_told(tracker, said, before) if before is not None else None

    addresses = {"work_email": email_in, "phone": phone}
    return {
        "lead_name": name_in,
        **addresses,
        "timeline": timeline_in,
        "team_size": team_size,
        "booked_time": booked_time,
    }


def _kept(tracker: Tracker, told: Mapping[str, Any]) -> list[ActionEvent]:
    done: list[ActionEvent] = []
    for slot, value in told.items():
        if slot == "phone":
            done += change_number(tracker, value)
            continue
        done.append(effects.set_attribute(ATTRIBUTES[slot], int(value) if slot == "team_size" else value))
        if slot == "booked_time":
            done.append(effects.emit("meeting.booked", time=value, channel=person_of(tracker).channel or "chat"))
        if slot == "work_email":
            done.append(effects.claim_identity("email", value))
    return done
