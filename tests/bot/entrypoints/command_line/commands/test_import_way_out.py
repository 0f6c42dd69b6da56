from __future__ import annotations

from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import run
from tests.bot.entrypoints.command_line.commands.test_import import files_of

DOMAIN = """
version: "3.1"
intents: [book, greet]
slots:
  guest: {type: text, mappings: [{type: from_text, conditions: [{active_loop: table, requested_slot: guest}]}]}
forms:
  table:
    required_slots: [guest]   # who comes
responses:
  utter_ask_guest: [{text: "Under which name?"}]
  utter_booked: [{text: "Booked, {guest}."}]
"""
NLU = """
version: "3.1"
nlu:
- intent: book
  examples: |
    - a table please
    - I'd like a table
- intent: greet
  examples: |
    - hello
    - never mind
"""
RULES = """
version: "3.1"
rules:
- rule: open
  steps: [{intent: book}, {action: table}, {active_loop: table}]
- rule: done
  condition: [{active_loop: table}]
  steps: [{action: table}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_booked}]
"""
LEAVES = """
- rule: leave
  condition: [{active_loop: table}]
  steps: [{intent: greet}, {action: action_deactivate_loop}, {active_loop: null}]
"""
CANCELS = """
version: "3.1"
stories:
- story: whoever says cancel is no guest
  steps:
  - user: a table please
    intent: book
  - action: table
  - active_loop: table
  - user: please cancel
    intent: cancel
  - action: action_deactivate_loop
  - active_loop: null
  - action: utter_cancelled
"""


def imported(tmp_path: Path, *, domain: str = DOMAIN, nlu: str = NLU, rules: str = RULES, language: str = "en") -> Path:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    (theirs / "data").mkdir(parents=True)
    (theirs / "domain.yml").write_text(domain)
    (theirs / "data" / "nlu.yml").write_text(nlu)
    (theirs / "data" / "rules.yml").write_text(rules)
    (theirs / "config.yml").write_text(f"language: {language}\n")
    assert run(["import", str(theirs), "--into", str(ours)]) == 0
    return ours


def test_a_form_that_nothing_leaves_is_left_by_cancel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = imported(tmp_path)
    assert '"cancel" leaves table, which had no way out' in capsys.readouterr().out
    pattern = (ours / "patterns" / "cancel.yml").read_text()
    assert "- rule: Cancel table" in pattern
    assert "- never mind" not in pattern, "it is an example of another intent"
    written = (ours / "domain" / "domain.yml").read_text()
    assert "    required_slots: [guest]   # who comes\n    ignored_intents: [cancel]\n" in written
    (ours / "tests").mkdir()
    (ours / "tests" / "test_cancel.yml").write_text(CANCELS)
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(ours))
    assert run(["validate"]) == 0
    assert run(["test", "--stories", "--out", str(tmp_path / "results")]) == 0


def test_what_rasa_takes_in_an_example_keeps_no_way_out_away(tmp_path: Path) -> None:
    ours = imported(tmp_path, nlu=NLU + "    - is [anybody](guest here\n")
    assert "patterns/cancel.yml" in files_of(ours)


def test_it_is_said_in_the_project_s_language(tmp_path: Path) -> None:
    pattern = (imported(tmp_path, language="de") / "patterns" / "cancel.yml").read_text()
    assert "- abbrechen" in pattern
    assert "In Ordnung" in pattern


def test_in_a_language_without_words_for_it_the_author_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "patterns/cancel.yml" not in files_of(imported(tmp_path, language="fi"))
    assert "no rule leaves table" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("domain", "rules"),
    [
        (DOMAIN, RULES + LEAVES),
        (DOMAIN.replace("[book, greet]", "[book, greet, cancel]"), RULES),
        (DOMAIN.replace("[book, greet]", "[book, greet, stop]"), RULES),
    ],
)
def test_a_project_with_a_way_out_of_its_own_keeps_that(tmp_path: Path, domain: str, rules: str) -> None:
    ours = imported(tmp_path, domain=domain, rules=rules)
    assert "patterns/cancel.yml" not in files_of(ours)
    assert (ours / "domain" / "domain.yml").read_text() == domain


def test_words_of_the_project_s_own_for_it_stay(tmp_path: Path) -> None:
    ours = imported(tmp_path, domain=DOMAIN + '  utter_cancelled: [{text: "As you like."}]\n')
    assert "responses:" not in (ours / "patterns" / "cancel.yml").read_text()


def test_a_form_in_which_no_line_can_be_added_is_left_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = "  table:\n    required_slots: [guest]   # who comes\n"
    flow = DOMAIN.replace(block, "  table: {required_slots: [guest]}\n")
    ours = imported(tmp_path, domain=flow)
    assert "cancel" in (ours / "domain" / "domain.yml").read_text()
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(ours))
    assert run(["validate"]) == 0
