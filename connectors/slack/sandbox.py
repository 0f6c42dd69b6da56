"""A stand-in for Slack: one workspace, in whose channels reps press buttons and write in threads."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.ports import Clock, FeedWriter, Reply, WebhookRequest
from connectors.slack.sandbox_files import SandboxFiles
from connectors.slack.sandbox_limits import fault_of_blocks, fault_of_home, fault_of_view
from connectors.slack.sandbox_oauth import SandboxOAuth
from connectors.slack.sandbox_people import SandboxPeople
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

TRIGGER_LIVES = timedelta(seconds=3)
MEMBERS = {user_id(name): name for name in ("Ana", "Ben")}
"""Whom the playground can be."""

MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")


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
        self.oauth = oauth
        self.keeps_all = False  # as workspaces do that have to keep every message
        self._feed = feed
        self._clock = clock
        self._files = SandboxFiles()
        self._workspace = SandboxWorkspace(channels, signing_secret, feed, clock)
        webhooks_url = f"{service_url.rstrip('/')}/channels/{self.name}"
        self._people = SandboxPeople(
            self._workspace,
            feed,
            webhooks_url=webhooks_url,
            signing_secret=signing_secret,
            files=self._files,
            oauth=oauth,
        )

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        return await self._people.act(deed, now)

    async def answer(self, request: WebhookRequest) -> Reply:
        path, arguments = urlsplit(request.url).path, _arguments(request)
        base, _, method = request.url.partition("?")[0].rpartition("/api/")
        if self.oauth is not None and path.endswith("/oauth/v2/authorize"):
            return self.oauth.authorize(request)
        if "/upload/v1/" in path:
            return Reply(200 if self._files.receive(request.url, request.body) else 400)
        if arguments is None:
            return _refused("invalid_json")
        if self.oauth is not None and method == "oauth.v2.access":
            return _json(self.oauth.exchange(request, arguments))
        if "/files-pri/" in path:
            return self._download(path, request)
        if fault := self._token_fault(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return _refused(fault)
        match method:
            case "auth.test":
                return _accepted(team="Overture sandbox", team_id=TEAM["id"], user="overture", user_id=BOT_USER)
            case "chat.postMessage":
                return await self._post(arguments)
            case "chat.update":
                return await self._update(arguments)
            case "chat.delete":
                return await self._delete(arguments)
            case "views.open":
                return await self._open_view(arguments)
            case "views.publish":
                return await self._publish(arguments)
            case "conversations.history" | "conversations.replies":
                return await self._read(arguments, of_thread=method.endswith("replies"))
            case "users.info":
                return self._user(arguments)
            case "chat.getPermalink":
                return await self._permalink(arguments)
            case "files.getUploadURLExternal":
                return _json(self._files.begin(arguments, base))
            case "files.info":
                return _json(self._files.info(arguments, base))
            case "files.completeUploadExternal":
                return await self._share(arguments)
        return _refused("unknown_method")

    def _download(self, path: str, request: WebhookRequest) -> Reply:
        """Slack shows a page for logging in to whoever may not read the file."""
        found = self._files.get(path.partition("/files-pri/")[2].partition("/")[0].rpartition("-")[2])
        if self._token_fault(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return Reply(200, b"<!doctype html><title>Sign in</title>", "text/html")
        return Reply(200, found.content, found.media_type) if found is not None else Reply(404)

    def _token_fault(self, token: str) -> str:
        if not token:
            return "not_authed"
        if self.oauth is not None:
            return self.oauth.fault_of(token)
        return "" if secrets.compare_digest(token.encode(), self._token.encode()) else "invalid_auth"

    async def _post(self, arguments: Json) -> Reply:
        channel = self._workspace.channel(arguments.get("channel"))
        if channel is None:
            return _refused("channel_not_found")
        if not arguments.get("text") and not arguments.get("blocks"):
            return _refused("no_text")
        if fault := fault_of_blocks(arguments.get("blocks") or []):
            return _refused("invalid_blocks", fault)
        thread = arguments.get("thread_ts")
        if thread is not None and await self._workspace.message(thread) is None:
            return _refused("thread_not_found")
        text, blocks = arguments.get("text") or "", arguments.get("blocks") or []
        item = await self._workspace.show(channel, _with_names(text), _with_names(blocks), thread, user=None)
        return _accepted(channel=channel, ts=item["ts"], message=message_of(item))

    async def _share(self, arguments: Json) -> Reply:
        """Uploaded files, as a message in a channel."""
        channel, found = self._workspace.channel(arguments.get("channel_id")), self._files.complete(arguments)
        if channel is None:
            return _refused("channel_not_found")
        if found is None:
            return _refused("file_not_found")
        words, shown = str(arguments.get("initial_comment") or ""), [file.shown() for file in found]
        await self._workspace.show(channel, words, [], arguments.get("thread_ts"), user=None, files=shown)
        return _accepted(files=[{"id": file.id, "title": file.name} for file in found])

    async def _update(self, arguments: Json) -> Reply:
        channel = str(arguments.get("channel"))
        if channel not in self._workspace.names:
            return _refused("channel_not_found")
        ts = arguments.get("ts")
        original = await self._workspace.message(ts)
        if original is None or original["channel"] != self._workspace.names[channel]:
            return _refused("message_not_found")
        if original["user"] is not None:
            return _refused("cant_update_message")
        if fault := fault_of_blocks(arguments.get("blocks") or []):
            return _refused("invalid_blocks", fault)
        text, blocks = arguments.get("text") or "", arguments.get("blocks") or []
        shown = {"text": _with_names(text), "blocks": _with_names(blocks)}
        item = {"type": "update", "channel": self._workspace.names[channel], "ts": ts, **shown}
        await self._feed.append(FEED, f"update:{await self._workspace.next_ts()}", item)
        return _accepted(channel=channel, ts=ts, text=text)

    async def _delete(self, arguments: Json) -> Reply:
        channel, ts = str(arguments.get("channel")), arguments.get("ts")
        if channel not in self._workspace.names:
            return _refused("channel_not_found")
        original = await self._workspace.message(ts)
        if original is None or original["channel"] != self._workspace.names[channel]:
            return _refused("message_not_found")
        if original["user"] is not None:
            return _refused("cant_delete_message")
        if self.keeps_all:
            return _refused("compliance_exports_prevent_deletion")
        item = {"type": "delete", "channel": self._workspace.names[channel], "ts": ts}
        await self._feed.append(FEED, f"delete:{ts}", item)
        return _accepted(channel=channel, ts=ts)

    async def _open_view(self, arguments: Json) -> Reply:
        trigger, view = str(arguments.get("trigger_id") or ""), arguments.get("view")
        issued = self._workspace.issue_time(trigger)
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
        if user not in self._workspace.users:
            return _refused("user_not_found")
        if fault := fault_of_home(view):
            return _refused("invalid_arguments", fault)
        assert isinstance(view, dict)  # noqa: S101  fault_of_home has seen to it
        view_id = view_id_of(user)
        item = {"type": "home", "user": self._workspace.users[user], "view": {**view, "id": view_id}}
        await self._feed.append(FEED, f"home:{await self._workspace.next_ts()}", item)
        return _accepted(view={**view, "id": view_id, "team_id": TEAM["id"], "app_id": APP_ID, "root_view_id": view_id})

    async def _read(self, arguments: Json, *, of_thread: bool) -> Reply:
        """A page of a channel or a thread; where the cursor says that the next one begins, it does."""
        channel, thread = self._workspace.channel(arguments.get("channel")), arguments.get("ts")
        if channel is None:
            return _refused("channel_not_found")
        if of_thread and await self._workspace.message(thread) is None:
            return _refused("thread_not_found")
        listed = await self._workspace.listed(channel, thread if of_thread else None, arguments.get("oldest") or "0")
        begins, size = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
        page, more = listed[begins : begins + size], len(listed) > begins + size
        told = {"response_metadata": {"next_cursor": str(begins + size)}} if more else {}
        return _accepted(messages=[message_of(one) for one in page], has_more=more, **told)

    def _user(self, arguments: Json) -> Reply:
        user = str(arguments.get("user"))
        name = self._workspace.users.get(user) or MEMBERS.get(user)
        if name is None:
            return _refused("user_not_found")
        return _accepted(user={"id": user, "team_id": TEAM["id"], "name": name, "profile": {}})

    async def _permalink(self, arguments: Json) -> Reply:
        channel, ts = self._workspace.channel(arguments.get("channel")), str(arguments.get("message_ts"))
        if channel is None:
            return _refused("channel_not_found")
        if await self._workspace.message(ts) is None:
            return _refused("message_not_found")
        link = f"https://{TEAM['domain']}.slack.com/archives/{channel}/p{ts.replace('.', '')}"
        return _accepted(channel=channel, permalink=link)


def _with_names(value: Any) -> Any:
    """Mentions as Slack shows them: by the name of the member."""
    if isinstance(value, str):
        return MENTION.sub(lambda found: f"<@{found[1]}|{MEMBERS.get(found[1], found[1])}>", value)
    if isinstance(value, list):
        return [_with_names(one) for one in value]
    if isinstance(value, dict):
        return {name: _with_names(one) if name != "value" else one for name, one in value.items()}
    return value


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
