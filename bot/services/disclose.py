"""Disclose: the first words in every conversation say that this is a machine (EU AI Act article 50(1))."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.message import Text
from bot.ports import Abilities

DISCLOSURE = "utter_disclosure"


def with_disclosure(content: Text, disclosure: Text, abilities: Abilities) -> tuple[Text, ...]:
    """What leaves as the first message of a conversation: two messages, or one that begins with the disclosure."""
    if abilities.separate_disclosure:
        return disclosure, content
    return (replace(content, text=f"{disclosure.text} {content.text}".strip()),)
