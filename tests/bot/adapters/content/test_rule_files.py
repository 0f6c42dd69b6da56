from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.content.authors_folder import AuthorsFolder
from bot.adapters.content.rule_files import read_rule_files, rule_files
from bot.adapters.content.shelves import Shelves

ROW = "jurisdiction: default, from: 2026-01-01, source: a test"
WORDS = f"""\
keywords:
  - {{id: stop, means: stop, language: en, words: [stop, quit, end, revoke, opt out, cancel, unsubscribe], {ROW}}}
"""
CAPS = f"caps: [{{id: house, purpose: marketing, channels: [sms], at_most: 3, within: 7d, {ROW}}}]\n"


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    (tmp_path / "journeys" / "rules").mkdir(parents=True)
    found = Shelves(tmp_path / "assistant", tmp_path / "journeys", tmp_path / "model")
    write(rule_files(found), words=WORDS, caps=CAPS)
    return found


def write(folder: AuthorsFolder, **texts: str) -> None:
    for name, text in texts.items():
        folder.path_of(name).write_text(text)


def test_the_files_are_read_together_and_each_rule_has_its_place(shelves: Shelves) -> None:
    shown = read_rule_files(rule_files(shelves), shelves)
    assert shown.rules is not None
    assert [one.id for one in shown.rules.caps] == ["house"]
    assert shown.place_of == {"stop": "words", "house": "caps"}
    assert shown.faults == ()


def test_with_a_fault_there_are_no_rules_and_it_is_told(shelves: Shelves) -> None:
    folder = rule_files(shelves)
    shown = read_rule_files(folder, shelves, {"caps": CAPS.replace("at_most: 3", "at_most: 0")})
    assert shown.rules is None
    assert [fault.place.path for fault in shown.faults] == ["rules/caps.yml"]
    assert shown.files["caps"].text == CAPS
    write(folder, caps="caps: [")
    assert read_rule_files(folder, shelves).faults
