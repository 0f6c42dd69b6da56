"""What a pressed button sends in the customer's name, in Rasa's form."""

from __future__ import annotations

import json
import re

from bot.domain.message import storable_json
from bot.domain.understanding import Entity, IntentScore, Understood

_PAYLOAD = re.compile(
    r"\s*/(?P<intent>[^\s{@/][^\s{@]*)(?:@(?P<confidence>[0-9.]+))?\s*(?P<entities>\{.*\})?\s*", re.DOTALL
)
_DEEPEST = 20
"""Levels of a payload's values. A button's have one or two; a hundred would be too many for who writes them out."""


def parse_payload(text: str) -> Understood | None:
    """A button's message in Rasa's form: `/intent`, `/intent{"entity": "value"}`, `/intent@0.9{...}`; else None."""
    match = _PAYLOAD.fullmatch(text[:10_000]) if text.lstrip()[:1] == "/" else None
    if match is None:
        return None
    try:
        values = storable_json(json.loads(match["entities"] or "{}"), _DEEPEST)
        confidence = min(1.0, float(match["confidence"] or 1.0))
    except (ValueError, RecursionError):
        return None
    entities = [
        Entity(str(name), one, text=str(one), extractor="button")
        for name, value in values.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    intent = IntentScore(match["intent"], confidence)
    return Understood(text, intent, tuple(entities), ranking=(intent,), stage="button")
