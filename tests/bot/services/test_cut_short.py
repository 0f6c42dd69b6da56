from __future__ import annotations

from bot.domain.conversation import BotUttered
from bot.domain.message import Interruption
from bot.services.receive import receive
from tests.bot.services.stage import PHONE, Stage

ANSWER = "I am a machine. Hello!"


async def interrupt(stage: Stage, *said: tuple[str, str], key: str = "i1") -> int:
    taken = await receive(stage.runtime, stage.runtime.channel("sms"), [Interruption("sms", key, PHONE, said)])
    await stage.settle()
    return taken


async def known(stage: Stage) -> list[str]:
    """What the conversation knows of what was said to the customer."""
    conversation = await stage.at()
    return [event.text for event in conversation.tracker.recent if isinstance(event, BotUttered)]


async def test_of_a_reply_that_a_customer_spoke_into_only_what_they_heard_is_known(stage: Stage) -> None:
    assert await stage.says("greet") == [ANSWER]
    await interrupt(stage, (ANSWER, "I am a machine. Hel"))
    assert await known(stage) == ["I am a machine. Hel"]
    conversation = await stage.at()
    async with stage.store.transaction() as uow:
        transcript = await uow.conversations.transcript(conversation.id)
    assert [line.text for line in transcript] == ["greet", "I am a machine. Hel"]


async def test_an_interruption_is_one_however_often_it_is_told(stage: Stage) -> None:
    await stage.says("greet")
    assert await interrupt(stage, (ANSWER, "")) == 1
    assert await interrupt(stage, (ANSWER, "I am")) == 0
    assert await known(stage) == [""]


async def test_an_interruption_of_something_else_changes_nothing(stage: Stage) -> None:
    await stage.says("greet")
    before = await stage.at()
    await interrupt(stage, ("One moment, please.", "One"))
    assert await stage.at() == before


async def test_where_nothing_was_ever_said_nothing_can_be_interrupted(stage: Stage) -> None:
    assert await interrupt(stage, (ANSWER, "")) == 0
