"""What an action may know of the person it acts for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rasa_sdk import Tracker

from bot.domain.consent import Purpose

PERSON_KEY = "overture"


@dataclass(frozen=True, slots=True)
class Person:
    """The person, as the service tells it with each call. Where nobody tells it, all of it is empty.

    `consents` are keyed "purpose:channel"; `phone` is the number that they write or call from, `email` the address that
    they write from; `has_desk` says whether there are colleagues to ask, `awaited` that one was asked and has not come
    yet, and `desk_opens` when the desk does where it is closed. `channels` are what we can write by (None: nobody
    says); `region` is the country (ISO 3166) whose numbers they write, by their own number or the service's settings;
    `now` is the service's clock (which the playground can move).
    """

    attributes: Mapping[str, Any] = field(default_factory=dict)
    time_zone: str | None = None
    fit: int = 0
    engagement: int = 0
    grade: str = ""
    consents: Mapping[str, bool] = field(default_factory=dict)
    channel: str = ""
    phone: str | None = None
    email: str | None = None
    has_desk: bool = True
    awaited: bool = False
    desk_opens: str = ""
    channels: frozenset[str] | None = None
    region: str = ""
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def country(self) -> str:
        """ISO 3166: what they said, or else where they are taken to be; where nothing says so it is Britain, where
        Harbourline sells."""
        language, _, region = str(self.attributes.get("locale") or "").rpartition("-")
        stated = str(self.attributes.get("country") or (region if language else "") or self.region)
        return stated.upper() if len(stated) == 2 else "GB"

    def writes_by(self, channel: str) -> bool:
        return self.channels is None or channel in self.channels

    @property
    def gets_marketing(self) -> bool:
        """Whether they have agreed to it on any channel."""
        return any(agreed for key, agreed in self.consents.items() if key.startswith(f"{Purpose.MARKETING}:"))

    def consents_to(self, purpose: str, channel: str) -> bool:
        return self.consents.get(f"{purpose}:{channel}") is True


def person_of(tracker: Tracker) -> Person:
    """The person in the latest message's metadata."""
    told = (tracker.latest_message.get("metadata") or {}).get(PERSON_KEY) or {}
    lead, awaited = told.get("lead") or {}, told.get("awaited")
    now, channels = told.get("now"), told.get("channels")
    return Person(
        attributes=told.get("profile") or {},
        time_zone=told.get("time_zone"),
        fit=int(lead.get("fit") or 0),
        engagement=int(lead.get("engagement") or 0),
        grade=str(lead.get("grade") or ""),
        consents=told.get("consents") or {},
        channel=str(told.get("channel") or tracker.get_latest_input_channel() or ""),
        phone=told.get("phone"),
        email=told.get("email"),
        has_desk=told.get("has_desk") is not False,
        awaited=awaited is not None,
        desk_opens=str((awaited or {}).get("opens") or ""),
        channels=None if channels is None else frozenset(channels),
        region=str(told.get("region") or ""),
        now=datetime.fromisoformat(now) if now else datetime.now(UTC),
    )
