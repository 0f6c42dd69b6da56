"""A stand-in for Alexa: speakers that customers talk to, whose requests are signed as Amazon's are.

Its certificates are of an authority that the sandbox alone trusts; the skill fetches and verifies them as it would
Amazon's. It waits as long as Alexa does, says what we answer, and refuses what Alexa would refuse.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from bot.domain.errors import WebhookRejected
from bot.ports import FeedWriter, Reply, WebhookRequest
from connectors.alexa.sandbox_answers import Heard, hear, troubles_of_ssml, words_of
from connectors.alexa.sandbox_certificates import Signer, new_signer
from connectors.alexa.sandbox_listening import Listener, Unmatched
from connectors.alexa.verification import CERTIFICATE_FOLDER, CERTIFICATE_HOST

CHANNEL = "alexa"
FEED = f"sandbox:{CHANNEL}"
API = "https://api.eu.amazonalexa.com"
MOST_DIRECTIVES = 5
"""Progressive responses to one request."""

MOST_SPEAKERS = 100
LOCALE = re.compile(r"[a-z]{2}-[A-Z]{2}")
LONGEST_NAME, LONGEST_WORDS = 40, 500
DIALOG_STATES = ("STARTED", "IN_PROGRESS", "COMPLETED")
DEEDS = (
    'A speaker can do {"deed": "launch"}, {"deed": "say", "text"}, {"deed": "intent", "intent", "slots", "dialog"}, '
    '{"deed": "silence"} and {"deed": "leave"}, each with a "speaker".'
)


@dataclass(slots=True)
class Speaker:
    """A customer's device, and the session on it, if there is one. `token` is that of the request that waits."""

    name: str
    locale: str = "en-GB"
    session: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    reprompt: str = ""
    was_asked_again: bool = False
    linked: bool = False
    request: str = ""
    token: str = ""
    directives: int = 0

    @property
    def user(self) -> str:
        return f"amzn1.ask.account.{base64.b32encode(self.name.encode()).decode().rstrip('=')}"


class AlexaSandbox:
    """One skill, and whoever talks to it. `model` gives the interaction model that the skill would have."""

    name = CHANNEL
    patience = timedelta(seconds=8)

    def __init__(
        self,
        skill_id: str,
        secret: str,
        *,
        service_url: str,
        feed: FeedWriter,
        model: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._skill_id = skill_id
        self._secret = secret
        self._webhook_url = f"{service_url.rstrip('/')}/channels/{CHANNEL}/skill"
        self._feed = feed
        self._model = model
        self._speakers: dict[str, Speaker] = {}
        self._signers: dict[str, Signer] = {}
        self._listener: tuple[Mapping[str, Any], Listener] | None = None

    # ------------------------------------------------------------ what the skill asks of Amazon

    async def answer(self, request: WebhookRequest) -> Reply:
        """Amazon's place for certificates, and the Progressive Response API."""
        path = urlsplit(request.url).path
        name = path.rpartition(CERTIFICATE_FOLDER)[2]
        if request.method == "GET" and name in self._signers:
            return Reply(200, self._signers[name].pem, "application/x-pem-file")
        if request.method == "POST" and path.endswith("/v1/directives"):
            return await self._take_directive(request)
        return _refusal(404, "NOT_FOUND", "There is nothing here.")

    async def _take_directive(self, request: WebhookRequest) -> Reply:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        speaker = next((one for one in self._speakers.values() if one.token and one.token == token), None)
        if speaker is None:
            return _refusal(403, "UNAUTHORIZED", "The token is not that of a request that waits.")
        try:
            body = json.loads(request.body)
        except ValueError:
            body = None
        match body:
            case {
                "header": {"requestId": speaker.request},
                "directive": {"type": "VoicePlayer.Speak", "speech": str(ssml)},
            } if not list(troubles_of_ssml(ssml)):
                pass
            case _:
                return _refusal(400, "INVALID_DIRECTIVE", "This is no VoicePlayer.Speak for the request that waits.")
        speaker.directives += 1
        if speaker.directives > MOST_DIRECTIVES:
            return _refusal(400, "TOO_MANY_DIRECTIVES", f"A request takes {MOST_DIRECTIVES}.")
        await self._show(speaker, "progressive", request=speaker.request, ssml=ssml, words=words_of(ssml))
        return Reply(204)

    # ------------------------------------------------------------ what a customer does

    async def settle(self, deed: Mapping[str, Any], now: datetime) -> bool:
        """Somebody who says nothing is asked again by Alexa; the skill hears of it the second time."""
        speaker = self._speaker(deed)
        match deed:
            case {"deed": "silence"} if speaker.session and speaker.reprompt and not speaker.was_asked_again:
                speaker.was_asked_again = True
                words = words_of(speaker.reprompt)
                await self._show(speaker, "asked again", ssml=speaker.reprompt, words=words)
                return True
            case {"deed": "link"}:
                speaker.linked = True
                await self._show(speaker, "linked")
                return True
        return False

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        speaker = self._speaker(deed)
        match deed:
            case {"deed": "launch"}:
                speaker.session = ""
                return await self._ask(speaker, {"type": "LaunchRequest"}, now, said="open the skill")
            case {"deed": "say", "text": str(text)} if text.strip():
                return await self._say(speaker, text[:LONGEST_WORDS], str(deed.get("unmatched", "words")), now)
            case {"deed": "intent", "intent": str(intent)} if intent.strip():
                return await self._mean(speaker, intent.strip(), deed, now)
            case {"deed": "silence" | "leave" as how} if speaker.session:
                reason = "EXCEEDED_MAX_REPROMPTS" if how == "silence" else "USER_INITIATED"
                return await self._end(speaker, {"reason": reason}, now)
            case {"deed": "silence" | "leave"}:
                raise WebhookRejected(400, "No session is open on this speaker. Launch the skill first.")
        raise WebhookRejected(400, DEEDS)

    def _speaker(self, deed: Mapping[str, Any]) -> Speaker:
        name = str(deed.get("speaker") or "Kitchen")[:LONGEST_NAME]
        if name not in self._speakers:
            while len(self._speakers) >= MOST_SPEAKERS:
                del self._speakers[next(iter(self._speakers))]
            self._speakers[name] = Speaker(name)
        speaker = self._speakers[name]
        if LOCALE.fullmatch(locale := str(deed.get("locale", ""))):
            speaker.locale = locale
        return speaker

    async def _say(self, speaker: Speaker, text: str, unmatched: str, now: datetime) -> WebhookRequest:
        choice: Unmatched = "fallback" if unmatched == "fallback" else "words"
        listener = await asyncio.to_thread(self._listen)
        found = listener.listen(text, choice)
        slots = {
            name: _slot(name, value, found.listed.get(name) or "", found.intent) for name, value in found.slots.items()
        }
        request = {"type": "IntentRequest", "intent": _intent(found.intent, slots)}
        return await self._ask(speaker, request, now, said=text, how=found.how)

    def _listen(self) -> Listener:
        """By the model as it is; made anew only where that has changed."""
        model = self._model()
        if self._listener is None or self._listener[0] is not model:
            self._listener = model, Listener(model)
        return self._listener[1]

    async def _mean(self, speaker: Speaker, intent: str, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """An intent that is chosen, not listened for; with `dialog`, as one of a dialog that the model leads."""
        given = deed.get("slots")
        slots = {
            str(name): _slot(str(name), str(value), "", intent)
            for name, value in (given.items() if isinstance(given, dict) else ())
        }
        request: dict[str, Any] = {"type": "IntentRequest", "intent": _intent(intent, slots)}
        if deed.get("dialog") in DIALOG_STATES:
            request["dialogState"] = deed["dialog"]
        return await self._ask(speaker, request, now, said="", how="chosen")

    async def _end(self, speaker: Speaker, why: Mapping[str, Any], now: datetime) -> WebhookRequest:
        return await self._ask(speaker, {"type": "SessionEndedRequest", **why}, now, said="")

    # ------------------------------------------------------------ the request

    async def _ask(
        self, speaker: Speaker, request: Mapping[str, Any], now: datetime, *, said: str, how: str = ""
    ) -> WebhookRequest:
        is_new = not speaker.session
        if is_new:
            speaker.session, speaker.attributes = f"amzn1.echo-api.session.{uuid4()}", {}
        speaker.request, speaker.token = f"amzn1.echo-api.request.{uuid4()}", secrets.token_urlsafe(24)
        speaker.directives, speaker.was_asked_again = 0, False
        body = self._envelope(speaker, request, now, is_new=is_new)
        shown = {"kind": request["type"], "said": said, "how": how, "request": speaker.request, "body": body}
        await self._show(speaker, "asks", now, **shown)
        return await self._signed(json.dumps(body).encode(), now)

    def _envelope(
        self, speaker: Speaker, request: Mapping[str, Any], now: datetime, *, is_new: bool
    ) -> Mapping[str, Any]:
        application = {"applicationId": self._skill_id}
        user = {"userId": speaker.user, **({"accessToken": "of a linked account"} if speaker.linked else {})}
        device = {"deviceId": f"amzn1.ask.device.{speaker.name}", "supportedInterfaces": {}}
        return {
            "version": "1.0",
            "session": {
                "new": is_new,
                "sessionId": speaker.session,
                "application": application,
                "attributes": speaker.attributes,
                "user": user,
            },
            "context": {
                "System": {
                    "application": application,
                    "user": user,
                    "device": device,
                    "apiEndpoint": API,
                    "apiAccessToken": speaker.token,
                }
            },
            "request": {
                "requestId": speaker.request,
                "timestamp": now.isoformat(timespec="seconds"),
                "locale": speaker.locale,
                **request,
            },
        }

    async def _signed(self, body: bytes, now: datetime) -> WebhookRequest:
        signer = await self._signer(now)
        signature = base64.b64encode(signer.key.sign(body, PKCS1v15(), SHA256())).decode()
        headers = {
            "content-type": "application/json; charset=utf-8",
            "signaturecertchainurl": f"https://{CERTIFICATE_HOST}{CERTIFICATE_FOLDER}{signer.name}",
            "signature-256": signature,
        }
        return WebhookRequest("POST", self._webhook_url, headers, body, now)

    async def _signer(self, now: datetime) -> Signer:
        """The last one, unless its certificate is about to run out: the sandbox's clock may be moved by months."""
        last = next(reversed(self._signers.values()), None)
        if last is None or not last.is_good(now):
            last = await asyncio.to_thread(new_signer, self._secret, len(self._signers) + 1, now)
            self._signers[last.name] = last
        return last

    # ------------------------------------------------------------ the answer

    async def hear(self, webhook: WebhookRequest, reply: Reply | None, took: timedelta) -> WebhookRequest | None:
        asked = json.loads(webhook.body)
        request = asked["request"]
        user = asked["context"]["System"]["user"]["userId"]
        speaker = next((one for one in self._speakers.values() if one.user == user), None)
        if speaker is None:
            return None
        is_over = request["type"] == "SessionEndedRequest"
        if reply is None:
            heard = Heard(troubles=(f"No answer came within {self.patience.seconds} seconds.",))
        else:
            heard = hear(reply, session_is_over=is_over)
        await self._show(speaker, "hears", request=request["requestId"], took_ms=_milliseconds(took), **_shown(heard))
        if speaker.request == request["requestId"]:
            speaker.token = ""
        if is_over:
            _close(speaker)
            return None
        if heard.troubles:
            error = {"type": "INVALID_RESPONSE", "message": heard.troubles[0]}
            return await self._end(speaker, {"reason": "ERROR", "error": error}, webhook.received_at)
        speaker.attributes, speaker.reprompt = heard.attributes, heard.reprompt
        if any(one["type"] == "Dialog.Delegate" for one in heard.directives):
            # The slots that it would ask for by itself are those that were given.
            completed = {"type": "IntentRequest", "intent": request["intent"], "dialogState": "COMPLETED"}
            return await self._ask(speaker, completed, webhook.received_at, said="", how="Alexa's own dialog")
        if heard.ends:
            _close(speaker)
        return None

    async def _show(self, speaker: Speaker, what: str, at: datetime | None = None, **more: Any) -> None:
        item = {"type": CHANNEL, "what": what, "speaker": speaker.name, "session": speaker.session, **more}
        if at is not None:
            item["at"] = at.isoformat()
        await self._feed.append(FEED, f"{speaker.user}:{what}:{uuid4()}", item)


def _close(speaker: Speaker) -> None:
    speaker.session, speaker.attributes, speaker.reprompt, speaker.was_asked_again = "", {}, "", False


def _shown(heard: Heard) -> Mapping[str, Any]:
    return {
        "ssml": heard.speech,
        "words": words_of(heard.speech) if heard.speech else "",
        "reprompt": words_of(heard.reprompt) if heard.reprompt else "",
        "card": heard.card,
        "directives": list(heard.directives),
        "ends": heard.ends,
        "troubles": list(heard.troubles),
        "body": heard.body,
    }


def _intent(name: str, slots: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"name": name, "confirmationStatus": "NONE", "slots": slots}


def _slot(name: str, value: str, listed: str, intent: str) -> Mapping[str, Any]:
    """With the resolution that Alexa gives where the value is one of the slot type's."""
    slot: dict[str, Any] = {"name": name, "value": value, "confirmationStatus": "NONE", "source": "USER"}
    if listed:
        authority = f"amzn1.er-authority.echo-sdk.sandbox.{intent}"
        resolved = {
            "authority": authority,
            "status": {"code": "ER_SUCCESS_MATCH"},
            "values": [{"value": {"name": listed, "id": listed}}],
        }
        slot["resolutions"] = {"resolutionsPerAuthority": [resolved]}
    return slot


def _milliseconds(took: timedelta) -> int:
    return round(took.total_seconds() * 1000)


def _refusal(status: int, code: str, message: str) -> Reply:
    return Reply(status, json.dumps({"type": code, "message": message}).encode(), "application/json")
