"""A service over a small assistant's own files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.content.contents import read_contents
from bot.adapters.content.shelves import Shelves
from bot.entrypoints.wiring.service import Service
from tests.bot.services.stage import Stage

ServiceMaker = Callable[..., Service]

DOMAIN = """\
intents: [greet, opt_out]
slots:
  lead_name: {type: text, mappings: [{type: custom}]}
responses:
  utter_disclosure: [{text: "I am a machine."}]
  utter_opted_out: [{text: "You get no more of this."}]
  utter_help: [{text: "Write to help@example.com."}]
  utter_internal_error: [{text: "Something went wrong."}]
nlu:
  - intent: greet
    examples: |
      - hello
      - good morning
  - intent: opt_out
    examples: |
      - please write no more
      - leave me alone
rules:
  - rule: Greeting
    steps: [{intent: greet}, {action: utter_greet}]
"""
WORDS = """\
# What is said.
responses:
  utter_greet:     # first of all
    - text: "Hello, {lead_name}!"   # with the name
      buttons:
        - {title: "Hi", payload: /greet}
    - {text: "Hallo!", language: de}
  utter_tip:
    - text: "Try the new editor."
      custom: {widget: {show: list}}
"""


@pytest.fixture
def assistant(tmp_path: Path, stage: Stage) -> Path:
    folder = tmp_path / "acme"
    (folder / "responses").mkdir(parents=True)
    (folder / "domain.yml").write_text(DOMAIN)
    (folder / "responses" / "words.yml").write_text(WORDS)
    rules = tmp_path / "journeys" / "rules"
    rules.mkdir(parents=True)
    shutil.copy(Path(__file__).parents[5] / "journeys" / "rules" / "opt_out.yml", rules)
    contents = read_contents(Shelves(folder, tmp_path / "journeys", tmp_path / "model"))
    stage.library.playbook = replace(
        stage.library.playbook, assistant=contents.assistant, warnings=contents.warnings, journeys={}, profile=None
    )
    return folder


@pytest.fixture
def service(service_of: ServiceMaker, assistant: Path) -> Service:
    return service_of(connectors="", assistant=assistant, journeys=assistant.parent / "journeys")
