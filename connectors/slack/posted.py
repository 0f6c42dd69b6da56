"""Whether a message of unknown outcome is in Slack: each carries a mark, by which it is found where it should be.

Blocks carry it as an id, and a picture, which has no blocks, in its file's name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import PermanentSendError
from connectors.slack.blocks import Block
from connectors.vendor_api import marker

CLOCKS_DIFFER: Final = timedelta(minutes=2)
PAGE: Final = 200
MOST_PAGES: Final = 10

Call = Callable[[str, Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]], Awaitable[AsyncSlackResponse]]


def marked(blocks: Sequence[Block], key: str) -> list[Block]:
    """The blocks, with our key's mark as the id of the first: nobody sees it, and Slack gives it back."""
    return [{"block_id": marker(key), **block} if number == 0 else block for number, block in enumerate(blocks)]


def named_for(key: str, name: str) -> str:
    """A file's name with our key's mark: Slack gives that back, too."""
    return f"{marker(key)}-{name}"


async def posted(call: Call, channel: str, thread: str | None, key: str, since: datetime) -> str | None:
    """The timestamp of the message with this key's mark, of those in the channel or the thread since then; of a picture
    the id of its file.

    None also where Slack lets us read nothing there. Raises TemporarySendError where it is not to be asked now.
    """
    mark, oldest, cursor = marker(key), f"{(since - CLOCKS_DIFFER).timestamp():.6f}", ""
    for _ in range(MOST_PAGES):
        try:
            answer = await _page(call, channel, thread, oldest, cursor)
        except PermanentSendError:
            return None
        messages = answer.get("messages")
        for message in messages if isinstance(messages, list) else ():
            match message:
                case {"ts": str(ts), "blocks": [{"block_id": first}, *_]} if first == mark:
                    return ts
                case {"files": [{"id": str(file_id), "name": str(name)}, *_]} if name.startswith(f"{mark}-"):
                    return file_id
        cursor = _next(answer.get("response_metadata"))
        if not cursor:
            break
    return None


async def _page(call: Call, channel: str, thread: str | None, oldest: str, cursor: str) -> AsyncSlackResponse:
    if thread is None:
        return await call(
            "conversations.history",
            lambda client: client.conversations_history(
                channel=channel, oldest=oldest, limit=PAGE, cursor=cursor or None
            ),
        )
    return await call(
        "conversations.replies",
        lambda client: client.conversations_replies(
            channel=channel, ts=thread, oldest=oldest, limit=PAGE, cursor=cursor or None
        ),
    )


def _next(metadata: object) -> str:
    cursor = metadata.get("next_cursor") if isinstance(metadata, Mapping) else ""
    return cursor if isinstance(cursor, str) else ""
