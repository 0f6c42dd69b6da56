"""What stand-ins put on their feeds for the playground's phone to show."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""What every phone sends: one point, as PNG."""


def new_item(
    direction: Literal["from_customer", "to_customer"],
    channel: str,
    sender: str,
    to: str,
    body: str,
    at: datetime,
    *,
    sid: str,
    buttons: Sequence[Mapping[str, str]] = (),
    **more: str,
) -> dict[str, Any]:
    """A message as the phone shows it; `sid` is what its vendor calls it."""
    return {
        "type": "sms",
        "direction": direction,
        "channel": channel,
        "from": sender,
        "to": to,
        "body": body,
        "buttons": [dict(one) for one in buttons],
        "sid": sid,
        "date_created": at.isoformat(),
        **more,
    }


def is_e164(number: str) -> bool:
    digits = number.removeprefix("+")
    return number.startswith("+") and digits.isascii() and digits.isdecimal() and 5 <= len(digits) <= 15
