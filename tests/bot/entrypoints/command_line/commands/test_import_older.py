"""Projects of Rasa 1, projects in Rasa's JSON, and projects that are put together from several."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import run
from tests.bot.entrypoints.command_line.commands.test_import import DOMAIN, NLU, files_of, project

RASA_1 = {
    "domain.yml": "intents: [greet, {time: {triggers: action_look_up}}]\nforms: [a_form]\n"
    "templates: {utter_hello: [{text: Hello.}]}\nactions: [action_look_up, respond_faq]\n",
    "data/nlu.md": "## intent:greet\n- hello\n- good day\n## intent:time\n- what time is it\n- good day\n- the time\n",
    "data/stories.md": "## happy path\n* greet\n  - utter_hello\n",
    "data/readme.md": "# Our data\n\n* one\n* two\n",
    "tests/conversation_tests.md": "## hello\n* greet: hello!\n  - utter_hello\n",
    "config.yml": "pipeline: supervised_embeddings\npolicies: [{name: KerasPolicy}, {name: FallbackPolicy}]\n",
    "actions.py": "from rasa_sdk.forms import FormAction\n",
}


def older_project(folder: Path, **changes: str) -> Path:
    for name, text in (RASA_1 | changes).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_project_of_rasa_1_is_written_as_rasa_3_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs, ours = older_project(tmp_path / "theirs"), tmp_path / "ours"
    assert run(["import", str(theirs), "--into", str(ours)]) == 0
    told = capsys.readouterr().out
    assert f"  nlu/nlu.yml  (from {theirs / 'data/nlu.md'})" in told
    assert f"{theirs / 'data/nlu.md'} is Rasa 1's Markdown: it is written as YAML here." in told
    assert f'{theirs / "data/nlu.md"}:6:1: "good day" is an example of time, too; it stays with greet only.' in told
    assert "what an intent triggers in the domain is a rule here" in told
    assert "actions.py has forms of Rasa 1 (FormAction)" in told
    assert "readme.md" not in told
    assert "utter_faq" in (ours / "domain/domain.yml").read_text()
    assert {"stories.yml", "rules/triggers.yml", "tests/conversation_tests.yml"} <= set(files_of(ours))
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(ours))
    assert run(["validate"]) == 0
    assert run(["test", "--stories", "--out", str(tmp_path / "results")]) == 0


def test_actions_that_rasa_2_renamed_have_the_names_of_today(tmp_path: Path) -> None:
    story = '## leaves\n* greet\n  - a_form\n  - form{"name": "a_form"}\n* time\n  - action_deactivate_form\n'
    files = {"data/stories.md": story, "tests/conversation_tests.md": story.replace("* time", "* time: when")}
    theirs, ours = older_project(tmp_path / "theirs", **files), tmp_path / "ours"
    assert run(["import", str(theirs), "--into", str(ours)]) == 0
    assert "action: action_deactivate_loop" in (ours / "stories.yml").read_text()
    assert "action: action_deactivate_loop" in (ours / "tests/conversation_tests.yml").read_text()


def test_a_story_that_goes_on_otherwise_than_its_intent_triggers_goes_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = {"data/stories.md": "## asks again\n* greet OR time\n  - utter_hello\n* greet\n  - utter_hello\n"}
    theirs = older_project(tmp_path / "theirs", **story)
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    assert "action_look_up, which the intent time triggers, is no rule, since stories go on with time" in told
    assert "rules/triggers.yml" not in told


def test_faults_of_an_older_file_are_told_at_its_own_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {"data/stories.md": "# Stories\n\n## happy path\n\n* greet\n  - action_lok_up\n"}
    theirs = older_project(tmp_path / "theirs", **wrong)
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 1
    assert f"{theirs / 'data/stories.md'}:6:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"data/nlu_converted.yml": NLU}, "nlu_converted.yml beside it is the same as YAML"),
        ({"data/examples.yml": NLU, "domain.yml": DOMAIN}, "Rasa 3 does not read it, and the project has its nlu"),
    ],
)
def test_markdown_that_its_rasa_does_not_read_is_left_out(
    changes: dict[str, str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stories = {"data/stories.md": "## s\n* bye\n  - utter_hello\n"}
    domain = {"domain.yml": "intents: [greet, bye]\nresponses: {utter_hello: [{text: Hello.}]}\n"}
    theirs = older_project(tmp_path / "theirs", **(domain | stories | changes))
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert f"{theirs / 'data/nlu.md'} is Rasa 1's Markdown, and is left out: {why}" in capsys.readouterr().out
    assert "what time is it" not in "".join(path.read_text() for path in (tmp_path / "ours" / "nlu").iterdir())


def test_json_of_rasa_3_is_written_as_yaml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examples = [{"text": f"good bye {number}", "intent": "bye"} for number in range(2)]
    theirs = project(
        tmp_path / "theirs", **{"data/bye.json": json.dumps({"rasa_nlu_data": {"common_examples": examples}})}
    )
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert f"{theirs / 'data/bye.json'} is JSON: it is written as YAML here." in capsys.readouterr().out
    assert "- good bye 1" in (tmp_path / "ours" / "nlu" / "bye.yml").read_text()


def test_json_in_a_file_that_is_called_markdown_is_read_as_rasa_1_read_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = [{"text": text, "intent": intent} for intent in ("greet", "time") for text in (f"a {intent}", intent)]
    older = {"data/nlu.md": json.dumps({"rasa_nlu_data": {"common_examples": examples}})}
    theirs = older_project(tmp_path / "theirs", **older)
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert f"{theirs / 'data/nlu.md'} is JSON: it is written as YAML here." in capsys.readouterr().out


MULTI = {
    "config.yml": "importers: [{name: MultiProjectImporter}]\nimports: [parts/stop]\n",
    "parts/stop/config.yml": "imports: [../../parts/more, ../..]\n",
    "parts/stop/domain.yml": "intents: [stop]\nresponses: {utter_stopped: [{text: Stopped.}]}\n",
    "parts/stop/data/nlu.yml": "nlu:\n- intent: stop\n  examples: |\n    - halt\n    - stand still\n",
    "parts/stop/data/rules.yml": "rules:\n- rule: stop\n  steps: [{intent: stop}, {action: utter_stopped}]\n",
    "parts/more/domain/all.yml": "intents: [more]\n",
    "parts/more/data/nlu.yml": "nlu:\n- intent: more\n  examples: |\n    - more\n    - go on\n",
}


def test_a_project_of_several_is_taken_over_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs, ours = project(tmp_path / "theirs", **MULTI), tmp_path / "ours"
    assert run(["import", str(theirs), "--into", str(ours)]) == 0
    told = capsys.readouterr().out
    assert "4 intents, 3 rules" in told
    assert f"{theirs / 'parts/stop'} is a part of this project, and was taken with it." in told
    there = {"domain/stop-domain.yml", "nlu/stop-nlu.yml", "rules/stop-rules.yml", "domain/more-all.yml"}
    assert there <= set(files_of(ours))


def test_a_part_that_is_not_there_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs = project(tmp_path / "theirs", **{"config.yml": MULTI["config.yml"]})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 1
    assert f'{theirs / "config.yml"}:2:1: "imports" names parts/stop' in capsys.readouterr().err
