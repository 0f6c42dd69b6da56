"""What every service is given: the seams, and the content as it is now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.errors import SettingsError
from bot.domain.ids import ConversationId, ProfileId
from bot.domain.language_model import ModelTerms
from bot.domain.publishing import Publishing
from bot.ports import (
    ActionRunner,
    AttachmentStore,
    Channel,
    Clock,
    Crm,
    Dialogue,
    Endpoints,
    LanguageModel,
    Leases,
    Library,
    Meter,
    Pacer,
    Store,
    Wakeups,
)


class SilentMeter:
    """The `Meter` of a process that nobody watches."""

    def took_turn(self, channel: str, took: timedelta) -> None: ...
    def delivered(self, channel: str, outcome: str) -> None: ...
    def stepped(self, enrolments: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Where sales reps are: an address on a channel."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Runtime:
    """The service's seams, put together by `bot/entrypoints/wiring.py`."""

    store: Store
    clock: Clock
    wakeups: Wakeups
    leases: Leases
    actions: ActionRunner
    dialogue: Dialogue
    library: Library
    channels: Mapping[str, Channel]
    crms: Mapping[str, Crm]
    desk: Desk | None
    transcript_url: Callable[[ConversationId], str]
    preferences_link: Callable[[ProfileId, datetime], str]
    region: str = "GB"
    model: LanguageModel | None = None
    model_terms: ModelTerms = field(default_factory=ModelTerms)
    endpoints: Endpoints | None = None
    pacer: Pacer | None = None
    attachments: AttachmentStore | None = None
    publishing: Publishing = "at_once"
    meter: Meter = field(default_factory=SilentMeter)

    def channel(self, name: str) -> Channel:
        try:
            return self.channels[name]
        except KeyError:
            known = ", ".join(self.channels) or "none"
            raise SettingsError(f'there is no channel "{name}"; OVERTURE_CONNECTORS gives: {known}.') from None


INBOX, OUTBOX, TIMERS, FEEDS, SCHEDULES, SEGMENTS = "inbox", "outbox", "timers", "feeds", "schedules", "segments"
"""The topics of the wake-ups."""
