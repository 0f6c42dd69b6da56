"""How a message reads as plain text: what goes on its lines, and where a long one is divided."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.message import Text, choices_line

_BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "。", "; ", ", ", " ")
"""Where a text is best divided, the best first."""


def body_of(content: Text, *, choices_below: bool = False) -> str:
    """The text, each link on a line, the choices on one, unless they stand `choices_below` it as buttons, and where an
    answer came from."""
    lines = [content.text] if content.text else []
    lines += [f"{button.title}: {button.payload}" for button in content.buttons if button.is_link]
    choices = [button.title for button in content.buttons if not button.is_link]
    if choices and not choices_below:
        lines.append(choices_line(choices, content.language))
    if content.source_url.startswith(("http://", "https://")):
        lines.append(content.source_url)
    return "\n".join(lines)


def divided(body: str, longest: int) -> Sequence[str]:
    """The body in parts of at most `longest` characters, each as full as a sentence, a word or else a character lets it
    be."""
    parts = []
    rest = body
    while len(rest) > longest:
        cut = _cut(rest, longest)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest or not parts else parts


def _cut(text: str, longest: int) -> int:
    """Where to divide: behind the last break of the best kind that leaves the part at least half full."""
    for mark in _BREAKS:
        found = text.rfind(mark, longest // 2, longest)
        if found >= 0:
            return found + len(mark)
    return longest
