"""Whom somebody means by a name."""

from __future__ import annotations

import pytest

from bot.domain.person import Identity
from bot.services.know_person import NoSuchPerson, by_name, look_for
from tests.bot.services.stage import ANA, PHONE, Stage


@pytest.mark.parametrize("name", ["\x00", "ana\x00", "\ud800", "email:\x00"])
async def test_a_name_with_what_no_database_takes_is_nobodys(stage: Stage, name: str) -> None:
    await stage.meet()  # who is called `ana`
    async with stage.store.transaction() as uow:
        with pytest.raises(NoSuchPerson):
            await by_name(uow, name)


@pytest.mark.parametrize("written", [PHONE, "+44 7700 900123", "07700 900123", "(07700) 900-123", "Ana@Example.com"])
async def test_a_number_or_an_address_finds_whoever_has_it_however_it_is_written(stage: Stage, written: str) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", "ana@example.com"), stage.clock.now())
        assert await look_for(uow, written, region="GB", limit=5) == [ANA]
        assert await look_for(uow, "7700", region="GB", limit=5) == [ANA]
