from __future__ import annotations

import pytest

from bot.dialogue.figures import Box, Figure, figures_of
from tests.bot.dialogue.chat import assistant_of, shared_assistant

ASSISTANT = """
intents: [greet, order, affirm, deny, stop]
entities: [size]
slots:
  size: {type: text, mappings: [{type: from_entity, entity: size}, {type: from_intent, intent: deny, value: false}]}
responses:
  utter_hello: [{text: "Hello, {size} one.\\nHow are you?"}]
  utter_ask_size: [{text: Which size?}]
  utter_done: [{text: Done.}]
forms:
  order_form: {required_slots: [size]}
rules:
- rule: greet
  conversation_start: true
  steps: [{or: [{intent: greet}, {intent: affirm}]}, {action: utter_hello}]
- rule: order
  condition: [{active_loop: null}]
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: ordered
  condition: [{active_loop: order_form}]
  steps: [{action: order_form}, {active_loop: null}, {slot_was_set: {requested_slot: null}}, {action: utter_done}]
stories:
- story: one
  steps: [{intent: greet}, {action: utter_hello}, {intent: affirm}, {action: utter_done}]
- story: other
  steps: [{intent: greet}, {action: utter_hello}, {intent: deny}, {action: utter_done}]
"""


def chains(figure: Figure) -> list[str]:
    """Every way through the figure, as names."""
    ends = {end for _, end in figure.arrows}

    def ways(number: int) -> list[str]:
        following = [end for start, end in figure.arrows if start == number]
        name = " ".join(figure.boxes[number].names)
        return [f"{name} > {rest}" for end in following for rest in ways(end)] or [name]

    return [way for number in figure.boxes if number not in ends for way in ways(number)]


def test_a_form_is_drawn_with_what_opens_it_its_questions_and_what_follows() -> None:
    (form,) = figures_of(assistant_of(ASSISTANT)).forms
    assert chains(form) == ["order > order_form > size > utter_done"]
    assert form.boxes[2] == Box("slot", ("size",), ("Which size?", "← size", "← false, on deny"))


def test_a_rule_is_drawn_with_its_condition_and_without_what_goes_without_saying() -> None:
    greet, order, ordered = figures_of(assistant_of(ASSISTANT)).rules
    assert chains(greet) == ["the conversation begins > greet or affirm > utter_hello"]
    assert chains(order) == ["no form is open > order > order_form"]
    assert chains(ordered) == ["order_form is open > order_form > the form is closed > utter_done"]


def test_stories_that_begin_alike_share_their_beginning_and_their_end() -> None:
    (figure,) = figures_of(assistant_of(ASSISTANT)).stories
    assert figure.title == "greet (2 stories)"
    assert [name for name, _ in figure.names] == ["one", "other"]
    assert chains(figure) == [
        "greet > utter_hello > affirm > utter_done",
        "greet > utter_hello > deny > utter_done",
    ]
    assert len(figure.boxes) == 5
    assert Box("response", ("utter_hello",), ("Hello, {size} one. How are you?",)) in figure.boxes.values()


def test_a_story_that_ends_where_another_goes_on_keeps_its_name() -> None:
    more = ASSISTANT + "- story: short\n  steps: [{intent: greet}, {action: utter_hello}]\n"
    (figure,) = figures_of(assistant_of(more)).stories
    assert [name for name, _ in figure.names] == ["one", "other", "short"]


@pytest.mark.parametrize(
    ("name", "forms", "rules", "stories"), [("moodbot", 0, 2, 1), ("formbot", 1, 6, 1), ("financial-demo", 3, 20, 7)]
)
def test_public_assistants_are_drawn(name: str, forms: int, rules: int, stories: int) -> None:
    figures = figures_of(shared_assistant(name))
    assert (len(figures.forms), len(figures.rules), len(figures.stories)) == (forms, rules, stories)
