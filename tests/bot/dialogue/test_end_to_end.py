"""Stories that tell in which words the customer speaks, and the bot (end to end)."""

from __future__ import annotations

from bot.domain.assistant import ActionStep, SlotStep, UserStep
from tests.bot.dialogue.chat import Chat, assistant_of

CONTENT = """
intents: [greet, inform]
entities: [city]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
responses:
  utter_greet: [{text: Hello}]
  utter_weather: [{text: Fine}]
  utter_default: [{text: Pardon?}]
e2e_actions: ["Anything else?"]
rules:
  - {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
  - {rule: pardon, steps: [{intent: nlu_fallback}, {action: utter_default}]}
stories:
  - story: weather
    steps:
      - user: "what about [York](city)?"
      - action: utter_weather
      - action: "Anything else?"
      - user: "no,  nothing"
      - bot: "Then goodbye!"
"""


def test_steps_hold_the_words_without_their_marks() -> None:
    assistant = assistant_of(CONTENT)
    assert assistant.stories[0].steps == (
        UserStep((), text="what about York?"),
        SlotStep({"city": "York"}),
        ActionStep("utter_weather"),
        ActionStep("Anything else?"),
        UserStep((), text="no,  nothing"),
        ActionStep("Then goodbye!"),
    )
    assert assistant.lines == {"Anything else?", "Then goodbye!"}


def test_the_story_goes_on_for_whoever_says_its_words_whatever_their_intent() -> None:
    chat = Chat(assistant_of(CONTENT))
    chat.hear("nlu_fallback", "What about York?", city="York")
    assert chat.said == ["Fine", "Anything else?"]
    assert chat.acted[0] == ("utter_weather", "story: weather (in these words)")
    chat.hear("greet", "No, nothing")
    assert chat.said == ["Then goodbye!"]


def test_other_words_go_by_their_intent() -> None:
    chat = Chat(assistant_of(CONTENT))
    assert chat.hear("greet", "hello there") == ["utter_greet"]
    assert chat.hear("nlu_fallback", "what about Leeds?", city="Leeds") == ["utter_default"]
