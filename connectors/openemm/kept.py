"""What the stand-in for OpenEMM keeps of one company, whichever of its two APIs is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.ports import FeedWriter
from connectors.openemm.recipients import NOTES, OUR_ID
from connectors.stand_in import Records

COLUMNS = frozenset(
    ["email", "firstname", "lastname", "phone", "company", "gender", "mailtype", OUR_ID, NOTES]
    + [f"overture_{name}" for name in ("score", "grade", "score_reasons", "team_size", "timeline", "meeting_time")]
    + ["overture_opted_out"]
)
"""The profile fields of this company's recipients."""

OPT_OUTS = "mailing lists opted out of"
BOUND = "mailing lists"


class Kept:
    """The recipients on the feed, with their status on each mailing list."""

    def __init__(self, feed: FeedWriter) -> None:
        self._records = Records(feed, "openemm")

    async def all(self) -> Mapping[str, dict[str, Any]]:
        return await self._records.all()

    async def find(self, column: str, value: str) -> str | None:
        return await self._records.find(column, value)

    async def add(self, fields: Mapping[str, Any]) -> str:
        return (await self._records.write(None, fields))[0]

    async def change(self, recipient: str, fields: Mapping[str, Any]) -> None:
        before = (await self.all())[recipient]
        await self._records.write(recipient, fields)
        if NOTES in fields and fields[NOTES] != before.get(NOTES):
            await self._records.add_note(recipient, str(fields[NOTES]).partition("\n\n")[0])

    async def remove(self, recipient: str) -> None:
        await self._records.remove(recipient)

    async def bind(self, recipient: str, mailing_list: str, status: str) -> None:
        known = (await self.all())[recipient]
        bound = {**known.get(BOUND, {}), mailing_list: status}
        changed = {BOUND: bound, OPT_OUTS: " ".join(sorted(one for one in bound if bound[one] in ("3", "4")))}
        await self._records.write(recipient, {name: value for name, value in changed.items() if value})

    async def bindings(self, recipient: str) -> Mapping[str, str]:
        """The status on each mailing list that they are on."""
        bound: Mapping[str, str] = (await self.all())[recipient].get(BOUND, {})
        return bound
