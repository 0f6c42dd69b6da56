"""How far somebody is from the caps on what they get."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypedDict

from bot.domain.sending_rules import FrequencyCap
from bot.journeys.judge import LEAST_PAUSE

_FREE = datetime.min.replace(tzinfo=UTC)


class CapFacts(TypedDict, total=False):
    """What the gate is told of a cap; `cap_frees_at` only where it is reached."""

    cap: int
    cap_rule: str
    cap_period: timedelta
    sent_lately: int
    cap_frees_at: datetime


def cap_facts(caps: Sequence[FrequencyCap], sent: Sequence[datetime], now: datetime) -> CapFacts:
    """Of all caps that hold, the one that lets the next message out last; `sent` is in the order of time."""
    return max(
        (_facts_of(cap, [at for at in sent if at >= now - cap.within]) for cap in caps),
        key=lambda facts: facts.get("cap_frees_at", _FREE),
        default=CapFacts(),
    )


def _facts_of(cap: FrequencyCap, sent: Sequence[datetime]) -> CapFacts:
    facts = CapFacts(cap=cap.at_most, cap_rule=cap.id, cap_period=cap.within, sent_lately=len(sent))
    if len(sent) >= cap.at_most:
        facts["cap_frees_at"] = sent[len(sent) - cap.at_most] + cap.within + LEAST_PAUSE
    return facts
