"""What `overture validate` says of the tests beside the content."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.documents import Faults
from bot.domain.errors import Place
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.command_line.commands.written_tests import read_message

STORY = """version: "3.1"
stories:
- story: asks
  steps:
  - user: hello
    intent: greeet
  - action: utter_greetings
"""
EXAMPLES = "nlu:\n- intent: wish\n  examples: |\n    - I wish\n"
JOURNEY = "journey: follow-upp\ntests:\n  - name: nobody answers\n"


@pytest.fixture
def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "acme"
    assert run(["init", str(folder), "--name", "Acme Tools"]) == 0
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(folder))
    return folder


def test_names_in_tests_that_nothing_has_are_faults(assistant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (assistant / "tests/test_more.yml").write_text(STORY)
    (assistant / "tests/examples.yml").write_text(EXAMPLES)
    (assistant / "journeys/tests/more.yml").write_text(JOURNEY)
    assert run(["validate"]) == 1
    told = capsys.readouterr().err
    assert f'{assistant / "tests/test_more.yml"}:6:5: there is no intent "greeet".' in told
    assert f'{assistant / "tests/test_more.yml"}:7:5: there is no response "utter_greetings".' in told
    assert f'{assistant / "tests/examples.yml"}:2:3: there is no intent "wish".' in told
    assert f'{assistant / "journeys/tests/more.yml"}:1:1: there is no journey "follow-upp".' in told


def test_a_file_of_tests_that_is_no_yaml_is_told_once(assistant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (assistant / "tests/test_more.yml").write_text("stories: [")
    assert run(["validate"]) == 1
    assert capsys.readouterr().err.count("test_more.yml") == 1


def test_in_an_assistant_from_rasa_they_are_warned_of(assistant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (assistant / "tests/test_more.yml").write_text(STORY)
    config = assistant / "config.yml"
    config.write_text(config.read_text().replace("overture:\n", "overture:\n  lapses: warn\n"))
    assert run(["validate"]) == 0
    assert f'warning: {assistant / "tests/test_more.yml"}:6:5: there is no intent "greeet".' in capsys.readouterr().err


def test_a_payload_is_read_as_a_button_and_not_as_a_text() -> None:
    text, entities = read_message('/inform{"size": "big"}', Place("x.yml"), Faults())
    assert text == '/inform{"size": "big"}'
    assert [(entity.name, entity.value) for entity in entities] == [("size", "big")]
