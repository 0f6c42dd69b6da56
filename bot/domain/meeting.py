"""A meeting of a customer with a rep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.ids import ConversationId, HandoffId, ProfileId

QUARTER = timedelta(minutes=15)
"""Meetings begin at a quarter of an hour and last for some of them, so that two that overlap share one."""


class MeetingState(StrEnum):
    BOOKED = "booked"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Meeting:
    """`rep` is the rep's name, `handoff_id` the hand-off in which it came about."""

    id: str
    rep: str
    handoff_id: HandoffId
    profile_id: ProfileId
    conversation_id: ConversationId
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime
    state: MeetingState = MeetingState.BOOKED

    def is_to_come(self, now: datetime) -> bool:
        """Whether it is booked, and not over."""
        return self.state is MeetingState.BOOKED and self.ends_at > now

    @property
    def quarters(self) -> tuple[datetime, ...]:
        """The quarters of an hour that it takes of the rep's time."""
        count = -((self.starts_at - self.ends_at) // QUARTER)
        return tuple(self.starts_at + number * QUARTER for number in range(count))
