"""Measure drift: how far the people that we have now are from those that we had when a scorecard was learnt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain.likelihood import WHOLE, Bin, Characteristic, Scorecard
from bot.domain.statistics import population_stability
from bot.ports import UnitOfWork

LEAST_PEOPLE = 100
"""The shares of fewer people are other ones by chance."""


async def with_shares(uow: UnitOfWork, card: Scorecard, now: datetime) -> Scorecard:
    """The scorecard with the share of people who are in each bin now, by the database itself."""
    everybody = await uow.segments.count("true", now)
    counted = [await _counted(uow, one, everybody, now) for one in card.characteristics]
    return replace(card, characteristics=tuple(counted))


async def drift(uow: UnitOfWork, card: Scorecard, now: datetime) -> Mapping[str, float]:
    """The population stability index of each characteristic since the scorecard was learnt; none of too few people."""
    if await uow.segments.count("true", now) < LEAST_PEOPLE:
        return {}
    present = await with_shares(uow, card, now)
    return {
        before.name: population_stability(_shares(before), _shares(after))
        for before, after in zip(card.characteristics, present.characteristics, strict=True)
    }


async def _counted(uow: UnitOfWork, characteristic: Characteristic, everybody: int, now: datetime) -> Characteristic:
    bins: list[Bin] = []
    before = ""
    for one in characteristic.bins:
        people = await uow.segments.count(f"{before}({one.condition})", now)
        bins.append(replace(one, share=round(WHOLE * people / max(everybody, 1))))
        before += f"not ({one.condition}) and "
    return Characteristic(characteristic.name, tuple(bins))


def _shares(characteristic: Characteristic) -> list[float]:
    """Of its bins, and of nobody's."""
    shares = [one.share / WHOLE for one in characteristic.bins]
    return [*shares, max(1 - sum(shares), 0.0)]
