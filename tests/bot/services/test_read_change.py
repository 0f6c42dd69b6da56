from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.dialogue.slots import heard_slots
from bot.documents import parse as document_of
from bot.domain.assistant import Assistant
from bot.domain.conversation import ActiveLoop, Event, SlotSet, Tracker, UserUttered
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import Entity, Expecting, IntentScore, Understood
from bot.nlu.entities import build_extractor
from bot.nlu.naming import EntityNames
from bot.nlu.training_data import read_training_data
from bot.services.read_change import read_change
from tests.bot.dialogue.chat import assistant_of

DOMAIN = """
intents: [inform, correct, ask]
entities: [number, time, person]
slots:
  guests: {type: float, mappings: [{type: from_entity, entity: number, intent: [inform, correct]}]}
  when: {type: text, mappings: [{type: from_entity, entity: time, intent: [inform, correct]}]}
  name:
    type: text
    mappings:
      - {type: from_entity, entity: person, intent: [inform, correct]}
      - {type: from_text, conditions: [{active_loop: table, requested_slot: name}]}
  wishes: {type: text, mappings: [{type: from_text, conditions: [{active_loop: table, requested_slot: wishes}]}]}
responses:
  utter_ask_guests: [{text: How many?}]
  utter_ask_when: [{text: When?}]
  utter_ask_name: [{text: Who?}]
  utter_ask_wishes: [{text: Anything else?}]
forms:
  table: {required_slots: [guests, when, name, wishes]}
"""
TABLE = assistant_of(DOMAIN)
WITHOUT_CORRECTIONS = assistant_of(
    DOMAIN.replace("intents: [inform, correct, ask]", "intents: [inform, ask]").replace("[inform, correct]", "inform")
)
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
EXAMPLES = """
version: "3.1"
nlu:
  - intent: ask
    examples: |
      - do you have a garden?
      - is there a garden
  - intent: inform
    examples: |
      - under the name of Ana
      - my name is Ana
"""
DATA = read_training_data([document_of("nlu.yml", EXAMPLES)])
EXTRACTOR = build_extractor(DATA)
DUCKLING = build_extractor(DATA, EntityNames(duckling=frozenset({"time", "number"})))


def said(text: str, number: int = 0) -> UserUttered:
    return UserUttered(text, Understood(text, IntentScore("ask", 1.0)), MessageId(f"m{number}"), NOW, "webchat")


def known(*events: Event, form: str | None = None) -> Tracker:
    opened = [ActiveLoop("table")] if form or events else []
    return Tracker(ConversationId("c")).apply_all([*opened, said("x"), *events, ActiveLoop(form)])


def heard(
    text: str,
    tracker: Tracker,
    assistant: Assistant = TABLE,
    extractor: Any = EXTRACTOR,
    languages: Sequence[str] = (),
) -> dict[str, Any]:
    """What the slots hold anew once the message was heard, and the intent under "intent"."""

    def parse(value: str, asked: Expecting) -> Understood:
        found = extractor.extract(value, asked, "GB", zone=UTC, now=NOW, languages=languages)
        return Understood(value, IntentScore("ask", 1.0), found)

    understood = Understood(text, IntentScore("ask", 0.5), EXTRACTOR.extract(text, None, "GB", now=NOW))
    read = read_change(assistant, tracker, understood, parse, languages, now=NOW, zone=UTC)
    message = UserUttered(text, read, MessageId("m9"), NOW, "webchat")
    slots = {slot.name: slot.value for slot in heard_slots(assistant, tracker.apply(message))}
    return {"intent": read.intent.name, **slots}


FOUR, TEN = SlotSet("guests", 4.0), SlotSet("when", "tuesday at 10")


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("can we make it 11?", "tuesday at 11:00"),
        ("could we do Thursday instead", "thursday at 10"),
        ("actually 3pm works better", "tuesday 3pm"),
        ("make it half past nine on Friday", "half past nine on friday"),
    ],
)
def test_a_proposed_time_takes_the_place_of_what_it_says_of_the_one_that_is_known(text: str, when: str) -> None:
    assert heard(text, known(FOUR, TEN)) == {"intent": "correct", "when": when}


@pytest.mark.parametrize(
    ("text", "languages", "when"),
    [
        ("and at 11", [], "tuesday at 11:00"),
        ("11ish", [], "tuesday at 11:00"),
        ("around 11 please", [], "tuesday at 11:00"),
        ("und um 11", ["de"], "tuesday at 11:00"),
        ("plutôt vers 11 heures", ["fr"], "tuesday 11 o'clock"),
    ],
)
def test_an_hour_by_itself_is_of_the_time_that_was_just_told(text: str, languages: Sequence[str], when: str) -> None:
    assert heard(text, known(TEN), languages=languages) == {"intent": "correct", "when": when}
    later = known(TEN).apply_all(said("and then?", number) for number in range(4))
    assert heard("11ish", later)["intent"] == "ask"


@pytest.mark.parametrize(
    ("text", "languages"), [("make it 9 or 10", []), ("can we do 9 or 10?", []), ("lieber 9 oder 10", ["de"])]
)
def test_several_times_for_choice_are_a_change(text: str, languages: Sequence[str]) -> None:
    assert heard(text, known(TEN), languages=languages)["intent"] == "correct"


def test_so_it_does_of_moments_as_duckling_has_them() -> None:
    moment = SlotSet("when", "2026-12-01T10:00:00.000+00:00")
    changed = heard("can we make it 11?", known(moment), extractor=DUCKLING)
    assert changed == {"intent": "correct", "when": "2026-12-01T11:00:00.000+00:00"}


@pytest.mark.parametrize("text", ["sorry, 6", "no, 6", "6 I mean", "make it six"])
def test_a_number_alone_puts_right_the_last_number(text: str) -> None:
    assert heard(text, known(FOUR)) == {"intent": "correct", "guests": 6}


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("nein, ich meinte 60", "guests", 60),
        ("doch lieber sechzig", "guests", 60),
        ("eher 60 bitte", "guests", 60),
        ("nein, Donnerstag", "when", "thursday at 10"),
        ("können wir 14 Uhr machen?", "when", "tuesday 14 o'clock"),
        ("Donnerstag passt mir besser", "when", "thursday at 10"),
        ("ginge auch halb drei?", "when", "tuesday 2:30"),
    ],
)
def test_so_they_do_in_another_language_that_is_read(text: str, slot: str, value: float | str) -> None:
    assert heard(text, known(FOUR, TEN), languages=["de"]) == {"intent": "correct", slot: value}
    assert heard(text, known(FOUR, TEN))["intent"] == "ask"


def test_in_german_a_noun_with_its_capital_is_no_name() -> None:
    told = known(SlotSet("name", "Ana"))
    assert heard("nein, Rechnung", told, languages=["de"])["intent"] == "ask"
    assert heard("Robert, nicht Ana", told, languages=["de"])["name"] == "Robert"
    assert heard("es heißt Robert", told, languages=["de"])["name"] == "Robert"


@pytest.mark.parametrize("text", ["sorry, 45", "45 I mean"])
def test_a_number_that_is_no_hour_is_no_time(text: str) -> None:
    assert heard(text, known(FOUR, TEN)) == {"intent": "correct", "guests": 45}


def test_a_number_that_may_be_of_two_answers_is_asked_about() -> None:
    assert heard("make it 8", known(FOUR, TEN)) == {"intent": "correct"}


def test_a_number_is_no_answer_that_has_to_be_a_day() -> None:
    days = "when: {type: text, accepts: {date: {from: today, to: 8w}},"
    dated = assistant_of(
        DOMAIN.replace("when: {type: text,", days).replace(
            "responses:", "responses:\n  utter_invalid_when: [{text: Which day?}]"
        )
    )
    assert heard("make it 8", known(FOUR, TEN), dated) == {"intent": "correct", "guests": 8}
    assert "when" in heard("make it thursday", known(FOUR, TEN), dated)


@pytest.mark.parametrize("text", ["actually it's Robert", "it's Robert actually", "no, Robert", "Robert, not Ana"])
def test_a_name_takes_the_place_of_the_one_that_was_just_told(text: str) -> None:
    assert heard(text, known(SlotSet("name", "Ana"))) == {"intent": "correct", "name": "Robert"}


@pytest.mark.parametrize("text", ["actually it's broken", "no, thanks", "no, 3 sites"])
def test_what_has_no_capital_is_no_name(text: str) -> None:
    assert heard(text, known(SlotSet("name", "Ana")))["intent"] == "ask"


@pytest.mark.parametrize("text", ["no wait its robert", "no, robert", "actually it's ana maria"])
def test_what_many_are_called_is_a_name_without_its_capital(text: str) -> None:
    assert heard(text, known(SlotSet("name", "Bob")))["name"] in ("Robert", "Ana Maria")


def test_while_any_words_may_be_the_answer_a_name_is_one() -> None:
    asking = known(SlotSet("name", "Ana"), form="table")
    assert heard("actually, Robert", asking.apply(SlotSet("requested_slot", "guests")))["name"] == "Robert"
    assert heard("actually, Robert", asking.apply(SlotSet("requested_slot", "wishes")))["intent"] == "ask"


@pytest.mark.parametrize("text", ["we have 3 sites", "no, we have 3 sites", "how about a discount?", "make it cheap"])
def test_what_says_something_else_is_as_it_was_understood(text: str) -> None:
    assert heard(text, known(FOUR, TEN))["intent"] == "ask"


def test_a_number_is_of_no_answer_that_was_given_long_ago() -> None:
    later = known(FOUR).apply_all(said("and then?", number) for number in range(4))
    assert heard("sorry, 6", later) == {"intent": "ask"}


@pytest.mark.parametrize(("assistant", "intent"), [(TABLE, "correct"), (WITHOUT_CORRECTIONS, "inform")])
def test_in_an_open_form_any_assistant_takes_it(assistant: Assistant, intent: str) -> None:
    asking = known(FOUR, form="table").apply(SlotSet("requested_slot", "when"))
    assert heard("sorry, 6", asking, assistant) == {"intent": intent, "guests": 6}


def test_after_a_form_an_assistant_that_lets_nothing_be_put_right_is_left_alone() -> None:
    assert heard("sorry, 6", known(FOUR), WITHOUT_CORRECTIONS) == {"intent": "ask"}


@pytest.mark.parametrize(
    "understood",
    [
        Understood("make it 11", IntentScore("inform", 1.0), (Entity("time", "at 11"),), stage="expected"),
        Understood("make it 11", IntentScore("ask", 1.0), stage="button"),
        Understood("make it 11", IntentScore("opt_out", 1.0)),
    ],
)
def test_an_answer_a_button_and_an_opt_out_stay_what_they_are(understood: Understood) -> None:
    read = read_change(TABLE, known(FOUR, TEN), understood, lambda value, asked: understood, now=NOW, zone=UTC)
    assert read is understood


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("push it back an hour", "Thursday 26 November at 11:00"),
        ("half an hour later please", "Thursday 26 November at 10:30"),
        ("a day earlier", "Wednesday 25 November at 10:00"),
        ("können wir es um eine Stunde vorziehen?", "Thursday 26 November at 09:00"),
    ],
)
def test_a_time_that_is_known_is_moved_by_so_much(text: str, when: str) -> None:
    assert heard(text, known(SlotSet("when", "thursday at 10")), languages=["de"]) == {
        "intent": "correct",
        "when": when,
    }


def test_so_much_later_alone_is_of_a_time_that_was_told_lately() -> None:
    long_ago: list[Event] = [SlotSet("when", "thursday at 10"), *(said("x", number) for number in range(5))]
    assert heard("an hour later", known(*long_ago)) == {"intent": "ask"}
    assert heard("push it back an hour", known(*long_ago))["when"] == "Thursday 26 November at 11:00"
    assert heard("push it back an hour", known(FOUR)) == {"intent": "ask"}, "no time is known"
