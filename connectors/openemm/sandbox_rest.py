"""The REST API, version 2, of the stand-in for OpenEMM: the calls that we make, behind tokens that end."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.ports import Reply, WebhookRequest
from connectors.openemm.kept import COLUMNS, Kept
from connectors.openemm.recipients import NEEDED
from connectors.stand_in import Json, json_reply

HOLDS = timedelta(minutes=30)
STATUSES = {"Active": "1", "AdminOut": "3"}
HTML = re.compile(r"<[a-zA-Z/!]")
PAGING = ("page", "pageSize", "order")
LARGEST_PAGE = 200


class Refused(Exception):
    """What OpenEMM would answer against a request."""

    def __init__(self, status: int, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.field = field


class RestSide:
    def __init__(self, user: str, password: str, kept: Kept) -> None:
        self._basic = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self._kept = kept
        self._tokens: dict[str, datetime] = {}

    def end_tokens(self) -> None:
        """Every token has expired from now on."""
        self._tokens.clear()

    async def answer(self, request: WebhookRequest) -> Reply:
        parts = urlsplit(request.url)
        path, query = unquote(parts.path).partition("/rest/v2")[2], dict(parse_qsl(parts.query))
        given = request.headers.get("authorization", "")
        try:
            if (request.method, path) == ("POST", "/login"):
                return self._log_in(given, request.received_at)
            if self._tokens.get(given.removeprefix("Bearer "), request.received_at) <= request.received_at:
                raise Refused(401, "Unauthorized")
            return await self._do(request.method, path, query, request.body)
        except Refused as error:
            told: dict[str, Any] = {"status": error.status, "detail": str(error), "timestamp": _now(request)}
            if error.field:
                told["errors"] = [{"field": error.field, "message": str(error)}]
            return json_reply(error.status, told)

    def _log_in(self, given: str, now: datetime) -> Reply:
        if not secrets.compare_digest(given, self._basic):
            raise Refused(401, "Unauthorized")
        ends = (now + HOLDS).astimezone(UTC)
        token = ".".join(_part(one) for one in ({"alg": "HS512"}, {"exp": int(ends.timestamp())}, secrets.token_hex(8)))
        self._tokens[token] = ends
        return json_reply(200, {"token": token, "expiresAt": ends.isoformat()})

    async def _do(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Reply:
        single = re.fullmatch(r"/recipients/([0-9]+)", path)
        if method == "GET" and path == "/recipients":
            return await self._list(query)
        if method == "GET" and single:
            return json_reply(200, await self._shown(single[1]))
        if method == "DELETE" and single:
            await self._shown(single[1])
            await self._kept.remove(single[1])
            return Reply(204)
        if method == "PATCH" and path == "/recipients/bulk":
            return await self._upsert(query, _read(body, list))
        if method == "PATCH" and single:
            return await self._change(single[1], query, _read(body, dict))
        raise Refused(404, "Not Found")

    async def _list(self, query: Mapping[str, str]) -> Reply:
        """Those whose fields are what the query says."""
        filters = {name: value for name, value in query.items() if name not in PAGING}
        page, size = int(query.get("page", "1")), int(query.get("pageSize", "20"))
        if not 1 <= size <= LARGEST_PAGE or page < 1:
            raise Refused(400, "must be less than or equal to 200", "pageSize")
        if unknown := [name for name in filters if name not in COLUMNS]:
            raise Refused(400, f"Invalid recipient filter by unknown recipient fields: [{', '.join(unknown)}]")
        found = []
        for recipient, fields in (await self._kept.all()).items():
            if all(str(fields.get(name, "")).lower() == value.lower() for name, value in filters.items()):
                found.append(await self._shown(recipient))
        listed = found[(page - 1) * size : page * size]
        return json_reply(200, {"fullListSize": len(found), "list": listed, "pageNumber": page, "pageSize": size})

    async def _shown(self, recipient: str) -> Json:
        fields = (await self._kept.all()).get(recipient)
        if fields is None:
            raise Refused(404, "Recipient not found")
        return {"customer_id": int(recipient), **{column: fields.get(column) for column in sorted(COLUMNS)}}

    async def _change(self, recipient: str, query: Mapping[str, str], fields: Json) -> Reply:
        await self._shown(recipient)
        _check(fields)
        if fields:
            await self._kept.change(recipient, fields)
        if mailing_list := query.get("mailinglist"):
            status = query.get("status", "Active")
            if status not in STATUSES or query.get("mediatype") != "EMAIL":
                raise Refused(400, "Allowed values: [Active(1), AdminOut(3)]", "status")
            await self._kept.bind(recipient, mailing_list, STATUSES[status])
        return json_reply(200, await self._shown(recipient))

    async def _upsert(self, query: Mapping[str, str], recipients: list[Any]) -> Reply:
        """By the e-mail address; of a mailing list only who has no status there gets one."""
        if "status" in query:
            raise Refused(400, "Parameter status is not allowed for bulk creation of recipient", "status")
        errors = 0
        for fields in recipients:
            if not isinstance(fields, dict):
                raise Refused(400, "Invalid input.")
            _check(fields)
            if "@" not in str(fields.get("email", "")):
                errors += 1
                continue
            recipient = await self._kept.find("email", str(fields["email"]))
            if recipient is None:
                recipient = await self._kept.add({**NEEDED, **fields})
            elif fields.keys() != {"email"}:
                await self._kept.change(recipient, fields)
            mailing_list = query.get("mailinglist")
            if mailing_list and mailing_list not in await self._kept.bindings(recipient):
                await self._kept.bind(recipient, mailing_list, STATUSES["Active"])
        counted = {"EMAIL_ERROR": errors} if errors else {}
        total = len(recipients)
        return json_reply(200, {"total": total, "successful": total - errors, "failed": errors, "errors": counted})


def _check(fields: Json) -> None:
    for name, value in fields.items():
        if name not in COLUMNS:
            raise Refused(400, f"Allowed values: [{', '.join(sorted(COLUMNS))}]", name)
        if isinstance(value, str) and HTML.search(value):
            raise Refused(400, f"Invalid recipient data containing HTML for field: {name}")


def _read(body: bytes, kind: type) -> Any:
    try:
        told = json.loads(body)
    except ValueError:
        raise Refused(400, "JSON parse error") from None
    if not isinstance(told, kind):
        raise Refused(400, "JSON parse error")
    return told


def _part(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def _now(request: WebhookRequest) -> str:
    return request.received_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
