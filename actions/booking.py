"""The booking form: when the demo would suit; and the time that was booked, called off."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.alternatives import chosen_of, either_of
from actions.misunderstanding import OffersAPerson
from actions.patterns import responses_of
from actions.person import person_of
from actions.times_in_full import in_full
from actions.times_meant import as_meant, in_plain_marks
from bot.domain.time_corrections import put_right
from bot.domain.time_expressions import resolve_expression
from bot.domain.time_grammar import find_times
from bot.domain.times_left_out import left_out_from

HOME = "Europe/London"
"""Where a person is taken to be whose time zone is not known."""

FARTHEST = timedelta(days=180)
"""Nobody books a demo for later than this."""

LONGEST = timedelta(days=14)
"""The longest in which a colleague finds a time by themselves; of a month or a year a day is asked for."""

OVER = "utter_meeting_time_over"

ANY_TIME = re.compile(
    r"\b(?:any ?time|whenever|whatever (?:suits|works)|flexible|any day|you (?:choose|pick|decide)|up to you"
    r"|(?:don['’]?t|do not) (?:really )?(?:mind|care)|no preference)\b",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(r"\bnot (?:until|till|before|earlier than) +(?:on )?", re.IGNORECASE)


class ValidateBookingForm(OffersAPerson, FormValidationAction):
    def name(self) -> str:
        return "validate_booking_form"

    def validate_meeting_time(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        if time := time_told(tracker, str(value), tracker.slots.get("booked_time")):
            return {"meeting_time": time}
        over = OVER in responses_of(domain) and is_over(tracker, str(value), tracker.slots.get("booked_time"))
        dispatcher.utter_message(response=OVER if over else "utter_invalid_meeting_time")
        return {"meeting_time": None}


def time_told(tracker: Tracker, text: str, booked: Any = None) -> str | None:
    """When it suits them, all times that the message names for choice; of a time that is `booked`, and not over, what
    they do not tell anew stays."""
    person = person_of(tracker)
    message = str(tracker.latest_message.get("text") or "")
    return time_meant(message, text, person.now, zone_of(person.time_zone), booked)


def time_meant(message: str, text: str, now: datetime, zone: tzinfo, booked: Any = None) -> str | None:
    """The same of any message; `text` is the time that was found in it."""
    stands = booked is not None and _is_to_come(str(booked), now, zone)
    meant = as_meant(message, of_a_day=stands)
    for said in (meant, re.split(r",? but ", meant)[0]):  # "Tuesday or Wednesday, but not too early"
        if several := either_of(said, now, zone, of_day=str(booked) if stands else ""):
            return several
    says_more = meant != in_plain_marks(message) or _NOT_BEFORE.search(message)
    if says_more and any(find_times(message)):
        text = meant  # the time that was found in it is not all of it, or one that it declines
    if chosen := chosen_of(str(booked or ""), text):
        return chosen
    return time_in(_with_what_stays(text, booked, now, zone), now, zone)


def is_over(tracker: Tracker, text: str, booked: Any = None) -> bool:
    """Whether it names a time of today, and none that is to come."""
    person = person_of(tracker)
    now, zone = person.now, zone_of(person.time_zone)
    named = list(find_times(_with_what_stays(text, booked, now, zone)))
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    of_today = any(resolve_expression(one, midnight, zone) for one in named)
    return of_today and not any(resolve_expression(one, now, zone) for one in named)


def _with_what_stays(text: str, booked: Any, now: datetime, zone: tzinfo) -> str:
    """The one time that it names, with what it does not tell anew of a booked one that is not over."""
    times = [text[one.start : one.end] for one in find_times(text)]
    if booked is not None and len(times) == 1 and _is_to_come(str(booked), now, zone):
        return put_right(str(booked), times[0])
    return text


def _is_to_come(booked: str, now: datetime, zone: tzinfo) -> bool:
    """A day is kept without its year: one that is over would be about a year ahead."""
    spans = (resolve_expression(one, now, zone) for one in find_times(booked))
    return any(span is not None and span[0] - now < FARTHEST for span in spans)


def time_in(text: str, now: datetime, zone: tzinfo) -> str | None:
    """When it suits them, with dates ("next week" is over in a week); None for none, one that is past, or a month."""
    left_out = left_out_from(text)
    for expression in find_times(text[:left_out]):
        span = resolve_expression(expression, now, zone)
        if span is None or span[1] - span[0] > LONGEST:
            continue
        said = text[expression.start : expression.end]
        kept = in_full(said, span, zone, at_an_hour=expression.clock is not None)
        leads = [one.end() for one in _NOT_BEFORE.finditer(text)]
        return f"not before {kept}" if expression.clock is None and expression.start in leads else kept
    any_time = ANY_TIME.search(text)
    if any_time is None:
        return None
    besides = [left_out + one.end for one in find_times(text[left_out:])]
    return text[any_time.start() : besides[-1]].lower() if besides else "any time"


def zone_of(name: str | None) -> tzinfo:
    """The zone of this name, or that in which people are taken to be."""
    try:
        return ZoneInfo(name or HOME)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(HOME)


class ActionBookMeeting(Action):
    """Tells journeys, the score and the CRM that a time for the demo was chosen, and forgets it for the next one."""

    def name(self) -> str:
        return "action_book_meeting"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        time = tracker.slots.get("meeting_time")
        if not time:
            return []
        channel = person_of(tracker).channel or "chat"
        return [
            effects.set_attribute("meeting_time", time),
            effects.change_score("engagement", 20, "Chose a time for the demo", rule="booking.booked"),
            effects.emit("meeting.booked", time=time, channel=channel),
            effects.sync_crm(f"Chose a time for the demo on {channel}: {time}."),
            SlotSet("booked_time", time),
            SlotSet("meeting_time", None),
        ]


class ActionCancelMeeting(Action):
    """Forgets the time that was booked, tells journeys and the CRM so, and leaves the form that asks for one."""

    def name(self) -> str:
        return "action_cancel_meeting"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        person, asked = person_of(tracker), (tracker.active_loop or {}).get("name") == "booking_form"
        closed = [ActiveLoop(None), SlotSet("requested_slot", None), SlotSet("meeting_time", None)] if asked else []
        time = person.attributes.get("meeting_time")
        if not time:
            dispatcher.utter_message(response="utter_no_problem" if asked else "utter_nothing_booked")
            return closed
        dispatcher.utter_message(response="utter_booking_cancelled", called_off=time)
        channel = person.channel or "chat"
        return [
            effects.set_attribute("meeting_time", ""),
            effects.emit("meeting.cancelled", time=time, channel=channel),
            effects.sync_crm(f"Called off the demo on {channel}: {time}."),
            SlotSet("booked_time", None),
            *closed,
        ]
