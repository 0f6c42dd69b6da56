"""Warns of links that nobody follows, where a journey goes by who opens them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.errors import Fault
from bot.domain.journey import LINK_CLICKED, Journey
from bot.domain.sending_rules import SendingRules
from bot.domain.steps import SendStep, WaitStep
from bot.journeys.hearing import says_which
from bot.journeys.receipts import sent_before


def links_not_followed(journey: Journey, rules: SendingRules) -> Iterator[Fault]:
    """A warning for each message whose links no rule lets be followed, and each wait for a click of which nobody
    tells."""
    for step in journey.steps.values():
        match step:
            case SendStep(response=response, channels=channels) if journey.follows(step):
                if not any(map(rules.may_follow_links, channels)):
                    yield Fault(
                        journey.places[step.id],
                        f'the links of "{response}" stay as they are written: no rule lets it be noted who opens them '
                        f"on {' or '.join(channels)}.",
                        "Write a row with followed: true into journeys/rules/links.yml, once people agree to it.",
                    )
            case WaitStep(events=events, condition=condition) if LINK_CLICKED in events and not says_which(condition):
                if not any(journey.follows(one) for one in sent_before(journey.steps, step)):
                    yield Fault(
                        journey.places[step.id],
                        f'"{LINK_CLICKED}" is told of links that are followed, and those before this wait are not.',
                        "Write links: followed in the send before it, unless a system of yours tells of clicks.",
                    )
