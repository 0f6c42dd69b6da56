"""Where outbox entries go, by the names that the commands take."""

from __future__ import annotations

from bot.domain.errors import SettingsError
from bot.entrypoints.wiring.connectors import channel_names, crm_names
from bot.ports import UnitOfWork
from bot.settings import Settings

MOST_GROUPS = 1000


async def check_destination(uow: UnitOfWork, settings: Settings, name: str) -> None:
    """Raises SettingsError where the settings have no channel, CRM or endpoint of this name, and nothing was given up
    on the way to one, either; "" is any."""
    known = {*channel_names(settings), *crm_names(settings), *settings.endpoints_by_name}
    if not name or name in known:
        return
    known |= {one.to for one in await uow.queues.dead(MOST_GROUPS)}
    if name not in known:
        raise SettingsError(f'--to: there is no destination "{name}". There are: {", ".join(sorted(known))}.')
