"""`overture journeys schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import run


def test_it_is_printed_with_the_names_of_this_content(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["journeys", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert "booking_form" in json.dumps(schema["definitions"]["step_ask"])
    assert run(["journeys", "schema", "--without-names"]) == 0
    assert "booking_form" not in capsys.readouterr().out


def test_a_file_is_written_and_the_line_for_editors_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "journey.schema.json"
    assert run(["journeys", "schema", "--out", str(file)]) == 0
    assert json.loads(file.read_text())["title"] == "A journey of Overture"
    assert f"# yaml-language-server: $schema={file.as_posix()}" in capsys.readouterr().out
