"""What reps do in the sandbox: each deed as the signed request that Slack sends us of it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from bot.domain.errors import WebhookRejected
from bot.ports import FeedWriter, WebhookRequest
from connectors.slack.blocks import REPLY_BLOCK, REPLY_INPUT, escape
from connectors.slack.sandbox_files import SandboxFiles
from connectors.slack.sandbox_oauth import SandboxOAuth
from connectors.slack.sandbox_workspace import (
    APP_ID,
    BOT_USER,
    FEED,
    TEAM,
    Json,
    SandboxWorkspace,
    message_of,
    user_id,
    view_id_of,
)
from connectors.slack.shortcuts import ABOUT, ASK
from connectors.slack.signature import sign


class SandboxPeople:
    """The reps of a workspace."""

    def __init__(
        self,
        workspace: SandboxWorkspace,
        feed: FeedWriter,
        *,
        webhooks_url: str,
        signing_secret: str,
        files: SandboxFiles,
        oauth: SandboxOAuth | None,
    ) -> None:
        self._workspace = workspace
        self._feed = feed
        self._webhooks_url = webhooks_url
        self._signing_secret = signing_secret
        self._files = files
        self._oauth = oauth

    @property
    def _organisation(self) -> Mapping[str, Any] | None:
        return self._oauth.organisation if self._oauth is not None else None

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """A rep presses a button (`click`), writes in a thread (`reply`, with a `file` or without), has that changed
        (`edit`, `delete`), sends a form (`submit`) or a `command`, or uses a `shortcut`, or one about a message
        (`ask_about`)."""
        match deed:
            case {"deed": "click", "ts": str(ts), "action_id": str(action), "value": str(value), "user": str(user)}:
                return await self._click(ts, action, value, user, now)
            case {"deed": "reply", "thread_ts": str(thread), "text": str(text), "user": str(user)}:
                return await self._reply(thread, text, user, deed.get("file"), now)
            case {"deed": "edit", "ts": str(ts), "text": str(text), "user": str(user)}:
                return await self._edit(ts, text, user, now)
            case {"deed": "delete", "ts": str(ts), "user": str(user)}:
                return await self._delete(ts, user, now)
            case {"deed": "submit", "callback_id": str(), "private_metadata": str(), "text": str(), "user": str()}:
                return self._submit(deed, now)
            case {"deed": "command", "text": str(text), "user": str(user)}:
                return await self._command(text, user, now)
            case {"deed": "open_home", "user": str(user)}:
                return await self._open_home(user, now)
            case {"deed": "press", "action_id": str(action), "value": str(value), "user": str(user)}:
                return await self._press(action, value, user, now)
            case {"deed": "uninstall"}:
                return self._uninstall(now)
            case {"deed": "shortcut", "user": str(user)}:
                return self._interaction({"type": "shortcut", "callback_id": ASK, **self._actor(user, now)}, now)
            case {"deed": "ask_about", "ts": str(ts), "user": str(user)}:
                return await self._ask_about(ts, user, now)
        raise WebhookRejected(
            400, "A rep can click, reply, submit or give a command; a field of the deed is missing or no text."
        )

    async def _click(self, ts: str, action_id: str, value: str, user: str, now: datetime) -> WebhookRequest:
        message = await self._workspace.message(ts)
        if message is None:
            raise WebhookRejected(400, f"There is no message {ts} in any channel.")
        channel = self._workspace.channel(message["channel"])
        payload = {
            "type": "block_actions",
            **self._actor(user, now),
            "container": {
                "type": "message",
                "message_ts": ts,
                "channel_id": channel,
                "is_ephemeral": False,
            },
            "channel": {"id": channel, "name": message["channel"].removeprefix("#")},
            "message": message_of(message),
            "state": {"values": {}},
            "response_url": f"https://hooks.slack.com/actions/{TEAM['id']}/sandbox",
            "actions": [
                {
                    "action_id": action_id,
                    "block_id": _block_of(message, action_id),
                    **_pressed(message, action_id, value),
                    "action_ts": await self._workspace.next_ts(),
                }
            ],
        }
        return self._interaction(payload, now)

    async def _open_home(self, user: str, now: datetime) -> WebhookRequest:
        event = {
            "type": "app_home_opened",
            "user": self._workspace.user(user),
            "channel": "D0OVERTURE",
            "tab": "home",
            "event_ts": await self._workspace.next_ts(),
        }
        return self._event(event, now)

    async def _press(self, action_id: str, value: str, user: str, now: datetime) -> WebhookRequest:
        """A button or a menu on the rep's page in App Home."""
        view_id = view_id_of(self._workspace.user(user))
        home = [item for item in await self._feed.items(FEED) if item["type"] == "home" and item["user"] == user]
        if not home:
            raise WebhookRejected(400, f"{user} has not opened App Home yet.")
        payload = {
            "type": "block_actions",
            **self._actor(user, now),
            "container": {"type": "view", "view_id": view_id},
            "view": {**home[-1]["view"], "team_id": TEAM["id"], "state": {"values": {}}},
            "actions": [
                {
                    "action_id": action_id,
                    "block_id": "page",
                    **_pressed(home[-1]["view"], action_id, value),
                    "action_ts": await self._workspace.next_ts(),
                }
            ],
        }
        return self._interaction(payload, now)

    async def _reply(self, thread: str, text: str, user: str, file: object, now: datetime) -> WebhookRequest:
        parent = await self._workspace.message(thread)
        if parent is None:
            raise WebhookRejected(400, f"There is no message {thread} in any channel to reply to.")
        channel = self._workspace.channel(parent["channel"]) or ""
        attached = [self._files.attach(file)] if isinstance(file, Mapping) else []
        shown = [one.shown() for one in attached]
        item = await self._workspace.show(channel, escape(text), [], thread, user=user, files=shown)
        event = {
            "client_msg_id": secrets.token_hex(16),
            "type": "message",
            "text": item["text"],
            "user": self._workspace.user(user),
            "ts": item["ts"],
            "team": TEAM["id"],
            "thread_ts": thread,
            "parent_user_id": BOT_USER,
            "channel": channel,
            "event_ts": item["ts"],
            "channel_type": "channel",
            **({"subtype": "file_share", "files": [one.told() for one in attached]} if attached else {}),
        }
        return self._event(event, now)

    async def _own(self, ts: str, user: str) -> Json:
        """A message of their own, with the words that it has now."""
        item = await self._workspace.message(ts)
        if item is None or item["user"] != user:
            raise WebhookRejected(400, f"There is no message {ts} of {user}'s.")
        edits = [one for one in await self._feed.items(FEED) if one["type"] == "update" and one["ts"] == ts]
        return {**item, "text": edits[-1]["text"]} if edits else item

    async def _edit(self, ts: str, text: str, user: str, now: datetime) -> WebhookRequest:
        item, at = await self._own(ts, user), await self._workspace.next_ts()
        edited = {"type": "update", "channel": item["channel"], "ts": ts, "text": escape(text), "blocks": []}
        await self._feed.append(FEED, f"update:{at}", edited)
        event = {
            "type": "message",
            "subtype": "message_changed",
            "channel": self._workspace.channel(item["channel"]),
            "ts": at,
            "hidden": True,
            "message": {**message_of({**item, "text": edited["text"]}), "edited": {"user": user_id(user), "ts": at}},
            "previous_message": message_of(item),
            "event_ts": at,
            "channel_type": "channel",
        }
        return self._event(event, now)

    async def _delete(self, ts: str, user: str, now: datetime) -> WebhookRequest:
        """With the files that came with it."""
        item = await self._own(ts, user)
        files = [found.told() for one in item.get("files", ()) if (found := self._files.get(one["id"]))]
        for one in files:
            self._files.remove(one["id"])
        at = await self._workspace.next_ts()
        await self._feed.append(FEED, f"delete:{ts}", {"type": "delete", "channel": item["channel"], "ts": ts})
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "channel": self._workspace.channel(item["channel"]),
            "ts": at,
            "deleted_ts": ts,
            "hidden": True,
            "previous_message": {**message_of(item), **({"files": files} if files else {})},
            "event_ts": at,
            "channel_type": "channel",
        }
        return self._event(event, now)

    def _uninstall(self, now: datetime) -> WebhookRequest:
        if self._oauth is not None:
            self._oauth.revoke()
        return self._event({"type": "app_uninstalled", "event_ts": str(now.timestamp())}, now)

    def _event(self, event: Json, now: datetime) -> WebhookRequest:
        body = {
            "token": "sandbox",
            "team_id": TEAM["id"],
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": "Ev" + secrets.token_hex(5).upper(),
            "event_time": int(now.timestamp()),
            "authorizations": [
                {
                    "enterprise_id": self._organisation["id"] if self._organisation else None,
                    "team_id": TEAM["id"],
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": self._organisation is not None,
                }
            ],
            "is_ext_shared_channel": False,
        }
        return self._webhook("events", "application/json", json.dumps(body).encode(), now)

    def _submit(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        view_id = str(deed.get("view_id") or "V" + secrets.token_hex(5).upper())
        value = {"type": "plain_text_input", "value": deed["text"]}
        payload = {
            "type": "view_submission",
            **self._actor(str(deed["user"]), now),
            "view": {
                "id": view_id,
                "team_id": TEAM["id"],
                "type": "modal",
                "private_metadata": deed["private_metadata"],
                "callback_id": deed["callback_id"],
                "state": {"values": {REPLY_BLOCK: {REPLY_INPUT: value}}},
                "hash": f"{int(now.timestamp())}.{secrets.token_hex(4)}",
                "root_view_id": view_id,
                "app_id": APP_ID,
            },
            "response_urls": [],
        }
        return self._interaction(payload, now)

    async def _command(self, text: str, user: str, now: datetime) -> WebhookRequest:
        channel, name = next(iter(self._workspace.names.items()))
        fields = {
            "token": "sandbox",
            "team_id": TEAM["id"],
            "team_domain": TEAM["domain"],
            "channel_id": channel,
            "channel_name": name.removeprefix("#"),
            "user_id": self._workspace.user(user),
            "user_name": user,
            "command": "/overture",
            "text": text,
            "api_app_id": APP_ID,
            **({"enterprise_id": self._organisation["id"]} if self._organisation else {}),
            "is_enterprise_install": "true" if self._organisation else "false",
            "response_url": f"https://hooks.slack.com/commands/{TEAM['id']}/sandbox",
            "trigger_id": self._workspace.trigger(now),
        }
        return self._webhook("commands", "application/x-www-form-urlencoded", urlencode(fields).encode(), now)

    async def _ask_about(self, ts: str, user: str, now: datetime) -> WebhookRequest:
        message = await self._workspace.message(ts)
        if message is None:
            raise WebhookRejected(400, f"There is no message {ts} in any channel.")
        place = {"id": self._workspace.channel(message["channel"]), "name": message["channel"].removeprefix("#")}
        about = {"callback_id": ABOUT, "message": message_of(message), "message_ts": ts, "channel": place}
        return self._interaction({"type": "message_action", **about, **self._actor(user, now)}, now)

    def _actor(self, user: str, now: datetime) -> dict[str, Any]:
        """What every interaction says of who did it."""
        return {
            "user": {"id": self._workspace.user(user), "username": user, "name": user, "team_id": TEAM["id"]},
            "api_app_id": APP_ID,
            "token": "sandbox",
            "team": TEAM,
            "enterprise": self._organisation,
            "is_enterprise_install": self._organisation is not None,
            "trigger_id": self._workspace.trigger(now),
        }

    def _interaction(self, payload: Json, now: datetime) -> WebhookRequest:
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return self._webhook("interactivity", "application/x-www-form-urlencoded", body, now)

    def _webhook(self, tail: str, content_type: str, body: bytes, now: datetime) -> WebhookRequest:
        headers = {"content-type": content_type, **sign(body, self._signing_secret, now)}
        return WebhookRequest("POST", f"{self._webhooks_url}/{tail}", headers, body, now)


def _pressed(message: Json, action_id: str, value: str) -> Json:
    """What Slack says of a pressed button, or of a menu and what was chosen from it."""
    elements = [one for block in message["blocks"] for one in block.get("elements", ())]
    if any(one.get("action_id") == action_id and one["type"] == "static_select" for one in elements):
        return {"type": "static_select", "selected_option": {"text": _text("Option"), "value": value}}
    if any(one.get("action_id") == action_id and one["type"] == "users_select" for one in elements):
        return {"type": "users_select", "selected_user": user_id(value)}
    return {"type": "button", "text": _text("Button"), "value": value}


def _block_of(message: Json, action_id: str) -> str:
    """The id of the block in which this element stands."""
    for block in message["blocks"]:
        if any(one.get("action_id") == action_id for one in block.get("elements", ())):
            return str(block.get("block_id", ""))
    return ""


def _text(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": False}
