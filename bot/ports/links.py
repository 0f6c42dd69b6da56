"""What the store keeps of links that are followed."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.links import ClicksByStep, SentLink


class SentLinks(Protocol):
    """Pages are kept for ever and are nobody's; links are forgotten with their messages."""

    async def keep_page(self, code: str, url: str) -> bool:
        """False where this code is another page's."""

    async def page(self, code: str) -> str | None:
        """The address of the page that has this code."""

    async def keep(self, link: SentLink) -> bool:
        """False where this code is another message's."""

    async def get(self, code: str) -> SentLink | None: ...
    async def click(self, code: str, at: datetime, *, unless_since: datetime) -> bool:
        """Note a click; False where there is no such link any more, or it was clicked after `unless_since`."""

    async def clicks(self) -> ClicksByStep:
        """How many messages of each step of each journey had links, and of how many they were opened."""
