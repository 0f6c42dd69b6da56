"""How a person is named at the command line."""

from __future__ import annotations

from contextlib import suppress

from bot.domain.errors import SettingsError
from bot.domain.ids import ProfileId
from bot.domain.person import ANONYMOUS_ID, USER_ID
from bot.ports import UnitOfWork
from bot.services.know_person import NoSuchPerson, by_id

KINDS = ("phone", "email", USER_ID, ANONYMOUS_ID)


async def named(uow: UnitOfWork, name: str) -> ProfileId:
    """By our id, else by an identity: a phone number, an address, another system's id, or `webchat:<visitor>`."""
    with suppress(NoSuchPerson):
        return await by_id(uow, ProfileId(name))
    kind, parted, value = name.partition(":")
    ways = [(one, name.lower() if one == "email" else name) for one in KINDS] + ([(kind, value)] if parted else [])
    for one, known in ways:
        owner = await uow.profiles.owner_of(one, known)
        if owner is not None:
            return owner.id
    raise SettingsError(
        f'nobody is known as "{name}". Name an id, a phone number with + and the country\'s code, an e-mail address, '
        "your own id of them, or <channel>:<address>; overture people find looks for a part of it."
    )
