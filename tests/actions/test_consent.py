from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.consent import SKIPPED, ActionRecordFollowUp, ValidateFollowUpForm, phone_in, question_answered

QUESTION = "May Harbourline text you? Msg & data rates may apply. Reply STOP to opt out."
ASKED = {"event": "bot", "text": QUESTION, "metadata": {"utter_action": "utter_ask_sms_consent"}}
SOMETHING_ELSE = {"event": "bot", "text": "Hello!", "metadata": {"utter_action": "utter_greet"}}
REP = {"event": "bot", "text": "Shall I call you?", "metadata": {"speaker": "Kim"}}
YES = {"event": "user", "text": "yes"}
CONSENT_SLOT = {"event": "slot", "name": "sms_consent", "value": True}
DOMAIN = {"forms": {"follow_up_form": {"required_slots": ["phone", "sms_consent"]}}}


def tracker_with(
    slots: dict[str, Any],
    events: list[dict[str, Any]] | None = None,
    consents: dict[str, bool] | None = None,
    channels: tuple[str, ...] = ("sms", "webchat"),
    phone: str | None = None,
) -> Tracker:
    person = {"profile": {}, "consents": consents or {}, "channel": "webchat", "channels": channels, "phone": phone}
    state = {
        "sender_id": "c1",
        "slots": slots,
        "latest_message": {"intent": {"name": "affirm"}, "metadata": {"overture": person}},
        "events": list(events or []),
        "active_loop": {"name": "follow_up_form"},
    }
    return Tracker.from_dict(state)


def effects_in(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event["effect"] for event in events if event["event"] == "overture" and event["effect"]["kind"] == kind]


def slots_in(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


@pytest.mark.parametrize(
    ("said", "country", "phone"),
    [
        ("+447700900123", "GB", "+447700900123"),
        ("07700 900123", "GB", "+447700900123"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("020 7946 0123", "GB", None),
        ("my number is 4915112345678", "DE", "+4915112345678"),
        ("4915112345678", "GB", "+4915112345678"),
        ("030 69987654", "DE", None),
        ("12", "GB", None),
        ("my number", "GB", None),
    ],
)
def test_a_mobile_number_is_kept_in_e164(said: str, country: str, phone: str | None) -> None:
    assert phone_in(said, country) == phone


@pytest.mark.parametrize("said", ["skip", "Skip.", "no thanks", "No", SKIPPED])
def test_the_number_may_be_skipped(said: str) -> None:
    assert ValidateFollowUpForm().validate_phone(said, CollectingDispatcher(), tracker_with({}), {}) == {
        "phone": SKIPPED
    }


def test_a_number_that_no_text_can_reach_is_asked_for_again() -> None:
    dispatcher = CollectingDispatcher()
    assert ValidateFollowUpForm().validate_phone("12", dispatcher, tracker_with({}), {}) == {"phone": None}
    assert [message["response"] for message in dispatcher.messages] == ["utter_invalid_phone"]


@pytest.mark.parametrize(
    ("slots", "consents", "next_slot"),
    [
        ({"phone": SKIPPED}, {}, None),
        ({"phone": "+447700900123"}, {"marketing:sms": True}, None),
    ],
)
async def test_consent_is_not_asked_without_a_number_or_where_it_was_given(
    slots: dict[str, Any], consents: dict[str, bool], next_slot: str | None
) -> None:
    events = await ValidateFollowUpForm().run(CollectingDispatcher(), tracker_with(slots, consents=consents), DOMAIN)
    assert slots_in(events)["requested_slot"] == next_slot


@pytest.mark.parametrize(
    ("own", "slots", "phone"),
    [
        ("+447700900123", {}, "+447700900123"),
        ("+442079460123", {}, None),
        ("+447700900123", {"phone": "+447700900999"}, "+447700900999"),
        ("+447700900123", {"phone": SKIPPED}, SKIPPED),
        (None, {}, None),
    ],
)
async def test_who_writes_or_calls_from_a_mobile_number_is_not_asked_for_one(
    own: str | None, slots: dict[str, Any], phone: str | None
) -> None:
    tracker = tracker_with(slots, phone=own)
    events = await ValidateFollowUpForm().run(CollectingDispatcher(), tracker, DOMAIN)
    assert {**slots, **slots_in(events)}.get("phone") == phone


async def test_where_no_text_can_be_sent_no_number_is_asked_for() -> None:
    tracker = tracker_with({"work_email": "lea@lea.example"}, channels=("webchat",))
    events = await ValidateFollowUpForm().run(CollectingDispatcher(), tracker, DOMAIN)
    assert slots_in(events)["requested_slot"] is None
    dispatcher = CollectingDispatcher()
    await ActionRecordFollowUp().run(dispatcher, tracker, DOMAIN)
    assert [message["response"] for message in dispatcher.messages] == ["utter_follow_up_by_email"]


@pytest.mark.parametrize(("slots", "channels"), [({}, ("webchat",)), ({"phone": SKIPPED}, ("sms", "webchat"))])
async def test_no_e_mail_is_promised_to_somebody_without_an_address(
    slots: dict[str, Any], channels: tuple[str, ...]
) -> None:
    dispatcher = CollectingDispatcher()
    await ActionRecordFollowUp().run(dispatcher, tracker_with(slots, channels=channels), DOMAIN)
    assert [message["response"] for message in dispatcher.messages] == ["utter_follow_up_nowhere"]


@pytest.mark.parametrize("consents", [{}, {"marketing:sms": False}])
async def test_consent_is_asked_where_there_is_a_number(consents: dict[str, bool]) -> None:
    tracker = tracker_with({"phone": "+447700900123"}, consents=consents)
    validation = ValidateFollowUpForm()
    wanted = await validation.required_slots(["phone", "sms_consent"], CollectingDispatcher(), tracker, DOMAIN)
    assert wanted == ["phone", "sms_consent"]


NUMBER = "+447700900123"
TOLD, TOLD_ANOTHER = ({"event": "slot", "name": "phone", "value": number} for number in (NUMBER, "+447700900999"))
SKIPS = {"event": "slot", "name": "phone", "value": SKIPPED}
REFUSED, SKIPPED_IT, OPTED_OUT = (
    {"event": "bot", "text": "All right.", "metadata": {"utter_action": response}}
    for response in ("utter_sms_consent_refused", "utter_follow_up_skipped", "utter_opted_out")
)


@pytest.mark.parametrize(
    ("phone", "events", "asked"),
    [
        (NUMBER, [TOLD, ASKED, REFUSED, YES], ["phone"]),
        (NUMBER, [TOLD, ASKED, REFUSED, YES, TOLD, YES], ["phone"]),
        (NUMBER, [TOLD, OPTED_OUT, YES], ["phone"]),
        (None, [SKIPS, SKIPPED_IT, YES], []),
        (None, [OPTED_OUT, YES], []),
        (NUMBER, [SKIPS, SKIPPED_IT, TOLD, YES], ["phone", "sms_consent"]),
        ("+447700900999", [TOLD, ASKED, REFUSED, TOLD_ANOTHER, YES], ["phone", "sms_consent"]),
        (NUMBER, [TOLD, ASKED, REFUSED, {"event": "session_started"}, YES], ["phone", "sms_consent"]),
        (NUMBER, [TOLD, REFUSED, {"event": "restart"}, YES], ["phone", "sms_consent"]),
    ],
    ids=[
        "a no holds",
        "and where the same number is told again",
        "an opt-out is one, too",
        "who gave no number is asked for none",
        "nor is who opted out",
        "unless they tell one after all",
        "another number is another question",
        "another day is",
        "and so is starting over",
    ],
)
async def test_who_has_said_no_is_not_asked_again_in_the_same_conversation(
    phone: str | None, events: list[dict[str, Any]], asked: list[str]
) -> None:
    tracker = tracker_with({"phone": phone}, events, {"marketing:sms": False})
    validation = ValidateFollowUpForm()
    wanted = await validation.required_slots(["phone", "sms_consent"], CollectingDispatcher(), tracker, DOMAIN)
    assert wanted == asked


async def test_who_is_not_asked_for_a_number_is_told_that_we_write_by_e_mail() -> None:
    dispatcher = CollectingDispatcher()
    tracker = tracker_with({"work_email": "lea@lea.example"}, [SKIPS, SKIPPED_IT, YES])
    await ActionRecordFollowUp().run(dispatcher, tracker, DOMAIN)
    assert [message["response"] for message in dispatcher.messages] == ["utter_follow_up_by_email"]


@pytest.mark.parametrize(
    ("events", "question"),
    [
        ([ASKED, YES, CONSENT_SLOT], QUESTION),
        ([SOMETHING_ELSE, ASKED, YES], QUESTION),
        ([ASKED, SOMETHING_ELSE, YES], None),
        ([ASKED, REP, YES], None),
        ([ASKED, YES, YES], None),
        ([YES | {"message_id": "m1"}, ASKED, YES | {"message_id": "m2"}], QUESTION),
        ([YES | {"message_id": "m1"}, ASKED, YES | {"message_id": "m1"}], None),
        ([YES], None),
        ([], None),
    ],
)
def test_a_yes_answers_only_the_question_just_before_it(events: list[dict[str, Any]], question: str | None) -> None:
    assert question_answered(tracker_with({}, events)) == question


async def test_a_yes_to_something_else_fills_no_consent() -> None:
    tracker = tracker_with({"phone": "+447700900123", "sms_consent": True}, [ASKED, REP, YES, CONSENT_SLOT])
    events = await ValidateFollowUpForm().run(CollectingDispatcher(), tracker, DOMAIN)
    assert slots_in(events)["sms_consent"] is None


@pytest.mark.parametrize("granted", [True, False])
async def test_the_answer_is_kept_with_the_exact_words_that_were_shown(granted: bool) -> None:
    tracker = tracker_with({"phone": "+447700900123", "sms_consent": granted}, [ASKED, YES, CONSENT_SLOT])
    events = await ActionRecordFollowUp().run(CollectingDispatcher(), tracker, {})
    assert effects_in(events, "record_consent") == [
        {
            "kind": "record_consent",
            "purpose": "marketing",
            "channel": "sms",
            "granted": granted,
            "text": QUESTION,
            "how": "answered in webchat",
        }
    ]
    assert [effect["value"] for effect in effects_in(events, "claim_identity")] == ["+447700900123"]
    assert slots_in(events) == {"sms_consent": None}


async def test_without_the_question_on_record_no_consent_is_recorded() -> None:
    tracker = tracker_with({"phone": "+447700900123", "sms_consent": True}, [SOMETHING_ELSE, YES])
    events = await ActionRecordFollowUp().run(CollectingDispatcher(), tracker, {})
    assert effects_in(events, "record_consent") == []


async def test_a_skipped_number_leaves_no_trace() -> None:
    events = await ActionRecordFollowUp().run(CollectingDispatcher(), tracker_with({"phone": SKIPPED}), {})
    assert [event for event in events if event["event"] == "overture"] == []
    assert slots_in(events) == {"sms_consent": None, "phone": None}


async def test_another_e_mail_address_in_place_of_a_number_is_kept_at_once() -> None:
    events = [
        {"event": "slot", "name": "work_email", "value": "dana@corner.example"},
        {"event": "user", "text": "dana.w@corner.example"},
        {"event": "slot", "name": "work_email", "value": "dana.w@corner.example"},
        {"event": "slot", "name": "phone", "value": "dana.w@corner.example"},
    ]
    slots = {"requested_slot": "phone", "work_email": "dana.w@corner.example", "phone": "dana.w@corner.example"}
    tracker = tracker_with(slots, events=events)
    dispatcher = CollectingDispatcher()
    domain = {"forms": {"follow_up_form": {"required_slots": ["phone", "sms_consent"]}}, "slots": {}}
    kept = await ValidateFollowUpForm().run(dispatcher, tracker, domain)
    assert [one["response"] for one in dispatcher.messages] == ["utter_correction_noted"]
    assert [one["value"] for one in effects_in(kept, "set_attribute")] == ["dana.w@corner.example"]
