from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.delivery import Lane
from bot.domain.privacy import RequestKind
from bot.domain.sending_rules import RequestWords
from bot.services.converse import PARK_AFTER, converse
from bot.services.put_aside import take_up
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import Stage

REASON = "sms is not set up here"


def start_again(stage: Stage, *, channels: Collection[FakeChannel]) -> None:
    """With settings that name the connectors of these channels."""
    stage.runtime = replace(stage.runtime, channels={one.name: one for one in channels})


async def test_what_came_in_on_a_channel_that_is_gone_is_answered_once_it_is_back(stage: Stage) -> None:
    await stage.meet()
    await stage.hear("greet")
    conversation = (await stage.at()).id
    start_again(stage, channels=[stage.slack])
    with capture_logs() as logs:
        for _ in range(PARK_AFTER + 1):
            await converse(stage.runtime, conversation)
    assert [(line["log_level"], line["why"]) for line in logs] == [("warning", REASON)], "once, and without noise"
    assert await take_up(stage.runtime) == 0
    async with stage.store.transaction() as uow:
        waiting = await uow.queues.waiting(stage.clock.now())
    assert [(one.lane, one.to, one.why, one.entries, one.due) for one in waiting] == [
        (Lane.REPLIES, "sms", REASON, 1, 0)
    ]
    start_again(stage, channels=[stage.slack, stage.sms])
    assert await take_up(stage.runtime) == 1
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. Hello!"]


@pytest.mark.parametrize("text", ["STOP", "opt out"], ids=["a word", "as it is understood"])
async def test_who_asks_to_stop_on_a_channel_that_is_gone_is_left_alone_at_once(stage: Stage, text: str) -> None:
    await stage.meet()
    await stage.consent()
    await stage.consent(channel="webchat")
    await stage.hear(text)
    conversation = await stage.at()
    start_again(stage, channels=[stage.slack, stage.webchat])
    await converse(stage.runtime, conversation.id)
    stage.clock.forward(timedelta(days=1))
    await converse(stage.runtime, conversation.id)
    async with stage.store.transaction() as uow:
        records = [one for one in await uow.consents.of(conversation.profile_id) if not one.granted]
    told = [(channel, "wrote so on sms") for channel in ("sms", "voice", "webchat", "whatsapp")]
    assert sorted((one.channel, one.how) for one in records) == told, "the channels of their number, set up or not"
    start_again(stage, channels=[stage.slack, stage.webchat, stage.sms])
    await take_up(stage.runtime)
    await stage.settle()
    async with stage.store.transaction() as uow:
        assert await uow.consents.suppression("sms", conversation.address) is not None
    assert len(stage.sms.texts()) == 1, "the one confirmation"


async def test_what_is_asked_for_by_law_on_a_channel_that_is_gone_is_noted_that_day(stage: Stage) -> None:
    since = stage.clock.now().date()
    row = RequestWords(
        "erasure", "default", since, None, "a test", RequestKind.ERASURE, "en", words=("delete my data",)
    )
    stage.rule(replace(stage.library.playbook.rules, request_words=(row,)))
    await stage.meet()
    await stage.consent()
    asked_at = stage.clock.now()
    await stage.hear("delete my data")
    conversation = await stage.at()
    start_again(stage, channels=[stage.slack])
    await converse(stage.runtime, conversation.id)
    assert not await stage.may_send()
    stage.clock.forward(timedelta(days=3))
    start_again(stage, channels=[stage.slack, stage.sms])
    await take_up(stage.runtime)
    await stage.settle()
    async with stage.store.transaction() as uow:
        (request,) = await uow.privacy_requests.of(conversation.profile_id)
    assert (request.kind, request.received_at) == (RequestKind.ERASURE, asked_at)


async def test_nobody_is_asked_whether_they_are_still_there_on_a_channel_that_is_gone(stage: Stage) -> None:
    playbook = stage.library.playbook
    responses = {**playbook.assistant.responses, "utter_still_there": playbook.assistant.responses["utter_tip"]}
    assistant = replace(playbook.assistant, responses=responses)
    stage.library.playbook = replace(playbook, silence=timedelta(minutes=5), assistant=assistant)
    await stage.says("book")
    start_again(stage, channels=[stage.slack])
    await stage.later(minutes=6)
    async with stage.store.transaction() as uow:
        assert await uow.queues.waiting(stage.clock.now()) == []
