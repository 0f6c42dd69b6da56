"""A person as Overture knows them: one profile, reached under several identities."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.ids import ProfileId
from bot.domain.provenance import LOCALE, TIME_ZONE, Amended, Known, Origin, Provenance, Trust, Weighing, of_tag

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

    `provenance` says of each who told it. Since `objected_at` there is no marketing and no scoring; since
    `restricted_at` they are only answered. `marketing_pause` is the least time that they want between two messages of
    marketing, whatever the channels, and before `paused_until` they want none.
    """

    id: ProfileId
    created_at: datetime
    attributes: Mapping[str, Any] = field(default_factory=dict)
    time_zone: str | None = None
    locale: str | None = None
    tags: frozenset[str] = frozenset()
    objected_at: datetime | None = None
    restricted_at: datetime | None = None
    marketing_pause: timedelta | None = None
    paused_until: datetime | None = None
    provenance: Known = field(default_factory=dict)

    def told(
        self,
        origin: Origin,
        trust_in: Callable[[str], Trust],
        *,
        attributes: Mapping[str, Any] | None = None,
        time_zone: str | None = None,
        locale: str | None = None,
        tags: Collection[str] = (),
    ) -> Profile:
        """With what this origin tells, but for values of which somebody who counts for more says otherwise."""
        weighing = Weighing(origin, trust_in, self.provenance)
        takes = weighing.takes
        current = self.attributes
        taken = {
            name: value
            for name, value in (attributes or {}).items()
            if takes(name, current.get(name), value) or name not in current
        }
        if time_zone and not takes(TIME_ZONE, self.time_zone, time_zone):
            time_zone = None
        if locale and not takes(LOCALE, self.locale, locale):
            locale = None
        new = frozenset(tags) - self.tags
        changes = {**weighing.changes, **{of_tag(one): Provenance(origin) for one in new}}
        if not changes and not taken:
            return self
        return replace(
            self,
            attributes={**current, **taken},
            time_zone=time_zone or self.time_zone,
            locale=locale or self.locale,
            tags=self.tags | new,
            provenance=Amended(self.provenance, changes),
        )

    def without_tag(self, tag: str) -> Profile:
        return replace(self, tags=self.tags - {tag}, provenance=Amended(self.provenance, {of_tag(tag): None}))
