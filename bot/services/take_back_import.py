"""Take back an import: erase whom it made known and of whom nothing else was heard since, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.audit import Deed
from bot.domain.errors import PersonGone
from bot.domain.ids import ProfileId, first_id
from bot.domain.importing import IMPORTED, ImportProgress
from bot.domain.person import Profile
from bot.domain.timeline import PersonEvent
from bot.ports import UnitOfWork
from bot.services.erase_person import erase_person
from bot.services.runtime import Runtime

AT_ONCE = 20
"""People who are looked at for one answer. Each is erased in a transaction of their own, for it may take a second to
find one on the feeds."""

COMES_BY_ITSELF = frozenset({"segment.entered", "segment.left"})
AN_IDS_MOMENT = timedelta(milliseconds=1)
MOST_LINES = 50
"""Of a timeline. Of whom there are more, more is known than a file tells."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many were erased, how many stay because more is known of them, and behind whom it goes on, if it does."""

    erased: int
    left: int
    reached: ProfileId | None


async def take_back(
    runtime: Runtime, imported: ImportProgress, deed: Deed, *, after: str = "", dry_run: bool = False
) -> TakenBack:
    """Of the next few. What an import changed of people who were known before is not undone; nobody who had refused
    becomes reachable by it."""
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        behind = max(after, first_id(imported.begun_at))
        people = await uow.timeline.who_did({IMPORTED}, after=behind, limit=AT_ONCE)
    erased = left = 0
    for who in people:
        async with runtime.store.transaction() as uow:
            match await _may_go(uow, imported, who, now, for_good=not dry_run):
                case True if not dry_run:
                    await erase_person(uow, runtime, who, who=deed.who, now=now, asked=False)
                    if not erased:
                        await uow.audit.note(deed, now)
                    erased += 1
                case True:
                    erased += 1
                case False:
                    left += 1
    is_over = len(people) < AT_ONCE or people[-1] > first_id((imported.finished_at or now) + AN_IDS_MOMENT)
    return TakenBack(erased, left, None if is_over else people[-1])


async def _may_go(
    uow: UnitOfWork, imported: ImportProgress, who: ProfileId, now: datetime, *, for_good: bool
) -> bool | None:
    """None where it is nobody whom this import made known, or somebody else has erased them meanwhile."""
    try:
        await uow.profiles.lock(who, alone=for_good)
        profile, lines = await uow.profiles.get(who), await uow.timeline.of(who, limit=MOST_LINES)
    except PersonGone:
        return None
    if not _made_known_by(imported, profile, lines, now):
        return None
    return not await _more_is_known(uow, imported, profile, lines)


def _made_known_by(imported: ImportProgress, profile: Profile, lines: Sequence[PersonEvent], now: datetime) -> bool:
    """Whoever is new is told of at the moment at which their profile was made."""
    if not imported.begun_at <= profile.created_at <= (imported.finished_at or now):
        return False
    return any(
        one.event == IMPORTED and one.at == profile.created_at and one.data.get("from") == imported.source
        for one in lines
    )


async def _more_is_known(
    uow: UnitOfWork, imported: ImportProgress, profile: Profile, lines: Sequence[PersonEvent]
) -> bool:
    """Whether they wrote, were written to, asked for something, said what they want, or are known from elsewhere."""
    if len(lines) == MOST_LINES or profile.objected_at is not None or profile.restricted_at is not None:
        return True
    if any(one.event != IMPORTED and one.event not in COMES_BY_ITSELF for one in lines):
        return True
    if any(one.event == IMPORTED and one.data.get("from") != imported.source for one in lines):
        return True
    said_since = [one for one in await uow.consents.of(profile.id) if one.at > (imported.finished_at or one.at)]
    return bool(
        said_since
        or await uow.conversations.of(profile.id)
        or await uow.privacy_requests.of(profile.id)
        or await uow.crm_links.of(profile.id)
    )
