"""Links in what journeys send, which lead through an address of ours so that it is known who opened them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

ONE_CLICK = timedelta(minutes=30)
"""Whoever opens a link again within this time has clicked once: a double tap, or a page that was loaded anew."""

CODE_LENGTH = 8
"""Characters of a code that name the message; what stands before them names the page."""


@dataclass(frozen=True, slots=True)
class SentLink:
    """A link of one message: `outbox_key` is that of the message, which says whose it is. `clicked_at` is the last
    click."""

    code: str
    outbox_key: str
    journey: str
    step: str
    clicked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clicks:
    """Of so many `messages` with links that are followed, the links of so many were `opened`."""

    messages: int
    opened: int


def page_code(code: str) -> str:
    """The part of a link's code that names the page."""
    return code[:-CODE_LENGTH]


ClicksByStep = Mapping[tuple[str, str], Clicks]
"""By journey and step."""
