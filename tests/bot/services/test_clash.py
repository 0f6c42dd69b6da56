"""A meeting on a day that has become a closed one: it stays, and is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.effects import RequestHandoff
from bot.domain.meeting import Meeting
from bot.domain.routing import DaysOff, DeskPlan, MeetingTerms, Rep, WorkingHours
from bot.domain.send_window import SendWindow
from bot.services.clash import clashes
from tests.bot.services.stage import Stage

HOURS = WorkingHours(SendWindow(time(9), time(17), frozenset(range(5)), zone="Europe/Berlin"))
REP = Rep("ana", "Ana Rep", meetings=MeetingTerms())
PLAN = DeskPlan("slack:#sales", {"ana": REP}, hours=HOURS)
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)


async def test_a_meeting_on_a_day_that_is_closed_by_now_stays_and_is_told(stage: Stage) -> None:
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.meet()
    await stage.says("lead")
    handoff = await stage.handoff()
    now, half = stage.clock.now(), timedelta(minutes=30)
    about = (handoff.id, handoff.profile_id, handoff.conversation_id)
    meeting = Meeting("one", "Ana Rep", *about, TUESDAY, TUESDAY + half, now)
    next_day = replace(
        meeting, id="two", starts_at=TUESDAY + timedelta(days=1), ends_at=TUESDAY + timedelta(days=1) + half
    )
    closed = replace(PLAN, hours=replace(HOURS, holidays=(DaysOff(*[date(2026, 11, 24)] * 2),)))
    away = replace(PLAN, reps={"ana": replace(REP, hours=closed.hours)})
    async with stage.store.transaction() as uow:
        for one in (meeting, next_day):
            assert await uow.meetings.book(one)
        assert await clashes(uow, (PLAN,), now) == []
        assert await clashes(uow, (closed,), now) == [meeting]
        assert await clashes(uow, (away, closed), now) == [meeting]
        assert await clashes(uow, (closed,), TUESDAY + half) == []
