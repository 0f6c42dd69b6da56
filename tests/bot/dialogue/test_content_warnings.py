"""What `overture validate` warns of in an assistant's files: it is taken, and hardly meant."""

from __future__ import annotations

import pytest

from bot.domain.assistant import SlotStep
from tests.bot.dialogue.chat import assistant_of


def warnings_of(*texts: str) -> list[str]:
    return [str(warning) for warning in assistant_of(*texts).warnings]


def test_a_mapping_of_a_role_or_group_that_the_entity_has_not_is_warned_of() -> None:
    (role, group) = warnings_of("""
version: "3.1"
intents: [inform]
entities:
  - city: {roles: [from, to]}
  - topping: {groups: ["1", "2"]}
  - size
slots:
  start: {type: text, mappings: [{type: from_entity, entity: city, role: from}]}
  goal: {type: text, mappings: [{type: from_entity, entity: city, role: too}]}
  first: {type: list, mappings: [{type: from_entity, entity: topping, group: 1}]}
  third: {type: list, mappings: [{type: from_entity, entity: topping, group: "3"}]}
  large: {type: text, mappings: [{type: from_entity, entity: size, role: any}]}
""")
    assert 'there is no role of the entity "city" called "too". Did you mean "to"?' in role
    assert 'there is no group of the entity "topping" called "3"' in group


def test_keys_that_rasa_takes_and_passes_over_are_warned_of() -> None:
    warnings = warnings_of("""
x-office: &office Paris
intents:
  - thank: {triggers: utter_thank}
entities:
  - price: {unit: EUR, roles: [from]}
slots:
  cap: {type: text, mappings: [{type: from_entity, entity: price, role: from, remark: highest}]}
responses:
  utter_thank: [{text: Thanks!}]
  utter_ask_cap: [{text: *office}]
forms:
  cap_form: {required_slots: [cap], owner: sales}
session_config: {comment: none}
""")
    assert [warning.partition(" ")[2] for warning in warnings] == [
        'the file has "x-office", which is passed over, as Rasa 3 does. Take it out.',
        'the intent "thank" has "triggers", which is passed over, as Rasa 3 does. '
        "A rule does it: the intent:, then the action: that it triggers. Write one where there is none yet, and take "
        "this out.",
        'the entity "price" has "unit", which is passed over, as Rasa 3 does. Take it out.',
        'a mapping of the slot "cap" has "remark", which is passed over, as Rasa 3 does. Take it out.',
        'the form "cap_form" has "owner", which is passed over, as Rasa 3 does. Take it out.',
        'session_config has "comment", which is passed over, as Rasa 3 does. Take it out.',
    ]


def test_a_mapping_for_an_intent_like_no_other_is_warned_of() -> None:
    mapping = "{type: from_text, intent: None}"
    (warning,) = warnings_of(f"intents: [greet]\nslots: {{x: {{type: text, mappings: [{mapping}]}}}}")
    assert 'there is no intent "None".' in warning


def test_a_slot_that_is_misspelt_in_a_response_or_never_closed_is_warned_of() -> None:
    content = """
slots:
  lead_name: {type: text, mappings: [{type: custom}]}
responses:
  utter_thanks:
  - text: "Thanks, {leadname}, {lead_name} and {{lead_name of {link} at {rep}!"
  - text: "Thanks, {lead_name!"
  - text: "Thanks, {lead_name:>9}!"
  - text: "Thanks, {{lead_name}}, {{link}}, {{{lead_name}}}!"
"""
    assert [warning.partition(": ")[2] for warning in warnings_of(content)] == [
        '{leadname} is no slot, so nothing is said for it. Did you mean "{lead_name}"?',
        "{lead_name is not closed right behind the name, so it is said as it stands. Write {lead_name}.",
        "{lead_name is not closed right behind the name, so it is said as it stands. Write {lead_name}.",
        "{{lead_name}} is said as {lead_name}: a brace that is written twice stands as it is. "
        "Write {lead_name} for what the slot holds.",
    ]


def test_a_text_that_yaml_takes_for_a_comment_is_warned_of() -> None:
    content = """
responses:
  utter_a:
  - text: We are #1 in town
  - text: Hello # a greeting
  - text: "We are #1 in town"  #quoted
"""
    (told,) = warnings_of(content)
    assert told.endswith('"#1 in town" is a comment to YAML, so it is not said. Put quotes around the whole text.')


@pytest.mark.parametrize(
    ("text", "liquid"),
    [
        ("Hi {{ profile.name }}", "{{ profile.name"),
        ("{% if slots.name %}Hi{% endif %}", "{% if"),
        ("{{preferences_link}}", "{{preferences_link"),
        ('/inform{{"profile": "x"}} 5{%', None),
    ],
)
def test_liquid_that_does_not_say_that_it_is_is_warned_of(text: str, liquid: str | None) -> None:
    told = warnings_of(f"responses:\n  utter_hi:\n    - text: '{text}'\n")
    assert told == (
        [
            f'nlu_data/0.yml:3:7: "{liquid}" is Liquid, and is said as it stands '
            "where the variation does not say that it is. Add metadata: {liquid: true}."
        ]
        if liquid
        else []
    )


def test_what_only_liquid_knows_is_warned_of_elsewhere() -> None:
    (told,) = warnings_of("responses:\n  utter_hi:\n    - text: 'Hi {profile.name}, {an.action}'\n")
    assert "{profile.name} is no slot, so nothing is said for it." in told
    assert 'Write {{ profile.name | default: "..." }}, and add metadata: {liquid: true}.' in told


def test_what_a_form_names_twice_and_a_button_says_of_no_entity_is_warned_of() -> None:
    (twice, button) = warnings_of("""
intents: [inform]
entities: [size]
slots:
  size: {type: text, mappings: [{type: from_entity, entity: size}]}
forms:
  size_form: {required_slots: [size, size]}
responses:
  utter_ask_size:
    - text: "Which size?"
      buttons:
        - {title: Small, payload: '/inform{{"size": "small"}}'}
        - {title: Large, payload: '/inform{"sise": "large"}'}
        - {title: This, payload: '/inform{{"size": "{size}"}}'}
""")
    assert 'the form "size_form" names the slot "size" twice, and asks for it once.' in twice
    assert 'there is no entity "sise", so this button fills no slot with it. Did you mean "size"?' in button


@pytest.mark.parametrize("written", ["0", '"0"', '"0.1"'])
def test_a_version_that_there_never_was_is_warned_of(written: str) -> None:
    (told,) = warnings_of(f"version: {written}\nintents: [greet]\n")
    assert f"there never was a version {written.strip(chr(34))}; it is read as 3.1." in told


def test_an_intent_with_a_blank_is_warned_of() -> None:
    assert warnings_of("intents: [opening hours]") == [
        'nlu_data/0.yml:1:11: the intent "opening hours" has a blank in its name, so no button can name it. '
        "Call it opening_hours."
    ]


def test_a_rule_that_an_or_makes_several_of_has_its_name_once() -> None:
    steps = "[{or: [{intent: greet}, {intent: greet, entities: [name]}]}, {action: utter_hi}]"
    content = "intents: [greet]\nentities: [name]\nresponses: {utter_hi: [{text: Hi}]}\n"
    assert warnings_of(f"{content}rules:\n- rule: Hello\n  steps: {steps}\n") == []


def test_two_rules_of_one_name_are_warned_of() -> None:
    rule = "  - rule: Hello\n    steps: [{intent: %s}, {action: utter_hi}]\n"
    told = warnings_of(
        "intents: [greet, hi]\nresponses: {utter_hi: [{text: Hi}]}\nrules:\n" + rule % "greet" + rule % "hi"
    )
    assert told == [
        'nlu_data/0.yml:6:5: another rule is called "Hello", at nlu_data/0.yml:4:5, so nobody can tell which of them '
        "acted. Give this one a name of its own."
    ]


def test_a_slot_with_a_class_of_its_own_counts_as_any() -> None:
    content = "slots: {x: {type: my.MySlot, path: a, influence_conversation: true, mappings: [{type: custom}]}}"
    slot = assistant_of(content).slots["x"]
    assert (slot.type, slot.influence_conversation) == ("any", False)
    assert "counts as any" in warnings_of(content)[0]


def test_a_number_or_category_that_is_set_to_nobody_knows_what_is_passed_over() -> None:
    content = """
intents: [greet]
slots: {score: {type: float, mappings: [{type: custom}]}}
responses: {utter_hi: [{text: Hi}]}
rules: [{rule: r, steps: [{intent: greet}, {slot_was_set: [score]}, {action: utter_hi}]}]
"""
    (told,) = warnings_of(content)
    assert 'the slot "score" is of type float, so that it is set says nothing' in told
    assert SlotStep({}) in assistant_of(content).rules[0].steps


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("rasa.shared.core.slots.AnySlot", "any"),
        ("rasa.core.slots.UnfeaturizedSlot", "any"),
        ("rasa_core.slots.TextSlot", "text"),
        ("rasa.core.slots.BooleanSlot", "bool"),
    ],
)
def test_a_class_of_rasas_own_is_its_type(written: str, kind: str) -> None:
    content = f"slots: {{x: {{type: {written}, mappings: [{{type: custom}}]}}}}"
    assert assistant_of(content).slots["x"].type == kind
    assert warnings_of(content) == []
