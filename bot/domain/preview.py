"""What becomes of a message on a channel, before anybody sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.domain.errors import Place
from bot.domain.message import Text
from bot.domain.spoken import speak

PreviewKind = Literal["chat", "sms", "email", "blocks", "speech"]


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as whoever gets it sees or hears it; `kind` says what it looks like.

    `text` is all that is to be read or said, `buttons` what can be pressed, `blocks` what Slack draws, `subject`
    what an e-mail is about.
    """

    kind: PreviewKind
    text: str
    buttons: tuple[str, ...] = ()
    image: str | None = None
    source_title: str = ""
    source_url: str = ""
    subject: str = ""
    blocks: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    @property
    def says_nothing(self) -> bool:
        return not (self.text.strip() or self.buttons or self.image)


@dataclass(frozen=True, slots=True)
class Wording:
    """One variation of a response on one channel: where it stands, what it says, and what becomes of that."""

    place: Place
    content: Text
    preview: Preview


def as_text(content: Text) -> Preview:
    """On a channel that does not say what it makes of a message: its text."""
    return Preview("chat", content.text)


def as_speech(content: Text, language: str) -> Preview:
    """Said by a voice in this language (ISO 639)."""
    return Preview("speech", speak(content, language=language).plain())
