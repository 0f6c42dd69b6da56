"""Desk page: reps see their own leads, as they are when the page leaves, and anew when one of them changes."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.handoff import Handoff
from bot.domain.message import DeskAction, DeskOpened, DeskPage, DeskVerb
from bot.services.receive import receive
from tests.bot.services.stage import Stage
from tests.bot.services.test_desk_action import requested

SAM, BEN = "T0/U0SAM", "T0/U0BEN"


async def opens(stage: Stage, rep: str, address: str, key: str) -> int:
    taken = await receive(stage.runtime, stage.slack, [DeskOpened("slack", key, address, rep)])
    await stage.settle()
    return taken


async def does(stage: Stage, handoff: Handoff, verb: DeskVerb, rep: str, words: str = "") -> None:
    action = DeskAction("slack", f"{verb}:{rep}:{words}", handoff.id, verb, rep, words=words)
    await receive(stage.runtime, stage.slack, [action])
    await stage.settle()


def pages(stage: Stage, address: str) -> list[DeskPage]:
    return [one.content for one in stage.slack.taken if isinstance(one.content, DeskPage) and one.address == address]


async def test_a_rep_who_opens_their_page_sees_what_they_have_claimed(stage: Stage) -> None:
    handoff = await requested(stage)
    await does(stage, handoff, DeskVerb.CLAIM, "Sam")
    assert await opens(stage, "Sam", SAM, "home:1") == 1
    [lead] = pages(stage, SAM)[-1].leads
    assert (lead.customer, lead.reason, lead.score) == ("Ana Lima", "Asked for a person", 40)
    assert lead.card == f"slack-{handoff.card_key}"
    assert lead.desk_address == handoff.desk_address
    assert lead.waiting_since == stage.clock.now(), "what they wrote was not answered yet"


async def test_a_lead_waits_from_the_first_line_that_nobody_has_answered(stage: Stage) -> None:
    handoff = await requested(stage)
    await does(stage, handoff, DeskVerb.CLAIM, "Sam")
    await stage.reply("Hello, Sam here.", rep="Sam")
    await opens(stage, "Sam", SAM, "home:1")
    assert pages(stage, SAM)[-1].leads[0].waiting_since is None
    stage.clock.forward(timedelta(minutes=5))
    wrote_at = stage.clock.now()
    await stage.says("Are you there?")
    stage.clock.forward(timedelta(minutes=5))
    await stage.says("Hello?")
    await opens(stage, "Sam", SAM, "home:2")
    assert pages(stage, SAM)[-1].leads[0].waiting_since == wrote_at


async def test_an_opening_that_comes_twice_shows_it_once(stage: Stage) -> None:
    assert [await opens(stage, "Sam", SAM, "home:1"), await opens(stage, "Sam", SAM, "home:1")] == [1, 0]
    assert len(pages(stage, SAM)) == 1


async def test_who_they_are_is_kept_though_the_desk_does_not_say_it_again(stage: Stage) -> None:
    await opens(stage, "", SAM, "home:1")
    await opens(stage, "Sam", SAM, "home:2")
    await opens(stage, "", SAM, "home:3")
    assert [one.rep for one in pages(stage, SAM)] == ["", "Sam", "Sam"]


async def test_a_change_of_a_hand_off_is_seen_on_the_pages_of_those_who_have_it_or_had_it(stage: Stage) -> None:
    handoff = await requested(stage)
    await opens(stage, "Sam", SAM, "home:1")
    await opens(stage, "Ben", BEN, "home:2")
    await does(stage, handoff, DeskVerb.CLAIM, "Sam")
    assert [len(one.leads) for one in pages(stage, SAM)] == [0, 1]
    assert len(pages(stage, BEN)) == 1, "nothing of his has changed"
    await does(stage, handoff, DeskVerb.TAKE_OVER, "Ben")
    assert [len(pages(stage, who)[-1].leads) for who in (SAM, BEN)] == [0, 1]
    await does(stage, handoff, DeskVerb.RESOLVE, "Ben")
    assert pages(stage, BEN)[-1].leads == ()


async def test_nobody_gets_a_page_who_never_looked_at_theirs(stage: Stage) -> None:
    handoff = await requested(stage)
    await does(stage, handoff, DeskVerb.CLAIM, "Sam")
    assert not [one for one in stage.slack.taken if isinstance(one.content, DeskPage)]


async def test_what_is_stored_of_a_page_that_waits_names_no_customer(stage: Stage) -> None:
    handoff = await requested(stage)
    await does(stage, handoff, DeskVerb.CLAIM, "Sam")
    await opens(stage, "Sam", SAM, "home:1")
    async with stage.store.transaction() as uow:
        kept = await uow.outbox.by_key("slack:home:1")
    assert kept is not None
    assert "Ana" not in repr(kept.dispatch)
