"""How a person is named at the command line."""

from __future__ import annotations

from bot.domain.errors import SettingsError
from bot.domain.ids import ProfileId
from bot.ports import UnitOfWork
from bot.services.know_person import NoSuchPerson, by_name


async def named(uow: UnitOfWork, name: str) -> ProfileId:
    """Raises SettingsError where nobody is known by this."""
    try:
        return await by_name(uow, name)
    except NoSuchPerson as error:
        raise SettingsError(f"{error}; overture people find looks for a part of it.") from error
