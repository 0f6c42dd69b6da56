"""Words and numbers of a report: one row for each figure, with its interval where it is a share of people."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, TypeVar

from bot.domain.csv_cells import guarded
from bot.domain.reporting import ArmFigures, Credit, JourneyFigures, MessageFigures, Report
from bot.domain.statistics import Interval, newcombe, wilson
from bot.journeys.judge import on_any_day
from bot.journeys.report_plan import NOTHING

WITHHELD: Final = "messages withheld"
BY_DAY: Final = "messages by day"
MOST_REASONS: Final = 20
"""The commonest for which messages of a journey were withheld. Some name a vendor's own words."""

Key = TypeVar("Key", str, date)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `unit` is how it is written: a count, a share, an amount of money, a time in seconds."""

    section: str
    of: str
    figure: str
    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str = "count"


def rows_of(report: Report) -> list[Row]:
    return [
        *_journeys(report.journeys),
        *_messages(report.messages),
        *_arms(report.arms),
        *_sources(report),
        *_funnel(report),
        *_sales(report),
        *_talks(report),
    ]


def _journeys(journeys: Iterable[JourneyFigures]) -> Iterator[Row]:
    for one in journeys:
        yield Row("journeys", one.journey, "people", one.entered)
        yield _share("journeys", one.journey, "reached the goal", wilson(one.reached, one.entered))
        if not one.held_out:
            continue
        yield Row("journeys", one.journey, "people held out", one.held_out)
        against = wilson(one.reached_held_out, one.held_out)
        yield _share("journeys", one.journey, "reached the goal, held out", against)
        yield _share(
            "journeys", one.journey, "lift", newcombe(one.reached, one.entered, one.reached_held_out, one.held_out)
        )


def _arms(arms: Iterable[ArmFigures]) -> Iterator[Row]:
    for one in arms:
        of = f"{one.journey}, {one.step}: {one.arm}"
        yield Row("splits", of, "people", one.went)
        yield _share("splits", of, "reached the metric", wilson(one.reached, one.went))


def _messages(figures: Sequence[MessageFigures]) -> Iterator[Row]:
    """Of each journey, with why what was withheld of its messages was, and of each day."""
    reasons: list[Row] = []
    for journey, found in _by(lambda one: one.journey, figures):
        yield from (Row("messages", journey, name, times) for name, times in _of_messages(found).items())
        why: Counter[str] = Counter()
        for one in found:
            for reason, times in one.withheld.items():
                why[on_any_day(reason)] += times
        reasons += [Row(WITHHELD, journey, reason, times) for reason, times in why.most_common(MOST_REASONS)]
    yield from reasons
    for day, found in _by(lambda one: one.day, figures):
        yield from (Row(BY_DAY, day.isoformat(), name, times) for name, times in _of_messages(found).items())


def _by(
    key: Callable[[MessageFigures], Key], figures: Iterable[MessageFigures]
) -> Iterator[tuple[Key, list[MessageFigures]]]:
    found: dict[Key, list[MessageFigures]] = {}
    for one in figures:
        found.setdefault(key(one), []).append(one)
    return iter(sorted(found.items()))


def _of_messages(figures: Sequence[MessageFigures]) -> Mapping[str, int]:
    """Opened links are told where links were followed: else nobody knows."""
    withheld = sum(sum(one.withheld.values()) for one in figures)
    sent, waiting = sum(one.sent for one in figures), sum(one.waiting for one in figures)
    given_up, refused = sum(one.given_up for one in figures), sum(one.refused for one in figures)
    followed, opened = sum(one.followed for one in figures), sum(one.opened for one in figures)
    return {
        "made": sent + withheld + given_up + waiting,
        "sent": sent,
        "delivered": sum(one.delivered for one in figures),
        "failed": given_up + refused,
        "withheld": withheld,
        "waiting": waiting,
        **({"with links that are followed": followed, "a link opened": opened} if followed else {}),
        "answered": sum(one.answered for one in figures),
        "opted out after": sum(one.opted_out for one in figures),
    }


def _sources(report: Report) -> Iterator[Row]:
    plan, days = report.plan, (report.period.since.date(), report.period.until.date())
    credited = {one.source: one for one in report.credits}
    costs: dict[str, Fraction] = {}
    for cost in plan.costs:
        costs[cost.source] = costs.get(cost.source, Fraction(0)) + Fraction(cost.within(*days))
    for source in dict.fromkeys(touch.source for touch in plan.touches):
        credit, people = credited.get(source, Credit(source)), report.new_people.get(source, 0)
        yield Row("sources", source, "new people", people)
        if plan.conversion is not None:
            yield Row("sources", source, "conversions, first touch", credit.first)
            yield Row("sources", source, "conversions, last touch", credit.last)
            yield Row("sources", source, "conversions, linear", float(linear(credit)))
        if source in costs:
            yield Row("sources", source, "cost", float(costs[source]), unit="money")
            yield _per("sources", source, "cost per lead", costs[source], Fraction(people))
            if plan.conversion is not None:
                yield _per("sources", source, "cost per conversion, linear", costs[source], linear(credit))
    if plan.conversion is not None:
        touched = sum(one.first for one in report.credits)
        yield Row("sources", NOTHING, "conversions", report.conversions - touched)
        yield Row("sources", "all", "conversions", report.conversions)


def linear(credit: Credit) -> Fraction:
    """Each conversion is shared evenly by the touches that led to it; exactly, so that the shares sum to the whole."""
    return sum((Fraction(times, touches) for touches, times in credit.shares.items()), Fraction(0))


def _funnel(report: Report) -> Iterator[Row]:
    funnel = report.funnel
    steps = [("wrote", funnel.wrote), ("handed to sales", funnel.handed_off), ("booked a meeting", funnel.met)]
    if report.plan.conversion is not None:
        steps.append(("converted", funnel.converted))
    yield Row("funnel", "new people", "people", funnel.people)
    before = funnel.people
    for name, people in steps:
        yield Row("funnel", name, "people", people)
        yield _share("funnel", name, "of the step before", wilson(people, before))
        before = people


def _sales(report: Report) -> Iterator[Row]:
    found = report.answered
    yield Row("sales", "hand-offs", "hand-offs", found.handed_off)
    yield _share("sales", "hand-offs", "claimed", wilson(found.claimed, found.handed_off))
    for name, wait in (("response time, median", found.median), ("response time, 9 of 10", found.ninth_tenth)):
        yield Row("sales", "hand-offs", name, wait / timedelta(seconds=1) if wait is not None else None, unit="seconds")


def _talks(report: Report) -> Iterator[Row]:
    found = report.contained
    yield Row("conversations", "all", "conversations", found.conversations)
    yield _share("conversations", "all", "contained", wilson(found.contained, found.conversations))


def _share(section: str, of: str, figure: str, found: Interval | None) -> Row:
    if found is None:
        return Row(section, of, figure, None, unit="share")
    return Row(section, of, figure, found.value, found.low, found.high, "share")


def _per(section: str, of: str, figure: str, cost: Fraction, by: Fraction) -> Row:
    return Row(section, of, figure, float(cost / by) if by else None, unit="money")


# ---------------------------------------------------------------- written

HEAD = ("section", "of", "figure", "value", "low", "high", "unit")


def as_csv(rows: Iterable[Row]) -> str:
    """For spreadsheets, to which no source, message or journey is a formula, whoever has named it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for row in rows:
        numbers = ["" if one is None else f"{one:.10g}" for one in (row.value, row.low, row.high)]
        named = [guarded(text) for text in (row.section, row.of, row.figure)]
        writer.writerow([*named, *numbers, row.unit])
    return out.getvalue()


def as_json(report: Report, rows: Iterable[Row]) -> str:
    body = {
        "since": report.period.since.isoformat(),
        "until": report.period.until.isoformat(),
        "currency": report.plan.currency,
        "figures": [{name: getattr(row, name) for name in HEAD} for row in rows],
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def as_text(report: Report, rows: Iterable[Row]) -> str:
    """For the terminal: a block for each section. Messages are not told day by day."""
    lines = [f"{report.period.since:%Y-%m-%d} to before {report.period.until:%Y-%m-%d} (UTC)"]
    section = ""
    for row in rows:
        if row.section == BY_DAY:
            continue
        if row.section != section:
            section = row.section
            lines += ["", section.capitalize()]
        lines.append(f"  {f'{row.of}: {row.figure}':<46} {_worded(row, report.plan.currency)}")
    return "\n".join(lines) + "\n"


def _worded(row: Row, currency: str) -> str:
    if row.value is None:
        return "-"
    match row.unit:
        case "share":
            sign = "+" if row.figure == "lift" else ""
            between = f"  [{row.low:{sign}.1%}, {row.high:{sign}.1%}]" if row.low is not None else ""
            return f"{row.value:{sign}.1%}{between}"
        case "money":
            return f"{row.value:,.2f} {currency}".rstrip()
        case "seconds":
            return str(timedelta(seconds=round(row.value)))
        case _:
            return f"{row.value:,.2f}".removesuffix(".00")
