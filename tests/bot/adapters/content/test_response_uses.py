"""Where each response is said, as far as files tell."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.adapters.content.response_uses import Use, named_in, uses_of
from bot.dialogue.content import read_assistant
from bot.documents import parse
from tests.bot.services.stage import journey_of

ASSISTANT = """\
intents: [greet, faq/price]
slots:
  size: {type: text, mappings: [{type: from_text, conditions: [{active_loop: order_form}]}]}
forms:
  order_form: {required_slots: [size]}
responses:
  utter_greet: [{text: Hello}]
  utter_greet_without_desk: [{text: Hello}]
  utter_ask_size: [{text: Which?}]
  utter_invalid_size: [{text: No.}]
  utter_clarify_greet: [{text: Hi}]
  utter_faq/price: [{text: "1"}]
  utter_help: [{text: Help}]
  utter_tip: [{text: Tip}]
  utter_alone: [{text: "?"}]
rules:
  - rule: Greeting
    steps: [{intent: greet}, {action: utter_greet}]
stories:
  - story: Twice
    steps: [{intent: greet}, {action: utter_greet}, {intent: greet}, {action: utter_greet}]
"""


def test_rules_stories_forms_journeys_and_code_say_responses() -> None:
    assistant = read_assistant([parse("domain.yml", ASSISTANT)])
    journey = journey_of("- id: tip\n  send: {response: utter_tip, channels: [sms]}")
    uses = uses_of(assistant, {journey.id: journey}, {"utter_clarify_": ["actions/choice.py"], "utter_": ["x.py"]})
    assert uses["utter_greet"] == [Use("rule", "Greeting"), Use("story", "Twice")]
    assert uses["utter_greet_without_desk"] == [Use("response", "utter_greet")]
    assert uses["utter_ask_size"] == uses["utter_invalid_size"] == [Use("form", "order_form", "size")]
    assert uses["utter_clarify_greet"] == [Use("code", "actions/choice.py")]
    assert uses["utter_faq/price"] == [Use("intent", "faq/price")]
    assert uses["utter_help"] == [Use("overture", "")]
    assert uses["utter_tip"] == [Use("journey", journey.id)]
    assert "utter_alone" not in uses


def test_code_is_looked_through_without_running_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "acts_of_ours"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text('raise SystemExit\nWORDS = "utter_one"\nNAME = f"utter_why_{1}"\n')
    monkeypatch.syspath_prepend(tmp_path)
    assert named_in("acts_of_ours") == {"utter_one": ["acts_of_ours/one.py"], "utter_why_": ["acts_of_ours/one.py"]}
    (tmp_path / "one_file.py").write_text("SAID = 'utter_one'", encoding="utf-8")
    assert named_in("acts_of_ours", "one_file")["utter_one"] == ["acts_of_ours/one.py", "one_file.py"]
    assert named_in("nobody.at_all") == {}
    assert "acts_of_ours.one" not in sys.modules
