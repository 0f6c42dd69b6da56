"""The goals that one person may still reach in virtual time after a run is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.journey import Enrolment, Facts, Journey
from bot.journeys.hearing import ends_journey
from bot.journeys.run import later
from bot.journeys.virtual_world import Noted


class VirtualGoals:
    """Runs that are over, kept for as long as their goal counts."""

    def __init__(self, journeys: Mapping[str, Journey], tell: Callable[[Noted], None]) -> None:
        self._journeys = journeys
        self._tell = tell
        self._open: list[Enrolment] = []

    def keep(self, run: Enrolment) -> None:
        if run.goal_at is None and any(goal.within for goal in self._journeys[run.journey].goals):
            self._open.append(run)

    def count(self, event: str, now: datetime, facts_at: Callable[[datetime], Facts]) -> None:
        """The event may be the goal of some of them; `facts_at` has what is known as it happens."""
        still = []
        for run in self._open:
            open_until = {
                goal.event: later(run.entered_at, goal.within)
                for goal in self._journeys[run.journey].goals
                if goal.within is not None
            }
            reached = event in open_until and now <= open_until[event]
            if reached and ends_journey(self._journeys[run.journey], run, facts_at(now), now):
                self._tell(Noted(now, "goal", run, run.step, event))
            elif any(now <= until for until in open_until.values()):
                still.append(run)
        self._open = still
