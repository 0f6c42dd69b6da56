"""A colleague writes past us, in the vendor's own app: what they wrote is kept, and the assistant leaves it to them."""

from __future__ import annotations

from typing import Any

from bot.adapters.database import Database
from bot.domain.handoff import HandoffState
from bot.domain.message import ColleagueMessage, DeskLine, DeskVerb, HandoffCard
from bot.domain.person import Identity
from bot.services.receive import receive
from tests.bot.services.stage import ANA, PHONE, Stage
from tests.manual_clock import ManualClock

WHO = "A colleague"
THERE = f"{WHO} in the app"


async def writes(stage: Stage, text: str = "Shall I call you?", *, id_: str = "echo-1", **more: Any) -> int:
    """How many of these messages were new."""
    told = {"address": PHONE, "to": Identity("phone", PHONE), "app": "the app", **more}
    taken = await receive(stage.runtime, stage.sms, [ColleagueMessage("sms", id_, text=text, **told)])
    await stage.settle()
    return taken


async def transcript(stage: Stage) -> list[tuple[str, str]]:
    conversation = await stage.at()
    async with stage.store.reading() as uow:
        return [(one.speaker, one.text) for one in await uow.conversations.transcript(conversation.id)]


async def test_the_assistant_is_silent_until_the_desk_hands_the_conversation_back(stage: Stage) -> None:
    await stage.meet()
    await stage.says("greet")
    assert await writes(stage) == 1
    assert (await transcript(stage))[-1] == (WHO, "Shall I call you?")
    handoff = await stage.handoff()
    assert (handoff.state, handoff.rep, handoff.offered_to) == (HandoffState.CLAIMED, WHO, "")
    assert await stage.says("greet") == []
    assert stage.desk_lines()[-1] == DeskLine("Customer", "greet")
    await stage.click(handoff, DeskVerb.HAND_BACK)
    assert stage.sms.texts()[-1] == f"{WHO} has left."
    assert await stage.says("greet") == ["Hello!"]


async def test_the_customer_gets_nothing_twice_and_the_desk_sees_what_was_said(stage: Stage) -> None:
    await stage.meet()
    await stage.says("greet")
    said = stage.sms.texts()
    await writes(stage)
    assert await writes(stage) == 0
    assert stage.sms.texts() == said
    [so_far] = stage.desk_lines()
    assert so_far.text.endswith(f"{WHO}: Shall I call you?")
    await writes(stage, "At ten?", id_="echo-2")
    assert stage.desk_lines()[1:] == [DeskLine(THERE, "At ten?")]
    assert len(stage.cards()) == 1


async def test_nobody_is_offered_or_reminded_of_what_a_colleague_has(stage: Stage) -> None:
    await stage.meet()
    await stage.says("greet")
    await writes(stage)
    cards = [one.content for one in stage.slack.taken if isinstance(one.content, HandoffCard)]
    assert cards[-1].claimed_by == WHO
    taken = len(stage.slack.taken)
    await stage.later(days=3)
    assert len(stage.slack.taken) == taken


async def test_a_hand_off_that_nobody_has_is_theirs_and_a_reps_stays_the_reps(stage: Stage) -> None:
    await stage.meet()
    await stage.says("greet")
    await writes(stage)
    await stage.click(await stage.handoff(), DeskVerb.TAKE_OVER, "Ben Rep")
    await writes(stage, "Done.", id_="echo-2")
    assert (await stage.handoff()).rep == "Ben Rep"
    assert stage.desk_lines()[-1] == DeskLine(THERE, "Done.")


async def test_whoever_is_written_to_first_is_left_to_the_colleague_too(stage: Stage) -> None:
    assert await writes(stage) == 1
    assert await stage.says("greet") == []
    assert [speaker for speaker, _ in await transcript(stage)] == [WHO, "Customer"]
    conversation = await stage.at()
    async with stage.store.reading() as uow:
        assert list(await uow.profiles.provers_of("phone", PHONE)) == [conversation.profile_id]


async def test_that_a_colleague_writes_shows_nobodys_number(stage: Stage) -> None:
    await writes(stage)
    async with stage.store.reading() as uow:
        owner = await uow.profiles.owner_of("phone", PHONE)
        assert owner is not None
        assert not await uow.profiles.provers_of("phone", PHONE)


async def test_without_a_desk_it_is_kept_and_the_assistant_goes_on(sqlite_store: Database, clock: ManualClock) -> None:
    stage = Stage(sqlite_store, clock, with_desk=False)
    await stage.meet()
    await stage.says("greet")
    await writes(stage)
    assert (await transcript(stage))[-1] == (WHO, "Shall I call you?")
    assert await stage.says("greet") == ["Hello!"]
    assert (await stage.at()).profile_id == ANA
