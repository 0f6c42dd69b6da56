"""A person as Overture knows them: one profile, reached under several identities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.domain.ids import ProfileId

USER_ID, ANONYMOUS_ID = "user_id", "anonymous_id"
"""Kinds of identities that another system has given: to people whom it knows, and to visitors whom it does not."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A name that a channel or another system knows somebody by.

    `kind` is `phone` (E.164), `email`, USER_ID, ANONYMOUS_ID, or the name of a channel whose addresses are its own
    (`webchat`). What somebody types is a claim, so `verified` stays false until they have written to us from there, or
    their website has vouched for it.
    """

    kind: str
    value: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one person. `attributes` are what journeys, actions and the CRM read and write.

    Since `objected_at` there is no marketing and no scoring; since `restricted_at` they are only answered.
    """

    id: ProfileId
    created_at: datetime
    attributes: Mapping[str, Any] = field(default_factory=dict)
    time_zone: str | None = None
    locale: str | None = None
    tags: frozenset[str] = frozenset()
    objected_at: datetime | None = None
    restricted_at: datetime | None = None

    def with_attribute(self, name: str, value: Any) -> Profile:
        return replace(self, attributes={**self.attributes, name: value})
