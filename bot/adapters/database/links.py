"""Links that are followed: which page a code leads to, and which message had it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, case, distinct, func, or_, select, update

from bot.adapters.database.repository import Repository, insert_once
from bot.adapters.tables import linked_page, sent_link
from bot.domain.links import Clicks, ClicksByStep, SentLink

KEEP_PAGE, KEEP = insert_once(linked_page), insert_once(sent_link)
PAGE = select(linked_page.c.url).where(linked_page.c.code == bindparam("this_code"))
GET = select(sent_link).where(sent_link.c.code == bindparam("this_code"))
CLICK = (
    update(sent_link)
    .where(
        sent_link.c.code == bindparam("this_code"),
        or_(
            sent_link.c.clicked_at.is_(None),
            sent_link.c.clicked_at <= bindparam("unless_since", type_=sent_link.c.clicked_at.type),
        ),
    )
    .returning(sent_link.c.code)
)
_opened = case((sent_link.c.clicked_at.is_not(None), sent_link.c.outbox_key))
CLICKS = select(
    sent_link.c.journey,
    sent_link.c.step,
    func.count(distinct(sent_link.c.outbox_key)).label("messages"),
    func.count(distinct(_opened)).label("opened"),
).group_by(sent_link.c.journey, sent_link.c.step)


class StoredSentLinks(Repository):
    async def keep_page(self, code: str, url: str) -> bool:
        if (known := await self.page(code)) is None:
            await self._session.execute(KEEP_PAGE, {"code": code, "url": url})
            known = await self.page(code)  # another transaction may have been quicker
        return known == url

    async def page(self, code: str) -> str | None:
        found: str | None = (await self._session.execute(PAGE, {"this_code": code})).scalar()
        return found

    async def keep(self, link: SentLink) -> bool:
        row = {"code": link.code, "outbox_key": link.outbox_key, "journey": link.journey, "step": link.step}
        await self._session.execute(KEEP, row | {"clicked_at": link.clicked_at})
        kept = await self.get(link.code)
        return kept is not None and kept.outbox_key == link.outbox_key

    async def get(self, code: str) -> SentLink | None:
        row = (await self._session.execute(GET, {"this_code": code})).first()
        return None if row is None else SentLink(row.code, row.outbox_key, row.journey, row.step, row.clicked_at)

    async def click(self, code: str, at: datetime, *, unless_since: datetime) -> bool:
        values = {"this_code": code, "clicked_at": at, "unless_since": unless_since}
        return (await self._session.execute(CLICK, values)).first() is not None

    async def clicks(self) -> ClicksByStep:
        rows = await self._session.execute_at_length(CLICKS)
        return {(row.journey, row.step): Clicks(row.messages, row.opened) for row in rows}
