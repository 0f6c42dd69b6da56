"""Note a click: that somebody has opened a link of a journey's message is an event of theirs."""

from __future__ import annotations

from datetime import datetime

from bot.domain.delivery import ChannelMessage
from bot.domain.effects import Emit
from bot.domain.errors import Conflict
from bot.domain.journey import LINK_CLICKED
from bot.domain.links import ONE_CLICK, page_code
from bot.ports import UnitOfWork
from bot.services.enrol import tell_journeys
from bot.services.follow_links import may_be_noted
from bot.services.runtime import Runtime
from bot.services.tell_of_message import of_message


async def note_click(uow: UnitOfWork, runtime: Runtime, code: str, now: datetime) -> bool:
    """False where nothing is noted: the message or its person is forgotten, it is not allowed any more, or it is one
    click with the one before. Raises Conflict where the person became another's meanwhile."""
    link = await uow.sent_links.get(code)
    if link is None or (link.clicked_at is not None and now - link.clicked_at < ONE_CLICK):
        return False
    entry = await uow.outbox.by_key(link.outbox_key)
    if entry is None or entry.profile_id is None or not isinstance(entry.dispatch, ChannelMessage):
        return False
    person, message = entry.profile_id, entry.dispatch
    await uow.profiles.lock(person)
    # Whose it is by now: before the lock they may have been merged or erased.
    still = await uow.outbox.by_key(link.outbox_key)
    if still is None or still.profile_id != person:
        raise Conflict("the person was merged or erased meanwhile")
    if not await may_be_noted(uow, runtime, await uow.profiles.fresh(person), message, now):
        return False
    if not await uow.sent_links.click(code, now, unless_since=now - ONE_CLICK):
        return False
    data = {**of_message(entry, message, link.journey), "url": await uow.sent_links.page(page_code(code)) or ""}
    await tell_journeys(uow, runtime, person, [Emit(LINK_CLICKED, data)], now)
    return True
