"""Name the customer: what reps read of who somebody is, on cards, pages and in answers at the desk."""

from __future__ import annotations

from bot.domain.access import MASKED, Role
from bot.domain.audience import ProfileSchema
from bot.domain.ids import ProfileId
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime

NAMELESS = "A visitor"


async def name_customer(uow: UnitOfWork, runtime: Runtime, customer: ProfileId) -> str:
    """Their name, or else their address; neither where a rep may not see it."""
    schema = runtime.library.current().profile or ProfileSchema()
    known = schema.shown_to(Role.REP, (await uow.profiles.get(customer)).attributes)
    said = (known.get("name"), known.get("email"))
    return str(next((one for one in said if one and one != MASKED), NAMELESS))
