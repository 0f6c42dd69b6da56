from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.alternatives import chosen_of, either_of
from actions.booking import ActionBookMeeting, ActionCancelMeeting, ValidateBookingForm, time_in, time_told

LONDON = ZoneInfo("Europe/London")
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)


def tracker_with(slots: dict[str, Any]) -> Tracker:
    person = {"profile": {}, "time_zone": "Not/AZone", "channel": "sms", "now": TUESDAY.isoformat()}
    message = {"intent": {"name": "inform"}, "metadata": {"overture": person}}
    return Tracker.from_dict({"sender_id": "c1", "slots": slots, "latest_message": message, "events": []})


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("next week works", "next week (Monday 30 November to Friday 4 December)"),
        ("tomorrow", "Wednesday 25 November"),
        ("how about Thursday at 3pm", "Thursday 26 November at 15:00"),
        ("friday morning", "Friday 27 November, from 09:00 to 12:00"),
        ("in two hours", "Tuesday 24 November at 12:00"),
        ("any time is fine", "any time"),
        ("any day but Friday", "any day but friday"),
        ("Whenever, except on Tuesday or Wednesday.", "whenever, except on tuesday or wednesday"),
        ("next week, but any time except Monday", "next week (Monday 30 November to Friday 4 December)"),
        ("I can't do any day but Friday", "Friday 27 November"),
        ("purple", None),
        ("in 2020", None),
        ("the last Friday of May at 3", "Friday 28 May at 15:00"),
        ("end of the month", "end of the month (Tuesday 24 November to Monday 30 November)"),
        ("not until Monday", "not before Monday 30 November"),
        ("up to you", "any time"),
        ("in March", None),
        ("next month", None),
        ("next year", None),
    ],
)
def test_a_time_is_kept_with_its_date(said: str, kept: str | None) -> None:
    assert time_in(said, TUESDAY, LONDON) == kept


@given(text=st.text(max_size=60))
def test_any_text_at_all_can_be_read(text: str) -> None:
    time_in(text, TUESDAY, LONDON)


def test_what_is_no_time_is_asked_for_again_and_an_unknown_zone_does_no_harm() -> None:
    dispatcher = CollectingDispatcher()
    validation = ValidateBookingForm()
    assert validation.validate_meeting_time("purple", dispatcher, tracker_with({}), {}) == {"meeting_time": None}
    assert [message["response"] for message in dispatcher.messages] == ["utter_invalid_meeting_time"]
    assert validation.validate_meeting_time("tomorrow", dispatcher, tracker_with({}), {}) == {
        "meeting_time": "Wednesday 25 November"
    }


def test_of_a_time_that_is_booked_what_is_not_told_anew_stays() -> None:
    for booked, said, kept in [
        ("Thursday 26 November at 15:00", "no, Friday", "Friday 27 November at 15:00"),
        ("Thursday 26 November at 15:00", "make it at 11", "Thursday 26 November at 11:00"),
        ("Thursday 26 November, from 09:00 to 12:00", "bring it forward to 9:30", "Thursday 26 November at 09:30"),
        ("Thursday 26 November, from 09:00 to 12:00", "no, Friday", "Friday 27 November, from 09:00 to 12:00"),
        ("Monday 23 November at 15:00", "Friday", "Friday 27 November"),  # which is over
    ]:
        tracker = tracker_with({"booked_time": booked})
        validated = ValidateBookingForm().validate_meeting_time(said, CollectingDispatcher(), tracker, {})
        assert validated == {"meeting_time": kept}


def test_an_hour_that_is_over_on_the_day_that_is_booked_is_not_the_minute_of_now() -> None:
    tracker = tracker_with({"booked_time": "Tuesday 24 November at 15:00"})
    tracker.latest_message["metadata"]["overture"]["now"] = TUESDAY.replace(hour=11, minute=4).isoformat()
    assert time_told(tracker, "11", tracker.slots["booked_time"]) is None


def test_a_time_that_is_over_is_said_to_be_where_there_are_words_for_it() -> None:
    tracker, dispatcher = tracker_with({}), CollectingDispatcher()
    domain: dict[str, Any] = {"responses": {"utter_meeting_time_over": []}}
    for text in ("today at 9", "purple", "the 31st of February"):
        assert ValidateBookingForm().validate_meeting_time(text, dispatcher, tracker, domain) == {"meeting_time": None}
    ValidateBookingForm().validate_meeting_time("today at 9", dispatcher, tracker, {})
    said = [message["response"] for message in dispatcher.messages]
    assert said == ["utter_meeting_time_over", *["utter_invalid_meeting_time"] * 3]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Monday or Wednesday", "Monday 30 November or Wednesday 25 November"),
        ("mon or weds the week after next", "Monday 7 December or Wednesday 9 December"),
        ("weds the week after next", "Wednesday 9 December"),
        (
            "next week, on Tuesday, Wednesday or Friday",
            "Tuesday 1 December or Wednesday 2 December or Friday 4 December",
        ),
        ("tomorrow at 3pm or at 4pm", "Wednesday 25 November at 15:00 or Wednesday 25 November at 16:00"),
        ("Tuesday and Thursday suit me", "Tuesday 1 December or Thursday 26 November"),
        ("Monday to Wednesday", None),
        ("I can't do Monday or Tuesday", None),
        ("not Monday, Wednesday", None),
        ("Monday or any day next week", None),
        ("Monday", None),
        ("", None),
    ],
)
def test_times_for_choice_are_all_kept(said: str, kept: str | None) -> None:
    assert either_of(said, TUESDAY, LONDON) == kept


@given(text=st.text(max_size=60))
def test_any_text_at_all_may_name_times_for_choice(text: str) -> None:
    either_of(text, TUESDAY, LONDON)


def test_one_of_the_times_for_choice_is_chosen_by_its_day() -> None:
    booked = "Monday 30 November or Wednesday 25 November"
    assert chosen_of(booked, "no, Wednesday") == "Wednesday 25 November"
    assert chosen_of(booked, "the 30th") is None
    assert chosen_of(booked, "30 November") == "Monday 30 November"
    assert chosen_of(booked, "Friday") is None
    assert chosen_of("Monday 30 November", "Monday") is None


def test_the_booking_form_hears_all_times_of_the_message() -> None:
    tracker = tracker_with({})
    tracker.latest_message["text"] = "Monday or Wednesday"
    told = ValidateBookingForm().validate_meeting_time("wednesday", CollectingDispatcher(), tracker, {})
    assert told == {"meeting_time": "Monday 30 November or Wednesday 25 November"}


async def test_booking_tells_journeys_score_and_crm_and_frees_the_slot() -> None:
    events = await ActionBookMeeting().run(CollectingDispatcher(), tracker_with({"meeting_time": "any time"}), {})
    effects = [event["effect"] for event in events if event["event"] == "overture"]
    assert [effect["kind"] for effect in effects] == ["set_attribute", "change_score", "emit", "sync_crm"]
    assert effects[2]["event"] == "meeting.booked"
    assert effects[2]["data"] == {"time": "any time", "channel": "sms"}
    assert "any time" in effects[3]["note"]
    slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    assert slots == {"booked_time": "any time", "meeting_time": None}


async def test_without_a_time_nothing_is_booked() -> None:
    assert await ActionBookMeeting().run(CollectingDispatcher(), tracker_with({}), {}) == []


@pytest.mark.parametrize("form", [None, "booking_form"])
async def test_a_time_that_is_called_off_is_told_to_journeys_and_the_crm(form: str | None) -> None:
    dispatcher = CollectingDispatcher()
    tracker = tracker_with({"booked_time": "Friday"})
    tracker.active_loop = {"name": form}
    tracker.latest_message["metadata"]["overture"]["profile"] = {"meeting_time": "Friday"}
    events = await ActionCancelMeeting().run(dispatcher, tracker, {})
    effects = [one["effect"] for one in events if one["event"] == "overture"]
    slots = {one["name"]: one["value"] for one in events if one["event"] == "slot"}
    assert [one["kind"] for one in effects] == ["set_attribute", "emit", "sync_crm"]
    assert (effects[0]["value"], effects[1]["event"], slots["booked_time"]) == ("", "meeting.cancelled", None)
    assert ({"event": "active_loop", "name": None, "timestamp": None} in events) == (form is not None)
    [said] = dispatcher.messages
    assert (said["response"], said["called_off"]) == ("utter_booking_cancelled", "Friday")


async def test_where_nothing_is_booked_it_is_said() -> None:
    dispatcher = CollectingDispatcher()
    assert await ActionCancelMeeting().run(dispatcher, tracker_with({}), {}) == []
    assert [one["response"] for one in dispatcher.messages] == ["utter_nothing_booked"]


@pytest.mark.parametrize(
    ("message", "found", "booked", "kept"),
    [
        ("monday 9 or 10", "monday", None, "Monday 30 November at 09:00 or Monday 30 November at 10:00"),
        ("9 or 10 on wednesday", "wednesday", None, "Wednesday 25 November at 09:00 or Wednesday 25 November at 10:00"),
        ("thursday rather than monday", "monday", None, "Thursday 26 November"),
        ("weds 10", "weds", None, "Wednesday 25 November at 10:00"),
        ("tues or weds but not before 11", "tues", None, "Tuesday 1 December or Wednesday 25 November"),
        (
            "thursday arvo or friday morning",
            "friday morning",
            None,
            "Thursday 26 November, from 12:00 to 17:00 or Friday 27 November, from 09:00 to 12:00",
        ),
        ("not until Monday", "Monday", None, "not before Monday 30 November"),
        ("Why not Monday at 3?", "Monday at 3", None, "Monday 30 November at 15:00"),
        (
            "It’s been since Monday. Call me on 15 December at 3",
            "15 December at 3",
            None,
            "Tuesday 15 December at 15:00",
        ),
        ("not monday", "monday", None, None),
        (
            "make it 9 or 10",
            "9",
            "Friday 27 November at 15:00",
            "Friday 27 November at 09:00 or Friday 27 November at 10:00",
        ),
    ],
)
def test_the_whole_message_says_which_time_is_meant(
    message: str, found: str, booked: str | None, kept: str | None
) -> None:
    tracker = tracker_with({"booked_time": booked})
    tracker.latest_message["text"] = message
    assert time_told(tracker, found, booked) == kept
