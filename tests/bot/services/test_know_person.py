"""Whom somebody means by a name."""

from __future__ import annotations

import pytest

from bot.ports import Store
from bot.services.know_person import NoSuchPerson, by_name


@pytest.mark.parametrize("name", ["\x00", "ana\x00", "\ud800", "email:\x00"])
async def test_a_name_with_what_no_database_takes_is_nobodys(store: Store, name: str) -> None:
    async with store.transaction() as uow:
        with pytest.raises(NoSuchPerson):
            await by_name(uow, name)
