"""The page of a simulation: all of it there, nothing from outside, nothing of content taken for markup."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from bot.documents import parse
from bot.domain.journey import Journey
from bot.entrypoints.command_line.simulation_page import simulation_page
from bot.journeys.content import read_journey
from bot.journeys.known import Known
from bot.journeys.simulated import JourneySimulated, MessageKind, Simulated
from bot.journeys.simulated_words import NOBODY, share, summary, tables

JOURNEY = """
journey: welcome
purpose: marketing
enter: {event: demo.requested}
steps:
- id: tip
  send: {response: utter_tip, channels: [sms]}
- branch:
    - if: "profile.size > 20 and profile.size < 90"
      do: [handoff: {reason: "<b>big</b>"}]
    - else: {go: end}
"""


@pytest.fixture(scope="module")
def journey() -> Journey:
    known = Known(responses=frozenset({"utter_tip"}), channels=frozenset({"sms"}))
    return read_journey(parse("journeys/welcome.yml", JOURNEY), known)


@pytest.fixture
def simulated() -> Simulated:
    figures = Simulated(datetime(2026, 11, 24, tzinfo=UTC), 30, ("welcome",), people=1200, opted_out=7)
    figures.journeys["welcome"] = JourneySimulated(
        entered=1100,
        held_out=100,
        goals=55,
        goals_held_out=3,
        handed_over=40,
        ways=Counter({("", "tip"): 1100, ("tip", "steps.1"): 1080, ("steps.1", "end"): 1000}),
        left_at=Counter({"tip": 15}),
        left_why=Counter({"the customer opted out": 12}),
        parked_why=Counter({("tip", "<i>odd</i>"): 3}),
        resting=Counter({"tip": 5, "steps.1": 80}),
        messages=Counter(
            {
                MessageKind("tip", "utter_tip", "sms", "sent"): 900,
                MessageKind("tip", "utter_tip", "sms", "withheld", "no consent"): 200,
                MessageKind("tip", "utter_tip", "sms", "later", "at night"): 333,
            }
        ),
        by_day=Counter({(0, "out"): 900, (1, "withheld"): 200}),
    )
    return figures


def test_the_figures_are_all_on_the_page(journey: Journey, simulated: Simulated) -> None:
    page = simulation_page(simulated, {"welcome": journey}, ["people: made up"])
    for shown in ("1,100", "5.0%", "3.0%", "18.2% of what was to be sent", "no consent", "at night", "people: made up"):
        assert shown in page
    assert "left here <b>15</b>" in page
    assert "still here <b>5</b>" in page
    assert "<title>Tue 24 Nov: 900 out, 0 withheld</title>" in page
    assert '<a href="#welcome-steps.1">steps.1</a> <b>1,080</b>' in page


def test_nothing_comes_from_outside_and_nothing_is_taken_for_markup(
    journey: Journey,
    simulated: Simulated,
) -> None:
    page = simulation_page(simulated, {"welcome": journey}, ["<u>x</u>"])
    assert not re.search(r'(src|href)="(?!#)', page)
    assert "<script" not in page
    for markup in ("<b>big", "<i>odd", "<u>x"):
        assert markup not in page
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))


def test_a_simulation_in_which_nothing_happens_has_a_page(journey: Journey) -> None:
    nothing = Simulated(datetime(2026, 11, 24, tzinfo=UTC), 30, ("welcome",))
    assert "Step by step" in simulation_page(nothing, {"welcome": journey}, [])
    first, why, *_ = tables(nothing, {"welcome": journey})
    assert why == NOBODY
    assert first == "welcome: 0 entered, 0 came to the end, 0 left, 0 are inside."


def test_the_summary_compares_those_who_were_held_out(simulated: Simulated) -> None:
    assert summary("welcome", simulated.journeys["welcome"]) == (
        "welcome: 1,100 entered, 1,000 came to the end, 12 left, 85 are inside, 3 parked by an error, 100 held out. "
        "Goal: 55 (5.0%), of those held out 3 (3.0%)."
    )
    assert share(1, 0) == "0%"


def test_the_tables_align_and_tell_each_reason(journey: Journey, simulated: Simulated) -> None:
    lines = list(tables(simulated, {"welcome": journey}))
    assert any(re.fullmatch(r"tip +Send tip \(by sms\) +1,100 +1,080 +15 +5", line) for line in lines)
    assert any(re.fullmatch(r"tip   withheld utter_tip by sms  no consent +200", line) for line in lines)
    assert "parked at tip: 3, <i>odd</i>" in lines
