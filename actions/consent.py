"""The follow-up form: a phone number, and consent to text it."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers
from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.corrections import NOTED, changed_now, fills_another
from actions.effects import ActionEvent
from actions.lead import email_in
from actions.misunderstanding import OffersAPerson
from actions.person import person_of
from bot.domain.consent import Purpose
from bot.domain.second_thoughts import WANTED

SKIPPED = "skipped"
"""What the slot `phone` holds when the person would rather not give a number."""

SKIP_WORDS = frozenset(
    ("skip", "skip it", "skip this", "pass", "no", "nope", "nah", "no thanks", "no thank you", "none", "rather not")
)
CONSENT_QUESTION = "utter_ask_sms_consent"
REFUSALS = frozenset(("utter_sms_consent_refused", "utter_follow_up_skipped", "utter_opted_out"))
"""What is said to somebody who wants no texts."""

BEGIN_ANEW = frozenset(("session_started", "restart"))
SMS = "sms"
FORM = "follow_up_form"


class ValidateFollowUpForm(OffersAPerson, FormValidationAction):
    """Asks for a number only where texts can be sent, and for consent where there is one and none was given yet."""

    def name(self) -> str:
        return "validate_follow_up_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """The form before this one has kept the e-mail address: where another one is told now, that is kept at once."""
        events: list[dict[str, Any]] = await super().run(dispatcher, tracker, domain)
        told = tracker.slots.get("work_email") if "work_email" in changed_now(tracker) else None
        intent = (tracker.latest_message.get("intent") or {}).get("name")
        email = email_in(str(told)) if told and intent != "correct" else None  # corrections have an action of their own
        if email is None:
            return events
        dispatcher.utter_message(response=NOTED)
        note = f"Corrected on {person_of(tracker).channel or 'chat'}: email {email}."
        kept = [effects.set_attribute("email", email), effects.claim_identity("email", email), effects.sync_crm(note)]
        return [*events, *kept]

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[str]:
        """Whoever has said no is not asked again in the same conversation, however often the form is opened."""
        person, number = person_of(tracker), tracker.slots.get("phone")
        refused = refused_before(tracker)
        if not person.writes_by(SMS) or (refused and not number):
            return []
        no_question = number == SKIPPED or refused or person.consents_to(Purpose.MARKETING, SMS)
        return [slot for slot in domain_slots if not (slot == "sms_consent" and no_question)]

    def extract_phone(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Nobody is asked for the number that they write or call from, unless no text can reach it."""
        person = person_of(tracker)
        if tracker.slots.get("phone") or person.phone is None:
            return {}
        phone = phone_in(person.phone, person.country)
        return {"phone": phone} if phone else {}

    def validate_phone(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        if _skips(str(value)):
            return {"phone": SKIPPED}
        if phone := phone_in(str(value), person_of(tracker).country):
            return {"phone": phone}
        if not fills_another(tracker, "phone"):
            dispatcher.utter_message(response="utter_invalid_phone")
        return {"phone": None}

    def validate_sms_consent(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """A yes counts only as the answer to the question: the words that were shown are what was agreed to."""
        return {"sms_consent": bool(value) if question_answered(tracker) else None}


class ActionRecordFollowUp(Action):
    """Keeps the phone number, and the answer on consent with the exact text that was shown."""

    def name(self) -> str:
        return "action_record_follow_up"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        phone, granted = tracker.slots.get("phone"), tracker.slots.get("sms_consent")
        # Both are asked anew another time: a number that was not given, and consent, whose record is in the ledger.
        forget = [SlotSet("sms_consent", None)] + ([SlotSet("phone", None)] if phone == SKIPPED else [])
        if not phone or phone == SKIPPED:
            dispatcher.utter_message(response=_without_a_number(tracker))
            return forget
        done = [effects.set_attribute("phone", phone), effects.claim_identity("phone", phone)]
        question = question_answered(tracker)
        if question is not None and isinstance(granted, bool):
            how = f"answered in {person_of(tracker).channel or 'chat'}"
            done.append(effects.record_consent(Purpose.MARKETING, SMS, granted=granted, text=question, how=how))
            dispatcher.utter_message(response="utter_sms_consent_given" if granted else "utter_sms_consent_refused")
        return [*done, effects.sync_crm(), *forget]


def change_number(tracker: Tracker, phone: str) -> list[ActionEvent]:
    """Keeps another number than before. A consent is for the number that was shown: for this one it is asked anew."""
    kept = [effects.set_attribute("phone", phone), effects.claim_identity("phone", phone)]
    if not person_of(tracker).consents_to(Purpose.MARKETING, SMS):
        return kept
    ended = effects.record_consent(
        Purpose.MARKETING, SMS, granted=False, text="", how="gave another number than they had consented for"
    )
    return [*kept, ended, SlotSet("sms_consent", None), FollowupAction(FORM)]


def _without_a_number(tracker: Tracker) -> str:
    """What is said where nobody can be texted: an e-mail is promised only to an address that was told."""
    if not tracker.slots.get("work_email"):
        return "utter_follow_up_nowhere"
    return "utter_follow_up_skipped" if tracker.slots.get("phone") == SKIPPED else "utter_follow_up_by_email"


def refused_before(tracker: Tracker) -> bool:
    """Whether they have said in this conversation that they want no texts, to the number that is known now or to none:
    another number that they tell is another question, and so is what they ask for themselves ("text me after all")."""
    refused, number = False, tracker.slots.get("phone")
    for event in reversed(tracker.events):
        if event["event"] in BEGIN_ANEW or str(event.get("policy")).endswith(WANTED):
            break
        if event["event"] == "bot" and (event.get("metadata") or {}).get("utter_action") in REFUSALS:
            refused = True
        elif refused and event["event"] == "slot" and event["name"] == "phone":
            return bool(event["value"] == number or (event["value"] == SKIPPED and not number))
    return refused


def question_answered(tracker: Tracker) -> str | None:
    """The consent question as it was shown, where it was the last thing said before the latest message; else None.

    A message that says several things is told as several user events with one id: what was said between them was not
    shown before it.
    """
    answer: dict[str, Any] | None = None
    asked: str | None = None
    for event in reversed(tracker.events):
        if event["event"] == "user":
            if asked is not None and answer is not None:
                one_message = "message_id" in event and event["message_id"] == answer.get("message_id")
                return None if one_message else asked
            if answer is not None:
                return None
            answer = event
        elif event["event"] == "bot" and answer is not None and asked is None:
            if (event.get("metadata") or {}).get("utter_action") != CONSENT_QUESTION:
                return None
            asked = str(event["text"])
    return asked


def phone_in(text: str, country: str) -> str | None:
    """The one number in the text that a text message may reach, in E.164; a national number is read in `country`, and
    one that reaches nobody there as if it had a + before it."""
    return _reached(text, country) or _reached(re.sub(r"\d", r"+\g<0>", text, count=1), None, surely=True)


def _reached(text: str, country: str | None, *, surely: bool = False) -> str | None:
    """Possible rather than valid numbers, where it is not to be sure: the ranges set aside for examples and for films
    are not valid to the library."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    exists = phonenumbers.is_valid_number(number) if surely else phonenumbers.is_possible_number(number)
    if not exists or phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _skips(text: str) -> bool:
    said = " ".join(text.casefold().strip(" .,!").split())
    return said == SKIPPED or said in SKIP_WORDS
