"""What Slack sends us, whichever way it comes: who sent it, from which workspace, and how we read it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from bot.domain.errors import WebhookRejected
from bot.ports import Reply, Webhook, WebhookRequest
from connectors.slack.blocks import plain_post

NOTE_MARKS = ("//", "🔒", ":lock:")
"""What a note to colleagues begins with. Slack writes the lock as its name."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """How the desk is read: `name_of` turns a user's id into a name, since events carry ids only."""

    channel: str
    name_of: Callable[[str], str]
    note_marks: tuple[str, ...] = NOTE_MARKS
    reps: frozenset[str] = frozenset()

    def admits(self, user_id: object) -> bool:
        """Whether this user may act for us: anybody in the channel, where no reps are named."""
        return not self.reps or user_id in self.reps

    def is_note(self, text: str) -> bool:
        """Whether a rep means it for colleagues only."""
        return text.startswith(self.note_marks)


def payload_of(request: WebhookRequest) -> Json:
    """What a request to `events`, `interactivity` or `commands` carries; Socket Mode has the same in its envelopes."""
    match request.tail:
        case "events":
            return _object(request.body)
        case "interactivity":
            return _payload(request.body)
    return {name: values[0] for name, values in _form(request.body).items()}


def not_let_in(kind: str) -> Webhook:
    """The answer to a workspace that has not let us in, or does no more."""
    said = "Overture is not installed in this workspace. Whoever runs it can give you a link that installs it."
    return Webhook(reply=whispered(said)) if kind == "commands" else Webhook()


def whispered(text: str) -> Reply:
    """An answer that nobody else in the channel sees."""
    post = plain_post(text)
    answer = {"response_type": "ephemeral", "text": post.text, "blocks": list(post.blocks)}
    return Reply(body=json.dumps(answer).encode(), content_type="application/json")


def page_address(workspace: str, user: str) -> str:
    return f"{workspace}/{user}" if workspace else user


def user_of(payload: Json) -> tuple[str, str] | None:
    """Id and name of the user behind an interaction."""
    user = payload.get("user")
    if not isinstance(user, Mapping) or not isinstance(user.get("id"), str):
        return None
    name = user.get("name") or user.get("username")
    return user["id"], name if isinstance(name, str) and name else user["id"]


def user_behind(payload: Json) -> tuple[str, str] | None:
    """Id and name of the user behind an interaction or a command."""
    match payload:
        case {"user": {}}:
            return user_of(payload)
        case {"user_id": str(user_id), "user_name": str(name)} if user_id and name:
            return user_id, name
    return None


def _object(body: bytes) -> Json:
    try:
        found = object_or_none(body.decode("utf-8"))
    except UnicodeDecodeError:
        found = None
    if found is None:
        raise WebhookRejected(400, "The body is not a JSON object in UTF-8.")
    return found


def _form(body: bytes) -> Mapping[str, list[str]]:
    try:
        return parse_qs(body.decode("utf-8"), max_num_fields=30)
    except ValueError as error:
        raise WebhookRejected(400, "The body is not a form in UTF-8.") from error


def _payload(body: bytes) -> Json:
    found = object_or_none(_form(body).get("payload", [""])[0])
    if found is None:
        raise WebhookRejected(400, 'The form has no field "payload" with a JSON object.')
    return found


def object_or_none(text: str) -> Json | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
