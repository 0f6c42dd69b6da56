"""The Salesforce CRM: leads by an external id of ours, notes as completed tasks, through the REST API."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from bot.domain.crm import CrmEvent, CrmPage, CrmPerson, CrmRecord, FieldValue, as_field, as_text
from bot.domain.errors import PermanentSendError, TemporarySendError, TooLittleKnown
from bot.domain.handoff import Lead
from bot.ports import Clock, WebhookRequest
from connectors.crm_webhooks import parse_with_secret
from connectors.salesforce.log_in import LogIn
from connectors.salesforce.refusals import duplicates_told, refusal
from connectors.vendor_api import AccessToken, Answer, VendorApi, call_with, marker

OUR_ID = "Overture_Lead__c"
"""The external id of the object Lead that holds our id of the person."""

OPTED_OUT = ("HasOptedOutOfEmail",)
WHO = ("Email", "FirstName", "MobilePhone", "Phone")
"""Fields that say whose a lead is."""

ERASED = "Erased"
"""In fields that no lead may be without."""

NEEDED = {"LastName": 80, "Company": 255}
"""Those, and how many characters they take: what else is too long may be left out, these may not."""

PAGE = 200
"""Leads that are read at once."""

LONGEST_TASK = 32_000
LONGEST_SUBJECT = 200
"""Of the 255 characters of a subject, besides the reference."""

DUE_WITHIN = timedelta(days=1)
PHONES = ("MobilePhone", "Phone")
SAME_DIGITS = 9


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    fields: Mapping[str, FieldValue]


class SalesforceCrm:
    """Calls the organisation's My Domain as the user that its External Client App runs as."""

    name = "salesforce"

    def __init__(
        self,
        *,
        api: VendorApi,
        log_in: LogIn,
        version: str,
        clock: Clock,
        webhook_secret: str = "",
    ) -> None:
        self._api = api
        self._data = f"/services/data/v{version}"
        self._token = AccessToken(partial(log_in, api), clock)
        self._clock = clock
        self._webhook_secret = webhook_secret

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        wanted = ",".join(sorted({"Id", *fields}))
        answer = await self._call("GET", self._by_our_id(lead), params={"fields": wanted})
        match answer:
            case Answer(status=200, body={"Id": str(lead_id), **found}):
                return CrmRecord(lead_id, {str(name): value for name, value in found.items()})
            case Answer(status=404, body=[{"errorCode": "NOT_FOUND"}, *_]):
                return await self._find_by_email(lead, wanted)
            case Answer(status=200):
                raise TemporarySendError("Salesforce's answer is no lead")
        raise refusal(answer)

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        wanted = self._lead_request(lead, fields, found)
        if found is not None and not fields:
            return found.id
        answer = await self._call(wanted.method, wanted.path, body=wanted.fields)
        if answer.ok:
            return found.id if found is not None else _new_id(answer)
        return await self._blocked_by(answer, lead, fields, found)

    async def upsert_with_note(
        self, lead: Lead, fields: Mapping[str, FieldValue], note: str, *, found: CrmRecord | None, key: str
    ) -> str:
        """Both in one request, of which Salesforce does all or nothing; a task that is there is not made again."""
        wanted = self._lead_request(lead, fields, found)
        mark = marker(key)
        if found is not None and (not fields or await self._has_task(found.id, mark)):
            lead_id = await self.upsert(lead, fields, found=found, key=key)
            await self.note(lead_id, note, key=key)
            return lead_id
        who = found.id if found is not None else "@{lead.id}"
        task = {"method": "POST", "url": f"{self._data}/sobjects/Task", "body": _task(who, note, mark)}
        record = {"method": wanted.method, "url": f"{self._data}{wanted.path}", "body": wanted.fields}
        requests = [{**record, "referenceId": "lead"}, {**task, "referenceId": "task"}]
        answer = await self._call("POST", "/composite", body={"allOrNone": True, "compositeRequest": requests})
        if not answer.ok:
            raise refusal(answer)
        of_lead, of_task = _parts(answer)
        if of_lead.ok and of_task.ok:
            return found.id if found is not None else _new_id(of_lead)
        if not of_lead.ok and not _was_undone(of_lead):
            lead_id = await self._blocked_by(of_lead, lead, fields, found)
            await self.note(lead_id, note, key=key)
            return lead_id
        raise refusal(of_task)

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a completed task, unless one with this key's mark is in a subject: descriptions cannot be searched."""
        await self._add_task(crm_id, _task(crm_id, text, marker(key)), marker(key))

    async def task(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a task that is open and due in a day, once in the same way."""
        mark = marker(key)
        first, _, _ = text.partition("\n")
        due = (self._clock.now() + DUE_WITHIN).date().isoformat()
        wanted = {"Subject": f"{first[:LONGEST_SUBJECT]} ({mark})", "Status": "Not Started", "ActivityDate": due}
        await self._add_task(crm_id, {**_task(crm_id, text, mark), **wanted}, mark)

    async def delete(self, crm_id: str) -> None:
        """Into the organisation's recycle bin, which Salesforce empties after 15 days."""
        answer = await self._call("DELETE", f"/sobjects/Lead/{quote(crm_id, safe='')}")
        if not answer.ok and not _is_missing(answer):
            raise refusal(answer)

    async def anonymise(self, crm_id: str, fields: Collection[str]) -> None:
        """Where the lead has an Individual, that one is marked as to be forgotten, too."""
        path = f"/sobjects/Lead/{quote(crm_id, safe='')}"
        known = await self._call("GET", path)
        if _is_missing(known):
            return
        if not known.ok:
            raise refusal(known)
        match known.body:
            case {"IndividualId": str(individual)}:
                await self._write(f"/sobjects/Individual/{quote(individual, safe='')}", {"ShouldForget": True})
        emptied = dict.fromkeys(sorted({*fields, *WHO, OUR_ID}))
        await self._write(path, {**emptied, **dict.fromkeys(NEEDED, ERASED), "HasOptedOutOfEmail": True})

    async def page(self, fields: Collection[str], *, after: str) -> CrmPage:
        """In the order of their ids; leads that were converted are contacts now, and left out."""
        wanted = ",".join(sorted({"Id", *fields, *OPTED_OUT}))
        behind = f"Id > {_quoted(after)} AND IsConverted = false" if after else "IsConverted = false"
        query = f"SELECT {wanted} FROM Lead WHERE {behind} ORDER BY Id LIMIT {PAGE}"  # noqa: S608  quoted above
        found = []
        for one in await self._query(query):
            match one:
                case {"Id": str(lead_id), **known}:
                    record = CrmRecord(lead_id, {str(name): value for name, value in known.items()})
                    found.append(CrmPerson(record, any(known.get(name) is True for name in OPTED_OUT)))
                case _:
                    raise TemporarySendError("Salesforce's answer is no lead")
        return CrmPage(found, found[-1].record.id if len(found) == PAGE else "")

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent]:
        """What a flow tells in our own shape, with the secret in a header: Salesforce itself signs no webhook."""
        return parse_with_secret(request, self._webhook_secret, "SALESFORCE_WEBHOOK_SECRET")

    async def close(self) -> None:
        await self._api.close()

    def _by_our_id(self, lead: Lead) -> str:
        return f"/sobjects/Lead/{OUR_ID}/{quote(lead.key, safe='')}"

    def _lead_request(self, lead: Lead, fields: Mapping[str, FieldValue], found: CrmRecord | None) -> _Request:
        if not lead.email and not lead.phone:
            raise TooLittleKnown
        fields = {one: as_text(value)[: NEEDED[one]] if one in NEEDED else value for one, value in fields.items()}
        if found is not None:
            return _Request("PATCH", f"/sobjects/Lead/{quote(found.id, safe='')}", fields)
        own = {name: value for name, value in fields.items() if name != OUR_ID}
        return _Request("PATCH", self._by_our_id(lead), own)

    async def _blocked_by(
        self, answer: Answer, lead: Lead, fields: Mapping[str, FieldValue], found: CrmRecord | None
    ) -> str:
        """Where a duplicate rule blocks a new lead: the one lead that it takes for the same is the lead, if it is."""
        if found is not None or not (matches := duplicates_told(answer)):
            raise refusal(answer)
        same = [one for one in [await self._same_person(lead, match) for match in matches] if one is not None]
        if len(matches) != 1 or len(same) != 1:
            raise PermanentSendError(
                f"Salesforce refused with DUPLICATES_DETECTED: a duplicate rule takes this lead for {len(matches)} "
                f"records there, and which of them is this person cannot be told ({', '.join(matches)[:200]}). Merge "
                "them there, then: overture outbox replay --to salesforce",
                code="DUPLICATES_DETECTED",
            )
        [record] = same
        missing = {name: value for name, value in fields.items() if record.fields.get(name) in (None, "")}
        fields = {**missing, OUR_ID: lead.key}
        answer = await self._call("PATCH", f"/sobjects/Lead/{quote(record.id, safe='')}", body=fields)
        if not answer.ok:
            raise refusal(answer)
        return record.id

    async def _same_person(self, lead: Lead, lead_id: str) -> CrmRecord | None:
        """The lead of this id as it is, where it has this person's address or number and is nobody else's here."""
        answer = await self._call("GET", f"/sobjects/Lead/{quote(lead_id, safe='')}")
        match answer:
            case Answer(status=200, body={"Id": str(), **known}):
                pass
            case Answer(status=404):
                return None  # a contact, or somebody merged it meanwhile
            case _:
                raise refusal(answer)
        theirs = as_text(as_field(known.get("Email"))).lower()
        numbers = {_digits(known.get(name)) for name in PHONES} - {""}
        by_email = bool(lead.email) and theirs == (lead.email or "").strip().lower()
        by_phone = _digits(lead.phone) in numbers and theirs in ("", (lead.email or "").strip().lower())
        free = not known.get("IsConverted") and known.get(OUR_ID) in (None, "", lead.key)
        fields = {str(name): value for name, value in known.items()}
        return CrmRecord(lead_id, fields) if free and (by_email or by_phone) else None

    async def _add_task(self, lead_id: str, task: Mapping[str, str], mark: str) -> None:
        if await self._has_task(lead_id, mark):
            return
        answer = await self._call("POST", "/sobjects/Task", body=task)
        if not answer.ok:
            raise refusal(answer)

    async def _has_task(self, lead_id: str, mark: str) -> bool:
        of_this = f"WhoId = {_quoted(lead_id)} AND Subject LIKE {_quoted(f'%{mark}%')}"
        return bool(await self._query(f"SELECT Id FROM Task WHERE {of_this} LIMIT 1"))  # noqa: S608  quoted above

    async def _find_by_email(self, lead: Lead, wanted: str) -> CrmRecord | None:
        """The oldest lead of this address that has not been converted: a converted one cannot be changed."""
        email = (lead.email or "").strip().lower()
        if not email:
            return None
        of_this = f"Email = {_quoted(email)} AND IsConverted = false"
        query = f"SELECT {wanted} FROM Lead WHERE {of_this} ORDER BY CreatedDate LIMIT 1"  # noqa: S608  quoted above
        for one in await self._query(query):
            match one:
                case {"Id": str(lead_id), **found}:
                    return CrmRecord(lead_id, {str(name): value for name, value in found.items()})
        return None

    async def _write(self, path: str, fields: Mapping[str, Any]) -> None:
        answer = await self._call("PATCH", path, body=fields)
        if not answer.ok and not _is_missing(answer):
            raise refusal(answer)

    async def _query(self, query: str) -> list[Any]:
        answer = await self._call("GET", "/query", params={"q": query})
        match answer:
            case Answer(status=200, body={"records": list() as records}):
                return records
            case Answer(status=200):
                raise TemporarySendError("Salesforce's answer has no records")
        raise refusal(answer)

    async def _call(
        self, method: str, path: str, *, body: Any = None, params: Mapping[str, str] | None = None
    ) -> Answer:
        return await call_with(self._token, self._api, method, f"{self._data}{path}", body=body, params=params)


def _task(who: str, text: str, mark: str) -> Mapping[str, str]:
    subject = f"Note from Overture ({mark})"
    return {"WhoId": who, "Subject": subject, "Description": text[:LONGEST_TASK], "Status": "Completed"}


def _new_id(answer: Answer) -> str:
    match answer.body:
        case {"id": str(lead_id), "success": True}:
            return lead_id
    raise TemporarySendError("Salesforce took the lead but its answer names no id")


def _parts(answer: Answer) -> tuple[Answer, Answer]:
    """The answers to the two requests of a composite."""
    match answer.body:
        case {"compositeResponse": [{"httpStatusCode": int(first), **lead}, {"httpStatusCode": int(second), **task}]}:
            return Answer(first, lead.get("body")), Answer(second, task.get("body"))
    raise TemporarySendError("Salesforce's answer is none to a composite request")


def _was_undone(answer: Answer) -> bool:
    """Whether it failed only because the other one did."""
    match answer.body:
        case [{"errorCode": "PROCESSING_HALTED"}, *_]:
            return True
    return False


def _is_missing(answer: Answer) -> bool:
    """Whether there is no such record, or it was deleted."""
    match answer:
        case Answer(status=404, body=[{"errorCode": "NOT_FOUND" | "ENTITY_IS_DELETED"}, *_]):
            return True
    return False


def _digits(phone: Any) -> str:
    """The end of a phone number, which is the same however it is written."""
    return "".join(one for one in str(phone or "") if one.isdigit())[-SAME_DIGITS:]


def _quoted(text: str) -> str:
    """A literal of SOQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"
