"""Who is who in Slack: its events name members by their ids alone, and customers and colleagues are to read names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from bot.domain.errors import SendError
from connectors.slack.markup import mentioned_in

MOST = 1000
ASK_WITHIN: Final = 1.0
"""Seconds: Slack waits three for our acknowledgement."""

Json = Mapping[str, Any]
Ask = Callable[[str, str], Awaitable[str]]


class Members:
    """The names and workspaces of those who did something here. `ask` has Slack tell what a member of a workspace is
    called, which may be nothing."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._names: dict[str, str] = {}
        self._homes: dict[str, str] = {}
        self._asking = asyncio.Lock()

    def learn(self, user: str, name: str, workspace: str) -> None:
        if user not in self._names and len(self._names) >= MOST:
            first = next(iter(self._names))
            del self._names[first], self._homes[first]
        self._names[user], self._homes[user] = name, workspace

    def name_of(self, user: str) -> str:
        """Their id, where nobody has told their name."""
        return self._names.get(user, user)

    def id_of(self, name: str) -> str | None:
        """Of a name, or of an id that is known."""
        return next((user for user, known in self._names.items() if name in (user, known)), None)

    def home_of(self, user: str) -> str:
        return self._homes.get(user, "")

    async def meet(self, payload: Json, workspace: str) -> None:
        """Have Slack tell who those are of whom the payload says no name. Where it does not, they stay an id.

        One asks at a time: of two lines that somebody wrote, the second may not be kept first.
        """
        if self._names.keys() >= (nameless := dict.fromkeys(_nameless(payload))).keys():
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(ASK_WITHIN), self._asking:
                for user in nameless:
                    if user not in self._names:
                        await self._meet(user, workspace)

    async def _meet(self, user: str, workspace: str) -> None:
        with suppress(SendError):
            if name := await self._ask(user, workspace):
                self.learn(user, name, workspace)


def name_in(told: object) -> str:
    """What `users.info` calls somebody, which is what a click of theirs calls them, too; empty where it does not."""
    match told:
        case {"user": {"name": str(name)}}:
            return name
    return ""


def _nameless(payload: Json) -> Iterator[str]:
    """Ids of who wrote in a thread or is mentioned there, opened App Home, or was chosen from a menu of members."""
    match payload:
        case {"event": {"type": "message", "user": str(user), "thread_ts": str()} as event} if "bot_id" not in event:
            yield user
            yield from mentioned_in(str(event.get("text") or ""))
        case {"event": {"type": "message", "previous_message": {"user": str(user), "thread_ts": str()} as event}} if (
            "bot_id" not in event
        ):
            yield user
        case {"event": {"type": "app_home_opened", "user": str(user)}}:
            yield user
        case {"type": "block_actions", "actions": list(actions)}:
            for action in actions:
                match action:
                    case {"selected_user": str(user)}:
                        yield user
