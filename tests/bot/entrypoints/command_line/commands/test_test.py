"""`overture test`, as it is typed. No model of the sample assistant is at hand: understanding has its own tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import run


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "data"))


def test_the_sample_assistant_passes_and_its_custom_actions_are_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", "--out", str(tmp_path / "results"), "--stories"]) == 0
    told = capsys.readouterr().out
    assert (tmp_path / "results" / "failed_test_stories.yml").read_text().startswith("# None of the test stories")
    assert (tmp_path / "results" / "stories_with_warnings.yml").read_text().startswith("# None of the test stories")
    report = json.loads((tmp_path / "results" / "story_report.json").read_text())
    total = report["conversation_accuracy"]["total"]
    assert report["conversation_accuracy"] == {"accuracy": 1.0, "correct": total, "with_warnings": 0, "total": total}
    assert total >= 6
    assert f"Correct:          {total} / {total}" in told


def test_a_failing_story_is_named_and_the_exit_status_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stories = tmp_path / "test_wrong.yml"
    stories.write_text("stories:\n- story: wrong\n  steps: [{intent: greet}, {action: utter_goodbye}]\n")
    assert run(["test", str(stories), "--out", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert f'{stories}:2:3: the story "wrong" failed.' in told.out
    assert "only the stories are tested. Train one: overture train" in told.err
    failed = (tmp_path / "failed_test_stories.yml").read_text()
    assert "- action: utter_goodbye  # predicted: utter_greet" in failed


def test_there_must_be_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(tmp_path / "nowhere")]) == 2
    assert run(["test", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert f"there is no {tmp_path / 'nowhere'}. Name a file or folder of test stories" in told
    assert f"there are no tests in {tmp_path}" in told


def test_understanding_cannot_be_tested_without_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", "--nlu", "--out", str(tmp_path)]) == 2
    assert "there is no model of this content to test. Train one: overture train." in capsys.readouterr().err
