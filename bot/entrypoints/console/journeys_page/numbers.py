"""Where the people of a journey stand, as the page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.domain.journey import Enrolment, EnrolmentStatus, Headcount, Passage, Tally
from bot.domain.links import Clicks
from bot.domain.statistics import wilson
from bot.domain.steps import END
from bot.journeys.tallied import Tallied

STATES = tuple(EnrolmentStatus)
INSIDE = (EnrolmentStatus.WAITING, EnrolmentStatus.PARKED)


def totals(headcounts: Iterable[Headcount]) -> dict[str, int]:
    """How many runs are in each state, and how many reached the goal, whatever their state."""
    found = {state.value: 0 for state in STATES} | {"entered": 0, "goals": 0}
    for one in headcounts:
        found[one.status.value] += one.people
        found["entered"] += one.people
        found["goals"] += one.goals
    return found


def by_step(
    headcounts: Iterable[Headcount],
    passages: Iterable[Passage],
    version: str,
    clicks: Mapping[str, Clicks] = MappingProxyType({}),
) -> dict[str, dict[str, Any]]:
    """For each step of this version: who waits there, who is parked there, who left from there and why, and how many
    were put there when it was published; of how many of its messages, of whatever version, links were opened.
    """
    found: dict[str, dict[str, Any]] = {}

    def at_step(step: str) -> dict[str, Any]:
        return found.setdefault(step, {"waiting": 0, "parked": 0, "moved": 0, "left": []})

    for passage in passages:
        if passage.version == version and passage.moved:
            at_step(passage.target)["moved"] += passage.times
    for step, counted in clicks.items():
        at_step(step)["links"] = {"messages": counted.messages, "opened": counted.opened}
    for one in headcounts:
        if one.version != version or one.status is EnrolmentStatus.HELD_OUT or one.step == END:
            continue
        at = at_step(one.step)
        if one.status is EnrolmentStatus.DONE:
            at["left"].append({"reason": one.reason, "people": one.people})
        else:
            at[one.status.value] += one.people
    return found


def by_arrow(passages: Iterable[Passage], version: str) -> dict[tuple[str, str | None], int]:
    """How often people went along each arrow of this version, from step to step or out."""
    return {
        (one.source, None if one.target == END else one.target): one.times
        for one in passages
        if one.version == version and not one.moved
    }


def by_way(counted: Tallied, tallies: Mapping[str, Tally]) -> dict[str, Any]:
    """What came of the ways of a step; each share with its interval of 95%."""
    ways = []
    for way in counted.ways:
        one = tallies.get(way, Tally())
        share = wilson(one.reached, one.went)
        between = {"share": share.value, "low": share.low, "high": share.high} if share else {"share": None}
        ways.append({"name": way, "went": one.went, "reached": one.reached} | between)
    return {"metric": counted.metric, "ways": ways}


def other_versions(headcounts: Sequence[Headcount], version: str) -> list[dict[str, Any]]:
    """The versions beside this one in which somebody still waits or is parked."""
    names = dict.fromkeys(one.version for one in headcounts if one.version != version and one.status in INSIDE)
    return [{"version": name} | totals(one for one in headcounts if one.version == name) for name in names]


def fullest_version(headcounts: Iterable[Headcount]) -> str | None:
    """The version in which most people are, first of those who have not left it."""
    people: dict[str, list[int]] = {}
    for one in headcounts:
        counts = people.setdefault(one.version, [0, 0])
        counts[0] += one.people if one.status in INSIDE else 0
        counts[1] += one.people
    return max(people, key=people.__getitem__, default=None)


def parked_people(parked: Iterable[Enrolment]) -> list[dict[str, Any]]:
    return [
        {
            "enrolment": one.id,
            "person": one.profile_id,
            "step": one.step,
            "version": one.version,
            "entered_at": one.entered_at.isoformat(),
            "reason": one.reason,
        }
        for one in parked
    ]
