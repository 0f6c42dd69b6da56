"""What every service is given: the seams, and the content as it is now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.audience import ProfileSchema
from bot.domain.challenge import ChallengeId
from bot.domain.consent import WRITTEN_TO
from bot.domain.errors import SettingsError
from bot.domain.ids import ConversationId, ProfileId
from bot.domain.language_model import ModelTerms
from bot.domain.provenance import Trust
from bot.domain.publishing import Publishing
from bot.domain.routing import WorkingHours
from bot.journeys.send_window import country_of
from bot.ports import (
    ActionRunner,
    AttachmentStore,
    Breaker,
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
    Scanner,
    Store,
    Wakeups,
)
from bot.ports.tracing import Fact, Span, SpanKind, Tracer

log = structlog.get_logger()


class SilentMeter:
    """The `Meter` of a process that nobody watches."""

    def took_turn(self, channel: str, took: timedelta) -> None: ...
    def delivered(self, channel: str, outcome: str) -> None: ...
    def stepped(self, enrolments: int) -> None: ...
    def drifted(self, found: Mapping[str, Mapping[str, float]], alarms: Mapping[str, float]) -> None: ...


class SilentTracer:
    """The `Tracer` of a process whose traces go nowhere."""

    @contextmanager
    def span(self, name: str, kind: SpanKind, *, follows: str | None = None, **facts: Fact) -> Iterator[Span]:
        yield _SilentSpan()

    def close(self) -> None: ...


class _SilentSpan:
    def tell(self, **facts: Fact) -> None: ...


NOTHING_DECLARED = ProfileSchema()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where sales reps are: an address on a channel. Without `hours` somebody is always there."""

    channel: str
    address: str
    name: str = ""
    hours: WorkingHours | None = None

    @property
    def names(self) -> Sequence[str]:
        """What content may call it."""
        return [name for name in (self.name, f"{self.channel}:{self.address}") if name]


@dataclass(frozen=True, slots=True)
class Links:
    """Signed addresses, at which whoever was given one finds what it is for: without an account, and nothing else.

    `portrait` is of a rep of a desk, and a path: it is for pages of our own.
    """

    transcript: Callable[[ConversationId], str]
    preferences: Callable[[ProfileId, datetime], str]
    confirmation: Callable[[ChallengeId], str]
    file: Callable[[str], str] = "/files/{}".format
    media: Callable[[str], str] = "/media/{}".format
    portrait: Callable[[str, str], str] = "/portraits/{}/{}".format
    followed: Callable[[str], str] = "/l/{}".format


@dataclass(frozen=True, slots=True)
class Runtime:
    """The service's seams, put together by `bot/entrypoints/wiring/`. `breakers` are those of the channels' vendors.

    `seal` is a digest that nobody can work out who has not the installation's secret.
    """

    store: Store
    clock: Clock
    wakeups: Wakeups
    leases: Leases
    actions: ActionRunner
    dialogue: Dialogue
    library: Library
    channels: Mapping[str, Channel]
    crms: Mapping[str, Crm]
    desks: Sequence[Desk]
    links: Links
    seal: Callable[[str], str]
    region: str = "GB"
    opens_links: Callable[[str], bool] = lambda channel: True
    """Whether people on this channel can open an address of ours."""

    disclose_every: timedelta = timedelta()
    """How long a disclosure holds for whoever goes on writing; zero: for ever."""

    model: LanguageModel | None = None
    model_terms: ModelTerms = field(default_factory=ModelTerms)
    endpoints: Endpoints | None = None
    pacer: Pacer | None = None
    breakers: Mapping[str, Breaker] = field(default_factory=dict)
    attachments: AttachmentStore | None = None
    scanner: Scanner | None = None
    desk_answers_within: timedelta = timedelta(0)
    publishing: Publishing = "at_once"
    meter: Meter = field(default_factory=SilentMeter)
    tracer: Tracer = field(default_factory=SilentTracer)
    named: dict[str, frozenset[str]] = field(default_factory=dict)
    """The events that each version of a journey names, worked out once."""

    @property
    def trust_in(self) -> Callable[[str], Trust]:
        """Whose word counts, by the attribute."""
        return (self.library.current().profile or NOTHING_DECLARED).trust_in

    @property
    def desk(self) -> Desk | None:
        """The one that gets what names no other."""
        return self.desks[0] if self.desks else None

    def desk_named(self, name: str) -> Desk | None:
        """The desk of this name; the usual one where that says nothing, or nothing that is in the settings."""
        found = next((desk for desk in self.desks if name in desk.names), None)
        if found is None and name:
            log.warning("there is no desk of this name; the usual one is told", desk=name)
        return found or self.desk

    @property
    def marketed(self) -> Mapping[str, str]:
        """Channels on which somebody may refuse marketing, each with the kind of its addresses; also such as are not
        set up."""
        set_up = {name: one.abilities.identity for name, one in self.channels.items() if not one.abilities.desk}
        return {**WRITTEN_TO, **set_up}

    def refused_with(self, kinds: Collection[str]) -> frozenset[str]:
        """Channels for which the ledger notes an opt-out of somebody with addresses of these kinds: those that are set
        up, and of the others those that could reach them."""
        return frozenset(name for name, kind in self.marketed.items() if name in self.channels or kind in kinds)

    def phone_at(self, channel: str, address: str) -> str | None:
        """The number that the address is; None where it is another kind of address, or nobody knows which."""
        known = self.channels.get(channel)
        kind = WRITTEN_TO.get(channel) if known is None else known.abilities.identity
        return address if kind == "phone" else None

    def country_at(self, channel: str, address: str) -> str:
        """Whose rules and customs hold there (ISO 3166): the number's country; our own region where it is no number."""
        return country_of(self.phone_at(channel, address), self.region)

    def channel(self, name: str) -> Channel:
        try:
            return self.channels[name]
        except KeyError:
            known = ", ".join(self.channels) or "none"
            raise SettingsError(f'there is no channel "{name}"; OVERTURE_CONNECTORS gives: {known}.') from None


INBOX, OUTBOX, TIMERS, FEEDS, SCHEDULES, SEGMENTS = "inbox", "outbox", "timers", "feeds", "schedules", "segments"
"""The topics of the wake-ups."""
