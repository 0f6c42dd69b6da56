"""The OpenEMM CRM: recipients by a profile field of ours, through its SOAP webservices."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from xml.etree.ElementTree import Element

from bot.domain.crm import CrmEvent, CrmRecord, FieldValue
from bot.domain.errors import PermanentSendError, TemporarySendError, WebhookRejected
from bot.domain.handoff import Lead
from bot.ports import Clock, WebhookRequest
from connectors.openemm.envelope import AGN, SOAP, Part, envelope, map_of, part_of, read_body
from connectors.vendor_api import Answer, VendorApi, marker

OUR_ID = "overture_lead"
"""The profile field that holds our id of the person."""

NOTES = "overture_notes"
"""The profile field that holds the notes, the newest first: OpenEMM has none of its own."""

LONGEST_NOTES = 4000
NEEDED: Mapping[str, FieldValue] = {"gender": 2, "mailtype": 1}
"""What OpenEMM wants of a new recipient: of unknown gender, with mails in HTML."""

EMAIL, WORLD = 0, "W"
ACTIVE, OPTED_OUT_BY_ADMIN = 1, 3
"""Of a binding: the media type, the kind of a recipient who is no tester, and the status."""


class OpenEmmCrm:
    """Calls the webservices at `url` as a webservice user; opt-outs go into each of `mailing_lists`."""

    name = "openemm"

    def __init__(
        self,
        *,
        api: VendorApi,
        user: str,
        password: str,
        mailing_lists: Sequence[int],
        clock: Clock,
    ) -> None:
        self._api = api
        self._user = user
        self._password = password
        self._mailing_lists = mailing_lists
        self._clock = clock

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        for name, value in ((OUR_ID, lead.key), ("email", (lead.email or "").strip().lower())):
            if not value:
                continue
            found = part_of(await self._call("FindSubscriber", {"keyColumn": name, "value": value}), "value")
            if _is_id(found):
                known = await self._fields(str(found))
                return CrmRecord(str(found), {field: known.get(field) for field in fields})
        return None

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        """OpenEMM itself looks for our id before it adds a recipient, so a second try makes no second one."""
        if not lead.email:
            raise PermanentSendError("this lead has no e-mail address yet, without which OpenEMM has no recipient")
        recipient = found.id if found is not None else await self._add(lead, fields)
        if found is not None and fields:
            await self._call("UpdateSubscriber", {"customerID": recipient, "parameters": fields})
        if lead.opted_out:
            for one in self._mailing_lists:
                await self._bind(recipient, one, OPTED_OUT_BY_ADMIN, "Opted out of marketing with Overture")
        elif lead.wants_mail and self._mailing_lists:
            await self._bind_where_nothing_is(recipient)
        return recipient

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        """Put the note before the others, unless one with this key's mark is among them."""
        mark, known = marker(key), (await self._fields(crm_id)).get(NOTES, "")
        if mark in known:
            return
        notes = f"{text[: LONGEST_NOTES // 2]}\n{mark}\n\n{known}"[:LONGEST_NOTES]
        await self._call("UpdateSubscriber", {"customerID": crm_id, "parameters": {NOTES: notes}})

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent]:
        raise WebhookRejected(404, "OpenEMM tells nothing here; let a program of yours post to /v1/events.")

    async def close(self) -> None:
        await self._api.close()

    async def _add(self, lead: Lead, fields: Mapping[str, FieldValue]) -> str:
        parameters = {**NEEDED, **fields, OUR_ID: lead.key}
        asked: dict[str, Part] = {"doubleCheck": True, "keyColumn": OUR_ID, "overwrite": True, "parameters": parameters}
        recipient = part_of(await self._call("AddSubscriber", asked), "customerID")
        if not _is_id(recipient):
            raise TemporarySendError("OpenEMM took the recipient but its answer names no id")
        return str(recipient)

    async def _fields(self, recipient: str) -> Mapping[str, str]:
        return map_of(await self._call("GetSubscriber", {"customerID": recipient}), "parameters")

    async def _bind_where_nothing_is(self, recipient: str) -> None:
        """Who is on a list already, in whatever state, stays so: they may have left it by its own link."""
        answer = await self._call("ListSubscriberBinding", {"customerID": recipient})
        known = {
            one.findtext(f"{{{AGN}}}mailinglistID")
            for one in answer
            if one.findtext(f"{{{AGN}}}mediatype") == str(EMAIL)
        }
        for one in self._mailing_lists:
            if str(one) not in known:
                await self._bind(recipient, one, ACTIVE, "Consented to marketing by e-mail with Overture")

    async def _bind(self, recipient: str, mailing_list: int, status: int, remark: str) -> None:
        binding: dict[str, Part] = {
            "customerID": recipient,
            "mailinglistID": mailing_list,
            "mediatype": EMAIL,
            "status": status,
            "userType": WORLD,
            "remark": remark,
            "exitMailingID": 0,
        }
        await self._call("SetSubscriberBinding", binding)

    async def _call(self, operation: str, parts: Mapping[str, Part]) -> Element:
        """The answer to one operation, or TemporarySendError or PermanentSendError."""
        now = self._clock.now()
        data = envelope(operation, parts, user=self._user, password=self._password, now=now)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', "Accept": "text/xml"}
        answer = await self._api.call("POST", "", data=data, headers=headers)
        told = read_body(answer.text.encode())
        if answer.ok and told is not None and told.tag == f"{{{AGN}}}{operation}Response":
            return told
        raise _refusal(answer, told)


def _is_id(told: str | None) -> bool:
    return told is not None and told.isascii() and told.isdecimal() and int(told) > 0


def _refusal(answer: Answer, told: Element | None) -> TemporarySendError | PermanentSendError:
    """OpenEMM's fault as ours; its own words may repeat what a person said, so only its code is.

    A fault has status 500 whoever is to blame for it: its code says whether that are we.
    """
    if told is not None and told.tag == f"{{{SOAP}}}Fault":
        code = (told.findtext("faultcode") or "").rpartition(":")[2]
        reason = f"OpenEMM refused with the fault {code}"
        if code in ("FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken"):
            return PermanentSendError(f"{reason}: check OPENEMM_USER and OPENEMM_PASSWORD, and both clocks", code=code)
        if code == "Client":
            return PermanentSendError(
                f"{reason}: check that its profile fields are those in connectors/openemm/README.md, and what the "
                "webservice user may call",
                code=code,
            )
        return TemporarySendError(reason, code=code)
    reason = f"OpenEMM refused with status {answer.status}"
    if answer.is_trouble:
        return TemporarySendError(reason, retry_after=answer.retry_after)
    if answer.ok:
        return TemporarySendError("OpenEMM's answer is none of its webservices")
    return PermanentSendError(f"{reason}: check OPENEMM_URL")
