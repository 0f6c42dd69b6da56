"""Who would have one channel in the place of another opts out of the others where they answer marketing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.person import Identity
from tests.bot.services.stage import ANA, VISITOR, Stage


@pytest.fixture
async def offered(stage: Stage) -> Stage:
    """Ana, who has agreed to marketing on her phone and in the chat, and has just got some on her phone."""
    stage.scope()
    await stage.meet()
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    await stage.consent()
    await stage.consent(channel="webchat")
    await stage.queue("offer")
    await stage.later(minutes=1)
    return stage


async def may_chat(stage: Stage) -> bool:
    return await stage.may_send(channel="webchat", address=VISITOR)


async def test_in_answer_to_marketing_another_channel_alone_is_an_opt_out_here(offered: Stage) -> None:
    assert await offered.says("just the chats") == ["I am a machine. Only what you keep."]
    assert not await offered.may_send()
    assert await may_chat(offered)


async def test_in_answer_to_anything_else_it_is_none(offered: Stage) -> None:
    offered.clock.forward(timedelta(minutes=1))
    await offered.says("greet")
    assert await offered.says("just the chats") == ["Pardon?"]
    assert await offered.may_send()


async def test_who_prefers_the_channel_that_they_write_on_ends_nothing(offered: Stage) -> None:
    await offered.says("just the texts")
    assert await may_chat(offered)
