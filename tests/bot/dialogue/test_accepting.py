"""Answers that a slot of the content does not accept."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.conversation import ActiveLoop, Event, SlotSet, Tracker
from bot.domain.errors import ContentError
from bot.domain.understanding import Entity
from tests.bot.dialogue.chat import NOON, Chat, assistant_of, sets

ORDER = """
version: "3.1"
intents: [order, inform, faq, correct, skip, greet]
entities: [number, size]
slots:
  cakes:
    type: float
    influence_conversation: false
    accepts: {number: {from: 1, to: 500, whole: true}}
    mappings:
      - {type: from_entity, entity: number}
      - {type: from_text, not_intent: [faq, correct], conditions: [{active_loop: order_form, requested_slot: cakes}]}
  size:
    type: text
    influence_conversation: false
    accepts: {one_of: {small: [little], large: [big, "the 2 kg one"]}}
    mappings:
      - {type: from_entity, entity: size}
      - {type: from_intent, intent: skip, value: either, conditions: [{active_loop: order_form, requested_slot: size}]}
      - {type: from_text, not_intent: [faq, correct], conditions: [{active_loop: order_form, requested_slot: size}]}
responses:
  utter_ask_cakes: [{text: "How many?"}]
  utter_invalid_cakes: [{text: "One to 500, please."}]
  utter_ask_size: [{text: "Which size?"}]
  utter_invalid_size: [{text: "Small or large?"}]
  utter_ordered: [{text: "{cakes} {size}"}]
  utter_faq: [{text: "An answer"}]
forms:
  order_form: {required_slots: [cakes, size]}
rules:
  - rule: order
    steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
  - rule: ordered
    condition: [{active_loop: order_form}]
    steps: [{action: order_form}, {active_loop: null}, {action: utter_ordered}]
  - rule: faq
    steps: [{intent: faq}, {action: utter_faq}]
"""


ACTIONS = {
    "content alone": "",
    "with a validation, too": "actions: [validate_order_form]",
    "with what follows a refusal": "actions: [action_answer_refused]",
    "with both": "actions: [validate_order_form, action_answer_refused]",
}


@pytest.fixture(params=list(ACTIONS.values()), ids=list(ACTIONS))
def chat(request: pytest.FixtureRequest) -> Chat:
    return Chat(assistant_of(ORDER + request.param))


def test_an_answer_that_is_not_accepted_is_refused_with_the_authors_words_and_asked_for_again(chat: Chat) -> None:
    chat.hear("order")
    chat.hear("inform", "five thousand", number=5000)
    assert chat.said == ["One to 500, please.", "How many?"]
    assert (chat.slots.get("cakes"), chat.asked_for) == (None, "cakes")
    chat.hear("inform", "some")
    assert chat.said == ["One to 500, please.", "How many?"]
    chat.hear("inform", "50", number=50)
    assert (chat.slots["cakes"], chat.asked_for) == (50, "size")


def test_another_mapping_may_have_the_answer_that_the_first_has_not(chat: Chat) -> None:
    chat.hear("order")
    chat.hear("inform", "50")
    assert chat.slots["cakes"] == 50


def test_a_question_in_between_is_no_answer(chat: Chat) -> None:
    chat.hear("order")
    chat.hear("faq", "how much is one?")
    assert chat.said == ["An answer", "How many?"]


def test_what_the_author_gives_for_an_intent_is_accepted(chat: Chat) -> None:
    chat.hear("order", number=2)
    chat.hear("skip")
    assert (chat.slots["size"], chat.said) == ("either", ["2 either"])


def test_a_correction_that_is_refused_leaves_the_answer_as_it_was(chat: Chat) -> None:
    chat.hear("order", number=2)
    chat.hear("correct", "no, 900", number=900)
    assert chat.said == ["One to 500, please.", "Which size?"]
    assert (chat.slots["cakes"], chat.asked_for) == (2, "size")


def test_what_else_a_message_says_is_not_refused_where_it_answers_the_question(chat: Chat) -> None:
    chat.hear("order", number=2)
    chat.hear("inform", "the big one, and 900 thanks", number=900)
    assert (chat.slots["cakes"], chat.slots["size"]) == (2, "large")


def test_what_answers_another_question_of_the_form_is_no_refused_answer_to_this_one(chat: Chat) -> None:
    chat.hear("order", number=2)
    chat.hear("inform", "sorry, make that 8", number=8)
    assert chat.said == ["Which size?"]
    assert (chat.slots["cakes"], chat.asked_for) == (8, "size")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("utter_correction_noted", ["Put right.", "Which size?"]),
        ("utter_cakes_corrected", ["Put right.", "Which size?"]),
        ("utter_size_corrected", ["Which size?"]),
    ],
)
def test_a_form_without_an_action_acknowledges_an_earlier_answer_that_is_put_right(
    written: str, said: list[str]
) -> None:
    words = f'  {written}: [{{text: "Put right."}}]\nforms:'
    chat = Chat(assistant_of(ORDER.replace("forms:", words, 1)))
    chat.hear("order", number=2)
    chat.hear("inform", "sorry, make that 8", number=8)
    assert chat.said == said
    chat.hear("inform", "still 8", number=8)
    assert chat.said == ["Which size?"]


def test_outside_of_its_form_a_slot_holds_nothing_that_it_does_not_accept(chat: Chat) -> None:
    chat.hear("greet", number=900)
    assert chat.slots.get("cakes") is None
    chat.hear("order", number=900)
    assert chat.asked_for == "cakes"


def test_what_follows_a_refusal_is_run_before_the_form_asks_again() -> None:
    chat = Chat(assistant_of(ORDER + "actions: [validate_order_form, action_answer_refused]"))
    chat.hear("order")
    assert chat.hear("inform", number=900) == ["action_answer_refused", "validate_order_form", "order_form"]
    assert chat.hear("inform", number=90) == ["validate_order_form", "order_form"]


def test_what_follows_a_refusal_may_leave_the_form() -> None:
    def leave(_: Tracker) -> list[Event]:
        return [ActiveLoop(None), SlotSet("requested_slot", None)]

    chat = Chat(assistant_of(ORDER + "actions: [action_answer_refused]"), {"action_answer_refused": leave})
    chat.hear("order")
    chat.hear("inform", number=900)
    assert (chat.form, chat.said) == (None, ["One to 500, please."])


def test_an_action_may_refuse_what_the_content_accepts() -> None:
    chat = Chat(assistant_of(ORDER + "actions: [validate_order_form]"), {"validate_order_form": sets(cakes=None)})
    chat.hear("order")
    chat.hear("inform", number=13)
    assert (chat.slots["cakes"], chat.asked_for) == (None, "cakes")


# ---------------------------------------------------------------- each kind of answer


def taken(accepts: str, text: str = "", *entities: Entity, kind: str = "text") -> Any:
    """What the slot holds after this answer to its question."""
    chat = Chat(
        assistant_of(f"""
version: "3.1"
intents: [order, inform]
entities: [email, phone, number, time]
slots:
  it:
    type: {kind}
    accepts: {accepts}
    mappings: [{{type: from_text, conditions: [{{active_loop: it_form, requested_slot: it}}]}}]
responses: {{utter_ask_it: [{{text: "What?"}}], utter_invalid_it: [{{text: "Not that."}}]}}
forms: {{it_form: {{required_slots: [it]}}}}
rules: [{{rule: order, steps: [{{intent: order}}, {{action: it_form}}, {{active_loop: it_form}}]}}]
""")
    )
    chat.hear("order")
    chat.hear("inform", text, entities=entities)
    value = chat.slots.get("it")
    assert chat.said[:1] == (["Not that."] if value is None else [])
    return value


def day(first: str, last: str) -> Entity:
    return Entity("time", "then", details={"from": f"{first}T00:00:00+09:00", "to": f"{last}T00:00:00+09:00"})


@pytest.mark.parametrize(
    ("text", "found", "kept"),
    [
        ("it's ana@example.com, thanks", [Entity("email", "ana@example.com")], "ana@example.com"),
        ("Ana@EXAMPLE.com", [], "Ana@example.com"),
        ("ana at example", [], None),
        ("ana@", [], None),
    ],
)
def test_an_email_address(text: str, found: list[Entity], kept: str | None) -> None:
    assert taken("email", text, *found) == kept


@pytest.mark.parametrize(
    ("text", "found", "kept"),
    [
        ("call me on 07700 900123", [Entity("phone", "+447700900123")], "+447700900123"),
        ("+52 1 55 1234 5678", [Entity("phone", "+5215512345678")], "+5215512345678"),
        ("+52 1 55 1234 5678", [], "+5215512345678"),
        ("call me on 07700 900123", [Entity("phone-number", "+447700900123")], "+447700900123"),
        ("+44 7700 900123", [], "+447700900123"),
        ("12", [], None),
        ("no", [], None),
    ],
)
def test_a_telephone_number(text: str, found: list[Entity], kept: str | None) -> None:
    assert taken("phone", text, *found) == kept


@pytest.mark.parametrize(
    ("accepts", "text", "kind", "kept"),
    [
        ("number", "1.5", "float", 1.5),
        ("number", "12", "text", "12"),
        ("number", "true", "float", None),
        ("number", "1e999", "float", None),
        ("{number: {from: 1}}", "0", "float", None),
        ("{number: {from: 1}}", "1", "float", 1),
        ("{number: {to: 5}}", "5.1", "float", None),
        ("{number: {whole: true}}", "1.5", "float", None),
    ],
)
def test_a_number_within_its_limits(accepts: str, text: str, kind: str, kept: Any) -> None:
    assert taken(accepts, text, kind=kind) == kept


def test_of_several_numbers_the_last_that_fits() -> None:
    found = Entity("number", 40), Entity("number", 50), Entity("number", 900)
    assert taken("{number: {to: 500}}", "40, no 50, or 900", *found, kind="float") == 50


@pytest.mark.parametrize(
    ("accepts", "first", "last", "kept"),
    [
        ("date", "2026-12-05", "2026-12-06", "2026-12-05"),
        ("date", "2026-11-24", "2026-11-25", "2026-11-24"),
        ("date", "2026-11-30", "2026-12-05", None),
        ("date", "2026-12-01", "2027-01-01", None),
        ("{date: {from: tomorrow}}", "2026-11-24", "2026-11-25", None),
        ("{date: {from: tomorrow}}", "2026-11-25", "2026-11-26", "2026-11-25"),
        ("{date: {from: 2d, to: 1w}}", "2026-11-25", "2026-11-26", None),
        ("{date: {from: 2d, to: 1w}}", "2026-12-01", "2026-12-02", "2026-12-01"),
        ("{date: {from: 2d, to: 1w}}", "2026-12-02", "2026-12-03", None),
    ],
)
def test_one_day_within_its_limits_where_the_customer_is(accepts: str, first: str, last: str, kept: str | None) -> None:
    assert NOON.date().isoformat() == "2026-11-24"
    assert taken(accepts, "then", day(first, last)) == kept


@pytest.mark.parametrize(("text", "kept"), [("2026-12-05", "2026-12-05"), ("2026-11-01", None), ("2026-13-40", None)])
def test_a_day_as_a_button_writes_it(text: str, kept: str | None) -> None:
    assert taken("date", text) == kept


def test_a_day_as_duckling_tells_it() -> None:
    details = {"grain": "day", "type": "value", "value": "2026-12-05T00:00:00.000+00:00"}
    assert taken("date", "then", Entity("time", "2026-12-05T00:00:00.000+00:00", details=details)) == "2026-12-05"


@pytest.mark.parametrize("grain", ["week", "month", "year"])
def test_a_month_as_duckling_tells_it_is_no_day(grain: str) -> None:
    details = {"grain": grain, "type": "value", "value": "2026-12-01T00:00:00.000+00:00"}
    assert taken("date", "then", Entity("time", "2026-12-01T00:00:00.000+00:00", details=details)) is None


@pytest.mark.parametrize(
    ("text", "phrase", "kept"),
    [
        ("in the morning", "morning", None),
        ("at 10", "at 10", None),
        ("this afternoon", "afternoon", "2026-11-24"),
        ("tonight", "tonight", "2026-11-24"),
        ("Friday at 10", "friday at 10", "2026-11-24"),
    ],
)
def test_a_time_of_the_day_is_no_day(text: str, phrase: str, kept: str | None) -> None:
    details = {"from": "2026-11-24T09:00:00+00:00", "to": "2026-11-24T12:00:00+00:00"}
    assert taken("date", text, Entity("time", phrase, text, 0, len(text), details=details)) == kept


def test_a_time_that_is_over_is_no_day() -> None:
    assert taken("date", "yesterday", Entity("time", "yesterday")) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Large, please", "large"),
        ("the 2  KG one", "large"),
        ("extra large", "extra large"),
        ("small or large?", None),
        ("enlarge", None),
        ("medium", None),
    ],
)
def test_one_of_a_list_by_its_own_word_or_another(text: str, kept: str | None) -> None:
    accepts = '{one_of: {small: [little], large: ["the 2 kg one"], extra large: []}}'
    assert taken(accepts, text) == kept


@pytest.mark.parametrize(
    ("text", "kept"), [("my order is cc-1234.", "cc-1234"), ("CC-12345", None), ("1234", None), ("XCC-1234", None)]
)
def test_what_fits_a_pattern(text: str, kept: str | None) -> None:
    assert taken('{pattern: "CC-[0-9]{4}"}', text) == kept


def test_the_answers_that_are_listed_are_known_by_their_words() -> None:
    known = assistant_of(ORDER)
    assert known.words_for("size") == {("small",), ("little",), ("large",), ("big",), ("the", "2", "kg", "one")}
    assert known.words_for("cakes") == known.words_for("nothing") == frozenset()


def test_a_pattern_that_would_be_followed_for_ever_refuses() -> None:
    assert taken('{pattern: "(a+)+b"}', "a" * 400) is None


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("accepts", "fault"),
    [
        ("emial", 'there is no kind of answer called "emial". Did you mean "email"?'),
        ("{number: 5}", "the limits of the number should be a mapping of names to values, not the number 5."),
        ("{number: {form: 1}}", 'there is no key in the limits of the number called "form". Did you mean "from"?'),
        ("{number: {from: 9, to: 1}}", "no number is from 9 to 1. Swap the two."),
        ("{date: {from: soon}}", '"soon" is no distance from the day on which the customer says it.'),
        ("{date: {from: 9d, to: 1d}}", "no day is from 9 to 1 days ahead."),
        ("{one_of: []}", "one_of has no values."),
        ("{one_of: {a: [x], b: [X]}}", '"X" stands for both "a" and "b".'),
        ('{pattern: "("}', '"(" is no regular expression'),
        ("{pattern: }", "the pattern should be a text, not nothing."),
        ("{email: true}", "email has nothing to set. Write `accepts: email`."),
        ("{email: , phone: }", 'what the slot "it" accepts should be one thing, not 2.'),
        ("[email]", 'what the slot "it" accepts should be a text, not a list.'),
        ("", 'what the slot "it" accepts should be a text, not nothing.'),
    ],
)
def test_what_cannot_be_accepted_is_told(accepts: str, fault: str) -> None:
    with pytest.raises(ContentError, match=r".") as raised:
        taken(accepts)
    assert any(fault in str(one) for one in raised.value.faults), list(map(str, raised.value.faults))


def test_a_type_that_holds_no_such_answer_is_told() -> None:
    with pytest.raises(
        ContentError, match=r'the slot "it" is of type bool, which holds no such answer\. Set type: text\.'
    ):
        taken("email", kind="bool")


def test_a_value_that_its_slot_does_not_list_is_told() -> None:
    with pytest.raises(ContentError, match=r'there is no value of the slot "size" "smal"\. Did'):
        assistant_of(
            ORDER.replace(
                '{one_of: {small: [little], large: [big, "the 2 kg one"]}}', "{one_of: [smal, large]}"
            ).replace("  size:\n    type: text", "  size:\n    type: categorical\n    values: [small, large]")
        )


def test_a_refusal_without_words_is_told() -> None:
    with pytest.raises(ContentError) as raised:
        assistant_of(ORDER.replace("utter_invalid_cakes", "utter_else"))
    assert str(raised.value.faults[0]) == (
        'nlu_data/0.yml:9:5: nothing is said to an answer that the slot "cakes" refuses. '
        "Add the response utter_invalid_cakes."
    )


def test_what_the_opening_message_names_of_a_list_is_not_asked_for(chat: Chat) -> None:
    chat.hear("order", "two large cakes please", number=2)
    assert chat.slots["size"] == "large"
    assert chat.said == ["2 large"]


def test_what_the_answer_to_another_question_names_of_a_list_is_taken(chat: Chat) -> None:
    chat.hear("order", "cakes please")
    chat.hear("inform", "the little ones")
    assert (chat.slots["size"], chat.asked_for, chat.said) == ("small", "cakes", ["How many?"])


@pytest.mark.parametrize("text", ["one big cake", "a small or a large one", "cake"])
def test_short_words_and_several_values_name_none(chat: Chat, text: str) -> None:
    chat.hear("order", text)
    assert chat.slots.get("size") is None


def test_a_question_in_between_names_nothing(chat: Chat) -> None:
    chat.hear("order", "cakes please")
    chat.hear("faq", "how much is a large one?")
    assert (chat.slots.get("size"), chat.asked_for) == (None, "cakes")
