"""A stand-in for a CRM that takes our webhooks: it checks the signature, and keeps records and notes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from bot.domain.errors import WebhookRejected
from bot.ports import FeedWriter, Reply, WebhookRequest
from connectors.crm_webhooks import our_event
from connectors.stand_in import Json, Records, json_reply, read_deed, read_object
from connectors.webhook.crm import signature

OLDEST = 300
A_PAGE = 100


class WebhookSandbox:
    """One account, whose records are those on the feed."""

    name = "webhook"

    def __init__(self, secret: str, feed: FeedWriter, webhook_url: str) -> None:
        self._secret = secret
        self._records = Records(feed, "webhook")
        self._webhook_url = webhook_url
        self._one_at_a_time = asyncio.Lock()

    async def answer(self, request: WebhookRequest) -> Reply:
        if not self._is_ours(request):
            return json_reply(401, {"error": "the signature is missing, wrong or old"})
        async with self._one_at_a_time:
            match read_object(request.body):
                case {"do": "find", "lead": str(lead), "email": email, "fields": list() as fields}:
                    return await self._find(lead, email, fields)
                case {"do": "upsert", "lead": str(lead), "id": record, "fields": dict() as fields}:
                    record = record or await self._records.find("lead_id", lead)
                    record_id, created = await self._records.write(record, {**fields, "lead_id": lead})
                    return json_reply(200, {"id": record_id, "created": created})
                case {"do": "note", "id": str(record), "text": str(text), "reference": str(reference)}:
                    return await self._note(record, text, reference)
                case {"do": "page", "after": str(after), "fields": list() as fields}:
                    return await self._page(after, fields)
                case {
                    "do": "erase",
                    "event": "person.erased",
                    "id": str(record),
                    "how": how,
                    "fields": list() as fields,
                }:
                    return await self._erase(record, how, fields)
        return json_reply(400, {"error": "this is none of find, upsert, note, page and erase"})

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        news, record, value = read_deed(deed)
        if record not in await self._records.all():
            raise WebhookRejected(404, f"This CRM has no record {record}.")
        body = our_event(news, record, value, str(uuid4()))
        signed = signature(self._secret, body, int(now.timestamp()))
        headers = {"content-type": "application/json", "overture-signature": signed}
        return WebhookRequest("POST", self._webhook_url, headers, body, now)

    def _is_ours(self, request: WebhookRequest) -> bool:
        given = request.headers.get("overture-signature", "")
        at = given.partition(",")[0].removeprefix("t=")
        if not at.isdecimal() or abs(request.received_at.timestamp() - int(at)) > OLDEST:
            return False
        return secrets.compare_digest(given.encode(), signature(self._secret, request.body, int(at)).encode())

    async def _find(self, lead: str, email: Any, fields: list[Any]) -> Reply:
        record = await self._records.find("lead_id", lead)
        if record is None and email:
            record = await self._records.find("email", email)
        if record is None:
            return json_reply(200, {"record": None})
        known = (await self._records.all())[record]
        return json_reply(200, {"record": {"id": record, "fields": {name: known.get(name) for name in fields}}})

    async def _page(self, after: str, fields: list[Any]) -> Reply:
        behind = [
            one for one in sorted((await self._records.all()).items(), key=_number) if _number(one) > int(after or 0)
        ]
        people = [
            {
                "id": record,
                "fields": {name: known.get(name) for name in fields},
                "opted_out": known.get("opted_out") is True,
            }
            for record, known in behind[:A_PAGE]
        ]
        return json_reply(200, {"people": people, "after": people[-1]["id"] if len(behind) > A_PAGE else None})

    async def _erase(self, record: str, how: Any, fields: list[Any]) -> Reply:
        if record in await self._records.all():
            if how == "delete":
                await self._records.remove(record)
            else:
                await self._records.write(record, dict.fromkeys([*fields, "lead_id"]))
        return json_reply(200, {})

    async def _note(self, record: str, text: str, reference: str) -> Reply:
        if record not in await self._records.all():
            return json_reply(404, {"error": "there is no such record"})
        notes: list[Json] = await self._records.notes()
        if not any(reference in note["body"] for note in notes):
            await self._records.add_note(record, f"{text}\n\n{reference}")
        return json_reply(200, {})


def _number(item: tuple[str, Json]) -> int:
    return int(item[0])
