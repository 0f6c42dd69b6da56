"""Reads `journeys/<id>.yml`: one journey, checked against the responses, forms, channels and desks there are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import PurePath

from bot.documents import Document, Faults
from bot.domain.audience import ProfileSchema
from bot.domain.consent import Purpose
from bot.domain.journey import PERSON_ZONE, Journey, SendWindow
from bot.journeys import wording
from bot.journeys.expression import check
from bot.journeys.fields import Fields, plain
from bot.journeys.graph import check_graph
from bot.journeys.kinds import kinds_of, profile_names
from bot.journeys.profile_schema import check_values_set
from bot.journeys.steps import StepReader
from bot.journeys.wording import Unreadable

PURPOSES = (Purpose.MARKETING.value, Purpose.SERVICE.value)
LEAD = frozenset({"fit", "engagement", "total", "grade"})
LATER = ("holdout", "on_edit", "cap", "priority", "metric")


@dataclass(frozen=True, slots=True)
class Known:
    """What a journey may refer to. `forms` maps each form to the slots that it fills; `desks` are names of desks.

    `profile` is what people are declared to have; without it they may have anything.
    """

    responses: frozenset[str] = frozenset()
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    channels: frozenset[str] = frozenset()
    desks: frozenset[str] = frozenset()
    profile: ProfileSchema | None = None


def read_journey(document: Document, known: Known) -> Journey:
    """Read one journey; raises ContentError with every fault in it."""
    faults = Faults()
    head = Fields(document, faults, document.data, "a journey")
    if not head.is_mapping:
        faults.raise_if_any()
    head.only("journey", "purpose", "enter", "exit", "send_window", "steps", later=LATER)
    journey_id = _id(head)
    purpose = head.choice("purpose", PURPOSES, "purpose", required=True)
    enter_event, enter_if, again_after = _enter(head)
    exit_events, exit_when = _exit(head)
    window = _window(head)
    steps = StepReader(document, faults, known.responses, known.forms, known.channels, known.desks)
    first = steps.read(head)
    check_graph(steps.steps, steps.places, first, faults)
    _check_expressions(head, steps, known)
    check_values_set(steps, known.profile, faults)
    faults.raise_if_any()
    assert purpose is not None  # noqa: S101  a missing one has left a fault
    return Journey(
        id=journey_id,
        version=version_of(document),
        purpose=Purpose(purpose),
        enter_event=enter_event,
        enter_if=enter_if,
        again_after=again_after,
        exit_events=exit_events,
        exit_when=exit_when,
        window=window,
        first=first,
        steps=steps.steps,
        places=steps.places,
    )


def version_of(document: Document) -> str:
    """The SHA-256 of what the file says: comments, spacing and the order of entries make no new version."""
    canonical = json.dumps(plain(document.data), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _id(head: Fields) -> str:
    name = head.read("journey", wording.identifier, required=True, advice="Begin with journey: <id>.") or ""
    stem = PurePath(head.document.path).stem
    if name and name != stem:
        head.faults.add(
            head.place("journey"),
            f'the journey "{name}" stands in a file of another name.',
            f"Name the file {name}.yml, or the journey {stem}.",
        )
    return name


def _enter(head: Fields) -> tuple[str, str | None, timedelta | None]:
    if not head.has("enter"):
        head.missing("enter", "Say what lets people in, such as enter: {event: demo.requested}.")
        return "", None, None
    enter = head.inner("enter", '"enter"')
    enter.only("event", "if", "again", later=("segment", "schedule", "intent", "api", "message"))
    event = enter.read("event", wording.event, required=enter.is_mapping)
    return event or "", enter.text("if"), enter.read("again", _again)


def _again(text: str) -> timedelta | None:
    """`never` (so it is without a word), `always`, or `after 90d`."""
    if text == "never":
        return None
    if text == "always":
        return timedelta()
    if not text.startswith("after "):
        raise Unreadable(f'"{text}" does not say when somebody may come again.', "Write never, always, or after 90d.")
    return wording.duration(text.removeprefix("after ").strip())


def _exit(head: Fields) -> tuple[tuple[str, ...], str | None]:
    if not head.has("exit"):
        return (), None
    leave = head.inner("exit", '"exit"')
    leave.only("goal", "event", "events", "when")
    events = (
        *leave.read_all("goal", _goal),
        *leave.read_all("event", wording.event),
        *leave.read_all("events", wording.event),
    )
    return tuple(dict.fromkeys(events)), leave.text("when")


def _goal(text: str) -> str:
    event, within, _ = text.partition(" within ")
    if within:
        raise Unreadable('"within" in a goal is not supported yet.', f'Write "{event}".')
    return wording.event(event)


def _window(head: Fields) -> SendWindow | None:
    if not head.has("send_window"):
        return None
    window = head.inner("send_window", '"send_window"')
    window.only("hours", "days", "zone", "closed")
    hours = window.read("hours", wording.hours, required=window.is_mapping, advice='Write hours: "09:00-20:00".')
    days = window.read_all("days", wording.days)
    zone = window.read("zone", wording.zone)
    closed = window.text("closed")
    if closed not in (None, "wait"):
        window.faults.add(window.place("closed"), f'"closed: {closed}" is not supported yet.', "Write closed: wait.")
    if hours is None:
        return None
    every_day = frozenset(range(7))
    return SendWindow(*hours, days=frozenset().union(*days) or every_day, zone=zone or PERSON_ZONE)


def _check_expressions(head: Fields, steps: StepReader, known: Known) -> None:
    """Every condition and computed value, once it is known which forms this journey asks."""
    slots = frozenset(slot for form in steps.forms_asked for slot in known.forms.get(form, ()))
    kinds = kinds_of(known.profile)
    at_entry = {"profile": profile_names(known.profile), "lead": LEAD, "event": None}
    later = {**at_entry, "answer": slots, "happened": None}
    expressions = [(place, source, later) for place, source in steps.expressions]
    for part, key, roots in (("enter", "if", at_entry), ("exit", "when", later)):
        node = head.node.get(part)
        if isinstance(node, Mapping) and isinstance(node.get(key), str):
            expressions.append((head.document.place(node, key), node[key], roots))
    for place, source, roots in expressions:
        wrong = check(source, roots, kinds)
        if wrong is not None:
            head.faults.add(place, f'the expression "{source.strip()}" cannot be used: {wrong}')
