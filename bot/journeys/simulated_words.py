"""A simulation in words: its figures as tables of text, and what was assumed of people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from bot.domain.journey import Journey
from bot.domain.steps import SendStep, SplitStep
from bot.journeys.outline import outline
from bot.journeys.people import Behaviour, Crowd, Day, OneOf, Reaction, Spread, WholeNumber
from bot.journeys.sayings import how_long
from bot.journeys.simulate import Simulation
from bot.journeys.simulated import OUT, JourneySimulated, MessageKind, Simulated

WORDS_WIDTH = 48
NOBODY = (
    "None of these people meets what lets in. A file says who they are and what they come with: --people people.yml "
    "(journeys/README.md)."
)


def tables(simulated: Simulated, journeys: Mapping[str, Journey]) -> Iterator[str]:
    """Of each journey the summary, the funnel of its steps, and its messages with what was withheld and why."""
    for name, one in simulated.journeys.items():
        yield summary(name, one)
        if not one.entered and not one.held_out:
            yield NOBODY
        yield ""
        rows: list[tuple[str, ...]] = [("step", "", "came", "went on", "left", "there")]
        for row in outline(journeys[name]):
            step = one.step(row.id)
            counts = (step.came, step.went_on, step.left, step.there)
            rows.append(("  " * row.depth + row.id, _short(row.words), *(f"{number:,}" for number in counts)))
        yield from _aligned(rows, texts=2)
        yield ""
        messages = _messages(one)
        if messages:
            yield from _aligned(messages, texts=3)
            yield ""
        for reason, number in one.left_why.most_common():
            yield f"left: {number:,}, {reason}"
        for (at, reason), number in one.parked_why.most_common():
            yield f"parked at {at}: {number:,}, {reason}"
        if one.left_why or one.parked_why:
            yield ""


def summary(name: str, one: JourneySimulated) -> str:
    """One sentence on who came, how they ended, and who reached the goal."""
    left = one.left_why.total()
    parts = [
        f"{one.entered:,} entered",
        f"{one.ended:,} came to the end",
        f"{left:,} left",
        f"{one.inside:,} are inside",
    ]
    if one.parked_why:
        parts.append(f"{one.parked_why.total():,} parked by an error")
    if one.held_out:
        parts.append(f"{one.held_out:,} held out")
    goal = f" Goal: {one.goals:,} ({share(one.goals, one.entered)})" if one.entered else ""
    compared = f", of those held out {one.goals_held_out:,} ({share(one.goals_held_out, one.held_out)})"
    return f"{name}: {', '.join(parts)}.{goal}{compared if one.held_out else ''}{'.' if goal else ''}"


def share(part: int, whole: int) -> str:
    """`4.1%`, of nothing `0%`."""
    return f"{100 * part / whole:.1f}%" if whole else "0%"


def reasons(one: JourneySimulated, what: str) -> list[tuple[MessageKind, int]]:
    """Kinds of messages that were withheld, or put off, and how many; the most first."""
    return sorted(
        ((kind, number) for kind, number in one.messages.items() if kind.what == what), key=lambda pair: -pair[1]
    )


def _messages(one: JourneySimulated) -> list[tuple[str, ...]]:
    """What went out, and what did not, with the reason."""
    out: Counter[MessageKind] = Counter({kind: number for kind, number in one.messages.items() if kind.what in OUT})
    rows: list[tuple[str, ...]] = [
        (kind.step, f"{kind.what} {kind.subject} by {kind.channel}", "", f"{number:,}") for kind, number in out.items()
    ]
    for what, words in (("withheld", "withheld"), ("later", "put off")):
        rows += [
            (kind.step, f"{words} {kind.subject} by {kind.channel}", kind.why, f"{number:,}")
            for kind, number in reasons(one, what)
        ]
    return [("step", "messages", "why", "number"), *rows] if rows else []


def _aligned(rows: Sequence[tuple[str, ...]], *, texts: int) -> Iterator[str]:
    """The rows in columns: `texts` of them flush left, the others right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if column < texts else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _short(words: str) -> str:
    return words if len(words) <= WORDS_WIDTH else f"{words[: WORDS_WIDTH - 1]}…"


# ---------------------------------------------------------------- what was assumed


def assumptions(simulation: Simulation, crowd: Crowd | None) -> Iterator[str]:
    """What the figures rest on, in sentences; `crowd` is None where the people were not made up."""
    if crowd is not None:
        countries = _weights(crowd.countries.values, crowd.countries.weights)
        yield f"people: made up, in {countries}; of {crowd.zone_known:.0%} the time zone is known"
        yield f"consent to marketing: {_by_channel(crowd.consent, simulation.world.channels)}"
        yield f"an address: {_by_channel(crowd.reachable, simulation.world.channels)}"
        yield from (f"{name}: {_spread(spread)}" for name, spread in crowd.profile.items())
        yield from (f"the tag {tag}: {share:.0%}" for tag, share in crowd.tags.items())
    for journey in simulation.world.journeys.values():
        for step in journey.steps.values():
            match step:
                case SplitStep(id=name, chooses_best=True):
                    yield f"{name}: people go by the weights, for nothing is known of its ways beforehand"
                case SendStep(id=name, at_best=True):
                    yield f"{name}: it goes at once, for nothing is known of anybody's hours beforehand"
    yield from _behaviour(simulation.behaviour, simulation)


def _behaviour(behaviour: Behaviour, simulation: Simulation) -> Iterator[str]:
    arrive = min(behaviour.arrive, timedelta(days=simulation.days))
    events = [event for event, _ in simulation.arrivals]
    events += [f"let into {journey.id} over HTTP" for journey, _ in simulation.let_in_over_http]
    if events:
        yield f"{', '.join(dict.fromkeys(events))}: once for each person, within the first {how_long(arrive)}"
    yield from (f"event.{name}: {_spread(spread)}" for name, spread in behaviour.comes_with.items())
    for one in behaviour.events:
        yield f"{one.event}: {_reaction(one.reaction)}, of {'messages' if one.of_messages else 'people'}"
    yield f"questions: answered by {_reaction(behaviour.answers)}; refused by {_reaction(behaviour.refuses)}"
    yield f"messages: {_reaction(behaviour.opts_out)} say STOP"
    yield f"hand-offs: a colleague claims {_reaction(behaviour.claims)}"
    yield f"talks with a colleague: nine in ten are over in {how_long(behaviour.talks)}"
    yield f"actions and endpoints: {behaviour.fails:.0%} fail"
    yield f"seed {simulation.seed}: the same seed, people and days give the same figures"


def _spread(spread: Spread) -> str:
    match spread:
        case OneOf(values=values, weights=weights):
            return _weights([_in_words(one) for one in values], weights)
        case WholeNumber(least=least, most=most):
            return f"{least:,} to {most:,}"
        case Day(first=first, last=last):
            return f"{first.isoformat()} to {last.isoformat()}"


def _reaction(reaction: Reaction) -> str:
    return f"{100 * reaction.chance:g}% (nine in ten of them within {how_long(reaction.within)})"


def _in_words(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case None:
            return "not known"
        case list():
            return " and ".join(map(_in_words, value)) or "nothing"
        case _:
            return str(value)


def _weights(values: Sequence[object], weights: Sequence[float]) -> str:
    whole = sum(weights)
    return ", ".join(f"{value} {weight / whole:.0%}" for value, weight in zip(values, weights, strict=True))


def _by_channel(shares: Mapping[str, float], channels: Mapping[str, str]) -> str:
    return ", ".join(f"{channel} {shares.get(channel, 1.0):.0%}" for channel in channels)
