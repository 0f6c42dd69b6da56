"""What Dialogflow asks of us, whichever edition it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.domain.errors import WebhookRejected
from bot.domain.message import storable

CARRIED = "overture"
"""The session parameter, or the parameter of the context of this name, in which Dialogflow carries what we need."""

Wish = Literal["words", "intent", "open"]
"""What an agent wants: that we read the words, that we go by its own intent, that we speak first."""

LONGEST_TEXT = 4000
LONGEST_VALUE = 2000
DEEPEST = 5
SESSION = re.compile(r"projects/[^/\s]+/[^\s]*sessions/[^\s]+")
LONGEST_SESSION, LONGEST_ID = 400, 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `id` is the same when Dialogflow asks again; `parameters` are those of the session.

    `intent` and its `entities` are what the agent understood, `carried` is what we gave it to carry.
    """

    id: str
    session: str
    wish: Wish
    language: str
    text: str = ""
    digits: str = ""
    intent: str = ""
    entities: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    carried: Mapping[str, Any] = field(default_factory=dict)


def part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object of this name, empty where there is none; raises WebhookRejected where it is something else."""
    value = found.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WebhookRejected(400, f'"{name}" is no object.')
    return value


def words(found: Mapping[str, Any], name: str) -> str:
    """The text of this name, empty where there is none; raises WebhookRejected where it is something else."""
    value = found.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WebhookRejected(400, f'"{name}" is no text.')
    return storable(value).strip()


def session_of(found: Mapping[str, Any], name: str) -> str:
    session = words(found, name)
    if not SESSION.fullmatch(session) or len(session) > LONGEST_SESSION:
        raise WebhookRejected(400, f'"{name}" names no session, such as projects/<project>/agent/sessions/<id>.')
    return session


def id_of(found: Mapping[str, Any], name: str) -> str:
    id_ = words(found, name)
    if not id_ or len(id_) > LONGEST_ID:
        raise WebhookRejected(400, f'"{name}" should be a text of 1 to {LONGEST_ID} characters.')
    return id_


def carried_in(text: object) -> Mapping[str, Any]:
    """What we gave Dialogflow to carry, as text, for its numbers are floats; anything else is taken for nothing."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def keepable(value: object, deep: int = 0) -> bool:
    """Whether a parameter is small enough to be a slot, and holds nothing that no database takes."""
    match value:
        case None | bool() | int() | float():
            return True
        case str():
            return len(value) <= LONGEST_VALUE and storable(value) == value
        case list():
            return deep < DEEPEST and len(value) <= 100 and all(keepable(one, deep + 1) for one in value)
        case dict():
            inner = [*value.keys(), *value.values()]
            return deep < DEEPEST and len(inner) <= 200 and all(keepable(one, deep + 1) for one in inner)
    return False
