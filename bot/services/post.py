"""Post: let messages leave by our own feeds, in the transaction in which they are written or taken from the outbox.

No vendor is called, so there is nothing that could be taken and not be known: the message, the gate's decision and what
came of it are kept together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

import structlog

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxEntry, OutboxStatus, Send
from bot.domain.errors import Conflict, PermanentSendError
from bot.domain.message import Text
from bot.ports import Channel, FeedPost, Posts, UnitOfWork
from bot.services.compose_outbound import Unready, compose
from bot.services.note_decision import keep_decision, matter_of
from bot.services.runtime import Runtime
from bot.services.settle import settle
from bot.services.weigh import weigh

log = structlog.get_logger()


class PostingFailed(Exception):
    """The turn has to be written again, and its answer delivered separately."""


async def post_all(
    uow: UnitOfWork, runtime: Runtime, entries: Iterable[OutboxEntry], now: datetime
) -> Sequence[OutboxEntry]:
    """Post those that may leave now by a feed alone, as settled; the rest is left to others."""
    posted = [await _post(uow, runtime, entry, now) for entry in entries if entry.status is OutboxStatus.WAITING]
    return [one for one in posted if one is not None]


async def post_answer(
    uow: UnitOfWork, runtime: Runtime, said: Sequence[OutboxEntry], now: datetime
) -> Sequence[OutboxEntry]:
    """Post what this transaction has put into the outbox for one conversation, unless something waits there before it.

    Raises PostingFailed, after which nothing of the transaction is to stay.
    """
    if not said or not isinstance(said[0].dispatch, ChannelMessage) or said[0].conversation_id is None:
        return ()
    unsettled = await uow.outbox.unsettled(said[0].conversation_id, said[0].dispatch.channel)
    if unsettled != {entry.key for entry in said}:
        return ()
    posted: list[OutboxEntry] = []
    try:
        for entry in said:
            if (settled := await _post(uow, runtime, entry, now)) is None:
                break  # nor may what comes behind it
            posted.append(settled)
    except Conflict:
        raise
    except Exception as error:
        raise PostingFailed from error
    return posted


def tell_of(runtime: Runtime, posted: Iterable[OutboxEntry]) -> None:
    """What was posted has been committed."""
    for entry in posted:
        runtime.meter.delivered(entry.goes_to, entry.status.value)
        log.info("outbox entry settled", entry=entry.id, status=entry.status.value, attempts=entry.attempts)


async def _post(uow: UnitOfWork, runtime: Runtime, entry: OutboxEntry, now: datetime) -> OutboxEntry | None:
    message = entry.dispatch
    if not isinstance(message, ChannelMessage) or not isinstance(message.content, Text):
        return None
    channel = runtime.channels.get(message.channel)
    if channel is None or channel.abilities.pace is not None or not _posts(type(channel)):
        return None
    matter = matter_of(entry, message)
    verdict = await weigh(uow, runtime, matter, now)
    if not isinstance(verdict, Send):
        return None
    tried = replace(entry, attempts=entry.attempts + 1, first_tried_at=entry.first_tried_at or now)
    try:
        posts = await _posts_of(uow, runtime, channel, tried, message)
    except (Unready, PermanentSendError):
        return None
    if entry.purpose is not Purpose.DESK:
        await keep_decision(uow, matter, verdict, now)
    for post in posts:
        await uow.feeds.append(post.feed, post.key, post.item, now)
    settled = replace(tried, status=OutboxStatus.SENT, vendor_id=posts[-1].receipt.vendor_id, reason="")
    await settle(uow, runtime, settled, now)
    return settled


async def _posts_of(
    uow: UnitOfWork, runtime: Runtime, channel: Channel, entry: OutboxEntry, message: ChannelMessage
) -> Sequence[FeedPost]:
    assert isinstance(channel, Posts)  # noqa: S101  whoever calls this has looked
    return [channel.post_of(one) for one in await compose(uow, runtime, entry, message)]


@cache
def _posts(kind: type[Channel]) -> bool:
    """Asked of each message, and `isinstance` with a protocol is slow."""
    return issubclass(kind, Posts)
