"""People from a CRM: its records page by page, as rows of its fields."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from bot.domain.audience import ProfileSchema
from bot.domain.crm import CrmMapping, CrmPage
from bot.domain.errors import CredentialRefused, PermanentSendError, SettingsError, TemporarySendError
from bot.entrypoints.importing.mapping import ColumnMapping
from bot.entrypoints.importing.sources import Chunk, Row
from bot.ports import GivesPeople

MOST_TRIES = 8
LONGEST_PAUSE = timedelta(minutes=15)
"""The vendor, or our own budget of calls, may ask for more; then it is told, and the same command goes on later."""

ADDRESSES = {"lead.email": "email", "lead.phone": "phone"}
NAMES = {"lead.first_name": "first_name", "lead.last_name": "last_name"}


class CrmSource:
    """All records of a CRM. What `mapping` writes into fields from attributes is read back from there."""

    is_table = False
    total: int | None = None

    def __init__(
        self,
        name: str,
        crm: GivesPeople,
        mapping: ColumnMapping,
        *,
        pause: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self.name = self.digest = name
        self._crm = crm
        self.columns: Sequence[str] = list(mapping.columns)
        self._fields = [column for column, target in mapping.columns.items() if target != "ignore"]
        self._pause = pause

    async def chunks(self, cursor: str, rows: int) -> AsyncIterator[Chunk]:
        while True:
            page = await self._page(cursor)
            found = [
                Row(number, one.record.fields, record=one.record.id, opted_out=one.opted_out)
                for number, one in enumerate(page.people, rows + 1)
            ]
            rows, cursor = rows + len(found), page.after
            if found:
                yield Chunk(found, cursor)
            if not cursor:
                return

    async def _page(self, after: str) -> CrmPage:
        for tried in range(1, MOST_TRIES + 1):
            try:
                return await self._crm.page(self._fields, after=after)
            except (PermanentSendError, CredentialRefused) as error:
                raise SettingsError(f"{self.name} cannot be read: {error.reason}.") from error
            except TemporarySendError as error:
                pause = error.retry_after or timedelta(seconds=2**tried)
                if tried == MOST_TRIES or pause > LONGEST_PAUSE:
                    advice = "What was read is kept; the same command goes on."
                    raise SettingsError(f"{self.name} cannot be read now: {error.reason}. {advice}") from error
                await self._pause(pause.total_seconds())
        raise AssertionError


def fields_read_back(crm: CrmMapping, schema: ProfileSchema | None, given: ColumnMapping) -> ColumnMapping:
    """What the CRM's fields mean by the mapping that writes them, and over it what the operator says.

    A name is read where both of its parts are: half of one would be written over a whole one.
    """
    has_name = schema is None or "name" in schema.attributes
    known = ADDRESSES | (NAMES if has_name and NAMES.keys() <= {one.source for one in crm.fields} else {})
    known |= {"lead.name": "profile.name"} if has_name else {}
    columns = {}
    for one in crm.fields:
        head, _, name = one.source.partition(".")
        is_attribute = head == "profile" and name.isidentifier() and (schema is None or name in schema.attributes)
        columns[one.name] = one.source if is_attribute else known.get(one.source, "ignore")
    return ColumnMapping(columns).joined(given)
