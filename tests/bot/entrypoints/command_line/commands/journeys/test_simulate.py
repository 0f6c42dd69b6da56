"""`overture journeys simulate`, as it is typed, with the sample content."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.entrypoints.command_line import simulating
from bot.entrypoints.command_line.cli import run

BEGIN = ["journeys", "simulate", "demo-follow-up", "--from", "2026-11-24"]


def test_it_tells_the_funnel_the_messages_and_what_was_assumed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*BEGIN, "--people", "200"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("demo-follow-up: 200 entered, ")
    assert re.search(r"ask-for-time  asked booking_form by sms +\d", told)
    assert re.search(r"withheld booking_form by sms +no consent to marketing by sms on record +\d", told)
    assert "200 people through 90 days" in told
    assert "  consent to marketing: webchat 80%, sms 80%, " in told


def test_the_page_and_the_figures_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = tmp_path / "people.yml"
    people.write_text(
        "people: 300\nconsent: {sms: 80%}\nbehaviour: {answers: 100%, refuses: 0%, opts_out: 0%, arrive: 20d}\n"
    )
    assert run([*BEGIN, "--people", str(people), "--out", str(tmp_path / "out")]) == 0
    figures = json.loads((tmp_path / "out" / "demo-follow-up.json").read_text())
    journey = figures["journeys"]["demo-follow-up"]
    assert (figures["people"], journey["entered"]) == (300, 300)
    page = (tmp_path / "out" / "demo-follow-up.html").read_text()
    assert 0 < journey["steps"]["nurture"]["came"] < 300  # those without consent were never asked
    assert f"<b>{journey['steps']['nurture']['came']}</b>" in page
    assert "<b>300</b>" in page
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "<script" not in page


def test_what_people_are_taken_to_be_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = tmp_path / "people.yml"
    people.write_text("people: 5\nprofile: {team_size: [0, 1], qualified: [true, null], name: [[a, b], []]}\n")
    assert run([*BEGIN, "--people", str(people), "--days", "2"]) == 0
    told = capsys.readouterr().out
    assert "  team_size: 0 50%, 1 50%\n  qualified: yes 50%, not known 50%\n  name: a and b 50%, nothing 50%\n" in told


def test_people_come_from_a_table_that_the_file_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ours.csv").write_text("id,phone,consent\na,+447700900123,sms\nb,+447700900124,\n")
    people = tmp_path / "people.yml"
    people.write_text("people: ours.csv\nbehaviour: {answers: 0%, refuses: 0%, opts_out: 0%}\n")
    for given in (people, tmp_path / "ours.csv"):
        assert run([*BEGIN, "--people", str(given)]) == 0
        told = capsys.readouterr().out
        assert "2 entered" in told
        assert "made up" not in told


def test_several_processes_find_what_one_finds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = []
    for worth in (10_000, 60):
        monkeypatch.setattr(simulating, "WORTH_A_PROCESS", worth)
        monkeypatch.setattr("os.cpu_count", lambda: 2)
        assert run([*BEGIN, "--people", "120"]) == 0
        told.append(re.sub(r"in [\d.]+ s", "", capsys.readouterr().out))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--people", "0"], "--people is 0; write a number"),
        (["--people", "nowhere.yml"], "nowhere.yml is neither a number nor a file"),
        (["--people", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["--days", "0"], "--days is 0; write a number from 1"),
        (["--from", "9999-12-31"], '--from is "9999-12-31"; write a year from 1970 to 9000.'),
        (["--from", "soon"], '--from is "soon"; write a day such as 2026-12-01.'),
    ],
)
def test_what_cannot_be_is_refused(more: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*BEGIN, *more]) == 2
    assert told in capsys.readouterr().err


def test_a_journey_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["journeys", "simulate", "demo-folow-up"]) == 2
    assert 'Did you mean "demo-follow-up"?' in capsys.readouterr().err
