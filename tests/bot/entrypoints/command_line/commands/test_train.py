"""`overture train`, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.understanding.fine_tuning import FineTuning, PagesFound
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.command_line.commands.train import outcome
from bot.nlu.comparison import Comparison
from tests.lending import lend_model

MODEL = Path("models/a")
WON = Comparison(both=80, only_old=2, only_new=12, neither=6)


def test_both_figures_are_told_with_what_was_decided_by_them() -> None:
    told = outcome(FineTuning(MODEL, tuned=True, compared=WON, folds=3, parts=5, pages=PagesFound(20, 17, 18)))
    assert told == [
        "held-out examples, 3 of 5 parts: 100",
        "right with the frozen encoder: 82.0%",
        "right with the tuned encoder:  92.0%",
        "only one of them right: the frozen 2 times, the tuned 12 times; chance would do as much in 0.6% of cases "
        "(McNemar's exact test)",
        "of 20 questions of the knowledge pages, 17 find their page with the frozen encoder, 18 with the tuned one",
        "decided: the tuned encoder is in use",
    ]


def test_why_the_frozen_encoder_stays_is_told() -> None:
    lost = FineTuning(MODEL, tuned=False, compared=Comparison(both=30, only_old=2, only_new=2), folds=1, parts=5)
    assert outcome(lost)[-1] == "decided: the frozen encoder stays; the tuned one is not ahead"
    no_pages = FineTuning(MODEL, tuned=True, compared=WON, folds=3, parts=5, pages=PagesFound(0, 0, 0))
    assert not any("knowledge pages" in line for line in outcome(no_pages))
    fewer_pages = FineTuning(MODEL, tuned=False, compared=WON, folds=3, parts=5, pages=PagesFound(20, 17, 16))
    assert outcome(fewer_pages)[-1] == "decided: the frozen encoder stays; the tuned one finds fewer knowledge pages"


def test_an_encoder_that_was_tuned_already_is_left_as_it_is() -> None:
    told = outcome(FineTuning(MODEL, tuned=True))
    assert told == ["nothing to tune: the encoder of models/a was tuned on these examples"]


@pytest.mark.slow
def test_content_that_was_trained_is_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "data"))
    lend_model(tmp_path / "data")
    run(["train"])
    capsys.readouterr()
    assert run(["train"]) == 0
    assert capsys.readouterr().out.startswith("nothing to train: ")
