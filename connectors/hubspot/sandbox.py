"""A stand-in for HubSpot: contacts and notes, in the shapes of its API."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from bot.domain.crm import CrmNews
from bot.domain.errors import WebhookRejected
from bot.ports import Clock, FeedWriter, Reply, WebhookRequest
from connectors.hubspot.crm import OUR_DEAL, OUR_ID
from connectors.hubspot.webhooks import SIGNATURE, TIMESTAMP, WHAT_CHANGED, signature
from connectors.stand_in import Json, Records, json_reply, read_deed, read_object

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
UNIQUE = ("email", OUR_ID)
KNOWN_PROPERTIES = frozenset(
    "email firstname lastname phone company jobtitle website country city lifecyclestage hubspot_owner_id "  # noqa: SIM905
    "hs_lead_status hs_timezone hs_email_optout hs_email_optout_6125111 hs_email_optout_6125161 "
    "overture_lead overture_score overture_grade overture_score_reasons overture_team_size overture_timeline "
    "overture_meeting_time overture_opted_out".split()
)
DEAL_PROPERTIES = frozenset(["dealname", "dealstage", "pipeline", "amount", "closedate", OUR_DEAL])
JOINED = re.compile(r"deals/(?P<deal>\d+)/associations/default/contacts/(?P<contact>\d+)")
NUMBER = re.compile(r"(?:-?[0-9]+(\.[0-9]+)?)?")
NUMBERS = {"overture_score", "overture_team_size"}


class HubSpotSandbox:
    """One account, whose records are those on the feed."""

    name = "hubspot"

    def __init__(
        self, *, token: str, version: str, feed: FeedWriter, clock: Clock, webhook_secret: str, webhook_url: str
    ) -> None:
        self._token = token
        self._prefix = f"/crm/objects/{version}/"
        self._records = Records(feed, "hubspot")
        self._clock = clock
        self._webhook_secret = webhook_secret
        self._webhook_url = webhook_url
        self._one_at_a_time = asyncio.Lock()

    async def answer(self, request: WebhookRequest) -> Reply:
        parts = urlsplit(request.url)
        path = parts.path.partition(self._prefix)[2]
        given = request.headers.get("authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return _error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found or invalid.")
        async with self._one_at_a_time:
            if request.method == "GET" and path == "contacts":
                return await self._list(parse_qs(parts.query))
            if request.method == "GET" and path.startswith("contacts/"):
                return await self._read(unquote(path.removeprefix("contacts/")), parse_qs(parts.query))
            if request.method == "PUT" and (joined := JOINED.fullmatch(path)):
                return await self._join(joined["deal"], joined["contact"])
            if request.method != "POST":
                return _error(405, "METHOD_NOT_ALLOWED", "Method Not Allowed")
            body = read_object(request.body)
            if body is None:
                return _error(400, "VALIDATION_ERROR", "Invalid input JSON")
            match path:
                case "contacts/batch/upsert" | "contacts/batch/update":
                    return await self._batch(body, upsert=path.endswith("upsert"))
                case "contacts/gdpr-delete":
                    return await self._forget(str(body.get("objectId")))
                case "notes":
                    return await self._note(body)
                case "notes/search":
                    return await self._search(body)
                case "tasks":
                    return await self._task(body)
                case "tasks/search":
                    return await self._search_tasks(body)
                case "deals/batch/upsert":
                    return await self._deals(body)
        return _error(404, "OBJECT_NOT_FOUND", "Unable to infer object type")

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """Sales changes a contact or deletes it for good, or they unsubscribe: the batch of one that HubSpot sends."""
        news, contact, value = read_deed(deed)
        if contact not in await self._records.all():
            raise WebhookRejected(404, f"HubSpot has no contact {contact}.")
        event = {
            "eventId": uuid4().int >> 96,
            "subscriptionId": 1,
            "occurredAt": int(now.timestamp() * 1000),
            "attemptNumber": 0,
            "objectId": int(contact),
            "changeSource": "CRM_UI",
            **await self._change(news, contact, value),
        }
        headers = {"content-type": "application/json", TIMESTAMP: str(int(now.timestamp() * 1000))}
        request = WebhookRequest("POST", self._webhook_url, headers, json.dumps([event]).encode(), now)
        return replace(request, headers={**headers, SIGNATURE: signature(request, self._webhook_secret)})

    async def _change(self, news: CrmNews, contact: str, value: str) -> Mapping[str, str]:
        if news == "erased":
            await self._records.remove(contact)
            return {"subscriptionType": "contact.privacyDeletion"}
        name = next(name for name, what in WHAT_CHANGED.items() if what == news)
        await self._records.write(contact, {name: value or "true"})
        return {
            "subscriptionType": "contact.propertyChange",
            "propertyName": name,
            "propertyValue": value or "true",
        }

    async def _read(self, value: str, query: Mapping[str, list[str]]) -> Reply:
        by = query.get("idProperty", ["hs_object_id"])[0]
        if by not in (*UNIQUE, "hs_object_id"):
            return _error(400, "VALIDATION_ERROR", f"{by} is not a unique property")
        known = await self._records.all()
        contact = value if by == "hs_object_id" else await self._records.find(by, value)
        if contact is None or contact not in known:  # as the real one has it: without a category
            return json_reply(404, {"status": "error", "message": "resource not found", "correlationId": str(uuid4())})
        wanted = query.get("properties", [""])[0].split(",")
        properties = {name: known[contact].get(name) for name in wanted if name in KNOWN_PROPERTIES}
        return json_reply(200, self._record(contact, properties))

    async def _list(self, query: Mapping[str, list[str]]) -> Reply:
        """A page of contacts in the order of their ids, with a link to the next one where there is one."""
        limit, after = query.get("limit", ["10"])[0], query.get("after", ["0"])[0]
        unknown = query.keys() - {"limit", "after", "properties", "archived"}
        if not limit.isdecimal() or not 1 <= int(limit) <= 100 or not after.isdecimal() or unknown:
            return _error(400, "VALIDATION_ERROR", "Invalid limit, after or parameter")
        wanted = query.get("properties", [""])[0].split(",")
        known = sorted((await self._records.all()).items(), key=lambda item: int(item[0]))
        behind = [one for one in known if int(one[0]) > int(after)]
        results = [
            self._record(contact, {name: fields.get(name) for name in wanted if name in KNOWN_PROPERTIES})
            for contact, fields in behind[: int(limit)]
        ]
        answer: dict[str, Any] = {"results": results}
        if len(behind) > int(limit):
            answer["paging"] = {"next": {"after": results[-1]["id"], "link": "https://api.hubapi.com/"}}
        return json_reply(200, answer)

    async def _batch(self, body: Json, *, upsert: bool) -> Reply:
        inputs = body.get("inputs")
        if not isinstance(inputs, list) or not 1 <= len(inputs) <= 100:
            return _error(400, "VALIDATION_ERROR", "inputs must have between 1 and 100 elements")
        results, errors = [], []
        for contact in inputs:
            fault = _fault_of_contact(contact, upsert=upsert)
            contact_id = None if fault else await self._existing(contact, upsert=upsert)
            fault = fault or await self._clash(contact, contact_id, upsert=upsert)
            if fault is None:
                results.append(await self._write(contact, contact_id))
            else:
                errors.append(fault)
        if errors and not results:
            return json_reply(409 if errors[0]["category"] == "CONFLICT" else 400, errors[0])
        at = _iso(self._clock)
        answer = {"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at}
        if errors:
            return json_reply(207, {**answer, "numErrors": len(errors), "errors": errors})
        return json_reply(200, answer)

    async def _forget(self, contact: str) -> Reply:
        if contact not in await self._records.all():
            return _error(404, "OBJECT_NOT_FOUND", "Object not found.")
        await self._records.remove(contact)
        return Reply(204)

    async def _existing(self, contact: Json, *, upsert: bool) -> str | None:
        return await self._records.find(contact["idProperty"], contact["id"]) if upsert else contact["id"]

    async def _clash(self, contact: Json, contact_id: str | None, *, upsert: bool) -> Json | None:
        """Unique values belong to one contact, and only what is there can be updated."""
        if not upsert and contact_id not in await self._records.all():
            return _fault("OBJECT_NOT_FOUND", "Object not found.", "OBJECT_NOT_FOUND", "id")
        for name in UNIQUE:
            value = contact["properties"].get(name)
            if value and await self._records.find(name, value) not in (None, contact_id):
                return _fault("CONFLICT", "Contact already exists.", "CONFLICTING_UNIQUE_VALUE", name)
        return None

    async def _write(self, contact: Json, contact_id: str | None) -> Json:
        contact_id, created = await self._records.write(contact_id, contact["properties"])
        return {**self._record(contact_id, (await self._records.all())[contact_id]), "new": created}

    async def _note(self, body: Json) -> Reply:
        match body:
            case {
                "properties": {"hs_timestamp": str(), "hs_note_body": str(words)},
                "associations": [
                    {
                        "to": {"id": contact},
                        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}],
                    }
                ],
            }:
                pass
            case _:
                return _error(400, "VALIDATION_ERROR", "Property values were not valid")
        if contact not in await self._records.all():
            return _error(404, "OBJECT_NOT_FOUND", "The contact to associate with does not exist")
        note = await self._records.add_note(contact, words)
        return json_reply(201, self._record(note, {"hs_note_body": words}))

    async def _task(self, body: Json) -> Reply:
        match body:
            case {
                "properties": {
                    "hs_timestamp": str(),
                    "hs_task_subject": str(),
                    "hs_task_body": str(),
                    "hs_task_status": "NOT_STARTED",
                    "hs_task_type": "TODO",
                } as properties,
                "associations": [
                    {
                        "to": {"id": contact},
                        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}],
                    }
                ],
            }:
                pass
            case _:
                return _error(400, "VALIDATION_ERROR", "Property values were not valid")
        if contact not in await self._records.all():
            return _error(404, "OBJECT_NOT_FOUND", "The contact to associate with does not exist")
        task = await self._records.add("task", {"contact": contact, "properties": properties})
        return json_reply(201, self._record(task, properties))

    async def _search_tasks(self, body: Json) -> Reply:
        match body:
            case {
                "filterGroups": [
                    {
                        "filters": [
                            {"propertyName": "associations.contact", "operator": "EQ", "value": contact},
                            {"propertyName": "hs_task_body", "operator": "CONTAINS_TOKEN", "value": word},
                        ]
                    }
                ]
            }:
                pass
            case _:
                return _error(400, "VALIDATION_ERROR", "filterGroups is missing")
        tasks = (await self._records.of_kind("task")).values()
        found = [
            self._record(one["id"], one["properties"])
            for one in tasks
            if one["contact"] == contact and word in re.findall(r"\w+", one["properties"]["hs_task_body"])
        ]
        return json_reply(200, {"total": len(found), "results": found})

    async def _deals(self, body: Json) -> Reply:
        match body:
            case {"inputs": [{"idProperty": property_, "id": str(key), "properties": dict() as properties}]} if (
                property_ == OUR_DEAL
            ):
                pass
            case _:
                return _error(400, "VALIDATION_ERROR", "idProperty must be a unique property")
        if unknown := [name for name in properties if name not in DEAL_PROPERTIES]:
            return json_reply(
                400, _fault("VALIDATION_ERROR", "Property does not exist", "PROPERTY_DOESNT_EXIST", unknown[0])
            )
        deals = await self._records.of_kind("deal")
        there = next((one for one in deals.values() if one["properties"].get(OUR_DEAL) == key), {})
        known = {**there.get("properties", {}), **properties}
        deal = await self._records.add("deal", {**there, "properties": known})
        at = _iso(self._clock)
        result = {**self._record(deal, known), "new": not there}
        return json_reply(200, {"status": "COMPLETE", "results": [result], "startedAt": at, "completedAt": at})

    async def _join(self, deal: str, contact: str) -> Reply:
        there = (await self._records.of_kind("deal")).get(deal)
        if there is None or contact not in await self._records.all():
            return _error(404, "OBJECT_NOT_FOUND", "One of the objects does not exist")
        await self._records.add("deal", {**there, "contact": contact})
        return json_reply(200, {"status": "COMPLETE", "results": []})

    async def _search(self, body: Json) -> Reply:
        match body:
            case {"filterGroups": [{"filters": [*filters]}]}:
                pass
            case _:
                return _error(400, "VALIDATION_ERROR", "filterGroups is missing")
        found = [
            self._record(note["id"], {"hs_note_body": note["body"]})
            for note in await self._records.notes()
            if all(_fits(note, wanted) for wanted in filters)
        ]
        return json_reply(200, {"total": len(found), "results": found[: int(body.get("limit", 10))]})

    def _record(self, object_id: str, properties: Json) -> Json:
        at = _iso(self._clock)
        properties = {**properties, "hs_object_id": object_id}
        return {"id": object_id, "properties": properties, "createdAt": at, "updatedAt": at, "archived": False}


def _fits(note: Json, wanted: Json) -> bool:
    value = str(wanted.get("value", ""))
    match wanted.get("propertyName"), wanted.get("operator"):
        case "associations.contact", "EQ":
            return bool(note["contact"] == value)
        case "hs_note_body", "CONTAINS_TOKEN":
            return value in re.findall(r"\w+", note["body"])
    return False


def _fault_of_contact(contact: object, *, upsert: bool) -> Json | None:
    """What HubSpot would say against this input."""
    match contact:
        case {"id": str(), "properties": {**properties}} if isinstance(contact, dict):
            if upsert and contact.get("idProperty") not in UNIQUE:
                return _fault("VALIDATION_ERROR", "idProperty must be a unique property", "INVALID_ID_PROPERTY", "id")
        case _:
            return _fault("VALIDATION_ERROR", "Property values were not valid", "INVALID_INPUT", "id")
    if not EMAIL.fullmatch(str(properties.get("email") or "a@b.c")):
        return _fault("VALIDATION_ERROR", "Property values were not valid", "INVALID_EMAIL", "email")
    for name, value in properties.items():
        if name not in KNOWN_PROPERTIES:
            return _fault("VALIDATION_ERROR", f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST", str(name))
        if not isinstance(value, str) or (name in NUMBERS and not NUMBER.fullmatch(value)):
            return _fault("VALIDATION_ERROR", "Property values were not valid", "INVALID_INTEGER", str(name))
    return None


def _fault(category: str, message: str, code: str, name: str) -> Json:
    detail = {"message": message, "code": code, "context": {"propertyName": [name]}}
    return {
        "status": "error",
        "message": message,
        "correlationId": str(uuid4()),
        "category": category,
        "errors": [detail],
    }


def _error(status: int, category: str, message: str) -> Reply:
    return json_reply(
        status, {"status": "error", "message": message, "correlationId": str(uuid4()), "category": category}
    )


def _iso(clock: Clock) -> str:
    return clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
