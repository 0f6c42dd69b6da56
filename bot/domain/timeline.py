"""The timeline: what happened to a person, in the order in which it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from bot.domain.ids import ProfileId

Source = Literal["service", "api"]
"""Who told it: this service, or another system."""

Counts = Mapping[str, Mapping[date, int]]
"""Of each event, how often it happened on which day (UTC)."""


@dataclass(frozen=True, slots=True)
class PersonEvent:
    """One line of a timeline. `at` is when it happened, `received_at` when we heard of it.

    `key` is what whoever tells it calls it, so that the same one is not kept twice; empty where it cannot come twice.
    """

    profile_id: ProfileId
    event: str
    at: datetime
    received_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    source: Source = "service"
    key: str = ""
