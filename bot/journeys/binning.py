"""Cuts what a prediction may be learnt from into bins: conditions of the expression language, of which one is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.likelihood import Bin, Characteristic, PredictionPlan
from bot.journeys.closed_leads import Example
from bot.journeys.expression import is_true

DAYS = 30
"""Events are counted over so many days."""

TIMES = (5, 2, 1)
MOST_VALUES = 8
LEAST_PEOPLE, LEAST_SHARE = 20, 0.01
"""A bin has at least so many of the people that it is learnt from: fewer say nothing."""


def characteristics_of(
    plan: PredictionPlan, schema: ProfileSchema, examples: Sequence[Example]
) -> tuple[Characteristic, ...]:
    """The bins, without points yet; a characteristic of which no bin has enough people is left out."""
    made = [Characteristic(name, tuple(_of_attribute(schema.attributes[name], examples))) for name in plan.attributes]
    made += [Characteristic(event, tuple(_of_event(event))) for event in plan.events]
    least = max(LEAST_PEOPLE, LEAST_SHARE * len(examples))
    kept = []
    for one in made:
        counts = Counter(bins_of(one, examples))
        bins = tuple(bin_ for number, bin_ in enumerate(one.bins, 1) if counts[number] >= least)
        if bins:
            kept.append(Characteristic(one.name, bins))
    return tuple(kept)


def bins_of(characteristic: Characteristic, examples: Sequence[Example]) -> list[int]:
    """The number of each example's bin, beginning with 1; 0 for the rest."""
    numbered = list(enumerate(characteristic.bins, 1))
    return [next((number for number, one in numbered if is_true(one.condition, each.names)), 0) for each in examples]


def _of_event(event: str) -> Iterator[Bin]:
    for times in TIMES:
        often = {1: "once", 2: "twice"}.get(times, f"{times} times")
        yield Bin(f"did('{event}', {DAYS}) >= {times}", 0, f"{event} {often} or more in {DAYS} days")


def _of_attribute(attribute: Attribute, examples: Sequence[Example]) -> Iterator[Bin]:
    name, label = f"profile.{attribute.name}", attribute.label or attribute.name.replace("_", " ")
    known = [value for each in examples if (value := each.names["profile"].get(attribute.name)) is not None]
    match attribute.type:
        case AttributeType.NUMBER:
            numbers = [float(one) for one in known if isinstance(one, int | float) and not isinstance(one, bool)]
            for least in _quartiles(numbers):
                yield Bin(f"{name} >= {least}", 0, f"{label} {least} or more")
            yield Bin(f"exists({name})", 0, f"{label} less than that" if numbers else f"{label} known")
        case AttributeType.YES_NO:
            yield Bin(f"{name} == true", 0, f"{label}: yes")
            yield Bin(f"{name} == false", 0, f"{label}: no")
        case _:
            texts = Counter(one for one in known if isinstance(one, str) and _can_be_quoted(one))
            for value, _ in sorted(texts.most_common(MOST_VALUES), key=lambda pair: (-pair[1], pair[0])):
                yield Bin(f"{name} == '{value}'", 0, f"{label}: {value.replace('_', ' ')}")
            yield Bin(f"exists({name})", 0, f"{label}: another")


def _quartiles(numbers: Sequence[float]) -> list[str]:
    """The upper quartile, the median and the lower one as they are written, the largest first, each once."""
    if not numbers:
        return []
    found = sorted({float(f"{one:.3g}") for one in np.quantile(numbers, (0.25, 0.5, 0.75))}, reverse=True)
    usual = [one for one in found if one > min(numbers)]
    return [f"{one:.6f}".rstrip("0").rstrip(".") for one in usual]


def _can_be_quoted(text: str) -> bool:
    return 0 < len(text) <= 60 and text.isprintable() and "'" not in text and "\\" not in text
