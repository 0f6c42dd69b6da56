"""The demo form, and what its answers say about the lead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email
from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from text_to_num import alpha2digit

from actions import effects
from actions.booking import time_meant, zone_of
from actions.corrections import NotesCorrections, fills_another, value_before
from actions.effects import ActionEvent
from actions.forms import asks_something, is_bare_number, latest_text, name_in, requested_slot, whole_number
from actions.misunderstanding import OffersAPerson
from actions.patterns import responses_of
from actions.person import Person, person_of

# ---------------------------------------------------------------- the answers

LARGEST_TEAM = 1_000_000
PEOPLE = re.compile(
    r"(\d[\d,.]*k?)\s+(?:\w+\s+)?"
    r"(?:people|persons|employees|staff|members|colleagues|workers|heads|users|volunteers|nurses|drivers)\b",
    re.IGNORECASE,
)

FREEMAIL = frozenset(
    """aol.com btinternet.com fastmail.com gmail.com gmx.com googlemail.com hotmail.co.uk hotmail.com icloud.com
    live.co.uk live.com mail.com me.com msn.com outlook.com proton.me protonmail.com sky.com virginmedia.com
    yahoo.co.uk yahoo.com ymail.com""".split()  # noqa: SIM905
)

TIMELINES: tuple[tuple[str, str], ...] = (
    # The first that fits wins: "not now" is looked at before "now", and a year before its months.
    ("now", r"as soon as|this month|within (?:a|the|this|1|one) month"),
    (
        "later",
        r"explor|looking|curious|browsing|not sure|no (?:rush|hurry|idea|plan)|don['’]?t know|undecided|some ?day"
        r"|one day|not (?:yet|now|right now)|research|later|half a year|\b(?:this|next) year"
        r"|\b(?:a|one|1|two|2) years?\b|\b(?:four|4|five|5|six|6|seven|7|eight|8|nine|9|ten|10|eleven|11|twelve|12)"
        r" months|autumn|winter|spring|summer",
    ),
    (
        "this_quarter",
        r"\bsoon|quarter|\bmonths?\b|\b(?:five|5|six|6|eight|8|ten|10|twelve|12) weeks|few weeks|couple of weeks"
        r"|january|february|march|april|\bmay\b|june|july|august|september|october|november|december",
    ),
    (
        "now",
        r"\bnow\b|asap|straight ?away|right away|immediate|urgent|yesterday|today|tomorrow|\b(?:this|next) week"
        r"|\b(?:a|one|1|two|2|three|3|four|4) weeks?\b|fortnight|already|ready",
    ),
)
"""What they wrote, as one of three: `now` within a month, `this_quarter` within about three months, or `later`."""


def timeline_in(text: str) -> str | None:
    """`now`, `this_quarter` or `later`, or None where the text says nothing about time."""
    said = text.casefold().strip()
    if said in TIMELINE_WORDS:
        return said
    return next((timeline for timeline, pattern in TIMELINES if re.search(pattern, said)), None)


class AsksWhoTheyAre:
    """For a form's validation: the name and the e-mail address of who fills it in."""

    def validate_lead_name(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        if name := name_in(str(value)):
            return {"lead_name": name}
        if not fills_another(tracker, "lead_name"):
            dispatcher.utter_message(response="utter_invalid_lead_name")
        return {"lead_name": None}

    def extract_work_email(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Nobody is asked for the address that they write from. It says nothing of whether they want marketing."""
        email = person_of(tracker).email
        return {"work_email": email} if email and not tracker.slots.get("work_email") else {}

    def validate_work_email(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        if email := email_in(str(value)):
            return {"work_email": email}
        if not fills_another(tracker, "work_email"):
            dispatcher.utter_message(response="utter_invalid_work_email")
        return {"work_email": None}


class ValidateDemoForm(NotesCorrections, AsksWhoTheyAre, OffersAPerson, FormValidationAction):
    """Checks what was answered to the demo form; a slot set to None is asked for again."""

    def name(self) -> str:
        return "validate_demo_form"

    def validate_team_size(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        size = whole_number(people_in(tracker) or value)
        if size is None or not 1 <= size <= LARGEST_TEAM:
            if not fills_another(tracker, "team_size"):
                dispatcher.utter_message(response="utter_invalid_team_size")
            return {"team_size": None}
        is_asked = requested_slot(tracker) in (None, "team_size")
        if not is_asked and value_before(tracker, "team_size") is None and is_bare_number(latest_text(tracker)):
            return {"team_size": None}  # it answers what was asked, and that was no number
        return {"team_size": float(size)}

    def validate_timeline(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        if timeline := timeline_in(str(value)):
            return {"timeline": timeline}
        if not fills_another(tracker, "timeline") and not asks_something(str(value)):
            dispatcher.utter_message(response="utter_invalid_timeline")
        return {"timeline": None}


def people_in(tracker: Tracker) -> str | None:
    """The one count of people in a message that counts other things, too ("200 staff across 3 sites"); else None."""
    numbers = [one for one in tracker.latest_message.get("entities") or () if one["entity"] == "number"]
    counted = PEOPLE.findall(alpha2digit(latest_text(tracker), "en"))
    return counted[0] if len(numbers) > 1 and len(counted) == 1 else None


def email_in(text: str) -> str | None:
    """The one address in the text, as it is to be kept; None for none, several, or one that cannot exist."""
    found = {part.strip("<>()[],;:!?'\".").removeprefix("mailto:") for part in text.split() if "@" in part}
    if len(found) != 1:
        return None
    try:
        return str(validate_email(found.pop(), check_deliverability=False).normalized)
    except EmailNotValidError:
        return None


# ---------------------------------------------------------------- what the answers say

TIMELINE_WORDS: dict[str, str] = {
    "now": "wants to start within a month",
    "this_quarter": "wants to start within about three months",
    "later": "wants to start later, or is only looking",
}
"""As a rep reads it. What each is worth stands in `journeys/scores/lead.yml`."""

QUALIFIED_TEAM = 10
"""People at least."""


@dataclass(frozen=True, slots=True)
class Answers:
    name: str
    email: str
    team_size: int
    timeline: str

    @property
    def qualify(self) -> bool:
        """Whether sales should hear of this lead now."""
        return self.team_size >= QUALIFIED_TEAM and self.timeline != "later"

    @property
    def are_from_a_company(self) -> bool:
        """Whether the address is a company's own, and not one that anybody gets for nothing."""
        return self.email.rpartition("@")[2].casefold() not in FREEMAIL

    @property
    def told(self) -> str:
        return f"team of {self.team_size}, {TIMELINE_WORDS[self.timeline]}"


# ---------------------------------------------------------------- the actions


class ActionQualifyLead(Action):
    """Keeps the answers, and a time that was told with the request, tells journeys and the CRM, and sets the slot
    `qualified`."""

    def name(self) -> str:
        return "action_qualify_lead"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        answers = answers_in(tracker.slots, name_key="lead_name", email_key="work_email")
        if answers is None:
            return []
        person = person_of(tracker)
        wished = _wished(tracker, person)
        if wished and "utter_wished_time" in responses_of(domain):
            dispatcher.utter_message(response="utter_wished_time", wished=wished)
        at = f" At a time such as: {wished}." if wished else ""
        return [
            *_kept(answers),
            *([effects.set_attribute("meeting_preference", wished)] if wished else []),
            effects.emit(
                "demo.requested", team_size=answers.team_size, timeline=answers.timeline, qualified=answers.qualify
            ),
            effects.sync_crm(f"Asked for a demo on {person.channel or 'chat'}: {answers.told}.{at}"),
            SlotSet("qualified", answers.qualify),
            *([SlotSet("wished_time", None)] if tracker.slots.get("wished_time") else []),
        ]


def _wished(tracker: Tracker, person: Person) -> str | None:
    """All times that were named with the request: of "a demo tomorrow or Friday" the slot holds the last."""
    wished = str(tracker.slots.get("wished_time") or "")
    messages = (one for one in reversed(tracker.events) if one.get("event") == "user")
    named = (str(one["text"]) for one in messages if wished in _times_found(one))
    return time_meant(next(named, wished), wished, person.now, zone_of(person.time_zone))


def _times_found(message: Mapping[str, Any]) -> list[str]:
    """The times that were found in it, as slots hold them."""
    found = (message.get("parse_data") or {}).get("entities") or ()
    return [str(one.get("value")) for one in found if one.get("entity") == "time"]


def _kept(answers: Answers) -> list[ActionEvent]:
    """What is known of the person from now on; score rules look at it."""
    return [
        effects.set_attribute("name", answers.name),
        effects.set_attribute("email", answers.email),
        effects.set_attribute("team_size", answers.team_size),
        effects.set_attribute("timeline", answers.timeline),
        effects.set_attribute("qualified", answers.qualify),
        effects.set_attribute("company_address", answers.are_from_a_company),
        effects.claim_identity("email", answers.email),
    ]


def answers_of(person: Person) -> Answers | None:
    """What they answered to the demo form: `qualified` is set with it, so facts from elsewhere do not count."""
    if person.attributes.get("qualified") is None:
        return None
    return answers_in(person.attributes, name_key="name", email_key="email")


def answers_in(known: Any, *, name_key: str, email_key: str) -> Answers | None:
    size, timeline = whole_number(known.get("team_size")), known.get("timeline")
    name, email = known.get(name_key), known.get(email_key)
    if not (name and email and size and size >= 1 and timeline in TIMELINE_WORDS):
        return None
    return Answers(str(name), str(email), size, str(timeline))
