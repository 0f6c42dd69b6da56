"""The OpenEMM CRM: recipients by a profile field of ours, with notes in another, and opt-outs in mailing lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bot.domain.crm import CrmEvent, CrmPage, CrmPerson, CrmRecord, FieldValue
from bot.domain.errors import TooLittleKnown, WebhookRejected
from bot.domain.handoff import Lead
from bot.ports import WebhookRequest
from connectors.openemm.recipients import NEEDED, NOTES, OUR_ID, Recipient, Recipients
from connectors.vendor_api import marker

WHO = ("firstname", "lastname")
"""Fields that say whose a recipient is, beside the address."""

NOWHERE = "erased.invalid"
"""A domain that there will never be (RFC 2606)."""

LONGEST_NOTES = 4000


class OpenEmmCrm:
    """Keeps leads among `recipients`; opt-outs go into each of `mailing_lists`."""

    name = "openemm"

    def __init__(self, recipients: Recipients, mailing_lists: Sequence[int]) -> None:
        self._recipients = recipients
        self._mailing_lists = mailing_lists

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        for name, value in ((OUR_ID, lead.key), ("email", (lead.email or "").strip().lower())):
            if value and (found := await self._recipients.find(name, value)) is not None:
                return _record(found, fields)
        return None

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        """OpenEMM itself looks for who is there before it adds a recipient, so a second try makes no second one."""
        if not lead.email:
            raise TooLittleKnown("this lead has no e-mail address yet, without which OpenEMM has no recipient")
        if found is None:
            address = lead.email.strip().lower()
            recipient = await self._recipients.add({"email": address, **fields, OUR_ID: lead.key})
        else:
            recipient = found.id
            if fields:
                await self._recipients.change(recipient, fields)
        if lead.opted_out or "email" in lead.refuses:
            for one in self._mailing_lists:
                await self._recipients.opt_out(recipient, one)
        elif lead.wants_mail and self._mailing_lists:
            await self._recipients.subscribe(recipient, self._mailing_lists)
        return recipient

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        """Put the note before the others, unless one with this key's mark is among them."""
        there = await self._recipients.get(crm_id)
        mark, known = marker(key), str((there.fields.get(NOTES) if there is not None else "") or "")
        if mark in known:
            return
        notes = f"{text[: LONGEST_NOTES // 2]}\n{mark}\n\n{known}"[:LONGEST_NOTES]
        await self._recipients.change(crm_id, {NOTES: notes})

    async def page(self, fields: Collection[str], *, after: str) -> CrmPage:
        page = await self._recipients.page(self._mailing_lists, after=after)
        people = [
            CrmPerson(_record(Recipient(one.record.id, one.record.fields), fields), one.opted_out)
            for one in page.people
        ]
        return CrmPage(people, page.after)

    async def delete(self, crm_id: str) -> None:
        if await self._recipients.get(crm_id) is not None:
            await self._recipients.delete(crm_id)

    async def anonymise(self, crm_id: str, fields: Collection[str]) -> None:
        """OpenEMM has no recipient without an address, so it gets one that can be nobody's. Lists are left first."""
        if await self._recipients.get(crm_id) is None:
            return
        for one in self._mailing_lists:
            await self._recipients.opt_out(crm_id, one)
        emptied = dict.fromkeys(sorted({*fields, *WHO, NOTES, OUR_ID}), "")
        await self._recipients.change(crm_id, {**emptied, **NEEDED, "email": f"erased-{crm_id}@{NOWHERE}"})

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent]:
        raise WebhookRejected(404, "OpenEMM tells nothing here; let a program of yours post to /v1/events.")

    async def close(self) -> None:
        await self._recipients.close()


def _record(found: Recipient, fields: Collection[str]) -> CrmRecord:
    return CrmRecord(found.id, {field: found.fields.get(field.lower()) for field in fields})
