"""What a channel's vendor tells of what we sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bot.domain.consent import Consequence


class DeliveryState(StrEnum):
    """How far a message got at its vendor; the order is the only one it may move in."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """A vendor's word on a message we sent. `sent_id` is the id from its receipt, `key` ours if the vendor has it."""

    channel: str
    vendor_id: str
    sent_id: str
    state: DeliveryState
    error: str = ""
    key: str = ""
    kind: Literal["delivery_status"] = "delivery_status"


@dataclass(frozen=True, slots=True)
class Told:
    """What a vendor has told of a message before we knew that it has it."""

    state: DeliveryState
    error: str = ""


@dataclass(frozen=True, slots=True)
class SpareAddress:
    """Word, from its owner or from a vendor, that nothing more is to be sent to this address, and how they said so."""

    channel: str
    vendor_id: str
    address: str
    cause: Consequence
    how: str
    kind: Literal["spare_address"] = "spare_address"
