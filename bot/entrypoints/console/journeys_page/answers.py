"""What the pages of journeys are answered with, and what their requests must say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.errors import Fault, WebhookRejected

LONGEST_TEXT = 60_000
"""In characters; a request has room for no more."""


def faults_json(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [
        {
            "path": fault.place.path,
            "line": fault.place.line,
            "column": fault.place.column,
            "message": fault.message,
            "suggestion": fault.suggestion,
        }
        for fault in faults
    ]


def text_of(body: Mapping[str, Any], name: str, longest: int = LONGEST_TEXT) -> str:
    value = body.get(name)
    if not isinstance(value, str) or len(value) > longest:
        raise WebhookRejected(400, f'"{name}" wants a text of at most {longest:,} characters')
    return value
