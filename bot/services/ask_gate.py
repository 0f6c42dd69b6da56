"""Ask the gate: whether marketing may reach somebody by a channel now, and what each check says. Nothing is sent, and
no decision kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.consent import Purpose
from bot.domain.delivery import Send, Verdict
from bot.domain.ids import ProfileId
from bot.domain.sending_rules import FrequencyCap, SendingHours
from bot.journeys.judge import Check, consent_in_words, in_the_way, judge
from bot.ports import UnitOfWork
from bot.services.note_decision import Matter
from bot.services.reach import address_on
from bot.services.runtime import Runtime
from bot.services.weigh import caps_and_sent, marketing_facts


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """`checks` has what each has against it, or why there is consent; `hours`, `zones` and `caps` what hours and caps
    go by, each cap with how many such messages they got within its time. `only_templates`: why nothing else may go."""

    verdict: Verdict
    checks: Mapping[Check, Verdict | None]
    country: str
    zones: Sequence[str]
    hours: Sequence[SendingHours]
    caps: Sequence[tuple[FrequencyCap, int]]
    only_templates: str = ""


async def ask_gate(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, channel: str, now: datetime
) -> GateAnswer | None:
    """What the gate would say of a message that belongs to no journey, a template where the channel takes only those;
    None where they have no address on this channel."""
    address = await address_on(uow, runtime, profile_id, channel)
    if address is None:
        return None
    matter = Matter("", Purpose.MARKETING, channel, address, profile_id, cap="wait")
    as_text = await marketing_facts(uow, runtime, matter, now)
    facts = replace(as_text, reply_window=None)
    profile = await uow.profiles.get(profile_id)
    caps, sent = await caps_and_sent(uow, runtime, matter, profile, now)
    checks: dict[Check, Verdict | None] = {**in_the_way(facts, now)}
    if checks["consent"] is None:
        checks["consent"] = Send(consent_in_words(facts))
    text_only = in_the_way(as_text, now)["channel"] if checks["channel"] is None else None
    return GateAnswer(
        verdict=judge(facts, now),
        checks=checks,
        country=runtime.country_at(channel, address),
        zones=facts.zones,
        hours=facts.hours,
        caps=[(cap, sum(at >= now - cap.within for at in sent)) for cap in caps],
        only_templates=text_only.why if text_only is not None else "",
    )
