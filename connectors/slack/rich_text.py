"""The words of Slack's rich text, for messages that have their words nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

DEEPEST = 8


def words_of(blocks: object, name_of: Callable[[str], str]) -> str:
    """What the blocks say, a line for each paragraph, item of a list or quote."""
    rich = [one for one in _objects(blocks) if one.get("type") == "rich_text"]
    return "\n".join(line.strip() for block in rich for line in _lines(block, name_of)).strip()


def _lines(node: dict[str, Any], name_of: Callable[[str], str], deep: int = 0) -> Iterator[str]:
    """Sections are in the block, or in lists and those in the block."""
    if deep > DEEPEST:
        return
    for one in _objects(node.get("elements")):
        if one.get("type") == "rich_text_list":
            yield from (f"• {line}" for line in _lines(one, name_of, deep + 1))
        elif str(one.get("type")).startswith("rich_text_"):
            yield "".join(_said(piece, name_of) for piece in _objects(one.get("elements")))


def _said(piece: dict[str, Any], name_of: Callable[[str], str]) -> str:
    match piece:
        case {"type": "link", "url": str(url)}:
            text = piece.get("text")
            return f"{text} ({url})" if isinstance(text, str) and text not in ("", url) else url
        case {"type": "emoji", "name": str(name)}:
            return f":{name}:"
        case {"type": "user", "user_id": str(user)}:
            return f"@{name_of(user)}"
        case {"type": "usergroup"}:
            return "@team"
        case {"type": "channel", "channel_id": str(channel)}:
            return f"#{channel}"
        case {"type": "broadcast", "range": str(whom)}:
            return f"@{whom}"
        case {"type": "date", "fallback": str(text)} | {"text": str(text)}:
            return text
    return ""


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
