"""What Slack sends us: messages in threads (Events API), buttons and forms (interactivity)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs

from bot.domain.errors import WebhookRejected
from bot.domain.handoff import SNOOZES
from bot.domain.ids import HandoffId
from bot.domain.message import DeskAction, DeskCommand, DeskOpened, DeskReply, DeskRevision, DeskVerb, storable
from bot.ports import ObeyCommand, Reply, Webhook, WebhookRequest
from connectors.slack.blocks import (
    ACTION_PREFIX,
    ASSIGN_BLOCK,
    DISQUALIFY_CALLBACK,
    PAGE_ACTION,
    REPLY_BLOCK,
    REPLY_CALLBACK,
    REPLY_INPUT,
    plain_post,
)
from connectors.slack.shortcuts import ASK_FORM, Shortcut, asked, shortcut

RELAYED_SUBTYPES = {None, "file_share", "thread_broadcast"}
"""Subtypes of messages whose text a rep means for the customer; joins and bots' messages are none."""

NOTE_MARKS = ("//", "🔒", ":lock:")
"""What a note to colleagues begins with. Slack writes the lock as its name."""

COMMAND: Final = "/overture"
MOST_FILES = 10
CALLBACKS = (REPLY_CALLBACK, DISQUALIFY_CALLBACK)
VERBS = {f"{ACTION_PREFIX}{verb.value}": verb for verb in DeskVerb}
MARKUP = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
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


def workspace_of(payload: Json) -> str:
    """The id of the workspace that an event, an interaction or a command comes from; empty where it says none."""
    match payload:
        case {"team_id": str(workspace)} | {"team": {"id": str(workspace)}} | {"user": {"team_id": str(workspace)}}:
            return workspace
    return ""


def not_let_in(kind: str) -> Webhook:
    """The answer to a workspace that has not let us in, or does no more."""
    said = "Overture is not installed in this workspace. Whoever runs it can give you a link that installs it."
    return Webhook(reply=_whispered(said)) if kind == "commands" else Webhook()


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


def parse_event(body: Json, desk: Desk) -> Webhook:
    """An event of the Events API."""
    match body:
        case {"type": "url_verification", "challenge": str(challenge)}:
            reply = Reply(body=json.dumps({"challenge": challenge}).encode(), content_type="application/json")
            return Webhook(reply=reply)
        case {"type": "event_callback", "event": {"type": "message"} as event}:
            found = _revision(event, desk) or _reply_in_thread(event, desk)
            return Webhook(inbound=(found,) if found else ())
        case {"type": "event_callback", "event": {"type": "app_home_opened", "tab": "home"} as event}:
            opened = _home_opened(body, event, desk)
            return Webhook(inbound=(opened,) if opened else ())
        case {"type": str()}:
            return Webhook()
    raise WebhookRejected(400, 'The body has no "type": this is no request of the Events API.')


def _home_opened(body: Json, event: Json, desk: Desk) -> DeskOpened | None:
    """A rep opens App Home. Slack tells their id; their name we know of a click, or not yet."""
    match event:
        case {"user": str(user), "event_ts": str(at)} if desk.admits(user):
            name = desk.name_of(user)
            return DeskOpened(
                channel=desk.channel,
                vendor_id=storable(f"home:{user}:{at}"),
                address=storable(_page_address(workspace_of(body), user)),
                rep=storable(name) if name != user else "",
                rep_member=storable(user),
            )
    return None


def _page_address(workspace: str, user: str) -> str:
    return f"{workspace}/{user}" if workspace else user


def _reply_in_thread(event: Json, desk: Desk) -> DeskReply | None:
    """The rep's reply that the event tells of; None for notes, and for all else that happens in a channel.

    A message is known by channel and timestamp, so that it counts once in however many events it comes: one that is
    also sent to the channel comes in several.
    """
    if event.get("subtype") not in RELAYED_SUBTYPES or event.get("bot_id") or not desk.admits(event.get("user")):
        return None
    match event:
        case {"channel": str(place), "ts": str(ts), "thread_ts": str(thread), "user": str(user), "text": str(text)}:
            words, files = _words(text), _file_names(event)
            if thread == ts or not (words or files) or desk.is_note(words):
                return None
            return DeskReply(
                channel=desk.channel,
                vendor_id=storable(f"{place}:{ts}"),
                thread=storable(thread),
                text=words,
                rep=storable(desk.name_of(user)),
                files=files,
                rep_member=storable(user),
            )
    return None


def _revision(event: Json, desk: Desk) -> DeskRevision | None:
    """An edit or a deletion of a rep's message in a thread, unless it was a note and still is none of the customer's.

    Slack tells of an edit, too, where it only adds the preview of a link: then the words are the same.
    """
    match event:
        case {"subtype": "message_changed", "message": {"text": str(text)} as message, "previous_message": before}:
            pass
        case {"subtype": "message_deleted", "previous_message": {} as message}:
            text, before = "", message
        case _:
            return None
    if message.get("bot_id") or not isinstance(before, Mapping) or not desk.admits(message.get("user")):
        return None
    match event, message:
        case {"channel": str(place), "ts": str(ts)}, {"thread_ts": str(thread), "user": str(user)}:
            was, words = _words(str(before.get("text") or "")), _words(text)
            of_interest = was != words and not (desk.is_note(was) and (not words or desk.is_note(words)))
            if thread == message.get("ts") or not of_interest:
                return None
            vendor_id = storable(f"revision:{place}:{ts}")
            return DeskRevision(desk.channel, vendor_id, storable(thread), words, storable(desk.name_of(user)))
    return None


def _words(markup: str) -> str:
    return storable(as_plain_text(markup)).strip()


def _file_names(event: Json) -> tuple[str, ...]:
    files = event.get("files")
    named = [file for file in files if isinstance(file, Mapping)] if isinstance(files, list) else []
    return tuple(storable(str(file.get("name") or file.get("title") or "a file")) for file in named[:MOST_FILES])


def parse_interaction(payload: Json, desk: Desk) -> Webhook:
    """A pressed button or a submitted form."""
    user = user_of(payload)
    if user is not None and not desk.admits(user[0]):
        return Webhook()
    match payload:
        case {"type": "view_submission", "view": {"callback_id": callback} as view} if callback == ASK_FORM and user:
            return asked(view, user, desk.channel)
        case {"type": "block_actions", "actions": list(actions)}:
            found = [_action(payload, action, desk) for action in actions if isinstance(action, Mapping)]
            return Webhook(inbound=tuple(action for action in found if action))
        case {"type": "view_submission", "view": {"callback_id": callback} as view} if callback in CALLBACKS:
            return _submission(payload, view, desk)
        case {"type": str()}:
            return Webhook()
    raise WebhookRejected(400, 'The payload has no "type": this is no interaction.')


def parse_command(fields: Json, desk: Desk) -> Webhook:
    """A slash command; whoever gave it reads the answer alone."""
    match fields:
        case {"command": str(name), "user_id": str(user_id), "trigger_id": str(trigger)} if name == COMMAND:
            if not desk.admits(user_id):
                return Webhook(reply=_whispered("Only the reps that SLACK_REPS names may do that."))
            words = storable(as_plain_text(str(fields.get("text") or ""))).strip()
            command = DeskCommand(
                desk.channel, storable(trigger), storable(desk.name_of(user_id)), words, storable(user_id)
            )
            return Webhook(obey=ObeyCommand(command, _whispered))
    raise WebhookRejected(400, f"The form is no command {COMMAND}, or lacks its user_id or trigger_id.")


def _whispered(text: str) -> Reply:
    """An answer that nobody else in the channel sees."""
    post = plain_post(text)
    answer = {"response_type": "ephemeral", "text": post.text, "blocks": list(post.blocks)}
    return Reply(body=json.dumps(answer).encode(), content_type="application/json")


def shortcut_of(payload: Json, desk: Desk) -> Shortcut | None:
    """The form that somebody who may act for us asks for by a shortcut."""
    user = user_of(payload)
    return shortcut(payload) if user is not None and desk.admits(user[0]) else None


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


def _action(payload: Json, action: Json, desk: Desk) -> DeskAction | DeskOpened | None:
    if action.get("action_id") == PAGE_ACTION:
        return _page_asked_for(payload, action, desk)
    verb = VERBS.get(str(action.get("action_id")))
    if verb is None:
        return None
    user, pressed_on = user_of(payload), _pressed_on(payload)
    if verb is DeskVerb.ASSIGN:
        return _assignment(action, user, desk)
    chosen = action.get("selected_option") if verb is DeskVerb.SNOOZE else action
    match action, chosen:
        case {"action_ts": str(action_ts)}, {"value": str(value)} if user and pressed_on:
            handoff_id, _, words = value.partition(":")
            if verb is DeskVerb.SNOOZE and words not in SNOOZES:
                raise WebhookRejected(400, "The time to snooze for is none of those that the card offers.")
            trigger = payload.get("trigger_id")
            return DeskAction(
                channel=desk.channel,
                vendor_id=storable(f"action:{pressed_on}:{action_ts}:{user[0]}"),
                handoff_id=HandoffId(storable(handoff_id)),
                verb=verb,
                rep=storable(user[1]),
                trigger=trigger if isinstance(trigger, str) else "",
                words=storable(words) if verb in (DeskVerb.SNOOZE, DeskVerb.SEND) else "",
                rep_member=storable(user[0]),
            )
    raise WebhookRejected(400, "The button's action lacks its value, action_ts, message or user.")


def _assignment(action: Json, user: tuple[str, str] | None, desk: Desk) -> DeskAction | None:
    """A colleague chosen from the menu, which tells their id only; None where the choice was taken back."""
    match action:
        case {"selected_user": None}:
            return None
        case {"selected_user": str(chosen), "block_id": str(block), "action_ts": str(action_ts)} if (
            user and block.startswith(ASSIGN_BLOCK)
        ):
            name = desk.name_of(chosen)
            return DeskAction(
                channel=desk.channel,
                vendor_id=storable(f"action:{block}:{action_ts}:{user[0]}"),
                handoff_id=HandoffId(storable(block.removeprefix(ASSIGN_BLOCK))),
                verb=DeskVerb.ASSIGN,
                rep=storable(user[1]),
                words=storable(name) if name != chosen else "",
                member=storable(chosen),
                rep_member=storable(user[0]),
            )
    raise WebhookRejected(400, "The menu of colleagues lacks its block_id, action_ts, selected_user or user.")


def _pressed_on(payload: Json) -> str:
    """The id of the message or the view that has the button."""
    match payload.get("container"):
        case {"message_ts": str(found)} | {"view_id": str(found)}:
            return found
    return ""


def _page_asked_for(payload: Json, action: Json, desk: Desk) -> DeskOpened | None:
    """The button on a rep's page, which tells us who they are."""
    user, at = user_of(payload), action.get("action_ts")
    if user is None or not isinstance(at, str):
        return None
    address = storable(_page_address(workspace_of(payload), user[0]))
    return DeskOpened(desk.channel, storable(f"home:{user[0]}:{at}"), address, storable(user[1]), storable(user[0]))


def _submission(payload: Json, view: Json, desk: Desk) -> Webhook:
    """A form can be submitted once, so its own id tells a repeated request."""
    user = user_of(payload)
    metadata = _json_or_none(str(view.get("private_metadata", "")))
    match metadata, view:
        case (
            {"handoff": str(handoff), "thread": str(thread)},
            {"id": str(view_id), "state": {"values": {"reply": {"text": {"value": str() | None as text}}}}},
        ) if user:
            key, words, rep = storable(f"view:{view_id}"), storable(text or "").strip(), storable(user[1])
            if not words:
                return Webhook(reply=_form_error("Write something first."))
            if view.get("callback_id") == DISQUALIFY_CALLBACK:
                verb, of = DeskVerb.DISQUALIFY, HandoffId(storable(handoff))
                disqualified = DeskAction(desk.channel, key, of, verb, rep, words=words, rep_member=storable(user[0]))
                return Webhook(inbound=(disqualified,))
            if desk.is_note(words):
                return Webhook(reply=_form_error("This begins like a note to colleagues. Write notes in the thread."))
            said = DeskReply(desk.channel, key, storable(thread), words, rep, rep_member=storable(user[0]))
            return Webhook(inbound=(said,))
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


def _form(body: bytes) -> Mapping[str, list[str]]:
    try:
        return parse_qs(body.decode("utf-8"), max_num_fields=30)
    except ValueError as error:
        raise WebhookRejected(400, "The body is not a form in UTF-8.") from error


def _payload(body: bytes) -> Json:
    found = _json_or_none(_form(body).get("payload", [""])[0])
    if found is None:
        raise WebhookRejected(400, 'The form has no field "payload" with a JSON object.')
    return found


def _json_or_none(text: str) -> Json | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
