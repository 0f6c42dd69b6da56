"""The model card: what a scorecard was learnt from, how good it is and for whom, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.domain.likelihood import POINTS_TO_DOUBLE, Outcome, PredictionPlan, Wording
from bot.domain.statistics import Interval
from bot.journeys.closed_leads import Example
from bot.journeys.fairness import FIRST, Fairness, fairness
from bot.journeys.scorecard_training import RESAMPLES, Judgement, Learnt, period

PARTS = ("learnt from", "calibrated by", "judged on")
WHAT_FOR = """
## What for
It puts {who}s in an order and says of each, beside the score rules, how many per cent {told} they are. It decides
nothing by itself.
Nothing is foretold of people who object to marketing or whose data is restricted, and nothing is learnt from them.

## Data"""
OF_THE_DATA = """Events count only from before that; attributes are as they are known today,
since their history is not kept. The split is by time, and nobody's time is in two parts:
"""
OF_BRACKETS = f"Between the brackets lie 95% of {RESAMPLES} resamples (bootstrap)."
OF_POINTS = (
    f"{POINTS_TO_DOUBLE} points double the odds. Importance is by how much the AUC falls where a characteristic is "
    "dealt out anew among the leads (permutation importance)."
)


def model_card(plan: PredictionPlan, learnt: Learnt, *, leads: int) -> str:
    """`leads` is how many closed leads there were, with those who could not be used."""
    return "\n".join(_lines(plan, learnt, leads)) + "\n"


def _lines(plan: PredictionPlan, learnt: Learnt, leads: int) -> Iterator[str]:
    card = learnt.card
    tried = "Learnt" if learnt.judgement is not None else "Tried"
    words = plan.wording
    yield f"# {words.title}\n{tried} on {card.trained_on.isoformat()} by `overture score train`."
    yield f"{card.why[:1].upper()}{card.why[1:]}"
    yield WHAT_FOR.format(who=words.who, told=words.told)
    yield f"{words.came.capitalize()}: {_outcome(plan.won)}. {words.otherwise.capitalize()}: {_outcome(plan.lost)}."
    yield f"Of the {leads} {words.who}s that were closed, each is"
    yield f"looked at as it was {_days(plan.ahead)} before its close. {OF_THE_DATA}"
    yield f"| | {words.who}s | {words.came} | closed |\n|---|---|---|---|"
    for name, part in zip(PARTS, learnt.parts.all, strict=True):
        yield f"| {name} | {len(part)} | {sum(one.won for one in part)} | {_period(part)} |"
    for name, why in learnt.left_out:
        yield f"\nLeft out: {name}: {why}."
    if learnt.judgement is None:
        return
    yield from _figures(learnt.judgement, words)
    yield from _characteristics(learnt, dict(learnt.judgement.importance))
    yield from _groups(plan, learnt)


def _figures(found: Judgement, words: Wording) -> Iterator[str]:
    yield f"\n## How good it is\nOn the {words.who}s that were closed last. {OF_BRACKETS}\n\n| | |\n|---|---|"
    yield f"| AUC | {_interval(found.auc)} |"
    yield f"| AUC of the score rules | {_interval(found.rules)} |"
    yield f"| better by | {_interval(found.better_by)} |"
    yield f"| expected calibration error (by {found.calibrated_by}) | {_interval(found.calibration)} |"
    yield f"| Brier score | {found.brier:.4f} |"
    yield f"| {words.came} among the likeliest tenth, against all | {found.best_tenth:.1f} times |"


def _characteristics(learnt: Learnt, importance: dict[str, float]) -> Iterator[str]:
    yield f"\n## What counts\n{OF_POINTS}\n\n| characteristic | importance | points |\n|---|---|---|"
    for each in sorted(learnt.card.characteristics, key=lambda one: -importance[one.name]):
        points = "; ".join(f"{one.words}: {one.points:+d}" for one in each.bins)
        yield f"| {each.name} | {importance[each.name]:.3f} | {_cell(points)} |"


def _groups(plan: PredictionPlan, learnt: Learnt) -> Iterator[str]:
    words = plan.wording
    yield "\n## Groups"
    if not plan.groups:
        yield "The plan names none. `groups: [country]` in plan.yml tells the figures apart by an attribute."
        return
    yield f"First are the likeliest {FIRST:.0%} of the {words.who}s it is judged on."
    yield "Groups of fewer than 20 are not told."
    for group in plan.groups:
        found = fairness(learnt.card, group, learnt.parts.judging)
        yield (
            f"\n### By {group}\n| | {words.who}s | among the first | of those who {words.came}, among the first "
            f"| foretold | {words.came} | AUC |"
        )
        yield "|---|---|---|---|---|---|---|"
        for one in found.groups:
            reached = _percents(one.first_of_won) if one.first_of_won is not None else ""
            order = f"{one.auc:.3f}" if one.auc is not None else ""
            shares = f"{_percents(one.first)} | {reached} | {one.foretold:.0%} | {_percents(one.won)}"
            yield f"| {_cell(one.value)} | {one.people} | {shares} | {order} |"
        if found.parity is not None:
            yield f"\nBetween groups: {_apart(found, words)}."


def _apart(found: Fairness, words: Wording) -> str:
    told = f"among the first {found.parity:.2f} (demographic parity difference)"
    if found.opportunity is not None:
        apart = f"{found.opportunity:.2f} (equal opportunity difference)"
        told += f", of those who {words.came} among the first {apart}"
    return told


def _days(pause: timedelta) -> str:
    days = pause / timedelta(days=1)
    return f"{days:g} day{'s' if days != 1 else ''}"


def _outcome(outcome: Outcome) -> str:
    return f"`{outcome.event}`" + (f" where `{outcome.condition}`" if outcome.condition else "")


def _period(examples: Sequence[Example]) -> str:
    found = period(examples)
    return f"{found[0]:%Y-%m-%d} to {found[1]:%Y-%m-%d}" if found is not None else ""


def _interval(one: Interval) -> str:
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"


def _percents(one: Interval) -> str:
    return f"{one.value:.0%} [{one.low:.0%}, {one.high:.0%}]"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
