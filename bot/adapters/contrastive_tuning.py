"""Tunes a sentence-transformers model so that examples of one intent come to lie together; for training only."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.adapters.encoder import LONGEST, default_prompt, export_encoder, load_sentence_transformer
from bot.nlu.classifier_training import SEED
from bot.nlu.features import Integers

TOGETHER = 4
"""How many examples of an intent a batch takes of it at a time."""

_TEMPERATURE = 0.05
_LARGEST_GRADIENT = 1.0
_PADDED_TOGETHER = 16
"""Texts of like length are read together, because each is padded to the longest beside it."""

Steps = Callable[[Iterable[int], int, str], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How often each example is seen, how many at a time, how far a step goes, and how many steps there are at most."""

    epochs: int = 3
    batch: int = 64
    learning_rate: float = 5e-5
    most_steps: int = 400

    def steps(self, examples: int) -> int:
        return max(1, min(self.epochs * -(-examples // self.batch), self.most_steps))


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
        _tune(model, [prompt + text for text in texts], _numbered(intents), recipe, steps)
        model.save_pretrained(tuned, create_model_card=False, safe_serialization=True)
        export_encoder(tuned, folder, known_as=encoder_name)


def _tune(model: Any, texts: Sequence[str], labels: Integers, recipe: Recipe, steps: Steps) -> None:
    """Supervised contrastive learning (Khosla et al. 2020) of all but the vectors of the words.

    Those are half of a small model, and a few hundred examples say nothing about the words that are not in them.
    """
    import torch

    for module in model.modules():
        if isinstance(module, torch.nn.Embedding):
            module.requires_grad_(requires_grad=False)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    model.max_seq_length = min(LONGEST, model.max_seq_length or LONGEST)
    model.train()
    optimizer = torch.optim.AdamW(weights, lr=recipe.learning_rate)
    total = recipe.steps(len(texts))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _warmth(step, total))
    batches = batches_of(labels, recipe.batch)
    for _ in steps(range(total), total, "tuning"):
        rows = sorted(next(batches), key=lambda row: len(texts[row]))
        loss = _loss(_vectors(model, [texts[row] for row in rows]), torch.tensor(labels[rows]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, _LARGEST_GRADIENT)
        optimizer.step()
        schedule.step()


def _vectors(model: Any, texts: Sequence[str]) -> Any:
    import torch

    parts = [texts[start : start + _PADDED_TOGETHER] for start in range(0, len(texts), _PADDED_TOGETHER)]
    vectors = torch.cat([model(model.preprocess(list(part)))["sentence_embedding"] for part in parts])
    return torch.nn.functional.normalize(vectors, p=2, dim=1)


def _loss(vectors: Any, labels: Any) -> Any:
    """How far the other examples of its intent are from each, beside all others of the batch."""
    import torch

    itself = torch.eye(len(labels), dtype=torch.bool)
    likeness = (vectors @ vectors.T / _TEMPERATURE).masked_fill(itself, -1e9)
    log_share = likeness - torch.logsumexp(likeness, dim=1, keepdim=True)
    alike = (labels[:, None] == labels[None, :]) & ~itself
    return -((log_share * alike).sum(dim=1) / alike.sum(dim=1).clamp(min=1))[alike.any(dim=1)].mean()


def batches_of(labels: Integers, size: int) -> Iterator[list[int]]:
    """Rows to learn from together, for ever: examples of an intent in small groups, groups of all intents mixed.

    A group has at least two, so that each example has one to come nearer to; whatever is left over of an intent in one
    round takes its turn in the next.
    """
    random = np.random.default_rng(SEED)
    while True:
        groups = []
        for label in np.unique(labels):
            rows = random.permutation(np.flatnonzero(labels == label)).tolist()
            groups += [rows[start : start + TOGETHER] for start in range(0, len(rows), TOGETHER)]
        groups = [group for group in groups if len(group) > 1]
        batch: list[int] = []
        for number in random.permutation(len(groups)):
            batch += groups[number]
            if len(batch) >= size:
                yield batch
                batch = []
        if batch:
            yield batch


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
