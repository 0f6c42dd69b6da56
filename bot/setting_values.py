"""Reads the settings that have several things in one value; a ValueError says what is wrong with it."""

from __future__ import annotations

import json
import re
from typing import Any, get_args
from urllib.parse import urlsplit

from bot.domain.access import Role
from bot.domain.language_model import ModelUse

AN_ENDPOINT = '{"billing": {"url": "https://example.com/hook", "secret": "..."}}'
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SHORTEST_SECRET = 16
"""Of an endpoint, in characters."""


def read_model_uses(text: str) -> frozenset[ModelUse]:
    """What a language model is used for; raises ValueError for a use that there is not."""
    wanted = {one.strip() for one in text.split(",") if one.strip()}
    known = get_args(ModelUse)
    if unknown := sorted(wanted - set(known)):
        raise ValueError(f"there is no use {unknown[0]!r}; known are {', '.join(known)}")
    return frozenset(use for use in known if use in wanted)


def read_model_request(text: str) -> dict[str, Any]:
    """What goes with each request to a language model; raises ValueError, also where it would say what we say."""
    try:
        told = json.loads(text) if text.strip() else {}
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise ValueError('it should be a JSON object such as {"reasoning_effort": "none"}')
    if ours := sorted({"messages", "model", "stream", "system"} & set(told)):
        raise ValueError(f"it should not have {ours[0]!r} in it, which Overture says itself")
    return told


def read_endpoints(text: str) -> dict[str, tuple[str, str]]:
    """The endpoints by name; raises ValueError with a sentence that repeats nothing of what may be secret."""
    try:
        told = json.loads(text) if text.strip() else {}
    except ValueError:
        raise ValueError(f"it should be JSON such as {AN_ENDPOINT}") from None
    if not isinstance(told, dict):
        raise ValueError(f"it should be an object such as {AN_ENDPOINT}")
    found = {}
    for name, one in told.items():
        url, secret = (one.get("url"), one.get("secret")) if isinstance(one, dict) else (None, None)
        if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError(f'the endpoint "{name}" has no url that begins with https:// or http://')
        if not isinstance(secret, str) or len(secret) < SHORTEST_SECRET:
            raise ValueError(f'the endpoint "{name}" has no secret of at least {SHORTEST_SECRET} characters')
        found[name] = (url, secret)
    return found


def read_addresses(text: str) -> tuple[str, ...]:
    """Telephone numbers in E.164 and e-mail addresses; raises ValueError with a sentence."""
    found = tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
    for number, one in enumerate(found, 1):
        name, at, host = one.partition("@")
        if not _E164.fullmatch(one) and not (at and name and "." in host and " " not in one):
            raise ValueError(f"entry {number} is neither a number such as +447700900123 nor an e-mail address")
    return found


def read_roles(text: str) -> dict[str, Role]:
    """Roles by the group that has them, in their order; raises ValueError with a sentence."""
    found = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        group, _, role = (word.strip() for word in part.rpartition("="))
        if not group or role not in [*Role]:
            raise ValueError(f'"{part}" should be a group and a role, such as sales=rep; roles are {", ".join(Role)}')
        found[group] = Role(role)
    return found
