"""Twilio's own OpenAPI document, to hold our requests against."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest
from werkzeug.datastructures import ImmutableMultiDict

from bot.ports import WebhookRequest
from tests.connectors.vendor_server import shared

ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"


def twilio_document(*paths: str) -> OpenAPI:
    """The document, cut down to these paths of an account; the test is skipped where it is absent."""
    whole = json.loads(shared("vendor_specs/twilio/twilio_api_v2010.json").read_text())
    whole["paths"] = {f"{ACCOUNT}{path}": whole["paths"][f"{ACCOUNT}{path}"] for path in paths}
    config = Config(
        extra_format_validators={"phone-number": lambda value: value.startswith(("+", "whatsapp:+"))},
        extra_format_unmarshallers={"phone-number": str},
    )
    return OpenAPI.from_dict(whole, config=config)


def as_openapi(asked: WebhookRequest, *, suffix: str = "") -> MockRequest:
    """The request as openapi-core takes it, with `suffix` behind its path."""
    parts = urlsplit(asked.url)
    return MockRequest(
        "https://api.twilio.com",
        asked.method.lower(),
        parts.path + suffix,
        args=ImmutableMultiDict(parse_qsl(parts.query)),
        headers={"Authorization": asked.headers["authorization"]},
        data=asked.body or None,
        content_type=asked.headers.get("content-type", "application/json").partition(";")[0],
    )
