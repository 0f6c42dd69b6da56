"""Which files of a project an import reads, and what it says of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import run
from tests.bot.entrypoints.command_line.commands.test_import import DOMAIN, project


def test_a_folder_of_the_domain_beside_its_file_is_told_to_be_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = project(tmp_path / "theirs", **{"domain/more.yml": "intents: [more]\n"})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert f"{theirs / 'domain'} is not read beside a domain.yml, as in Rasa" in capsys.readouterr().out


def test_nothing_is_said_of_an_endpoint_of_which_nothing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = project(tmp_path / "theirs", **{"endpoints.yml": "event_broker:\nnlg:\n"})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert "endpoints.yml" not in capsys.readouterr().out


def test_what_rasa_fills_into_an_address_is_told_to_be_filled_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoints = "action_endpoint: {url: 'http://${ACTIONS_HOST}:5055/webhook'}\n"
    theirs = project(tmp_path / "theirs", **{"endpoints.yml": endpoints})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    assert "set OVERTURE_ACTIONS=http://${ACTIONS_HOST}:5055/webhook, with what ACTIONS_HOST is in its place" in told


def test_a_project_that_is_a_part_of_this_one_and_lies_below_data_is_taken_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = {
        "config.yml": "importers: [{name: MultiProjectImporter}]\nimports: [data/part]\n",
        "data/part/config.yml": "language: en\n",
        "data/part/domain.yml": "intents: [part]\n",
        "data/part/data/nlu.yml": "nlu:\n- intent: part\n  examples: |\n    - one part\n    - another\n",
    }
    assert run(["import", str(project(tmp_path / "theirs", **part)), "--into", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "ours" / "domain").iterdir()) == ["domain.yml", "part-domain.yml"]
    assert "part/config.yml" not in told
    assert "0 stories, 0 forms, 2 responses" in told


def test_a_domain_or_examples_that_lie_elsewhere_are_told_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = project(tmp_path / "theirs")
    (theirs / "data").rename(theirs / "training")
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) != 0
    told = capsys.readouterr().err
    assert f"no training data below {theirs / 'data'}, where Rasa looks for it by itself." in told
    assert f"There is some in {theirs / 'training/nlu.yml'}, {theirs / 'training/rules.yml'}" in told
    assert run(["import", str(tmp_path), "--into", str(tmp_path / "ours")]) != 0
    told = capsys.readouterr().err
    assert f"there is no domain in {tmp_path}" in told
    assert f"There is one in {theirs / 'domain.yml'}. Name the project's folder" in told


def test_markdown_beside_the_folder_of_the_domain_is_told_where_it_lies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (("config/domain.yml", "intents: [greet]\n"), ("model/nlu.md", "## intent:greet\n- hello\n")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    assert run(["import", str(tmp_path / "config/domain.yml"), "--into", str(tmp_path / "ours")]) != 0
    assert f"There is some in {tmp_path / 'model/nlu.md'}: move it there." in capsys.readouterr().err


EXPORTS = {
    "Dialogflow ES": ["agent.json", "package.json", "intents/Welcome.json"],
    "Dialogflow CX": ["agent.json", "flows/Start/Start.json"],
    "Botpress": ["bot.config.json", "flows/main.flow.json"],
}


@pytest.mark.parametrize("maker", EXPORTS)
def test_the_export_of_another_maker_is_told_what_it_is_and_what_to_do(
    maker: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in EXPORTS[maker]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert run(["import", str(tmp_path), "--into", str(tmp_path / "ours")]) != 0
    told = capsys.readouterr().err
    assert f"of {maker}; only projects of Rasa are imported. Begin an assistant with `overture init`" in told
    assert ("connectors/dialogflow/README.md" in told) == ("Dialogflow" in maker)


def test_an_assistant_of_ours_is_told_to_need_no_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "acme"), "--name", "Acme Tools"]) == 0
    assert run(["import", str(tmp_path / "acme"), "--into", str(tmp_path / "ours")]) == 2
    assert f"{tmp_path / 'acme'} is an assistant of Overture's already. Name it in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("models/20240101.tar.gz", "is an archive. Unpack it"),
        ("bot.bpz", "is a bot of Botpress's cloud; only projects"),
        ("workspace.json", "is no domain file. Name the folder"),
    ],
)
def test_a_file_that_is_no_domain_is_told_to_be_none(
    name: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / name).write_bytes(b"\x1f\x8b\xff")
    assert run(["import", str(tmp_path / name), "--into", str(tmp_path / "ours")]) != 0
    assert told in capsys.readouterr().err


def test_slots_that_a_language_model_fills_are_told_to_be_of_rasa_pro_and_nothing_else_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    domain = DOMAIN + "slots:\n  day: {type: text}\n  amount:\n    type: float\n    mappings: [{type: from_llm}]\n"
    theirs = project(tmp_path / "theirs", **{"domain.yml": domain})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 1
    told = capsys.readouterr().err
    assert f"{theirs / 'domain.yml'}:10:3: from_llm is of Rasa Pro (CALM)" in told
    assert "mappings. Say how it is filled" not in told


def test_a_project_that_lies_in_one_folder_is_taken_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`rasa train --data .` reads it."""
    theirs = project(tmp_path / "theirs")
    for path in [*theirs.glob("data/*.yml"), *theirs.glob("data/more/*.yml"), *theirs.glob("tests/*.yml")]:
        path.rename(theirs / path.name)
    for folder in ("data/more", "data", "tests"):
        (theirs / folder).rmdir()
    ours = tmp_path / "ours"
    assert run(["import", str(theirs), "--into", str(ours)]) == 0
    told = capsys.readouterr().out
    assert "2 intents, 2 rules, 0 stories" in told
    assert f"{theirs / 'nlu.yml'} is read from beside the domain, as `rasa train --data .` does." in told
    assert {path.relative_to(ours).as_posix() for path in ours.glob("*/*.yml")} >= {
        "nlu/nlu.yml", "tests/test_stories.yml", "rules/bye.yml", "domain/domain.yml",
    }  # fmt: skip
    assert "credentials.yml is read" not in told


def test_tests_are_taken_from_wherever_they_lie_and_one_that_is_broken_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    test = "stories:\n- story: hello\n  steps:\n  - user: hi\n    intent: greet\n  - action: utter_greet\n"
    written = {
        "test_stories.yml": test,
        "test/test_more.yml": test,
        "tests/test_older.yml": "stories:\n- story: hello\n  steps:\n  * greet: hi\n",
    }
    theirs, ours = project(tmp_path / "theirs", **written), tmp_path / "ours"
    assert run(["import", str(theirs), "--into", str(ours)]) == 0
    assert {"test_stories.yml", "test_more.yml"} <= {path.name for path in (ours / "tests").iterdir()}
    assert not (ours / "tests" / "test_older.yml").exists()
    told = capsys.readouterr().out
    assert f"{theirs / 'tests' / 'test_older.yml'}:4:4: this is not YAML" in told
    assert "The file is left behind." in told
