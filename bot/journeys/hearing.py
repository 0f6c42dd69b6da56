"""What something that happened is to somebody inside a journey: what they wait for, or what ends it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.effects import Emit
from bot.domain.journey import ABOUT_MESSAGES, ENDED, MOVED, REPLIED, Enrolment, Facts, Happened, Journey
from bot.domain.steps import WaitStep
from bot.journeys.expression import is_true
from bot.journeys.run import names_of
from bot.journeys.selection import looks_at

ANSWER, OUTCOME = "answer", "outcome"
"""What an enrolment waits for while it asks, and while something that it started outside is under way. Events have a
dot in their names, so none is called so."""


def ends_journey(journey: Journey, enrolment: Enrolment, facts: Facts, now: datetime) -> bool:
    """Whether it is a goal of the journey, or what else they leave by."""
    event = facts.trigger
    return (
        isinstance(event, Happened)
        and event.event in journey.exit_events
        and (is_own(enrolment, event) or _says("journey", journey.exit_if))
        and _fits(journey.exit_if, enrolment, facts, event, now)
    )


def is_over(journey: Journey, enrolment: Enrolment, facts: Facts, now: datetime) -> bool:
    """Whether the condition holds by which they leave, whatever happens."""
    condition = journey.exit_when
    return condition is not None and is_true(condition, names_of(enrolment, facts.profile, facts.lead, facts.did, now))


def is_awaited(journey: Journey, enrolment: Enrolment, facts: Facts, now: datetime) -> bool:
    """Whether they wait for it; of replies only for their own, of ends for that of the journey that they run, and of
    what became of messages for that of the one that was sent last, unless the condition says which."""
    event = facts.trigger
    if not isinstance(event, Happened) or event.event in (ANSWER, OUTCOME, MOVED):
        return False
    if event.event not in enrolment.waiting_for:
        return False
    if event.event == REPLIED and event.data.get("enrolment", enrolment.id) != enrolment.id:
        return False
    if event.event == ENDED and OUTCOME in enrolment.waiting_for and event.data.get("key") != key_of(enrolment):
        return False
    step = journey.steps.get(enrolment.step)
    condition = step.condition if isinstance(step, WaitStep) else None
    if event.event in ABOUT_MESSAGES and not _is_of_message(enrolment, condition, event):
        return False
    return _fits(condition, enrolment, facts, event, now)


def is_own(enrolment: Enrolment, event: Happened) -> bool:
    """Whether it is about this run, where it is about a message of any."""
    return event.event not in ABOUT_MESSAGES or event.data.get("enrolment", enrolment.id) == enrolment.id


def may_count(journey: Journey, event: Emit) -> bool:
    """Whether it may be a goal or metric of this journey: what became of another one's messages is not."""
    return event.event not in ABOUT_MESSAGES or event.data.get("journey", journey.id) == journey.id


def _is_of_message(enrolment: Enrolment, condition: str | None, event: Happened) -> bool:
    if _says("journey", condition):
        return True
    last = enrolment.data.get("wrote")
    is_last = last is None or event.data.get("message", last) == last
    return is_own(enrolment, event) and (is_last or _says("step", condition))


def says_which(condition: str | None) -> bool:
    """Whether the `if` of a wait says of which message it is."""
    return _says("journey", condition) or _says("step", condition)


def _says(what: str, condition: str | None) -> bool:
    return condition is not None and f"happened.{what}" in looks_at(condition)


def key_of(enrolment: Enrolment) -> str:
    """The step at which it is, this time: unique for ever."""
    return f"{enrolment.id}:{enrolment.step}:{enrolment.visit}"


def _fits(condition: str | None, enrolment: Enrolment, facts: Facts, event: Happened, now: datetime) -> bool:
    if condition is None:
        return True
    names = names_of(enrolment, facts.profile, facts.lead, facts.did, now)
    return is_true(condition, {**names, "happened": {**event.data, "event": event.event}})
