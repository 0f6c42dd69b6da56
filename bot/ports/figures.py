"""What the store counts for reports. People whose data is restricted are in none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.domain.reporting import (
    Answered,
    Contained,
    Credit,
    Funnel,
    JourneyFigures,
    MessageFigures,
    Period,
    ReportPlan,
)


class Figures(Protocol):
    async def journeys(self, period: Period) -> Sequence[JourneyFigures]:
        """Of each journey that somebody entered in the period."""

    async def conversions(self, plan: ReportPlan, period: Period) -> int: ...
    async def credits(self, plan: ReportPlan, period: Period) -> Sequence[Credit]:
        """Of each source, the conversions of the period that it has touches in, within the plan's time before them."""

    async def new_people(self, plan: ReportPlan, period: Period) -> Mapping[str, int]:
        """By source, the people whose first touch of all fell into the period."""

    async def messages(self, period: Period) -> Sequence[MessageFigures]:
        """Of each journey and day of the period on which it made one, in their order."""

    async def funnel(self, plan: ReportPlan, period: Period) -> Funnel: ...
    async def answered(self, period: Period) -> Answered: ...
    async def contained(self, period: Period) -> Contained: ...
