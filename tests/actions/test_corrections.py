from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.contact import ValidateContactForm
from actions.lead import ValidateDemoForm
from tests.actions.test_lead import tracker_with

DOMAIN = {
    "forms": {
        "contact_form": {"required_slots": ["lead_name", "work_email", "timeline"]},
        "demo_form": {"required_slots": ["lead_name", "work_email", "team_size", "timeline"]},
    },
    "responses": {
        name: [{"text": "..."}] for name in ("utter_correction_noted", "utter_team_size_corrected", "utter_phone_noted")
    },
}
KNOWN = {"lead_name": "Ana Silva", "work_email": "ana@example.com", "timeline": "now"}
PROFILE = {"name": "Ana Silva", "email": "ana@example.com", "timeline": "now"}


def after(message: dict[str, Any], *, profile: dict[str, Any] = PROFILE, **before: Any) -> Any:
    """Somebody who said `before`, and now says `message`: the slots that it fills."""
    slots = {**before, **message}
    events = [
        *({"event": "slot", "name": name, "value": value} for name, value in before.items()),
        {"event": "user"},
        *({"event": "slot", "name": name, "value": value} for name, value in message.items()),
    ]
    return tracker_with(slots, profile=profile, events=events)


async def said_by(form: Any, tracker: Any, name: str) -> list[str]:
    tracker.active_loop = {"name": name}
    dispatcher = CollectingDispatcher()
    await form.run(dispatcher, tracker, DOMAIN)
    return [message["response"] for message in dispatcher.messages]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"work_email": "ana.silva@example.com"}, ["utter_correction_noted"]),
        ({"work_email": "ana@example.com"}, []),
        ({"lead_name": "Anna", "work_email": "anna@example.com"}, ["utter_correction_noted"]),
        ({"timeline": "next year"}, []),
        ({"timeline": "sorry, the other one", "work_email": "ana.silva@example.com"}, ["utter_correction_noted"]),
    ],
)
async def test_an_answer_put_right_while_another_is_asked_for_is_acknowledged(
    message: dict[str, Any], said: list[str]
) -> None:
    before: dict[str, Any] = {"lead_name": "Ana", "work_email": "ana@example.com", "requested_slot": "timeline"}
    assert await said_by(ValidateContactForm(), after(message, **before), "contact_form") == said


async def test_a_first_answer_to_what_was_not_asked_yet_is_no_correction() -> None:
    tracker = after({"work_email": "ana@example.com"}, requested_slot="timeline")
    assert await said_by(ValidateContactForm(), tracker, "contact_form") == []


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"phone": "+447700900123"}, ["utter_phone_noted"]),
        ({"work_email": "07700 900123", "phone": "+447700900123"}, ["utter_phone_noted"]),
        ({"phone": "+447700900123", "work_email": "ana@example.com"}, []),
        ({"timeline": "now"}, []),
    ],
)
async def test_what_is_told_ahead_is_acknowledged_while_what_was_asked_for_is_open(
    message: dict[str, Any], said: list[str]
) -> None:
    assert await said_by(ValidateContactForm(), after(message, requested_slot="work_email"), "contact_form") == said


async def test_a_number_that_was_known_is_not_noted_again() -> None:
    tracker = after({"phone": "+447700900123"}, phone="+447700900123", requested_slot="work_email")
    assert await said_by(ValidateContactForm(), tracker, "contact_form") == []


async def test_a_slot_may_have_words_of_its_own_for_it() -> None:
    tracker = after({"team_size": 80.0}, team_size=40.0, requested_slot="timeline")
    assert await said_by(ValidateDemoForm(), tracker, "demo_form") == ["utter_team_size_corrected"]
