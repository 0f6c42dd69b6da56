"""While the server runs, drift is measured, told to Prometheus, and warned of in the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from structlog.testing import capture_logs

from bot.adapters.prometheus import PrometheusMeter
from bot.domain.ids import ProfileId
from bot.domain.likelihood import Bin, Characteristic, DriftBounds, Rung, Scorecard
from bot.entrypoints.serving.people_watch import watch_it_once
from tests.bot.services.stage import Stage
from tests.contracts.samples import profile

SIZES = Characteristic("team_size", (Bin("profile.team_size >= 50", 10, "team size 50 or more", share=5_000),))
CARD = Scorecard(date(2026, 11, 1), True, "", (Rung(0, 10),), (SIZES,))


async def told(stage: Stage, meter: PrometheusMeter) -> list[str]:
    async with stage.store.transaction() as uow:
        lines = (await meter.read(uow, stage.clock.now())).decode().splitlines()
    return [line for line in lines if line.startswith("overture_score_drift")]


async def test_people_who_have_changed_are_told_of(stage: Stage) -> None:
    """Half of the people had a large team when the scorecard was learnt; nine of ten have now."""
    meter = PrometheusMeter()
    runtime = replace(stage.runtime, meter=meter)
    async with stage.store.transaction() as uow:
        for number in range(120):
            size = 60 if number % 10 else 5
            await uow.profiles.add(profile(ProfileId(f"person-{number}"), attributes={"team_size": size}))
    await watch_it_once(runtime)
    assert await told(stage, meter) == []

    stage.library.playbook = replace(
        stage.library.playbook, scorecards=(CARD,), drift={"likelihood": DriftBounds(much=0.4)}
    )
    with capture_logs() as logs:
        await watch_it_once(runtime)
    found, alarm = await told(stage, meter)
    assert float(found.removeprefix('overture_score_drift{characteristic="team_size",score="likelihood"} ')) > 0.8
    assert alarm == 'overture_score_drift_alarm{score="likelihood"} 0.4'
    assert [line["characteristics"] for line in logs if line["log_level"] == "warning"] == [["team_size"]]
