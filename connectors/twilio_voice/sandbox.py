"""A stand-in for Twilio's voice: it plays the telephones of customers, and signs what Twilio would post to us.

The TwiML that we answer with is carried out by whoever holds the telephone: the playground's panel Call, or a test.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import aiohttp

from bot.domain.errors import WebhookRejected
from bot.ports import Clock, FeedWriter, Reply, WebhookRequest
from connectors.twilio_requests import signature_of
from connectors.twilio_voice.account import CHANNEL, E164, SID, VoiceAccount

FEED = f"sandbox:{CHANNEL}"


MOST_PLACED = 1000
ENDS = ("busy", "no-answer", "failed", "canceled", "completed")


@dataclass(slots=True)
class Placed:
    """A call that we have had Twilio place."""

    sid: str
    form: Mapping[str, str]
    at: datetime
    status: str = "queued"

    def described(self) -> Mapping[str, Any]:
        return {
            "sid": self.sid,
            "to": self.form["To"],
            "from": self.form["From"],
            "status": self.status,
            "date_created": format_datetime(self.at),
        }


class VoiceSandbox:
    """One account with one number."""

    name = CHANNEL

    def __init__(self, account: VoiceAccount, service_url: str, feed: FeedWriter, clock: Clock) -> None:
        self._account = account
        self._webhooks = f"{service_url.rstrip('/')}/channels/{CHANNEL}"
        self._feed = feed
        self._clock = clock
        self._placed: dict[str, Placed] = {}

    async def answer(self, request: WebhookRequest) -> Reply:
        """Twilio's Calls resource: place a call, change one that is under way, list them."""
        folder = f"/2010-04-01/Accounts/{self._account.sid}/Calls"
        right = aiohttp.encode_basic_auth(self._account.sid, self._account.auth_token)
        if request.headers.get("authorization") != right:
            return _refusal(401, 20003, "Authenticate")
        path = urlsplit(request.url).path.partition("/2010-04-01/")[2]
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        match request.method, f"/2010-04-01/{path}".removeprefix(folder).removesuffix(".json"):
            case "POST", "":
                return await self._place(form)
            case "GET", "":
                wanted = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
                found = [one.described() for one in self._placed.values() if one.form["To"] == wanted.get("To")]
                return _json(200, {"calls": found})
            case "POST", sid if (call := self._placed.get(sid.removeprefix("/"))) is not None:
                return await self._change(call, form)
        return _refusal(404, 20404, "The requested resource was not found")

    async def _place(self, form: Mapping[str, str]) -> Reply:
        if not E164.fullmatch(form.get("To", "")):
            return _refusal(400, 21211, "Invalid 'To' Phone Number")
        if form.get("From") != self._account.sender:
            return _refusal(400, 21210, "'From' phone number not verified")
        if not form.get("Url", "").startswith(f"{self._webhooks}/"):
            return _refusal(400, 21205, "Url is not a valid URL")
        while len(self._placed) >= MOST_PLACED:
            del self._placed[next(iter(self._placed))]
        call = Placed("CA" + secrets.token_hex(16), form, self._clock.now())
        self._placed[call.sid] = call
        await self._note(call.sid, form["To"], "rings", call.at, url=form["Url"])
        return _json(201, call.described())

    async def _change(self, call: Placed, form: Mapping[str, str]) -> Reply:
        if call.status != "in-progress":
            return _refusal(400, 21220, "Call is not in-progress. Cannot redirect.")
        if form.get("Status") == "completed":
            call.status = "completed"
            await self._note(call.sid, call.form["To"], "ended", self._clock.now())
        else:
            await self._note(call.sid, call.form["To"], "goes_on", self._clock.now(), url=form.get("Url", ""))
        return _json(200, call.described())

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """`{"deed": "call", "from"}` begins a call; `{"deed": "post", "call", "from", "to": address, "fields": {...}}`
        is what Twilio posts to an address that our TwiML names: `SpeechResult`, `Digits`, or how a dialling ended.

        Of a call that we have placed: `{"deed": "answer", "call"}`, `{"deed": "decline", "call", "how": "busy"}`, and
        `{"deed": "detect", "call", "as": "machine_end_beep"}`, once Twilio has found out who answered."""
        match deed:
            case {"deed": "answer", "call": str(sid)} if (call := self._placed.get(sid)) is not None:
                call.status = "in-progress"
                await self._note(sid, call.form["To"], "answered", now)
                return self._webhook(call.form["Url"], sid, call.form["To"], {}, now)
            case {"deed": "decline", "call": str(sid)} if (call := self._placed.get(sid)) is not None:
                how = str(deed.get("how") or "no-answer")
                return await self._end(call, how if how in ENDS else "no-answer", now)
            case {"deed": "detect", "call": str(sid), "as": str(who)} if (call := self._placed.get(sid)) is not None:
                fields = {"AnsweredBy": who}
                return self._webhook(call.form["AsyncAmdStatusCallback"], sid, call.form["To"], fields, now)
            case {"deed": "hang_up", "call": str(sid)} if (call := self._placed.get(sid)) is not None:
                return await self._end(call, "completed", now)
            case {"deed": "call", "from": str(caller)} if E164.fullmatch(caller) or caller == "anonymous":
                sid = str(deed.get("call") or "CA" + secrets.token_hex(16))
                await self._note(sid, caller, "began", now)
                return self._webhook(f"{self._webhooks}/call", sid, caller, {}, now)
            case {"deed": "post", "call": str(sid), "from": str(caller), "to": str(address)} if SID.fullmatch(
                sid
            ) and address.startswith(f"{self._webhooks}/"):
                fields = {str(name): str(value) for name, value in dict(deed.get("fields") or {}).items()}
                if said := fields.get("SpeechResult") or fields.get("Digits"):
                    await self._note(sid, caller, "said", now, text=said)
                return self._webhook(address, sid, caller, fields, now)
            case {"deed": "hang_up", "call": str(sid), "from": str(caller)} if SID.fullmatch(sid):
                await self._note(sid, caller, "ended", now)
                return self._webhook(f"{self._webhooks}/status", sid, caller, {"CallStatus": "completed"}, now)
        raise WebhookRejected(
            400,
            'A telephone can do {"deed": "call", "from": "+447700900123"}, then "post" to an address of the TwiML, '
            'and "hang_up"; of a call that has been placed also "answer", "decline" and "detect".',
        )

    async def open_talk(self, deed: Mapping[str, Any], now: datetime) -> tuple[WebhookRequest, str]:
        """`{"call", "from", "to": the address in <ConversationRelay>, "parameters"}`: Twilio's WebSocket to it."""
        sockets = f"{self._webhooks}/relay/".replace("http", "ws", 1)
        match deed:
            case {"call": str(sid), "from": str(caller), "to": str(url), "parameters": dict(parameters)} if (
                SID.fullmatch(sid) and url.startswith(sockets)
            ):
                pass
            case _:
                raise WebhookRejected(400, f'A talk is of a "call", "from" somebody, "to" an address under {sockets}.')
        ours = sid in self._placed
        setup = {
            "type": "setup",
            "sessionId": "VX" + secrets.token_hex(16),
            "accountSid": self._account.sid,
            "callSid": sid,
            "from": self._account.sender if ours else caller,
            "to": caller if ours else self._account.sender,
            "direction": "outbound-api" if ours else "inbound",
            "callType": "PSTN",
            "callStatus": "IN-PROGRESS",
            "customParameters": {str(name): str(value) for name, value in parameters.items()},
        }
        signed = f"wss://{url.partition('://')[2]}"  # Twilio knows no ws://
        headers = {"x-twilio-signature": signature_of(signed, [], self._account.auth_token)}
        return WebhookRequest("GET", url, headers, b"", now), json.dumps(setup)

    async def _end(self, call: Placed, how: str, now: datetime) -> WebhookRequest:
        call.status = how
        await self._note(call.sid, call.form["To"], "ended", now)
        return self._webhook(call.form["StatusCallback"], call.sid, call.form["To"], {"CallStatus": how}, now)

    async def _note(self, sid: str, caller: str, what: str, at: datetime, **more: str) -> None:
        item = {"type": "call", "what": what, "call": sid, "from": caller, "at": at.isoformat(), **more}
        await self._feed.append(FEED, f"{sid}:{what}:{secrets.token_hex(4)}", item)

    def _webhook(self, url: str, sid: str, caller: str, fields: Mapping[str, str], now: datetime) -> WebhookRequest:
        ours = sid in self._placed
        form = {
            "AccountSid": self._account.sid,
            "ApiVersion": "2010-04-01",
            "CallSid": sid,
            "CallStatus": "in-progress",
            "Called": caller if ours else self._account.sender,
            "Caller": self._account.sender if ours else caller,
            "Direction": "outbound-api" if ours else "inbound",
            "From": self._account.sender if ours else caller,
            "FromCountry": "GB" if caller.startswith("+44") else "",
            "To": caller if ours else self._account.sender,
            **fields,
        }
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "i-twilio-idempotency-token": secrets.token_hex(16),
            "user-agent": "TwilioProxy/1.1",
            "x-twilio-signature": signature_of(url, list(form.items()), self._account.auth_token),
        }
        return WebhookRequest("POST", url, headers, urlencode(form).encode(), now)


def _json(status: int, body: Mapping[str, Any]) -> Reply:
    return Reply(status, json.dumps(body).encode(), "application/json")


def _refusal(status: int, code: int, message: str) -> Reply:
    return _json(status, {"code": code, "message": message, "status": status})
