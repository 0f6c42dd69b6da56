"""A stand-in for Dialogflow: an agent of each edition, and customers who talk with it.

It proves itself in each of the ways that an agent may, waits as long as Dialogflow does, asks again as CX does, and
remembers the parameters that we answer with.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.domain.errors import WebhookRejected
from bot.ports import FeedWriter, Reply, WebhookRequest
from connectors.dialogflow.access import Credentials
from connectors.dialogflow.sandbox_agents import Cx, Edition, Es, Heard, Input, Talk, hear

CHANNEL = "dialogflow"
FEED = f"sandbox:{CHANNEL}"
KEYS_PATH = "/oauth2/v3/certs"
KEY_ID = "the sandbox's own"
TOKEN_IS_GOOD_FOR = timedelta(hours=1)
EDITIONS: Mapping[str, Edition] = {"cx": Cx(), "es": Es()}
PROOFS = ("secret", "basic", "token", "none")
MOST_TALKS = 100
LONGEST_WORDS, LONGEST_NAME = 500, 40
DEEDS = (
    'A customer can do {"deed": "open"}, {"deed": "say", "text"}, {"deed": "press", "digits"} and {"deed": "leave"}; '
    'an agent {"deed": "intent", "intent", "parameters", "text"}, {"deed": "set", "parameters"} and {"deed": "again"}; '
    'each with an "edition" (cx or es), a "customer" and a "proof" (secret, basic, token or none).'
)


@dataclass(slots=True)
class Asked:
    """A request that was sent, and how often."""

    edition: str
    customer: str
    id: str
    webhook: WebhookRequest
    times: int = 1


class DialogflowSandbox:
    """One agent of each edition."""

    name = CHANNEL
    patience = timedelta(seconds=5)

    def __init__(self, credentials: Credentials, *, service_url: str, feed: FeedWriter) -> None:
        self._credentials = credentials
        self._webhooks = f"{service_url.rstrip('/')}/channels/{CHANNEL}"
        self._feed = feed
        self._talks: dict[tuple[str, str], Talk] = {}
        self._last: dict[tuple[str, str], Asked] = {}
        self._key: RSAKey | None = None

    async def answer(self, request: WebhookRequest) -> Reply:
        """Google's public keys."""
        if request.method == "GET" and urlsplit(request.url).path.endswith(KEYS_PATH):
            keys = {"keys": [(await self._signing_key()).as_dict(private=False, kid=KEY_ID)]}
            return Reply(200, json.dumps(keys).encode(), "application/json")
        return Reply(404, b"Not found", "text/plain")

    # ------------------------------------------------------------ what a customer does, and the agent by itself

    async def settle(self, deed: Mapping[str, Any], now: datetime) -> bool:
        """A session that is over, and a parameter that the agent sets: neither is told us then."""
        edition, customer = _who(deed)
        match deed:
            case {"deed": "leave"}:
                talk = self._talks.pop((edition, customer), None)
                self._last.pop((edition, customer), None)
                if talk is not None:
                    await self._show(edition, customer, talk, "left")
                return True
            case {"deed": "set", "parameters": dict(parameters)}:
                talk = self._talk(edition, customer, deed)
                talk.parameters.update({str(name): value for name, value in parameters.items()})
                await self._show(edition, customer, talk, "sets", parameters=_shown(parameters))
                return True
        return False

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        edition, customer = _who(deed)
        if deed.get("deed") == "again":
            return await self._again(edition, customer)
        given = _input(deed)
        if given is None:
            raise WebhookRejected(400, DEEDS)
        talk, id_ = self._talk(edition, customer, deed), str(uuid4())
        body = EDITIONS[edition].ask(talk, given, id_)
        proof = await self._proof(str(deed.get("proof", "secret")), edition, now)
        headers = {"content-type": "application/json", **proof}
        webhook = WebhookRequest("POST", f"{self._webhooks}/{edition}", headers, json.dumps(body).encode(), now)
        self._last[edition, customer] = Asked(edition, customer, id_, webhook)
        said = given.text or given.digits
        shown = {"wish": given.wish, "said": said, "intent": given.intent, "request": id_, "body": body}
        await self._show(edition, customer, talk, "asks", at=now.isoformat(), **shown)
        return webhook

    async def _again(self, edition: str, customer: str) -> WebhookRequest:
        asked = self._last.get((edition, customer))
        if asked is None:
            raise WebhookRejected(400, "Nothing was asked yet that could be asked again.")
        asked.times += 1
        talk = self._talks[edition, customer]
        await self._show(edition, customer, talk, "asks again", request=asked.id, times=asked.times)
        return asked.webhook

    def _talk(self, edition: str, customer: str, deed: Mapping[str, Any]) -> Talk:
        if (edition, customer) not in self._talks:
            while len(self._talks) >= MOST_TALKS:
                oldest = next(iter(self._talks))
                del self._talks[oldest]
                self._last.pop(oldest, None)
            session = EDITIONS[edition].session(str(uuid4()))
            self._talks[edition, customer] = Talk(session, str(deed.get("language") or "en")[:12])
        return self._talks[edition, customer]

    async def _proof(self, proof: str, edition: str, now: datetime) -> Mapping[str, str]:
        match proof:
            case "secret":
                return {"x-overture-secret": self._credentials.secret}
            case "basic":
                encoded = base64.b64encode(self._credentials.basic.encode()).decode()
                return {"authorization": f"Basic {encoded}"}
            case "token":
                return {"authorization": f"Bearer {await self._token(edition, now)}"}
            case "none":
                return {}
        raise WebhookRejected(400, f'"proof" is one of {", ".join(PROOFS)}.')

    async def _token(self, edition: str, now: datetime) -> str:
        """An ID token of the agent's service agent, for the address of this webhook."""
        claims = {
            "iss": "https://accounts.google.com",
            "aud": f"{self._webhooks}/{edition}",
            "email": self._credentials.service_agent,
            "email_verified": True,
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_IS_GOOD_FOR).timestamp()),
        }
        return jwt.encode({"alg": "RS256", "kid": KEY_ID}, claims, await self._signing_key())

    async def _signing_key(self) -> RSAKey:
        if self._key is None:
            self._key = await asyncio.to_thread(RSAKey.generate_key, 2048, {"kid": KEY_ID})
        return self._key

    # ------------------------------------------------------------ the answer

    async def hear(self, webhook: WebhookRequest, reply: Reply | None, took: timedelta) -> WebhookRequest | None:
        asked = next((one for one in self._last.values() if one.webhook is webhook), None)
        talk = self._talks.get((asked.edition, asked.customer)) if asked else None
        if asked is None or talk is None:
            return None  # the customer has left meanwhile
        edition = EDITIONS[asked.edition]
        if reply is None:
            heard = Heard(troubles=(f"No answer came within {self.patience.seconds} seconds.",))
        else:
            heard = hear(edition, talk, reply)
        if not heard.troubles:
            talk.parameters = dict(heard.parameters)
        shown = {
            "said": list(heard.said),
            "parameters": _shown(talk.parameters),
            "troubles": list(heard.troubles),
            "body": heard.body,
        }
        milliseconds = round(took.total_seconds() * 1000)
        await self._show(asked.edition, asked.customer, talk, "hears", request=asked.id, took_ms=milliseconds, **shown)
        hears_nothing = reply is None or reply.status >= 500
        if hears_nothing and asked.times < edition.tries:
            return await self._again(asked.edition, asked.customer)
        return None

    async def _show(self, edition: str, customer: str, talk: Talk, what: str, **more: Any) -> None:
        whose = {"edition": edition, "customer": customer, "session": talk.session}
        item = {"type": CHANNEL, "what": what, **whose, **more}
        await self._feed.append(FEED, f"{talk.session}:{what}:{uuid4()}", item)


def sandbox_credentials(secret: str) -> Credentials:
    """Made up, one for each way in which an agent may prove itself."""
    return Credentials(
        secret=_derive(secret, "header"),
        basic=f"dialogflow:{_derive(secret, 'password')}",
        service_agent="service-000000000000@gcp-sa-dialogflow.iam.gserviceaccount.com",
    )


def _derive(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), f"dialogflow sandbox {what}".encode(), hashlib.sha256).hexdigest()[:32]


def _who(deed: Mapping[str, Any]) -> tuple[str, str]:
    edition = str(deed.get("edition", "cx"))
    if edition not in EDITIONS:
        raise WebhookRejected(400, f'"edition" is one of {", ".join(EDITIONS)}.')
    return edition, str(deed.get("customer") or "Sam")[:LONGEST_NAME]


def _input(deed: Mapping[str, Any]) -> Input | None:
    match deed:
        case {"deed": "open"}:
            return Input("open", "hi")
        case {"deed": "say", "text": str(text)} if text.strip():
            return Input("words", text.strip()[:LONGEST_WORDS])
        case {"deed": "press", "digits": str(digits)} if digits.isdecimal():
            return Input("words", digits=digits[:LONGEST_NAME])
        case {"deed": "intent", "intent": str(intent)} if intent.strip():
            parameters, text = deed.get("parameters"), str(deed.get("text") or "")
            entities = parameters if isinstance(parameters, dict) else {}
            return Input("intent", text[:LONGEST_WORDS], intent=intent.strip(), entities=entities)
    return None


def _shown(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what the agent only carries for us."""
    return {name: value for name, value in parameters.items() if name != "overture"}
