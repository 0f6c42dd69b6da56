"""Reads `journeys/scores/<id>.yml`: the rules that give points for what people do and for who they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import PurePath
from typing import Any, get_args

from bot.documents import Document, Faults
from bot.domain.audience import ProfileSchema
from bot.domain.journey import SEGMENT_ENTERED, SEGMENT_LEFT
from bot.domain.score import Dimension, GroupCap, ScoreCap, ScoreRule
from bot.journeys import wording
from bot.journeys.expression import check
from bot.journeys.fields import Fields
from bot.journeys.kinds import kinds_of, profile_names
from bot.journeys.syntax import Call, Did, Node, parse, parts_of

DAY = timedelta(days=1)


def read_score_rules(document: Document, schema: ProfileSchema | None) -> tuple[ScoreRule, ...]:
    """Read one file of them; raises ContentError with every fault in it."""
    faults = Faults()
    head = Fields(document, faults, document.data, "a file of score rules")
    if not head.is_mapping:
        faults.raise_if_any()
    head.only("scores", "grades", "caps", *get_args(Dimension))
    name = head.read("scores", wording.identifier, required=True, advice="Begin with scores: <id>.") or ""
    stem = PurePath(document.path).stem
    if name and name != stem:
        faults.add(
            head.place("scores"),
            f'the scores "{name}" stand in a file of another name.',
            f"Name the file {name}.yml, or the scores {stem}.",
        )
    if not any(head.has(key) for key in ("grades", *get_args(Dimension))):
        head.missing("engagement", "List rules under fit (who people are) or engagement (what they do).")
    rules: dict[str, ScoreRule] = {}
    for dimension in get_args(Dimension):
        for fields in _entries(head, dimension):
            rule = _Reader(fields, dimension, schema).rule(stem)
            if rule is not None and rule.id in rules:
                faults.add(fields.place("id"), f'there is another rule "{fields.node["id"]}" in this file.')
            elif rule is not None:
                rules[rule.id] = rule
    capped = _with_group_caps(head, tuple(rules.values()))
    faults.raise_if_any()
    return capped


def _with_group_caps(head: Fields, rules: tuple[ScoreRule, ...]) -> tuple[ScoreRule, ...]:
    """The rules, each with the cap of its group: of those of its list that events give points by."""
    if not head.has("caps"):
        return rules
    caps = head.inner("caps", '"caps"')
    caps.only(*get_args(Dimension))
    for dimension in get_args(Dimension):
        cap = _read_cap(caps, dimension, f"the cap of {dimension}") if caps.has(dimension) else None
        group = frozenset(one.id for one in rules if one.dimension == dimension and one.event is not None)
        if cap is not None and not _has_events(head.node.get(dimension)):
            head.faults.add(
                caps.place(dimension),
                f'no rule under "{dimension}" has an event, so there is nothing to cap.',
                "What is true of somebody counts once. Leave it out.",
            )
        elif cap is not None:
            rules = tuple(replace(one, group_cap=GroupCap(cap, group)) if one.id in group else one for one in rules)
    return rules


def _has_events(entries: Any) -> bool:
    """Whether any of these rules is meant to be of an event, whatever else is wrong with it."""
    return isinstance(entries, list) and any(isinstance(one, Mapping) and "event" in one for one in entries)


def _read_cap(fields: Fields, key: str, what: str) -> ScoreCap | None:
    cap = fields.inner(key, what)
    cap.only("points", "within")
    most = cap.whole_number("points")
    within = cap.read("within", wording.duration, required=cap.is_mapping, advice="Write within: 7d.")
    if cap.is_mapping and (most is None or most <= 0):
        cap.faults.add(
            cap.place("points"),
            f"{what} needs points that are more than 0.",
            f"Write {key}: {{points: 20, within: 7d}}.",
        )
        return None
    return ScoreCap(most, within) if most and within else None


def _entries(head: Fields, dimension: str) -> Iterator[Fields]:
    given = head.node.get(dimension)
    if given is None:
        return
    if not isinstance(given, list):
        head.faults.add(
            head.place(dimension), f'"{dimension}" must be a list of rules.', "Begin each with - id: <a name>."
        )
        return
    for number, node in enumerate(given):
        yield Fields(head.document, head.faults, node, "a score rule", head.document.place(given, number))


class _Reader:
    """Reads one rule."""

    def __init__(self, fields: Fields, dimension: Dimension, schema: ProfileSchema | None) -> None:
        self._fields = fields
        self._dimension = dimension
        self._schema = schema

    def rule(self, file: str) -> ScoreRule | None:
        fields = self._fields
        if not fields.is_mapping:
            return None
        fields.only("id", "event", "if", "points", "cap", "half_life", "reason")
        name = fields.read("id", wording.identifier, required=True, advice="The change log names the rule by it.")
        event = self._event()
        condition = self._condition(event)
        points = fields.whole_number("points")
        if points is None and not fields.has("points"):
            fields.missing("points", "Write points: 10, or points: -10 to take some.")
        if points == 0:
            fields.faults.add(fields.place("points"), "a rule of 0 points changes nothing.", "Write points: 10.")
        reason = fields.text("reason", required=True, advice="Reps read it: reason: looked at the prices.")
        cap, half_life = self._cap(), self._half_life()
        if not (name and points and reason):
            return None
        rule_id = f"score:{file}:{name}"
        return ScoreRule(rule_id, self._dimension, points, reason, event, condition, cap, half_life)

    def _event(self) -> str | None:
        fields = self._fields
        if not fields.has("event") and not fields.has("if"):
            fields.missing(
                "event", 'Say what gives the points: event: pricing.viewed, or if: "profile.team_size > 20".'
            )
        event = fields.read("event", wording.event)
        if event in (SEGMENT_ENTERED, SEGMENT_LEFT):
            fields.faults.add(
                fields.place("event"),
                f'"{event}" gives no points, for segments may look at the score.',
                "Write the condition of the segment as if.",
            )
        return event

    def _condition(self, event: str | None) -> str:
        fields = self._fields
        condition = fields.condition()
        if not condition:
            return ""
        known = {"profile": profile_names(self._schema)}
        of_event = event is not None or fields.has("event")
        wrong = check(condition, {**known, "event": None} if of_event else known, kinds_of(self._schema))
        wrong = wrong or _not_here(parse(condition), of_event=of_event)
        if wrong is not None:
            fields.faults.add(fields.place("if"), f'the condition "{condition}" cannot be used: {wrong}')
        return condition

    def _cap(self) -> ScoreCap | None:
        fields = self._fields
        if not fields.has("cap"):
            return None
        if not fields.has("event"):
            fields.faults.add(fields.place("cap"), '"cap" is for events.', "What is true of somebody counts once.")
            return None
        return _read_cap(fields, "cap", "a cap")

    def _half_life(self) -> int | None:
        fields = self._fields
        if not fields.has("half_life"):
            return None
        why = ""
        if self._dimension == "fit":
            why = '"half_life" is for engagement: who somebody is does not fade.'
        elif not fields.has("event"):
            why = '"half_life" is for events: what is true of somebody counts as long as it is true.'
        if why:
            fields.faults.add(fields.place("half_life"), why, "Leave it out.")
            return None
        given = fields.read("half_life", wording.duration)
        if given is not None and given % DAY:
            fields.faults.add(
                fields.place("half_life"), "a half-life is of whole days, for points fade at midnight.", "Write 14d."
            )
            return None
        return given // DAY if given is not None else None


def _not_here(node: Node, *, of_event: bool) -> str | None:
    """What the language has and a score rule cannot use."""
    for part in _all_parts(node):
        if isinstance(part, Did):
            return "did() is not for score rules. Give points for the event itself: event: pricing.viewed."
        if isinstance(part, Call) and part.function in ("days_since", "days_until", "today") and not of_event:
            return f"{part.function}() changes by itself, and points change when something happens. Add an event."
    return None


def _all_parts(node: Node) -> Iterator[Node]:
    yield node
    for part in parts_of(node):
        yield from _all_parts(part)
