"""What Slack's Events API tells: what reps write in threads, App Home, and the end of an installation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.domain.errors import WebhookRejected
from bot.domain.message import DeskOpened, DeskReply, DeskRevision, storable
from bot.ports import Reply, Webhook
from connectors.slack.attached import attachments_of, gone_from, names_of_others
from connectors.slack.markup import said_in, words_in
from connectors.slack.webhooks import Desk, Json, page_address

RELAYED_SUBTYPES = {None, "file_share", "thread_broadcast"}
"""Subtypes of messages whose text a rep means for the customer; joins and bots' messages are none."""


def end_of(body: Json) -> tuple[datetime, str] | None:
    """When and why a workspace has shut us out, where the event says so."""
    match body:
        case {"event": {"type": "app_uninstalled"}, "event_time": int(at)}:
            return _moment(at), "the app was uninstalled"
        case {"event": {"type": "tokens_revoked", "tokens": {"bot": [_, *_]}}, "event_time": int(at)}:
            return _moment(at), "its token was revoked"
    return None


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise WebhookRejected(400, "event_time is no time.") from error


def parse_event(body: Json, desk: Desk, workspace: str) -> Webhook:
    """An event of the Events API, from the workspace of this id."""
    match body:
        case {"type": "url_verification", "challenge": str(challenge)}:
            reply = Reply(body=json.dumps({"challenge": challenge}).encode(), content_type="application/json")
            return Webhook(reply=reply)
        case {"type": "event_callback", "event": {"type": "message"} as event}:
            found = _revision(event, desk, workspace) or _reply_in_thread(event, desk, workspace)
            return Webhook(inbound=(found,) if found else ())
        case {"type": "event_callback", "event": {"type": "app_home_opened", "tab": "home"} as event}:
            opened = _home_opened(event, desk, workspace)
            return Webhook(inbound=(opened,) if opened else ())
        case {"type": str()}:
            return Webhook()
    raise WebhookRejected(400, 'The body has no "type": this is no request of the Events API.')


def _home_opened(event: Json, desk: Desk, workspace: str) -> DeskOpened | None:
    """A rep opens App Home. Slack tells their id; their name we know of a click, or not yet."""
    match event:
        case {"user": str(user), "event_ts": str(at)} if desk.admits(user):
            name = desk.name_of(user)
            return DeskOpened(
                channel=desk.channel,
                vendor_id=storable(f"home:{user}:{at}"),
                address=storable(page_address(workspace, user)),
                rep=storable(name) if name != user else "",
                rep_member=storable(user),
            )
    return None


def _reply_in_thread(event: Json, desk: Desk, workspace: str) -> DeskReply | None:
    """The rep's reply that the event tells of; None for notes, and for all else that happens in a channel.

    A message is known by channel and timestamp, so that it counts once in however many events it comes: one that is
    also sent to the channel comes in several.
    """
    if event.get("subtype") not in RELAYED_SUBTYPES or event.get("bot_id") or not desk.admits(event.get("user")):
        return None
    match event:
        case {"channel": str(place), "ts": str(ts), "thread_ts": str(thread), "user": str(user)}:
            words, attachments, others = (
                said_in(event, desk.name_of),
                attachments_of(event, workspace),
                names_of_others(event),
            )
            if thread == ts or not (words or attachments or others) or _is_note(event, desk):
                return None
            return DeskReply(
                channel=desk.channel,
                vendor_id=storable(f"{place}:{ts}"),
                thread=storable(thread),
                text=words,
                rep=storable(desk.name_of(user)),
                files=others,
                rep_member=storable(user),
                attachments=attachments,
            )
    return None


def _revision(event: Json, desk: Desk, workspace: str) -> DeskRevision | None:
    """An edit or a deletion of a rep's message in a thread, unless it was a note and still is none of the customer's.

    Slack tells of an edit, too, where it only adds the preview of a link: then the words are the same.
    """
    match event:
        case {"subtype": "message_changed", "message": {"text": str()} as message, "previous_message": before}:
            after: Json | None = message
        case {"subtype": "message_deleted", "previous_message": {} as message}:
            before, after = message, None
        case _:
            return None
    if message.get("bot_id") or not isinstance(before, Mapping) or not desk.admits(message.get("user")):
        return None
    match event, message:
        case {"channel": str(place), "ts": str(ts)}, {"thread_ts": str(thread), "user": str(user)}:
            was = said_in(before, desk.name_of)
            words = said_in(after, desk.name_of) if after is not None else ""
            was_a_note = _is_note(before, desk)
            still_a_note = was_a_note and (not words or (after is not None and _is_note(after, desk)))
            withdrawn = () if was_a_note else gone_from(before, after, workspace)
            if thread == message.get("ts") or still_a_note or (was == words and not withdrawn):
                return None
            return DeskRevision(
                channel=desk.channel,
                vendor_id=storable(f"revision:{place}:{ts}"),
                thread=storable(thread),
                text=words,
                rep=storable(desk.name_of(user)),
                of=storable(f"{place}:{message.get('ts')}"),
                withdrawn=withdrawn,
            )
    return None


def _is_note(message: Json, desk: Desk) -> bool:
    """Whether colleagues alone are to read it. A mark may be an emoji, and be set by its name or as the character."""
    return desk.is_note(words_in(str(message.get("text") or ""))) or desk.is_note(said_in(message))
