from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.lead import (
    ActionQualifyLead,
    ActionTakeCorrection,
    Answers,
    ValidateDemoForm,
    awards_for,
    email_in,
    qualifies,
    score_changes,
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


def test_a_team_size_put_right_in_the_middle_is_acknowledged() -> None:
    assert validated("team_size", 80, requested_slot="timeline") == (80.0, ["utter_team_size_corrected"])


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


# ---------------------------------------------------------------- scoring


def answers(size: int = 50, email: str = "ana@example.com", timeline: str = "this_quarter") -> Answers:
    return Answers("Ana", email, size, timeline)


@pytest.mark.parametrize(
    ("given_answers", "qualified"),
    [
        (answers(), True),
        (answers(10), True),
        (answers(10, "ana@gmail.com"), True),
        (answers(9), False),
        (answers(50, timeline="later"), False),
        (answers(5000, timeline="later"), False),
        (answers(10, timeline="now"), True),
    ],
)
def test_a_lead_of_ten_people_who_start_within_three_months_is_qualified(
    given_answers: Answers, qualified: bool
) -> None:
    assert qualifies(given_answers) is qualified


def test_a_freemail_address_gives_no_points() -> None:
    changes = score_changes(answers(email="ana@gmail.com"), None)
    assert "lead.work_email" not in {change["effect"]["rule"] for change in changes}


some_answers = st.builds(
    Answers,
    name=st.just("Ana"),
    email=st.sampled_from(["ana@example.com", "ana@gmail.com"]),
    team_size=st.integers(1, 1_000_000),
    timeline=st.sampled_from(["now", "this_quarter", "later"]),
)


@given(first=some_answers, second=some_answers)
def test_correcting_answers_ends_at_the_score_of_giving_them_right_at_once(first: Answers, second: Answers) -> None:
    changes = score_changes(first, None) + score_changes(second, first)
    for dimension in ("fit", "engagement"):
        total = sum(change["effect"]["points"] for change in changes if change["effect"]["dimension"] == dimension)
        assert total == sum(award.points for award in awards_for(second) if award.dimension == dimension)


@given(given_answers=some_answers)
def test_every_change_of_score_has_a_reason_and_a_rule(given_answers: Answers) -> None:
    for change in score_changes(given_answers, None):
        assert change["effect"]["points"] > 0
        assert change["effect"]["reason"]
        assert change["effect"]["rule"].startswith("lead.")


# ---------------------------------------------------------------- the actions


async def test_qualifying_keeps_the_answers_scores_them_and_tells_journeys_and_crm() -> None:
    events = await ActionQualifyLead().run(CollectingDispatcher(), tracker_with(dict(ANSWERED)), {})
    kept = {effect["name"]: effect["value"] for effect in effects_in(events, "set_attribute")}
    assert kept == {
        "name": "Ana Silva",
        "email": "ana@example.com",
        "team_size": 50,
        "timeline": "this_quarter",
        "qualified": True,
    }
    assert {(effect["rule"], effect["points"]) for effect in effects_in(events, "change_score")} == {
        ("lead.asked_for_demo", 20),
        ("lead.team_size", 30),
        ("lead.work_email", 10),
        ("lead.timeline", 10),
    }
    assert [effect["value"] for effect in effects_in(events, "claim_identity")] == ["ana@example.com"]
    assert [effect["event"] for effect in effects_in(events, "emit")] == ["demo.requested"]
    assert "team of 50" in effects_in(events, "sync_crm")[0]["note"]
    assert slots_in(events) == {"qualified": True}


async def test_without_all_answers_nothing_is_scored() -> None:
    assert await ActionQualifyLead().run(CollectingDispatcher(), tracker_with({"lead_name": "Ana"}), {}) == []


async def test_a_correction_after_the_form_changes_the_score_by_the_difference() -> None:
    dispatcher = CollectingDispatcher()
    known = {
        "name": "Ana Silva",
        "email": "ana@example.com",
        "team_size": 5,
        "timeline": "this_quarter",
        "qualified": False,
    }
    events = await ActionTakeCorrection().run(dispatcher, tracker_with(dict(ANSWERED), known), {})
    assert [(e["rule"], e["points"], e["again"]) for e in effects_in(events, "change_score")] == [
        ("lead.team_size.corrected", 25, True)
    ]
    assert slots_in(events) == {"qualified": True}
    assert [message["response"] for message in dispatcher.messages] == ["utter_correction_noted"]


@pytest.mark.parametrize("slots", [{}, dict(ANSWERED)])
async def test_a_correction_without_anything_new_asks_what_to_correct(slots: dict[str, Any]) -> None:
    dispatcher = CollectingDispatcher()
    known = {
        "name": "Ana Silva",
        "email": "ana@example.com",
        "team_size": 50,
        "timeline": "this_quarter",
        "qualified": True,
    }
    assert await ActionTakeCorrection().run(dispatcher, tracker_with(slots, known), {}) == []
    assert [message["response"] for message in dispatcher.messages] == ["utter_ask_what_to_correct"]
