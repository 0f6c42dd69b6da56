"""What a scorecard makes of a person, and the file that it is kept in: `scorecard.yml` in its prediction's folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any

from bot.documents import Document, Faults
from bot.domain.audience import ProfileSchema
from bot.domain.likelihood import Bin, Characteristic, Likelihood, Predicts, Rung, Scorecard
from bot.domain.timeline import Counts
from bot.journeys.expression import counted_events, is_true
from bot.journeys.fields import Fields
from bot.journeys.selection import check_selection, looks_at

FOLDERS: Mapping[Predicts, str] = {"likelihood": "likelihood", "churn_risk": "churn"}
"""Of what is foretold, the folder in `journeys/` that its plan and its scorecard lie in."""

NOTE = "# Written by `overture score train`; card.md beside it says how good it is. Ten points double the odds.\n"


def likelihood(card: Scorecard, profile: Mapping[str, Any], did: Counts, now: datetime) -> Likelihood:
    """How likely they are to be won, with the reasons."""
    names = {"profile": profile, "did": did, "now": now}
    found = [bin_ for one in card.characteristics if (bin_ := bin_of(one, names)) is not None and bin_.points]
    points = sum(one.points for one in found)
    return Likelihood(
        card.percent(points), points, sorted(found, key=lambda one: (-abs(one.points), one.words)), card.predicts
    )


def bin_of(characteristic: Characteristic, names: Mapping[str, Any]) -> Bin | None:
    """The bin that somebody is in; None for the rest."""
    return next((one for one in characteristic.bins if is_true(one.condition, names)), None)


@lru_cache(maxsize=50)
def events_of(card: Scorecard) -> frozenset[str]:
    """The events that it counts."""
    return frozenset().union(*(counted_events(one.condition) for each in card.characteristics for one in each.bins))


@lru_cache(maxsize=50)
def depends_on(card: Scorecard) -> frozenset[str]:
    """What it looks at, as `looks_at` names it."""
    return frozenset().union(*(looks_at(one.condition) for each in card.characteristics for one in each.bins))


# ---------------------------------------------------------------- the file


def written(card: Scorecard) -> str:
    """The scorecard as its file has it."""
    lines = [
        NOTE.rstrip(),
        f"scorecard: {card.predicts}\ntrained_on: {card.trained_on.isoformat()}",
        f"in_force: {'yes' if card.is_on else 'no'}",
        f"why: {json.dumps(card.why, ensure_ascii=False)}",
        f"ladder: [{', '.join(f'[{rung.points}, {rung.percent}]' for rung in card.ladder)}]",
        "characteristics:" if card.characteristics else "characteristics: []",
    ]
    for each in card.characteristics:
        lines += [f"  - name: {each.name}", "    bins:"]
        for one in each.bins:
            condition, words = (json.dumps(text, ensure_ascii=False) for text in (one.condition, one.words))
            lines.append(f"      - {{if: {condition}, points: {one.points}, share: {one.share}, words: {words}}}")
    return "\n".join(lines) + "\n"


def read_scorecard(document: Document, schema: ProfileSchema | None) -> Scorecard:
    """Read the file; raises ContentError with every fault in it."""
    faults = Faults()
    head = Fields(document, faults, document.data, "the scorecard")
    head.only("scorecard", "trained_on", "in_force", "why", "ladder", "characteristics")
    predicts = head.choice("scorecard", FOLDERS, "prediction", required=head.is_mapping)
    in_force = head.choice("in_force", ("yes", "no"), "answer", required=head.is_mapping)
    trained_on = _day(head)
    ladder = _ladder(head)
    characteristics = [_characteristic(fields, schema) for fields in _entries(head, "characteristics")]
    faults.raise_if_any()
    return Scorecard(
        trained_on,
        in_force == "yes",
        head.text("why") or "",
        ladder,
        tuple(characteristics),
        "churn_risk" if predicts == "churn_risk" else "likelihood",
    )


def _day(head: Fields) -> date:
    text = head.text("trained_on", required=head.is_mapping) or "1970-01-01"
    try:
        return date.fromisoformat(text)
    except ValueError:
        head.faults.add(head.place("trained_on"), f'"{text}" is no day.', "Write it as 2026-11-27.")
        return date(1970, 1, 1)


def _ladder(head: Fields) -> tuple[Rung, ...]:
    given = head.node.get("ladder")
    rungs = given if isinstance(given, list) else []
    pairs = [tuple(one) for one in rungs if isinstance(one, list) and len(one) == 2]
    whole = all(isinstance(value, int) and not isinstance(value, bool) for pair in pairs for value in pair)
    if not pairs or len(pairs) != len(rungs) or not whole or not _is_ladder(pairs):
        head.faults.add(
            head.place("ladder"),
            '"ladder" must be pairs of points and per cent, both growing, from 0 to 100 per cent.',
            "Let overture score train write it anew.",
        )
        return (Rung(0, 0),)
    return tuple(Rung(int(points), int(percent)) for points, percent in pairs)


def _is_ladder(pairs: list[tuple[int, ...]]) -> bool:
    grows = all(one[0] < next_[0] and one[1] <= next_[1] for one, next_ in pairwise(pairs))
    return grows and pairs[0][1] >= 0 and pairs[-1][1] <= 100


def _entries(head: Fields, key: str) -> list[Fields]:
    given = head.node.get(key)
    if not isinstance(given, list):
        head.faults.add(head.place(key), f'"{key}" must be a list.', "Let overture score train write it anew.")
        return []
    places = (head.document.place(given, number) for number in range(len(given)))
    return [
        Fields(head.document, head.faults, node, f"an entry of {key}", place)
        for node, place in zip(given, places, strict=True)
    ]


def _characteristic(fields: Fields, schema: ProfileSchema | None) -> Characteristic:
    fields.only("name", "bins")
    name = fields.text("name", required=fields.is_mapping) or ""
    return Characteristic(name, tuple(_bin(one, schema) for one in _entries(fields, "bins")))


def _bin(fields: Fields, schema: ProfileSchema | None) -> Bin:
    fields.only("if", "points", "share", "words")
    condition = fields.condition(required=fields.is_mapping)
    wrong = _wrong(condition, schema) if condition else None
    if wrong is not None:
        fields.faults.add(fields.place("if"), f'the condition "{condition}" cannot be used: {wrong}')
    points, share = fields.whole_number("points"), fields.whole_number("share")
    if points is None and not fields.has("points"):
        fields.missing("points")
    return Bin(condition, points or 0, fields.text("words") or condition, share or 0)


def _wrong(condition: str, schema: ProfileSchema | None) -> str | None:
    wrong = check_selection(condition, schema)
    if wrong is None and "lead" in looks_at(condition):
        return "a likelihood is made of what people are and do, and not of a score."
    return wrong
