"""List conversations: who wrote lately, who waits for a person, and who has one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.access import Sensitivity
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.message import DeskVerb
from bot.services.list_conversations import ConversationList, Which, list_conversations
from tests.bot.services.stage import PHONE, Stage
from tests.bot.services.test_desk_action import requested
from tests.bot.services.test_offer import PLAN


async def found(stage: Stage, which: Which, limit: int = 30) -> ConversationList:
    async with stage.store.transaction() as uow:
        later = stage.clock.now() + timedelta(seconds=1)
        return await list_conversations(uow, stage.runtime, which, before=later, limit=limit)


async def test_what_waits_and_what_somebody_has_are_told_apart_and_counted(stage: Stage) -> None:
    handoff = await requested(stage)
    waiting = await found(stage, Which.WAITING)
    assert [(one.customer, one.handoff) for one in waiting.listed] == [("Ana Lima", handoff)]
    assert (waiting.waiting, waiting.taken) == (1, 0)
    assert (await found(stage, Which.TAKEN)).listed == []
    await stage.click(handoff, DeskVerb.CLAIM)
    taken = await found(stage, Which.TAKEN)
    assert [one.handoff and one.handoff.rep for one in taken.listed] == ["Ana Rep"]
    assert (taken.waiting, taken.taken) == (0, 1)
    await stage.click(handoff, DeskVerb.RESOLVE)
    assert (await found(stage, Which.TAKEN)).listed == []
    [left] = (await found(stage, Which.ALL)).listed
    assert left.handoff is None


async def test_all_are_listed_page_by_page_the_latest_first(stage: Stage) -> None:
    await stage.says("greet")
    await stage.later(minutes=1)
    await stage.says("greet", channel="webchat")
    first = await found(stage, Which.ALL, limit=1)
    assert [one.glimpse.channel for one in first.listed] == ["webchat"]
    assert first.more_before == first.listed[0].at
    async with stage.store.transaction() as uow:
        rest = await list_conversations(uow, stage.runtime, Which.ALL, before=first.more_before)
    assert [one.glimpse.channel for one in rest.listed] == ["sms"]
    assert rest.more_before is None
    last = rest.listed[0].glimpse.last
    assert last is not None
    assert last.text.endswith("Hello!")


async def test_who_has_no_name_is_called_by_their_number(stage: Stage) -> None:
    await stage.says("greet")
    assert [one.customer for one in (await found(stage, Which.ALL)).listed] == [PHONE]


async def test_a_number_that_reps_may_not_see_calls_nobody(stage: Stage) -> None:
    phone = Attribute("phone", AttributeType.TEXT, sensitivity=Sensitivity.SENSITIVE)
    stage.library.playbook = replace(stage.library.playbook, profile=ProfileSchema({"phone": phone}))
    await stage.says("greet")
    assert [one.customer for one in (await found(stage, Which.ALL)).listed] == ["A visitor"]


async def calls(stage: Stage, rep: str = "") -> list[tuple[str, bool]]:
    async with stage.store.transaction() as uow:
        later = stage.clock.now() + timedelta(seconds=1)
        told = await list_conversations(uow, stage.runtime, Which.ALL, before=later, rep=rep)
    return [(one.customer, one.written) for one in told.calls]


async def test_who_waits_calls_for_everybody_and_who_has_written_for_the_rep_who_has_them(stage: Stage) -> None:
    handoff = await requested(stage)
    assert await calls(stage) == await calls(stage, "Ben Rep") == [("Ana Lima", False)]
    await stage.click(handoff, DeskVerb.CLAIM)
    await stage.says("are you there?")
    assert (await calls(stage, "Ana Rep"), await calls(stage, "Ben Rep")) == ([("Ana Lima", True)], [])
    await stage.reply("Yes!")
    assert await calls(stage, "Ana Rep") == []


async def test_what_is_offered_to_a_colleague_calls_for_them_alone(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.ASSIGN, words="Ben Rep")
    assert (await calls(stage, "Ben Rep"), await calls(stage, "Ana Rep")) == ([("Ana Lima", False)], [])
    assert await calls(stage) == [("Ana Lima", False)], "who has no name here may be Ben"


async def test_what_a_colleague_has_not_claimed_in_time_calls_for_everybody(stage: Stage) -> None:
    stage.library.playbook = replace(stage.library.playbook, desk_plans=(PLAN,))
    handoff = await requested(stage)
    assert handoff.offered_to
    assert await calls(stage, "Somebody Else") == []
    await stage.later(hours=1)
    assert await calls(stage, "Somebody Else") == [("Ana Lima", False)]
