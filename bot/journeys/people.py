"""Made-up people for simulations: who they are and how they behave, by chances that a marketer states."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

import phonenumbers

from bot.domain.ids import ProfileId
from bot.journeys.send_window import zones_of
from bot.journeys.virtual_world import Someone

# ---------------------------------------------------------------- values by chance


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of `values`, by their weights."""

    values: tuple[Any, ...]
    weights: tuple[float, ...]

    def draw(self, chance: Random) -> Any:
        return chance.choices(self.values, self.weights)[0]


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """Any whole number from `least` to `most`."""

    least: int
    most: int

    def draw(self, chance: Random) -> int:
        return chance.randint(self.least, self.most)


@dataclass(frozen=True, slots=True)
class Day:
    """Any day from `first` to `last`, as a text."""

    first: date
    last: date

    def draw(self, chance: Random) -> str:
        return (self.first + timedelta(days=chance.randint(0, (self.last - self.first).days))).isoformat()


Spread = OneOf | WholeNumber | Day


# ---------------------------------------------------------------- who they are


@dataclass(frozen=True, slots=True)
class Crowd:
    """People as they are made up. Shares are from 0 to 1; `reachable` and `consent` are by channel.

    Who has no time zone of their own is taken to be wherever their number may be.
    """

    count: int = 1000
    countries: OneOf = OneOf(("GB",), (1,))
    zone_known: float = 0.5
    locales: OneOf = OneOf((None,), (1,))
    reachable: Mapping[str, float] = field(default_factory=dict)
    consent: Mapping[str, float] = field(default_factory=dict)
    profile: Mapping[str, Spread] = field(default_factory=dict)
    tags: Mapping[str, float] = field(default_factory=dict)

    def someone(self, number: int, chance: Random, channels: Mapping[str, str]) -> Someone:
        """The person of this number; `channels` maps each channel to the kind of its addresses."""
        country = self.countries.draw(chance)
        phone = example_number(country)
        own_zone = zone_in(country, chance) if chance.random() < self.zone_known else None
        # One address may serve several channels, as a phone number does: who is reached on one is on all of them.
        reached: dict[str, str] = {}
        for channel, kind in channels.items():
            if kind not in reached and chance.random() < self.reachable.get(channel, 1.0):
                reached[kind] = phone if kind == "phone" else f"{kind}-{number}"
        profile = {"country": country, **{name: spread.draw(chance) for name, spread in self.profile.items()}}
        return Someone(
            ProfileId(f"person-{number}"),
            profile,
            own_zone,
            self.locales.draw(chance),
            frozenset(tag for tag, share in self.tags.items() if chance.random() < share),
            addresses=reached,
            consents={one: True for one in channels if chance.random() < self.consent.get(one, 1.0)},
        )


@lru_cache(maxsize=300)
def example_number(country: str) -> str:
    """A mobile number of the country, which is nobody's; +44 where the country has none."""
    number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if number is None:
        return "+447400123456"
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def zone_in(country: str, chance: Random) -> str | None:
    """One of the time zones of the country's numbers."""
    zones = _zones_of_country(country)
    return chance.choice(zones) if zones else None


@lru_cache(maxsize=300)
def _zones_of_country(country: str) -> tuple[str, ...]:
    return zones_of(None, example_number(country))


# ---------------------------------------------------------------- how they behave


@dataclass(frozen=True, slots=True)
class Reaction:
    """Something that people do with this chance; nine of ten who do it, do it within `within`."""

    chance: float
    within: timedelta

    def drawn(self, chance: Random) -> timedelta | None:
        """After how long, or None where they do not."""
        if not self.chance or chance.random() >= self.chance:
            return None
        return after(self.within, chance)


def after(within: timedelta, chance: Random) -> timedelta:
    """A time of which nine in ten are below `within`, at least a second."""
    return max(timedelta(seconds=1), timedelta(seconds=chance.expovariate(math.log(10) / within.total_seconds())))


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event: of each person once in their time, or of each message that they get (`of_messages`)."""

    event: str
    reaction: Reaction
    of_messages: bool = False


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What people do, and colleagues. `arrive` is over how long they come in; `answer` are the slots of forms.

    `answers` is of each question and reminder, `opts_out` of each message, `refuses` of each question.
    """

    arrive: timedelta = timedelta(days=30)
    comes_with: Mapping[str, Spread] = field(default_factory=dict)
    answers: Reaction = Reaction(0.35, timedelta(hours=12))
    refuses: Reaction = Reaction(0.05, timedelta(hours=12))
    opts_out: Reaction = Reaction(0.02, timedelta(hours=12))
    answer: Mapping[str, Spread] = field(default_factory=dict)
    events: tuple[Occurrence, ...] = ()
    claims: Reaction = Reaction(0.9, timedelta(minutes=30))
    talks: timedelta = timedelta(minutes=30)
    fails: float = 0.0
