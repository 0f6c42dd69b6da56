"""What goes out, and what is known of it then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from bot.domain.consent import Purpose
from bot.domain.ids import HandoffId, MessageId
from bot.domain.message.customer import Attachment, CustomerMessage
from bot.domain.message.desk import ToDesk


@dataclass(frozen=True, slots=True)
class Button:
    """What is pressed: it says its payload, or opens it where that is an address of the Web."""

    title: str
    payload: str

    @property
    def is_link(self) -> bool:
        return self.payload.startswith(("https://", "http://"))


class Author(StrEnum):
    BOT = "bot"
    PERSON = "person"
    SYSTEM = "system"  # "a colleague has joined"


@dataclass(frozen=True, slots=True)
class Template:
    """A message that a channel's vendor has approved: what the vendor calls it, and the values of its variables."""

    id: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a message shows besides its words and buttons, as `Text` has it."""

    image: str = ""
    image_alt: str = ""
    source_title: str = ""
    source_url: str = ""
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """What a customer reads. `source` names and links the page that an answer came from, `author_picture` is where the
    author's picture is, within our own address.

    `image` is a picture, and `image_alt` what it shows; on channels whose `media` say so it may be another file.
    `extras` is what only some channels can show: Rasa's `custom`, `attachment` and `elements`. Others leave it out.
    With a `template`, that is what leaves, and `text` is how it reads. `subject` is for channels that have one.
    `language` (ISO 639-1) is that of the words where they are not in the assistant's own.
    `floor` names the rep who talks with the customer from here on, or is empty where the assistant does again.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    author: Author = Author.BOT
    author_name: str = ""
    author_picture: str = ""
    source_title: str = ""
    source_url: str = ""
    extras: Mapping[str, Any] = field(default_factory=dict)
    template: Template | None = None
    subject: str = ""
    image_alt: str = ""
    floor: str | None = None
    language: str = ""
    kind: Literal["text"] = "text"

    @property
    def beside(self) -> Beside | None:
        """All that is shown besides the words and the buttons; None where nothing is."""
        found = Beside(self.image or "", self.image_alt, self.source_title, self.source_url, self.extras)
        return found if found != Beside() else None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Put the customer through to a person; `summary` is what that person hears before they take over."""

    handoff_id: HandoffId
    summary: str
    kind: Literal["transfer"] = "transfer"


Content = Text | ToDesk | Transfer

Occasion = Literal["reply", "aside", "proactive"]
"""Why a message comes now: it answers what was just said, it comes while one talks, or a journey reaches out."""


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message for `Channel.send`.

    `key` is ours and never repeats. `thread` is the vendor's id of the message to answer under, `replaces` the vendor's
    id of the message whose content this one takes over. `others` are the vendor's ids of further messages that went to
    this person, for a vendor that can only be asked what it sent. `answers` is the customer's message that this one
    answers, on a channel that wants to know.
    """

    key: str
    channel: str
    address: str
    content: Content
    thread: str | None = None
    replaces: str | None = None
    attempt: int = 1
    first_tried_at: datetime | None = None
    others: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    occasion: Occasion = "reply"
    purpose: Purpose = Purpose.REPLY
    answers: CustomerMessage | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The vendor took the message; `vendor_id` is what it calls it."""

    vendor_id: str


CUSTOMER, ASSISTANT = "Customer", "Assistant"
"""Who speaks in a transcript, unless it is a rep."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A line of a transcript; `speaker` is Customer, Assistant, or a rep's name. `attachments` came with it."""

    at: datetime
    speaker: str
    text: str
    message_id: MessageId | None = None
    buttons: tuple[Button, ...] = ()
    beside: Beside | None = None
    attachments: tuple[Attachment, ...] = ()

    @property
    def is_blank(self) -> bool:
        return not (self.text or self.buttons or self.beside or self.attachments)
