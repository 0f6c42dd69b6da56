"""A stand-in for Slack: one workspace, in whose channels reps press buttons and write in threads."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.domain.errors import WebhookRejected
from bot.ports import Clock, FeedWriter, Reply, WebhookRequest
from connectors.slack.blocks import REPLY_BLOCK, REPLY_INPUT, escape
from connectors.slack.sandbox_limits import fault_of_blocks, fault_of_home, fault_of_view
from connectors.slack.sandbox_oauth import SandboxOAuth
from connectors.slack.shortcuts import ABOUT, ASK
from connectors.slack.signature import sign

FEED = "sandbox:slack"
SALES = "#sales"
TEAM = {"id": "T0OVERTURE", "domain": "overture-sandbox"}
APP_ID = "A0OVERTURE"
BOT_USER = "U0OVERTURE"
TRIGGER_LIVES = timedelta(seconds=3)

Json = Mapping[str, Any]


class SlackSandbox:
    """Checks the bearer token and the limits of Block Kit as Slack does. Its messages are those on the feed."""

    name = "slack"

    def __init__(
        self,
        *,
        token: str,
        signing_secret: str,
        channels: Mapping[str, str],
        service_url: str,
        feed: FeedWriter,
        clock: Clock,
        oauth: SandboxOAuth | None = None,
    ) -> None:
        self._token = token
        self._oauth = oauth
        self._signing_secret = signing_secret
        self._names = {channel.rpartition("/")[2]: name or SALES for name, channel in channels.items()}
        self._service_url = service_url.rstrip("/")
        self._feed = feed
        self._clock = clock
        self._users: dict[str, str] = {}
        self._last_ts = datetime.min.replace(tzinfo=UTC)
        self._lock = asyncio.Lock()

    # ------------------------------------------------------------ its Web API

    async def answer(self, request: WebhookRequest) -> Reply:
        path, arguments = urlsplit(request.url).path, _arguments(request)
        method = path.rpartition("/api/")[2]
        if self._oauth is not None and path.endswith("/oauth/v2/authorize"):
            return self._oauth.authorize(request)
        if arguments is None:
            return _refused("invalid_json")
        if self._oauth is not None and method == "oauth.v2.access":
            return _json(self._oauth.exchange(request, arguments))
        if fault := self._token_fault(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return _refused(fault)
        match method:
            case "auth.test":
                return _accepted(team="Overture sandbox", team_id=TEAM["id"], user="overture", user_id=BOT_USER)
            case "chat.postMessage":
                return await self._post(arguments)
            case "chat.update":
                return await self._update(arguments)
            case "views.open":
                return await self._open_view(arguments)
            case "views.publish":
                return await self._publish(arguments)
            case "chat.getPermalink":
                return await self._permalink(arguments)
            case "auth.revoke" if self._oauth is not None:
                self._oauth.revoke()
                return _accepted(revoked=True)
        return _refused("unknown_method")

    def _token_fault(self, token: str) -> str:
        if not token:
            return "not_authed"
        if self._oauth is not None:
            return self._oauth.fault_of(token)
        return "" if secrets.compare_digest(token.encode(), self._token.encode()) else "invalid_auth"

    async def _post(self, arguments: Json) -> Reply:
        channel = self._channel(arguments.get("channel"))
        if channel is None:
            return _refused("channel_not_found")
        if not arguments.get("text") and not arguments.get("blocks"):
            return _refused("no_text")
        if fault := fault_of_blocks(arguments.get("blocks") or []):
            return _refused("invalid_blocks", fault)
        thread = arguments.get("thread_ts")
        if thread is not None and await self._message(thread) is None:
            return _refused("thread_not_found")
        text, blocks = arguments.get("text") or "", arguments.get("blocks") or []
        item = await self._show(channel, _with_names(text), _with_names(blocks), thread, user=None)
        return _accepted(channel=channel, ts=item["ts"], message=_message(item))

    async def _update(self, arguments: Json) -> Reply:
        channel = str(arguments.get("channel"))
        if channel not in self._names:
            return _refused("channel_not_found")
        ts = arguments.get("ts")
        original = await self._message(ts)
        if original is None or original["channel"] != self._names[channel]:
            return _refused("message_not_found")
        if original["user"] is not None:
            return _refused("cant_update_message")
        if fault := fault_of_blocks(arguments.get("blocks") or []):
            return _refused("invalid_blocks", fault)
        text, blocks = arguments.get("text") or "", arguments.get("blocks") or []
        shown = {"text": _with_names(text), "blocks": _with_names(blocks)}
        item = {"type": "update", "channel": self._names[channel], "ts": ts, **shown}
        await self._feed.append(FEED, f"update:{await self._next_ts()}", item)
        return _accepted(channel=channel, ts=ts, text=text)

    async def _open_view(self, arguments: Json) -> Reply:
        trigger, view = str(arguments.get("trigger_id") or ""), arguments.get("view")
        issued = self._issue_time(trigger)
        if issued is None:
            return _refused("invalid_trigger_id")
        if self._clock.now() - issued > TRIGGER_LIVES:
            return _refused("expired_trigger_id")
        if fault := fault_of_view(view):
            return _refused("invalid_arguments", fault)
        assert isinstance(view, dict)  # noqa: S101  fault_of_view has seen to it
        view_id = "V" + secrets.token_hex(5).upper()
        item = {"type": "view", "trigger_id": trigger, "view": {**view, "id": view_id}}
        await self._feed.append(FEED, f"view:{view_id}", item)
        return _accepted(view={**view, "id": view_id, "team_id": TEAM["id"], "app_id": APP_ID, "root_view_id": view_id})

    async def _publish(self, arguments: Json) -> Reply:
        user, view = str(arguments.get("user_id") or ""), arguments.get("view")
        if user not in self._users:
            return _refused("user_not_found")
        if fault := fault_of_home(view):
            return _refused("invalid_arguments", fault)
        assert isinstance(view, dict)  # noqa: S101  fault_of_home has seen to it
        view_id = _view_id(user)
        item = {"type": "home", "user": self._users[user], "view": {**view, "id": view_id}}
        await self._feed.append(FEED, f"home:{await self._next_ts()}", item)
        return _accepted(view={**view, "id": view_id, "team_id": TEAM["id"], "app_id": APP_ID, "root_view_id": view_id})

    async def _permalink(self, arguments: Json) -> Reply:
        channel, ts = self._channel(arguments.get("channel")), str(arguments.get("message_ts"))
        if channel is None:
            return _refused("channel_not_found")
        if await self._message(ts) is None:
            return _refused("message_not_found")
        link = f"https://{TEAM['domain']}.slack.com/archives/{channel}/p{ts.replace('.', '')}"
        return _accepted(channel=channel, permalink=link)

    # ------------------------------------------------------------ its people

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """A rep presses a button (`click`), writes in a thread (`reply`), sends a form (`submit`) or a `command`, or
        uses a `shortcut`, of which one is about a message (`ask_about`)."""
        match deed:
            case {"deed": "click", "ts": str(ts), "action_id": str(action), "value": str(value), "user": str(user)}:
                return await self._click(ts, action, value, user, now)
            case {"deed": "reply", "thread_ts": str(thread), "text": str(text), "user": str(user)}:
                return await self._reply(thread, text, user, now)
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
        message = await self._message(ts)
        if message is None:
            raise WebhookRejected(400, f"There is no message {ts} in any channel.")
        channel = self._channel(message["channel"])
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
            "message": _message(message),
            "state": {"values": {}},
            "response_url": f"https://hooks.slack.com/actions/{TEAM['id']}/sandbox",
            "actions": [
                {
                    "action_id": action_id,
                    "block_id": _block_of(message, action_id),
                    **_pressed(message, action_id, value),
                    "action_ts": await self._next_ts(),
                }
            ],
        }
        return self._interaction(payload, now)

    async def _open_home(self, user: str, now: datetime) -> WebhookRequest:
        event = {
            "type": "app_home_opened",
            "user": self._user(user),
            "channel": "D0OVERTURE",
            "tab": "home",
            "event_ts": await self._next_ts(),
        }
        return self._event(event, now)

    async def _press(self, action_id: str, value: str, user: str, now: datetime) -> WebhookRequest:
        """A button or a menu on the rep's page in App Home."""
        view_id = _view_id(self._user(user))
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
                    "action_ts": await self._next_ts(),
                }
            ],
        }
        return self._interaction(payload, now)

    async def _reply(self, thread: str, text: str, user: str, now: datetime) -> WebhookRequest:
        parent = await self._message(thread)
        if parent is None:
            raise WebhookRejected(400, f"There is no message {thread} in any channel to reply to.")
        channel = self._channel(parent["channel"]) or ""
        item = await self._show(channel, escape(text), [], thread, user=user)
        event = {
            "client_msg_id": secrets.token_hex(16),
            "type": "message",
            "text": item["text"],
            "user": user_id(user),
            "ts": item["ts"],
            "team": TEAM["id"],
            "thread_ts": thread,
            "parent_user_id": BOT_USER,
            "channel": channel,
            "event_ts": item["ts"],
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
            "authorizations": [{"team_id": TEAM["id"], "user_id": BOT_USER, "is_bot": True}],
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
        channel, name = next(iter(self._names.items()))
        fields = {
            "token": "sandbox",
            "team_id": TEAM["id"],
            "team_domain": TEAM["domain"],
            "channel_id": channel,
            "channel_name": name.removeprefix("#"),
            "user_id": self._user(user),
            "user_name": user,
            "command": "/overture",
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": f"https://hooks.slack.com/commands/{TEAM['id']}/sandbox",
            "trigger_id": self._trigger(now),
        }
        return self._webhook("commands", "application/x-www-form-urlencoded", urlencode(fields).encode(), now)

    async def _ask_about(self, ts: str, user: str, now: datetime) -> WebhookRequest:
        message = await self._message(ts)
        if message is None:
            raise WebhookRejected(400, f"There is no message {ts} in any channel.")
        place = {"id": self._channel(message["channel"]), "name": message["channel"].removeprefix("#")}
        about = {"callback_id": ABOUT, "message": _message(message), "message_ts": ts, "channel": place}
        return self._interaction({"type": "message_action", **about, **self._actor(user, now)}, now)

    def _actor(self, user: str, now: datetime) -> dict[str, Any]:
        """What every interaction says of who did it."""
        return {
            "user": {"id": self._user(user), "username": user, "name": user, "team_id": TEAM["id"]},
            "api_app_id": APP_ID,
            "token": "sandbox",
            "team": TEAM,
            "trigger_id": self._trigger(now),
        }

    def _interaction(self, payload: Json, now: datetime) -> WebhookRequest:
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return self._webhook("interactivity", "application/x-www-form-urlencoded", body, now)

    def _webhook(self, tail: str, content_type: str, body: bytes, now: datetime) -> WebhookRequest:
        headers = {"content-type": content_type, **sign(body, self._signing_secret, now)}
        return WebhookRequest("POST", f"{self._service_url}/channels/{self.name}/{tail}", headers, body, now)

    # ------------------------------------------------------------ its memory

    def _user(self, name: str) -> str:
        """The id of somebody, whom the workspace knows from now on."""
        self._users[user_id(name)] = name
        return user_id(name)

    def _channel(self, named: object) -> str | None:
        """The id of the channel that is meant by its id or name."""
        return next((channel for channel, name in self._names.items() if named in (channel, name, name[1:])), None)

    async def _show(
        self, channel: str, text: str, blocks: list[Any], thread: Any, *, user: str | None
    ) -> dict[str, Any]:
        item = {
            "type": "post",
            "channel": self._names[channel],
            "ts": await self._next_ts(),
            "thread_ts": thread,
            "text": text,
            "blocks": blocks,
            "user": user,
        }
        await self._feed.append(FEED, item["ts"], item)
        return item

    async def _message(self, ts: object) -> Json | None:
        for item in await self._feed.items(FEED):
            if item["type"] == "post" and item["ts"] == ts:
                return item
        return None

    async def _next_ts(self) -> str:
        """A timestamp that no message has: seconds and microseconds, as Slack writes them."""
        async with self._lock:
            self._last_ts = max(self._clock.now(), self._last_ts + timedelta(microseconds=1))
            return f"{int(self._last_ts.timestamp())}.{self._last_ts.microsecond:06d}"

    def _trigger(self, now: datetime) -> str:
        issued = str(int(now.timestamp() * 1000))
        return f"{issued}.{secrets.token_hex(4)}.{self._seal(issued)}"

    def _issue_time(self, trigger: str) -> datetime | None:
        issued, _, seal = trigger.partition(".")
        if not issued.isdecimal() or not hmac.compare_digest(seal.rpartition(".")[2], self._seal(issued)):
            return None
        return datetime.fromtimestamp(int(issued) / 1000, UTC)

    def _seal(self, issued: str) -> str:
        return hmac.new(self._signing_secret.encode(), issued.encode(), hashlib.sha256).hexdigest()[:32]


def user_id(name: str) -> str:
    """Slack's ids say nothing of the name."""
    return "U" + hashlib.sha256(name.encode()).hexdigest()[:9].upper()


MEMBERS = {user_id(name): name for name in ("Ana", "Ben")}
"""Whom the playground can be."""

MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")


def _view_id(user: str) -> str:
    return f"V{user[1:]}"


def _pressed(message: Json, action_id: str, value: str) -> Json:
    """What Slack says of a pressed button, or of a menu and what was chosen from it."""
    elements = [one for block in message["blocks"] for one in block.get("elements", ())]
    if any(one.get("action_id") == action_id and one["type"] == "static_select" for one in elements):
        return {"type": "static_select", "selected_option": {"text": _text("Option"), "value": value}}
    if any(one.get("action_id") == action_id and one["type"] == "users_select" for one in elements):
        return {"type": "users_select", "selected_user": user_id(value)}
    return {"type": "button", "text": _text("Button"), "value": value}


def _with_names(value: Any) -> Any:
    """Mentions as Slack shows them: by the name of the member."""
    if isinstance(value, str):
        return MENTION.sub(lambda found: f"<@{found[1]}|{MEMBERS.get(found[1], found[1])}>", value)
    if isinstance(value, list):
        return [_with_names(one) for one in value]
    if isinstance(value, dict):
        return {name: _with_names(one) if name != "value" else one for name, one in value.items()}
    return value


def _block_of(message: Json, action_id: str) -> str:
    """The id of the block in which this element stands."""
    for block in message["blocks"]:
        if any(one.get("action_id") == action_id for one in block.get("elements", ())):
            return str(block.get("block_id", ""))
    return ""


def _text(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": False}


def _message(item: Json) -> Json:
    """A posted message as Slack's answers and interactions carry it."""
    return {
        "type": "message",
        "text": item["text"],
        "blocks": item["blocks"],
        "ts": item["ts"],
        "team": TEAM["id"],
        **({"thread_ts": item["thread_ts"]} if item["thread_ts"] else {}),
        **({"user": user_id(item["user"])} if item["user"] else {"user": BOT_USER, "bot_id": "B0OVERTURE"}),
    }


def _arguments(request: WebhookRequest) -> Json | None:
    """The call's arguments: JSON, or a form whose lists and objects are JSON."""
    if not request.body:
        return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
    try:
        if "json" in request.headers.get("content-type", ""):
            found = json.loads(request.body)
            return found if isinstance(found, dict) else None
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        return {name: json.loads(text) if name in ("blocks", "view") else text for name, text in form.items()}
    except ValueError:
        return None


def _accepted(**answer: Any) -> Reply:
    return _json({"ok": True, **answer})


def _refused(error: str, detail: str = "") -> Reply:
    """Slack answers errors with status 200, and says so in the body."""
    metadata = {"response_metadata": {"messages": [f"[ERROR] {detail}"]}} if detail else {}
    return _json({"ok": False, "error": error, **metadata})


def _json(body: Json) -> Reply:
    return Reply(200, json.dumps(body).encode(), "application/json; charset=utf-8")
