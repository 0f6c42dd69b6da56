"""Files of Rasa 2, read as what they mean in Rasa 3."""

from __future__ import annotations

import pytest

from bot.domain.assistant import MappingCondition, SlotMapping
from bot.domain.errors import ContentError
from tests.bot.dialogue.chat import Chat, assistant_of

RESTAURANT = """
version: "2.0"
intents: [book, inform, chat]
entities: [cuisine, number]
slots:
  cuisine: {type: text, auto_fill: false}
  people: {type: float, max_value: 20}
  wish: {type: text}
  number: {type: any}
  note: {type: text, influence_conversation: false}
responses:
  utter_ask_cuisine: [{text: "Which cuisine?"}]
  utter_ask_people: [{text: "How many?"}]
  utter_ask_wish: [{text: "Any wishes?"}]
forms:
  table_form:
    REQUIRED
"""
MAPPED = """
      cuisine: [{type: from_entity, entity: cuisine}]
      people: [{type: from_entity, entity: number, intent: inform}]
      wish: [{type: from_text, not_intent: chat}]
"""
RULES = """
version: "2.0"
rules:
  - {rule: book, steps: [{intent: book}, {action: table_form}, {active_loop: table_form}]}
"""


def content(form: str) -> str:
    return RESTAURANT.replace("\n    REQUIRED\n", form)


@pytest.mark.parametrize(
    "form",
    [
        MAPPED.replace("\n      ", "\n    "),
        "\n    ignored_intents: [chat]\n    required_slots:" + MAPPED,
    ],
    ids=["slots right in the form", "under required_slots"],
)
def test_a_form_with_mappings_inside_asks_as_it_did(form: str) -> None:
    chat = Chat(assistant_of(content(form), RULES))
    chat.hear("book", "a table please")
    assert chat.said == ["Which cuisine?"]
    chat.hear("inform", "thai", cuisine="thai")
    chat.hear("inform", "for 4", number=4)
    assert (chat.slots["people"], chat.asked_for) == (4, "wish")
    chat.hear("inform", "by the window")
    assert (chat.form, chat.slots["wish"]) == (None, "by the window")


def test_mappings_move_to_their_slots_for_that_form_alone() -> None:
    slots = assistant_of(content("\n    required_slots:" + MAPPED)).slots
    here = MappingCondition("table_form")
    assert slots["cuisine"].mappings == (SlotMapping("from_entity", "cuisine", conditions=(here,)),)
    assert slots["wish"].mappings[0].conditions == (MappingCondition("table_form", "wish"),)


def test_a_slot_is_filled_from_the_entity_of_its_name_unless_it_says_no() -> None:
    slots = assistant_of(content("\n    required_slots: {}\n")).slots
    assert slots["number"].mappings == (SlotMapping("from_entity", "number"),)
    assert slots["cuisine"].mappings == slots["note"].mappings == (SlotMapping("custom"),)


def test_two_forms_may_map_the_same_slot() -> None:
    twice = "\n    required_slots: {people: [{type: from_entity, entity: number}]}\n"
    twice += "  other_form: {required_slots: {people: [{type: from_entity, entity: number}]}}\n"
    mappings = assistant_of(content(twice)).slots["people"].mappings
    assert [mapping.conditions for mapping in mappings] == [
        (MappingCondition("table_form"), MappingCondition("other_form"))
    ]


def test_what_is_wrong_in_a_form_is_told_where_it_stands() -> None:
    wrong = """
    required_slots:
      peple: [{type: from_entity, entity: number}]
      wish: [{type: from_text, not_intent: chatt}]
      cuisine:
        - {type: from_entity}
"""
    with pytest.raises(ContentError) as caught:
        assistant_of(content(wrong))
    assert [(fault.place.line, fault.message) for fault in caught.value.faults] == [
        (18, 'there is no slot "peple".'),
        (19, 'there is no intent "chatt".'),
        (21, 'a mapping of the slot "cuisine" is from_entity and names no entity.'),
    ]


def test_a_file_of_rasa_3_must_say_how_a_slot_is_filled() -> None:
    with pytest.raises(ContentError, match=r'version: "2[.]0"'):
        assistant_of('version: "3.1"\nslots: {x: {type: text}}')


def test_an_unfeaturized_slot_holds_anything_and_influences_nothing() -> None:
    slot = assistant_of('version: "2.0"\nslots: {note: {type: unfeaturized}}').slots["note"]
    assert (slot.type, slot.influence_conversation) == ("any", False)


def test_a_fault_in_a_slot_that_is_converted_has_its_place() -> None:
    with pytest.raises(ContentError) as caught:
        assistant_of('version: "2.0"\nslots:\n  note:\n    type: txet\n    auto_fill: false\n')
    assert [fault.place.line for fault in caught.value.faults] == [4]


def test_a_slot_that_only_its_form_knows_is_asked_for_where_what_rasa_takes_is_no_fault() -> None:
    form = """
    required_slots:
      extra: [{type: from_entity, entity: number}]
"""
    assistant = assistant_of(content(form), RULES, "overture: {lapses: warn}")
    assert assistant.forms["table_form"].required_slots == ("extra",)
    assert assistant.slots["extra"].mappings[0].entity == "number"
    assert any('no slot "extra"' in str(warning) for warning in assistant.warnings)


def test_a_slot_and_a_form_may_have_theirs_merged_in_from_others() -> None:
    text = """
version: "2.0"
entities: [city, day]
slots:
  city: &plain {type: text, auto_fill: false, influence_conversation: false}
  day: {<<: *plain, initial_value: today}
  note: *plain
responses: {utter_ask_city: [{text: "Where?"}], utter_ask_day: [{text: "When?"}]}
forms:
  trip: &trip {required_slots: {city: [{type: from_entity, entity: city}], day: [{type: from_text}]}}
  tour: {<<: *trip, ignored_intents: [restart]}
"""
    assistant = assistant_of(text)
    assert assistant.slots["day"].initial_value == "today"
    assert assistant.slots["day"].mappings == (
        SlotMapping(
            "from_text",
            conditions=(MappingCondition("trip", "day"), MappingCondition("tour", "day")),
        ),
    )
    assert assistant.forms["tour"].required_slots == ("city", "day")
    assert [one.type for one in assistant.slots["note"].mappings] == ["custom"]
