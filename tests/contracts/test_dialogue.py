"""What every dialogue engine must do behind the port: our own, a scripted Rasa server and, where it is there, Rasa.

All three hold the same small assistant. The real Rasa is the one in `.conformance` (Python 3.10); its test is slow.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.adapters.content.own_dialogue import OwnDialogue
from bot.adapters.rasa.rasa_server import RasaServer
from bot.domain.conversation import ActionExecuted, BotUttered, Event, FollowupAction, SlotSet, Tracker, UserUttered
from bot.domain.effects import Apply, Say
from bot.domain.ids import ConversationId, MessageId, new_id
from bot.domain.message import Text
from bot.domain.understanding import IntentScore, Understood
from bot.ports import Dialogue
from tests.bot.dialogue.chat import assistant_of
from tests.real_rasa import real_rasa_server
from tests.scripted_rasa import Line, ScriptedRasa, running_rasa

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

DOMAIN = """
version: "3.1"
intents: [greet, request_demo]
slots:
  team_size:
    type: text
    mappings:
      - type: from_text
        conditions:
          - active_loop: demo_form
            requested_slot: team_size
forms:
  demo_form: {required_slots: [team_size]}
responses:
  utter_greet:
    - text: Hello, I am a machine.
      buttons:
        - {title: A demo, payload: /request_demo}
  utter_ask_team_size:
    - text: How many are you?
  utter_thanks:
    - text: "A team of {team_size}, noted."
"""
RULES = """
version: "3.1"
rules:
  - rule: greet
    steps:
      - intent: greet
      - action: utter_greet
  - rule: open the form
    steps:
      - intent: request_demo
      - action: demo_form
      - active_loop: demo_form
  - rule: thank
    condition:
      - active_loop: demo_form
    steps:
      - action: demo_form
      - active_loop: null
      - slot_was_set:
          - requested_slot: null
      - action: utter_thanks
"""
NLU = """
version: "3.1"
nlu:
  - intent: greet
    examples: |
      - hello
      - good morning
  - intent: request_demo
    examples: |
      - a demo please
      - show me
"""
CONFIG = """
recipe: default.v1
assistant_id: contract
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: KeywordIntentClassifier
policies:
  - name: RulePolicy
"""
THANKS = ({"text": "A team of twelve, noted."},)
ASKS = Line(
    "request_demo", says=({"text": "How many are you?"},), slots={"requested_slot": "team_size"}, form="demo_form"
)
SCRIPT = {
    "hello": Line(
        "greet",
        says=({"text": "Hello, I am a machine.", "buttons": [{"title": "A demo", "payload": "/request_demo"}]},),
    ),
    "a demo please": ASKS,
    "/request_demo": ASKS,
    "/request_demo if team_size": Line("request_demo", says=THANKS),
    "execute demo_form": ASKS,
    "twelve": Line(says=THANKS, slots={"team_size": "twelve"}),
}


@dataclass
class Talk:
    """A conversation, driven as the service drives it."""

    engine: Dialogue
    tracker: Tracker = field(default_factory=lambda: Tracker(ConversationId(new_id(datetime.now(UTC)))))
    events: list[Event] = field(default_factory=list)

    async def hear(self, text: str, intent: str = "", *, stage: str = "classifier") -> list[Text]:
        understood = Understood(text, IntentScore(intent, 1.0), stage=stage)
        self.apply(UserUttered(text, understood, MessageId(f"m{len(self.events)}"), NOON, "webchat"))
        return await self.go_on()

    async def go_on(self) -> list[Text]:
        """What is said until the engine listens."""
        said: list[Text] = []
        for _ in range(10):
            effects = await self.engine.decide(self.tracker, nobody, channel="webchat")
            if not effects:
                return said
            for effect in effects:
                match effect:
                    case Apply(event=event):
                        self.apply(event)
                    case Say(content=content):
                        said.append(content)
                        self.apply(BotUttered(content.text))
                    case _:
                        raise AssertionError(f"unexpected: {effect}")
        raise AssertionError("the engine never listens")

    def apply(self, event: Event) -> None:
        self.events.append(event)
        self.tracker = self.tracker.apply(event)

    @property
    def form(self) -> str | None:
        return self.tracker.loop.name if self.tracker.loop else None


async def nobody() -> Mapping[str, Any]:
    """Nothing is known of the person."""
    return {}


def words(said: Sequence[Text]) -> list[str]:
    return [content.text for content in said]


ASSISTANT = assistant_of(DOMAIN, RULES, NLU)


@pytest.fixture(params=["own", "scripted", pytest.param("rasa", marks=pytest.mark.slow)])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Dialogue]:
    match request.param:
        case "own":
            yield OwnDialogue(lambda: ASSISTANT)
        case "scripted":
            async with running_rasa(ScriptedRasa(SCRIPT, token="word")) as rasa:
                server = RasaServer(rasa.url, lambda: ASSISTANT, token="word")
                yield server
                await server.close()
        case _:
            server = RasaServer(request.getfixturevalue("real_rasa"), lambda: ASSISTANT)
            yield server
            await server.close()


@pytest.fixture(scope="module")
def real_rasa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Rasa server, trained on this file's assistant."""
    files = {"domain.yml": DOMAIN, "config.yml": CONFIG, "data/rules.yml": RULES, "data/nlu.yml": NLU}
    with real_rasa_server(tmp_path_factory.mktemp("rasa"), files) as address:
        yield address


# ---------------------------------------------------------------- reading


async def test_a_text_is_understood(engine: Dialogue) -> None:
    ours = Understood("hello", IntentScore("greet", 0.8))
    understood = await engine.understand(ours, Tracker(ConversationId("c")))
    assert (understood.text, understood.intent.name) == ("hello", "greet")
    assert 0 < understood.intent.confidence <= 1


async def test_a_buttons_payload_means_what_it_says(engine: Dialogue) -> None:
    pressed = Understood("/request_demo", IntentScore("request_demo", 1.0), stage="button")
    assert await engine.understand(pressed, Tracker(ConversationId("c"))) == pressed


# ---------------------------------------------------------------- answering


async def test_where_nothing_was_said_nothing_is_answered(engine: Dialogue) -> None:
    assert await Talk(engine).go_on() == []


async def test_a_message_is_answered_once(engine: Dialogue) -> None:
    talk = Talk(engine)
    (said,) = await talk.hear("hello", "greet")
    assert said.text == "Hello, I am a machine."
    assert [(button.title, button.payload) for button in said.buttons] == [("A demo", "/request_demo")]
    assert await talk.go_on() == []
    assert words(await talk.hear("hello", "greet")) == ["Hello, I am a machine."]


async def test_a_form_opens_asks_is_filled_and_closes(engine: Dialogue) -> None:
    talk = Talk(engine)
    assert words(await talk.hear("a demo please", "request_demo")) == ["How many are you?"]
    assert talk.form == "demo_form"
    assert talk.tracker.slots["requested_slot"] == "team_size"
    assert words(await talk.hear("twelve")) == ["A team of twelve, noted."]
    assert talk.tracker.loop is None
    assert talk.tracker.slots["team_size"] == "twelve"
    assert SlotSet("team_size", "twelve") in [_timeless(event) for event in talk.events]


async def test_a_button_is_answered_by_its_payload(engine: Dialogue) -> None:
    talk = Talk(engine)
    assert words(await talk.hear("/request_demo", "request_demo", stage="button")) == ["How many are you?"]


async def test_an_intent_from_outside_is_answered(engine: Dialogue) -> None:
    talk = Talk(engine)
    assert words(await talk.hear("EXTERNAL: request_demo", "request_demo", stage="external")) == ["How many are you?"]
    assert talk.form == "demo_form"


async def test_a_form_can_be_opened_without_a_message(engine: Dialogue) -> None:
    talk = Talk(engine)
    talk.apply(FollowupAction("demo_form"))
    assert words(await talk.go_on()) == ["How many are you?"]
    assert talk.form == "demo_form"
    assert words(await talk.hear("twelve")) == ["A team of twelve, noted."]


async def test_a_slot_that_we_set_is_known(engine: Dialogue) -> None:
    talk = Talk(engine)
    talk.apply(SlotSet("team_size", "twelve"))
    said = words(await talk.hear("/request_demo", "request_demo", stage="button"))
    assert said == ["A team of twelve, noted."]


async def test_two_conversations_do_not_mix(engine: Dialogue) -> None:
    first, second = Talk(engine), Talk(engine)
    await first.hear("a demo please", "request_demo")
    assert words(await second.hear("hello", "greet")) == ["Hello, I am a machine."]
    assert second.form is None
    assert words(await first.hear("twelve")) == ["A team of twelve, noted."]
    assert "team_size" not in second.tracker.slots or second.tracker.slots["team_size"] is None


async def test_what_decided_is_told(engine: Dialogue) -> None:
    talk = Talk(engine)
    await talk.hear("hello", "greet")
    actions = [event for event in talk.events if isinstance(event, ActionExecuted)]
    assert actions
    assert all(action.policy for action in actions)


def _timeless(event: Event) -> Event:
    return SlotSet(event.name, event.value) if isinstance(event, SlotSet) else event
