"""OpenEMM's recipients through its SOAP webservices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from bot.domain.crm import CrmPage, CrmPerson, CrmRecord, FieldValue
from bot.domain.errors import CredentialRefused, FieldsRefused, PermanentSendError, TemporarySendError
from bot.ports import Clock
from connectors.openemm.envelope import AGN, SOAP, Part, envelope, map_of, part_of, read_body
from connectors.openemm.recipients import ADVICE, NEEDED, OUR_ID, Recipient, is_id
from connectors.vendor_api import Answer, VendorApi, fields_named

EMAIL, WORLD = 0, "W"
ACTIVE, OPTED_OUT_BY_ADMIN = 1, 3
"""Of a binding: the media type, the kind of a recipient who is no tester, and the status."""

LEFT = ("3", "4", "6")
"""Statuses of who is to get no more: opted out by an administrator or by their own link, or blacklisted."""

A_PAGE = 50
A_STEP = 1000
LARGEST_ID = 2**31 - 1


class SoapRecipients:
    """Calls the webservices as a webservice user."""

    def __init__(self, api: VendorApi, *, user: str, password: str, clock: Clock) -> None:
        self._api = api
        self._user = user
        self._password = password
        self._clock = clock

    async def find(self, field: str, value: str) -> Recipient | None:
        found = part_of(await self._call("FindSubscriber", {"keyColumn": field, "value": value}), "value")
        return await self.get(str(found)) if is_id(found) else None

    async def get(self, recipient: str) -> Recipient | None:
        found = map_of(await self._call("GetSubscriber", {"customerID": recipient}), "parameters")
        return Recipient(recipient, {name.lower(): value for name, value in found.items()}) if found else None

    async def add(self, fields: Mapping[str, FieldValue]) -> str:
        parameters = {**NEEDED, **fields}
        asked: dict[str, Part] = {"doubleCheck": True, "keyColumn": OUR_ID, "overwrite": True, "parameters": parameters}
        recipient = part_of(await self._call("AddSubscriber", asked), "customerID")
        if not is_id(recipient):
            raise TemporarySendError("OpenEMM took the recipient but its answer names no id")
        return str(recipient)

    async def change(self, recipient: str, fields: Mapping[str, FieldValue]) -> None:
        await self._call("UpdateSubscriber", {"customerID": recipient, "parameters": fields})

    async def delete(self, recipient: str) -> None:
        await self._call("DeleteSubscriber", {"customerID": recipient})

    async def opt_out(self, recipient: str, mailing_list: int) -> None:
        await self._bind(recipient, mailing_list, OPTED_OUT_BY_ADMIN, "Opted out of marketing with Overture")

    async def subscribe(self, recipient: str, mailing_lists: Sequence[int]) -> None:
        known = await self._bindings(recipient)
        for one in mailing_lists:
            if str(one) not in known:
                await self._bind(recipient, one, ACTIVE, "Consented to marketing by e-mail with Overture")

    async def page(self, mailing_lists: Sequence[int], *, after: str) -> CrmPage:
        """In the order of their ids. Two calls for each: OpenEMM gives of many no more than who they are."""
        wanted = {str(one) for one in mailing_lists}
        ids, people = [str(one) for one in await self._ids_behind(int(after or 0))][:A_PAGE], []
        for recipient in ids:
            found, bindings = await self.get(recipient), await self._bindings(recipient)
            if found is not None:
                left = {name for name, status in bindings.items() if status in LEFT}
                people.append(CrmPerson(CrmRecord(recipient, found.fields), bool(left & wanted if wanted else left)))
        return CrmPage(people, ids[-1] if ids else "")

    async def close(self) -> None:
        await self._api.close()

    async def _ids_behind(self, last: int) -> Sequence[int]:
        """The next ones in their order; none where there are no more. A gap is passed in steps that double."""
        step = A_STEP
        while last < LARGEST_ID:
            upto = min(last + step, LARGEST_ID)
            eql = f"customer_id > {last} AND customer_id <= {upto}"
            answer = await self._call("ListSubscribers", {"eql": eql})
            found = sorted(int(one.text or "") for one in answer.iter(f"{{{AGN}}}customerID") if is_id(one.text))
            if found and step == A_STEP:
                return found
            if found:  # they may be too many for one answer: go closer
                last, step = last + step // 2, A_STEP
            elif upto == LARGEST_ID:
                return []
            else:
                step *= 2
        return []

    async def _bindings(self, recipient: str) -> Mapping[str, str]:
        """Their status on each mailing list of which they have one for e-mail."""
        answer = await self._call("ListSubscriberBinding", {"customerID": recipient})
        return {
            one.findtext(f"{{{AGN}}}mailinglistID", ""): one.findtext(f"{{{AGN}}}status", "")
            for one in answer
            if one.findtext(f"{{{AGN}}}mediatype") == str(EMAIL)
        }

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
        written = parts.get("parameters")
        raise _refusal(answer, told, written if isinstance(written, Mapping) else {})


def _refusal(
    answer: Answer, told: Element | None, written: Mapping[str, FieldValue]
) -> TemporarySendError | PermanentSendError:
    """OpenEMM's fault as ours; its own words may repeat what a person said, so only its code is.

    A fault has status 500 whoever is to blame for it: its code says whether that are we.
    """
    if told is not None and told.tag == f"{{{SOAP}}}Fault":
        code = (told.findtext("faultcode") or "").rpartition(":")[2]
        reason = f"OpenEMM refused with the fault {code}"
        if code in ("FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken"):
            return CredentialRefused(f"{reason}: check OPENEMM_USER and OPENEMM_PASSWORD, and both clocks", code=code)
        if code == "Client" and (refused := fields_named(told.findtext("faultstring") or "", written)):
            return FieldsRefused(f"{reason}, of {', '.join(refused)[:200]}", refused, code=code)
        if code == "Client":
            return PermanentSendError(f"{reason}: {ADVICE}, and what the webservice user may call", code=code)
        return TemporarySendError(reason, code=code)
    reason = f"OpenEMM refused with status {answer.status}"
    if answer.is_trouble:
        return TemporarySendError(reason, retry_after=answer.retry_after, of_message=answer.tells_of_record)
    if answer.ok:
        return TemporarySendError("OpenEMM's answer is none of its webservices")
    if answer.status in (401, 403):
        return CredentialRefused(f"{reason}: check OPENEMM_USER and OPENEMM_PASSWORD")
    return PermanentSendError(f"{reason}: check OPENEMM_URL")
