"""What came of test stories, as `rasa test core` tells it: stories with comments, figures, and a summary."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.dialogue.policies import FALLBACK
from bot.dialogue.story_tests import ActionVerdict, Given, MessageVerdict, Outcome, SaidStep, SpokenStep, Verdict
from bot.documents import plain
from bot.domain.assistant import ActionStep, LoopStep, SlotStep
from bot.domain.conversation import ACTION_LISTEN
from bot.domain.understanding import Entity

_PLAIN = re.compile(r"[A-Za-z_][\w /().,+-]*(?<! )")
_NOT_TEXTS = frozenset({"null", "true", "false", "yes", "no", "on", "off"})

Pair = tuple[str, str]
"""What was to be, and what came."""


# ---------------------------------------------------------------- stories with comments


def with_comments(outcomes: Sequence[Outcome], none: str) -> str:
    """The stories as they would be written, each wrong step with what came instead; `none` where there are none."""
    if not outcomes:
        return f"# {none}\n"
    lines = ['version: "3.1"', "stories:"]
    for outcome in outcomes:
        lines.append(f"- story: {_scalar(f'{outcome.test.name} ({outcome.test.place.path})')}")
        lines += [f"  # {warning}" for warning in outcome.warnings]
        lines.append("  steps:")
        for verdict in outcome.verdicts:
            lines += [f"  {line}" for line in _step(verdict)]
    return "\n".join(lines) + "\n"


def _step(verdict: Verdict) -> list[str]:
    match verdict:
        case MessageVerdict():
            return _message(verdict)
        case ActionVerdict(step=step, right=True) if step.action == ACTION_LISTEN:
            return []
        case ActionVerdict(step=step, choice=choice, right=right):
            return [_action(step) + ("" if right else f"  # predicted: {choice.action}")]
        case Given(step=SlotStep(slots=slots)):
            return ["- slot_was_set:", *(f"  - {_scalar(name)}: {_scalar(value)}" for name, value in slots.items())]
        case Given(step=LoopStep(form=form)):
            return [f"- active_loop: {_scalar(form)}"]
        case Given(step=step):
            return [_action(step)]


def _action(step: ActionStep | SlotStep | LoopStep) -> str:
    if isinstance(step, SpokenStep):
        return f"- bot: {_scalar(step.text)}"
    assert isinstance(step, ActionStep)  # noqa: S101  the others are told in their own words
    return f"- action: {_scalar(step.action)}"


def _message(verdict: MessageVerdict) -> list[str]:
    step, understood = verdict.step, verdict.understood
    beside_intent = beside_text = ""
    if understood is not None and not verdict.right:
        read = annotated(step.text, understood.entities)
        if verdict.intent_right:
            beside_text = f"  # predicted: {read}"
        else:
            beside_intent = f"  # predicted: {understood.intent.name}: {read}"
    if not step.intent:
        return [f"- user: |-{beside_text}", *(f"    {line}" for line in step.written.splitlines())]
    lines = [f"- intent: {_scalar(step.intent)}{beside_intent}"]
    if step.written:
        return [*lines, f"  user: |-{beside_text}", *(f"    {line}" for line in step.written.splitlines())]
    if step.found:
        lines.append("  entities:")
    return [*lines, *(f"  - {_scalar(entity.name)}: {_scalar(entity.value)}" for entity in step.found)]


def _scalar(value: Any) -> str:
    """A value as YAML has it: bare where that reads as the same text, else as JSON, which YAML is a superset of."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXTS:
        return value
    return json.dumps(plain(value), ensure_ascii=False)


def annotated(text: str, entities: Iterable[Entity]) -> str:
    """The text with its entities marked, on one line."""
    for entity in sorted(entities, key=lambda one: one.start, reverse=True):
        if entity.end > entity.start:
            text = text[: entity.start] + annotation(entity, text[entity.start : entity.end]) + text[entity.end :]
    return " ".join(text.split())


def annotation(entity: Entity, words: str) -> str:
    if str(entity.value) == words and not entity.role and not entity.group:
        return f"[{words}]({entity.name})"
    details = {"entity": entity.name, "value": entity.value, "role": entity.role, "group": entity.group}
    return f"[{words}]" + json.dumps({key: one for key, one in details.items() if one is not None}, ensure_ascii=False)


# ---------------------------------------------------------------- figures


def action_pairs(outcomes: Iterable[Outcome]) -> list[Pair]:
    return [
        (one.step.action, one.step.action if one.right else one.choice.action)
        for outcome in outcomes
        for one in outcome.verdicts
        if isinstance(one, ActionVerdict)
    ]


def intent_pairs(outcomes: Iterable[Outcome]) -> list[Pair]:
    return [(step.intent, step.read_as(got)) for step, got in _understood(outcomes) if step.intent]


def entity_pairs(outcomes: Iterable[Outcome]) -> list[Pair]:
    """Each entity of either side, marked as in a story; what the other side lacks is `None`."""
    return [
        pair
        for step, got in _understood(outcomes)
        for pair in paired(marks(step.text, step.found), marks(step.text, got.entities))
    ]


def _understood(outcomes: Iterable[Outcome]) -> list[tuple[SaidStep, Any]]:
    return [
        (one.step, one.understood)
        for outcome in outcomes
        for one in outcome.verdicts
        if isinstance(one, MessageVerdict) and one.understood is not None
    ]


def marks(text: str, entities: Iterable[Entity]) -> Counter[str]:
    return Counter(annotation(entity, text[entity.start : entity.end]) for entity in entities)


def paired(wanted: Counter[str], found: Counter[str]) -> list[Pair]:
    both = [(mark, mark) for mark in (wanted & found).elements()]
    missed = [(mark, "None") for mark in (wanted - found).elements()]
    return [*both, *missed, *(("None", mark) for mark in (found - wanted).elements())]


def story_report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """`story_report.json`: precision and recall of everything predicted, and how many conversations went right."""
    report = classification_report([*action_pairs(outcomes), *intent_pairs(outcomes), *entity_pairs(outcomes)])
    passed = sum(outcome.passed for outcome in outcomes)
    report["conversation_accuracy"] = {
        "accuracy": passed / len(outcomes) if outcomes else 0.0,
        "correct": passed,
        "with_warnings": sum(bool(outcome.warnings) for outcome in outcomes),
        "total": len(outcomes),
    }
    return report


def classification_report(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Precision, recall and F1 of each label and over all, in the shape that scikit-learn gives and Rasa writes."""
    wanted, found = Counter(one for one, _ in pairs), Counter(one for _, one in pairs)
    right = Counter(one for one, other in pairs if one == other)
    report: dict[str, Any] = {
        label: _figures(right[label], wanted[label], found[label]) for label in sorted(wanted | found)
    }
    labels = list(report.values())
    total = max(1, len(pairs))
    report["accuracy"] = right.total() / total
    for name, weights in (("macro avg", [1] * len(labels)), ("weighted avg", [one["support"] for one in labels])):
        report[name] = {
            key: sum(weight * one[key] for weight, one in zip(weights, labels, strict=True)) / max(1, sum(weights))
            for key in ("precision", "recall", "f1-score")
        } | {"support": len(pairs)}
    return report


def _figures(right: int, wanted: int, found: int) -> dict[str, float]:
    return {
        "precision": right / found if found else 0.0,
        "recall": right / wanted if wanted else 0.0,
        "f1-score": 2 * right / (wanted + found) if right else 0.0,
        "support": wanted,
    }


# ---------------------------------------------------------------- the summary


def summary(outcomes: Sequence[Outcome], *, end_to_end: bool) -> str:
    """What Rasa prints: the conversations that went right, then the actions."""
    conversations = [("passed", "passed" if outcome.passed else "failed") for outcome in outcomes]
    level = "END-TO-END" if end_to_end else "CONVERSATION"
    known = _known_fraction(outcomes)
    return "\n".join(
        [
            *table(level, conversations, {"In-data fraction": f"{known:.3g}"}),
            *table("ACTION", action_pairs(outcomes), {"In-data fraction": f"{known:.3g}"}),
            *(table("INTENT", intent_pairs(outcomes)) if end_to_end else ()),
        ]
    )


def table(level: str, pairs: Sequence[Pair], more: Mapping[str, str] | None = None) -> list[str]:
    report = classification_report(pairs)
    right = sum(one == other for one, other in pairs)
    rows = {
        "Correct": f"{right} / {len(pairs)}",
        "F1-Score": f"{report['weighted avg']['f1-score']:.3f}",
        "Precision": f"{report['weighted avg']['precision']:.3f}",
        "Accuracy": f"{report['accuracy']:.3f}",
        **(more or {}),
    }
    return [f"Evaluation Results on {level} level:", *(f"    {name + ':':<18}{value}" for name, value in rows.items())]


def _known_fraction(outcomes: Iterable[Outcome]) -> float:
    """How many actions a rule, a story or a form chose, rather than a fallback."""
    choices = [one.choice for outcome in outcomes for one in outcome.verdicts if isinstance(one, ActionVerdict)]
    known = [choice for choice in choices if choice.why != FALLBACK or choice.action == ACTION_LISTEN]
    return len(known) / len(choices) if choices else 0.0
