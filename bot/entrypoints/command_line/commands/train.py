"""`overture train`: a model of the content as it is now."""

from __future__ import annotations

import argparse
import sys
from time import perf_counter, process_time

from bot.adapters.content.library import Contents, Shelves, fine_tune_contents, read_contents, train_contents
from bot.adapters.understanding.fine_tuning import FineTuning
from bot.adapters.understanding.training import is_fine_tuned
from bot.entrypoints.command_line.progress import track
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.nlu.classifier_training import SEED
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    shelves = shelves_of(settings, channel_names(settings))
    began = perf_counter()
    contents = read_contents(shelves)
    for warning in contents.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if options.fine_tune:
        _fine_tune(shelves, contents)
    else:
        _train(shelves, contents, began)
    return 0


def _train(shelves: Shelves, contents: Contents, began: float) -> None:
    steps: list[str] = []

    def tell(step: str) -> None:
        steps.append(step)
        print(step)

    model = train_contents(shelves, contents, tell)
    tuned = ", with the encoder that was tuned on it" if is_fine_tuned(model) else ""
    if steps:
        print(f"trained in {perf_counter() - began:.1f} s: {model}{tuned}")
    else:
        print(f"nothing to train: {model} is of this content{tuned}")


def _fine_tune(shelves: Shelves, contents: Contents) -> None:
    done = fine_tune_contents(shelves, contents, lambda step: print(step, flush=True), track)
    for line in outcome(done):
        print(line)
    if done.compared is not None:
        print(f"{process_time():.0f} s of CPU, seed {SEED}: {done.model}")


def outcome(done: FineTuning) -> list[str]:
    """The figures, and what was decided by them."""
    if done.compared is None:
        return [f"nothing to tune: the encoder of {done.model} was tuned on these examples"]
    compared = done.compared
    lines = [
        f"held-out examples, {done.folds} of {done.parts} parts: {compared.judged}",
        f"right with the frozen encoder: {compared.old_accuracy:.1%}",
        f"right with the tuned encoder:  {compared.new_accuracy:.1%}",
        f"only one of them right: the frozen {compared.only_old} times, the tuned {compared.only_new} times; chance "
        f"would do as much in {compared.chance:.1%} of cases (McNemar's exact test)",
    ]
    if (found := done.pages) and found.asked:
        lines.append(
            f"of {found.asked} questions of the knowledge pages, {found.frozen} find their page with the frozen "
            f"encoder, {found.tuned} with the tuned one"
        )
    if done.tuned:
        return [*lines, "decided: the tuned encoder is in use"]
    if done.pages:
        return [*lines, "decided: the frozen encoder stays; the tuned one finds fewer knowledge pages"]
    return [*lines, "decided: the frozen encoder stays; the tuned one is not ahead"]
