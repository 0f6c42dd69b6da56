"""Tell news: wake whoever waits for what a transaction has put into the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.ports import UnitOfWork
from bot.services.runtime import FEEDS, INBOX, OUTBOX, TIMERS, Runtime

News = Mapping[str, Collection[str]]
"""By topic the names of what there is news of; none where it may be of anything."""

ANY_NEWS: News = {INBOX: (), OUTBOX: (), FEEDS: (), TIMERS: ()}
"""Of a transaction of which nobody says what it has left to others."""


def news_of(uow: UnitOfWork) -> News:
    """What this transaction has left to others."""
    news: dict[str, Collection[str]] = {}
    if uow.inbox.grown:
        news[INBOX] = uow.inbox.grown
    if uow.feeds.appended:
        news[FEEDS] = uow.feeds.appended
    if uow.outbox.grown:
        news[OUTBOX] = ()
    if uow.enrolments.grown:
        news[TIMERS] = ()
    return news


async def tell_news(runtime: Runtime, news: News) -> None:
    """Once it is committed."""
    for topic, about in news.items():
        await runtime.wakeups.notify(topic, about)
