from __future__ import annotations

from datetime import timedelta

import pytest

from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.domain.assistant import ActionStep, Assistant, LoopStep, SlotStep, UserStep
from bot.domain.errors import ContentError
from tests.bot.dialogue.chat import assistant_of


def faults_of(*texts: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        assistant_of(*texts)
    return [str(fault) for fault in caught.value.faults]


BASE = """
version: "3.1"
intents: [greet, order]
entities: [size]
slots:
  size: {type: text, mappings: [{type: from_entity, entity: size}]}
responses:
  utter_greet: [{text: Hello}]
  utter_ask_size: [{text: Which size?}]
actions: [action_order]
forms:
  order_form: {required_slots: [size]}
"""

# ---------------------------------------------------------------- what is read


def test_what_rasa_1_called_templates_is_told_by_its_name_of_today() -> None:
    (fault,) = faults_of("templates: {utter_greet: [{text: hi}]}")
    assert fault.endswith("1:1: responses were called templates in Rasa 1. Call them responses.")


def test_a_domain_may_be_split_over_files() -> None:
    assistant = assistant_of(
        "intents: [greet]\nactions: [action_a]",
        "intents: [greet, bye]\nslots: {a: {type: any, mappings: [{type: custom, action: action_a}]}}",
        "responses: {utter_greet: [{text: hi}]}",
        "rules: [{rule: r, steps: [{intent: greet}, {action: utter_greet}]}]",
    )
    assert set(assistant.intents) == {"greet", "bye"}
    assert (assistant.rules[0].name, assistant.rules[0].place.path) == ("r", "nlu_data/3.yml")


def test_nlu_data_and_configuration_beside_it_are_left_to_others() -> None:
    assistant = assistant_of("recipe: default.v1\nlanguage: en\npipeline: []\npolicies: []", "nlu: [{intent: x}]", "")
    assert assistant.intents == {}


def test_test_stories_are_no_part_of_the_assistant() -> None:
    story = parse("tests/test_stories.yml", "stories: [{story: s, steps: [{user: hi, intent: nowhere}]}]")
    assert read_assistant([story]).stories == ()


def test_sessions_are_read() -> None:
    assistant = assistant_of("session_config: {session_expiration_time: 90, carry_over_slots_to_new_session: false}")
    assert assistant.session_expires_after == timedelta(minutes=90)
    assert not assistant.carry_over_slots


@pytest.mark.parametrize("minutes", ["99999999999999999999999999", "1e300"])
def test_a_session_of_more_minutes_than_can_be_counted_lasts_as_long_as_can_be(minutes: str) -> None:
    assistant = assistant_of(f"session_config: {{session_expiration_time: {minutes}}}")
    assert assistant.session_expires_after > timedelta(days=365 * 1000)


def test_intents_know_which_entities_they_use() -> None:
    assistant = assistant_of(
        """
intents:
  - all
  - none: {use_entities: []}
  - some: {use_entities: [city]}
  - others: {ignore_entities: [city]}
entities: [time, city: {roles: [from, to]}]
"""
    )
    assert assistant.intents == {
        "all": None,
        "none": (),
        "some": ("city", "city#from", "city#to"),
        "others": ("time",),
    }


def test_an_entity_without_influence_is_used_by_no_intent() -> None:
    assistant = assistant_of("intents: [a]\nentities: [x, y: {influence_conversation: false}]")
    assert assistant.intents["a"] == ("x",)
    assert set(assistant.entities) == {"x", "y"}


def test_steps_are_read() -> None:
    rule = assistant_of(
        BASE
        + """
rules:
  - rule: r
    condition:
      - active_loop: null
      - slot_was_set: [size: L]
    conversation_start: true
    wait_for_user_input: false
    steps:
      - intent: order
        entities: [size: L]
      - action: order_form
      - active_loop: order_form
      - slot_was_set: [size]
"""
    ).rules[0]
    assert rule.condition == (LoopStep(None), SlotStep({"size": "L"}))
    assert rule.steps == (
        UserStep(("order",), {"size": "L"}),
        SlotStep({"size": "L"}),
        ActionStep("order_form"),
        LoopStep("order_form"),
        SlotStep({"size": "..."}),
    )
    assert (rule.conversation_start, rule.wait_for_user_input, rule.place.line) == (True, False, 15)


def test_alternative_slots_make_several_stories() -> None:
    stories = assistant_of(
        BASE
        + """
stories:
  - story: s
    steps:
      - intent: greet
      - or:
          - slot_was_set: [size: L]
          - slot_was_set: [size: null]
      - action: utter_greet
"""
    ).stories
    assert [story.steps[1] for story in stories] == [SlotStep({"size": "L"}), SlotStep({"size": None})]


def test_checkpoints_join_stories_with_their_slots() -> None:
    stories = assistant_of(
        BASE + "stories:\n  - {story: a, steps: [{intent: greet}, {checkpoint: c}]}\n",
        "stories:\n  - {story: b, steps: [{checkpoint: c, slot_was_set: [size: L]}, {action: utter_greet}]}\n",
    ).stories
    assert [(story.name, story.steps) for story in stories] == [
        ("a > b", (UserStep(("greet",)), SlotStep({"size": "L"}), ActionStep("utter_greet")))
    ]


def test_checkpoints_in_a_circle_end() -> None:
    stories = assistant_of(
        BASE
        + """
stories:
  - {story: a, steps: [{intent: greet}, {action: utter_greet}, {checkpoint: c}]}
  - {story: b, steps: [{checkpoint: c}, {intent: order}, {action: action_order}, {checkpoint: c}]}
"""
    ).stories
    assert [story.name for story in stories] == ["a > b"]


def test_the_fingerprint_follows_the_meaning_and_not_the_layout() -> None:
    def fingerprint(text: str) -> str:
        return assistant_of(text).fingerprint

    assert fingerprint("intents: [a, b]") == fingerprint("# a comment\nintents:\n  - a\n  - b\n")
    assert fingerprint("intents: [a, b]") == fingerprint("intents: [a, b]\nnlu: [{intent: a}]")
    assert fingerprint("intents: [a, b]") != fingerprint("intents: [a, c]")


# ---------------------------------------------------------------- what is wrong


def test_all_faults_of_all_files_are_reported_at_once_with_their_places() -> None:
    faults = faults_of(
        BASE + "rules:\n  - rule: r\n    steps:\n      - intent: gret\n      - action: utter_gret\n",
        "slot: {}\nforms: {other_form: {required_slots: [siz]}}",
    )
    assert faults == [
        'nlu_data/0.yml:16:9: there is no intent "gret". Did you mean "greet"?',
        'nlu_data/0.yml:17:9: there is no response "utter_gret". Did you mean "utter_greet"?',
        'nlu_data/1.yml:1:1: there is no key in the file called "slot". Did you mean "slots"?',
        'nlu_data/1.yml:2:39: there is no slot "siz". Did you mean "size"?',
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("rules: [{rule: r, steps: [{intent: greet}, {action: action_ordr}]}]", 'Did you mean "action_order"?'),
        ("rules: [{rule: r, steps: [{intent: greet}, {active_loop: order_from}]}]", 'no form "order_from"'),
        ("rules: [{rule: r, steps: [{intent: greet, entities: [siz]}, {action: utter_greet}]}]", 'no entity "siz"'),
        ("rules: [{rule: r, steps: [{slot_was_set: [siz: 1]}, {action: utter_greet}]}]", 'no slot "siz"'),
        ("rules: [{rule: r, steps: [{intent: greet}]}]", "does nothing"),
        ("rules: [{rule: r}]", "has no steps"),
        ("rules: [{steps: [{intent: greet}, {action: utter_greet}]}]", "has no name"),
        ("rules: [{rule: r, step: []}]", 'Did you mean "steps"?'),
        (
            "rules: [{rule: r, steps: [{intent: greet}, {action: utter_greet}, {intent: order}]}]",
            "more than one message",
        ),
        ("rules: [{rule: r, condition: [{intent: greet}], steps: [{action: utter_greet}]}]", "only be on slots"),
        ("rules: [{rule: r, steps: [{checkpoint: c}, {action: utter_greet}]}]", "has a checkpoint"),
        (
            "rules: [{rule: r, wait_for_user_input: 1, steps: [{intent: greet}, {action: utter_greet}]}]",
            "true or false",
        ),
        ("rules: {rule: r}", "should be a list, not a mapping"),
        ("stories: [{story: s, steps: [{checkpoint: nowhere}, {action: utter_greet}]}]", '"nowhere"'),
        ("stories: [{story: s, steps: [{user: [hello]}]}]", "should be a text"),
        ('version: "three"', 'the version "three" is none'),
        ("config: {store_entities: false}", 'Did you mean "store_entities_as_slots"?'),
        ("stories: [{story: s, steps: [{intent: greet}, {checkpoint: c}, {action: utter_greet}]}]", "in the middle"),
        ("stories: [{story: s, steps: [{intnt: greet}]}]", 'Did you mean "intent"?'),
        ("intents: [a, a]", "listed twice"),
        ("intents: {a: b}", "should be a list, not a mapping"),
        ("intents: [a: {use_entities: [sizes]}]", 'Did you mean "size"?'),
        ("intents: [a: {use_entity: []}]", "key in the intent"),
        ("flows: {pay: {steps: []}}", "flows are of Rasa Pro"),
        ("responses: {utter_greet: [{text: Bye}]}", "declared twice under responses, first at nlu_data/0.yml:8:3"),
        ("responses: {greet: [{text: Bye}]}", 'Call it "utter_greet"'),
        ("responses: {utter_x: [{channel: sms}]}", "has no content"),
        ("responses: {utter_x: []}", "has no variation"),
        ("responses: {utter_x: [Hello]}", "is a bare text"),
        ("responses: {utter_x: [{text: a, buttons: 5, metadata: {liquid: true}}]}", "buttons should be a list"),
        ("responses: {utter_x: [{text: a, buttons: [{title: b}]}]}", "needs a title and a payload"),
        ("responses: {utter_x: [{text: a, custom: {widget: {input: emial}}}]}", 'Did you mean "email"?'),
        ("responses: {utter_x: [{text: a, custom: {widget: {show: lists}}}]}", 'Did you mean "list"?'),
        ("responses: {utter_x: [{text: a, custom: {widget: {shows: list}}}]}", "shows"),
        ("responses: {utter_x: [{text: a, custom: {widget: {show: consent}}}]}", "needs two buttons"),
        ("responses: {utter_x: [{text: a, custom: {widget: {show: rating}}}]}", "needs buttons"),
        ("responses: {utter_x: [{text: a, buttons: [{title: b, payload: /gret}]}]}", 'Did you mean "greet"?'),
        ("responses: {utter_x: [{text: a, condition: [{type: slot, name: siz, value: 1}]}]}", 'no slot "siz"'),
        ("responses: {utter_x: [{txt: a}]}", 'Did you mean "text"?'),
        ("responses: {utter_x: [{text: [a]}]}", "should be a text, not a list"),
        ("responses: {utter_x: [{text: 2026-12-01}]}", "not the date 2026-12-01. Put quotes around it."),
        ("actions: [utter_nothing]", 'no response "utter_nothing"'),
        ("forms: {f: {}}", "has no required_slots"),
        ("forms: {f: {required_slots: [size], ignored_intents: [gret]}}", 'no intent "gret"'),
        ("slots: {x: {type: txt, mappings: []}}", 'Did you mean "text"?'),
        ("slots: {x: {mappings: []}}", "has no type"),
        ("slots: {x: {type: text}}", "has no mappings"),
        ("slots: {x: {type: categorical, mappings: []}}", "has no values"),
        ("slots: {x: {type: text, values: [a], mappings: []}}", "only a categorical slot"),
        ("slots: {x: {type: any, influence_conversation: true, mappings: []}}", "cannot influence"),
        ("slots: {x: {type: bool, initial_value: maybe, mappings: []}}", "initial value 'maybe' is not"),
        ("slots: {x: {type: float, min_value: low, mappings: []}}", "should be a number"),
        ("slots: {x: {type: text, mappings: [{type: from_entity}]}}", "names no entity"),
        ("slots: {x: {type: text, mappings: [{type: from_entity, entity: siz}]}}", 'Did you mean "size"?'),
        ("slots: {x: {type: text, mappings: [{type: from_intent, intent: greet}]}}", "has no value"),
        ("slots: {x: {type: text, mappings: [{type: from_intent, intent: gret, value: 1}]}}", 'no intent "gret"'),
        ("slots: {x: {type: text, mappings: [{type: form_text}]}}", 'Did you mean "from_text"?'),
        ("slots: {x: {type: text, mappings: [{entity: size}]}}", "has no type"),
        ("slots: {x: {type: text, mappings: [{type: custom, action: action_x}]}}", 'no action "action_x"'),
        ("slots: {x: {type: text, mappings: [{type: from_text, conditions: [{active_loop: f}]}]}}", 'no form "f"'),
        (
            "slots: {x: {type: text, mappings: [{type: from_text, conditions: [{requested_slot: y}]}]}}",
            'no slot "y"',
        ),
        ("session_config: {session_expiration: 5}", 'Did you mean "session_expiration_time"?'),
        ("session_config: {session_expiration_time: -5}", "is negative"),
        ("session_config: {session_expiration_time: .nan}", "is no number that can be counted with: nan."),
        ("slots: {x: {type: float, max_value: .inf, mappings: []}}", "is no number that can be counted with: inf."),
        (
            "slots: {x: {type: any, initial_value: .nan, mappings: []}}",
            'the initial value of the slot "x" is no number that can be counted with: nan.',
        ),
        ("rules: [{rule: a, steps: [null]}]", 'a step of the rule "a" is empty. Say what happens in it'),
        ("[a, b]", "the file should be a mapping"),
        ("rules: [{rule: a, steps: ['action:utter_x']}]", "Put a blank after the colon."),
        ("rules: [{rule: a, condition: [slot_was_set: [requested_slott: x]], steps: []}]", '"requested_slot"?'),
        ("forms: {f: {required_slot: [size]}}", 'called "required_slot". Did you mean "required_slots"?'),
    ],
)
def test_a_fault_says_what_is_wrong(content: str, fault: str) -> None:
    faults = faults_of(BASE, content)
    assert any(fault in one for one in faults), faults
    assert all(one.startswith("nlu_data/1.yml:1:") for one in faults), faults


def test_liquid_is_read_where_a_variation_asks_for_it() -> None:
    asked = 'utter_a: [{text: "Hi {{ profile.name | default: slots.size | default: 1 }}", metadata: {liquid: true}}]'
    with_default = asked.replace("slots.size | default: 1", "'you'")
    assistant = assistant_of(BASE, "responses:\n  " + with_default)
    (variation,) = assistant.responses["utter_a"].variations
    assert (variation.liquid, variation.attributes) == (True, frozenset({"name"}))
    assert assistant.is_personal
    assert not assistant_of(BASE, "responses:\n  utter_a: [{text: 'Hi {{ profile.name }} {% if'}]").is_personal
    assert not assistant_of(BASE, "responses:\n  utter_a: [{text: 'Hi', metadata: {liquid: false}}]").is_personal


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Hi {{ profile.name }}", "2:15: the Liquid of this text cannot be used: profile.name may be missing."),
        ("Hi {{ slots.siz | default: 1 }}", 'there is no slot "siz". Did you mean "size"?'),
        ("Hi {size}", "2:15: {size} is not filled in where Liquid is. Write {{ slots.size }}."),
        ("{% if profile.name %}", "the Liquid of this text cannot be used: "),
    ],
)
def test_a_fault_in_liquid_is_told_with_its_place(text: str, fault: str) -> None:
    faults = faults_of(BASE, f'responses:\n  utter_a: [{{ text: "{text}", metadata: {{liquid: true}}}}]')
    assert fault in faults[0]


def test_a_form_must_be_able_to_ask_for_each_of_its_slots() -> None:
    extra = "slots: {x: {type: text, mappings: [{type: custom}]}}\nforms: {f: {required_slots: [x]}}"
    assert faults_of(BASE, extra) == [
        'nlu_data/1.yml:2:9: the form "f" has nothing to ask for the slot "x" with. Add the response utter_ask_x.'
    ]
    for question in ("responses: {utter_ask_f_x: [{text: a}]}", "actions: [action_ask_x]", "actions: [action_ask_f_x]"):
        assert "f" in assistant_of(BASE, extra, question).forms


def test_rules_that_contradict_each_other_are_shown_with_both_places() -> None:
    faults = faults_of(
        BASE,
        """rules:
  - {rule: one, steps: [{intent: greet}, {action: utter_greet}]}
  - {rule: two, steps: [{intent: greet}, {action: action_order}]}
""",
    )
    assert faults == [
        'nlu_data/1.yml:3:5: the rule "two" goes on with action_order where the rule "one" (nlu_data/1.yml:2:5) '
        "goes on with utter_greet. Give one of them a condition, or make them one."
    ]


def test_stories_that_multiply_beyond_measure_are_refused() -> None:
    choice = "{or: [{slot_was_set: [size: L]}, {slot_was_set: [size: null]}]}"
    steps = ", ".join(["{intent: greet}", *[choice] * 12, "{action: utter_greet}"])
    assert "4,096 ways" in faults_of(BASE, f"stories: [{{story: s, steps: [{steps}]}}]")[0]


def test_default_intents_and_actions_need_no_declaration() -> None:
    rules = """
rules:
  - {rule: unsure, steps: [{intent: nlu_fallback}, {action: action_default_fallback}]}
  - {rule: question, steps: [{intent: out_of_scope}, {action: action_answer_from_knowledge}]}
"""
    assistant: Assistant = assistant_of(rules)
    assert len(assistant.rules) == 2
    assert assistant.intents == {}


# ---------------------------------------------------------------- what Rasa would do otherwise


def test_a_mapping_of_an_entity_that_is_not_listed_says_where_to_list_it() -> None:
    (told,) = faults_of("slots: {n: {type: float, mappings: [{type: from_entity, entity: number}]}}")
    assert told.endswith('there is no entity "number". List it under entities: in the domain.')


def test_a_file_of_a_later_version_is_skipped() -> None:
    assistant = assistant_of(
        'version: "3.2"\nintents: [a]', 'version: "3.0"\nintents: [b]', "version: 3.1\nintents: [c]"
    )
    assert set(assistant.intents) == {"b", "c"}
    assert [str(one) for one in assistant.warnings] == [
        "nlu_data/0.yml:1:1: version 3.2 is later than 3.1, so the file is skipped. Lower it."
    ]


def test_entities_of_a_step_fill_the_slots_that_they_would_fill() -> None:
    story = "stories: [{story: s, steps: [{intent: order, entities: [{size: L}]}, {action: action_order}]}]"
    filled = assistant_of(BASE, story).stories[0].steps[1]
    assert filled == SlotStep({"size": "L"})
    without = assistant_of(BASE, story, "config: {store_entities_as_slots: false}").stories[0].steps
    assert without == (UserStep(("order",), {"size": "L"}), ActionStep("action_order"))


@pytest.mark.parametrize(
    ("entity", "filled"),
    [
        ("{city: Rome, role: to}", {"target": "Rome"}),
        ("{entity: city, value: Rome, role: to}", {"target": "Rome"}),
        ("{city: Rome, group: '1'}", {"stops": ["Rome"]}),
        ("{city: null, role: to}", {"target": "..."}),
        ("{city: Rome, role: from}", {}),
    ],
)
def test_roles_and_groups_of_an_entity_choose_the_slot(entity: str, filled: dict[str, object]) -> None:
    content = f"""
intents: [go]
entities: [city: {{roles: [to, from], groups: ["1"]}}]
slots:
  target: {{type: text, mappings: [{{type: from_entity, entity: city, role: to}}]}}
  stops: {{type: list, mappings: [{{type: from_entity, entity: city, group: "1"}}]}}
responses: {{utter_go: [{{text: Off}}]}}
rules: [{{rule: r, steps: [{{intent: go, entities: [{entity}]}}, {{action: utter_go}}]}}]
"""
    steps = assistant_of(content).rules[0].steps
    assert [step.slots for step in steps if isinstance(step, SlotStep)] == ([filled] if filled else [])


def test_more_ways_than_anybody_means_are_refused_and_not_written_out() -> None:
    """Intents that stay together in one step count, too: 2 to the power of 60 trails would fill any memory."""
    step = "{or: [{intent: greet}, {intent: order}]}, {action: utter_greet}"
    (fault,) = faults_of(f"{BASE}stories:\n  - {{story: a, steps: [{', '.join([step] * 60)}]}}\n")
    assert "can go in 1,152,921,504,606,846,976 ways; at most 2,000 are read" in fault


def test_checkpoints_that_multiply_beyond_reason_are_refused() -> None:
    links = [
        f"  - {{story: s{at}{way}, steps: [{{checkpoint: c{at}}}, {{action: utter_greet}}, {{checkpoint: c{at + 1}}}]}}"
        for at in range(40)
        for way in "ab"
    ]
    first = "  - {story: a, steps: [{intent: greet}, {action: utter_greet}, {checkpoint: c0}]}"
    assert any("in more than 2000 ways" in one for one in faults_of("\n".join([f"{BASE}stories:", first, *links, ""])))
