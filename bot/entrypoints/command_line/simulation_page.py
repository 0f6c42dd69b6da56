"""The page of `overture journeys simulate`: one file, no script, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from html import escape
from pathlib import Path

from bot.domain.journey import Journey
from bot.domain.steps import END
from bot.journeys.outline import head_lines, outline
from bot.journeys.sayings import ways_out
from bot.journeys.simulated import OUT, JourneySimulated, Simulated
from bot.journeys.simulated_words import reasons, share

HEIGHT, PLOT = 150.0, 118.0
"""The chart of days, in units of its drawing."""

WIDTH = 720.0


def simulation_page(simulated: Simulated, journeys: Mapping[str, Journey], assumed: Iterable[str]) -> str:
    """The whole page, with no reference to anything outside."""
    names = list(simulated.journeys)
    title = f"Simulation of {names[0]}" if len(names) == 1 else f"Simulation of {len(names)} journeys"
    last = simulated.start + timedelta(days=simulated.days)
    about = (
        f"{simulated.people:,} people from {simulated.start:%d %B %Y} to {last:%d %B %Y}, in virtual time: nothing was "
        f"sent to anybody. {simulated.opted_out:,} opted out."
    )
    links = "".join(f'<li><a href="#{escape(name)}">{escape(name)}</a></li>' for name in names)
    contents = f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n' if len(names) > 1 else ""
    sections = "".join(_journey(journeys[name], one, simulated) for name, one in simulated.journeys.items())
    rested = "".join(f"<li>{escape(line)}</li>" for line in assumed)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n"
        f'<header>\n<h1>{escape(title)}</h1>\n<p class="about">{escape(about)}</p>\n{contents}</header>\n'
        f"<main>\n{sections}"
        f'<section>\n<h2>What the figures rest on</h2>\n<ul class="plain">{rested}</ul>\n</section>\n'
        "</main>\n</body>\n</html>\n"
    )


@cache
def _style() -> str:
    return (Path(__file__).parent / "simulation" / "simulation.css").read_text(encoding="utf-8")


def _journey(journey: Journey, one: JourneySimulated, simulated: Simulated) -> str:
    head = "\n".join(line.strip() for line in list(head_lines(journey))[1:])
    return (
        f'<section id="{escape(journey.id)}">\n<h2>{escape(journey.id)}</h2>\n<pre>{escape(head)}</pre>\n{_cards(one)}'
        f'<h3>Step by step</h3>\n<p class="about">How many came to each step, and where they went from there.</p>\n'
        f"{_funnel(journey, one)}{_days(one, simulated)}{_reasons(one)}{_ends(one)}</section>\n"
    )


def _cards(one: JourneySimulated) -> str:
    withheld, out = one.total("withheld"), one.total(*OUT)
    cards = [
        ("Entered", f"{one.entered:,}", f"{one.inside:,} are still inside"),
        ("Goal reached", share(one.goals, one.entered), f"{one.goals:,} people"),
        ("Messages out", f"{out:,}", f"{out / one.entered:.1f} for each person" if one.entered else "none"),
        ("Withheld", f"{withheld:,}", f"{share(withheld, withheld + out)} of what was to be sent"),
        ("Handed to sales", f"{one.handed_over:,}", f"{share(one.handed_over, one.entered)} of those who entered"),
    ]
    if one.held_out:
        cards.insert(2, ("Goal, held out", share(one.goals_held_out, one.held_out), f"of {one.held_out:,} people"))
    items = "".join(f"<div><dt>{name}</dt><dd>{value}<small>{more}</small></dd></div>" for name, value, more in cards)
    return f'<dl class="cards">{items}</dl>\n'


# ---------------------------------------------------------------- the funnel


def _funnel(journey: Journey, one: JourneySimulated) -> str:
    """Each step as a bar, with the ways that lead from it."""
    most = max([one.step(row.id).came for row in outline(journey)] or [0]) or 1
    items = []
    for row in outline(journey):
        step = one.step(row.id)
        ways = [_way(journey, one, row.id, label, target) for target, label in row.ways]
        if step.left:
            ways.append(f'<li class="lost">left here <b>{step.left:,}</b></li>')
        if step.there:
            ways.append(f'<li class="rest">still here <b>{step.there:,}</b></li>')
        items.append(
            f'<li style="--depth:{row.depth}" id="{escape(journey.id)}-{escape(row.id)}"><div class="step">'
            f'<span class="name"><code>{escape(row.id)}</code> {escape(row.words)}</span>'
            f'<span class="count">{step.came:,}</span></div>'
            f'<div class="bar" style="--share:{100 * step.came / most:.1f}%"></div>'
            f'<ul class="ways">{"".join(ways)}</ul></li>\n'
        )
    return f'<ol class="funnel">{"".join(items)}</ol>\n'


def _way(journey: Journey, one: JourneySimulated, source: str, label: str, target: str) -> str:
    """How many went there. Where two outcomes lead to the same step, each shows the number of both."""
    number = one.ways[source, target]
    shared = sum(goal == target for goal, _ in ways_out(journey.steps[source])) > 1
    to = "the end" if target == END else f'<a href="#{escape(journey.id)}-{escape(target)}">{escape(target)}</a>'
    words = f"{escape(label)} " if label else ""
    return f"<li>{words}→ {to} <b>{number:,}</b>{' (together)' if shared else ''}</li>"


# ---------------------------------------------------------------- days


def _days(one: JourneySimulated, simulated: Simulated) -> str:
    """What went out and what was withheld on each day, one bar on the other."""
    if not one.by_day:
        return ""
    days = range(simulated.days)
    most = max(one.by_day[day, "out"] + one.by_day[day, "withheld"] for day in days) or 1
    wide = WIDTH / len(days)
    bars = []
    for day in days:
        out, withheld = one.by_day[day, "out"], one.by_day[day, "withheld"]
        if not out + withheld:
            continue
        low, high = PLOT * out / most, PLOT * withheld / most
        top = PLOT + 8 - low
        date = simulated.start + timedelta(days=day)
        at, thick = day * wide + wide * 0.1, wide * 0.8
        bars.append(
            f"<g><title>{date:%a %d %b}: {out:,} out, {withheld:,} withheld</title>"
            f'<rect class="out" x="{at:.1f}" y="{top:.1f}" width="{thick:.1f}" height="{low:.1f}"/>'
            f'<rect class="held" x="{at:.1f}" y="{top - high:.1f}" width="{thick:.1f}" height="{high:.1f}"/></g>'
        )
    every = max(1, round(len(days) / 6))
    ticks = "".join(
        f'<text x="{day * wide:.1f}" y="{HEIGHT - 8:g}">{simulated.start + timedelta(days=day):%d %b}</text>'
        for day in days[::every]
    )
    return (
        '<h3>Day by day</h3>\n<p class="about"><span class="key out"></span> out '
        f'<span class="key held"></span> withheld; at most {most:,} on a day.</p>\n'
        '<div class="wide" tabindex="0" role="region" aria-label="Messages by day">'
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="Messages by day">{"".join(bars)}'
        f'<path class="line" d="M0 {PLOT + 8:g}H{WIDTH:g}"/>{ticks}</svg></div>\n'
    )


# ---------------------------------------------------------------- tables


def _reasons(one: JourneySimulated) -> str:
    """What was withheld or put off, and why."""
    found = []
    for what, title, about in (
        ("withheld", "Withheld", "These messages would never leave."),
        ("later", "Put off", "Looked at too early; they went out later, or were withheld then."),
    ):
        rows = [
            (kind.why, f"{kind.subject} by {kind.channel}", kind.step, f"{number:,}")
            for kind, number in reasons(one, what)
        ]
        if rows:
            table = _table(("Why", "Message", "Step", "Messages"), rows)
            found.append(f'<h3>{title}</h3>\n<p class="about">{about}</p>\n{table}')
    return "".join(found)


def _ends(one: JourneySimulated) -> str:
    """How people left before the end, and what parked them."""
    left = [(why, f"{number:,}") for why, number in one.left_why.most_common()]
    parked = [(why, step, f"{number:,}") for (step, why), number in one.parked_why.most_common()]
    found = f"<h3>Left before the end</h3>\n{_table(('Why', 'People'), left)}" if left else ""
    if parked:
        found += f"<h3>Stopped by an error</h3>\n{_table(('Why', 'Step', 'People'), parked)}"
    return found


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = "".join(
        "<tr>"
        + "".join(f'<td data-name="{escape(name)}">{escape(cell)}</td>' for name, cell in zip(head, row, strict=True))
        + "</tr>\n"
        for row in rows
    )
    return f"<table><thead><tr>{heads}</tr></thead>\n<tbody>{lines}</tbody></table>\n"
