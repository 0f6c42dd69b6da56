"""The words of Slack's rich text, for messages that have their words nowhere else, or with marks in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

DEEPEST = 8


def words_of(blocks: object, name_of: Callable[[str], str]) -> str:
    """What the blocks say, a line for each paragraph, item of a list or quote."""
    rich = [one for one in _objects(blocks) if one.get("type") == "rich_text"]
    return "\n".join(line.strip() for block in rich for line in _lines(block, name_of)).strip()


def is_styled(blocks: object) -> bool:
    """Whether any words are bold, struck through, code and so on, which Slack's text shows by marks (`*bold*`)."""
    match blocks:
        case list():
            return any(is_styled(one) for one in blocks)
        case {"type": "rich_text_preformatted"}:
            return True
        case {"style": dict() as style} if any(style.values()):
            return True
        case {"elements": elements}:
            return is_styled(elements)
    return False


def link_in_words(address: str, label: str) -> str:
    """A link as a customer should read it: its address, and what it is called where that says more."""
    address = address.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in (address, address.split("://")[-1]) else f"{label} ({address})"


def _lines(node: dict[str, Any], name_of: Callable[[str], str], deep: int = 0) -> Iterator[str]:
    """Sections are in the block, or in lists and those in the block."""
    if deep > DEEPEST:
        return
    for one in _objects(node.get("elements")):
        if one.get("type") == "rich_text_list":
            begins = one.get("offset")  # of a list that another one has taken apart
            items = enumerate(_lines(one, name_of, deep + 1), start=1 + (begins if isinstance(begins, int) else 0))
            yield from (f"{number}. {line}" if one.get("style") == "ordered" else f"• {line}" for number, line in items)
        elif str(one.get("type")).startswith("rich_text_"):
            yield "".join(_said(piece, name_of) for piece in _objects(one.get("elements")))


def _said(piece: dict[str, Any], name_of: Callable[[str], str]) -> str:
    match piece:
        case {"type": "link", "url": str(url)}:
            text = piece.get("text")
            return link_in_words(url, text if isinstance(text, str) else "")
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
