from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.misunderstanding import ActionAnswerRefused, ActionDefaultFallback, misunderstood_in_a_row

DOMAIN = {
    "responses": {
        "utter_clarify_request_demo": [{"text": "I'd like a demo"}],
        "utter_clarify_help": [{"text": "What can you do?"}],
        "utter_clarify_book_meeting": [{"text": "Book a time"}],
        "utter_clarify_opt_out": [{"text": "No more messages"}],
        "utter_clarify_none": [{"text": "Something else"}],
        "utter_offer_person_in_a_form": [{"text": "Say person and a colleague will help."}],
    }
}


def turns(*answers: str) -> list[dict[str, Any]]:
    """One customer's message for each answer, and the latest one, which has none yet."""
    events: list[dict[str, Any]] = []
    for answer in answers:
        events += [{"event": "user"}, {"event": "bot", "text": "...", "metadata": {"utter_action": answer}}]
    return [*events, {"event": "user"}]


async def run(
    *answers: str,
    intent: str = "nlu_fallback",
    ranking: Mapping[str, float] = MappingProxyType({}),
    has_desk: bool = True,
    form: str | None = None,
    consents: Mapping[str, bool] = MappingProxyType({}),
    action: type[Action] = ActionDefaultFallback,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    ranked = [{"name": name, "confidence": confidence} for name, confidence in ranking.items()]
    told = {"overture": {"has_desk": has_desk, "consents": consents}}
    message = {"intent": {"name": intent}, "intent_ranking": ranked, "metadata": told}
    tracker = Tracker.from_dict(
        {
            "sender_id": "c1",
            "slots": {},
            "latest_message": message,
            "events": turns(*answers),
            "active_loop": {"name": form} if form else {},
        }
    )
    dispatcher = CollectingDispatcher()
    events = await action().run(dispatcher, tracker, DOMAIN)
    return dispatcher.messages, events


async def test_the_two_likeliest_intents_that_have_words_are_offered() -> None:
    messages, _ = await run(ranking={"goodbye": 0.3, "request_demo": 0.28, "help": 0.25, "book_meeting": 0.2})
    assert [message["response"] for message in messages] == ["utter_clarify"]
    assert messages[0]["buttons"] == [
        {"title": "I'd like a demo", "payload": "/request_demo"},
        {"title": "What can you do?", "payload": "/help"},
        {"title": "Something else", "payload": "/none_of_these"},
    ]


@pytest.mark.parametrize(
    ("consents", "offered"),
    [
        ({}, ["/help", "/none_of_these"]),
        ({"marketing:sms": False, "service:sms": True}, ["/help", "/none_of_these"]),
        ({"marketing:sms": False, "marketing:email": True}, ["/opt_out", "/help", "/none_of_these"]),
    ],
)
async def test_no_more_messages_is_a_guess_only_for_who_gets_some(
    consents: dict[str, bool], offered: list[str]
) -> None:
    messages, _ = await run(ranking={"opt_out": 0.2, "help": 0.15}, consents=consents)
    assert [button["payload"] for button in messages[0]["buttons"]] == offered


@pytest.mark.parametrize("ranking", [{}, {"request_demo": 0.05}, {"goodbye": 0.3}])
async def test_where_nothing_likely_can_be_offered_it_asks_for_other_words(ranking: dict[str, float]) -> None:
    messages, _ = await run(ranking=ranking)
    assert [message["response"] for message in messages] == ["utter_default"]


async def test_the_third_in_a_row_offers_a_person() -> None:
    messages, events = await run("utter_default", "utter_invalid_team_size", ranking={"request_demo": 0.3})
    assert messages == []
    assert [(event["event"], event["name"]) for event in events] == [("followup", "utter_offer_person")]


async def test_in_a_form_which_asks_its_question_again_the_offer_is_none() -> None:
    _, events = await run("utter_default", "utter_invalid_team_size", form="demo_form")
    assert [event["name"] for event in events] == ["utter_offer_person_in_a_form"]


async def test_where_there_is_no_desk_no_person_is_offered() -> None:
    messages, events = await run("utter_default", "utter_invalid_team_size", has_desk=False)
    assert ([message["response"] for message in messages], events) == (["utter_default"], [])


async def test_the_fourth_in_a_row_brings_one() -> None:
    messages, events = await run("utter_default", "utter_clarify", "utter_offer_person")
    assert [message["response"] for message in messages] == ["utter_handoff_requested"]
    assert [event["effect"]["reason"] for event in events] == ["Was not understood"]


async def test_a_yes_to_the_offer_brings_one_where_the_form_had_no_use_for_it() -> None:
    for offer in ("utter_offer_person", "utter_offer_person_in_a_form"):
        _, events = await run(offer, intent="affirm", form="demo_form")
        assert [event["effect"]["reason"] for event in events] == ["Asked for a person"]


@given(
    before=st.lists(st.sampled_from(["utter_greet", "utter_default", "utter_handoff_requested"]), max_size=5),
    row=st.lists(st.sampled_from(["utter_default", "utter_clarify", "utter_invalid_phone", "utter_offer_person"])),
    understood=st.sampled_from(["utter_greet", "utter_handoff_requested", ""]),
)
def test_the_row_is_what_came_since_anything_was_understood(before: list[str], row: list[str], understood: str) -> None:
    assert misunderstood_in_a_row(turns(*before, understood, *row)) == len(row)


async def test_the_third_answer_in_a_row_that_is_refused_offers_a_person_and_the_fourth_brings_one() -> None:
    refused = "utter_invalid_cakes"
    said = [await run(*[refused] * before, form="order_form", action=ActionAnswerRefused) for before in range(4)]
    assert [[one.get("response") for one in messages] for messages, _ in said[:3]] == [
        [],
        [],
        ["utter_offer_person_in_a_form"],
    ]
    assert said[3][1]


async def test_nobody_is_offered_after_a_refusal_where_nobody_is() -> None:
    messages, _ = await run(*["utter_invalid_cakes"] * 2, form="order_form", has_desk=False, action=ActionAnswerRefused)
    assert messages == []
