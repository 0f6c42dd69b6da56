"""An import is taken back: those go whom it alone has made known, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.audit import Deed
from bot.domain.ids import ProfileId
from bot.domain.importing import Arrival, ImportProgress, Taking
from bot.domain.person import Identity
from bot.domain.privacy import Erasure
from bot.domain.timeline import PersonEvent
from bot.ports import UnitOfWork
from bot.services import take_back_import as service
from bot.services.erase_person import erase_person
from bot.services.import_people import import_people
from bot.services.take_back_import import TakenBack, take_back
from tests.bot.services.stage import ANA, Stage
from tests.contracts.samples import NOON

DEED = Deed("import.taken_back", "user:1", "one")


def email(name: str) -> Identity:
    return Identity("email", f"{name}@example.com")


async def imported(stage: Stage, *names: str, file: str = "fair.csv", opted_out: str = "") -> ImportProgress:
    arrivals = [Arrival(row, (email(name),), opted_out=opted_out) for row, name in enumerate(names, 1)]
    begun = ImportProgress(file, file, stage.clock.now())
    done = await import_people(stage.runtime, arrivals, Taking(file), begun)
    return replace(done, finished_at=stage.clock.now())


async def id_of(stage: Stage, name: str) -> ProfileId | None:
    async with stage.store.transaction() as uow:
        found = await uow.profiles.owner_of("email", f"{name}@example.com")
    return found.id if found is not None else None


async def test_those_go_whom_the_import_made_known(stage: Stage) -> None:
    await imported(stage, "ana", file="list.csv")
    stage.clock.forward(timedelta(hours=1))
    fair = await imported(stage, "ana", "bo", "cy")
    stage.clock.forward(timedelta(hours=1))
    await imported(stage, "di")
    assert await take_back(stage.runtime, fair, DEED, dry_run=True) == TakenBack(2, 0, None)
    assert await id_of(stage, "bo") is not None
    assert await take_back(stage.runtime, fair, DEED) == TakenBack(2, 0, None)
    assert [name for name in ("ana", "bo", "cy", "di") if await id_of(stage, name)] == ["ana", "di"]
    async with stage.store.transaction() as uow:
        assert [one.deed.what for one in await uow.audit.latest(9)] == ["import.taken_back"]


async def test_whoever_is_known_from_elsewhere_by_now_stays(stage: Stage) -> None:
    fair = await imported(stage, "ana", "bo", "cy")
    stage.clock.forward(timedelta(hours=1))
    await imported(stage, "ana", file="other.csv", opted_out="left")
    bo = await id_of(stage, "bo")
    assert bo is not None
    async with stage.store.transaction() as uow:
        await uow.timeline.add(PersonEvent(bo, "pricing.viewed", NOON, NOON, source="api"))
    assert await take_back(stage.runtime, fair, DEED) == TakenBack(1, 2, None)
    assert await id_of(stage, "cy") is None


async def test_an_opt_out_that_the_file_told_outlives_it(stage: Stage) -> None:
    fair = await imported(stage, "ana", opted_out="unsubscribed")
    async with stage.store.transaction() as uow:
        before = await uow.consents.opted_out(["ana@example.com"])
    assert await take_back(stage.runtime, fair, DEED) == TakenBack(1, 0, None)
    async with stage.store.transaction() as uow:
        assert await uow.consents.opted_out(["ana@example.com"]) == before
    assert before["ana@example.com"]


async def test_each_goes_in_a_transaction_of_their_own(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    fair = await imported(stage, "ana", "bo", "cy")
    seen: list[UnitOfWork] = []

    async def noting(uow: UnitOfWork, *of: Any, **more: Any) -> Erasure:
        seen.append(uow)
        return await erase_person(uow, *of, **more)

    monkeypatch.setattr(service, "erase_person", noting)
    assert await take_back(stage.runtime, fair, DEED) == TakenBack(3, 0, None)
    assert len({id(one) for one in seen}) == len(seen) == 3
    async with stage.store.transaction() as uow:
        assert len(await uow.audit.latest(9)) == 1


async def test_many_are_taken_back_some_at_a_time(stage: Stage) -> None:
    fair = await imported(stage, *(f"p{number}" for number in range(45)))
    erased, after = 0, ""
    while True:
        done = await take_back(stage.runtime, fair, DEED, after=after)
        erased += done.erased
        if done.reached is None:
            break
        after = done.reached
    assert erased == 45


async def test_who_was_known_before_is_not_of_the_import(stage: Stage) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, email("ana"), NOON)
    fair = await imported(stage, "ana")
    assert await take_back(stage.runtime, fair, DEED) == TakenBack(0, 0, None)
