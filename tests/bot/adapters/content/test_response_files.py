"""The files that responses stand in: read each time, and changed whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.content.response_files import ResponseFiles
from bot.adapters.content.shelves import Shelves
from bot.dialogue.responses_edit import Reworded
from bot.domain.errors import Conflict

WORDS = "responses:\n  utter_greet:   # first\n    - text: Hello\n  utter_bye: [{text: Bye}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    (folder / "patterns").mkdir(parents=True)
    (folder / "patterns" / "greet.yml").write_text(WORDS)
    (folder / "test_greet.yml").write_text(WORDS)
    (folder / "rules.yml").write_text("rules: []\n")
    return folder


@pytest.fixture
def files(folder: Path) -> ResponseFiles:
    return ResponseFiles(Shelves(folder, folder, folder))


def test_files_are_listed_with_what_they_declare(files: ResponseFiles, folder: Path) -> None:
    (file,) = files.all()
    assert (file.shown, list(file.responses), file.is_whole) == (
        "acme/patterns/greet.yml",
        ["utter_greet", "utter_bye"],
        True,
    )
    assert (file.responses["utter_bye"].variations, file.responses["utter_bye"].line) == ([{"text": "Bye"}], 4)
    (folder / "patterns" / "greet.yml").write_text(WORDS + "  utter_broken: a: b\n")
    (broken,) = files.all()
    assert (list(broken.responses)[:2], broken.is_whole) == (["utter_greet", "utter_bye"], False)


def test_a_file_is_written_where_nobody_has_changed_it_since(files: ResponseFiles, folder: Path) -> None:
    read = files.of("utter_greet")
    file, text = files.reworded("utter_greet", read.digest, [Reworded(0, {"text": "Hi"})])
    written = files.write(file, text)
    assert (folder / "patterns" / "greet.yml").read_text() == WORDS.replace("Hello", "Hi") == written.text
    with pytest.raises(Conflict, match="somebody else has changed the file"):
        files.write(file, WORDS)
    with pytest.raises(Conflict, match="somebody else has changed the file"):
        files.reworded("utter_greet", read.digest, [Reworded(0, {"text": "Ho"})])
    assert sorted(one.name for one in (folder / "patterns").iterdir()) == ["greet.yml"]


def test_what_is_in_no_file_or_in_two_is_not_changed(files: ResponseFiles, folder: Path) -> None:
    with pytest.raises(Conflict, match="no longer there"):
        files.of("utter_nobody")
    (folder / "more.yml").write_text("templates:\n  utter_bye: [{text: Bye}]\n")
    with pytest.raises(Conflict, match=r"acme/more\.yml and acme/patterns/greet\.yml"):
        files.of("utter_bye")
