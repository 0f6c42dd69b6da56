"""A stand-in for OpenEMM: the SOAP operations that we call, behind the WS-Security digest, and its REST API."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as Xml

from bot.domain.errors import WebhookRejected
from bot.ports import FeedWriter, Reply, WebhookRequest
from connectors.openemm.envelope import AGN, SOAP, WSSE, WSU, digest, map_of, part_of, read_body
from connectors.openemm.kept import COLUMNS, Kept
from connectors.openemm.recipients import NEEDED
from connectors.openemm.sandbox_rest import RestSide

OLDEST = timedelta(minutes=5)
EQL = re.compile(r"customer_id > (\d+) AND customer_id <= (\d+)")


class _Fault(Exception):
    """What OpenEMM would say against a request."""


class OpenEmmSandbox:
    """One company, whose recipients are those on the feed."""

    name = "openemm"

    def __init__(self, *, user: str, password: str, feed: FeedWriter) -> None:
        self._user = user
        self._password = password
        self._kept = Kept(feed)
        self.rest = RestSide(user, password, self._kept)
        self._nonces: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    async def answer(self, request: WebhookRequest) -> Reply:
        if "/rest/v2/" in request.url:
            async with self._one_at_a_time:
                return await self.rest.answer(request)
        asked = read_body(request.body)
        if asked is None or not asked.tag.startswith(f"{{{AGN}}}") or not asked.tag.endswith("Request"):
            return _fault("Client", "No endpoint mapping found")
        if not self._is_user(request):
            return _fault("FailedAuthentication", "Username/password does not match")
        async with self._one_at_a_time:
            try:
                match asked.tag.partition("}")[2].removesuffix("Request"):
                    case "FindSubscriber" as operation:
                        return _answer(operation, await self._find(asked))
                    case "GetSubscriber" as operation:
                        return _answer(operation, await self._get(asked))
                    case "AddSubscriber" as operation:
                        return _answer(operation, await self._add(asked))
                    case "UpdateSubscriber" as operation:
                        return _answer(operation, await self._update(asked))
                    case "ListSubscribers" as operation:
                        return _ids(operation, await self._listed(asked))
                    case "DeleteSubscriber" as operation:
                        return _answer(operation, await self._delete(asked))
                    case "ListSubscriberBinding" as operation:
                        return _bindings(operation, await self._bound(asked))
                    case "SetSubscriberBinding" as operation:
                        return _answer(operation, await self._bind(asked))
            except _Fault as fault:
                return _fault("Client", str(fault))
        return _fault("Client", "No endpoint mapping found")

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        raise WebhookRejected(400, "Nobody acts in OpenEMM: it sends us nothing.")

    def _is_user(self, request: WebhookRequest) -> bool:
        """Each nonce holds once, and for five minutes."""
        token = Xml.fromstring(request.body).find(f".//{{{WSSE}}}UsernameToken")  # noqa: S314  read_body has read it
        if token is None:
            return False
        nonce, created = token.findtext(f"{{{WSSE}}}Nonce", ""), token.findtext(f"{{{WSU}}}Created", "")
        try:
            age = abs(request.received_at - datetime.fromisoformat(created))
            wanted = digest(base64.b64decode(nonce), created, self._password)
        except (ValueError, TypeError):
            return False
        given = token.findtext(f"{{{WSSE}}}Password", "")
        fits = secrets.compare_digest(given.encode(), wanted.encode())
        is_new, self._nonces = nonce not in self._nonces, self._nonces | {nonce}
        return fits and is_new and age <= OLDEST and token.findtext(f"{{{WSSE}}}Username") == self._user

    async def _find(self, asked: Xml.Element) -> Mapping[str, str]:
        found = await self._kept.find(_column(part_of(asked, "keyColumn")), part_of(asked, "value") or "")
        return {"value": found or "0"}

    async def _get(self, asked: Xml.Element) -> Mapping[str, Any]:
        recipient = part_of(asked, "customerID") or ""
        known = (await self._kept.all()).get(recipient)
        if known is None:
            return {"parameters": {}, "customerID": "0"}
        fields = {column: str(known.get(column) or "") for column in sorted(COLUMNS)}
        return {"parameters": {**fields, "customer_id": recipient}, "customerID": recipient}

    async def _add(self, asked: Xml.Element) -> Mapping[str, str]:
        fields = _checked(map_of(asked, "parameters"))
        key = _column(part_of(asked, "keyColumn"))
        if missing := [name for name in ("email", *NEEDED) if not fields.get(name)]:
            raise _Fault(f"{missing[0]} is missing")
        there = await self._kept.find(key, fields[key]) if part_of(asked, "doubleCheck") == "true" else None
        if there is None:
            return {"customerID": await self._kept.add(fields)}
        if part_of(asked, "overwrite") == "true":
            await self._kept.change(there, fields)
        return {"customerID": there}

    async def _update(self, asked: Xml.Element) -> Mapping[str, str]:
        await self._kept.change(await self._recipient(asked), _checked(map_of(asked, "parameters")))
        return {"value": "true"}

    async def _listed(self, asked: Xml.Element) -> list[str]:
        """In no order that anybody could rely on."""
        wanted = EQL.fullmatch(part_of(asked, "eql") or "")
        if wanted is None:
            raise _Fault("Invalid EQL")
        first, last = int(wanted[1]), int(wanted[2])
        return [one for one in reversed(list(await self._kept.all())) if first < int(one) <= last]

    async def _delete(self, asked: Xml.Element) -> Mapping[str, str]:
        await self._kept.remove(await self._recipient(asked))
        return {"value": "true"}

    async def _bind(self, asked: Xml.Element) -> Mapping[str, str]:
        recipient = await self._recipient(asked)
        wanted = [part_of(asked, name) for name in ("mediatype", "userType", "exitMailingID", "status")]
        if wanted[:3] != ["0", "W", "0"] or wanted[3] not in ("1", "2", "3", "4", "5") or not part_of(asked, "remark"):
            raise _Fault("Invalid binding")
        await self._kept.bind(recipient, part_of(asked, "mailinglistID") or "", str(wanted[3]))
        return {}

    async def _bound(self, asked: Xml.Element) -> Mapping[str, str]:
        return await self._kept.bindings(await self._recipient(asked))

    async def _recipient(self, asked: Xml.Element) -> str:
        recipient = part_of(asked, "customerID") or ""
        if recipient not in await self._kept.all():
            raise _Fault("Subscriber does not exist")
        return recipient


def _column(name: str | None) -> str:
    if name not in COLUMNS:
        raise _Fault("Invalid key column")
    return str(name)


def _checked(fields: Mapping[str, str]) -> Mapping[str, str]:
    """An unknown field is a fault; an address has to be one."""
    for name in fields:
        _column(name)
    if "@" not in fields.get("email", "a@b"):
        raise _Fault("Invalid e-mail address")
    return fields


def _answer(operation: str, parts: Mapping[str, Any]) -> Reply:
    root, body = _envelope()
    answer = Xml.SubElement(body, f"{{{AGN}}}{operation}Response")
    for name, value in parts.items():
        part = Xml.SubElement(answer, f"{{{AGN}}}{name}")
        if isinstance(value, str):
            part.text = value
            continue
        for key, text in value.items():
            item = Xml.SubElement(part, f"{{{AGN}}}item")
            Xml.SubElement(item, f"{{{AGN}}}key").text = key
            Xml.SubElement(item, f"{{{AGN}}}value").text = text
    return Reply(200, Xml.tostring(root), "text/xml;charset=utf-8")


def _ids(operation: str, recipients: list[str]) -> Reply:
    root, body = _envelope()
    answer = Xml.SubElement(body, f"{{{AGN}}}{operation}Response")
    for one in recipients:
        Xml.SubElement(answer, f"{{{AGN}}}customerID").text = one
    return Reply(200, Xml.tostring(root), "text/xml;charset=utf-8")


def _bindings(operation: str, bound: Mapping[str, str]) -> Reply:
    root, body = _envelope()
    answer = Xml.SubElement(body, f"{{{AGN}}}{operation}Response")
    for mailing_list, status in bound.items():
        item = Xml.SubElement(answer, f"{{{AGN}}}item")
        for name, value in (("mailinglistID", mailing_list), ("mediatype", "0"), ("status", status), ("userType", "W")):
            Xml.SubElement(item, f"{{{AGN}}}{name}").text = value
    return Reply(200, Xml.tostring(root), "text/xml;charset=utf-8")


def _fault(code: str, message: str) -> Reply:
    root, body = _envelope()
    fault = Xml.SubElement(body, f"{{{SOAP}}}Fault")
    Xml.SubElement(fault, "faultcode").text = f"soap:{code}"
    Xml.SubElement(fault, "faultstring").text = message
    return Reply(500, Xml.tostring(root), "text/xml;charset=utf-8")


def _envelope() -> tuple[Xml.Element, Xml.Element]:
    root = Xml.Element(f"{{{SOAP}}}Envelope")
    return root, Xml.SubElement(root, f"{{{SOAP}}}Body")
