from __future__ import annotations

import re
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.lead import (
    ActionQualifyLead,
    Answers,
    ValidateDemoForm,
    email_in,
    timeline_in,
)

ANSWERED = {"lead_name": "Ana Silva", "work_email": "ana@example.com", "team_size": 50.0, "timeline": "this_quarter"}


def tracker_with(slots: dict[str, Any], profile: dict[str, Any] | None = None, **rest: Any) -> Tracker:
    person = {"profile": profile or {}, "channel": "webchat", "now": "2026-11-24T10:00:00+00:00"}
    state = {
        "sender_id": "c1",
        "slots": slots,
        "latest_message": {"intent": {"name": "inform"}, "entities": [], "metadata": {"overture": person}},
        "events": [],
        "active_loop": {},
        **rest,
    }
    return Tracker.from_dict(state)


def effects_in(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event["effect"] for event in events if event["event"] == "overture" and event["effect"]["kind"] == kind]


def slots_in(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


def validated(slot: str, value: Any, **slots: Any) -> tuple[Any, list[str]]:
    dispatcher = CollectingDispatcher()
    method = getattr(ValidateDemoForm(), f"validate_{slot}")
    result = method(value, dispatcher, tracker_with({"requested_slot": slot, **slots}), {})
    return result[slot], [message["response"] for message in dispatcher.messages]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("ana silva", "Ana Silva"),
        ("Hi, I'm Ana", "Ana"),
        ("my name is james o'connor", "James O'Connor"),
        ("it's Anne-Marie de la Cruz.", "Anne-Marie De la Cruz"),
        ("ELENA", "Elena"),
        ("Zoë McKay", "Zoë McKay"),
        ("Will Mark May", "Will Mark May"),
    ],
)
def test_a_name_is_taken_out_of_the_answer(said: str, name: str) -> None:
    kept, answers = validated("lead_name", said)
    assert kept is not None
    assert kept.casefold() == name.casefold()
    assert kept[0].isupper()
    assert answers == []


@pytest.mark.parametrize(
    "said",
    [
        "how much does it cost?",
        "danke",
        "idk",
        "what is it",
        "tell me a joke",
        "x" * 80,
        "ana@example.com",
        "50",
        "",
        "hello",
        "no thanks",
    ],
)
def test_what_is_no_name_is_asked_for_again(said: str) -> None:
    assert validated("lead_name", said) == (None, ["utter_invalid_lead_name"])


@pytest.mark.parametrize(
    ("said", "email"),
    [
        ("ana@example.com", "ana@example.com"),
        ("it's Ana@Example.COM.", "Ana@example.com"),
        ("<ana@example.com>, please", "ana@example.com"),
        ("ana@gmail.com", "ana@gmail.com"),
        ("ana at example dot com", None),
        ("ana@example", None),
        ("a@example.com or b@example.com", None),
        ("ana@@example.com", None),
        ("", None),
    ],
)
def test_an_address_is_taken_out_of_the_answer(said: str, email: str | None) -> None:
    assert email_in(said) == email
    assert validated("work_email", said) == (email, [] if email else ["utter_invalid_work_email"])


@pytest.mark.parametrize(
    ("said", "size"),
    [
        (50, 50),
        (49.6, 50),
        ("about fifty of us", 50),
        ("1,200", 1200),
        ("2k", 2000),
        ("just me", 1),
        ("50+", 50),
        ("80 people", 80),
        ("between 20 and 30", 25),
        ("20-30", 25),
    ],
)
def test_a_team_size_is_taken_out_of_the_answer(said: Any, size: int) -> None:
    assert validated("team_size", said) == (float(size), [])


@pytest.mark.parametrize(
    "said", ["a few", "", 0, -3, 1_000_001, "12 sites in 3 regions", True, float("nan"), None, 10**400, "9" * 400]
)
def test_what_is_no_team_size_is_asked_for_again(said: Any) -> None:
    assert validated("team_size", said) == (None, ["utter_invalid_team_size"])


def taken_while_asked_for(asked: str, said: str, events: list[dict[str, Any]]) -> tuple[Any, list[str]]:
    """The team size that is taken out of what was said to another question, and what is said to it."""
    dispatcher = CollectingDispatcher()
    heard = [{"event": "user", "text": said}, {"event": "slot", "name": "team_size", "value": 80}]
    tracker = tracker_with({"requested_slot": asked}, events=[*events, *heard])
    tracker.latest_message["text"] = said
    result = ValidateDemoForm().validate_team_size(80, dispatcher, tracker, {})
    return result["team_size"], [message["response"] for message in dispatcher.messages]


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("we have around 200 employees across 3 sites", 200.0),
        ("4 shops, and 35 retail staff in all", 35.0),
        ("3 shops with 20 members and 4 nurses", 4.0),
    ],
)
def test_of_several_counts_the_one_of_people_is_the_team_size(said: str, size: float) -> None:
    numbers = re.findall(r"\d+", said)
    message = {"text": said, "entities": [{"entity": "number", "value": int(one)} for one in numbers]}
    tracker = tracker_with({"requested_slot": "team_size"}, latest_message=message)
    result = ValidateDemoForm().validate_team_size(float(numbers[-1]), CollectingDispatcher(), tracker, {})
    assert result == {"team_size": size}


def test_a_bare_number_puts_a_team_size_right_that_was_given_before() -> None:
    earlier = [{"event": "slot", "name": "team_size", "value": 40}]
    assert taken_while_asked_for("timeline", "80", earlier) == (80.0, [])


@pytest.mark.parametrize("earlier", [[], [{"event": "slot", "name": "team_size", "value": None}]])
def test_a_team_size_that_comes_early_is_no_correction(earlier: list[dict[str, Any]]) -> None:
    assert taken_while_asked_for("lead_name", "I'm Ana, we are 80 people", earlier) == (80.0, [])


@pytest.mark.parametrize("said", ["80", " 80. ", "eighty"])
def test_a_bare_number_is_no_team_size_where_another_question_was_asked(said: str) -> None:
    assert taken_while_asked_for("lead_name", said, []) == (None, [])


@pytest.mark.parametrize(
    ("said", "timeline"),
    [
        ("now", "now"),
        ("asap", "now"),
        ("as soon as possible", "now"),
        ("we're ready to go", "now"),
        ("next week", "now"),
        ("in two weeks", "now"),
        ("this month", "now"),
        ("soon", "this_quarter"),
        ("next month", "this_quarter"),
        ("in about 3 months", "this_quarter"),
        ("within 6 weeks", "this_quarter"),
        ("12 weeks from now or so, next quarter", "this_quarter"),
        ("by March", "this_quarter"),
        ("in six months", "later"),
        ("next year", "later"),
        ("not yet", "later"),
        ("just looking around", "later"),
        ("no rush", "later"),
        ("later", "later"),
        ("this_quarter", "this_quarter"),
        ("purple", None),
        ("80 people", None),
    ],
)
def test_a_timeline_is_read_as_one_of_four(said: str, timeline: str | None) -> None:
    assert timeline_in(said) == timeline


def test_a_correction_of_the_team_size_is_not_called_a_bad_timeline() -> None:
    dispatcher = CollectingDispatcher()
    events = [{"event": "user"}, {"event": "slot", "name": "team_size", "value": 80}]
    tracker = tracker_with({"requested_slot": "timeline"}, events=events)
    assert ValidateDemoForm().validate_timeline("no, 80 people", dispatcher, tracker, {}) == {"timeline": None}
    assert dispatcher.messages == []


# ---------------------------------------------------------------- what the answers say


@pytest.mark.parametrize(
    ("team_size", "timeline", "qualified"),
    [
        (50, "this_quarter", True),
        (10, "this_quarter", True),
        (10, "now", True),
        (9, "now", False),
        (5000, "later", False),
    ],
)
def test_a_lead_of_ten_people_who_start_within_three_months_is_qualified(
    team_size: int, timeline: str, qualified: bool
) -> None:
    assert Answers("Ana", "ana@example.com", team_size, timeline).qualify is qualified


def test_an_address_that_anybody_gets_for_nothing_is_no_companys() -> None:
    assert Answers("Ana", "ana@example.com", 50, "now").are_from_a_company
    assert not Answers("Ana", "ana@GMAIL.com", 50, "now").are_from_a_company


# ---------------------------------------------------------------- the actions


async def test_qualifying_keeps_the_answers_and_tells_journeys_and_crm() -> None:
    events = await ActionQualifyLead().run(CollectingDispatcher(), tracker_with(dict(ANSWERED)), {})
    kept = {effect["name"]: effect["value"] for effect in effects_in(events, "set_attribute")}
    assert kept == {
        "name": "Ana Silva",
        "email": "ana@example.com",
        "team_size": 50,
        "timeline": "this_quarter",
        "qualified": True,
        "company_address": True,
    }
    assert effects_in(events, "change_score") == []  # journeys/scores/lead.yml says what that is worth
    assert [effect["value"] for effect in effects_in(events, "claim_identity")] == ["ana@example.com"]
    assert [effect["event"] for effect in effects_in(events, "emit")] == ["demo.requested"]
    assert "team of 50" in effects_in(events, "sync_crm")[0]["note"]
    assert slots_in(events) == {"qualified": True}


async def test_a_time_that_was_told_with_the_request_is_passed_on() -> None:
    dispatcher = CollectingDispatcher()
    tracker = tracker_with({**ANSWERED, "wished_time": "on Thursday at 3"})
    events = await ActionQualifyLead().run(dispatcher, tracker, {"responses": {"utter_wished_time": []}})
    kept = {effect["name"]: effect["value"] for effect in effects_in(events, "set_attribute")}
    assert "Thursday" in kept["meeting_preference"]
    assert kept["meeting_preference"] in effects_in(events, "sync_crm")[0]["note"]
    assert [(one["response"], one["wished"]) for one in dispatcher.messages] == [
        ("utter_wished_time", kept["meeting_preference"])
    ]
    assert slots_in(events)["wished_time"] is None


async def test_all_times_that_were_told_with_the_request_are_passed_on() -> None:
    tracker = tracker_with({**ANSWERED, "wished_time": "friday"})
    said: list[tuple[str, list[str]]] = [
        ("ana@example.com", []),
        ("a demo tomorrow or Friday", ["tomorrow", "friday"]),
        ("hello", []),
    ]
    tracker.events = [
        {"event": "user", "text": text, "parse_data": {"entities": [{"entity": "time", "value": one} for one in times]}}
        for text, times in reversed(said)
    ]
    events = await ActionQualifyLead().run(CollectingDispatcher(), tracker, {"responses": {}})
    kept = {effect["name"]: effect["value"] for effect in effects_in(events, "set_attribute")}
    first, second = kept["meeting_preference"].split(" or ")
    assert "Friday" in second
    assert first != second


async def test_a_month_is_no_time_for_a_demo() -> None:
    dispatcher = CollectingDispatcher()
    tracker = tracker_with({**ANSWERED, "wished_time": "in June"})
    events = await ActionQualifyLead().run(dispatcher, tracker, {"responses": {"utter_wished_time": []}})
    assert dispatcher.messages == []
    assert "meeting_preference" not in {effect["name"] for effect in effects_in(events, "set_attribute")}


async def test_without_all_answers_nothing_is_kept() -> None:
    assert await ActionQualifyLead().run(CollectingDispatcher(), tracker_with({"lead_name": "Ana"}), {}) == []
