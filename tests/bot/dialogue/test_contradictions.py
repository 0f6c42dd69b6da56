"""Rules and stories that cannot both be followed are shown with both places, all in one run."""

from __future__ import annotations

import pytest

from bot.domain.errors import ContentError
from tests.bot.dialogue.chat import Chat, assistant_of

DOMAIN = """
intents: [greet, book, faq, affirm]
entities: [size]
slots:
  vip: {type: bool, mappings: [{type: custom}]}
  size: {type: float, influence_conversation: false, mappings: [{type: from_entity, entity: size}]}
responses:
  utter_a: [{text: a}]
  utter_b: [{text: b}]
  utter_c: [{text: c}]
  utter_ask_size: [{text: size}]
forms: {size_form: {required_slots: [size]}}
"""


def faults_of(content: str, *more: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        assistant_of(DOMAIN, content, *more)
    return [str(fault) for fault in caught.value.faults]


def test_a_story_that_goes_on_where_a_rule_does_something_else() -> None:
    faults = faults_of("""
rules:
  - {rule: hello, steps: [{intent: greet}, {action: utter_a}]}
stories:
  - {story: other, steps: [{intent: greet}, {action: utter_b}]}
  - {story: more, steps: [{intent: greet}, {action: utter_a}, {action: utter_b}]}
""")
    assert faults == [
        'nlu_data/1.yml:5:5: the story "other" goes on with utter_b where the rule "hello" (nlu_data/1.yml:3:5) '
        "goes on with utter_a. Let the story do what the rule does, or give the rule a condition.",
        'nlu_data/1.yml:6:5: the story "more" goes on with utter_b where the rule "hello" (nlu_data/1.yml:3:5) '
        "goes on with action_listen. Let the story do what the rule does, or give the rule a condition.",
    ]


def test_a_message_to_an_open_form_that_nothing_follows_in_a_story() -> None:
    faults = faults_of("""
rules:
  - {rule: open, steps: [{intent: book}, {action: size_form}, {active_loop: size_form}]}
stories:
  - story: answers
    steps: [{intent: book}, {action: size_form}, {active_loop: size_form}, {intent: book}, {active_loop: size_form},
      {intent: affirm}, {action: size_form}, {active_loop: null}, {action: utter_a}]
""")
    assert len(faults) == 1
    assert 'the story "answers" goes on with action_listen where the rule "open"' in faults[0]


def test_a_rule_that_another_one_takes_the_place_of() -> None:
    faults = faults_of("""
rules:
  - {rule: hello, steps: [{intent: greet}, {action: utter_a}, {action: utter_b}]}
  - {rule: hush, steps: [{intent: greet}, {action: utter_a}]}
""")
    assert len(faults) == 1
    assert 'rule "hush" goes on with action_listen where the rule "hello"' in faults[0]


def test_a_condition_on_a_slot_that_rules_do_not_look_at_is_told_not_to_tell_them_apart() -> None:
    [fault] = faults_of("""
rules:
  - {rule: big, condition: [{slot_was_set: [{size: 9}]}], steps: [{intent: greet}, {action: utter_a}]}
  - {rule: small, condition: [{slot_was_set: [{size: 1}]}], steps: [{intent: greet}, {action: utter_b}]}
""")
    assert 'A condition on "size" does not tell them apart: rules do not look at a slot' in fault
    assert "Give one of them a condition" not in fault


def test_the_check_can_be_switched_off_as_in_rasa() -> None:
    content = """
rules: [{rule: hello, steps: [{intent: greet}, {action: utter_a}]}]
stories: [{story: other, steps: [{intent: greet}, {action: utter_b}]}]
"""
    assert faults_of(content)
    config = "policies: [{name: RulePolicy, check_for_contradictions: false}]"
    assert Chat(assistant_of(DOMAIN, content, config)).hear("greet") == ["utter_a"]


def test_a_rule_may_have_several_messages_where_rasa_is_told_not_to_restrict_them() -> None:
    content = """
rules:
  - {rule: hello, steps: [{intent: greet}, {action: utter_a}]}
  - {rule: and on, steps: [{intent: greet}, {action: utter_a}, {intent: affirm}, {action: utter_b}]}
"""
    assert "more than one message" in faults_of(content)[0]
    config = "policies: [{name: RulePolicy, restrict_rules: false}]"
    chat = Chat(assistant_of(DOMAIN, content, config))
    assert chat.hear("affirm") == ["action_default_fallback"]
    assert chat.hear("greet") == ["utter_a"]
    assert chat.hear("affirm") == ["utter_b"]
    assert chat.hear("affirm") == ["action_default_fallback"]


@pytest.mark.parametrize(
    "content",
    [
        """
rules:
  - {rule: hello, condition: [{slot_was_set: [{vip: true}]}], steps: [{intent: greet}, {action: utter_a}]}
stories:
  - {story: other, steps: [{intent: greet}, {action: utter_b}]}
""",
        """
rules:
  - {rule: any, steps: [{intent: greet}, {action: utter_a}]}
  - {rule: vip, condition: [{slot_was_set: [{vip: true}]}], steps: [{intent: greet}, {action: utter_b}]}
  - {rule: not vip, condition: [{slot_was_set: [{vip: null}]}], steps: [{intent: faq}, {action: utter_b}]}
  - {rule: vip faq, condition: [{slot_was_set: [{vip: true}]}], steps: [{intent: faq}, {action: utter_c}]}
""",
        """
rules:
  - {rule: book, steps: [{intent: book}, {action: size_form}, {active_loop: size_form}]}
  - {rule: faq, steps: [{intent: faq}, {action: utter_a}]}
  - rule: booked
    condition: [{active_loop: size_form}]
    steps: [{action: size_form}, {active_loop: null}, {action: utter_b}]
stories:
  - story: unhappy
    steps: [{intent: book}, {action: size_form}, {active_loop: size_form}, {intent: affirm}, {action: utter_c},
            {action: size_form}, {active_loop: null}, {action: utter_b}]
""",
        """
rules:
  - {rule: first, conversation_start: true, steps: [{intent: greet}, {action: utter_a}]}
  - {rule: later, steps: [{intent: greet}, {action: utter_b}]}
  - {rule: chain, steps: [{action: utter_c}, {action: utter_a}]}
""",
    ],
    ids=["a condition that does not hold", "conditions that exclude each other", "a form", "beginnings"],
)
def test_what_does_not_contradict_is_let_be(content: str) -> None:
    assert assistant_of(DOMAIN, content).rules


def test_the_action_that_a_rule_begins_with_may_be_followed_by_others_in_stories() -> None:
    content = """
rules:
  - {rule: yes, steps: [{action: utter_a}, {intent: affirm}, {action: utter_b}]}
stories:
  - {story: on, steps: [{intent: greet}, {action: utter_a}, {action: utter_c}]}
"""
    chat = Chat(assistant_of(DOMAIN, content))
    assert chat.hear("greet") == ["utter_a", "utter_c"]
    assert chat.hear("affirm") == ["action_default_fallback"]
