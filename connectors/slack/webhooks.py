"""What Slack sends us: messages in threads (Events API), buttons and forms (interactivity)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from bot.domain.errors import WebhookRejected
from bot.domain.ids import HandoffId
from bot.domain.message import DeskAction, DeskReply, DeskVerb, storable
from bot.ports import Reply, Webhook, WebhookRequest
from connectors.slack.blocks import ACTION_PREFIX, REPLY_BLOCK, REPLY_CALLBACK, REPLY_INPUT

RELAYED_SUBTYPES = {None, "file_share", "thread_broadcast"}
"""Subtypes of messages whose text a rep means for the customer; edits, joins and bots' messages are none."""

VERBS = {f"{ACTION_PREFIX}{verb.value}": verb for verb in DeskVerb}
MARKUP = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
Json = Mapping[str, Any]
NameOf = Callable[[str], str]


def parse_event(request: WebhookRequest, channel: str, name_of: NameOf) -> Webhook:
    """An Events API request. `name_of` turns a user's id into a name, since events carry ids only."""
    body = _object(request.body)
    match body:
        case {"type": "url_verification", "challenge": str(challenge)}:
            reply = Reply(body=json.dumps({"challenge": challenge}).encode(), content_type="application/json")
            return Webhook(reply=reply)
        case {"type": "event_callback", "event": {"type": "message"} as event}:
            reply_in_thread = _reply_in_thread(event, channel, name_of)
            return Webhook(inbound=(reply_in_thread,) if reply_in_thread else ())
        case {"type": str()}:
            return Webhook()
    raise WebhookRejected(400, 'The body has no "type": this is no request of the Events API.')


def _reply_in_thread(event: Json, channel: str, name_of: NameOf) -> DeskReply | None:
    """The rep's reply that the event tells of; None for all else that happens in a channel.

    A message is known by channel and timestamp, so that it counts once in however many events it comes.
    """
    if event.get("subtype") not in RELAYED_SUBTYPES or event.get("bot_id"):
        return None
    match event:
        case {"channel": str(place), "ts": str(ts), "thread_ts": str(thread), "user": str(user), "text": str(text)}:
            words = storable(as_plain_text(text)).strip()
            if thread == ts or not words:
                return None
            return DeskReply(channel, storable(f"{place}:{ts}"), storable(thread), words, storable(name_of(user)))
    return None


def parse_interaction(request: WebhookRequest, channel: str) -> Webhook:
    """A pressed button or a submitted form."""
    payload = _payload(request.body)
    match payload:
        case {"type": "block_actions", "actions": list(actions)}:
            found = [_action(payload, action, channel) for action in actions if isinstance(action, Mapping)]
            return Webhook(inbound=tuple(action for action in found if action))
        case {"type": "view_submission", "view": {"callback_id": callback} as view} if callback == REPLY_CALLBACK:
            return _submission(payload, view, channel)
        case {"type": str()}:
            return Webhook()
    raise WebhookRejected(400, 'The payload has no "type": this is no interaction.')


def user_of(payload: Json) -> tuple[str, str] | None:
    """Id and name of the user behind an interaction."""
    user = payload.get("user")
    if not isinstance(user, Mapping) or not isinstance(user.get("id"), str):
        return None
    name = user.get("name") or user.get("username")
    return user["id"], name if isinstance(name, str) and name else user["id"]


def interaction_user(request: WebhookRequest) -> tuple[str, str] | None:
    return user_of(_payload(request.body))


def _action(payload: Json, action: Json, channel: str) -> DeskAction | None:
    verb = VERBS.get(str(action.get("action_id")))
    if verb is None:
        return None
    user = user_of(payload)
    container = payload.get("container")
    message_ts = container.get("message_ts") if isinstance(container, Mapping) else None
    match action:
        case {"action_ts": str(action_ts), "value": str(handoff_id)} if user and isinstance(message_ts, str):
            trigger = payload.get("trigger_id")
            return DeskAction(
                channel=channel,
                vendor_id=storable(f"action:{message_ts}:{action_ts}:{user[0]}"),
                handoff_id=HandoffId(storable(handoff_id)),
                verb=verb,
                rep=storable(user[1]),
                trigger=trigger if isinstance(trigger, str) else "",
            )
    raise WebhookRejected(400, "The button's action lacks its value, action_ts, message or user.")


def _submission(payload: Json, view: Json, channel: str) -> Webhook:
    user = user_of(payload)
    metadata = _json_or_none(str(view.get("private_metadata", "")))
    match metadata, view:
        case (
            {"thread": str(thread)},
            {"id": str(view_id), "state": {"values": {"reply": {"text": {"value": str() | None as text}}}}},
        ) if user:
            words = storable(text or "").strip()
            if not words:
                return Webhook(reply=_form_error("Write something first."))
            # A form can be submitted once, so its own id tells a repeated request.
            return Webhook(
                inbound=(DeskReply(channel, storable(f"view:{view_id}"), storable(thread), words, storable(user[1])),)
            )
    raise WebhookRejected(
        400, f"The form lacks its user, its id, its private_metadata or the value of {REPLY_BLOCK}.{REPLY_INPUT}."
    )


def _form_error(message: str) -> Reply:
    answer = {"response_action": "errors", "errors": {REPLY_BLOCK: message}}
    return Reply(body=json.dumps(answer).encode(), content_type="application/json")


def as_plain_text(markup: str) -> str:
    """Slack's markup as a customer should read it: links as their addresses, names as their labels."""
    return html.unescape(MARKUP.sub(_unmark, markup))


def _unmark(found: re.Match[str]) -> str:
    target, label = found[1], found[2] or ""
    if target.startswith(("@", "#", "!")):
        return target[0].replace("!", "@") + (label or target[1:]).lstrip("@#")
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in (address, address.split("://")[-1]) else f"{label} ({address})"


def _object(body: bytes) -> Json:
    try:
        found = _json_or_none(body.decode("utf-8"))
    except UnicodeDecodeError:
        found = None
    if found is None:
        raise WebhookRejected(400, "The body is not a JSON object in UTF-8.")
    return found


def _payload(body: bytes) -> Json:
    try:
        fields = parse_qs(body.decode("utf-8"), max_num_fields=20)
    except ValueError as error:
        raise WebhookRejected(400, "The body is not a form in UTF-8.") from error
    found = _json_or_none(fields.get("payload", [""])[0])
    if found is None:
        raise WebhookRejected(400, 'The form has no field "payload" with a JSON object.')
    return found


def _json_or_none(text: str) -> Json | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
