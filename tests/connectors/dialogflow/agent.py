"""Google's part in tests: requests of agents of both editions, and ID tokens that a key of our own signs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.ports import FeedWriter, WebhookRequest
from connectors.dialogflow.access import Access, Credentials
from connectors.dialogflow.channel import DialogflowChannel
from tests.connectors.vendor_server import NOW, SERVICE_URL, MemoryFeed, request_to

SECRET = "a secret of thirty-two characters"
BASIC = "dialogflow:a password of some length"
AGENT = "service-123456789012@gcp-sa-dialogflow.iam.gserviceaccount.com"
CX_SESSION = "projects/p/locations/global/agents/a/sessions/s1"
ES_SESSION = "projects/p/agent/sessions/s1"
SLOTS = ("team_size", "timeline")


def channel(
    *, feed: FeedWriter | None = None, slots: Sequence[str] = SLOTS, credentials: Credentials | None = None
) -> DialogflowChannel:
    access = Access(credentials or Credentials(SECRET, BASIC, AGENT))
    access.keep_keys({"keys": [google().as_dict(private=False, kid="google 1")]}, NOW)
    return DialogflowChannel(access=access, feed=feed or MemoryFeed(), slots=slots)


@cache
def google(name: str = "google 1") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name})


def id_token(tail: str = "cx", *, key: RSAKey | None = None, **claims: Any) -> str:
    standing = {
        "iss": "https://accounts.google.com",
        "aud": f"{SERVICE_URL}/channels/dialogflow/{tail}",
        "email": AGENT,
        "email_verified": True,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
    }
    given = {name: value for name, value in {**standing, **claims}.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": "google 1"}, given, key or google())


def cx_request(text: str = "", tag: str = "words", **more: Any) -> dict[str, Any]:
    parameters = more.pop("parameters", {})
    return {
        "detectIntentResponseId": more.pop("id", "r1"),
        "fulfillmentInfo": {"tag": tag},
        "languageCode": "en",
        "sessionInfo": {"session": CX_SESSION, "parameters": parameters},
        **({"text": text} if text else {}),
        **more,
    }


def es_request(text: str = "", action: str = "words", **more: Any) -> dict[str, Any]:
    result: dict[str, Any] = {
        "queryText": text,
        "action": action,
        "parameters": more.pop("parameters", {}),
        "intent": {"displayName": more.pop("intent", "")},
        "outputContexts": more.pop("contexts", []),
        "languageCode": "en",
    }
    return {"responseId": more.pop("id", "r1"), "session": ES_SESSION, "queryResult": result, **more}


def asked(
    body: object, tail: str = "cx", headers: Mapping[str, str] | None = None, at: datetime = NOW
) -> WebhookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request_to(
        f"dialogflow/{tail}", {"x-overture-secret": SECRET} if headers is None else headers, body=raw, at=at
    )
