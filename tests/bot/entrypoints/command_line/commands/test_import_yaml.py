"""What projects write in YAML beyond plain lists: anchors and aliases, folded blocks, escapes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import run
from tests.bot.entrypoints.command_line.commands.test_import import NLU, project

SHARED = """version: "3.1"
nlu:
- intent: greet
  examples: &greetings |
    - hello
    - good morning
- intent: bye
  examples: |
    - bye
    - goodbye
- intent: inform
  examples: *greetings
"""
FOLDED = """nlu:
- intent: greet
  examples: >
    - hello
      there

    - good morning
- intent: bye
  examples: |
    - bye
    - good morning
    - goodbye
rules:
- rule: one
  steps: [{intent: greet}, {action: utter_hello}]
"""


def taken(tmp_path: Path, **files: str) -> Path:
    theirs, ours = project(tmp_path / "theirs", **files), tmp_path / "ours"
    assert run(["import", str(theirs), "--into", str(ours)]) == 0
    return ours


def test_of_examples_that_two_intents_share_by_an_alias_none_is_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = taken(tmp_path, **{"data/nlu.yml": SHARED})
    assert (ours / "nlu" / "nlu.yml").read_text() == SHARED
    assert "too; it stays with" not in capsys.readouterr().out
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(ours))
    assert run(["validate"]) == 0
    told = capsys.readouterr().err
    path = ours / "nlu" / "nlu.yml"
    assert f'{path}:5:5: "hello" is an example of "inform" and, at {path}:5:5, of "greet".' in told


def test_an_example_of_two_intents_is_taken_out_where_it_stands_also_below_a_folded_list(tmp_path: Path) -> None:
    ours = taken(tmp_path, **{"data/nlu.yml": FOLDED, "data/rules.yml": "rules: []\n"})
    written = (ours / "data" / "nlu.yml").read_text()
    assert written == FOLDED.replace("    - bye\n    - good morning\n", "    - bye\n\n")


def test_escapes_in_a_file_of_plain_ascii_are_characters_as_in_rasa(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only in quotes are they escapes to YAML."""
    nlu = NLU.replace("- good morning", r"- bonne soir\u00e9e")
    ours = taken(tmp_path, **{"data/nlu.yml": nlu, "tests/test_more.yml": 'stories: [] # "\\u00e9"\n'})
    assert "- bonne soirée" in (ours / "nlu" / "nlu.yml").read_text(encoding="utf-8")
    assert r"\u00e9" in (ours / "tests" / "test_more.yml").read_text()
    told = capsys.readouterr().out
    assert rf"{tmp_path / 'theirs/data/nlu.yml'} has characters as escapes (\u00e9), also outside of quotes" in told
    assert "test_more.yml has" not in told


def test_escapes_beside_other_characters_stay_what_they_are(tmp_path: Path) -> None:
    nlu = NLU.replace("- good morning", r"- caf\u00e9 é")
    assert r"- caf\u00e9 é" in (taken(tmp_path, **{"data/nlu.yml": nlu}) / "nlu" / "nlu.yml").read_text(
        encoding="utf-8"
    )
