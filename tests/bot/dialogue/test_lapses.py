"""What is wrong and Rasa takes: a fault here, and a warning where `overture: {lapses: warn}` says so, as in what was
taken over from Rasa."""

from __future__ import annotations

import pytest

from bot.domain.assistant import ActionStep, Assistant, SlotStep, UserStep
from bot.domain.errors import ContentError
from tests.bot.dialogue.chat import Chat, assistant_of

LENIENT = "overture: {lapses: warn}"
BASE = """
version: "3.1"
intents: [greet, order, bye]
entities: [size]
slots:
  size: {type: text, mappings: [{type: from_entity, entity: size}]}
  score: {type: float, mappings: [{type: custom}]}
responses:
  utter_greet: [{text: Hello}]
  utter_ask_size: [{text: Which size?}]
actions: [action_order]
forms:
  order_form: {required_slots: [size]}
"""


def warnings_of(content: str) -> list[str]:
    return [str(one) for one in assistant_of(BASE, content, LENIENT).warnings]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("stories: [{story: s, steps: [{intent: gret}, {action: utter_greet}]}]", 'no intent "gret"'),
        ("stories: [{story: s, steps: [{intent: greet, entities: [siz]}, {action: utter_greet}]}]", 'no entity "siz"'),
        ("stories: [{story: s, steps: [{intent: greet}, {action: utter_gret}]}]", 'no response "utter_gret"'),
        ("stories: [{story: s, steps: [{intent: greet}, {action: }]}]", "names no action"),
        ("stories: [{story: s, steps: [{checkpoint: nowhere}, {action: utter_greet}]}]", '"nowhere"'),
        ("rules: [{rule: r}]", "has no steps"),
        ("rules: [{rule: r, steps: [{intent: greet}]}]", "does nothing"),
        ("rules: [{steps: [{intent: greet}, {action: utter_greet}]}]", "has no name"),
        ("entities: [city: [{roles: [from]}]]", "has its properties in a list"),
        ("intents: [a: {use_entities: [town]}]", 'no entity "town"'),
        ("responses: {greet: [{text: Bye}]}", 'should begin with "utter_"'),
        ("responses: {utter_x: []}", "has no variation"),
        ("responses: {utter_x: [{text: ''}]}", "has no content"),
        ("responses: {utter_x: [{text: a, buttons: [{title: b, payload: /gret}]}]}", 'no intent "gret"'),
        ("responses: {utter_x: [{text: a, condition: [{name: siz, value: 1}]}]}", 'no slot "siz"'),
        ("responses: {utter_x: [{text: a, metadata: of the old site}]}", "metadata should be a mapping"),
        ("responses: {utter_x: [Hello]}", "is a bare text"),
        ("forms: [a_form]", "forms are a list, as in Rasa 1"),
        ("pipeline: supervised_embeddings", "a name of Rasa 1"),
        ("policies: [{name: RulePolicy, core_fallback_threshold: '0.3'}]", "Take the quotes away"),
        ("actions: [utter_nothing]", 'no response "utter_nothing"'),
        ("forms: {f: {}}", "has no required_slots"),
        ("forms: {f: {required_slots: [score]}}", "has nothing to ask"),
        ("forms: {f: {required_slots: [size], ignored_intents: [gret]}}", 'no intent "gret"'),
        ("slots: {x: {type: categorical, mappings: []}}", "has no values"),
        ("slots: {x: {type: text, initial_value: false, mappings: []}}", "initial value False is not"),
        ("slots: {x: {type: text, mappings: [{type: from_entity, entity: siz}]}}", 'no entity "siz"'),
        (
            "slots: {x: {type: text, mappings: [{type: from_text, conditions: [{requested_slot: y}]}]}}",
            'no slot "y"',
        ),
        ("configs: {store_entities_as_slots: false}", 'key in the file called "configs"'),
        ("slots: {x: {type: text, mappings: [{type: from_text, condition: []}]}}", 'called "condition"'),
        ("slots: {x: {type: text, mappings: [{type: from_text, not_intent: 'order, bye'}]}}", 'intent "order, bye"'),
    ],
)
def test_a_lapse_is_a_fault_or_a_warning_as_the_configuration_says(content: str, told: str) -> None:
    with pytest.raises(ContentError, match=r".") as caught:
        assistant_of(BASE, content)
    assert any(told in str(one) for one in caught.value.faults) or "in a list" in told
    assert any(told in one for one in warnings_of(content))


def test_a_rule_that_does_nothing_listens_to_its_message() -> None:
    chat = Chat(assistant_of(BASE, "rules: [{rule: r, steps: [{intent: greet}]}]", LENIENT))
    chat.hear("greet")
    assert (chat.said, chat.acted) == ([], [("action_listen", "rule: r")])


def test_what_no_assistant_can_have_stays_a_fault() -> None:
    with pytest.raises(ContentError, match="no action or form"):
        warnings_of("stories: [{story: s, steps: [{intent: greet}, {action: action_ordr}]}]")


def stories_of(content: str) -> dict[str, tuple[object, ...]]:
    assistant: Assistant = assistant_of(BASE, content, LENIENT)
    return {story.name: story.steps for story in assistant.stories}


def test_a_step_forgets_the_entities_and_slots_that_nobody_declared() -> None:
    steps = "{intent: order, entities: [nosuch: 1, size: L]}, {slot_was_set: [nosuch: 2]}, {action: utter_greet}"
    assert stories_of(f"stories: [{{story: s, steps: [{steps}]}}]") == {
        "s": (UserStep(("order",), {"size": "L"}), SlotStep({"size": "L"}), SlotStep({}), ActionStep("utter_greet"))
    }


def test_a_checkpoint_in_the_middle_ends_one_story_and_begins_another() -> None:
    first = "{story: a, steps: [{intent: greet}, {action: utter_greet}, {checkpoint: c}, {intent: order}, %s]}"
    other = "{story: b, steps: [{checkpoint: c}, {intent: bye}, {action: utter_greet}]}"
    told = stories_of(f"stories: [{first % '{action: action_order}'}, {other}]")
    assert list(told) == ["a > a", "a > b"]
    assert [len(steps) for steps in told.values()] == [4, 4]


def test_of_two_responses_of_one_name_the_later_is_said() -> None:
    assistant = assistant_of(BASE, "responses: {utter_greet: [{text: Good day}]}", LENIENT)
    assert assistant.responses["utter_greet"].variations[0].text == "Good day"


def test_rasa_1s_templates_are_its_responses() -> None:
    assistant = assistant_of(BASE, "templates: {utter_bye: [{text: Bye}]}", LENIENT)
    assert assistant.responses["utter_bye"].variations[0].text == "Bye"


def test_a_button_that_has_only_a_title_says_it() -> None:
    assistant = assistant_of(
        BASE, "responses: {utter_x: [{text: a, buttons: [{title: Yes}, {payload: /bye}]}]}", LENIENT
    )
    buttons = assistant.responses["utter_x"].variations[0].buttons
    assert [(one.title, one.payload) for one in buttons] == [("Yes", "Yes"), ("/bye", "/bye")]


def test_an_action_that_only_a_slot_names_is_asked_for_what_it_fills() -> None:
    content = "slots: {x: {type: text, mappings: [{type: custom, action: action_fill}]}}"
    chat = Chat(assistant_of(BASE, content, LENIENT))
    assert chat.hear("bye")[0] == "action_fill"


def test_a_response_that_is_not_there_says_nothing_and_the_rule_goes_on() -> None:
    rule = "rules: [{rule: r, steps: [{intent: greet}, {action: utter_gret}, {action: utter_greet}]}]"
    chat = Chat(assistant_of(BASE, rule, LENIENT))
    assert chat.hear("greet") == ["utter_gret", "utter_greet"]
    assert chat.said == ["Hello"]
