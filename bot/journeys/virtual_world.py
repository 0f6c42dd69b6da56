"""What a virtual person lives in, who they are, and what is noted of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.domain.audience import Segment
from bot.domain.ids import ProfileId
from bot.domain.journey import Enrolment, Journey
from bot.domain.score import USUAL_GRADES, Grades, ScoreRule
from bot.domain.sending_rules import SendingRules


@dataclass(frozen=True, slots=True)
class World:
    """What is in force: `channels` maps each channel to the kind of identity that its addresses are."""

    journeys: Mapping[str, Journey]
    rules: SendingRules = field(default_factory=SendingRules)
    channels: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    region: str = "GB"
    score_rules: Sequence[ScoreRule] = ()
    grades: Grades = USUAL_GRADES


@dataclass(frozen=True, slots=True)
class Someone:
    """Whom it is about. `addresses` are by kind of identity, `consents` to marketing by channel."""

    id: ProfileId
    attributes: Mapping[str, Any] = field(default_factory=dict)
    time_zone: str | None = None
    locale: str | None = None
    tags: frozenset[str] = frozenset()
    created_on: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    consents: Mapping[str, bool] = field(default_factory=dict)

    def profile(self, now: datetime) -> dict[str, Any]:
        """As expressions read it; somebody of whom nothing else is said is new today."""
        return {
            **self.attributes,
            "time_zone": self.time_zone,
            "locale": self.locale,
            "tags": sorted(self.tags),
            "created_on": self.created_on or now.date().isoformat(),
        }


What = Literal[
    "entered", "held_out", "went", "did", "sent", "asked", "reminded", "later", "withheld", "started", "handed_over",
    "crm", "goal", "left", "ended", "parked",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that came of a run. `what` is in the past; `subject` is a response, form, action, desk or next step."""

    at: datetime
    what: What
    run: Enrolment
    step: str = ""
    subject: str = ""
    channel: str = ""
    why: str = ""
