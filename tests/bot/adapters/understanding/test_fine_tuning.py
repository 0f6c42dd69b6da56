from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.understanding.encoder_tuning import Recipe
from bot.adapters.understanding.fine_tuning import FineTuning, fine_tune
from bot.adapters.understanding.training import find_model, is_fine_tuned, load, train
from bot.documents import Document, parse
from bot.domain.errors import ContentError

ONE_STEP = Recipe(most_steps=1, most_parts=2)
PRICE = ["what does it cost", "how much is it", "tell me the price", "is it expensive", "what do you charge"]
DEMO = ["I want a demo", "show me a demo", "book a demo", "can I see it", "could you show it to me"]
HOURS = """---
title: Hours
url: https://example.com/hours
questions:
  - when are you open
  - what are your opening hours
---
We are open from nine to five.
"""
PAGES = {"hours.md": HOURS}
CHANGED = "have changed since it was tuned"


def documents(*, price: Sequence[str] = PRICE, synonyms: str = "") -> list[Document]:
    text = "nlu:\n"
    for intent, texts in (("price", price), ("demo", DEMO)):
        text += f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {one}\n" for one in texts)
    return [parse("nlu.yml", text + synonyms)]


@dataclass
class Desk:
    """Somebody who trains in one folder, and what they are told."""

    folder: Path
    encoder: str
    told: list[str] = field(default_factory=list)

    def fine_tune(self, content: Sequence[Document], *, wins: bool) -> FineTuning:
        return fine_tune(content, PAGES, recipe=ONE_STEP, wins=lambda _: wins, **self._where)

    def train(self, content: Sequence[Document], pages: Mapping[str, str] = PAGES) -> Path:
        return train(content, pages, **self._where)

    def find(self, content: Sequence[Document]) -> Path | None:
        return find_model(content, PAGES, encoder_name=self.encoder, folder=self.folder)

    @property
    def _where(self) -> Any:
        return {"encoder_name": self.encoder, "folder": self.folder, "progress": self.told.append}


@pytest.fixture
def desk(tiny_encoder: Path, tmp_path: Path) -> Desk:
    return Desk(tmp_path / "models", str(tiny_encoder))


@pytest.fixture(scope="module")
def tuned_once(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> FineTuning:
    desk = Desk(tmp_path_factory.mktemp("tuned"), str(tiny_encoder))
    return desk.fine_tune(documents(), wins=True)


@pytest.fixture
def tuned(desk: Desk, tuned_once: FineTuning) -> tuple[Desk, Path]:
    """A desk of one's own, with the model that fine-tuning made."""
    shutil.copytree(tuned_once.model.parent, desk.folder)
    return desk, desk.folder / tuned_once.model.name


def test_an_intent_with_few_examples_is_told_with_its_place_and_nothing_is_done(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        fine_tune(documents(price=PRICE[:3]), PAGES, folder=tmp_path)
    fault, *others = caught.value.faults
    assert not others
    assert str(fault).startswith('nlu.yml:4:5: the intent "price" has 3 examples; the encoder is tuned from 5 on.')
    assert list(tmp_path.iterdir()) == []


def test_of_few_examples_less_is_held_out_at_a_time() -> None:
    assert [Recipe().parts(examples) for examples in (10, 2_000, 2_001, 15_000)] == [5, 5, 3, 3]


@pytest.mark.slow
def test_where_the_tuned_encoder_does_not_win_the_frozen_one_stays(desk: Desk) -> None:
    done = desk.fine_tune(documents(), wins=False)
    assert not done.tuned
    assert not is_fine_tuned(done.model)
    assert done.compared is not None
    assert done.compared.judged >= 3
    assert desk.train(documents()) == done.model
    assert not any(CHANGED in line for line in desk.told)


@pytest.mark.slow
def test_the_tuned_encoder_has_to_find_the_pages_too(tuned_once: FineTuning) -> None:
    assert tuned_once.tuned
    assert tuned_once.pages is not None
    assert tuned_once.pages.asked == 2
    assert tuned_once.pages.tuned >= tuned_once.pages.frozen


@pytest.mark.slow
def test_a_tuned_model_is_told_from_others_and_has_no_pickle_in_it(tuned: tuple[Desk, Path]) -> None:
    desk, model = tuned
    assert is_fine_tuned(model)
    assert {path.suffix for path in model.iterdir()} == {".npz", ".json", ".onnx"}
    assert load(model).parse("what does it cost").intent.name
    assert desk.train(documents()) == desk.find(documents()) == model
    assert desk.fine_tune(documents(), wins=True) == FineTuning(model, tuned=True)
    assert desk.told == []


@pytest.mark.slow
def test_a_tuned_encoder_stays_for_as_long_as_its_examples_do(tuned: tuple[Desk, Path]) -> None:
    desk, model = tuned
    encoder, calibration = load(model).encoder.fingerprint, load(model).classifier.calibration
    edited = {"hours.md": HOURS.replace("five", "six")}
    synonyms = documents(synonyms="- synonym: demo\n  examples: |\n    - demonstration\n")
    for other in (desk.train(documents(), edited), desk.train(synonyms)):
        assert other != model
        assert is_fine_tuned(other)
        assert load(other).encoder.fingerprint == encoder
        assert load(other).classifier.calibration == calibration  # what was learnt of examples that it had not seen
    assert not any(CHANGED in line for line in desk.told)


@pytest.mark.slow
def test_other_examples_are_learnt_with_the_frozen_encoder_and_that_is_told(tuned: tuple[Desk, Path]) -> None:
    desk, model = tuned
    other = desk.train(documents(price=[*PRICE, "what is the fee"]))
    assert not is_fine_tuned(other)
    assert load(other).encoder.fingerprint != load(model).encoder.fingerprint
    assert [line for line in desk.told if CHANGED in line and "--fine-tune would tune it again" in line]
    assert desk.train(documents()) == model  # the examples are as they were


@pytest.mark.slow
def test_a_tuned_encoder_that_is_broken_is_not_taken_over(tuned: tuple[Desk, Path]) -> None:
    desk, model = tuned
    with (model / "encoder.onnx").open("ab") as file:
        file.write(b"x")
    again = desk.train(documents())
    assert not is_fine_tuned(again)
    assert load(again).parse("what does it cost").intent.name
