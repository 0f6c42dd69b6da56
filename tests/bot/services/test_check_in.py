from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.delivery import Lane
from bot.services.respect_wishes import restrict
from tests.bot.services.stage import Stage


@pytest.fixture
def asking(stage: Stage) -> Stage:
    """Whoever leaves a form waiting for five minutes is asked whether they are still there."""
    playbook = stage.library.playbook
    responses = {**playbook.assistant.responses, "utter_still_there": playbook.assistant.responses["utter_tip"]}
    stage.library.playbook = replace(
        playbook, silence=timedelta(minutes=5), assistant=replace(playbook.assistant, responses=responses)
    )
    return stage


async def check_ins(stage: Stage) -> int:
    async with stage.store.transaction() as uow:
        waiting = await uow.queues.waiting(stage.clock.now())
    return sum(one.entries for one in waiting if one.lane is Lane.REPLIES)


async def test_of_several_messages_only_the_last_has_somebody_looked_after(asking: Stage) -> None:
    for words in ("book", "help", "help"):
        await asking.says(words)
        asking.clock.forward(timedelta(seconds=30))
    assert await check_ins(asking) == 1
    before = len(asking.sms.texts())
    await asking.later(minutes=6)
    assert asking.sms.texts()[before:] == ["A tip."]


async def test_whoever_writes_letters_is_not_asked_for_an_answer_within_minutes(asking: Stage) -> None:
    asking.sms.abilities = replace(asking.sms.abilities, correspondence=True)
    await asking.says("book")
    assert await check_ins(asking) == 0


async def test_who_is_restricted_is_not_asked_whether_they_are_still_there(asking: Stage) -> None:
    await asking.says("book")
    person = (await asking.at()).profile_id
    async with asking.store.transaction() as uow:
        await restrict(uow, person, now=asking.clock.now())
    before = len(asking.sms.texts())
    await asking.later(minutes=6)
    assert len(asking.sms.texts()) == before


async def test_who_has_answered_the_form_is_looked_after_no_more(asking: Stage) -> None:
    await asking.says("book")
    assert await check_ins(asking) == 1
    await asking.says("fifty")
    assert await check_ins(asking) == 0
