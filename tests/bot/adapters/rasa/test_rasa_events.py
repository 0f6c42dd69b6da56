"""Rasa's event JSON: what rasa-sdk makes is read, and what we write reads back the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from rasa_sdk import events as sdk

from bot.adapters.rasa.rasa_events import UnreadableEvent, event_as_rasa_has_it, read_event
from bot.adapters.rasa.rasa_readings import read_entities
from bot.domain.conversation import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AgentUttered,
    AllSlotsReset,
    BotUttered,
    ConversationExported,
    ConversationPaused,
    ConversationResumed,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    ReminderCancelled,
    ReminderScheduled,
    ReplyCutShort,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from bot.domain.ids import MessageId
from bot.domain.understanding import Entity, IntentScore, Understood

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CITY = Entity("city", "York", start=0, end=4, role="to", extractor="names")
GREETING = Understood("York", IntentScore("greet", 0.9), (CITY,), (IntentScore("greet", 0.9),), stage="action")

EVENTS: list[Event] = [
    UserUttered("York", GREETING, MessageId("m1"), None, "sms", retold=True),
    BotUttered("Hello"),
    AgentUttered("A person here"),
    ReplyCutShort("We have three plans.", "We have"),
    ActionExecuted("action_a"),
    SlotSet("city", ["York"]),
    ActiveLoop("trip_form"),
    ActiveLoop(None),
    LoopInterrupted(True),
    ActionExecutionRejected("trip_form"),
    SessionStarted(),
    Restarted(),
    AllSlotsReset(),
    FollowupAction("action_a"),
    FollowupAction(None),
    UserUtteranceReverted(),
    ActionReverted(),
    ReminderScheduled("call", "call_back", NOON, (CITY,), kill_on_user_message=False),
    ReminderCancelled("call", "call_back", (CITY,)),
    ReminderCancelled(),
    EntitiesAdded((CITY,)),
    ConversationExported(),
    ConversationPaused(),
    ConversationResumed(),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_an_event_reads_back_as_it_was_written(event: Event) -> None:
    assert read_event(event_as_rasa_has_it(event)) == event
    stamped = event_as_rasa_has_it(replace(event, at=NOON))
    assert (stamped["event"], stamped["timestamp"]) == (event.kind, NOON.timestamp())


@pytest.mark.parametrize(
    ("made", "read"),
    [
        (sdk.UserUtteranceReverted(), UserUtteranceReverted()),
        (sdk.ActionReverted(), ActionReverted()),
        (sdk.StoryExported(), ConversationExported()),
        (sdk.AgentUttered("hi"), AgentUttered("hi")),
        (sdk.ActionExecuted("action_listen"), ActionExecuted("action_listen")),
        (
            sdk.ReminderScheduled("call_back", NOON, entities={"city": "York"}, name="call"),
            ReminderScheduled("call", "call_back", NOON, (Entity("city", "York"),)),
        ),
        (
            sdk.ReminderScheduled("call_back", NOON, kill_on_user_message=False),
            ReminderScheduled("call_back at 2026-11-24T12:00:00+00:00", "call_back", NOON, kill_on_user_message=False),
        ),
        (sdk.ReminderCancelled(intent_name="call_back"), ReminderCancelled(intent="call_back")),
        ({"event": "form", "name": "trip_form"}, ActiveLoop("trip_form")),
        ({"event": "form_validation", "validate": False}, LoopInterrupted(True)),
        ({"event": "action", "name": None, "action_text": "Hi there"}, ActionExecuted("Hi there")),
        ({"event": "user_featurization", "use_text_for_featurization": True}, None),
    ],
)
def test_what_rasa_and_its_sdk_write_is_read(made: dict[str, Any], read: Event | None) -> None:
    assert read_event(made) == read


def test_a_message_that_an_action_tells_has_its_intent_and_entities() -> None:
    told = read_event(sdk.UserUttered("/greet", parse_data={"intent": {"name": "greet", "confidence": 1.0}}))
    assert isinstance(told, UserUttered)
    assert (told.understood.intent, told.retold, told.at) == (IntentScore("greet", 1.0), True, None)


def test_a_time_without_a_zone_is_that_of_this_machine() -> None:
    naive = datetime(2026, 11, 24, 12)  # noqa: DTZ001  as rasa-sdk's examples do
    read = read_event(sdk.ReminderScheduled("call_back", naive, name="call"))
    assert isinstance(read, ReminderScheduled)
    assert read.due_at == naive.astimezone()


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"event": "slot", "value": 1}, "without a proper name"),
        ({"event": "reminder", "name": "x"}, "without an intent"),
        ({"event": "reminder", "intent": "x", "date_time": "soon"}, "soon"),
        ({"event": "session_ended"}, "none of Rasa 3.6"),
        ({}, "none of Rasa 3.6"),
    ],
)
def test_an_event_that_cannot_be_read_says_why(told: dict[str, Any], why: str) -> None:
    with pytest.raises(UnreadableEvent, match=why):
        read_event(told)


def test_the_details_of_an_entity_are_additional_info_to_an_action() -> None:
    money = Entity("money", 500, "$500", 5, 9, extractor="money", details={"unit": "USD"})
    told = event_as_rasa_has_it(
        UserUttered("give $500", Understood("give $500", GREETING.intent, (money,)), MessageId("m"), NOON, "sms")
    )
    (entity,) = told["parse_data"]["entities"]
    assert entity["additional_info"] == {"unit": "USD"}
    assert read_entities([entity]) == (money,)


def test_entities_that_are_none_are_left_out() -> None:
    assert read_entities([{"value": 1}, "x", {"entity": "city", "value": "York"}]) == (Entity("city", "York"),)
    assert read_entities("city") == read_entities(None) == ()
