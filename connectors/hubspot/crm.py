"""The HubSpot CRM: contacts, notes on contacts, through the date-versioned API."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bot.domain.crm import CrmEvent, CrmMerge, CrmPage, CrmPerson, CrmRecord, FieldValue, as_text
from bot.domain.errors import (
    CredentialRefused,
    FieldsRefused,
    PermanentSendError,
    TemporarySendError,
    TooLittleKnown,
)
from bot.domain.handoff import Lead
from bot.ports import Clock, WebhookRequest
from connectors.hubspot.webhooks import ALL_SUBSCRIPTIONS, Subscriptions, parse_webhook
from connectors.vendor_api import Answer, VendorApi, found_after, marker

API_URL = "https://api.hubapi.com"
NOTE_TO_CONTACT = 202
"""HubSpot's own association type for it (developers.hubspot.com, "Association type ID values")."""

TASK_TO_CONTACT = 204
DUE_WITHIN = timedelta(days=1)
"""A task wants a time at which it is due."""

OUR_DEAL = "overture_deal"
"""The property of deals that holds our id of the person; unique there."""

OUR_ID = "overture_lead"
"""The contact property that holds our id of the person; unique there."""

OPTED_OUT = ("hs_email_optout", "overture_opted_out")
"""Properties of who wants no more marketing: HubSpot's own, and ours."""

WHO = ("email", "firstname", "lastname", "phone")
"""Properties that say whose a contact is."""

PAGE = 100
"""Contacts that HubSpot lists at once, at the most."""

LONGEST_NOTE = LONGEST_VALUE = 65_536
LONGEST_SUBJECT = 200
SEARCH_LAGS = timedelta(seconds=30)
"""HubSpot's search finds a new note or task some seconds later."""

CONFLICT_PAUSE = timedelta(seconds=5)
OF_A_VALUE = re.compile("INVALID_|.*_TOO_LONG|.*_TOO_LARGE")
"""Codes that tell of a property's value, as INVALID_OPTION does: another would be taken."""

TEMPORARY_CATEGORIES = {"RATE_LIMITS", "CONFLICT"}


class HubSpotCrm:
    """Writes contacts and notes with a service key or an app's access token (`token`)."""

    name = "hubspot"

    def __init__(
        self,
        *,
        token: str,
        version: str,
        api: VendorApi,
        clock: Clock,
        webhook_secret: str = "",
        subscriptions: Subscriptions = ALL_SUBSCRIPTIONS,
    ) -> None:
        self._api = api
        self._headers = {"Authorization": f"Bearer {token}"}
        self._objects = f"/crm/objects/{version}"
        self._clock = clock
        self._webhook_secret = webhook_secret
        self._subscriptions = subscriptions

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        """By our own id first: an e-mail address changes."""
        for name, value in ((OUR_ID, lead.key), ("email", (lead.email or "").strip().lower())):
            if value and (record := await self._read(name, value, fields)) is not None:
                return record
        return None

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        if not lead.email and not lead.phone:
            raise TooLittleKnown
        if found is not None and not fields:
            return found.id
        properties = {name: as_text(value)[:LONGEST_VALUE] for name, value in fields.items()}
        contact: dict[str, Any] = {"properties": properties, "objectWriteTraceId": marker(key)}
        if found is not None:
            answer = await self._call("POST", "/contacts/batch/update", {"inputs": [{**contact, "id": found.id}]})
        else:
            properties[OUR_ID] = lead.key
            contact |= {"idProperty": OUR_ID, "id": lead.key}
            answer = await self._call("POST", "/contacts/batch/upsert", {"inputs": [contact]})
        return _written(answer, "contact")

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a note to the contact, unless one with this key's mark is there: HubSpot itself knows no such key."""
        mark = marker(key)
        if not await self._is_there("notes", "hs_note_body", crm_id, mark):
            properties = {"hs_timestamp": self._iso(), "hs_note_body": _body(text, mark)}
            await self._make("/notes", _joined(properties, crm_id, NOTE_TO_CONTACT))

    async def task(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a task that is open and due in a day, once in the same way."""
        mark = marker(key)
        if not await self._is_there("tasks", "hs_task_body", crm_id, mark):
            properties = {
                "hs_timestamp": self._iso(DUE_WITHIN),
                "hs_task_subject": text.split("\n", 1)[0][:LONGEST_SUBJECT],
                "hs_task_body": _body(text, mark),
                "hs_task_status": "NOT_STARTED",
                "hs_task_type": "TODO",
            }
            await self._make("/tasks", _joined(properties, crm_id, TASK_TO_CONTACT))

    async def deal(self, lead: Lead, crm_id: str, fields: Mapping[str, FieldValue], *, key: str) -> None:
        """Write the lead's one deal by our own unique property, and join it to the contact, which may be done again."""
        properties = {name: as_text(value)[:LONGEST_VALUE] for name, value in fields.items()}
        deal = {"idProperty": OUR_DEAL, "id": lead.key, "properties": {**properties, OUR_DEAL: lead.key}}
        deal_id = _written(await self._call("POST", "/deals/batch/upsert", {"inputs": [deal]}), "deal")
        path = f"/deals/{quote(deal_id, safe='')}/associations/default/contacts/{quote(crm_id, safe='')}"
        await self._call("PUT", path, None)

    async def delete(self, crm_id: str) -> None:
        """For good, as the GDPR has it: HubSpot brings such a contact back for nobody."""
        answer = await self._try("POST", "/contacts/gdpr-delete", {"objectId": crm_id})
        if not answer.ok and not _is_missing(answer):
            raise _refusal(answer)

    async def anonymise(self, crm_id: str, fields: Collection[str]) -> None:
        properties = dict.fromkeys(sorted({*fields, *WHO, OUR_ID}), "")
        contact = {"id": crm_id, "properties": {**properties, "overture_opted_out": "true"}}
        answer = await self._try("POST", "/contacts/batch/update", {"inputs": [contact]})
        if _is_missing(answer) or _is_missing(_of_the_one(answer)):
            return
        if not answer.ok:
            raise _refusal(answer)
        _written(answer, "contact")

    async def page(self, fields: Collection[str], *, after: str) -> CrmPage:
        """In the order of their ids, as HubSpot lists them."""
        opted_out = (*OPTED_OUT, *self._subscriptions.properties)
        params = {"limit": str(PAGE), "properties": ",".join(sorted({*fields, *opted_out}))}
        params |= {"after": after} if after else {}
        answer = await self._api.call("GET", f"{self._objects}/contacts", params=params, headers=self._headers)
        match answer:
            case Answer(status=200, body={"results": list() as results, **rest}):
                return CrmPage([_person(one, opted_out) for one in results], _next(rest))
            case Answer(status=200):
                raise TemporarySendError("HubSpot's answer is no list of contacts")
        raise _refusal(answer)

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent | CrmMerge]:
        return parse_webhook(request, self._webhook_secret, self._subscriptions)

    async def close(self) -> None:
        await self._api.close()

    async def _read(self, name: str, value: str, fields: Collection[str]) -> CrmRecord | None:
        params = {"idProperty": name} | ({"properties": ",".join(sorted(fields))} if fields else {})
        answer = await self._api.call(
            "GET", f"{self._objects}/contacts/{quote(value, safe='')}", params=params, headers=self._headers
        )
        if _is_missing(answer):
            return None
        match answer:
            case Answer(status=200, body={"id": str(contact_id), "properties": dict() as properties}):
                return CrmRecord(contact_id, properties)
            case Answer(status=200):
                raise TemporarySendError("HubSpot's answer is no contact")
        raise _refusal(answer)

    async def _is_there(self, kind: str, body: str, crm_id: str, mark: str) -> bool:
        """Whether the contact has one of this kind with the mark in its body."""
        filters = [
            {"propertyName": "associations.contact", "operator": "EQ", "value": crm_id},
            {"propertyName": body, "operator": "CONTAINS_TOKEN", "value": mark},
        ]
        search = {"filterGroups": [{"filters": filters}], "properties": [body], "limit": 1}
        answer = await self._call("POST", f"/{kind}/search", search)
        return bool(answer.body.get("results"))

    async def _make(self, path: str, body: Mapping[str, Any]) -> None:
        with found_after(SEARCH_LAGS):
            await self._call("POST", path, body)

    def _iso(self, later: timedelta = timedelta()) -> str:
        return (self._clock.now() + later).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        """One call with an object in its answer, or TemporarySendError or PermanentSendError."""
        answer = await self._try(method, path, body)
        if not answer.ok:
            raise _refusal(answer)
        if not isinstance(answer.body, dict):
            raise TemporarySendError("HubSpot's answer is no JSON object")
        return answer

    async def _try(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        return await self._api.call(method, f"{self._objects}{path}", body=body, headers=self._headers)


def _is_missing(answer: Answer) -> bool:
    """Whether there is no such object: HubSpot says so with a category, whatever the status (as of a batch), or by the
    status alone ("resource not found")."""
    match answer:
        case Answer(body={"category": str(category)}):
            return category == "OBJECT_NOT_FOUND"
        case Answer(status=404, body={"status": "error"}):
            return True
    return False


def _person(contact: Any, opt_outs: Collection[str]) -> CrmPerson:
    match contact:
        case {"id": str(contact_id), "properties": dict() as properties}:
            opted_out = any(str(properties.get(name)).lower() == "true" for name in opt_outs)
            return CrmPerson(CrmRecord(contact_id, properties | _time_zone(properties)), opted_out)
    raise TemporarySendError("HubSpot's answer is no list of contacts")


def _time_zone(properties: Mapping[str, Any]) -> dict[str, str]:
    """HubSpot's own property for it, as the zone is called elsewhere: `america_slash_new_york` is America/New_York."""
    written = properties.get("hs_timezone")
    if not isinstance(written, str):
        return {}
    return {"hs_timezone": written.replace("_slash_", "/").replace("_hyphen_", "-")}


def _next(listed: object) -> str:
    match listed:
        case {"paging": {"next": {"after": str(after)}}}:
            return after
    return ""


def _of_the_one(answer: Answer) -> Answer:
    """What a batch of one says of that: it may be refused although the batch was taken."""
    match answer.body:
        case {"errors": [dict() as fault, *_]}:
            return Answer(207, fault)
    return answer


def _written(answer: Answer, what: str) -> str:
    """The id of the one object of a batch; raises where that was refused."""
    match answer.body:
        case {"errors": [dict(), *_]}:
            raise _refusal(_of_the_one(answer))
        case {"results": [{"id": str(object_id)}, *_]}:
            return object_id
    raise TemporarySendError(f"HubSpot took the {what} but its answer names no id")


def _body(text: str, mark: str) -> str:
    words = html.escape(text[: LONGEST_NOTE // 2]).replace("\n", "<br>")
    return f"<p>{words[: LONGEST_NOTE - 100]}</p><p>Overture reference: {mark}</p>"


def _joined(properties: Mapping[str, str], contact: str, kind: int) -> Mapping[str, Any]:
    """A new object that belongs to the contact."""
    association = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}
    return {"properties": properties, "associations": [{"to": {"id": contact}, "types": [association]}]}


def _refusal(answer: Answer) -> TemporarySendError | PermanentSendError:
    """HubSpot's error as ours. Of its own words only the category and the id for its support are safe to repeat."""
    told = answer.body if isinstance(answer.body, dict) else {}
    category = str(told.get("category") or "")
    reason = f"HubSpot refused with status {answer.status}" + (f", {category}" if category else "")
    if trace := str(told.get("correlationId") or ""):
        reason += f" (correlation id {trace})"
    if answer.status == 409 or category == "CONFLICT":
        # Somebody made the same contact at the same moment; the next try finds and updates it.
        return TemporarySendError(reason, code=category or "CONFLICT", retry_after=CONFLICT_PAUSE, of_message=True)
    if answer.is_trouble or answer.status == 477 or category in TEMPORARY_CATEGORIES:
        of_message = answer.tells_of_record
        return TemporarySendError(reason, code=category, retry_after=answer.retry_after, of_message=of_message)
    if answer.status in (401, 403):
        reason += ": check HUBSPOT_TOKEN, and its scopes: connectors/hubspot/README.md"
        return CredentialRefused(reason, code=category)
    if properties := _values_refused(told):
        return FieldsRefused(f"{reason}, of {', '.join(properties)[:200]}", properties, code=category)
    if "PROPERTY_DOESNT_EXIST" in json.dumps(told):
        reason += ": a property does not exist there. connectors/hubspot/README.md lists ours"
    return PermanentSendError(reason, code=category)


def _values_refused(told: Mapping[str, Any]) -> Sequence[str]:
    """The properties whose values are refused; none unless all that is refused are values."""
    found: list[str] = []
    for fault in _faults_of_properties(told):
        match fault:
            case {"code": str(code), "context": {"propertyName": [*names]}} if OF_A_VALUE.match(code):
                found += [name for name in names if isinstance(name, str)]
            case {"error": str(code), "name": str(name)} if OF_A_VALUE.match(code):
                found.append(name)
            case _:
                return ()
    return found


def _faults_of_properties(told: Mapping[str, Any]) -> Sequence[Any]:
    """In a list of their own, or as JSON within the message."""
    faults = told.get("errors")
    if not faults:
        with suppress(ValueError):
            faults = json.loads(str(told.get("message")).partition(": ")[2])
    return faults if isinstance(faults, list) else ()
