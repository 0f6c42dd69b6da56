"""What reps press, choose, submit and command in Slack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.domain.errors import WebhookRejected
from bot.domain.handoff import SNOOZES
from bot.domain.ids import HandoffId
from bot.domain.message import DeskAction, DeskCommand, DeskOpened, DeskReply, DeskVerb, storable
from bot.ports import ObeyCommand, Reply, Webhook
from connectors.slack.blocks import (
    ACTION_PREFIX,
    ASSIGN_BLOCK,
    DISQUALIFY_CALLBACK,
    PAGE_ACTION,
    REPLY_BLOCK,
    REPLY_CALLBACK,
    REPLY_INPUT,
    TELL_WHO_HAS_IT,
)
from connectors.slack.markup import words_in
from connectors.slack.shortcuts import ASK_FORM, Shortcut, asked, shortcut
from connectors.slack.webhooks import Desk, Json, object_or_none, page_address, user_of, whispered

COMMAND: Final = "/overture"
CALLBACKS = (REPLY_CALLBACK, DISQUALIFY_CALLBACK)
MENUS = (DeskVerb.SNOOZE, DeskVerb.MOVE_MEETING)
WITH_WORDS = (*MENUS, DeskVerb.SEND, DeskVerb.CANCEL_MEETING)
VERBS = {f"{ACTION_PREFIX}{verb.value}": verb for verb in DeskVerb}


def parse_interaction(payload: Json, desk: Desk, workspace: str) -> Webhook:
    """A pressed button or a submitted form."""
    user = user_of(payload)
    if user is not None and not desk.admits(user[0]):
        return Webhook()
    match payload:
        case {"type": "view_submission", "view": {"callback_id": callback} as view} if callback == ASK_FORM and user:
            return asked(view, user, desk.channel)
        case {"type": "block_actions", "actions": list(actions)}:
            found = [_action(payload, action, desk, workspace) for action in actions if isinstance(action, Mapping)]
            return Webhook(inbound=tuple(action for action in found if action))
        case {"type": "view_submission", "view": {"callback_id": callback} as view} if callback in CALLBACKS:
            return _submission(payload, view, desk)
        case {"type": str()}:
            return Webhook()
    raise WebhookRejected(400, 'The payload has no "type": this is no interaction.')


def parse_command(fields: Json, desk: Desk, _workspace: str) -> Webhook:
    """A slash command; whoever gave it reads the answer alone. Now and then Slack only looks at our certificate."""
    match fields:
        case {"ssl_check": "1"}:
            return Webhook()
        case {"command": str(name), "user_id": str(user_id), "trigger_id": str(trigger)} if name == COMMAND:
            if not desk.admits(user_id):
                return Webhook(reply=whispered("Only the reps that SLACK_REPS names may do that."))
            words = words_in(str(fields.get("text") or ""))
            command = DeskCommand(
                desk.channel, storable(trigger), storable(desk.name_of(user_id)), words, storable(user_id)
            )
            return Webhook(obey=ObeyCommand(command, whispered))
    raise WebhookRejected(400, f"The form is no command {COMMAND}, or lacks its user_id or trigger_id.")


def shortcut_of(payload: Json, desk: Desk) -> Shortcut | None:
    """The form that somebody who may act for us asks for by a shortcut."""
    user = user_of(payload)
    return shortcut(payload) if user is not None and desk.admits(user[0]) else None


def _action(payload: Json, action: Json, desk: Desk, workspace: str) -> DeskAction | DeskOpened | None:
    if action.get("action_id") == PAGE_ACTION:
        return _page_asked_for(payload, action, desk, workspace)
    verb = VERBS.get(str(action.get("action_id")))
    if verb is None:
        return None
    user, pressed_on = user_of(payload), _pressed_on(payload)
    if verb is DeskVerb.ASSIGN:
        return _assignment(action, user, desk)
    chosen = action.get("selected_option") if verb in MENUS else action
    match action, chosen:
        case {"action_ts": str(action_ts)}, {"value": str(value)} if user and pressed_on:
            handoff_id, _, words = value.partition(":")
            if verb is DeskVerb.SNOOZE and words not in SNOOZES:
                raise WebhookRejected(400, "The time to snooze for is none of those that the card offers.")
            if verb is DeskVerb.MOVE_MEETING and not _is_moment(words.partition(" ")[2]):
                raise WebhookRejected(400, "The time to move the meeting to is none of those that the page offers.")
            trigger = payload.get("trigger_id")
            return DeskAction(
                channel=desk.channel,
                vendor_id=storable(f"action:{pressed_on}:{action_ts}:{user[0]}"),
                handoff_id=HandoffId(storable(handoff_id)),
                verb=verb,
                rep=storable(user[1]),
                trigger=storable(trigger) if isinstance(trigger, str) else "",
                words=storable(words) if verb in WITH_WORDS else "",
                rep_member=storable(user[0]),
                held_by=storable(words) if verb in TELL_WHO_HAS_IT and ":" in value else None,
            )
    raise WebhookRejected(400, "The button's action lacks its value, action_ts, message or user.")


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


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


def _page_asked_for(payload: Json, action: Json, desk: Desk, workspace: str) -> DeskOpened | None:
    """The button on a rep's page, which tells us who they are."""
    user, at = user_of(payload), action.get("action_ts")
    if user is None or not isinstance(at, str):
        return None
    address = storable(page_address(workspace, user[0]))
    return DeskOpened(desk.channel, storable(f"home:{user[0]}:{at}"), address, storable(user[1]), storable(user[0]))


def _submission(payload: Json, view: Json, desk: Desk) -> Webhook:
    """A form can be submitted once, so its own id tells a repeated request."""
    user = user_of(payload)
    metadata = object_or_none(str(view.get("private_metadata", "")))
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
                disqualified = DeskAction(
                    desk.channel,
                    key,
                    of,
                    verb,
                    rep,
                    words=words,
                    rep_member=storable(user[0]),
                    held_by=_holder(metadata or {}),
                )
                return Webhook(inbound=(disqualified,))
            if desk.is_note(words):
                return Webhook(reply=_form_error("This begins like a note to colleagues. Write notes in the thread."))
            said = DeskReply(desk.channel, key, storable(thread), words, rep, rep_member=storable(user[0]))
            return Webhook(inbound=(said,))
    raise WebhookRejected(
        400, f"The form lacks its user, its id, its private_metadata or the value of {REPLY_BLOCK}.{REPLY_INPUT}."
    )


def _holder(metadata: Json) -> str | None:
    holder = metadata.get("held_by")
    return storable(holder) if isinstance(holder, str) else None


def _form_error(message: str) -> Reply:
    answer = {"response_action": "errors", "errors": {REPLY_BLOCK: message}}
    return Reply(body=json.dumps(answer).encode(), content_type="application/json")
