"""Reads `plan.yml` of a prediction: what closes a lead, or ends a customer's time, and what may be learnt from."""

from __future__ import annotations

from datetime import timedelta

from bot.documents import Document, Faults
from bot.domain.audience import AttributeType, ProfileSchema
from bot.domain.journey import SEGMENT_ENTERED, SEGMENT_LEFT
from bot.domain.likelihood import WORDINGS, DriftBounds, Outcome, PredictionPlan, Predicts
from bot.journeys import wording
from bot.journeys.expression import check
from bot.journeys.fields import Fields

LEARNT_FROM = (AttributeType.TEXT, AttributeType.NUMBER, AttributeType.YES_NO)


def read_prediction_plan(document: Document, schema: ProfileSchema | None) -> PredictionPlan:
    """Read the file; raises ContentError with every fault in it."""
    faults = Faults()
    head = Fields(document, faults, document.data, "the plan of a prediction")
    predicts: Predicts = "churn_risk" if head.text("predict") == "churn_risk" else "likelihood"
    came, otherwise = WORDINGS[predicts].came, WORDINGS[predicts].otherwise
    head.only("predict", came, otherwise, "attributes", "events", "groups", "ahead", "drift")
    head.choice("predict", WORDINGS, "prediction", required=head.is_mapping)
    won, lost = _outcome(head, came), _outcome(head, otherwise)
    if won == lost and won.event:
        words = f"the same says that they {came} and that they {otherwise}."
        faults.add(head.place(otherwise), words, "Write an if that tells them apart.")
    attributes = _attributes(head, schema)
    events = head.read_all("events", wording.event)
    for event in events:
        if event in (won.event, lost.event):
            faults.add(head.place("events"), f'"{event}" closes leads, and says too late who is won.', "Leave it out.")
        if event in (SEGMENT_ENTERED, SEGMENT_LEFT):
            faults.add(head.place("events"), f'nothing is learnt from "{event}".', "Name what the segment looks at.")
    if head.is_mapping and not attributes and not events:
        head.missing("attributes", "Name attributes or events to learn from: attributes: [team_size].")
    groups = head.choices("groups", schema.attributes, "attribute") if schema else head.read_all("groups", str)
    ahead = head.read("ahead", wording.duration)
    drift = _drift(head)
    faults.raise_if_any()
    return PredictionPlan(
        won, lost, attributes, events, groups, timedelta(days=7) if ahead is None else ahead, drift, predicts
    )


def _drift(head: Fields) -> DriftBounds:
    """Above which population stability index some has changed, and much: `drift: {some: 0.1, much: 0.25}`."""
    if not head.has("drift"):
        return DriftBounds()
    fields = head.inner("drift", '"drift"')
    fields.only("some", "much")
    usual = DriftBounds()
    some, much = (
        _index(fields.node.get(key, default)) for key, default in (("some", usual.some), ("much", usual.much))
    )
    if some is None or much is None or not 0 < some < much:
        head.faults.add(
            head.place("drift"),
            '"drift" wants two numbers above 0, the second one larger.',
            "Write drift: {some: 0.1, much: 0.25}, which are the usual bounds.",
        )
        return usual
    return DriftBounds(some, much)


def _index(given: object) -> float | None:
    return float(given) if isinstance(given, int | float) and not isinstance(given, bool) else None


def _outcome(head: Fields, key: str) -> Outcome:
    if not head.has(key):
        head.missing(key, f"Say what closes a lead: {key}: {{event: crm.stage_changed, if: \"event.stage == '...'\"}}.")
        return Outcome("")
    fields = head.inner(key, f'"{key}"')
    fields.only("event", "if")
    event = fields.read("event", wording.event, required=fields.is_mapping) or ""
    condition = fields.condition()
    wrong = check(condition, {"event": None}) if condition else None
    if wrong is not None:
        fields.faults.add(fields.place("if"), f'the condition "{condition}" cannot be used: {wrong}')
    return Outcome(event, condition)


def _attributes(head: Fields, schema: ProfileSchema | None) -> tuple[str, ...]:
    """Declared ones that are not sensitive, of a type that can be learnt from."""
    if not head.has("attributes"):
        return ()
    if schema is None:  # people may have anything then; `overture score train` asks for types
        return head.read_all("attributes", wording.attribute)
    found = []
    for name, place in head.placed_choices("attributes", schema.attributes, "attribute"):
        attribute = schema.attributes[name]
        if attribute.sensitive:
            advice = "Leave it out; as one of groups it may be used to look for unfairness."
            head.faults.add(place, f'"{name}" is declared sensitive, and nothing is learnt from it.', advice)
        elif attribute.type not in LEARNT_FROM:
            words = ", ".join(one.value for one in LEARNT_FROM)
            head.faults.add(place, f'"{name}" is a {attribute.type.value}, and only {words} can be learnt from.')
        else:
            found.append(name)
    return tuple(found)
