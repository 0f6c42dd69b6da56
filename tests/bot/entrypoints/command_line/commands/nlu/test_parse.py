"""`overture nlu parse`, as it is typed."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import MISUSED, run
from tests.lending import lend_model


@pytest.fixture(autouse=True)
def _model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "data"))
    lend_model(tmp_path / "data")


@pytest.mark.slow
def test_a_text_is_explained_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nlu", "parse", "I'd like a demo", "we are 40 people"]) == 0
    told = capsys.readouterr().out
    assert "  intent     request_demo" in told
    assert 'nearest    1.00 meaning, 1.00 words: request_demo "I\'d like a demo" (nlu_data/nlu/selling.yml:7:7)' in told
    assert 'entity     number = 40 ("40", characters 7 to 9)' in told


@pytest.mark.slow
def test_what_has_no_words_is_told_to_have_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nlu", "parse", "xkcd"]) == 0
    told = capsys.readouterr().out
    assert "intent     nlu_fallback" in told
    assert "but nothing in it is a word, or a sign that examples have" in told


@pytest.mark.slow
def test_each_thing_that_a_message_says_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nlu", "parse", "How much does it cost? And can I book a demo?"]) == 0
    first, also = capsys.readouterr().out.split("  also ")
    assert "intent     ask_knowledge" in first
    assert "answer     Pricing" in first
    assert '"And can I book a demo?"' in also
    assert "request_demo" in also.splitlines()[1]


@pytest.mark.slow
def test_lines_of_the_input_become_lines_of_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("fifty\n\n/greet\n"))
    assert run(["nlu", "parse", "--json", "--expecting", "demo_form.team_size"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["text"], first["stage"], first["intent"]["name"]) == ("fifty", "expected", "inform")
    assert first["entities"][0]["value"] == 50
    assert (second["stage"], second["classifier"]) == ("button", None)


@pytest.mark.parametrize(
    ("expecting", "words"),
    [
        ("demo_from.team_size", 'there is no form "demo_from". Did you mean "demo_form"?'),
        ("demo_form.team", 'demo_form does not ask for "team".'),
        ("demo_form", 'demo_form does not ask for ""'),
    ],
)
def test_a_form_that_does_not_ask_so_is_told(expecting: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nlu", "parse", "x", "--expecting", expecting]) == MISUSED
    assert words in capsys.readouterr().err
