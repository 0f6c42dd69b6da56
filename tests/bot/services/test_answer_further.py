"""Answer further: one message that says several things is answered as several messages would be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.content.built_in_responses import with_built_in_responses
from bot.domain.conversation import REQUESTED_SLOT, BotUttered, UserUttered
from bot.domain.effects import RequestHandoff
from bot.domain.message import DeskVerb
from bot.domain.understanding import Further, IntentScore, Understood
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ASSISTANT, Stage

MORE = (
    ASSISTANT.replace("[greet, book, lead,", "[greet, book, price, stop_form, other, lead,")
    .replace("required_slots: [team_size]}", "required_slots: [team_size], ignored_intents: [price, stop_form, other]}")
    .replace("forms:\n", "  utter_price: [{text: Three pounds.}]\nforms:\n  other_form: {required_slots: [day]}\n")
    .replace("slots:\n", "slots:\n  day: {type: text, influence_conversation: false, mappings: [{type: custom}]}\n")
    .replace("responses:\n", "responses:\n  utter_ask_day: [{text: Which day?}]\n")
    .replace(
        "rules:\n",
        """rules:
  - rule: price
    steps: [{intent: price}, {action: utter_price}]
  - rule: stop the form
    steps: [{intent: stop_form}, {action: action_deactivate_loop}, {active_loop: null}]
  - rule: other
    steps: [{intent: other}, {action: other_form}, {active_loop: other_form}]
""",
        1,
    )
)


class SeveralNlu(FakeNlu):
    """As the fake; what stands between semicolons is read by itself."""

    def parse(self, text: str, **context: Any) -> Understood:
        first, *others = text.split(";")
        start, further = len(first) + 1, []
        for part in others:
            intent = super().parse(part).intent
            further.append(Further(part, start, start + len(part), intent))
            start += len(part) + 1
        return replace(super().parse(first), text=text.replace(";", " "), further=tuple(further))


@pytest.fixture
def several(stage: Stage) -> Stage:
    assistant = with_built_in_responses(assistant_of(MORE))
    nlu = SeveralNlu(*assistant.intents)
    stage.library.playbook = replace(stage.library.playbook, assistant=assistant, nlu=nlu)
    return stage


async def says(stage: Stage, text: str) -> list[str]:
    """What the bot says to this, on the website, where it has told what it is."""
    return await stage.says(text, channel="webchat")


async def hello(stage: Stage) -> None:
    await says(stage, "price")


async def tracker(stage: Stage) -> Any:
    return (await stage.at("webchat", "visitor-1")).tracker


async def test_each_thing_is_answered_in_its_order(several: Stage) -> None:
    await hello(several)
    assert await says(several, "greet;price") == ["Hello!", "Three pounds."]
    assert await says(several, "price;greet;price") == ["Three pounds.", "Hello!", "Three pounds."]


async def test_each_thing_is_an_event_of_its_own_with_its_own_reading(several: Stage) -> None:
    await hello(several)
    await says(several, "greet;price")
    said = [event for event in (await tracker(several)).recent if isinstance(event, UserUttered)][1:]
    assert [(event.text, event.understood.intent.name) for event in said] == [("greet", "greet"), ("price", "price")]
    assert all(event.understood.further == () for event in said)


async def test_the_question_of_a_form_comes_after_what_is_answered(several: Stage) -> None:
    await hello(several)
    assert await says(several, "book;price") == ["Three pounds.", "How many are you?"]
    assert [one.text for one in (await tracker(several)).recent if isinstance(one, BotUttered)] == [
        "Three pounds.",
        "Three pounds.",
        "How many are you?",
    ]
    assert await says(several, "fifty;price") == ["Thank you.", "Three pounds."]


async def test_a_form_that_is_done_and_asked_for_again_is_asked_once(several: Stage) -> None:
    await hello(several)
    assert await says(several, "price;book;price;price") == [
        "Three pounds.",
        "Three pounds.",
        "Three pounds.",
        "How many are you?",
    ]


async def test_a_question_that_is_answered_in_the_same_message_is_not_asked(several: Stage) -> None:
    await hello(several)
    assert await says(several, "book;fifty of us") == ["Thank you."]
    assert (await tracker(several)).slots["team_size"] == "fifty of us"


async def test_a_form_that_is_left_in_the_same_message_asks_nothing(several: Stage) -> None:
    await hello(several)
    assert await says(several, "book;stop form") == []
    assert (await tracker(several)).loop is None


async def test_a_request_that_would_open_a_second_form_is_named_and_the_first_goes_on(several: Stage) -> None:
    await hello(several)
    named = 'One thing at a time: let\'s finish this first. After that, say "other".'
    assert await says(several, "book;other") == [named, "How many are you?"]
    now = await tracker(several)
    assert (now.loop.name, now.slots[REQUESTED_SLOT]) == ("size_form", "team_size")
    assert await says(several, "fifty;other") == ["Thank you.", "Which day?"]


async def test_a_rep_who_has_the_floor_gets_the_message_as_it_is(several: Stage) -> None:
    several.actions.effects["action_lead"] = (RequestHandoff("asked"),)
    await several.says("lead")
    await several.click(await several.handoff(), DeskVerb.CLAIM)
    assert await several.says("greet;price") == []
    last = [one for one in (await several.at()).tracker.recent if isinstance(one, UserUttered)][-1]
    assert last.text == "greet;price"


async def test_the_explanation_of_the_turn_tells_what_was_said_besides(several: Stage) -> None:
    await hello(several)
    await says(several, "greet;price")
    turn = (await several.feed("explain"))[-1]
    assert turn["understood"]["also"] == [{"intent": "price", "confidence": 1.0, "text": "price"}]
    assert [(one["action"], one["why"]) for one in turn["acted"]] == [
        ("utter_greet", "rule: greet"),
        ("also", 'price, "price"'),
        ("utter_price", "rule: price"),
    ]


async def test_what_is_taken_back_is_in_no_log(several: Stage) -> None:
    await hello(several)
    await says(several, "book;price")
    conversation = await several.at("webchat", "visitor-1")
    async with several.store.transaction() as uow:
        lines = [line.text for line in await uow.conversations.transcript(conversation.id)]
    assert lines[-4:] == ["book", "price", "Three pounds.", "How many are you?"]


async def test_an_action_that_fails_is_told_once_and_the_rest_is_answered(several: Stage) -> None:
    several.actions.broken = {"action_lead", "action_more"}
    await hello(several)
    assert await says(several, "lead;lead;price") == ["Sorry, that went wrong.", "Three pounds."]


def test_a_reading_without_more_is_one_part() -> None:
    understood = Understood("hello", IntentScore("greet", 1.0))
    assert understood.apart() == (understood,)
