from __future__ import annotations

import pytest

from bot.documents import Faults, parse
from bot.domain.journey import Journey
from bot.journeys.content import Known, read_journey
from bot.journeys.runs import check_runs

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
