"""The small program that connectors/webhook/README.md asks for, for django-crm: it does there what our calls say.

It also looks what has changed over there and tells Overture: that CRM's own webhooks go to public addresses alone.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hmac import compare_digest
from random import Random
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web

from connectors.webhook.crm import signature

OLDEST = 300
TIMEOUT = ClientTimeout(total=10)
OWN_COLUMNS = ("email", "first_name", "last_name", "phone", "company_name", "job_title")
"""What the CRM has a column for; everything else is a custom field."""

EVERYBODY = 10_000


class Refused(Exception):
    """The CRM does not do this. `status` is what Overture is told: whether a second try may help."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Seen:
    """What of a lead Overture wants to hear about."""

    stage: str
    owner: str
    opted_out: bool


class DjangoCrm:
    """django-crm's leads, by its REST API and a personal access token."""

    def __init__(self, http: ClientSession, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def find(self, lead: str, email: str | None) -> Mapping[str, Any] | None:
        """By our own id, else by the address."""
        for record in await self._listed({"cf_overture_lead": lead}):
            return record
        for record in await self._listed({"email": email}) if email else ():
            if str(record["email"]).lower() == email:  # the CRM's filter finds parts of addresses, too
                return record
        return None

    async def upsert(self, lead: str, record: str | None, fields: Mapping[str, Any]) -> str:
        """One at a time for each lead: whoever looks and then makes one may not be overtaken in between."""
        async with self._turns[lead]:
            if record is None and (found := await self.find(lead, None)) is not None:
                record = str(found["id"])
            body: dict[str, Any] = {name: value for name, value in fields.items() if name in OWN_COLUMNS}
            own = {name: value for name, value in fields.items() if name not in OWN_COLUMNS}
            body["custom_fields"] = {**own, "overture_lead": lead}
            if record is not None:
                await self._ask("PATCH", f"/api/leads/{record}/", body)
                return record
            name = " ".join(str(body[one]) for one in ("first_name", "last_name") if one in body)
            body = {"title": name or str(body.get("email", "")), "first_name": "-", "last_name": "-", **body}
            return str((await self._ask("POST", "/api/leads/", body))["id"])

    async def note(self, record: str, text: str, reference: str) -> None:
        async with self._turns[record]:
            known = await self._ask("GET", f"/api/leads/{record}/")
            if not any(reference in str(one["comment"]) for one in known["comments"]):
                await self._ask("POST", f"/api/leads/{record}/", {"comment": f"{text}\n\n{reference}"})

    async def seen(self) -> Mapping[str, Seen]:
        """Everybody who is known to Overture, by the CRM's id of them."""
        return {
            str(one["id"]): Seen(
                str(one["status"] or ""),
                ",".join(sorted(str(who["id"]) for who in one["assigned_to"])),
                one["custom_fields"].get("overture_opted_out") is True,
            )
            for one in await self._listed({})
            if one["custom_fields"].get("overture_lead")
        }

    async def _listed(self, wanted: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
        told = await self._ask("GET", "/api/leads/", params={**wanted, "limit": str(EVERYBODY)})
        return [*told["open_leads"]["open_leads"], *told["close_leads"]["close_leads"]]

    async def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, params: Mapping[str, str] | None = None
    ) -> Any:
        async with self._http.request(method, path, json=body, params=params, headers=self._headers) as response:
            if response.status >= 500:
                raise Refused(503, f"the CRM answered {response.status}")
            if response.status >= 400:
                raise Refused(422, f"the CRM refused {method} {path}: {await response.text()}")
            return await response.json()


class Receiver:
    """Takes Overture's calls, of which the share `trouble` goes wrong before or after the CRM has done what it says."""

    def __init__(self, crm: DjangoCrm, secret: str, *, trouble: float = 0.0) -> None:
        self._crm = crm
        self._secret = secret
        self._trouble = trouble
        self._chance = Random(7)
        self._seen: dict[str, Seen] = {}
        self._told = 0
        self.url = ""
        self.calls = 0
        self.faults = 0

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if not self._is_ours(request.headers.get("Overture-Signature", ""), body):
            return web.json_response({"error": "the signature is missing, wrong or old"}, status=401)
        self.calls += 1
        fault = self._chance.choice(("busy", "hang up", "take it and hang up"))
        fault = fault if self._chance.random() < self._trouble else ""
        self.faults += bool(fault)
        if fault == "busy":
            return web.json_response({"error": "busy"}, status=503)
        try:
            answer = await self._do(json.loads(body)) if fault != "hang up" else {}
        except Refused as error:
            return web.json_response({"error": str(error)}, status=error.status)
        if fault and request.transport is not None:
            request.transport.abort()
        return web.json_response(answer)

    async def tell(self, http: ClientSession, overture: str) -> list[Mapping[str, Any]]:
        """Tell Overture what has changed over there since the last look; what it answered to each."""
        before, self._seen = self._seen, dict(await self._crm.seen())
        answers = []
        for record, now in self._seen.items():
            then = before.get(record, now)
            if now.stage != then.stage:
                answers.append(await self._post(http, overture, record, "stage_changed", stage=now.stage))
            if now.owner != then.owner:
                answers.append(await self._post(http, overture, record, "owner_changed", owner=now.owner))
            if now.opted_out and not then.opted_out:
                answers.append(await self._post(http, overture, record, "unsubscribed"))
        return answers

    async def _do(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        match told:
            case {"do": "find", "lead": lead, "email": email, "fields": fields}:
                found = await self._crm.find(lead, email)
                if found is None:
                    return {"record": None}
                values = {**found["custom_fields"], **found}
                return {"record": {"id": found["id"], "fields": {name: values.get(name) for name in fields}}}
            case {"do": "upsert", "lead": lead, "id": record, "fields": fields}:
                return {"id": await self._crm.upsert(lead, record, fields)}
            case {"do": "note", "id": record, "text": text, "reference": reference}:
                await self._crm.note(record, text, reference)
                return {}
        raise Refused(400, "this is none of find, upsert and note")

    async def _post(
        self, http: ClientSession, overture: str, record: str, event: str, **more: str
    ) -> Mapping[str, Any]:
        self._told += 1
        body = json.dumps({"id": f"change-{self._told}", "event": event, "record": record, **more}).encode()
        signed = {"Overture-Signature": signature(self._secret, body, int(time.time()))}
        async with http.post(f"{overture}/crms/webhook", data=body, headers=signed) as response:
            answer: Mapping[str, Any] = await response.json()
            return answer

    def _is_ours(self, given: str, body: bytes) -> bool:
        at = given.partition(",")[0].removeprefix("t=")
        if not at.isdecimal() or abs(time.time() - int(at)) > OLDEST:
            return False
        return compare_digest(given.encode(), signature(self._secret, body, int(at)).encode())


@asynccontextmanager
async def receiving(crm_address: str, token: str, secret: str, *, trouble: float) -> AsyncIterator[Receiver]:
    """Serve a receiver on this machine."""
    async with ClientSession(crm_address, timeout=TIMEOUT) as http:
        receiver = Receiver(DjangoCrm(http, token), secret, trouble=trouble)
        app = web.Application()
        app.router.add_post("/", receiver.take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            receiver.url = f"http://{host}:{port}"
            yield receiver
        finally:
            await runner.cleanup()
