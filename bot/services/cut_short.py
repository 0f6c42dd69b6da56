"""Cut short: of replies that a customer has spoken into, the conversation knows only what was heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.conversation import BotUttered, ReplyCutShort, Tracker
from bot.domain.message import Interruption
from bot.ports import InboxEntry
from bot.services.ask import finish
from bot.services.runtime import Runtime


async def cut_short(runtime: Runtime, entry: InboxEntry, interruption: Interruption) -> None:
    """Take the turn of an interruption. It says nothing; the message that came with it is a turn of its own."""
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        conversation = await uow.conversations.get(entry.conversation_id)
        cuts = [replace(cut, at=now) for cut in _cuts(conversation.tracker, interruption)]
        if cuts:
            await uow.conversations.log(conversation.id, cuts, now)
            tracker = conversation.tracker.apply_all(cuts)
            await uow.conversations.save(replace(conversation, tracker=tracker, version=conversation.version + 1))
        await finish(uow, entry, now)


def _cuts(tracker: Tracker, interruption: Interruption) -> Iterator[ReplyCutShort]:
    """In the order in which they were said. A line that this is a machine may have gone in front of a reply."""
    for said, heard in interruption.said:
        for event in reversed(tracker.recent):
            if isinstance(event, BotUttered) and not event.speaker and event.text and said.endswith(event.text):
                yield ReplyCutShort(event.text, heard)
                break
