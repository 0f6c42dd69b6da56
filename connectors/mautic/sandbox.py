"""A stand-in for Mautic: tokens, contacts that merge by their unique identifiers, notes and do-not-contact."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from bot.domain.errors import WebhookRejected
from bot.ports import FeedWriter, Reply, WebhookRequest
from connectors.mautic.crm import DNC_CHANNELS, OUR_ID
from connectors.mautic.webhooks import SIGNATURE, SUBSCRIPTION, signature
from connectors.stand_in import Json, Records, json_reply, read_deed, read_object

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
UNIQUE = (OUR_ID, "email")
TEXTS = frozenset(
    ["email", "firstname", "lastname", "mobile", "company", "position", "website", "city", OUR_ID]
    + [f"overture_{name}" for name in ("grade", "score_reasons", "timeline", "meeting_time")]
)
NUMBERS = frozenset({"overture_score", "overture_team_size"})
ON_DNC = "do_not_contact"
IN_SEGMENTS = "segments"
SEGMENTS = ("3", "7")
"""Those that marketing has made there."""


class MauticSandbox:
    """One installation, whose contacts are those on the feed."""

    name = "mautic"

    def __init__(
        self, *, client_id: str, client_secret: str, feed: FeedWriter, webhook_secret: str, webhook_url: str
    ) -> None:
        self._credentials = {"client_id": [client_id], "client_secret": [client_secret]}
        self._records = Records(feed, "mautic")
        self._webhook_secret = webhook_secret
        self._webhook_url = webhook_url
        self._tokens: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    def end_tokens(self) -> None:
        """Every token is refused from now on."""
        self._tokens.clear()

    async def answer(self, request: WebhookRequest) -> Reply:
        parts = urlsplit(request.url)
        if parts.path.endswith("/oauth/v2/token"):
            return self._token(request)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return _error(401, "The access token provided is invalid.")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        async with self._one_at_a_time:
            match request.method, parts.path.partition("/api/")[2].split("/"):
                case "GET", ["contacts"]:
                    return await self._list(query)
                case "POST", ["contacts", "new"]:
                    return await self._new(read_object(request.body))
                case "PATCH", ["contacts", contact, "edit"]:
                    return await self._edit(contact, read_object(request.body))
                case "GET", ["contacts", contact]:
                    return await self._show(contact)
                case "DELETE", ["contacts", contact, "delete"]:
                    return await self._delete(contact)
                case "GET", ["contacts", contact, "notes"]:
                    return await self._notes(contact, query.get("search", ""))
                case "POST", ["contacts", contact, "dnc", channel, "add"] if channel in DNC_CHANNELS:
                    return await self._do_not_contact(contact, channel)
                case "POST", ["segments", segment, "contact", contact, "add"] if segment in SEGMENTS:
                    return await self._add_to_segment(segment, contact)
                case "POST", ["notes", "new"]:
                    return await self._note(read_object(request.body))
        return _error(404, "The page you requested could not be found.")

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """Somebody is put on the do-not-contact list of e-mail; Mautic tells of no other change."""
        news, contact, _ = read_deed(deed)
        if contact not in await self._records.all():
            raise WebhookRejected(404, f"Mautic has no contact {contact}.")
        if news != "unsubscribed":
            raise WebhookRejected(400, "Mautic has no webhook for this.")
        await self._records.write(contact, {ON_DNC: ["email"]})
        change = {
            "contact": {"id": int(contact)},
            "channel": "email",
            "old_status": "contactable",
            "new_status": "unsubscribed",
            "timestamp": now.isoformat(),
        }
        body = json.dumps({SUBSCRIPTION: [change]}).encode()
        headers = {"content-type": "application/json", SIGNATURE: signature(body, self._webhook_secret)}
        return WebhookRequest("POST", self._webhook_url, headers, body, now)

    def _token(self, request: WebhookRequest) -> Reply:
        form = parse_qs(request.body.decode(errors="replace"))
        if request.method != "POST" or form != {"grant_type": ["client_credentials"], **self._credentials}:
            return json_reply(
                400, {"error": "invalid_client", "error_description": "The client credentials are invalid"}
            )
        self._tokens.add(token := uuid4().hex)
        return json_reply(200, {"access_token": token, "expires_in": 3600, "token_type": "bearer"})

    async def _list(self, query: Mapping[str, str]) -> Reply:
        name, value = query.get("where[0][col]", ""), query.get("where[0][val]", "")
        if (name, query.get("where[0][expr]")) == ("id", "gt"):
            return await self._behind(value, query)
        if name not in (*TEXTS, *NUMBERS) or query.get("where[0][expr]") != "eq":
            return _error(400, "this condition is none that is known here")
        contact = await self._records.find(name, value)
        if contact is None:
            return json_reply(200, {"total": "0", "contacts": []})
        return json_reply(200, {"total": "1", "contacts": {contact: await self._contact(contact)}})

    async def _behind(self, after: str, query: Mapping[str, str]) -> Reply:
        """A page of contacts in the order of their ids."""
        limit = query.get("limit", "30")
        if query.get("orderBy") != "id" or not after.isdecimal() or not limit.isdecimal():
            return _error(400, "this condition is none that is known here")
        behind = sorted(int(one) for one in await self._records.all() if int(one) > int(after))
        contacts = {str(one): await self._contact(str(one)) for one in behind[: int(limit)]}
        return json_reply(200, {"total": str(len(behind)), "contacts": contacts or []})

    async def _new(self, fields: Json | None) -> Reply:
        if fields is None or (fault := _fault(fields)):
            return _error(422, fault if fields is not None else "no object")
        there = [await self._records.find(name, fields[name]) for name in UNIQUE if fields.get(name)]
        contact, created = await self._records.write(next((one for one in there if one), None), fields)
        return json_reply(201 if created else 200, {"contact": await self._contact(contact)})

    async def _edit(self, contact: str, fields: Json | None) -> Reply:
        if contact not in await self._records.all():
            return _error(404, "Item was not found.")
        if fields is None or (fault := _fault(fields)):
            return _error(422, fault if fields is not None else "no object")
        await self._records.write(contact, fields)
        return json_reply(200, {"contact": await self._contact(contact)})

    async def _show(self, contact: str) -> Reply:
        if contact not in await self._records.all():
            return _error(404, "Item was not found.")
        return json_reply(200, {"contact": await self._contact(contact)})

    async def _delete(self, contact: str) -> Reply:
        if contact not in await self._records.all():
            return _error(404, "Item was not found.")
        gone = {"contact": {**await self._contact(contact), "id": None}}
        await self._records.remove(contact)
        return json_reply(200, gone)

    async def _contact(self, contact: str) -> Json:
        known = (await self._records.all())[contact]
        values = {name: known.get(name) for name in (*TEXTS, *NUMBERS)}
        channels = [{"channel": one, "reason": 3} for one in known.get(ON_DNC, "").split(", ") if one]
        return {"id": int(contact), "fields": {"all": values}, "doNotContact": channels}

    async def _add_to_segment(self, segment: str, contact: str) -> Reply:
        known = await self._records.all()
        if contact not in known:
            return _error(404, "Item was not found.")
        inside = {*known[contact].get(IN_SEGMENTS, []), int(segment)}
        await self._records.write(contact, {IN_SEGMENTS: sorted(inside)})
        return json_reply(200, {"success": 1})

    async def _do_not_contact(self, contact: str, channel: str) -> Reply:
        known = await self._records.all()
        if contact not in known:
            return _error(404, "Item was not found.")
        channels = {one for one in known[contact].get(ON_DNC, "").split(", ") if one}
        if channel not in channels:
            await self._records.write(contact, {ON_DNC: ", ".join(sorted({*channels, channel}))})
        return json_reply(200, {"success": True, "contact": await self._contact(contact)})

    async def _notes(self, contact: str, search: str) -> Reply:
        if contact not in await self._records.all():
            return _error(404, "Item was not found.")
        found = {
            one["id"]: {"id": int(one["id"]), "text": one["body"]}
            for one in await self._records.notes()
            if one["contact"] == contact and search in one["body"]
        }
        return json_reply(200, {"total": str(len(found)), "notes": found or []})

    async def _note(self, fields: Json | None) -> Reply:
        match fields:
            case {"lead": str(contact), "type": "general", "text": str(text)}:
                pass
            case _:
                return _error(422, "lead: This value should not be blank.")
        if contact not in await self._records.all():
            return _error(404, "Item was not found.")
        note = await self._records.add_note(contact, text)
        return json_reply(201, {"note": {"id": int(note), "text": text}})


def _fault(fields: Json) -> str:
    """What Mautic would say against these fields of a contact; empty where nothing is."""
    for name, value in fields.items():
        if name not in (*TEXTS, *NUMBERS):
            return f"{name}: This form should not contain extra fields."
        if value is None:
            continue  # it is emptied
        if name in NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
            return f"{name}: This value is not valid."
        if name in TEXTS and not isinstance(value, str):
            return f"{name}: This value is not valid."
    return "" if EMAIL.fullmatch(str(fields.get("email") or "a@b.c")) else "email: This value is not valid."


def _error(status: int, message: str) -> Reply:
    return json_reply(status, {"errors": [{"code": status, "message": message, "details": [], "type": None}]})
