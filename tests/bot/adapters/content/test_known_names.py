from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.content.known_names import known_names
from bot.adapters.content.shelves import Shelves
from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.domain.errors import ContentError
from bot.journeys.content import read_journey

ASSISTANT = """
version: "3.1"
intents: [skip]
slots:
  attends:
    type: text
    accepts: {one_of: [online, there]}
    mappings: [{type: from_intent, intent: skip, value: skipped}, {type: from_text}]
  guests: {type: float, accepts: number, mappings: [{type: from_text}]}
forms:
  attend_form: {required_slots: [attends, guests]}
responses:
  utter_ask_attends: [{text: "Will you come?"}]
  utter_invalid_attends: [{text: "Online or there?"}]
  utter_ask_guests: [{text: "How many?"}]
  utter_invalid_guests: [{text: "A number, please."}]
"""
JOURNEY = """\
journey: hi
purpose: service
enter: {event: demo.requested}
steps:
  - ask: {form: attend_form, channels: [sms]}
    silent: {after: 3d, go: end}
  - branch:
      - {if: "CONDITION", do: [add_to: there]}
      - else: {go: end}
"""


def faults(condition: str, further: str = "") -> list[str]:
    document = parse("nlu_data/domain.yml", ASSISTANT + further)
    shelves = Shelves(Path("nlu_data"), Path("journeys"), Path("model"), channels=("sms",))
    known = known_names(shelves, read_assistant([document]), ())
    try:
        read_journey(parse("journeys/hi.yml", JOURNEY.replace("CONDITION", condition)), known)
    except ContentError as error:
        return [str(fault).partition("cannot be used: ")[2] for fault in error.faults]
    return []


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("answer.attends == 'online'", []),
        ("answer.attends == 'skipped' and answer.guests > 2", []),
        ("answer.attends == 'on-line'", ['answer.attends is never "on-line". Did you mean "online"?']),
        ("answer.guests == 'two'", ["answer.guests is a number and 'two' is a text: that is never true."]),
    ],
)
def test_an_answer_is_compared_with_what_its_slot_may_hold(condition: str, told: list[str]) -> None:
    assert faults(condition) == told


def test_what_an_action_validates_may_be_anything() -> None:
    assert faults("answer.attends == 'on-line'", "actions: [validate_attend_form]") == []
