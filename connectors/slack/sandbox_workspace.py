"""What the sandbox's workspace is made of: its channels and members, and the messages on its feed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.ports import Clock, FeedWriter

FEED = "sandbox:slack"
SALES = "#sales"
TEAM = {"id": "T0OVERTURE", "domain": "overture-sandbox"}
APP_ID = "A0OVERTURE"
BOT_USER = "U0OVERTURE"

Json = Mapping[str, Any]


class SandboxWorkspace:
    """`names` are those of channels by their ids, `users` those of members; its messages are those on the feed."""

    def __init__(self, channels: Mapping[str, str], secret: str, feed: FeedWriter, clock: Clock) -> None:
        self.names = {channel.rpartition("/")[2]: name or SALES for name, channel in channels.items()}
        self.users: dict[str, str] = {}
        self._secret = secret
        self._feed = feed
        self._clock = clock
        self._last_ts = datetime.min.replace(tzinfo=UTC)
        self._lock = asyncio.Lock()

    def user(self, name: str) -> str:
        """The id of somebody, whom the workspace knows from now on."""
        self.users[user_id(name)] = name
        return user_id(name)

    def channel(self, named: object) -> str | None:
        """The id of the channel that is meant by its id or name."""
        return next((channel for channel, name in self.names.items() if named in (channel, name, name[1:])), None)

    async def show(
        self,
        channel: str,
        text: str,
        blocks: list[Any],
        thread: Any,
        *,
        user: str | None,
        files: Sequence[Mapping[str, Any]] = (),
    ) -> dict[str, Any]:
        item = {
            "type": "post",
            "channel": self.names[channel],
            "ts": await self.next_ts(),
            "thread_ts": thread,
            "text": text,
            "blocks": blocks,
            "user": user,
            **({"files": list(files)} if files else {}),
        }
        await self._feed.append(FEED, item["ts"], item)
        return item

    async def message(self, ts: object) -> Json | None:
        """The message, unless it was deleted."""
        items = [one for one in await self._feed.items(FEED) if one.get("ts") == ts]
        if any(one["type"] == "delete" for one in items):
            return None
        return next((one for one in items if one["type"] == "post"), None)

    async def listed(self, channel: str, thread: str | None, oldest: str) -> Sequence[Json]:
        """What is in the channel since then, the newest first, or in the thread, the oldest first, after its parent."""
        items = await self._feed.items(FEED)
        gone = {one["ts"] for one in items if one["type"] == "delete"}
        there = [
            one
            for one in items
            if one["type"] == "post" and one["channel"] == self.names[channel] and one["ts"] not in gone
        ]
        if thread is None:
            return [one for one in there if not one["thread_ts"] and float(one["ts"]) >= float(oldest)][::-1]
        within = [one for one in there if one["thread_ts"] == thread and float(one["ts"]) >= float(oldest)]
        return [one for one in there if one["ts"] == thread] + within

    async def next_ts(self) -> str:
        """A timestamp that no message has: seconds and microseconds, as Slack writes them."""
        async with self._lock:
            self._last_ts = max(self._clock.now(), self._last_ts + timedelta(microseconds=1))
            return f"{int(self._last_ts.timestamp())}.{self._last_ts.microsecond:06d}"

    def trigger(self, now: datetime) -> str:
        issued = str(int(now.timestamp() * 1000))
        return f"{issued}.{secrets.token_hex(4)}.{self._seal(issued)}"

    def issue_time(self, trigger: str) -> datetime | None:
        issued, _, seal = trigger.partition(".")
        if not issued.isdecimal() or not hmac.compare_digest(seal.rpartition(".")[2], self._seal(issued)):
            return None
        return datetime.fromtimestamp(int(issued) / 1000, UTC)

    def _seal(self, issued: str) -> str:
        return hmac.new(self._secret.encode(), issued.encode(), hashlib.sha256).hexdigest()[:32]


def user_id(name: str) -> str:
    """Slack's ids say nothing of the name."""
    return "U" + hashlib.sha256(name.encode()).hexdigest()[:9].upper()


def view_id_of(user: str) -> str:
    return f"V{user[1:]}"


def message_of(item: Json) -> Json:
    """A posted message as Slack's answers and interactions carry it."""
    files = [{"id": one["id"], "name": one["name"], "mimetype": one["media_type"]} for one in item.get("files") or ()]
    return {
        "type": "message",
        "text": item["text"],
        "blocks": item["blocks"],
        "ts": item["ts"],
        "team": TEAM["id"],
        **({"files": files} if files else {}),
        **({"thread_ts": item["thread_ts"]} if item["thread_ts"] else {}),
        **({"user": user_id(item["user"])} if item["user"] else {"user": BOT_USER, "bot_id": "B0OVERTURE"}),
    }
