"""Tunes a sentence-transformers model so that it tells an assistant's intents apart; for training only."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bot.adapters.understanding.encoder import LONGEST
from bot.adapters.understanding.encoder_export import default_prompt, export_encoder, load_sentence_transformer
from bot.nlu.classifier_training import SEED
from bot.nlu.features import Integers

MOVED = 0.75
"""How much of the way from the encoder as it comes to the tuned one is taken. Between the two lie encoders that read an
assistant's messages as well, and others better (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models")."""

_SCALE = 16.0
"""Cosines are at most 1; multiplied by this they can make an intent as good as certain."""

_HEAD_FASTER = 10.0
_LARGEST_GRADIENT = 1.0
_SORTED_TOGETHER = 20
"""Batches whose texts are dealt out by length, because each text is padded to the longest beside it."""

Steps = Callable[[Iterable[int], int, str], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How many examples a step has, how far it goes, how many steps there are, and in how many parts it is tried.

    Each example is seen between `fewest_rounds` and `most_rounds` times: the more often the fewer there are, until
    there are `enough_steps`. There are never more than `most_steps`. Up to `few` examples, one of `most_parts` parts is
    held out at a time, of more one of three: of ten examples an intent, tuning without a third gains half as much.
    """

    batch: int = 32
    learning_rate: float = 5e-5
    fewest_rounds: int = 3
    most_rounds: int = 10
    enough_steps: int = 250
    most_steps: int = 1_500
    few: int = 2_000
    most_parts: int = 5

    def steps(self, examples: int) -> int:
        of_a_round = -(-examples // self.batch)
        rounds = min(max(-(-self.enough_steps // of_a_round), self.fewest_rounds), self.most_rounds)
        return min(rounds * of_a_round, self.most_steps)

    def parts(self, examples: int) -> int:
        return self.most_parts if examples <= self.few else min(self.most_parts, 3)


RECIPE = Recipe()


def tune_encoder(
    encoder_name: str,
    texts: Sequence[str],
    intents: Sequence[str],
    folder: Path,
    *,
    recipe: Recipe = RECIPE,
    steps: Steps = lambda numbers, _total, _what: numbers,
) -> None:
    """Write the tuned encoder into the folder as `export_encoder` does; the same input gives the same encoder.

    At least two texts of each of at least two intents. `steps` shows how far it is. Raises SettingsError where the
    model cannot be loaded.
    """
    with warnings.catch_warnings(), _one_thread_and_one_seed(), tempfile.TemporaryDirectory() as tuned:
        # What the libraries deprecate among themselves is not ours to act on.
        warnings.simplefilter("ignore")
        model = load_sentence_transformer(encoder_name)
        prompt = default_prompt(model)
        before = {name: weight.clone() for name, weight in model.state_dict().items()}
        _tune(model, [prompt + text for text in texts], _numbered(intents), recipe, steps)
        model.load_state_dict(_between(before, model.state_dict()))
        model.save_pretrained(tuned, create_model_card=False, safe_serialization=True)
        export_encoder(tuned, folder, known_as=encoder_name)


def _tune(model: Any, texts: Sequence[str], labels: Integers, recipe: Recipe, steps: Steps) -> None:
    """All weights, with a softmax over the cosines to one vector for each intent, which starts at its examples' mean.

    From there the first steps have nothing to undo. A head that starts anywhere moves the encoder before it knows where
    to: with ten examples an intent such tuning lost half a point on BANKING77.
    """
    import torch

    weights = list(model.parameters())
    model.max_seq_length = min(LONGEST, model.max_seq_length or LONGEST)
    head = torch.nn.Parameter(_means(model, texts, labels))
    optimizer = torch.optim.AdamW(
        [
            {"params": weights, "lr": recipe.learning_rate},
            {"params": [head], "lr": recipe.learning_rate * _HEAD_FASTER, "weight_decay": 0.0},
        ]
    )
    total = recipe.steps(len(texts))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _warmth(step, total))
    batches = islice(batches_of([len(text) for text in texts], recipe.batch), total)
    model.train()
    for _, rows in zip(steps(range(total), total, "tuning"), batches, strict=True):
        likeness = _vectors(model, [texts[row] for row in rows]) @ torch.nn.functional.normalize(head, dim=1).T
        loss = torch.nn.functional.cross_entropy(_SCALE * likeness, torch.tensor(labels[rows]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, _LARGEST_GRADIENT)
        optimizer.step()
        schedule.step()


def _means(model: Any, texts: Sequence[str], labels: Integers) -> Any:
    """The mean embedding of each intent's examples, shape (intents, dimensions)."""
    import torch

    vectors = torch.tensor(model.encode(list(texts), prompt="", show_progress_bar=False, normalize_embeddings=True))
    return torch.stack([vectors[labels == label].mean(dim=0) for label in range(int(labels.max()) + 1)])


def _vectors(model: Any, texts: Sequence[str]) -> Any:
    import torch

    return torch.nn.functional.normalize(model(model.preprocess(list(texts)))["sentence_embedding"], dim=1)


def _between(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {
        name: weight + MOVED * (after[name] - weight) if weight.is_floating_point() else weight
        for name, weight in before.items()
    }


def batches_of(lengths: Sequence[int], size: int) -> Iterator[list[int]]:
    """Rows to learn from together, for ever: in each round every row once, beside others of like length."""
    random = np.random.default_rng(SEED)
    while True:
        rows = random.permutation(len(lengths))
        batches = []
        for start in range(0, len(rows), size * _SORTED_TOGETHER):
            alike = sorted(rows[start : start + size * _SORTED_TOGETHER].tolist(), key=lambda row: lengths[row])
            batches += [alike[first : first + size] for first in range(0, len(alike), size)]
        for number in random.permutation(len(batches)):
            yield batches[number]


def _warmth(step: int, total: int) -> float:
    """The share of the learning rate: quickly up in the first tenth, then slowly down."""
    return min(1.0, (step + 1) / (0.1 * total)) * (1.0 - step / total)


def _numbered(intents: Sequence[str]) -> Integers:
    names = sorted(set(intents))
    return np.array([names.index(intent) for intent in intents], dtype=np.int64)


@contextmanager
def _one_thread_and_one_seed() -> Iterator[None]:
    """Torch adds up in the same order on any machine, draws the same numbers, and is left as it was."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch

    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(mode=True)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
            torch.use_deterministic_algorithms(mode=strict)
