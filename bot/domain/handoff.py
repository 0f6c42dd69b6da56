"""From the bot to a person, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.ids import ConversationId, HandoffId, ProfileId
from bot.domain.routing import BY_ROUTE


class HandoffState(StrEnum):
    """Requested: reps were told, the bot still answers. Claimed: a rep has the floor. Closed: it is over."""

    REQUESTED = "requested"
    CLAIMED = "claimed"
    CLOSED = "closed"


SNOOZES: Mapping[str, timedelta] = {
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "7d": timedelta(days=7),
}
"""For how long a hand-off can be put aside."""


@dataclass(frozen=True, slots=True)
class Handoff:
    """One request for a person. `desk` and `desk_address` say where the reps are, `card_key` the card they got.

    `offered_to` is the name of the rep who is asked to take it, `offered_why` why it is they; empty: whoever is there.
    `claimed_at` is when somebody first had it.
    """

    id: HandoffId
    conversation_id: ConversationId
    profile_id: ProfileId
    desk: str
    desk_address: str
    reason: str
    summary: str
    created_at: datetime
    card_key: str
    state: HandoffState = HandoffState.REQUESTED
    rep: str = ""
    version: int = 0
    offered_to: str = ""
    offered_why: str = ""
    claimed_at: datetime | None = None

    @property
    def floor(self) -> str:
        """Which rep talks with the customer; empty where the assistant does."""
        return self.rep if self.state is HandoffState.CLAIMED else ""

    @property
    def is_offered_by_route(self) -> bool:
        """Whether a route has found whom it is offered to, and no colleague has asked them."""
        return bool(self.offered_to) and self.offered_why.startswith(BY_ROUTE)


@dataclass(frozen=True, slots=True)
class Lead:
    """A person as sales and the CRM know them. `key` is our own stable id of them.

    `properties` are attributes by our names, `record` fields by those that the CRM has for them. `opted_out`: they
    want no marketing any more. `wants_mail`: their consent to marketing by e-mail stands. `consents` and `refuses` are
    the channels on which it stands, and on which they have said no.
    """

    key: str
    email: str | None
    phone: str | None
    name: str | None
    score: int
    grade: str
    reasons: tuple[str, ...]
    properties: Mapping[str, Any] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    opted_out: bool = False
    wants_mail: bool = False
    consents: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
