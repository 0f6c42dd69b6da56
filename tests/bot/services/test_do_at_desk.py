"""Do at the desk: a rep's deed on a page of ours is awaited until its turn was taken."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.handoff import HandoffState
from bot.domain.message import DeskAction, DeskVerb
from bot.services.do_at_desk import do_at_desk
from tests.bot.services.stage import Stage
from tests.bot.services.test_desk_action import requested


async def test_it_is_awaited_and_done_once(stage: Stage) -> None:
    handoff = await requested(stage)
    claim = DeskAction("slack", "page:1", handoff.id, DeskVerb.CLAIM, "Ana Rep")
    doing = asyncio.create_task(do_at_desk(stage.runtime, handoff.conversation_id, claim))
    while not doing.done():
        await stage.settle()
        await asyncio.sleep(0)
    assert doing.result()
    assert (await stage.handoff_by_id(handoff.id)).rep == "Ana Rep"
    assert await do_at_desk(stage.runtime, handoff.conversation_id, claim)


async def test_what_has_no_turn_in_time_is_said_to_wait(stage: Stage) -> None:
    handoff = await requested(stage)
    claim = DeskAction("slack", "page:1", handoff.id, DeskVerb.CLAIM, "Ana Rep")
    assert not await do_at_desk(stage.runtime, handoff.conversation_id, claim, within=timedelta())
    await stage.settle()
    assert (await stage.handoff_by_id(handoff.id)).rep == "Ana Rep"


async def test_what_was_handed_over_in_slack_is_ended_where_slack_is_no_more(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.CLAIM)
    left = {name: one for name, one in stage.runtime.channels.items() if name != "slack"}
    stage.runtime = replace(stage.runtime, channels=left, desks=())
    for verb, words in ((DeskVerb.SAY, "I must go."), (DeskVerb.HAND_BACK, "")):
        deed = DeskAction("slack", f"page:{verb}", handoff.id, verb, "Ana Rep", words=words)
        await do_at_desk(stage.runtime, handoff.conversation_id, deed, within=timedelta())
        await stage.settle()
    assert (await stage.handoff_by_id(handoff.id)).state is HandoffState.CLOSED
    assert stage.sms.texts()[-2:] == ["I must go.", "Ana Rep has left."]
    assert await stage.says("greet") == ["I am a machine. Hello!"]
