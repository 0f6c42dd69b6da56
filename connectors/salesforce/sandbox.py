"""A stand-in for Salesforce: the token endpoint, the object Lead by its external id, tasks, and our two queries."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from bot.domain.errors import WebhookRejected
from bot.ports import FeedWriter, Reply, WebhookRequest
from connectors.crm_webhooks import SECRET_HEADER, our_event
from connectors.salesforce.crm import OUR_ID
from connectors.salesforce.log_in import JWT_BEARER
from connectors.stand_in import Json, Records, json_reply, read_deed, read_object

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
AUDIENCE = "https://login.salesforce.com"
SANDBOX_USER = "overture@example.com"
REQUIRED = ("LastName", "Company")
KINDS: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(
        ["Email", "FirstName", "LastName", "Company", "MobilePhone", "Phone", "Title", "Website", "Status", OUR_ID], str
    ),
    **dict.fromkeys(
        [f"Overture_{name}__c" for name in ("Grade", "Score_Reasons", "Timeline", "Meeting_Time")],
        str,
    ),
    "Overture_Score__c": (int, float),
    "Overture_Team_Size__c": (int, float),
    "HasOptedOutOfEmail": bool,
}
"""The fields of Lead in this organisation: the standard ones that we use, and our own."""

LEADS = re.compile(
    r"SELECT (?P<fields>[\w,]+) FROM Lead WHERE Email = '(?P<email>(?:[^'\\]|\\.)*)' AND IsConverted = false "
    r"ORDER BY CreatedDate LIMIT 1"
)
OPEN = "Not Started"
TASKS = re.compile(
    r"SELECT Id FROM Task WHERE WhoId = '(?P<who>(?:[^'\\]|\\.)*)' AND Subject LIKE '%(?P<mark>\w+)%' LIMIT 1"
)


PAGES = re.compile(
    r"SELECT (?P<fields>[\w,]+) FROM Lead WHERE (?:Id > '(?P<after>\w+)' AND )?IsConverted = false "
    r"ORDER BY Id LIMIT (?P<limit>\d+)"
)


class SalesforceSandbox:
    """One organisation, whose leads are those on the feed."""

    name = "salesforce"

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        version: str,
        feed: FeedWriter,
        webhook_secret: str,
        webhook_url: str,
    ) -> None:
        self._credentials = {"client_id": [client_id], "client_secret": [client_secret]}
        self._data = f"/services/data/v{version}/"
        self._records = Records(feed, "salesforce")
        self.has_duplicate_rule = False
        self.certificate: str | None = None  # the public key that the app has, in PEM
        self._webhook_secret = webhook_secret
        self._webhook_url = webhook_url
        self._tokens: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    def end_sessions(self) -> None:
        """As an administrator may: every token is refused from now on."""
        self._tokens.clear()

    async def answer(self, request: WebhookRequest) -> Reply:
        parts = urlsplit(request.url)
        if parts.path.endswith("/services/oauth2/token"):
            return self._token(request)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return _error(401, "INVALID_SESSION_ID", "Session expired or invalid")
        path = [unquote(one) for one in parts.path.partition(self._data)[2].split("/")]
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        async with self._one_at_a_time:
            match request.method, path:
                case "GET", ["sobjects", "Lead", name, value] if name == OUR_ID:
                    return await self._read(value, query.get("fields", "Id"))
                case "PATCH", ["sobjects", "Lead", name, value] if name == OUR_ID:
                    return await self._upsert(value, read_object(request.body))
                case "PATCH", ["sobjects", "Lead", lead]:
                    return await self._update(lead, read_object(request.body))
                case "GET", ["sobjects", "Lead", lead]:
                    return await self._get(lead)
                case "DELETE", ["sobjects", "Lead", lead]:
                    return await self._delete(lead)
                case "PATCH", ["sobjects", "Individual", individual]:
                    return await self._forget(individual, read_object(request.body))
                case "POST", ["composite"]:
                    return await self._composite(read_object(request.body))
                case "POST", ["sobjects", "Task"]:
                    return await self._task(read_object(request.body))
                case "GET", ["query"]:
                    return await self._query(query.get("q", ""))
        return _error(404, "NOT_FOUND", "The requested resource does not exist")

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """Sales changes a lead, or they unsubscribe: what a flow there sends."""
        news, lead, value = read_deed(deed)
        if lead not in await self._records.all():
            raise WebhookRejected(404, f"Salesforce has no lead {lead}.")
        match news:
            case "stage_changed":
                await self._records.write(lead, {"Status": value})
            case "owner_changed":
                await self._records.write(lead, {"OwnerId": value})
            case "unsubscribed":
                await self._records.write(lead, {"HasOptedOutOfEmail": True})
            case "erased":
                await self._records.remove(lead)
        headers = {"content-type": "application/json", SECRET_HEADER: self._webhook_secret}
        return WebhookRequest("POST", self._webhook_url, headers, our_event(news, lead, value, str(uuid4())), now)

    def _token(self, request: WebhookRequest) -> Reply:
        form = parse_qs(request.body.decode(errors="replace"))
        by_secret = {"grant_type": ["client_credentials"], **self._credentials}
        if request.method != "POST" or not (form == by_secret or self._has_signed(form, request)):
            return json_reply(400, {"error": "invalid_client", "error_description": "invalid client credentials"})
        token = f"00D{uuid4().hex}"
        self._tokens.add(token)
        return json_reply(200, {"access_token": token, "instance_url": "https://elsewhere", "token_type": "Bearer"})

    def _has_signed(self, form: Mapping[str, list[str]], request: WebhookRequest) -> bool:
        """Whether it is a JWT of the app's key for its user, who has allowed the app."""
        assertion = form.get("assertion", [""])[0]
        if self.certificate is None or form.get("grant_type") != [JWT_BEARER]:
            return False
        claims = jwt.JWTClaimsRegistry(
            now=int(request.received_at.timestamp()),
            iss={"essential": True, "value": self._credentials["client_id"][0]},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
        )
        try:
            told = jwt.decode(assertion, RSAKey.import_key(self.certificate), algorithms=["RS256"]).claims
            claims.validate(told)
        except (JoseError, ValueError):
            return False
        return bool(told["sub"] == SANDBOX_USER)

    async def _read(self, value: str, fields: str) -> Reply:
        lead = await self._records.find(OUR_ID, value)
        if lead is None:
            return _error(404, "NOT_FOUND", "The requested resource does not exist")
        return await self._shown(lead, fields, wrap=False)

    async def _get(self, lead: str) -> Reply:
        known = await self._records.all()
        if lead not in known:
            return _error(404, "NOT_FOUND", "The requested resource does not exist")
        return json_reply(200, {"attributes": {"type": "Lead"}, "IsConverted": False, **known[lead], "Id": lead})

    async def _delete(self, lead: str) -> Reply:
        if lead not in await self._records.all():
            return _error(404, "ENTITY_IS_DELETED", "entity is deleted")
        await self._records.remove(lead)
        return Reply(204)

    async def _forget(self, individual: str, fields: Json | None) -> Reply:
        if individual not in await self._records.of_kind("individual"):
            return _error(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible")
        if fields != {"ShouldForget": True}:
            return _error(400, "INVALID_FIELD", "No such column on sobject of type Individual")
        await self._records.add("individual", {"id": individual, **fields})
        return Reply(204)

    async def _composite(self, body: Json | None) -> Reply:
        """Two requests, lead and task, of which both are done or neither."""
        match body:
            case {
                "allOrNone": True,
                "compositeRequest": [
                    {"method": "PATCH", "url": str(url), "referenceId": "lead", "body": dict() as fields},
                    {"method": "POST", "url": str(task_url), "referenceId": "task", "body": dict() as task},
                ],
            } if task_url == f"{self._data}sobjects/Task":
                pass
            case _:
                return _error(400, "JSON_PARSER_ERROR", "this is none of the composites that we know")
        fault = await self._fault_of_task(task, lead_is_new=task.get("WhoId") == "@{lead.id}")
        match [unquote(one) for one in url.removeprefix(self._data).split("/")]:
            case ["sobjects", "Lead", name, value] if name == OUR_ID:
                lead, of_lead = "", await self._fault_of_new(value, fields)
                write = self._upsert(value, fields)
            case ["sobjects", "Lead", lead]:
                of_lead, write = await self._fault_of_update(lead, fields), self._update(lead, fields)
            case _:
                return _error(404, "NOT_FOUND", "The requested resource does not exist")
        if of_lead is not None or fault is not None:
            write.close()
            halted = _error(400, "PROCESSING_HALTED", "The transaction was rolled back")
            return _composed(of_lead or halted, (fault if of_lead is None else None) or halted)
        written = await write
        lead = lead or json.loads(written.body)["id"]
        return _composed(written, await self._task({**task, "WhoId": lead}))

    async def _shown(self, lead: str, fields: str, *, wrap: bool) -> Reply:
        names = fields.split(",")
        if unknown := [name for name in names if name not in (*KINDS, "Id")]:
            return _error(400, "INVALID_FIELD", f"No such column '{unknown[0]}' on entity 'Lead'")
        known = (await self._records.all())[lead]
        found = {"attributes": {"type": "Lead"}, **{name: known.get(name) for name in names}, "Id": lead}
        return json_reply(200, {"totalSize": 1, "done": True, "records": [found]} if wrap else found)

    async def _upsert(self, value: str, fields: Json | None) -> Reply:
        fault = await self._fault_of_new(value, fields)
        if fault is not None or fields is None:
            return fault or _error(400, "JSON_PARSER_ERROR", "no object")
        lead = await self._records.find(OUR_ID, value)
        lead, created = await self._records.write(lead, {**fields, OUR_ID: value})
        return json_reply(201 if created else 200, {"id": lead, "success": True, "created": created, "errors": []})

    async def _fault_of_new(self, value: str, fields: Json | None) -> Reply | None:
        lead = await self._records.find(OUR_ID, value)
        if fields is not None and OUR_ID in fields:
            return _error(400, "INVALID_FIELD", "The external id field is part of the address")
        known = {} if lead is None else (await self._records.all())[lead]
        fault = _fault(fields, known)
        return fault if fault is not None or lead is not None else await self._duplicates(fields or {})

    async def _update(self, lead: str, fields: Json | None) -> Reply:
        fault = await self._fault_of_update(lead, fields)
        if fault is not None or fields is None:
            return fault or _error(400, "JSON_PARSER_ERROR", "no object")
        await self._records.write(lead, fields)
        return Reply(204)

    async def _fault_of_update(self, lead: str, fields: Json | None) -> Reply | None:
        known = await self._records.all()
        if lead not in known:
            return _error(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible")
        return _fault(fields, known[lead])

    async def _duplicates(self, fields: Json) -> Reply | None:
        """A rule that takes leads with one phone number for the same, as organisations may have."""
        phone = fields.get("MobilePhone")
        if not self.has_duplicate_rule or not phone:
            return None
        there = await self._records.all()
        same = [lead for lead, known in there.items() if known.get("MobilePhone") == phone]
        if not same:
            return None
        records = [{"record": {"attributes": {"type": "Lead"}, "Id": one}, "matchConfidence": 100.0} for one in same]
        result = {"allowSave": False, "matchResults": [{"entityType": "Lead", "matchRecords": records}]}
        error = {"message": "Use one of these records?", "errorCode": "DUPLICATES_DETECTED", "fields": []}
        return json_reply(400, [{**error, "duplicateResut": result}])  # as Salesforce spells it

    async def _task(self, fields: Json | None) -> Reply:
        fault = await self._fault_of_task(fields, lead_is_new=False)
        if fault is not None or fields is None:
            return fault or _error(400, "JSON_PARSER_ERROR", "no object")
        if fields["Status"] == OPEN:
            task = await self._records.add("task", {"contact": fields["WhoId"], "properties": fields})
        else:
            task = await self._records.add_note(fields["WhoId"], f"{fields['Description']}\n\n{fields['Subject']}")
        return json_reply(201, {"id": task, "success": True, "errors": []})

    async def _fault_of_task(self, fields: Json | None, *, lead_is_new: bool) -> Reply | None:
        match fields:
            case {"WhoId": str(lead), "Subject": str(), "Description": str(), "Status": "Completed"}:
                pass
            case {
                "WhoId": str(lead),
                "Subject": str(),
                "Description": str(),
                "Status": "Not Started",
                "ActivityDate": str(),
            }:
                pass
            case _:
                return _error(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Subject, Status]")
        if not lead_is_new and lead not in await self._records.all():
            return _error(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        return None

    async def _query(self, query: str) -> Reply:
        if found := LEADS.fullmatch(query):
            lead = await self._records.find("Email", re.sub(r"\\(.)", r"\1", found["email"]))
            if lead is not None:
                return await self._shown(lead, found["fields"], wrap=True)
            return json_reply(200, {"totalSize": 0, "done": True, "records": []})
        if found := PAGES.fullmatch(query):
            return await self._page(found["fields"].split(","), found["after"] or "", int(found["limit"]))
        if found := TASKS.fullmatch(query):
            notes = [one for one in await self._records.notes() if one["contact"] == found["who"]]
            tasks = [{"Id": one["id"]} for one in notes if found["mark"] in one["body"]]
            for one in (await self._records.of_kind("task")).values():
                if one["contact"] == found["who"] and found["mark"] in one["properties"]["Subject"]:
                    tasks.append({"Id": one["id"]})
            return json_reply(200, {"totalSize": len(tasks), "done": True, "records": tasks[:1]})
        return _error(400, "MALFORMED_QUERY", "unexpected token")

    async def _page(self, fields: Sequence[str], after: str, limit: int) -> Reply:
        """Leads in the order of their ids."""
        known = await self._records.all()
        unknown = [one for one in fields if one not in KINDS and one != "Id"]
        if unknown:
            return _error(400, "INVALID_FIELD", f"No such column '{unknown[0]}' on entity 'Lead'.")
        found = [
            {"Id": lead, **{name: known[lead].get(name) for name in fields if name != "Id"}}
            for lead in sorted(known)
            if lead > after
        ][:limit]
        return json_reply(200, {"totalSize": len(found), "done": True, "records": found})


def _fault(fields: Json | None, known: Json) -> Reply | None:
    """What Salesforce would say against these fields of a lead."""
    if fields is None:
        return _error(400, "JSON_PARSER_ERROR", "The body is no JSON object")
    for name, value in fields.items():
        if name not in KINDS:
            return _error(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type Lead")
        if value is not None and not _fits(value, KINDS[name]):
            return _error(400, "JSON_PARSER_ERROR", f"Cannot deserialize the value of {name}")
    if not EMAIL.fullmatch(str(fields.get("Email") or "a@b.c")):
        return _error(400, "INVALID_EMAIL_ADDRESS", "Email: invalid email address")
    if missing := [name for name in REQUIRED if not {**known, **fields}.get(name)]:
        return _error(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: {missing}")
    return None


def _fits(value: Any, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _composed(*replies: Reply) -> Reply:
    parts: list[Json] = [
        {
            "body": json.loads(reply.body) if reply.body else None,
            "httpHeaders": {},
            "httpStatusCode": reply.status,
            "referenceId": name,
        }
        for name, reply in zip(("lead", "task"), replies, strict=True)
    ]
    return json_reply(200, {"compositeResponse": parts})


def _error(status: int, code: str, message: str) -> Reply:
    return json_reply(status, [{"message": message, "errorCode": code, "fields": []}])
