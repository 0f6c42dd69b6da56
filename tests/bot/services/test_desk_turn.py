"""Desk turn: a rep begins to talk with a customer whom nobody has handed over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.handoff import HandoffState
from bot.domain.message import TakeUp
from bot.domain.routing import DeskPlan, Escalation, Rep, Route
from bot.services.receive import receive
from tests.bot.services.stage import Stage
from tests.bot.services.test_desk_action import requested

OVERDUE = (Escalation(timedelta(hours=1), ("ben",)),)


async def take_up(stage: Stage, rep: str = "Ana Rep", vendor_id: str = "up", member: str = "") -> None:
    talk = await stage.at()
    await receive(stage.runtime, stage.slack, [TakeUp("slack", vendor_id, talk.id, rep, member)])
    await stage.settle()


async def test_a_rep_takes_up_what_nobody_asked_for_and_the_bot_is_silent(stage: Stage) -> None:
    await stage.says("greet")
    for _ in range(2):
        await take_up(stage)
    handoff = await stage.handoff()
    assert (handoff.state, handoff.rep, handoff.reason) == (HandoffState.CLAIMED, "Ana Rep", "Taken up by a colleague")
    assert stage.sms.texts()[-1] == "Ana Rep has joined."
    assert stage.card().claimed_by == "Ana Rep"
    assert await stage.says("greet") == []


async def test_it_is_offered_to_nobody_else_and_no_clock_runs(stage: Stage) -> None:
    reps = {"ben": Rep("ben", "Ben")}
    plan = DeskPlan("slack:#sales", reps=reps, routes=(Route("all", ("ben",)),), escalations=OVERDUE)
    stage.library.playbook = replace(stage.library.playbook, desk_plans=(plan,))
    await stage.says("greet")
    await take_up(stage)
    assert (await stage.handoff()).offered_to == ""
    await stage.later(hours=2)
    assert not any("Ben" in line for line in stage.desk_texts())


async def test_what_waits_for_a_person_is_claimed_by_it(stage: Stage) -> None:
    handoff = await requested(stage)
    await take_up(stage)
    claimed = await stage.handoff_by_id(handoff.id)
    assert (claimed.state, claimed.rep) == (HandoffState.CLAIMED, "Ana Rep")
    await take_up(stage, "Ben Rep", "other")
    assert stage.desk_texts()[-1] == "Ana Rep has this conversation already."


async def test_they_are_called_as_the_desks_file_calls_them(stage: Stage) -> None:
    plan = DeskPlan("slack:#sales", reps={"ana": Rep("ana", "Ana of Sales", member="ana@example.com")})
    stage.library.playbook = replace(stage.library.playbook, desk_plans=(plan,))
    await stage.says("greet")
    await take_up(stage, "Ana Lima", member="ana@example.com")
    assert (await stage.handoff()).rep == "Ana of Sales"
