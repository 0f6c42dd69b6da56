"""The picture that a sales rep has in Slack, fetched by us, so that no customer's browser asks Slack for anything."""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp

from bot.domain.file_types import KNOWN

HOSTS = ("slack-edge.com", "gravatar.com")
"""Where Slack keeps pictures, or where it has them from."""

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
LARGEST = 300_000
"""Bytes; Slack's are squares of 72 pixels."""


def picture_in(told: object) -> str:
    """The address of the picture in what `users.info` tells; empty where there is none."""
    match told:
        case {"user": {"profile": {"image_72": str(address)}}}:
            return address
    return ""


async def fetch_picture(http: aiohttp.ClientSession, address: str) -> bytes | None:
    """None where there is none, or where we cannot get it: then the customer sees initials."""
    if not may_be_fetched(address):
        return None
    try:
        async with http.get(address, allow_redirects=False) as answer:
            content = await answer.content.read(LARGEST + 1) if answer.status == 200 else b""
            while 0 < len(content) <= LARGEST and (more := await answer.content.read(LARGEST + 1 - len(content))):
                content += more
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None
    return content if len(content) <= LARGEST and any(KNOWN[one].is_one(content) for one in PICTURES) else None


def may_be_fetched(address: str) -> bool:
    """Whether this is an address of Slack's own, and no other that somebody could have made us ask."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    known = any(host == one or host.endswith(f".{one}") for one in HOSTS)
    return parts.scheme == "https" and known and port is None and parts.username is None
