"""Which steps write where only a template may be sent, and have none."""

from __future__ import annotations

from datetime import timedelta

from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.domain.errors import Fault
from bot.journeys.content import Known, read_journey
from bot.journeys.templates import sent_without_template

ASSISTANT = """
version: "3.1"
intents: [greet]
slots:
  size: {type: text, mappings: [{type: from_text}]}
forms: {size_form: {required_slots: [size]}}
responses:
  utter_plain: [{text: Hello}]
  utter_ready:
    - text: Hello
    - text: Hello
      channel: whatsapp
      template: {id: HX1}
  utter_ask_size: [{text: How many?}]
"""
KNOWN = Known(
    responses=frozenset({"utter_plain", "utter_ready"}),
    forms={"size_form": ("size",)},
    channels=frozenset({"sms", "whatsapp"}),
)


def warnings(step: str) -> list[Fault]:
    journey = read_journey(
        parse(
            "journeys/hi.yml", f"journey: hi\npurpose: service\nenter: {{event: demo.requested}}\nsteps:\n  - {step}\n"
        ),
        KNOWN,
    )
    assistant = read_assistant([parse("nlu_data/domain.yml", ASSISTANT)])
    return list(sent_without_template({"hi": journey}, assistant, {"whatsapp": timedelta(hours=24)}))


def test_a_response_without_a_template_is_warned_of_where_it_is_written() -> None:
    [warning] = warnings("send: {response: utter_plain, channels: [whatsapp, sms]}")
    assert str(warning) == (
        'nlu_data/domain.yml:8:17: the journey "hi" writes this on whatsapp, and it has no template there: '
        "later than 24 hours after the person's last message it is withheld. "
        "Add a variation with channel: whatsapp and a template."
    )


def test_a_question_needs_a_template_as_well() -> None:
    [warning] = warnings("ask: {form: size_form, channels: [whatsapp], need: [size]}\n    silent: {after: 3d, go: end}")
    assert warning.place.line == 14


def test_a_template_or_another_channel_is_not_warned_of() -> None:
    assert warnings("send: {response: utter_ready, channels: [whatsapp]}") == []
    assert warnings("send: {response: utter_plain, channels: [sms]}") == []
