"""A person as Overture knows them: one profile, reached under several identities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.domain.ids import ProfileId

USER_ID = "user_id"
"""The kind of identity that is another system's own id of a person, such as a website's."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A name that a channel knows somebody by.

    `kind` is `phone` (E.164), `email`, `user_id`, or the name of a channel whose addresses are its own (`webchat`).
    What somebody types is a claim, so `verified` stays false until they have written to us from there, or their website
    has vouched for it.
    """

    kind: str
    value: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one person. `attributes` are what journeys, actions and the CRM read and write."""

    id: ProfileId
    created_at: datetime
    attributes: Mapping[str, Any] = field(default_factory=dict)
    time_zone: str | None = None
    locale: str | None = None
    tags: frozenset[str] = frozenset()

    def with_attribute(self, name: str, value: Any) -> Profile:
        return replace(self, attributes={**self.attributes, name: value})
