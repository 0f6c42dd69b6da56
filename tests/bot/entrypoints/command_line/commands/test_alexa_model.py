"""`overture alexa model`, as it is typed, with the sample assistant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import MISUSED, run


def test_the_model_of_the_sample_assistant_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "model.json"
    assert run(["alexa", "model", "--invocation", "harbour line", "--out", str(out)]) == 0
    model = json.loads(out.read_text())["interactionModel"]["languageModel"]
    intents = {intent["name"]: intent["samples"] for intent in model["intents"]}
    assert "ask_knowledge" not in intents
    assert len(intents["request_demo"]) > 5
    assert "left to say_words" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["harbourline", "Harbour Line", "harbour 9", ""])
def test_a_name_that_alexa_would_refuse_is_told(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["alexa", "model", "--invocation", name]) == MISUSED
    assert "two words or more" in capsys.readouterr().err
