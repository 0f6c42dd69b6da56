"""Do at the desk: what a rep does on a page of ours takes its turn in the conversation, and whoever did it waits."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

from bot.domain.ids import ConversationId
from bot.domain.message import DeskAction, TakeUp
from bot.services.await_turn import LOOK_EVERY
from bot.services.runtime import FEEDS, Runtime
from bot.services.tell_news import news_of, tell_news

TURN_WITHIN = timedelta(seconds=10)


async def do_at_desk(
    runtime: Runtime, conversation_id: ConversationId, deed: DeskAction | TakeUp, *, within: timedelta = TURN_WITHIN
) -> bool:
    """Whether its turn has been taken by then; else it will be. A deed of the same vendor id is done once.

    It need not come from a desk whose connector is loaded: what was handed over at one that is not can be ended.
    """
    async with runtime.store.transaction() as uow:
        await uow.inbox.add(conversation_id, deed, runtime.clock.now())
        news = news_of(uow)
    await tell_news(runtime, news)
    deadline = monotonic() + within.total_seconds()
    async with runtime.wakeups.listen(FEEDS) as listener:
        while True:
            async with runtime.store.transaction() as uow:
                if not await uow.inbox.waits(deed.channel, deed.vendor_id):
                    return True
            remaining = deadline - monotonic()
            if remaining <= 0:
                return False
            await listener.wait(min(timedelta(seconds=remaining), LOOK_EVERY))
