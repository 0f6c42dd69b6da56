from __future__ import annotations

import pytest

from bot.documents import Faults, parse
from bot.domain.journey import Journey
from bot.journeys.content import Known, read_journey
from bot.journeys.runs import check_runs, warn_of_chains

KNOWN = Known(journeys=frozenset("abc"))


def journey_that_runs(name: str, *others: str) -> Journey:
    runs = "".join(f"  - run: {other}\n" for other in others) or "  - wait: 1d\n"
    text = f"journey: {name}\npurpose: marketing\nenter: {{api: true}}\nsteps:\n{runs}"
    return read_journey(parse(f"journeys/{name}.yml", text), KNOWN)


def faults_of(**runs: str) -> list[str]:
    faults = Faults()
    check_runs({name: journey_that_runs(name, *others) for name, others in runs.items()}, faults)
    return [str(fault) for fault in faults.in_order()]


def test_journeys_may_run_others() -> None:
    assert faults_of(a="bbc", b="c", c="") == []


@pytest.mark.parametrize(
    ("runs", "found"),
    [
        ({"a": "a"}, ["journeys/a.yml:5:5: this journey would run itself: a -> a."]),
        (
            {"a": "b", "b": "c", "c": "a"},
            [
                "journeys/a.yml:5:5: this journey would run itself: a -> b -> c -> a.",
                "journeys/b.yml:5:5: this journey would run itself: b -> c -> a -> b.",
                "journeys/c.yml:5:5: this journey would run itself: c -> a -> b -> c.",
            ],
        ),
        ({"a": "b", "b": "b"}, ["journeys/b.yml:5:5: this journey would run itself: b -> b."]),
    ],
)
def test_a_journey_that_would_run_itself_is_refused(runs: dict[str, str], found: list[str]) -> None:
    told = faults_of(**runs)
    assert [one.partition(" Let one")[0] for one in told] == found


def journey_that_tells(name: str, enter: str, *steps: str) -> Journey:
    text = f"journey: {name}\npurpose: marketing\nenter: {enter}\nsteps:\n" + "".join(f"  - {one}\n" for one in steps)
    return read_journey(parse(f"journeys/{name}.yml", text), KNOWN)


def warnings_of(*journeys: Journey) -> list[str]:
    warnings = Faults()
    warn_of_chains({one.id: one for one in journeys}, warnings)
    return [str(warning) for warning in warnings.in_order()]


EACH_TIME = "{event: %s, again: always}"


def test_journeys_that_would_set_each_other_off_at_once_are_warned_of() -> None:
    a = journey_that_tells("a", EACH_TIME % "a.begun", "add_to: x", "emit: b.begun")
    b = journey_that_tells("b", EACH_TIME % "b.begun", "emit: {event: a.begun}", "add_to: y")
    told = warnings_of(a, b)
    assert [one.partition(". ")[0] for one in told] == [
        "journeys/a.yml:6:5: this journey would set itself off at once: a -> b -> a",
        "journeys/b.yml:5:5: this journey would set itself off at once: b -> a -> b",
    ]
    assert len(warnings_of(journey_that_tells("c", EACH_TIME % "c.begun", "emit: c.begun"))) == 1


@pytest.mark.parametrize(
    ("enter", "steps"),
    [
        ("{event: b.begun}", ["emit: a.begun"]),
        ("{event: b.begun, again: after 1d}", ["emit: a.begun"]),
        (EACH_TIME % "b.begun", ["wait: 1d", "emit: a.begun"]),
        (EACH_TIME % "b.begun", ["emit: a.begun", "wait: 1d"]),
        (EACH_TIME % "b.begun", ["emit: else.happened"]),
    ],
)
def test_journeys_that_come_to_rest_may_tell_each_other(enter: str, steps: list[str]) -> None:
    a = journey_that_tells("a", EACH_TIME % "a.begun", "emit: b.begun")
    assert warnings_of(a, journey_that_tells("b", enter, *steps)) == []
