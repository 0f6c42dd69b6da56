"""New examples in the files of the sample assistant: a minimal change, beside whoever else edits them."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.adapters.content import example_files
from bot.adapters.content.example_files import NluFiles
from bot.adapters.content.library import Shelves, read_contents
from bot.domain.errors import Conflict, ContentError
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.nlu.new_example import with_example
from bot.settings import Settings

ROOT = Path(__file__).parents[4]
SELLING = Path("nlu_data/nlu/selling.yml")


@pytest.fixture
def shelves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelves:
    for name in ("nlu_data", "journeys"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    return shelves_of(settings, channel_names(settings))


@pytest.fixture
def files(shelves: Shelves) -> NluFiles:
    return NluFiles(shelves)


def test_an_example_is_one_line_more_in_the_file_that_has_most_of_its_intent(files: NluFiles, shelves: Shelves) -> None:
    before = SELLING.read_text()
    SELLING.chmod(0o640)
    place = files.add("let me see it with my own eyes", "request_demo")
    after = SELLING.read_text().split("\n")
    assert after.pop(place.line - 1) == "      - let me see it with my own eyes"
    assert "\n".join(after) == before
    assert SELLING.stat().st_mode & 0o777 == 0o640
    assert "let me see it with my own eyes" in files.examples()
    assert read_contents(shelves)
    assert not list(SELLING.parent.glob(".*"))


def test_what_is_out_of_scope_gets_a_file_of_its_own_beside_the_near_misses(files: NluFiles, shelves: Shelves) -> None:
    before = {path: path.read_text() for path in SELLING.parent.glob("*.yml")}
    assert str(files.add("do cats fly", "out_of_scope")) == "nlu_data/nlu/out_of_scope.yml:5:7"
    assert str(files.add("- : {do} dogs # swim?", "out_of_scope")) == "nlu_data/nlu/out_of_scope.yml:6:7"
    assert {path: path.read_text() for path in before} == before
    assert {"do cats fly", "- : {do} dogs # swim?"} <= set(files.examples())
    assert read_contents(shelves)


def test_in_an_assistant_with_one_file_what_is_out_of_scope_goes_there_too(files: NluFiles) -> None:
    misses = SELLING.with_name("near_misses.yml")
    text = misses.read_text()
    misses.write_text(text[: text.index("  - intent: out_of_scope")])
    assert files.add("do cats fly", "out_of_scope").path == "nlu_data/nlu/talking.yml"


def test_intents_that_have_examples_are_told_the_most_frequent_first(files: NluFiles) -> None:
    intents = files.intents()
    assert intents[0] == "opt_out"
    assert "out_of_scope" in intents
    assert "none_of_these" not in intents


@pytest.mark.parametrize(
    ("text", "intent", "words"),
    [
        ("I'D like a  demo", "greet", r'selling.yml:7:7: this is an example of "request_demo" already'),
        ("hello there you", "greeet", r'^no file has examples of an intent "greeet". Did you mean "greet"?'),
        ("x" * 301, "greet", "Shorten it"),
        ("", "greet", "Write some words"),
    ],
)
def test_what_cannot_be_an_example_is_refused(files: NluFiles, text: str, intent: str, words: str) -> None:
    before = SELLING.read_bytes()
    with pytest.raises(ContentError, match=words):
        files.add(text, intent)
    assert SELLING.read_bytes() == before


def test_files_with_faults_are_left_alone(files: NluFiles) -> None:
    SELLING.write_text("nlu: [\n")
    with pytest.raises(ContentError, match="not YAML"):
        files.add("let me see it", "greet")


def test_what_somebody_saves_at_the_same_moment_is_not_lost(files: NluFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their editor saves between our reading and our writing; we read again and add to what they wrote."""
    saves = iter(["      - see it first", None])

    def while_somebody_saves(path: str, content: str, intent: str, text: str) -> object:
        made = with_example(path, content, intent, text)
        if line := next(saves, None):
            old = SELLING.read_text()
            SELLING.write_text(old.replace("      - demo\n", f"      - demo\n{line}\n", 1))
        return made

    monkeypatch.setattr(example_files, "with_example", while_somebody_saves)
    files.add("let me see it with my own eyes", "request_demo")
    text = SELLING.read_text()
    assert "      - see it first\n" in text
    assert "      - let me see it with my own eyes\n" in text


def test_a_file_that_changes_each_time_is_given_up(files: NluFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(example_files, "replace_file", lambda *_: False)
    with pytest.raises(Conflict, match="is being edited"):
        files.add("let me see it with my own eyes", "request_demo")


def test_many_authors_at_once_lose_nothing(files: NluFiles) -> None:
    texts = [f"show me number {number} in action" for number in ("one", "two", "three", "four")]
    with ThreadPoolExecutor(4) as authors:
        list(authors.map(lambda text: files.add(text, "request_demo"), texts))
    assert set(texts) <= set(files.examples())


def test_a_link_stays_a_link(files: NluFiles, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.yml"
    SELLING.rename(real)
    SELLING.symlink_to(real)
    files.add("let me see it with my own eyes", "request_demo")
    assert SELLING.is_symlink()
    assert "with my own eyes" in real.read_text()
