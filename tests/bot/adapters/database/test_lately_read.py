from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.adapters.codec import TRACKER
from bot.adapters.database.lately_read import LatelyRead
from bot.domain.conversation import Tracker
from bot.domain.ids import ConversationId

TEXT = TRACKER.dump(Tracker(ConversationId("c")))


async def test_a_tracker_is_parsed_once_for_a_message_and_its_answer() -> None:
    lately_read = LatelyRead()
    assert lately_read.tracker(TEXT) is lately_read.tracker(TEXT)


async def test_what_was_read_is_forgotten_in_time_though_nothing_else_is_read() -> None:
    """Another process may have erased whose it is."""
    lately_read = LatelyRead(keep=timedelta(milliseconds=20))
    for _ in range(2):
        lately_read.tracker(TEXT)
        assert len(lately_read) == 1
        await asyncio.sleep(0.1)
        assert not len(lately_read)
