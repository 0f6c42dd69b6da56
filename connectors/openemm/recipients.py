"""What the connector asks of OpenEMM, whichever of its two APIs it is asked by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.domain.crm import CrmPage, FieldValue

OUR_ID = "overture_lead"
"""The profile field that holds our id of the person."""

NOTES = "overture_notes"
"""The profile field that holds the notes, the newest first: OpenEMM has none of its own."""

NEEDED: Mapping[str, FieldValue] = {"gender": 2, "mailtype": 1}
"""What OpenEMM wants of a new recipient: of unknown gender, with mails in HTML."""

ADVICE = "check that its profile fields are those in connectors/openemm/README.md"


@dataclass(frozen=True, slots=True)
class Recipient:
    """As OpenEMM has it now: its id, and all its profile fields by their names in small letters."""

    id: str
    fields: Mapping[str, Any]


class Recipients(Protocol):
    """Each raises as Crm.find does."""

    async def find(self, field: str, value: str) -> Recipient | None:
        """The oldest with this value."""

    async def get(self, recipient: str) -> Recipient | None: ...

    async def add(self, fields: Mapping[str, FieldValue]) -> str:
        """Make one, unless an earlier try did; its id. Our id and an e-mail address are among the fields."""

    async def change(self, recipient: str, fields: Mapping[str, FieldValue]) -> None: ...

    async def delete(self, recipient: str) -> None:
        """One that is there."""

    async def opt_out(self, recipient: str, mailing_list: int) -> None: ...

    async def subscribe(self, recipient: str, mailing_lists: Sequence[int]) -> None:
        """Put them onto those lists where they have no status yet: they may have left the others by their own link."""

    async def page(self, mailing_lists: Sequence[int], *, after: str) -> CrmPage:
        """Those behind this id; who has left one of the lists (of any, where none is named) has opted out."""

    async def close(self) -> None: ...


def is_id(told: object) -> bool:
    text = str(told) if not isinstance(told, bool) else ""
    return text.isascii() and text.isdecimal() and int(text) > 0
