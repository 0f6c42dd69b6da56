"""One person on their way through a journey: what tests of the interpreter are told with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.effects import (
    AddTag,
    AskForm,
    ChangeScore,
    JourneyEffect,
    SendResponse,
)
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import (
    Entered,
    Facts,
    Happened,
    Journey,
    Tally,
    TimerFired,
    Trigger,
)
from bot.journeys.interpreter import Advance, advance, begin

Reader = Callable[..., Journey]

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday
DAY = timedelta(days=1)


class Walk:
    """One person on their way through a journey, step by step, with everything that was done on the way."""

    def __init__(
        self,
        journey: Journey,
        profile: Mapping[str, Any] | None = None,
        *,
        event: Mapping[str, Any] | None = None,
        **lead: Any,
    ) -> None:
        self.journey = journey
        self.profile = dict(profile or {"time_zone": "UTC"})
        self.lead = {"fit": 0, "engagement": 0, "total": 0, "grade": "C3", **lead}
        self.rep_has_the_floor = False
        self.tallies: Mapping[str, Mapping[str, Tally]] = {}
        self.now = START
        self.effects: list[JourneyEffect] = []
        self.trail: list[tuple[str, str]] = []
        self.ways: list[tuple[str, str]] = []
        self.at = begin(journey, EnrolmentId("e1"), ProfileId("p1"), {"size": 50} if event is None else event, START)

    def meets(self, trigger: Trigger) -> Advance:
        scored = frozenset(effect.rule for effect in self.effects if isinstance(effect, ChangeScore))
        facts = Facts(trigger, self.profile, self.lead, self.rep_has_the_floor, scored=scored, tallies=self.tallies)
        result = advance(self.journey, self.at, facts, self.now)
        if result.enrolment == self.at:
            assert result.effects == ()
            assert result.trail == ()
            assert result.ways == ()
        else:
            assert result.enrolment.seq == self.at.seq + 1
        self.at = result.enrolment
        self.effects += result.effects
        self.trail += result.trail
        self.ways += result.ways
        return result

    def enters(self) -> Walk:
        self.meets(Entered())
        return self

    def waits(self, pause: timedelta) -> Walk:
        """Let time pass; timers fire when they are due."""
        until = self.now + pause
        while self.at.due_at is not None and self.at.due_at <= until:
            self.now = max(self.now, self.at.due_at)
            self.meets(TimerFired())
        self.now = until
        return self

    def hears(self, event: str, **data: Any) -> Walk:
        self.meets(Happened(event, data))
        return self

    @property
    def sent(self) -> list[str]:
        return [effect.response for effect in self.effects if isinstance(effect, SendResponse)]

    @property
    def tags(self) -> list[str]:
        return [effect.tag for effect in self.effects if isinstance(effect, AddTag)]


AWAITED = """
- wait: {for: [link.clicked, page.viewed], at_most: 2d}
- branch:
    - if: happened.event == 'link.clicked' and happened.url == '/prices'
      do: [add_to: prices]
    - if: exists(happened.event)
      do: [add_to: other]
    - else: {do: [add_to: silent]}
"""

ASKING = """
- id: when
  ask: {form: booking_form, channels: [sms], need: [meeting_time]}
  remind: [1d, 2d]
  silent: {after: 3d, go: nurture}
  refuse: {go: sorry}
- set: {preference: "= answer.meeting_time"}
- add_to: answered
  then: end
- id: nurture
  add_to: nurture
  then: end
- id: sorry
  add_to: sorry
"""


def asks(walk: Walk) -> list[tuple[str, bool]]:
    return [(effect.key, effect.again) for effect in walk.effects if isinstance(effect, AskForm)]
