"""How a virtual person can be reached: their addresses, consents and zones, what they got, and the gate's verdicts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.consent import ConsentRecord, Purpose, Suppression, willing_first
from bot.domain.delivery import Verdict
from bot.domain.journey import Enrolment
from bot.domain.send_window import SendWindow
from bot.domain.steps import AtCap
from bot.journeys.caps import cap_facts
from bot.journeys.hearing import ANSWER
from bot.journeys.judge import SendFacts, judge
from bot.journeys.send_window import country_of, zones_of
from bot.journeys.us_states import STATE, UNITED_STATES, states_of
from bot.journeys.virtual_world import Someone, World


@dataclass(frozen=True, slots=True)
class VirtualMessage:
    """A message, or a question, of the run `run`; `subject` is its response or form."""

    key: str
    subject: str
    channel: str
    purpose: Purpose
    run: Enrolment
    window: SendWindow | None
    cap: AtCap = "skip"
    is_question: bool = False

    @property
    def step(self) -> str:
        return self.key.split(":")[1]

    def is_asked_by(self, run: Enrolment | None) -> bool:
        """Whether the run, as it is now, still waits at the step that asked this."""
        if run is None or ANSWER not in run.waiting_for:
            return False
        place = f"{run.id}:{run.step}:{run.visit}"
        return self.key == place or self.key.startswith(f"{place}:")


class VirtualContact:
    """What bot/services/weigh.py and reach.py read from the database, of one person."""

    def __init__(self, world: World, someone: Someone, now: datetime) -> None:
        phone = someone.addresses.get("phone")
        self.zones = zones_of(someone.time_zone, phone, world.region)
        self._world = world
        self._person = someone.id
        self._addresses = someone.addresses
        self._countries = {"phone": country_of(phone, world.region)}
        self._states = states_of(phone, someone.attributes.get(STATE))
        self._consents = {
            channel: ConsentRecord(someone.id, Purpose.MARKETING, channel, granted, now, "given before", "")
            for channel, granted in someone.consents.items()
        }
        self._opted_out_at: datetime | None = None
        self._sent: dict[tuple[Purpose, str], list[datetime]] = {}

    def reached_on(self, channels: Iterable[str], purpose: Purpose, now: datetime) -> str | None:
        """The first of the channels that they have an address on; of marketing, those that they agreed to first."""
        if purpose is Purpose.MARKETING:
            channels = willing_first(channels, self._consents, now)
        return next((one for one in channels if self._world.channels.get(one) in self._addresses), None)

    def opt_out(self, how: str, now: datetime) -> None:
        """Withdraw all consent and suppress every address."""
        self._opted_out_at = self._opted_out_at or now
        for channel in self._world.channels:
            self._consents[channel] = ConsentRecord(self._person, Purpose.MARKETING, channel, False, now, how, "")

    def got(self, message: VirtualMessage, now: datetime) -> None:
        """Count a message that went out, for the caps."""
        self._sent.setdefault((message.purpose, message.channel), []).append(now)

    def weigh(self, message: VirtualMessage, now: datetime, *, rep_has_the_floor: bool) -> Verdict:
        """The gate's verdict. Nobody here is in the middle of another form."""
        purpose, channel = message.purpose, message.channel
        windows = (message.window,) if message.window else ()
        facts: dict[str, Any] = {}
        country = self._countries.get(self._world.channels.get(channel, ""), self._world.region)
        states = self._states if country == UNITED_STATES else ()
        if purpose is Purpose.MARKETING:
            facts.update(
                hours=self._world.rules.hours_for(country, channel, now, states=states),
                consent=self._consents.get(channel),
                rep_has_the_floor=rep_has_the_floor,
            )
        if self._opted_out_at is not None:
            facts.update(suppression=Suppression(channel, "", "", self._opted_out_at))
        caps = self._world.rules.caps_for(purpose, country, channel, now, states=states)
        if caps:
            facts.update(cap_facts(caps, self._sent.get((purpose, channel), ()), now), at_cap=message.cap)
        return judge(SendFacts(purpose, channel, windows=windows, zones=self.zones, **facts), now)
