"""Report: what marketers report of a period, counted by the database."""

from __future__ import annotations

from bot.domain.reporting import ArmFigures, Period, Report, ReportPlan
from bot.ports import UnitOfWork


async def report(uow: UnitOfWork, plan: ReportPlan, period: Period) -> Report:
    figures = uow.figures
    return Report(
        period=period,
        plan=plan,
        journeys=tuple(await figures.journeys(period)),
        conversions=await figures.conversions(plan, period),
        credits=tuple(await figures.credits(plan, period)),
        new_people=await figures.new_people(plan, period),
        funnel=await figures.funnel(plan, period),
        answered=await figures.answered(period),
        contained=await figures.contained(period),
        arms=tuple(await _arms(uow, period)),
        messages=tuple(await figures.messages(period)),
    )


async def _arms(uow: UnitOfWork, period: Period) -> list[ArmFigures]:
    first, after = period.since.date(), period.until.date()
    found = []
    for journey in await uow.splits.journeys(first, after):
        for step, arms in (await uow.splits.of(journey, first, after)).items():
            found += [ArmFigures(journey, step, arm, one.went, one.reached) for arm, one in arms.items()]
    return found
