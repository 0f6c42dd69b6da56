"""Our own dialogue engine behind the `Dialogue` port: the pure functions of `bot/dialogue` on the content in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.dialogue.engine import decide
from bot.dialogue.personal import UNREAD, Personal, PersonWanted
from bot.domain.assistant import Assistant
from bot.domain.conversation import Tracker
from bot.domain.effects import DialogueEffect, PersonEffect
from bot.domain.understanding import Understood
from bot.ports import ReadContext


class OwnDialogue:
    """Decides from the assistant's rules, stories and forms; `assistant` gives the content in force."""

    def __init__(self, assistant: Callable[[], Assistant]) -> None:
        self._assistant = assistant

    async def understand(self, reading: Understood, tracker: Tracker) -> Understood:
        """Our reading, as it is."""
        return reading

    async def decide(
        self, tracker: Tracker, read_context: ReadContext, *, channel: str
    ) -> Sequence[DialogueEffect | PersonEffect]:
        assistant = self._assistant()
        try:
            return decide(assistant, tracker, channel=channel, personal=UNREAD)
        except PersonWanted:
            pass
        personal = Personal.of_context(await read_context(), assistant.configuration.language)
        return decide(assistant, tracker, channel=channel, personal=personal)

    async def close(self) -> None:
        """Nothing to close."""
