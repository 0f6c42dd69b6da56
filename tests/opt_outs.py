"""The table of opt-outs and of what only sounds like one, and how well both are told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.domain.sending_rules import SendingRules
from bot.domain.understanding import OPT_OUT_INTENT
from bot.ports import Nlu

PARTS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def phrases(*parts: str) -> Mapping[str, Sequence[str]]:
    """Under `opt_out` and under `other`."""
    table: Any = YAML(typ="safe").load(Path(__file__).with_suffix(".yml"))
    return {kind: [str(text) for part in parts for text in table[part][kind]] for kind in ("opt_out", "other")}


def is_heeded(nlu: Nlu, rules: SendingRules, text: str) -> bool:
    """Whether it ends marketing to who writes it: as a keyword, or as it is understood."""
    return rules.keyword(text) == "stop" or nlu.parse(text).intent.name == OPT_OUT_INTENT


def measured(nlu: Nlu, rules: SendingRules, *parts: str) -> tuple[float, float, Sequence[str]]:
    """Recall and precision in per cent, and the phrases that were taken for what they are not."""
    table = phrases(*parts)
    missed = [text for text in table["opt_out"] if not is_heeded(nlu, rules, text)]
    mistaken = [text for text in table["other"] if is_heeded(nlu, rules, text)]
    heeded = len(table["opt_out"]) - len(missed)
    return 100 * heeded / len(table["opt_out"]), 100 * heeded / (heeded + len(mistaken)), [*missed, *mistaken]
