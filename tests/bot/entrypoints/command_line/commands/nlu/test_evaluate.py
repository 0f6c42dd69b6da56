"""`overture nlu evaluate`, as it is typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.entrypoints.command_line.cli import FAULTY, MISUSED, run
from bot.entrypoints.command_line.commands.nlu.evaluate import summary
from tests.bot.entrypoints.command_line.test_evaluation_page import report_of, verdict
from tests.lending import ROOT, lend_model

TESTS = """nlu:
- intent: request_demo
  examples: |
    - we would love a demo of this
    - demo
- intent: greet
  examples: |
    - hello you
    - how do I cancel my subscription to Harbourline?
- intent: inform
  examples: |
    - we are about [70](number) people
"""

DOMAIN = """intents: [greet, bye]
entities: [city]
responses:
  utter_disclosure: [{text: I am a bot.}]
  utter_opted_out: [{text: Done.}]
  utter_help: [{text: Help.}]
  utter_internal_error: [{text: Sorry.}]
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.slow
def test_a_test_set_is_judged_and_reported(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lend_model(data)
    (tmp_path / "tests.yml").write_text(TESTS)
    (tmp_path / "strange.txt").write_text("is the moon made of cheese?\n\nasdf qwer\n")
    arguments = ["--test", str(tmp_path / "tests.yml"), "--out-of-scope", str(tmp_path / "strange.txt")]
    assert run(["nlu", "evaluate", *arguments, "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "5 messages judged: test set" in told
    assert "of which 2 messages are examples word for word" in told
    assert "Right intent            80.0%" in told
    assert 'greet taken for ask_knowledge, 1 times: "how do I cancel my subscription' in told
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (report["judged"], report["accuracy"], report["out_of_scope"]["count"]) == (5, 0.8, 2)
    assert [one["label"] for one in report["entities"]] == ["number"]
    assert report["confusions"][0]["examples"][0]["place"] == f"{tmp_path / 'tests.yml'}:9:5"
    assert "greet</code> taken for" in (tmp_path / "out" / "report.html").read_text()


def test_the_summary_fits_a_screen_and_says_where_to_look() -> None:
    wrong = [verdict("price", f"other_{number}") for number in range(40)]
    told = summary(report_of([*wrong, verdict("praise", "praise")], [verdict("", "price", "cheese?")]))
    assert told.startswith("41 messages judged: three folds.")
    assert "  and 32 more" in told
    assert '"<b>cheap</b> & good" price (nlu.yml:3:7) and "cheap and good" praise (nlu.yml:9:7)' in told
    assert "praise has 3 examples; write 10 or more" in told
    assert "praise and price: 4 of their 20 messages were taken for the other; accuracy +12.5 points" in told
    assert len(told.splitlines()) < 50


def test_an_example_of_ten_thousand_words_is_quoted_in_a_line() -> None:
    told = summary(report_of([verdict("praise", "price", "word " * 10_000)], []))
    assert "praise taken for price, 1 times: " in told
    assert max(map(len, told.splitlines())) < 250


def test_where_nothing_could_be_judged_the_summary_says_so_and_what_to_write() -> None:
    told = summary(report_of([], []))
    assert "Nothing could be judged: no intent has three examples" in told
    assert "Right intent" not in told
    assert "praise has 3 examples; write 10 or more" in told


BAD = {
    "one example": ("    - hi\n", 'nlu.yml:5:3: the intent "greet" has 1 example; it cannot be learnt from fewer'),
    "a duplicate": ("    - hi\n    - bye\n", 'nlu.yml:8:5: "bye" is an example of "greet" and, at '),
    "no example": ("", 'nlu.yml:5:3: the intent "greet" has no examples. Add some under `examples: |`.'),
    "a broken mark": ("    - hi [Oslo(city)\n    - hey\n", 'nlu.yml:7:10: "[Oslo(city)" is no annotation'),
}


@pytest.mark.parametrize("verb", ["validate", "train", "nlu evaluate"])
@pytest.mark.parametrize(("examples", "told"), BAD.values(), ids=BAD.keys())
def test_examples_with_faults_are_told_with_their_place_wherever_an_author_meets_them(
    verb: str, examples: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    assistant = tmp_path / "assistant"
    (assistant / "nlu").mkdir(parents=True)
    (assistant / "domain.yml").write_text(DOMAIN)
    (assistant / "nlu" / "nlu.yml").write_text(
        "nlu:\n- intent: bye\n  examples: |\n    - bye\n- intent: greet\n  examples: |\n" + examples
    )
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(assistant))
    assert run(verb.split()) == FAULTY
    assert told in capsys.readouterr().err


def test_what_is_hardly_meant_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assistant = tmp_path / "assistant"
    (assistant / "nlu").mkdir(parents=True)
    shutil.copytree(ROOT / "journeys" / "rules", assistant / "journeys" / "rules")
    (assistant / "domain.yml").write_text(DOMAIN)
    (assistant / "nlu" / "nlu.yml").write_text(
        "nlu:\n- intent: bye\n  examples: |\n    - bye\n    - leave [Os](city)lo\n"
        "- intent: greet\n  examples: |\n    - hi\n    - hey\n"
    )
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(assistant))
    assert run(["validate"]) == 0
    told = capsys.readouterr()
    assert f'warning: {assistant}/nlu/nlu.yml:5:13: "Os" is marked as "city"' in told.err
    assert told.out.startswith("No faults: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--folds", "1"], "--folds is 1. Choose a number from 3 to 20."),
        (["--test", "nowhere.yml"], "there is no nowhere.yml. --test wants a file or a folder with examples."),
        (["--out-of-scope", "nowhere.txt"], "there is no nowhere.txt. --out-of-scope wants"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    arguments: list[str], words: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["nlu", "evaluate", *arguments]) == MISUSED
    assert words in capsys.readouterr().err


def test_a_file_without_messages_is_told(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.txt").write_text("\n \n")
    (tmp_path / "empty.yml").write_text("nlu: []\n")
    (tmp_path / "bytes.txt").write_bytes(b"caf\xe9")
    for option, name in (("--out-of-scope", "empty.txt"), ("--test", "empty.yml"), ("--out-of-scope", "bytes.txt")):
        assert run(["nlu", "evaluate", option, str(tmp_path / name)]) == MISUSED
    told = capsys.readouterr().err
    assert f"there are no messages in {tmp_path / 'empty.txt'}" in told
    assert f"there are no examples in {tmp_path / 'empty.yml'}" in told
    assert f"{tmp_path / 'bytes.txt'} is not UTF-8. Save it as UTF-8." in told


def test_an_intent_that_is_none_is_a_fault_of_the_test_set(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.yml").write_text("nlu:\n- intent: request_demmo\n  examples: |\n    - demo\n")
    assert run(["nlu", "evaluate", "--test", str(tmp_path / "t.yml")]) == 1
    assert 'Did you mean "request_demo"?' in capsys.readouterr().err
