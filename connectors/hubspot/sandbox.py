"""A stand-in for HubSpot: contacts and notes, in the shapes of its API."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from bot.domain.errors import WebhookRejected
from bot.ports import Clock, FeedWriter, Reply, WebhookRequest
from connectors.hubspot.mapping import OWN_PROPERTIES

FEED = "sandbox:hubspot"
FIRST_ID = 101
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
KNOWN_PROPERTIES = {
    "email",
    "firstname",
    "lastname",
    "phone",
    "overture_lead",
    "overture_score",
    "overture_grade",
    "overture_score_reasons",
    *OWN_PROPERTIES.values(),
}
NUMBERS = {"overture_score", "overture_team_size"}

Json = Mapping[str, Any]


class HubSpotSandbox:
    """One account, whose records are those on the feed."""

    name = "hubspot"

    def __init__(self, token: str, version: str, feed: FeedWriter, clock: Clock) -> None:
        self._token = token
        self._prefix = f"/crm/objects/{version}/"
        self._feed = feed
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def answer(self, request: WebhookRequest) -> Reply:
        path = urlsplit(request.url).path.partition(self._prefix)[2]
        given = request.headers.get("authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return _error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found or invalid.")
        if request.method != "POST":
            return _error(405, "METHOD_NOT_ALLOWED", "Method Not Allowed")
        body = _object(request.body)
        if body is None:
            return _error(400, "VALIDATION_ERROR", "Invalid input JSON")
        async with self._one_at_a_time:
            match path:
                case "contacts/batch/upsert":
                    return await self._upsert(body)
                case "notes":
                    return await self._note(body)
                case "notes/search":
                    return await self._search(body)
        return _error(404, "OBJECT_NOT_FOUND", "Unable to infer object type")

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        raise WebhookRejected(400, "Nobody acts in HubSpot: it sends us nothing.")

    async def _upsert(self, body: Json) -> Reply:
        inputs = body.get("inputs")
        if not isinstance(inputs, list) or not 1 <= len(inputs) <= 100:
            return _error(400, "VALIDATION_ERROR", "inputs must have between 1 and 100 elements")
        results, errors = [], []
        for contact in inputs:
            fault = _fault_of_contact(contact)
            if fault is None:
                results.append(await self._write(contact))
            else:
                errors.append(fault)
        if errors and not results:
            return _json(400, errors[0])
        at = _iso(self._clock)
        answer = {"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at}
        if errors:
            return _json(207, {**answer, "numErrors": len(errors), "errors": errors})
        return _json(200, answer)

    async def _write(self, contact: Json) -> Json:
        email = str(contact["id"]).lower()
        items = await self._feed.items(FEED)
        earlier = [i for i in items if i["type"] == "contact" and i["properties"].get("email") == email]
        contact_id = earlier[-1]["id"] if earlier else str(FIRST_ID + len(items))
        before = earlier[-1]["properties"] if earlier else {}
        properties = {**before, **contact["properties"], "email": email}
        item = {"type": "contact", "id": contact_id, "created": not earlier, "properties": properties}
        await self._feed.append(FEED, f"contact:{contact_id}:{uuid4()}", item)
        at = _iso(self._clock)
        return {
            "id": contact_id,
            "properties": {**properties, "hs_object_id": contact_id},
            "createdAt": at,
            "updatedAt": at,
            "archived": False,
            "new": not earlier,
        }

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
        items = await self._feed.items(FEED)
        if not any(item["type"] == "contact" and item["id"] == contact for item in items):
            return _error(404, "OBJECT_NOT_FOUND", "The contact to associate with does not exist")
        note_id = str(FIRST_ID + len(items))
        item = {"type": "note", "id": note_id, "contact": contact, "body": words}
        await self._feed.append(FEED, f"note:{note_id}:{uuid4()}", item)
        return _json(201, self._note_record(item))

    async def _search(self, body: Json) -> Reply:
        match body:
            case {"filterGroups": [{"filters": [*filters]}]}:
                pass
            case _:
                return _error(400, "VALIDATION_ERROR", "filterGroups is missing")
        found = [
            self._note_record(item)
            for item in await self._feed.items(FEED)
            if item["type"] == "note" and all(_fits(item, wanted) for wanted in filters)
        ]
        return _json(200, {"total": len(found), "results": found[: int(body.get("limit", 10))]})

    def _note_record(self, item: Json) -> Json:
        at = _iso(self._clock)
        return {
            "id": item["id"],
            "properties": {"hs_note_body": item["body"], "hs_object_id": item["id"]},
            "createdAt": at,
            "updatedAt": at,
            "archived": False,
        }


def _fits(note: Json, wanted: Json) -> bool:
    value = str(wanted.get("value", ""))
    match wanted.get("propertyName"), wanted.get("operator"):
        case "associations.contact", "EQ":
            return bool(note["contact"] == value)
        case "hs_note_body", "CONTAINS_TOKEN":
            return value in re.findall(r"\w+", note["body"])
    return False


def _fault_of_contact(contact: object) -> Json | None:
    """What HubSpot would say against this input."""
    match contact:
        case {"idProperty": "email", "id": str(email), "properties": {**properties}} if EMAIL.fullmatch(email):
            pass
        case _:
            return _fault("VALIDATION_ERROR", "Property values were not valid", "INVALID_EMAIL", "email")
    for name, value in properties.items():
        if name not in KNOWN_PROPERTIES:
            return _fault("VALIDATION_ERROR", f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST", str(name))
        if not isinstance(value, str) or (name in NUMBERS and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value)):
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
    return _json(status, {"status": "error", "message": message, "correlationId": str(uuid4()), "category": category})


def _json(status: int, body: Json) -> Reply:
    return Reply(status, json.dumps(body).encode(), "application/json;charset=utf-8")


def _object(body: bytes) -> Json | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _iso(clock: Clock) -> str:
    return clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
