"""Lead on: where a link that is followed leads to, with what the page's own statistics are to know of the message."""

from __future__ import annotations

from datetime import datetime

from bot.domain.delivery import ChannelMessage
from bot.domain.links import SentLink, page_code
from bot.journeys.links import with_parameters
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime


async def lead_on(uow: UnitOfWork, runtime: Runtime, code: str, now: datetime) -> str | None:
    """The page as its author wrote it, and where a rule names a source, that and the message's channel, journey and
    step; None where the code is of no page. Nothing in it says who the person is."""
    page = await uow.sent_links.page(page_code(code))
    if page is None or not runtime.library.current().rules.tells_sources:
        return page
    link = await uow.sent_links.get(code)
    return page if link is None else with_parameters(page, await _parameters(uow, runtime, link, now))


async def _parameters(uow: UnitOfWork, runtime: Runtime, link: SentLink, now: datetime) -> dict[str, str]:
    """None where the message is forgotten, or no rule for its country and channel names a source."""
    entry = await uow.outbox.by_key(link.outbox_key)
    if entry is None or not isinstance(entry.dispatch, ChannelMessage):
        return {}
    channel = entry.dispatch.channel
    country = runtime.country_at(channel, entry.dispatch.address)
    source = runtime.library.current().rules.utm_source(country, channel, now)
    if not source:
        return {}
    return {"utm_source": source, "utm_medium": channel, "utm_campaign": link.journey, "utm_content": link.step}
