from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.afterwards import ActionAskForAddress, ActionCorrectContact, ActionNoteFacts, ActionTakeCorrection
from tests.actions.test_corrections import DOMAIN, KNOWN, PROFILE, after
from tests.actions.test_lead import effects_in, slots_in

CONSENTED: dict[str, Any] = {"marketing:sms": True}


async def corrected(message: dict[str, Any], **before: Any) -> tuple[list[str], list[dict[str, Any]]]:
    dispatcher = CollectingDispatcher()
    events = await ActionCorrectContact().run(dispatcher, after(message, **before), DOMAIN)
    return [one["response"] for one in dispatcher.messages], events


async def test_what_is_put_right_afterwards_is_kept_and_told_to_the_crm() -> None:
    said, events = await corrected({"work_email": "bob@example.com"}, **KNOWN)
    assert said == ["utter_correction_noted"]
    assert [(one["name"], one["value"]) for one in effects_in(events, "set_attribute")] == [
        ("email", "bob@example.com")
    ]
    assert [one["value"] for one in effects_in(events, "claim_identity")] == ["bob@example.com"]
    assert [one["note"] for one in effects_in(events, "sync_crm")] == ["Corrected on webchat: email bob@example.com."]


async def test_it_is_kept_as_the_form_would_keep_it() -> None:
    _, events = await corrected({"timeline": "in three months"}, **KNOWN)
    assert slots_in(events)["timeline"] == "this_quarter"
    assert [one["value"] for one in effects_in(events, "set_attribute")] == ["this_quarter"]


@pytest.mark.parametrize("message", [{}, {"work_email": "ana@example.com"}, {"timeline": "purple"}])
async def test_what_says_nothing_new_asks_what_to_put_right(message: dict[str, Any]) -> None:
    said, events = await corrected(message, **KNOWN)
    assert said == ["utter_ask_what_to_correct"]
    assert effects_in(events, "set_attribute") == []
    assert all(KNOWN[slot] == value for slot, value in slots_in(events).items())


async def test_an_answer_of_a_form_that_is_not_done_is_kept_with_it() -> None:
    said, events = await corrected({"work_email": "bob@example.com"}, profile={}, work_email="ana@example.com")
    assert said == ["utter_correction_noted"]
    assert effects_in(events, "set_attribute") == []


async def test_what_a_slot_has_heard_since_and_nobody_has_kept_is_still_to_be_put_right() -> None:
    before: dict[str, Any] = {**KNOWN, "team_size": 45.0, "profile": {**PROFILE, "team_size": 40}}
    said, events = await corrected({"team_size": 45.0}, **before)
    assert said == ["utter_correction_noted"]
    assert [(one["name"], one["value"]) for one in effects_in(events, "set_attribute")] == [("team_size", 45)]


async def test_a_slot_of_the_authors_own_that_is_put_right_is_acknowledged() -> None:
    domain: dict[str, Any] = {"responses": {"utter_correction_noted": [], "utter_room_corrected": []}}
    for slot, said in [("guests", "utter_correction_noted"), ("room", "utter_room_corrected")]:
        dispatcher = CollectingDispatcher()
        before: dict[str, Any] = {**KNOWN, slot: "5"}
        await ActionCorrectContact().run(dispatcher, after({slot: "8"}, **before), domain)
        assert [message["response"] for message in dispatcher.messages] == [said]


@pytest.mark.parametrize("before", [{"phone": "+447700900123"}, {"phone": None}])
async def test_another_number_is_kept_and_so_is_one_that_was_not_given_before(before: dict[str, Any]) -> None:
    said, events = await corrected({"phone": "07700 900456"}, **KNOWN, **before)
    assert said == ["utter_correction_noted"]
    assert slots_in(events)["phone"] == "+447700900456"
    assert [(one["name"], one["value"]) for one in effects_in(events, "set_attribute")] == [("phone", "+447700900456")]
    assert [(one["identity"], one["value"]) for one in effects_in(events, "claim_identity")] == [
        ("phone", "+447700900456")
    ]
    assert [one["note"] for one in effects_in(events, "sync_crm")] == ["Corrected on webchat: phone +447700900456."]
    assert effects_in(events, "record_consent") == []


async def test_consent_to_texts_was_for_the_number_that_was_shown_so_it_is_asked_for_anew() -> None:
    dispatcher = CollectingDispatcher()
    before: dict[str, Any] = {**KNOWN, "phone": "+447700900123"}
    tracker = after({"phone": "+447700900456"}, **before)
    tracker.latest_message["metadata"]["overture"]["consents"] = CONSENTED
    events = await ActionCorrectContact().run(dispatcher, tracker, DOMAIN)
    (ended,) = effects_in(events, "record_consent")
    assert (ended["purpose"], ended["channel"], ended["granted"]) == ("marketing", "sms", False)
    assert [one["name"] for one in events if one["event"] == "followup"] == ["follow_up_form"]
    assert slots_in(events)["sms_consent"] is None


# ---------------------------------------------------------------- after the demo form

LEAD: dict[str, Any] = {"lead_name": "Ana Silva", "work_email": "ana@example.com", "team_size": 5.0, "timeline": "now"}
LEAD_PROFILE: dict[str, Any] = {
    "name": "Ana Silva",
    "email": "ana@example.com",
    "team_size": 5,
    "timeline": "now",
    "qualified": False,
}


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ({"team_size": 50.0}, {"team_size": 50, "qualified": True, "company_address": True}),
        ({"lead_name": "anna silva"}, {"name": "Anna Silva", "qualified": False, "company_address": True}),
        ({"work_email": "ana@gmail.com"}, {"email": "ana@gmail.com", "qualified": False, "company_address": False}),
        ({"timeline": "next year"}, {"timeline": "later", "qualified": False, "company_address": True}),
    ],
)
async def test_a_lead_that_is_put_right_is_qualified_anew(message: dict[str, Any], kept: dict[str, Any]) -> None:
    dispatcher = CollectingDispatcher()
    tracker = after(message, profile=LEAD_PROFILE, **LEAD)
    events = await ActionTakeCorrection().run(dispatcher, tracker, DOMAIN)
    assert [one["response"] for one in dispatcher.messages] == ["utter_correction_noted"]
    assert {one["name"]: one["value"] for one in effects_in(events, "set_attribute")} == kept
    assert slots_in(events)["qualified"] is kept["qualified"]


async def test_a_lead_is_qualified_by_what_is_kept_and_not_by_what_a_slot_has_heard_since() -> None:
    tracker = after({"lead_name": "anna silva"}, profile=LEAD_PROFILE, **{**LEAD, "team_size": 50.0})
    events = await ActionTakeCorrection().run(CollectingDispatcher(), tracker, DOMAIN)
    assert slots_in(events)["qualified"] is False


async def test_a_correction_without_anything_new_asks_what_to_correct() -> None:
    dispatcher = CollectingDispatcher()
    tracker = after({"team_size": 5.0}, profile=LEAD_PROFILE, **LEAD)
    assert await ActionTakeCorrection().run(dispatcher, tracker, DOMAIN) == []
    assert [one["response"] for one in dispatcher.messages] == ["utter_ask_what_to_correct"]


# ---------------------------------------------------------------- after a booking


def rebooked(said: str, booked: str | None) -> Any:
    tracker = after({"booked_time": said}, profile={"meeting_time": booked} if booked else {}, booked_time=booked)
    tracker.latest_message["metadata"]["overture"]["now"] = "2026-11-24T10:00:00+00:00"
    return tracker


async def test_another_time_than_the_one_that_is_booked_is_booked_and_told() -> None:
    dispatcher = CollectingDispatcher()
    events = await ActionTakeCorrection().run(dispatcher, rebooked("at 11", "Thursday 26 November at 15:00"), DOMAIN)
    told = "Thursday 26 November at 11:00"
    assert [(one["response"], one["booked_time"]) for one in dispatcher.messages] == [("utter_booked", told)]
    assert slots_in(events)["booked_time"] == told
    assert [(one["name"], one["value"]) for one in effects_in(events, "set_attribute")] == [("meeting_time", told)]
    assert [(one["event"], one["data"]["time"]) for one in effects_in(events, "emit")] == [("meeting.booked", told)]
    assert [one["note"] for one in effects_in(events, "sync_crm")] == [f"Corrected on webchat: meeting_time {told}."]


async def asked_for_address(tracker: Any) -> tuple[list[str], list[dict[str, Any]]]:
    dispatcher = CollectingDispatcher()
    events = await ActionAskForAddress().run(dispatcher, tracker, DOMAIN)
    return [one["response"] for one in dispatcher.messages], events


async def test_whoever_has_booked_is_asked_for_an_address_where_none_is_known() -> None:
    assert await asked_for_address(after({}, profile={})) == (["utter_ask_for_address"], [])
    assert await asked_for_address(after({}, profile={"email": "ana@example.com"})) == ([], [])


async def test_an_address_that_was_told_before_the_booking_is_kept_with_it() -> None:
    said, events = await asked_for_address(after({}, profile={}, work_email="ana@example.com"))
    assert said == []
    assert [one["value"] for one in effects_in(events, "set_attribute")] == ["ana@example.com"]
    assert [one["value"] for one in effects_in(events, "claim_identity")] == ["ana@example.com"]


@pytest.mark.parametrize(
    ("message", "booked", "response", "kept"),
    [
        ({"work_email": "ana@example.com"}, "Friday", "utter_address_noted", ["ana@example.com"]),
        ({"work_email": "ana@example.com"}, "", "utter_noted", []),
        ({"work_email": "ana@"}, "Friday", "utter_noted", []),
        ({"team_size": 20}, "Friday", "utter_noted", []),
    ],
)
async def test_an_address_for_what_is_booked_is_kept_at_once(
    message: dict[str, Any], booked: str, response: str, kept: list[str]
) -> None:
    dispatcher = CollectingDispatcher()
    events = await ActionNoteFacts().run(dispatcher, after(message, profile={"meeting_time": booked}), DOMAIN)
    assert [one["response"] for one in dispatcher.messages] == [response]
    assert [one["value"] for one in effects_in(events, "claim_identity")] == kept
    assert [one["value"] for one in effects_in(events, "set_attribute")] == kept


async def test_the_time_that_is_booked_is_confirmed_where_it_is_asked_for_again() -> None:
    dispatcher = CollectingDispatcher()
    booked = "Thursday 26 November at 15:00"
    events = await ActionTakeCorrection().run(dispatcher, rebooked("thursday 26 november 3pm", booked), DOMAIN)
    assert [(one["response"], one["booked_time"]) for one in dispatcher.messages] == [("utter_booked", booked)]
    assert slots_in(events) == {"booked_time": booked}
    assert effects_in(events, "emit") == effects_in(events, "sync_crm") == []


async def test_an_hour_that_is_over_on_the_day_that_is_booked_is_said_to_be_and_changes_nothing() -> None:
    dispatcher, booked = CollectingDispatcher(), "Tuesday 24 November at 15:00"
    known: dict[str, Any] = DOMAIN
    domain = {**known, "responses": {**known["responses"], "utter_meeting_time_over": []}}
    events = await ActionTakeCorrection().run(dispatcher, rebooked("at 9:30", booked), domain)
    assert [one["response"] for one in dispatcher.messages] == ["utter_meeting_time_over"]
    assert slots_in(events) == {"booked_time": booked}


async def test_where_nothing_is_booked_no_time_is_put_right() -> None:
    dispatcher = CollectingDispatcher()
    events = await ActionTakeCorrection().run(dispatcher, rebooked("at 11", None), DOMAIN)
    assert [one["response"] for one in dispatcher.messages] == ["utter_ask_what_to_correct"]
    assert slots_in(events) == {"booked_time": None}
