"""The Mautic CRM: contacts, notes and do-not-contact, through its REST API."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bot.domain.crm import CrmEvent, CrmPage, CrmPerson, CrmRecord, FieldValue
from bot.domain.errors import (
    CredentialRefused,
    FieldsRefused,
    PermanentSendError,
    TemporarySendError,
    TooLittleKnown,
)
from bot.domain.handoff import Lead
from bot.ports import Clock, WebhookRequest
from connectors.mautic.webhooks import parse_webhook
from connectors.vendor_api import AccessToken, Answer, VendorApi, call_with, marker

OUR_ID = "overture_lead"
"""The alias of the custom field that holds our id of the person; a unique identifier there."""

DNC_CHANNELS = ("email", "sms")
DNC_MANUAL = 3
"""Mautic's reason for a do-not-contact that is neither an unsubscription by its own link nor a bounce."""

WHO = ("email", "firstname", "lastname", "mobile")
"""Fields that say whose a contact is."""

PAGE = 100
"""Contacts that are read at once."""

LONGEST_NOTE = 60_000


class MauticCrm:
    """Calls one installation (`url`) with an API credential of OAuth 2 client credentials."""

    name = "mautic"

    def __init__(
        self,
        *,
        api: VendorApi,
        client_id: str,
        client_secret: str,
        segments: Sequence[int],
        clock: Clock,
        webhook_secret: str = "",
    ) -> None:
        self._api = api
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._segments = segments
        self._token = AccessToken(self._log_in, clock)
        self._webhook_secret = webhook_secret

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        for name, value in ((OUR_ID, lead.key), ("email", (lead.email or "").strip().lower())):
            if value and (record := await self._find_by(name, value, fields)) is not None:
                return record
        return None

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        """Mautic merges a new contact with one of the same unique identifier, so a second try makes no second one."""
        if not lead.email and not lead.phone:
            raise TooLittleKnown
        contact_id = found.id if found is not None else ""
        if found is None:
            contact_id = await self._write("POST", "/contacts/new", {**fields, OUR_ID: lead.key})
        elif fields:
            await self._write("PATCH", f"/contacts/{quote(found.id, safe='')}/edit", fields)
        refused = DNC_CHANNELS if lead.opted_out else [one for one in DNC_CHANNELS if one in lead.refuses]
        for channel in refused:
            await self._do_not_contact(contact_id, channel)
        if not lead.opted_out:
            await self._put_into_segments(contact_id)
        return contact_id

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a note to the contact, unless one with this key's mark is there: Mautic itself knows no such key."""
        mark = marker(key)
        params = {"search": mark, "limit": "10"}
        there = await self._call("GET", f"/contacts/{quote(crm_id, safe='')}/notes", params=params)
        if any(mark in str(one.get("text", "")) for one in _listed(there, "notes").values()):
            return
        words = html.escape(text).replace("\n", "<br>")[:LONGEST_NOTE]
        body = {"lead": crm_id, "type": "general", "text": f"<p>{words}</p><p>Overture reference: {mark}</p>"}
        await self._call("POST", "/notes/new", body=body)

    async def delete(self, crm_id: str) -> None:
        answer = await self._try("DELETE", f"/contacts/{quote(crm_id, safe='')}/delete")
        if not answer.ok and answer.status != 404:
            raise _refusal(answer)

    async def anonymise(self, crm_id: str, fields: Collection[str]) -> None:
        """Do-not-contact first: it holds though the rest should fail."""
        path = f"/contacts/{quote(crm_id, safe='')}"
        known = await self._try("GET", path)
        if known.status == 404:
            return
        for channel in DNC_CHANNELS:
            await self._do_not_contact(crm_id, channel)
        await self._write("PATCH", f"{path}/edit", dict.fromkeys(sorted({*fields, *WHO, OUR_ID})))

    async def page(self, fields: Collection[str], *, after: str) -> CrmPage:
        """In the order of their ids, from behind the last one; who is on any do-not-contact list has opted out."""
        params = {
            "where[0][col]": "id",
            "where[0][expr]": "gt",
            "where[0][val]": after or "0",
            "orderBy": "id",
            "limit": str(PAGE),
        }
        found = []
        for contact in _listed(await self._call("GET", "/contacts", params=params), "contacts").values():
            match contact:
                case {"id": int() | str() as contact_id, "fields": {"all": dict() as values}, **rest}:
                    record = CrmRecord(str(contact_id), {field: values.get(field) for field in fields})
                    found.append(CrmPerson(record, bool(rest.get("doNotContact"))))
                case _:
                    raise TemporarySendError("Mautic's answer is no contact")
        return CrmPage(found, found[-1].record.id if len(found) == PAGE else "")

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent]:
        return parse_webhook(request, self._webhook_secret)

    async def close(self) -> None:
        await self._api.close()

    async def _find_by(self, name: str, value: str, fields: Collection[str]) -> CrmRecord | None:
        """The oldest contact with this value."""
        params = {
            "where[0][col]": name,
            "where[0][expr]": "eq",
            "where[0][val]": value,
            "orderBy": "id",
            "limit": "1",
        }
        for contact in _listed(await self._call("GET", "/contacts", params=params), "contacts").values():
            match contact:
                case {"id": int() | str() as contact_id, "fields": {"all": dict() as values}}:
                    return CrmRecord(str(contact_id), {field: values.get(field) for field in fields})
            raise TemporarySendError("Mautic's answer is no contact")
        return None

    async def _write(self, method: str, path: str, fields: Mapping[str, Any]) -> str:
        match (await self._call(method, path, body=fields)).body:
            case {"contact": {"id": int() | str() as contact_id}}:
                return str(contact_id)
        raise TemporarySendError("Mautic took the contact but its answer names no id")

    async def _put_into_segments(self, contact_id: str) -> None:
        """At each sync, since an earlier one may have ended before it came to this; Mautic adds nobody twice."""
        for segment in self._segments:
            await self._call("POST", f"/segments/{segment}/contact/{quote(contact_id, safe='')}/add", body={})

    async def _do_not_contact(self, contact_id: str, channel: str) -> None:
        body = {"reason": DNC_MANUAL, "comments": "Opted out of marketing with Overture"}
        await self._call("POST", f"/contacts/{quote(contact_id, safe='')}/dnc/{channel}/add", body=body)

    async def _call(
        self, method: str, path: str, *, body: Any = None, params: Mapping[str, str] | None = None
    ) -> Answer:
        """One call with an object in its answer, or TemporarySendError or PermanentSendError."""
        answer = await self._try(method, path, body=body, params=params)
        if not answer.ok:
            raise _refusal(answer)
        if not isinstance(answer.body, dict):
            raise TemporarySendError("Mautic's answer is no JSON object")
        return answer

    async def _try(
        self, method: str, path: str, *, body: Any = None, params: Mapping[str, str] | None = None
    ) -> Answer:
        return await call_with(self._token, self._api, method, f"/api{path}", body=body, params=params)

    async def _log_in(self) -> tuple[str, timedelta]:
        form = {"grant_type": "client_credentials", **self._credentials}
        answer = await self._api.call("POST", "/oauth/v2/token", form=form)
        match answer:
            case Answer(status=200, body={"access_token": str(token), "expires_in": int(seconds)}):
                return token, timedelta(seconds=min(max(seconds, 0), 86_400))
            case Answer(ok=True):
                raise TemporarySendError("Mautic's answer has no access token")
        if answer.is_trouble:
            raise _refusal(answer)
        raise CredentialRefused(
            f"Mautic let us not log in, status {answer.status}: check MAUTIC_URL, MAUTIC_CLIENT_ID and "
            "MAUTIC_CLIENT_SECRET, and that its API is enabled"
        )


def _listed(answer: Answer, name: str) -> Mapping[str, Mapping[str, Any]]:
    """The items of a list, by their ids; PHP writes one without items as []."""
    items = answer.body.get(name)
    if isinstance(items, dict) and all(isinstance(item, dict) for item in items.values()):
        return items
    if items == []:
        return {}
    raise TemporarySendError(f"Mautic's answer has no {name}")


def _refusal(answer: Answer) -> TemporarySendError | PermanentSendError:
    """Mautic's error as ours; its own words may repeat what a person said, so only the status is."""
    reason = f"Mautic refused with status {answer.status}"
    if answer.is_trouble:
        return TemporarySendError(reason, retry_after=answer.retry_after, of_message=answer.tells_of_record)
    if answer.status in (401, 403):
        return CredentialRefused(f"{reason}: check that its API is enabled, and what the credential's role may do")
    if answer.status in (400, 422) and (fields := _fields_told(answer.body)):
        return FieldsRefused(f"{reason}, of {', '.join(fields)[:200]}", fields)
    if answer.status == 404:
        reason += ": the contact, or one of MAUTIC_SEGMENTS, is not there"
    elif answer.status in (400, 422):
        reason += ": check that its contacts have the fields in connectors/mautic/README.md"
    return PermanentSendError(reason)


def _fields_told(body: Any) -> Sequence[str]:
    """The fields whose values are refused: Mautic gives its reasons by their aliases."""
    match body:
        case {"errors": [{"details": dict() as details}, *_]}:
            return [str(one) for one in details]
    return ()
