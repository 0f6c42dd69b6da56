from __future__ import annotations

from datetime import UTC, datetime, time

from bot.domain.delivery import Later, Send, Withhold
from bot.domain.sending_rules import SendingRules
from bot.services.ask_gate import GateAnswer, ask_gate
from tests.bot.services.stage import ANA, Stage, capped, open_between

NIGHT = datetime(2026, 11, 23, 2, tzinfo=UTC)


async def asked(stage: Stage, channel: str = "sms") -> GateAnswer | None:
    async with stage.store.transaction() as uow:
        return await ask_gate(uow, stage.runtime, ANA, channel, stage.clock.now())


async def test_what_is_in_the_way_is_told_whole_and_nothing_is_sent_or_noted(stage: Stage) -> None:
    await stage.meet()
    hours = open_between(time(9), time(20)).hours
    stage.rule(SendingRules(hours=hours, caps=capped(2).caps))
    stage.clock.set(NIGHT)
    answer = await asked(stage)
    assert answer is not None
    assert answer.verdict == Withhold("no consent to marketing by sms on record")
    assert isinstance(answer.checks["hours"], Later)
    assert (answer.hours, answer.caps, answer.country) == (hours, [(capped(2).caps[0], 0)], "GB")
    async with stage.store.transaction() as uow:
        assert await uow.consents.decisions(ANA) == []


async def test_with_consent_by_day_the_answer_is_yes_and_says_on_what_grounds(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    answer = await asked(stage)
    assert answer is not None
    assert isinstance(answer.verdict, Send)
    assert answer.checks["consent"] == answer.verdict
    assert {found for name, found in answer.checks.items() if name != "consent"} == {None}


async def test_whoever_has_no_address_on_the_channel_cannot_be_asked_about(stage: Stage) -> None:
    await stage.meet()
    assert await asked(stage, "webchat") is None


async def test_where_only_templates_may_go_it_is_asked_about_one(stage: Stage) -> None:
    stage.open_whatsapp()
    await stage.meet()
    await stage.consent(channel="whatsapp")
    answer = await asked(stage, "whatsapp")
    assert answer is not None
    assert isinstance(answer.verdict, Send)
    assert "takes only a template" in answer.only_templates
