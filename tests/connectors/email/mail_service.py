"""A mail service that posts to us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import connectors.email
from bot.ports import Webhook
from connectors.email.channel import EmailChannel
from connectors.email.webhooks import authorization
from tests.connectors.vendor_server import SECRET, built, request_to

PASSWORD = connectors.email.sandbox_values(SECRET)["EMAIL_WEBHOOK_SECRET"]
CHANNEL: EmailChannel = built(connectors.email, "email")
FORM = "application/x-www-form-urlencoded"


def multipart(fields: Mapping[str, Any], boundary: str = "xYzZY") -> tuple[str, bytes]:
    body = b""
    for name, value in fields.items():
        written = value if isinstance(value, bytes) else value.encode()
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + written + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def post(tail: str, content_type: str, body: bytes, password: str = PASSWORD) -> Webhook:
    headers = {"content-type": content_type, "authorization": authorization(password)}
    return CHANNEL.parse(request_to(f"email/{tail}", headers, body=body))


def events(*told: Mapping[str, Any]) -> list[object]:
    return list(post("events", "application/json", json.dumps(told).encode()).inbound)
