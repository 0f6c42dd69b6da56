"""Slack's markup as a customer should read it."""

from __future__ import annotations

import html
import re

from bot.domain.message import storable

MARKUP = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


def words_in(markup: str) -> str:
    """The words of somebody, as they are kept."""
    return storable(as_plain_text(markup)).strip()


def as_plain_text(markup: str) -> str:
    """Slack's markup as a customer should read it: links as their addresses, names as their labels."""
    return html.unescape(MARKUP.sub(_unmark, markup))


def _unmark(found: re.Match[str]) -> str:
    target, label = found[1], found[2] or ""
    if target.startswith(("@", "#", "!")):
        return target[0].replace("!", "@") + (label or target[1:]).lstrip("@#")
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in (address, address.split("://")[-1]) else f"{label} ({address})"
