"""`overture journeys`, as it is typed, with the sample content."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import run

SAMPLE = Path(__file__).parents[6] / "journeys"


@pytest.fixture
def journeys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sample journeys to spoil."""
    folder = tmp_path / "journeys"
    shutil.copytree(SAMPLE, folder)
    monkeypatch.setenv("OVERTURE_JOURNEYS", str(folder))
    return folder


def test_the_tests_of_the_sample_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["journeys", "test"]) == 0
    assert "10 of 10 journey tests passed" in capsys.readouterr().out


def test_they_run_with_the_stories_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(SAMPLE / "tests"), "--out", str(tmp_path)]) == 0
    assert "10 of 10 journey tests passed" in capsys.readouterr().out


def test_a_journey_that_does_something_else_fails_its_test(journeys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = journeys / "demo-follow-up.yml"
    file.write_text(file.read_text().replace("remind: [1d]", "remind: [2d]"))
    assert run(["journeys", "test"]) == 1
    told = capsys.readouterr().out
    assert f"{journeys / 'tests' / 'demo-follow-up.yml'}:16:9:" in told
    assert "reminded: nothing, not booking_form" in told
    assert "7 of 10 journey tests passed" in told


def test_a_folder_without_tests_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["journeys", "test", str(tmp_path)]) == 2
    assert f"there are no tests in {tmp_path}" in capsys.readouterr().err


def test_a_test_with_a_fault_is_told_of_where_journeys_are_validated(
    journeys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = journeys / "tests" / "demo-follow-up.yml"
    file.write_text(file.read_text().replace("asked: booking_form", "asked: booking_fom", 1))
    assert run(["journeys", "validate"]) == 1
    assert f'{file}:12:16: there is no form "booking_fom". Did you mean "booking_form"?' in capsys.readouterr().err


def test_what_costs_more_than_it_must_is_warned_of(journeys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = journeys / "consent.yml"
    file.write_text(
        "journey: consent\npurpose: service\nenter: {event: demo.requested}\n"
        "steps:\n  - send: {response: utter_ask_sms_consent, channels: [webchat, sms]}\n"
    )
    assert run(["journeys", "validate", str(journeys / "demo-follow-up.yml")]) == 0
    assert capsys.readouterr().err == ""
    assert run(["journeys", "validate"]) == 0
    told = capsys.readouterr().err
    assert f'warning: {file}:5:65: "utter_ask_sms_consent" takes 3 segments as a text message' in told


def test_one_file_is_validated_by_itself(journeys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = journeys / "demo-follow-up.yml", journeys / "segments" / "big-teams.yml"
    assert run(["journeys", "validate"]) == 0
    assert "No faults: 1 journey, 2 segments, 10 journey tests." in capsys.readouterr().out
    bad.write_text(bad.read_text().replace("team_size", "teamsize"))
    assert run(["journeys", "validate", str(good)]) == 0
    assert "Other files have 1: overture validate." in capsys.readouterr().out
    assert run(["journeys", "validate", str(bad)]) == 1
    assert "team_size" in capsys.readouterr().err
    assert run(["journeys", "validate", str(journeys / "nowhere.yml")]) == 2


def test_a_file_that_nobody_reads_has_not_been_validated(journeys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere, remark = journeys.parent / "elsewhere.yml", journeys / "remark.txt"
    for path in (elsewhere, remark):
        path.write_text("[")
        assert run(["journeys", "validate", str(path)]) == 2
        assert f"{path} is not read: journeys are the .yml files in " in capsys.readouterr().err


def test_a_journey_is_shown_as_a_tree(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["journeys", "show", "demo-follow-up"]) == 0
    shown = capsys.readouterr().out
    assert "  ask-for-time  Ask with booking_form (by sms; needs meeting_time; reminds after 1 day)\n" in shown
    assert "silent for 3 days -> nurture" in shown
    assert run(["journeys", "show", "demo-followup"]) == 2
    assert 'Did you mean "demo-follow-up"?' in capsys.readouterr().err


def test_there_must_be_tests_to_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["journeys", "test", str(tmp_path / "nowhere")]) == 2
    assert "Name a file or folder of journey tests" in capsys.readouterr().err
