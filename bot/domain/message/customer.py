"""What comes from a customer, or from the page that they are on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.domain.ids import MessageId
from bot.domain.person import Identity


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or another file that came with a message; it is still at its vendor's, unless we keep it at `place`.

    `url` is where it can be fetched, in words that the channel understands. `name` is what its sender called it, where
    the channel says so.
    """

    url: str
    media_type: str
    name: str = ""
    size: int = 0
    place: str = ""


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """Something a customer said, or a button they pressed (`payload`, in Rasa's form `/intent{"entity": "value"}`).

    `vendor_id` is the channel's own id of the message; the pair (channel, vendor_id) is stored once. `opened` is true
    where the customer only opened the conversation and has said nothing yet, `nameless` where the address says nothing
    of who they are: a withheld number. `slots` are what another platform, which holds the dialogue with us, has found
    out by itself; None empties one. `automatic`: a machine wrote it,
    such as an absence notice, so it is kept and not answered. `identities` are what the vendor knows them by besides
    the address; it vouches for them. `pressed_on` is the vendor's id of our message whose button was pressed, where
    buttons stay to be pressed later, or below which the emoji of a `reaction` stands, where the vendor says so.
    `quotes` is that of the message to which their words are an answer, where they have chosen one. A `card` is contact
    data that they share, of somebody else as far as is known.
    """

    channel: str
    vendor_id: str
    address: str
    text: str = ""
    payload: str | None = None
    opened: bool = False
    automatic: bool = False
    time_zone: str | None = None
    locale: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    nameless: bool = False
    slots: Mapping[str, Any] = field(default_factory=dict)
    identities: tuple[Identity, ...] = ()
    pressed_on: str = ""
    quotes: str = ""
    reaction: bool = False
    card: bool = False
    kind: Literal["customer_message"] = "customer_message"

    @property
    def message_id(self) -> MessageId:
        """Our id of it, by which everything that comes of it is known."""
        return MessageId(f"{self.channel}:{self.vendor_id}")


@dataclass(frozen=True, slots=True)
class Interruption:
    """The customer spoke into what was being said to them. What they said is a message of its own.

    `said` has each text that was being said, and the beginning of it that they heard; where that is empty, nothing.
    """

    channel: str
    vendor_id: str
    address: str
    said: tuple[tuple[str, str], ...]
    kind: Literal["interruption"] = "interruption"


@dataclass(frozen=True, slots=True)
class PageReport:
    """What the page that a customer is on tells of them, besides what they say.

    `event` happened there, or `journey` is to begin, with `data`. The channel has checked that a page may say so.
    With `left_contact` the customer has said how a colleague can reach them; what they said is a claim.
    """

    channel: str
    vendor_id: str
    address: str
    identities: tuple[Identity, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    locale: str | None = None
    event: str = ""
    journey: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    left_contact: bool = False
    kind: Literal["page_report"] = "page_report"


@dataclass(frozen=True, slots=True)
class SessionBegan:
    """A customer has come, or come back, to a channel whose device says in which time zone it is.

    It is no message: nothing waits in the inbox for it, and it begins no conversation.
    """

    channel: str
    vendor_id: str
    address: str
    time_zone: str
    kind: Literal["session_began"] = "session_began"


FromCustomer = CustomerMessage | Interruption | PageReport
