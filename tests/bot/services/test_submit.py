"""What somebody outside wants of a conversation: kept like a message, done once, answered to whoever asked."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.effects import RequestHandoff, Say
from bot.domain.errors import Conflict
from bot.domain.message import DeskVerb, Text, TriggerIntent
from bot.services import attend as attending
from bot.services.attend import attend
from bot.services.receive import receive
from bot.services.submit import Acted, execute_action, trigger_intent
from tests.bot.services.stage import PHONE, Stage


async def trigger(stage: Stage, intent: str, *, aloud: bool = False, key: str | None = None) -> Acted:
    return await trigger_intent(stage.runtime, await stage.at(), intent, aloud=aloud, key=key)


def words(acted: Acted) -> list[str]:
    return [message["text"] for message in acted.messages]


async def test_a_trigger_is_answered_to_its_caller_alone(stage: Stage) -> None:
    await stage.meet()
    assert words(await trigger(stage, "greet")) == ["Hello!"]
    await stage.settle()
    assert stage.sms.texts() == []


async def test_a_trigger_aloud_is_heard_by_the_customer(stage: Stage) -> None:
    await stage.meet()
    acted = await trigger(stage, "greet", aloud=True)
    await stage.settle()
    assert words(acted) == []
    assert "Hello!" in stage.sms.texts()[-1]


async def test_a_second_trigger_of_the_same_key_acts_no_second_time(stage: Stage) -> None:
    await stage.meet()
    first = await trigger(stage, "greet", key="order-17")
    again = await trigger(stage, "greet", key="order-17")
    assert words(again) == words(first) == ["Hello!"]
    assert again.tracker.event_count == first.tracker.event_count
    other = await trigger(stage, "greet", key="order-18")
    assert other.tracker.event_count > first.tracker.event_count


async def test_two_triggers_of_one_key_at_the_same_moment_act_once(stage: Stage) -> None:
    await stage.meet()
    one, two = await asyncio.gather(*(trigger(stage, "greet", key="order-17") for _ in range(2)))
    assert words(one) == words(two) == ["Hello!"]
    assert one.tracker.event_count == two.tracker.event_count


async def test_a_trigger_takes_its_turn_after_the_messages_before_it(stage: Stage) -> None:
    await stage.meet()
    await stage.hear("book")
    acted = await trigger(stage, "greet")
    assert words(acted) == ["Hello!", "How many are you?"]


async def test_a_trigger_that_its_process_did_not_come_to_is_taken_by_another(stage: Stage) -> None:
    """What a crash leaves is an entry of the inbox, which any worker takes up."""
    await stage.meet()
    wanted = TriggerIntent("sms", "trigger:left-behind", PHONE, "greet", aloud=True)
    assert await receive(stage.runtime, stage.sms, [wanted]) == 1
    await stage.settle()
    assert "Hello!" in stage.sms.texts()[-1]


async def test_a_trigger_in_a_busy_conversation_is_kept_for_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.meet()
    monkeypatch.setattr(attending, "WAIT_AT_MOST", attending.WAIT_AT_MOST * 0)
    conversation = await stage.at()
    async with attend(stage.runtime, conversation.id):
        with pytest.raises(Conflict):
            await trigger(stage, "greet", aloud=True)
    await stage.settle()
    assert "Hello!" in stage.sms.texts()[-1]


async def test_an_opt_out_from_outside_ends_all_marketing(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await trigger(stage, "opt_out")
    assert not await stage.may_send()


async def test_a_trigger_says_nothing_while_a_colleague_talks(stage: Stage) -> None:
    await stage.meet()
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.says("lead")
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    assert words(await trigger(stage, "greet")) == []


async def test_one_action_is_run_whatever_comes_next(stage: Stage) -> None:
    await stage.meet()
    stage.actions.says["action_lead"] = (Say(Text("Noted.")),)
    first = await execute_action(stage.runtime, await stage.at(), "action_lead", aloud=False, key="k")
    again = await execute_action(stage.runtime, await stage.at(), "action_lead", aloud=False, key="k")
    assert words(first) == words(again) == ["Noted."]
    assert stage.actions.ran == ["action_lead"]
