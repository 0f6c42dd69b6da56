"""The command line: each command's exit status, and a sentence instead of a traceback for what a person can mend."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.adapters.database.sqlite_session import as_sqlalchemy
from bot.entrypoints.command_line.cli import COMMANDS, FAULTY, MISUSED, Command, parser, run

ROOT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the sample content and nothing else, and no settings but those of a test."""
    for name in ("nlu_data", "journeys"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_the_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"overture {version('overture')}\n"


@pytest.mark.parametrize("arguments", [[], ["dance"], ["serve", "--port", "high"]])
def test_a_command_that_is_none_ends_with_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    assert ended.value.code == MISUSED
    assert told(capsys).startswith("usage: overture")


@pytest.mark.parametrize("verb", ["doctor", "outbox dead"])
def test_an_option_that_a_command_does_not_have_ends_with_the_usage_of_that_command(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run([*verb.split(), "--sideways"])
    assert ended.value.code == MISUSED
    error = told(capsys)
    assert error.startswith(f"usage: overture {verb} ")
    assert error.endswith(f"overture {verb}: error: unrecognized arguments: --sideways\n")


def test_good_content_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("No faults: ")
    assert "intents" in out
    assert "score rules." in out


def test_each_fault_of_the_content_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    Path("journeys/broken.yml").write_text("journey: broken\npurpose: marketing\nsteps: 5\n")
    assert run(["validate"]) == FAULTY
    lines = told(capsys).splitlines()
    assert lines[-1].endswith("Nothing was changed.")
    assert lines[-1].startswith(f"{len(lines) - 1} fault")
    assert all(line.startswith("journeys/broken.yml:") for line in lines[:-1])


def test_one_fault_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    Path("nlu_data/rules.yml").write_text("rules: [\n")
    assert run(["train"]) == FAULTY
    assert told(capsys).splitlines()[-1] == "1 fault. Nothing was changed."


@pytest.mark.parametrize("command", ["validate", "train", "serve"])
def test_a_folder_that_is_not_there_is_named(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_ASSISTANT", "nowhere")
    assert run([command]) == MISUSED
    assert "OVERTURE_ASSISTANT" in told(capsys).splitlines()[-1]


@pytest.mark.parametrize("command", ["train", "doctor", "serve"])
def test_a_data_folder_that_cannot_be_written_is_told(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file").write_text("in the way")
    monkeypatch.setenv("OVERTURE_DATA", "file")
    monkeypatch.setenv("OVERTURE_DATABASE", f"sqlite+aiosqlite:///{Path.cwd()}/overture.db")
    assert run([command]) == (FAULTY if command == "doctor" else MISUSED)
    out, err = capsys.readouterr()
    assert "the folder file" in out + err
    assert "OVERTURE_DATA names " in out + err


@pytest.mark.parametrize("command", ["validate", "train", "serve", "shell"])
def test_a_connector_that_is_not_there_is_named_with_the_nearest(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_CONNECTORS", "webchat,slak")
    assert run([command]) == MISUSED
    assert told(capsys).splitlines()[-1] == (
        'overture: OVERTURE_CONNECTORS: there is no connector "slak". Did you mean "slack"?'
    )


@pytest.mark.parametrize(
    ("arguments", "name", "value", "words"),
    [
        (["validate"], "OVERTURE_PORT", "high", "OVERTURE_PORT is 'high'"),
        (["serve", "--port", "70000"], "", "", "OVERTURE_PORT is '70000'"),
        (["validate"], "OVERTURE_LOG", "xml", "OVERTURE_LOG is 'xml'"),
        (["validate"], "OVERTURE_PUBLIC_URL", "chat.example.com", "such as https://chat.example.com"),
        (["serve"], "OVERTURE_DATABASE", "mysql://here/db", "which we do not use"),
        (["people", "show", "ana"], "OVERTURE_DATABASE", "nonsense", "OVERTURE_DATABASE is no database URL"),
        (["serve"], "OVERTURE_DESK", "sms:#sales", "Channels with reps: slack"),
    ],
)
def test_a_setting_that_is_wrong_is_told_in_a_sentence(
    arguments: list[str],
    name: str,
    value: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if name:
        monkeypatch.setenv(name, value)
    assert run(arguments) == MISUSED
    error = told(capsys)
    assert words in error
    assert "Traceback" not in error
    assert error.splitlines()[-1].startswith("overture: ")


def test_a_misspelt_setting_is_told_and_the_command_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATABSE", "sqlite+aiosqlite:///x.db")
    assert run(["validate"]) == 0
    assert told(capsys) == "overture: OVERTURE_DATABSE is no setting. Did you mean OVERTURE_DATABASE?\n"


def test_a_settings_file_that_is_not_utf8_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path(".env").write_bytes(b"OVERTURE_DESK=slack:#caf\xe9\n")
    assert run(["validate"]) == MISUSED
    assert told(capsys) == "overture: the file .env is not UTF-8. Save it as UTF-8.\n"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.verb)
def test_every_command_of_the_table_has_a_module_and_tells_how_it_is_used(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert find_spec(command.module)
    with pytest.raises(SystemExit) as ended:
        run([*command.verb.split(), "--help"])
    assert ended.value.code == 0
    assert f"usage: overture {command.verb}" in capsys.readouterr().out


GROUPED = (
    Command("sing", "sing a song"),
    Command("dance tango", "dance a tango", (("--steps", {"type": int}),)),
    Command("dance try", "try to dance"),
)


def test_verbs_of_two_words_stand_in_the_group_of_the_first() -> None:
    options = parser(GROUPED, {"dance": "dances"}).parse_args(["dance", "tango", "--steps", "3"])
    assert (options.command.verb, options.steps) == ("dance tango", 3)
    assert options.command.module == "bot.entrypoints.command_line.commands.dance.tango"
    assert GROUPED[2].module == "bot.entrypoints.command_line.commands.dance.try_"


def test_a_group_without_a_verb_tells_its_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser(GROUPED, {"dance": "dances"}).parse_args(["dance", "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "Dances." in out
    assert "dance a tango" in out
    with pytest.raises(SystemExit) as misused:
        parser(GROUPED, {"dance": "dances"}).parse_args(["dance"])
    assert misused.value.code == MISUSED
    assert told(capsys).startswith("usage: overture dance")


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    program = "import sys; from bot.entrypoints.command_line.cli import run; sys.exit(run(['validate']))"
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), told) == (141, b"")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_a_command_runs_though_its_outputs_are_closed(closed: str, tmp_path: Path) -> None:
    command = ["sh", "-c", f'exec "$0" -m bot migrate {closed}', sys.executable]
    environment = {**os.environ, "OVERTURE_DATA": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "overture.db").exists()


def test_no_file_gets_the_number_of_an_output_that_is_closed() -> None:
    """A library that complains would write into it: into the database, where that is opened next."""
    program = "import os, sys; from bot import __main__ as us; us.open_what_is_closed(); sys.exit(os.open('.', 0))"
    command = ["sh", "-c", 'exec "$0" -c "$1" >&- 2>&- <&-', sys.executable, program]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode > 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's disk that is always full")
def test_what_cannot_be_written_is_told_in_a_line() -> None:
    program = "import sys; from bot.entrypoints.command_line.cli import run; sys.exit(run(['openapi']))"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    said = "overture: not all could be written: No space left on device. Make room, or write elsewhere.\n"
    assert (done.returncode, done.stderr) == (MISUSED, said)


def test_a_database_whose_disk_is_full_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(*_: object) -> int:
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("PRAGMA max_page_count = 1")
            try:
                database.execute("CREATE TABLE row (text)")
            except sqlite3.Error as error:
                raise as_sqlalchemy(error, "COMMIT") from error
        return 0

    monkeypatch.setattr("bot.entrypoints.command_line.commands.openapi.run", fill)
    assert run(["openapi"]) == MISUSED
    assert told(capsys) == (
        "overture: the database takes nothing any more: database or disk is full. What was written before is kept. "
        "See what is the matter with it (overture doctor), and run this again.\n"
    )
