from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import run
from tests.lending import ROOT, shared_model

BOTS = ROOT.parent / "shared" / "rasa_bots"

DOMAIN = """
version: "3.1"
intents: [greet, bye]
responses:
  utter_hello: [{text: Hello.}]
  utter_help: [{text: Ask me anything.}]
actions: [action_look_up]
"""
NLU = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - good morning
    - see you
- intent: bye
  examples: |
    - bye
    - goodbye
    - see you
"""
FILES = {
    "domain.yml": DOMAIN,
    "data/nlu.yml": NLU,
    "data/rules.yml": "rules:\n- rule: greet\n  steps: [{intent: greet}, {action: utter_hello}]\n",
    "data/more/bye.yml": "rules:\n- rule: bye\n  steps: [{intent: bye}, {action: action_look_up}]\n",
    "tests/test_stories.yml": "stories:\n- story: s\n  steps: [{intent: greet}, {action: utter_hello}]\n",
    "config.yml": "language: de\npipeline:\n- name: own.Component\n- name: DIETClassifier\npolicies:\n",
    "endpoints.yml": "action_endpoint: {url: 'http://actions:5055/webhook'}\n"
    "tracker_store: {type: mongod, password: hush}\n",
    "credentials.yml": "slack: {slack_token: hush}\ntelegram: {access_token: hush}\nrest:\n",
    "actions/__init__.py": "",
    "actions/look_up.py": "# looks things up\n",
}


def project(folder: Path, **changes: str) -> Path:
    for name, text in (FILES | changes).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_project_comes_to_lie_as_an_assistant_does(tmp_path: Path) -> None:
    assert run(["import", str(project(tmp_path / "theirs")), "--into", str(tmp_path / "ours")]) == 0
    assert files_of(tmp_path / "ours") == [
        "actions/__init__.py",
        "actions/look_up.py",
        "config.yml",
        "domain/domain.yml",
        "journeys/rules/caps.yml",
        "journeys/rules/consent.yml",
        "journeys/rules/links.yml",
        "journeys/rules/opt_out.yml",
        "journeys/rules/opt_out_scope.yml",
        "journeys/rules/opt_out_words.yml",
        "journeys/rules/request_words.yml",
        "journeys/rules/requests.yml",
        "journeys/rules/retention.yml",
        "journeys/rules/sending_hours.yml",
        "journeys/rules/wrong_number.yml",
        "nlu/nlu.yml",
        "responses/overture.yml",
        "rules.yml",
        "rules/more/bye.yml",
        "tests/test_stories.yml",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours", "theirs"]


def test_where_no_sending_rules_are_those_of_a_new_assistant_come_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERTURE_JOURNEYS", str(tmp_path / "nowhere"))
    assert run(["import", str(project(tmp_path / "theirs")), "--into", str(tmp_path / "ours")]) == 0
    monkeypatch.delenv("OVERTURE_JOURNEYS")
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(tmp_path / "ours"))
    assert run(["validate"]) == 0


def test_what_was_imported_has_no_faults_and_passes_its_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", str(project(tmp_path / "theirs")), "--into", str(tmp_path / "ours")]) == 0
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(tmp_path / "ours"))
    assert run(["validate"]) == 0
    counted = r"2 intents, 2 rules, 0 stories, 0 forms, \d+ responses, 0 knowledge pages, 0 journeys"  # ours are many
    assert re.search(counted, capsys.readouterr().out)
    assert run(["test", "--stories", "--out", str(tmp_path / "results")]) == 0


def test_the_report_says_what_was_taken_mapped_and_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs = project(tmp_path / "theirs")
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    for line in (
        f"  nlu/nlu.yml  (from {theirs / 'data/nlu.yml'})",
        f'{theirs / "data/nlu.yml"}:13:5: "see you" is an example of bye, too; it stays with greet only.',
        "set OVERTURE_ACTIONS=http://actions:5055/webhook",
        f"  cd {tmp_path / 'ours'} && overture actions",
        "tracker_store (mongod): conversations are kept in SQLite or PostgreSQL",
        "language is de, and the encoder that comes along knows English",
        "own.Component is code of the project's own",
        "credentials.yml: slack: customers cannot write in Slack here",
        "telegram: there is no connector for it",
        "rest is the connector rest; its settings and addresses are in connectors/rest/README.md",
        "utter_disclosure, utter_opted_out, utter_internal_error were added",
        f"OVERTURE_ASSISTANT={tmp_path / 'ours'} OVERTURE_ACTIONS=http://localhost:5055/webhook overture shell",
    ):
        assert line in told, line
    assert "hush" not in told


@pytest.mark.parametrize(
    ("channel", "heading", "told"),
    [
        ("callback", "To do", "Overture calls no address with what the bot says"),
        ("socketio", "Mapped", "is the connector socketio"),
        ("socketio", "To do", "add socketio to OVERTURE_CONNECTORS, name your websites in SOCKETIO_ORIGINS."),
        ("rasa", "Mapped", "it is Rasa X's"),
        ("channels.whatsapp.WhatsAppInput", "To do", "the connector whatsapp_cloud does that here"),
        ("alexa_connector.AlexaConnector", "To do", "the connector alexa does that here"),
        ("ga_connector.GoogleConnector", "Not taken over", "there is no connector for it"),
        ("cmdline", "Mapped", "overture shell"),
        ("twilio_voice", "Mapped", "is the connector twilio_voice"),
    ],
)
def test_of_a_channel_that_works_otherwise_here_it_is_said_how(
    channel: str, heading: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = project(tmp_path / "theirs", **{"credentials.yml": f"{channel}: {{url: hush}}\n"})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    below = capsys.readouterr().out.split(f"\n{heading}:\n")[1].split("\n\n")[0]
    assert f"credentials.yml: {channel}" in below
    assert told in below


def test_what_clients_of_socketio_call_things_is_told_as_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    credentials = "socketio: {namespace: /chat, metadata_key: customData, jwt_key: hush, session_persistence: true}\n"
    theirs = project(tmp_path / "theirs", **{"credentials.yml": credentials})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    assert "set SOCKETIO_NAMESPACE=/chat, SOCKETIO_METADATA=customData, SOCKETIO_JWT_SECRET, to its jwt_key." in told
    assert "hush" not in told


def test_what_has_no_counterpart_is_told_with_what_there_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changes = {
        "config.yml": "language: en_GB\nimporters: [{name: RasaFileImporter}, {name: own.Importer}]\n"
        "policies: [{name: rasa.core.policies.rule_policy.RulePolicy}]\n",
        "endpoints.yml": "nlg: {url: 'http://localhost:5056/nlg'}\n",
    }
    theirs = project(tmp_path / "theirs", **changes)
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    assert "endpoints.yml: nlg: no server is asked for wordings" in told
    assert "config.yml: importers: own.Importer is code, which is not run" in told
    assert "RasaFileImporter" not in told
    assert "RulePolicy" not in told
    assert "language" not in told.split("To do:")[1].split("nlg")[0]


def test_only_actions_that_somebody_has_to_write_are_missed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = "actions: [action_look_up, action_restart, utter_hello, utter_faq]"
    domain = DOMAIN.replace("actions: [action_look_up]", named)
    domain = domain.replace("responses:\n", "responses:\n  utter_faq/price: [{text: Ten.}]\n")
    theirs = project(tmp_path / "theirs", **{"domain.yml": domain})
    shutil.rmtree(theirs / "actions")
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert "the domain names custom actions (action_look_up), and their code is not here" in capsys.readouterr().out


@pytest.mark.parametrize("written", [True, False])
def test_a_built_in_action_that_the_domain_lists_wants_code(
    written: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    domain = DOMAIN.replace("[action_look_up]", "[action_look_up, action_default_fallback]")
    code = {"actions/fallback.py": "NAME = 'action_default_fallback'\n"} if written else {}
    theirs = project(tmp_path / "theirs", **{"domain.yml": domain}, **code)
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    told = "the domain lists action_default_fallback among its own, and no code here has it"
    assert (told in capsys.readouterr().out) != written


def test_what_the_actions_read_and_import_comes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import json\nimport prices\nfrom shop.stock import count\nopen('data/names.txt')\nopen('domain.yml')\n"
    files = {
        "actions/look_up.py": code + "open('../outside.txt')\n",
        "actions/stock.json": "{}",
        "actions/keys.yml": "user: me",
        "actions/__pycache__/look_up.pyc": "",
        "prices.py": "LIST = 'prices.csv'\n",
        "prices.csv": "",
        "shop/__init__.py": "",
        "shop/stock.py": "",
        "data/names.txt": "",
        "unread.txt": "",
    }
    theirs = project(tmp_path / "theirs", **files)
    (tmp_path / "outside.txt").write_text("")
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    there = [name for name in files_of(tmp_path / "ours") if not name.startswith("journeys/")]
    for name in ("actions/stock.json", "prices.py", "prices.csv", "shop/__init__.py", "shop/stock.py"):
        assert name in there
    assert "data/names.txt" in there
    assert not {"unread.txt", "domain.yml", "outside.txt", "actions/__pycache__/look_up.pyc"} & set(there)
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(tmp_path / "ours"))
    assert run(["validate"]) == 0  # which takes the actions' keys for no content


def test_actions_without_a_package_become_one_lest_ours_go_before_them(tmp_path: Path) -> None:
    theirs = project(tmp_path / "theirs")
    (theirs / "actions/__init__.py").unlink()
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert (tmp_path / "ours/actions/__init__.py").read_bytes() == b""


@pytest.mark.parametrize("has_package", [True, False])
def test_a_module_beside_a_folder_of_its_name_is_the_package_unless_the_folder_is_one(
    has_package: bool, tmp_path: Path
) -> None:
    theirs = project(tmp_path / "theirs", **{"actions.py": "A = 1\n"})
    if not has_package:
        (theirs / "actions/__init__.py").unlink()
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert [path.name for path in (tmp_path / "ours/actions").glob("__init__*")] == ["__init__.py"]
    assert ((tmp_path / "ours/actions/__init__.py").read_text() == "A = 1\n") is not has_package


@pytest.mark.parametrize(
    "text", ["departments: [surgery]\n", "- surgery\n", "forms: {a_form: {}}\nslot_mappings: {}\n", "\n"]
)
def test_what_is_no_training_data_is_left_out_as_rasa_does(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = project(tmp_path / "theirs", **{"data/origin/departments.yaml": text})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    told = f"{theirs / 'data/origin/departments.yaml'} is no training data (nlu, responses, rules, stories)"
    assert told in capsys.readouterr().out
    assert not list((tmp_path / "ours").rglob("departments*"))


@pytest.mark.parametrize(
    ("changes", "added"),
    [
        ({}, True),
        ({"data/default.yml": "responses: {utter_default: [{text: Pardon?}]}"}, False),
        ({"data/default.yml": "actions: [action_default_fallback]"}, False),
        ({"config.yml": "policies: [{name: RulePolicy, core_fallback_action_name: utter_help}]"}, False),
    ],
    ids=["none is there", "theirs is there", "an action of theirs does it", "something else is said"],
)
def test_what_is_not_understood_gets_an_answer(
    changes: dict[str, str], added: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = project(tmp_path / "theirs", **changes)
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert ("utter_default was added" in capsys.readouterr().out) == added
    assert ("utter_default" in (tmp_path / "ours/responses/overture.yml").read_text()) == added


GERMAN = """
nlu:
- intent: greet
  examples: |
    - guten Morgen zusammen
    - hallo, ich habe eine Frage
- intent: bye
  examples: |
    - auf Wiedersehen und vielen Dank
    - tschüss, bis zum nächsten Mal
"""


@pytest.mark.parametrize("more", ["", "    - bis [morgen](day dann\n"], ids=["", "with a mark that is none"])
def test_what_is_added_is_said_in_the_language_of_the_examples_where_none_is_named(
    more: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    theirs = project(tmp_path / "bot", **{"data/nlu.yml": GERMAN + more, "config.yml": "policies:"})
    assert run(["import", str(theirs)]) == 0
    assert "names no language: language: de was added" in capsys.readouterr().out
    taken = tmp_path / "imported" / "bot"
    assert "\nlanguage: de\n" in (taken / "config.yml").read_text(encoding="utf-8")
    assert "Ich bin ein automatischer Assistent" in (taken / "responses" / "overture.yml").read_text(encoding="utf-8")


def test_nothing_is_overwritten_without_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs, ours = project(tmp_path / "theirs"), tmp_path / "ours"
    ours.mkdir()
    (ours / "rules.yml").write_text("mine")
    assert run(["import", str(theirs), "--into", str(ours)]) == 2
    assert f"{ours / 'rules.yml'} would be overwritten" in capsys.readouterr().err
    assert files_of(ours) == ["rules.yml"]
    assert run(["import", str(theirs), "--into", str(ours), "--force"]) == 0
    assert "greet" in (ours / "rules.yml").read_text()


def test_faults_are_told_at_their_places_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {"data/rules.yml": "rules:\n- rule: greet\n  steps: [{intent: greet}, {action: action_lok_up}]\n"}
    theirs = project(tmp_path / "theirs", **wrong)
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 1
    told = capsys.readouterr().err
    assert f"{theirs / 'data/rules.yml'}:3:" in told
    assert 'Did you mean "action_look_up"?' in told
    assert not (tmp_path / "ours").exists()


def test_what_rasa_takes_is_no_fault_of_what_was_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "\n- intent: parting\n  examples: |\n    - until [tomorrow](day)\n    - I leave\n"
    story = "stories:\n- story: s\n  steps: [{intent: parting}, {action: utter_helo}]\n"
    theirs = project(tmp_path / "theirs", **{"data/nlu.yml": NLU + more, "data/stories.yml": story})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    configuration = (tmp_path / "ours" / "config.yml").read_text(encoding="utf-8")
    assert configuration.startswith(FILES["config.yml"])
    assert configuration.endswith("\noverture: {lapses: warn}\n")
    capsys.readouterr()
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(tmp_path / "ours"))
    assert run(["validate"]) == 0
    told = capsys.readouterr().err
    for name in ('no intent "parting"', 'no entity "day"', 'no response "utter_helo". Did you mean "utter_hello"?'):
        assert name in told


@pytest.mark.parametrize(
    ("folders", "targets"),
    [(("hr", "faq"), ("nlu/faq-nlu.yml", "nlu/hr-nlu.yml")), (("de", "fr"), ("nlu/de/nlu.yml", "nlu/fr/nlu.yml"))],
)
def test_a_folder_of_examples_is_that_of_a_language_where_the_assistants_own_has_one(
    folders: tuple[str, str], targets: tuple[str, str], tmp_path: Path
) -> None:
    """The assistant's own is German; "hr" are its human resources, and no Croatian."""
    examples = "nlu:\n- intent: {0}\n  examples: |\n    - {0}\n    - {0} you\n"
    changes = {
        f"data/{name}/nlu.yml": examples.format(intent) for name, intent in zip(folders, ("greet", "bye"), strict=True)
    }
    theirs = project(tmp_path / "theirs", **changes)
    (theirs / "data/nlu.yml").unlink()
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert tuple(name for name in files_of(tmp_path / "ours") if name.startswith("nlu/")) == targets


def test_a_domain_may_be_spread_over_the_folder_of_the_data(tmp_path: Path) -> None:
    theirs = project(tmp_path / "theirs")
    (theirs / "domain.yml").rename(theirs / "data" / "more" / "domain.yml")
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert "data/more/domain.yml" in files_of(tmp_path / "ours")


@pytest.mark.parametrize("name", ["data/compose.yml", "tests/compose.yml"])
def test_a_broken_file_of_somebody_else_is_let_be(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = project(tmp_path / "theirs", **{name: "version: '3'\nservices: {{ broken }}\n  - x: [\n"})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert f"{theirs / name} is no training data" in capsys.readouterr().out


def test_a_project_of_rasa_pro_is_told_that_its_flows_are_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    domain = DOMAIN + "slots: {amount: {type: float, mappings: [{type: from_llm}]}}"
    flows = "flows:\n  pay:\n    steps: [{collect: amount}]\n"
    theirs = project(tmp_path / "theirs", **{"domain.yml": domain, "data/flows.yml": flows})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 1
    told = capsys.readouterr().err
    assert f"{theirs / 'data/flows.yml'}:1:1: flows are of Rasa Pro" in told
    assert "from_llm" not in told


def test_a_domain_without_a_version_is_of_rasa_2_where_its_slots_have_no_mappings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rasa 2 asked for neither."""
    domain = DOMAIN.replace('version: "3.1"\n', "") + "entities: [size]\nslots: {size: {type: unfeaturized}}"
    theirs = project(tmp_path / "theirs", **{"domain.yml": domain})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert f"{theirs / 'domain.yml'} has no version" in capsys.readouterr().out
    written = (tmp_path / "ours" / "domain" / "domain.yml").read_text()
    assert written == f'{domain}\n\nversion: "2.0"\n'
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(tmp_path / "ours"))
    assert run(["validate"]) == 0


def test_a_folder_without_a_domain_is_no_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", str(tmp_path)]) == 2
    assert f"there is no domain in {tmp_path}" in capsys.readouterr().err
    assert run(["import", str(tmp_path / "nowhere")]) == 2
    assert f"there is no {tmp_path / 'nowhere'}" in capsys.readouterr().err


def test_a_domain_file_names_its_project(tmp_path: Path) -> None:
    theirs = project(tmp_path / "theirs")
    assert run(["import", str(theirs / "domain.yml"), "--into", str(tmp_path / "ours")]) == 0
    assert "rules.yml" in files_of(tmp_path / "ours")


# ---------------------------------------------------------------- public assistants, talked to


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that has an encoder, where there is one to be copied: exporting it takes longest."""
    folder = tmp_path_factory.mktemp("data")
    if shared_model().is_dir():
        shutil.copytree(shared_model(), folder / "model")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "says", "answers"),
    [
        ("moodbot", ["hello there!", "not good", "no", "bye"], ["Hey! How are you?", "Did that help you?", "Bye"]),
        ("formbot", ["hi", "im looking for a restaurant"], ["restaurant search assistant", "What cuisine?"]),
        ("financial-demo", ["hi", "I want to order a pizza"], ["I'm your Financial Assistant!", "Sorry"]),
    ],
)
def test_a_public_assistant_is_imported_and_talked_to(
    name: str, says: Sequence[str], answers: Sequence[str], data: Path, tmp_path: Path
) -> None:
    if not (BOTS / name).is_dir():
        pytest.skip("../shared is absent: it holds the public assistants that this test imports")
    ours = tmp_path / name
    assert run(["import", str(BOTS / name), "--into", str(ours)]) == 0
    told = _overture("shell", ours, data, input="\n".join(says) + "\n")
    place = 0
    for answer in answers:
        assert answer in told[place:], told
        place = told.index(answer, place)
    assert "Sorry" not in told.split(answers[0])[0]


def _overture(verb: str, assistant: Path, data: Path, *, input: str) -> str:  # noqa: A002  as subprocess has it
    settings = {"OVERTURE_ASSISTANT": str(assistant), "OVERTURE_DATA": str(data)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", verb],
        input=input,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | settings,
        check=True,
    )
    return done.stdout


def test_words_for_a_channel_that_is_called_otherwise_here_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    domain = DOMAIN.replace(
        "{text: Hello.}", "{text: Hello., channel: twilio}, {text: Hi., channel: rest}, {text: Hey.}"
    )
    theirs = project(tmp_path / "theirs", **{"domain.yml": domain, "credentials.yml": "twilio: {account_sid: hush}\n"})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    assert "  utter_hello: the channel twilio is called sms or whatsapp here: name it so, or these words are" in told
    assert "Responses and actions know the channel as sms or whatsapp." in told
    assert "channel rest" not in told
