"""Reads `journeys/<id>.yml`: one journey, checked against everything that it may refer to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import PurePath

from bot.documents import Document, Faults, plain
from bot.domain.consent import Purpose
from bot.domain.entries import Entry
from bot.domain.errors import Place
from bot.domain.journey import Goal, Journey
from bot.domain.publishing import PIN, OnEdit
from bot.domain.steps import END
from bot.journeys import wording
from bot.journeys.entries import read_entries
from bot.journeys.expression import check, counted_events
from bot.journeys.fields import Fields
from bot.journeys.graph import check_graph, warn_of_no_end
from bot.journeys.kinds import kinds_of, profile_names
from bot.journeys.known import Known
from bot.journeys.profile_schema import check_values_set
from bot.journeys.receipts import warn_of_receipts
from bot.journeys.steps import StepReader
from bot.journeys.windows import read_links, read_window

__all__ = ["Known", "read_journey", "version_of"]

PURPOSES = (Purpose.MARKETING.value, Purpose.SERVICE.value)
LEAD = frozenset({"fit", "engagement", "total", "grade", "likelihood", "churn_risk"})
HEAD = (
    *("journey", "purpose", "enter", "exit", "send_window", "links"),
    *("holdout", "at_once", "priority", "on_edit", "steps"),
)
POLICIES = ("pin", "map", "drain")


def read_journey(document: Document, known: Known, warnings: Faults | None = None) -> Journey:
    """Read one journey; raises ContentError with every fault in it. `warnings` gets what is not quite a fault."""
    faults, warnings = Faults(), Faults() if warnings is None else warnings
    head = Fields(document, faults, document.data, "a journey")
    if not head.is_mapping:
        faults.raise_if_any()
    head.only(*HEAD)
    journey_id = _id(head)
    purpose = head.choice("purpose", PURPOSES, "purpose", required=True)
    entries, conditions = read_entries(head, known, warnings)
    goals, exit_events, exit_when, exit_if = _exit(head)
    holdout = _holdout(head, goals)
    many_at_once = _many_at_once(head, entries)
    priority = _priority(head)
    window = read_window(head)
    follows_links = read_links(head) or False
    steps = StepReader(document, faults, known, warnings)
    first = steps.read(head)
    on_edit = _on_edit(head, steps)
    check_graph(steps.steps, steps.places, first, faults, steps.broken)
    counted = _check_expressions(head, conditions, steps, known)
    check_values_set(steps, known.profile, faults)
    faults.raise_if_any()
    assert purpose is not None  # noqa: S101  a missing one has left a fault
    warn_of_receipts(steps.steps, steps.places, known, warnings)
    if not exit_events and exit_when is None:
        warn_of_no_end(steps.steps, steps.places, first, warnings)
    return Journey(
        id=journey_id,
        version=version_of(document),
        purpose=Purpose(purpose),
        entries=entries,
        exit_events=exit_events,
        exit_when=exit_when,
        exit_if=exit_if,
        window=window,
        first=first,
        steps=steps.steps,
        places=steps.places,
        goals=goals,
        holdout=holdout,
        many_at_once=many_at_once,
        priority=priority,
        on_edit=on_edit,
        source=document.text,
        counted=counted,
        follows_links=follows_links,
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


def _exit(head: Fields) -> tuple[tuple[Goal, ...], tuple[str, ...], str | None, str | None]:
    """The goals, all events that end it, the condition that does, and the one that these events must meet."""
    if not head.has("exit"):
        return (), (), None, None
    leave = head.inner("exit", '"exit"')
    leave.only("goal", "event", "events", "if", "when")
    goals = leave.read_all("goal", _goal)
    events = (
        *(goal.event for goal in goals),
        *leave.read_all("event", wording.event),
        *leave.read_all("events", wording.event),
    )
    if leave.has("if") and not events:
        leave.missing("events", '"if" is about an event; a condition that ends the journey by itself is "when".')
    return goals, tuple(dict.fromkeys(events)), leave.text("when"), leave.condition() or None


def _goal(text: str) -> Goal:
    """`event meeting.booked`, or `event meeting.booked within 30d`."""
    event, within, length = text.partition(" within ")
    return Goal(wording.event(event), wording.duration(length.strip()) if within else None)


def _holdout(head: Fields, goals: Collection[Goal]) -> int:
    share = head.read("holdout", wording.percentage) or 0
    if share and any(goal.within is None for goal in goals):
        head.faults.add(
            head.document.place(head.node["exit"], "goal"),
            "those who are held out are never inside, so a goal that counts only inside compares nobody with them.",
            'Say how long it counts: goal: "event meeting.booked within 30d".',
        )
    return share


def _many_at_once(head: Fields, entries: Collection[Entry]) -> bool:
    at_once = head.choice("at_once", ("one", "many"), "way of being inside")
    if at_once == "many" and entries and all(entry.again_after is None for entry in entries):
        head.faults.add(
            head.place("at_once"),
            "nobody comes a second time, so nobody is inside more than once.",
            'Write "again: always" in an entry, or leave at_once out.',
        )
    return at_once == "many"


def _priority(head: Fields) -> int:
    priority = head.whole_number("priority")
    if priority is not None and not 1 <= priority <= 100:
        head.faults.add(
            head.place("priority"),
            f'"priority" is {priority}.',
            "Write a number from 1 to 100; 50 is what journeys have that say nothing, and more goes first.",
        )
    return 50 if priority is None else priority


def _on_edit(head: Fields, steps: StepReader) -> OnEdit:
    """`on_edit: pin`, `map` or `drain`, or `on_edit: {map: {old: new}}`, whose new steps are steps of this file."""
    if not isinstance(head.node.get("on_edit"), Mapping):
        match head.choice("on_edit", POLICIES, "policy"):
            case "map" | "drain" as policy:
                return OnEdit(policy)
            case _:
                return PIN
    edit = head.inner("on_edit", '"on_edit"')
    edit.only("map")
    if not edit.has("map"):
        edit.missing("map", "Write on_edit: {map: {old-step: new-step}}.")
        return PIN
    moves = edit.inner("map", '"map"')
    found = []
    for old in moves.node:
        new = moves.text(old, required=True)
        if new is not None and new != END and new not in steps.steps:
            named = [name for name in steps.steps if "." not in name]
            head.faults.unknown(moves.place(old), "step", new, [*named, END])
        elif new is not None:
            found.append((str(old), new))
    return OnEdit("map", tuple(found))


def _check_expressions(
    head: Fields, conditions: list[tuple[Place, str]], steps: StepReader, known: Known
) -> tuple[str, ...]:
    """Every condition and computed value, once it is known which forms this journey asks and how it parts people.

    The events that they count.
    """
    slots = frozenset(slot for form in steps.forms_asked for slot in known.forms.get(form, ()))
    kinds = dict(kinds_of(known.profile))
    if steps.runs_actions:
        slots |= known.slots
    else:  # what an action sets may be anything
        kinds |= {f"answer.{name}": known.answers[name] for name in slots & known.answers.keys()}
    at_entry = {"profile": profile_names(known.profile), "lead": LEAD, "event": None}
    later = {**at_entry, "answer": slots, "happened": None, "split": frozenset(steps.splits)}
    expressions = [(place, source, later) for place, source in steps.expressions]
    expressions += [(place, source, at_entry) for place, source in conditions]
    leave = head.node.get("exit")
    for key in ("if", "when"):
        if isinstance(leave, Mapping) and isinstance(leave.get(key), str):
            expressions.append((head.document.place(leave, key), leave[key], later))
    for place, source, roots in expressions:
        wrong = check(source, roots, kinds)
        if wrong is not None:
            head.faults.add(place, f'the expression "{source.strip()}" cannot be used: {wrong}')
    return tuple(sorted(frozenset().union(*(counted_events(source) for _, source, _ in expressions))))
