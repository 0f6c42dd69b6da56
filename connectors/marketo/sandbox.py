"""A stand-in for Marketo: tokens, leads by filter and by lookup field, custom activities, in the shapes of its API."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from bot.domain.errors import WebhookRejected
from bot.ports import FeedWriter, Reply, WebhookRequest
from connectors.crm_webhooks import SECRET_HEADER, our_event
from connectors.marketo.crm import NOTE, OUR_ID
from connectors.stand_in import Json, Records, json_reply, read_deed, read_object

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
FILTERS = ("email", "id", OUR_ID)
KINDS: Mapping[str, type] = {
    **dict.fromkeys(["email", "firstName", "lastName", "phone", "company", "title", "website", "country", "city"], str),
    **dict.fromkeys([OUR_ID, "overtureGrade", "overtureScoreReasons", "overtureTimeline", "overtureMeetingTime"], str),
    **dict.fromkeys(["overtureScore", "overtureTeamSize"], int),
    "leadStatus": str,
    "leadOwner": str,
    **dict.fromkeys(["unsubscribed", "blackListed"], bool),
}
"""The fields of a lead in this instance: the standard ones that we use, and our own."""

A_PAGE = 2
LIST = re.compile(r"lists/([0-9]+)/leads\.json")
LISTS = ("1001", "1002")
"""Static lists that marketing has made there."""

ON_LISTS = "lists"
ANSWERS_TO = {"stage_changed": "leadStatus", "owner_changed": "leadOwner"}


class MarketoSandbox:
    """One instance, whose leads are those on the feed."""

    name = "marketo"

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        note_activity: int,
        feed: FeedWriter,
        webhook_secret: str,
        webhook_url: str,
    ) -> None:
        self._credentials = {"client_id": [client_id], "client_secret": [client_secret]}
        self._note_activity = note_activity
        self._records = Records(feed, "marketo")
        self._webhook_secret = webhook_secret
        self._webhook_url = webhook_url
        self._tokens: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    def end_tokens(self) -> None:
        """Every token has expired from now on."""
        self._tokens.clear()

    async def answer(self, request: WebhookRequest) -> Reply:
        parts = urlsplit(request.url)
        query = parse_qs(parts.query)
        if parts.path.endswith("/identity/oauth/token"):
            return self._token(query)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return _error("602", "Access token expired")
        async with self._one_at_a_time:
            match request.method, parts.path.partition("/rest/v1/")[2]:
                case "GET", "leads.json":
                    return await self._find({name: values[0] for name, values in query.items()})
                case "POST", "leads.json":
                    return await self._sync(read_object(request.body))
                case "GET", path if (found := LIST.fullmatch(path)) and found[1] in LISTS:
                    return await self._on_list(found[1], {name: values[0] for name, values in query.items()})
                case "POST", "leads/delete.json":
                    return await self._delete(read_object(request.body))
                case "POST", path if (found := LIST.fullmatch(path)) and found[1] in LISTS:
                    return await self._add_to_list(found[1], read_object(request.body))
                case "GET", "activities/pagingtoken.json":
                    return _answer(nextPageToken=_page(0)) if "sinceDatetime" in query else _error("1002", "missing")
                case "GET", "activities.json":
                    return await self._activities({name: values[0] for name, values in query.items()})
                case "POST", "activities/external.json":
                    return await self._add_activity(read_object(request.body))
        return _error("610", "Requested resource not found")

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """Sales changes a lead, or they unsubscribe: what a smart campaign's webhook sends."""
        news, lead, value = read_deed(deed)
        if lead not in await self._records.all():
            raise WebhookRejected(404, f"Marketo has no lead {lead}.")
        if news == "erased":
            await self._records.remove(lead)
        else:
            await self._records.write(lead, {ANSWERS_TO[news]: value} if news in ANSWERS_TO else {"unsubscribed": True})
        headers = {"content-type": "application/json", SECRET_HEADER: self._webhook_secret}
        return WebhookRequest("POST", self._webhook_url, headers, our_event(news, lead, value, str(uuid4())), now)

    def _token(self, query: Mapping[str, list[str]]) -> Reply:
        if query != {"grant_type": ["client_credentials"], **self._credentials}:
            return json_reply(401, {"error": "unauthorized", "error_description": "No client with requested id"})
        token = secrets.token_hex(16)
        self._tokens.add(token)
        told = {"access_token": token, "token_type": "bearer", "expires_in": 3599, "scope": "overture@example.com"}
        return json_reply(200, told)

    async def _find(self, query: Mapping[str, str]) -> Reply:
        name, values = query.get("filterType", ""), query.get("filterValues", "").split(",")
        wanted = query.get("fields", "id").split(",")
        if name not in FILTERS or not values[0]:
            return _error("1003", f"Invalid filterType '{name}'")
        if unknown := [one for one in wanted if one not in KINDS and one != "id"]:
            return _error("1006", f"Field '{unknown[0]}' not found")
        found = []
        for lead, fields in (await self._records.all()).items():
            if str({**fields, "id": lead}.get(name, "")).lower() in [value.lower() for value in values]:
                found.append({**{one: fields.get(one) for one in wanted}, "id": int(lead)})
        return _answer(result=found)

    async def _sync(self, body: Json | None) -> Reply:
        match body:
            case {"action": "createOrUpdate" | "updateOnly" as action, "lookupField": str(by), "input": [*leads]}:
                if by not in FILTERS or not 1 <= len(leads) <= 300:
                    return _error("1003", "Invalid lookupField or input")
                return _answer(result=[await self._write(one, by, may_create=action != "updateOnly") for one in leads])
        return _error("609", "Invalid JSON")

    async def _delete(self, body: Json | None) -> Reply:
        match body:
            case {"input": [{"id": int(lead)}]}:
                pass
            case _:
                return _error("609", "Invalid JSON")
        if str(lead) not in await self._records.all():
            return _answer(result=[{"id": lead, **_skipped("1004", "Lead not found")}])
        await self._records.remove(str(lead))
        return _answer(result=[{"id": lead, "status": "deleted"}])

    async def _write(self, lead: Any, by: str, *, may_create: bool) -> Json:
        if not isinstance(lead, dict) or not lead.get(by):
            return _skipped("1003", f"Value for lookup field '{by}' must be specified")
        fields = {name: value for name, value in lead.items() if name != "id"}
        for name, value in fields.items():
            if name not in KINDS:
                return _skipped("1006", f"Field '{name}' not found")
            if value is not None and not _fits(value, KINDS[name]):
                return _skipped("1003", f"Value for field '{name}' is of the wrong type")
        if not EMAIL.fullmatch(str(fields.get("email") or "a@b.c")):
            return _skipped("1003", "Email address is invalid")
        there = await self._records.find(by, lead[by])
        if by == "id":
            there = str(lead["id"]) if str(lead["id"]) in await self._records.all() else None
        if there is None and not may_create:
            return _skipped("1004", "Lead not found")
        lead_id, created = await self._records.write(there, fields)
        return {"id": int(lead_id), "status": "created" if created else "updated"}

    async def _add_to_list(self, name: str, body: Json | None) -> Reply:
        match body:
            case {"input": [{"id": int(lead)}]}:
                pass
            case _:
                return _error("609", "Invalid JSON")
        known = await self._records.all()
        if str(lead) not in known:
            return _answer(result=[{"id": lead, **_skipped("1004", "Lead not found")}])
        await self._records.write(str(lead), {ON_LISTS: sorted({*known[str(lead)].get(ON_LISTS, []), int(name)})})
        return _answer(result=[{"id": lead, "status": "added"}])

    async def _on_list(self, name: str, query: Mapping[str, str]) -> Reply:
        """By pages, the next one behind a token."""
        size, wanted = int(query.get("batchSize", "300")), query.get("fields", "id,email").split(",")
        page = re.fullmatch(r"PAGE(\d+)", query.get("nextPageToken", _page(0)))
        if page is None or not 1 <= size <= 300:
            return _error("1003", "Invalid nextPageToken or batchSize")
        if unknown := [one for one in wanted if one not in KINDS and one != "id"]:
            return _error("1006", f"Field '{unknown[0]}' not found")
        known = await self._records.all()
        members = [one for one, fields in known.items() if int(name) in fields.get(ON_LISTS, [])]
        place = int(page[1])
        found = [
            {**{field: known[one].get(field) for field in wanted}, "id": int(one)}
            for one in members[place : place + size]
        ]
        more = place + size < len(members)
        return _answer(result=found, **({"nextPageToken": _page(place + size)} if more else {}))

    async def _add_activity(self, body: Json | None) -> Reply:
        match body:
            case {
                "input": [
                    {
                        "leadId": int(lead),
                        "activityDate": str(),
                        "activityTypeId": self._note_activity,
                        "primaryAttributeValue": str(mark),
                        "attributes": [{"name": name, "value": str(words)}],
                    }
                ]
            } if name == NOTE:
                pass
            case _:
                return _error("1003", "Invalid custom activity")
        if str(lead) not in await self._records.all():
            return _answer(result=[_skipped("1004", "Lead not found")])
        note = await self._records.add_note(str(lead), f"{words}\n\n{mark}")
        return _answer(result=[{"id": int(note), "status": "added"}])

    async def _activities(self, query: Mapping[str, str]) -> Reply:
        """Few activities a page: whoever reads the first page alone misses some."""
        page = re.fullmatch(r"PAGE(\d+)", query.get("nextPageToken", ""))
        if page is None or query.get("activityTypeIds") != str(self._note_activity):
            return _error("1003", "Invalid nextPageToken or activityTypeIds")
        notes = [one for one in await self._records.notes() if one["contact"] == query.get("leadIds")]
        place = int(page[1])
        found = [
            {
                "id": int(one["id"]),
                "leadId": int(one["contact"]),
                "activityTypeId": self._note_activity,
                "primaryAttributeValue": one["body"].rsplit("\n", 1)[-1],
                "attributes": [],
            }
            for one in notes[place : place + A_PAGE]
        ]
        return _answer(result=found, nextPageToken=_page(place + A_PAGE), moreResult=place + A_PAGE < len(notes))


def _fits(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _page(place: int) -> str:
    return f"PAGE{place}"


def _skipped(code: str, message: str) -> Json:
    return {"status": "skipped", "reasons": [{"code": code, "message": message}]}


def _answer(**told: Any) -> Reply:
    return json_reply(200, {"requestId": uuid4().hex[:16], "success": True, **told})


def _error(code: str, message: str) -> Reply:
    """Marketo says what failed under status 200."""
    told = {"requestId": uuid4().hex[:16], "success": False, "errors": [{"code": code, "message": message}]}
    return json_reply(200, told)
