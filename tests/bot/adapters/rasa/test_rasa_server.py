"""A Rasa server as the engine: what is told to it, what is taken over, and what comes of trouble.

What it has in common with our own engine is in `tests/contracts/test_dialogue.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.rasa.rasa_server import RasaServer
from bot.domain.conversation import SlotSet, Tracker, UserUttered
from bot.domain.effects import Apply, Emit, RequestHandoff, Say
from bot.domain.errors import DialogueError
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import IntentScore, Understood
from tests.contracts.test_dialogue import ASSISTANT, NOON, Talk, nobody
from tests.scripted_rasa import Line, ScriptedRasa, Trouble, running_rasa


async def somebody() -> Mapping[str, Any]:
    return {"profile": {"id": "p1"}, "metadata": {"page": "/pricing"}}


SECRET = "my number is 07700 900123"
SCRIPT = {
    "a person please": Line(
        "talk_to_person",
        entities=[{"entity": "name", "value": "Ana", "start": 2, "end": 8, "extractor": "DIETClassifier"}],
        says=(
            {"text": "I am asking somebody."},
            {"custom": {"overture": {"kind": "request_handoff", "reason": "Asked for a person"}}},
            {"custom": {"overture": {"kind": "emit", "event": "demo.requested"}}},
            {"custom": {"map": [51.5, 0.1]}},
            {"image": "https://example.com/a.png"},
        ),
    ),
    "a demo": Line("request_demo", slots={"requested_slot": "team_size"}, form="demo_form"),
    "twelve": Line(slots={"team_size": "twelve"}, emptied=["team_size"]),
    "broken": Line(says=({"custom": {"overture": {"kind": "sing"}}},)),
}


@pytest.fixture
async def rasa() -> AsyncIterator[ScriptedRasa]:
    async with running_rasa(ScriptedRasa(SCRIPT, token="word")) as rasa:
        yield rasa


@pytest.fixture
async def engine(rasa: ScriptedRasa) -> AsyncIterator[RasaServer]:
    server = RasaServer(rasa.url, lambda: ASSISTANT, token="word", timeout=timedelta(seconds=0.3))
    yield server
    await server.close()


def said(text: str, stage: str = "rasa") -> Tracker:
    understood = Understood(text, IntentScore("open_chat" if stage == "opened" else "x", 1.0), stage=stage)
    return Tracker(ConversationId("c/1")).apply(UserUttered(text, understood, MessageId("m1"), NOON, "webchat"))


async def test_rasas_reading_has_its_entities(engine: RasaServer) -> None:
    reading = Understood("a person please", IntentScore("greet", 0.9))
    understood = await engine.understand(reading, Tracker(ConversationId("c")))
    assert understood.intent == IntentScore("talk_to_person", 0.9)
    (entity,) = understood.entities
    assert (entity.name, entity.value, entity.text, entity.extractor) == ("name", "Ana", "person", "DIETClassifier")


async def test_a_text_that_rasa_does_not_understand_has_no_intent(engine: RasaServer) -> None:
    understood = await engine.understand(Understood("mumble", IntentScore("greet", 0.9)), Tracker(ConversationId("c")))
    assert understood.intent.name == ""


async def test_what_an_action_does_to_a_person_comes_as_a_custom_message(engine: RasaServer) -> None:
    effects = await engine.decide(said("a person please"), nobody, channel="webchat")
    spoken = [effect.content for effect in effects if isinstance(effect, Say)]
    assert [(content.text, content.image) for content in spoken] == [
        ("I am asking somebody.", None),
        ("", "https://example.com/a.png"),
    ]
    assert [effect for effect in effects if not isinstance(effect, Say | Apply)] == [
        RequestHandoff("Asked for a person"),
        Emit("demo.requested"),
    ]


async def test_actions_are_told_of_the_person_in_the_metadata(engine: RasaServer, rasa: ScriptedRasa) -> None:
    await engine.decide(said("a person please"), somebody, channel="webchat")
    (body,) = [body for _, path, body in rasa.asked if path == "/webhooks/rest/webhook"]
    assert body["sender"] == "c/1"
    assert body["metadata"] == {"page": "/pricing", "overture": {"profile": {"id": "p1"}}}


async def test_a_slot_that_was_emptied_after_the_form_is_still_an_answer_of_it(engine: RasaServer) -> None:
    talk = Talk(engine)
    await talk.hear("a demo", "request_demo")
    await talk.hear("twelve")
    given = [event.value for event in talk.events if isinstance(event, SlotSet) and event.name == "team_size"]
    assert given == ["twelve", None]
    assert talk.tracker.slots["team_size"] is None
    assert talk.tracker.loop is None


async def test_an_opened_chat_is_told_only_to_an_assistant_that_knows_it(
    engine: RasaServer, rasa: ScriptedRasa
) -> None:
    assert await engine.decide(said("", stage="opened"), nobody, channel="webchat") == []
    assert rasa.asked == []


@pytest.mark.parametrize(
    ("trouble", "part"),
    [
        ("hang up", "cannot be reached"),
        ("say nothing", "more than 0.3 s"),
        ("500", "answered 500"),
        ("nonsense", "no Rasa 3 server"),
    ],
)
async def test_trouble_with_the_server_is_told_without_what_was_said(
    engine: RasaServer, rasa: ScriptedRasa, trouble: Trouble, part: str
) -> None:
    rasa.trouble = trouble
    with pytest.raises(DialogueError, match=part) as answering:
        await engine.decide(said(SECRET), nobody, channel="webchat")
    with pytest.raises(DialogueError, match=part) as reading:
        await engine.understand(Understood(SECRET, IntentScore("x", 1.0)), Tracker(ConversationId("c")))
    assert SECRET not in f"{answering.value} {reading.value}"
    rasa.trouble = None
    assert await engine.decide(said("a person please"), nobody, channel="webchat")


async def test_an_effect_that_is_none_is_trouble(engine: RasaServer) -> None:
    with pytest.raises(DialogueError, match="cannot be read"):
        await engine.decide(said("broken"), nobody, channel="webchat")


async def test_a_wrong_token_is_told_with_the_setting(rasa: ScriptedRasa) -> None:
    stranger = RasaServer(rasa.url, lambda: ASSISTANT)
    with pytest.raises(DialogueError, match="OVERTURE_RASA_TOKEN"):
        await stranger.understand(Understood("hi", IntentScore("x", 1.0)), Tracker(ConversationId("c")))
    await stranger.close()


async def test_a_server_that_is_not_there_is_told_with_the_setting() -> None:
    nowhere = RasaServer("http://127.0.0.1:9", lambda: ASSISTANT)
    with pytest.raises(DialogueError, match="OVERTURE_RASA_URL"):
        await nowhere.decide(said("hi"), nobody, channel="webchat")
    await nowhere.close()
