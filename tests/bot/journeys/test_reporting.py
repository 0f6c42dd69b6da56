"""Reports: their plan, their figures, and how they are written."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import parse
from bot.domain.csv_cells import unguarded
from bot.domain.errors import ContentError
from bot.domain.reporting import (
    Answered,
    ArmFigures,
    Contained,
    Cost,
    Credit,
    Funnel,
    Happening,
    JourneyFigures,
    MessageFigures,
    Period,
    Report,
    ReportPlan,
    Touch,
)
from bot.journeys.report_plan import read_report_plan
from bot.journeys.reporting import Row, as_csv, as_json, as_text, rows_of

PLAN = """
report: marketing
conversion: {event: order.completed}
within: 14d
currency: EUR
touches:
  - {source: search, event: page.viewed, where: {utm_source: google}}
  - {source: mail, event: mail.clicked}
costs:
  - {source: search, from: 2026-11-01, to: 2026-11-10, amount: 100.50}
"""
NOVEMBER = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


def report(plan: ReportPlan | None = None) -> Report:
    return Report(
        NOVEMBER,
        plan or read_report_plan(parse("marketing.yml", PLAN)),
        (JourneyFigures("welcome", 70, 56, 80, 48), JourneyFigures("renewal", 5, 1)),
        10,
        (Credit("mail", 2, 3, {3: 2}), Credit("search", 4, 3, {1: 4, 3: 4})),
        {"search": 20},
        Funnel(100, 50, 20, 10, 5),
        Answered(20, 18, timedelta(minutes=3), timedelta(hours=2)),
        Contained(50, 40),
        (ArmFigures("welcome", "offer", "tip", 40, 10),),
    )


def test_a_plan_is_read() -> None:
    plan = read_report_plan(parse("marketing.yml", PLAN))
    assert plan.touches[0] == Touch("search", Happening("page.viewed", (("utm_source", "google"),)))
    assert plan.costs == (Cost("search", date(2026, 11, 1), date(2026, 11, 10), Decimal("100.50")),)
    assert (plan.within, plan.currency, plan.conversion) == (timedelta(days=14), "EUR", Happening("order.completed"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("source: search, from", "source: serch, from", 'Did you mean "search"?'),
        ("2026-11-10", "2026-10-10", "it ends before it begins"),
        ("2026-11-10", "soon", '"soon" is no day'),
        ("100.50", "-3", '"-3" is no amount'),
        ("100.50", "much", '"much" is no amount'),
        ("utm_source: google", "utm_source: 7", '"utm_source" must be a text'),
        ("source: mail", "source: nothing", 'no source is called "nothing"'),
        ("touches:", "touch:", 'has no "touch"'),
        ("report: marketing", "report: sales", '"sales"'),
    ],
)
def test_what_is_wrong_with_a_plan_is_told(old: str, new: str, fault: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_report_plan(parse("marketing.yml", PLAN.replace(old, new)))
    assert fault in str(caught.value)


def test_lift_is_told_with_its_interval() -> None:
    """56 of 70 against 48 of 80: Newcombe, Statistics in Medicine 17 (1998), table II, method 10."""
    lift = next(one for one in rows_of(report()) if one.figure == "lift")
    assert lift.value == pytest.approx(0.2)
    assert (round(lift.low or 0, 4), round(lift.high or 0, 4)) == (0.0524, 0.3339)
    assert "lift" not in {one.figure for one in rows_of(report()) if one.of == "renewal"}


def test_messages_are_told_of_each_journey_and_day_with_why_some_were_withheld() -> None:
    first, second = date(2026, 11, 3), date(2026, 11, 4)
    opted_out = {f"this address opted out on {day} October 2026": 2 for day in (1, 2)}
    messages = (
        MessageFigures("welcome", first, sent=10, given_up=1, waiting=2, delivered=7, refused=3, withheld=opted_out),
        MessageFigures("welcome", second, sent=5, answered=2, opted_out=1, withheld={"the cap is reached": 1}),
        MessageFigures("renewal", second, sent=4, followed=4, opened=1),
    )
    rows = rows_of(replace(report(), messages=messages))
    found = {(one.section, one.of, one.figure): one.value for one in rows if one.section.startswith("messages")}
    welcome = {
        figure: value for (section, of, figure), value in found.items() if (section, of) == ("messages", "welcome")
    }
    assert welcome == {
        "made": 23,
        "sent": 15,
        "delivered": 7,
        "failed": 4,
        "withheld": 5,
        "waiting": 2,
        "answered": 2,
        "opted out after": 1,
    }
    assert found["messages", "renewal", "a link opened"] == 1
    assert found["messages withheld", "welcome", "this address opted out"] == 4
    assert found["messages by day", "2026-11-04", "sent"] == 9
    assert "messages by day" not in as_text(report(), rows).lower()
    assert "welcome: opted out after" in as_text(report(), rows)


def test_cost_is_told_for_each_lead_and_conversion() -> None:
    found = {one.figure: one.value for one in rows_of(report()) if one.of == "search"}
    assert found["cost"] == 100.5
    assert found["cost per lead"] == pytest.approx(100.5 / 20)
    assert found["conversions, linear"] == pytest.approx(4 + 4 / 3)
    assert found["cost per conversion, linear"] == pytest.approx(100.5 / (4 + 4 / 3))
    unclaimed = next(one for one in rows_of(report()) if one.of == "nothing")
    assert unclaimed.value == 4


def test_all_ways_of_writing_tell_the_same_figures() -> None:
    rows = rows_of(report())
    read = list(csv.DictReader(io.StringIO(as_csv(rows))))
    body = json.loads(as_json(report(), rows))
    assert len(read) == len(body["figures"]) == len(rows)
    for row, line, entry in zip(rows, read, body["figures"], strict=True):
        assert (line["section"], line["of"], line["figure"]) == (row.section, row.of, row.figure)
        assert entry["value"] == row.value
        assert (float(line["value"]) if line["value"] else None) == (
            row.value if row.value is None else pytest.approx(row.value)
        )
    text = as_text(report(), rows)
    assert "  welcome: lift                                  +20.0%  [+5.2%, +33.4%]\n" in text
    assert "hand-offs: response time, median" in text
    assert "0:03:00" in text


@pytest.mark.parametrize("source", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "ads;=1+1"])
def test_a_source_is_no_formula_to_a_spreadsheet(source: str) -> None:
    """Whoever follows a link chooses what its source is called."""
    [line] = csv.DictReader(io.StringIO(as_csv([Row("sources", source, "leads", -1.5)])))
    assert line["of"] != source
    assert unguarded(line["of"]) == source
    assert line["value"] == "-1.5"


def test_nothing_at_all_can_be_reported() -> None:
    nothing = Report(NOVEMBER, ReportPlan(), (), 0, (), {}, Funnel(), Answered(), Contained())
    assert "funnel" in as_csv(rows_of(nothing))
    assert "new people: people" in as_text(nothing, rows_of(nothing))


DAYS = st.integers(0, 60).map(lambda number: date(2026, 11, 1) + timedelta(days=number))


@given(DAYS, DAYS, DAYS)
def test_costs_of_parts_sum_to_the_whole(one: date, other: date, cut: date) -> None:
    cost = Cost("search", min(one, other), max(one, other), Decimal(100))
    early, late = date(2026, 1, 1), date(2027, 6, 1)
    assert float(cost.within(early, cut) + cost.within(cut, late)) == pytest.approx(100)
    assert cost.within(early, early) == 0
    assert replace(cost, amount=Decimal(0)).within(early, late) == 0
