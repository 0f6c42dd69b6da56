from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.patterns import ActionCancel, ActionGoOn, ActionRepeat, ActionSkip, ActionTellTold

BUTTONS = [{"title": "Now", "payload": '/inform{"timeline": "now"}'}]
DOMAIN = {
    "forms": {"demo_form": {"required_slots": ["lead_name", "team_size"]}},
    "slots": {
        "lead_name": {"mappings": [{"type": "from_entity", "entity": "person"}]},
        "work_email": {"mappings": [{"type": "from_text"}, {"type": "from_entity", "entity": "email"}]},
        "phone": {"mappings": [{"type": "from_entity", "entity": "phone"}]},
    },
    "responses": {"utter_why_team_size": [{"text": "It tells us which plan to show you."}]},
}


def tracker_of(*events: dict[str, Any], form: str | None = None, **slots: Any) -> Tracker:
    loop = {"active_loop": {"name": form}} if form else {}
    return Tracker.from_dict({"sender_id": "c1", "slots": slots, "latest_message": {}, "events": list(events), **loop})


def said(text: str, **more: Any) -> dict[str, Any]:
    return {"event": "bot", "text": text, "metadata": {}, **more}


async def run(action: Action, tracker: Tracker) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What it says, and its events."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, tracker, DOMAIN)
    return dispatcher.messages, events


async def test_cancel_leaves_the_open_form() -> None:
    messages, events = await run(ActionCancel(), tracker_of(form="demo_form", requested_slot="team_size"))
    assert [message["response"] for message in messages] == ["utter_cancelled"]
    assert [(event["event"], event["name"]) for event in events] == [("active_loop", None), ("slot", "requested_slot")]


@pytest.mark.parametrize(
    ("action", "response"),
    [
        (ActionCancel(), "utter_nothing_to_cancel"),
        (ActionSkip(), "utter_nothing_to_skip"),
        (ActionRepeat(), "utter_nothing_to_repeat"),
        (ActionGoOn(), "utter_what_next"),
    ],
)
async def test_where_nothing_is_open_and_nothing_was_said_it_says_so(action: Action, response: str) -> None:
    messages, events = await run(action, tracker_of())
    assert [message["response"] for message in messages] == [response]
    assert events == []


@pytest.mark.parametrize(
    ("slot", "response"), [("team_size", "utter_why_team_size"), ("lead_name", "utter_rather_not_say")]
)
async def test_skip_says_why_that_very_question_is_asked_where_an_author_wrote_it(slot: str, response: str) -> None:
    messages, _ = await run(ActionSkip(), tracker_of(form="demo_form", requested_slot=slot))
    assert [message["response"] for message in messages] == [response]


async def test_the_last_thing_is_said_again_with_its_buttons() -> None:
    tracker = tracker_of(said("Hello!"), said("When?", data={"buttons": BUTTONS}), {"event": "user", "text": "what?"})
    messages, _ = await run(ActionRepeat(), tracker)
    assert [(message["text"], message["buttons"]) for message in messages] == [("When?", BUTTONS)]


async def test_what_a_colleague_wrote_is_not_said_again_as_if_by_the_bot() -> None:
    tracker = tracker_of(said("Hello!"), said("Ana here.", metadata={"speaker": "Ana"}))
    messages, _ = await run(ActionRepeat(), tracker)
    assert [message["text"] for message in messages] == ["Hello!"]


async def test_an_open_form_repeats_its_question_itself() -> None:
    messages, events = await run(ActionRepeat(), tracker_of(said("An answer."), form="demo_form"))
    assert (messages, events) == ([], [])


async def test_the_form_that_was_left_is_gone_on_with_unless_it_was_filled_in() -> None:
    opened = {"event": "active_loop", "name": "demo_form"}
    left = {"event": "active_loop", "name": None}
    _, events = await run(ActionGoOn(), tracker_of(opened, left, lead_name="Ana"))
    assert [(event["event"], event["name"]) for event in events] == [("followup", "demo_form")]
    filled_in = {"event": "action", "name": "demo_form"}
    another = {"event": "active_loop", "name": "booking_form"}
    _, events = await run(ActionGoOn(), tracker_of(opened, another, lead_name="Ana", form=None))
    assert [event["name"] for event in events] == ["demo_form"]
    _, events = await run(ActionGoOn(), tracker_of(opened, left, filled_in))
    assert events == [], "whatever was emptied when it was done"
    messages, events = await run(ActionGoOn(), tracker_of(opened, left, lead_name="Ana", team_size=5.0))
    assert [message["response"] for message in messages] == ["utter_what_next"]
    assert events == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("what's my name?", "Ana Silva"),
        ("which e-mail did I give you?", "a•••@example.com"),
        ("do you have my number?", "+44•••••••123"),
        ("wie heiße ich?", "Ana Silva"),
    ],
)
async def test_what_was_told_is_said_an_address_or_a_number_in_part(text: str, told: str) -> None:
    tracker = tracker_of(lead_name="Ana Silva", work_email="ana@example.com", phone="+447700900123")
    tracker.latest_message["text"] = text
    (message,), events = await run(ActionTellTold(), tracker)
    assert (message["response"], message["told"]) == ("utter_told", told)
    assert events == []


async def test_a_number_that_they_write_from_is_known_untold() -> None:
    tracker = tracker_of()
    tracker.latest_message.update(text="what's my number?", metadata={"overture": {"phone": "+447700900123"}})
    (message,), _ = await run(ActionTellTold(), tracker)
    assert message["told"] == "+44•••••••123"
    tracker.latest_message["text"] = "what's my name?"
    (message,), _ = await run(ActionTellTold(), tracker)
    assert message["response"] == "utter_not_told"
