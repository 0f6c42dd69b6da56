"""Messages that come in and go out, in our own words; connectors translate them to and from a vendor's."""

from __future__ import annotations

from bot.domain.message.customer import (
    Attachment,
    CustomerMessage,
    FromCustomer,
    Interruption,
    PageReport,
)
from bot.domain.message.desk import (
    DeskAction,
    DeskCommand,
    DeskLead,
    DeskLine,
    DeskOpened,
    DeskPage,
    DeskReply,
    DeskRevision,
    DeskVerb,
    FromDesk,
    HandoffCard,
    ReplyForm,
    ReplyOverdue,
    SnoozeOver,
    Suggestion,
    ToDesk,
    Unattended,
)
from bot.domain.message.outgoing import (
    Author,
    Button,
    Content,
    Occasion,
    OutboundMessage,
    Receipt,
    Speech,
    Template,
    Text,
    Transfer,
)
from bot.domain.message.own_accord import (
    CheckIn,
    ExecuteAction,
    FromOutside,
    HoldOver,
    OpenForm,
    Reminder,
    TriggerIntent,
)
from bot.domain.message.storage import (
    json_of,
    storable,
    storable_json,
)
from bot.domain.message.vendor import (
    DeliveryState,
    DeliveryStatus,
    SpareAddress,
)

__all__ = [
    "Attachment",
    "Author",
    "Button",
    "CheckIn",
    "Content",
    "CustomerMessage",
    "DeliveryState",
    "DeliveryStatus",
    "DeskAction",
    "DeskCommand",
    "DeskLead",
    "DeskLine",
    "DeskOpened",
    "DeskPage",
    "DeskReply",
    "DeskRevision",
    "DeskVerb",
    "ExecuteAction",
    "FromCustomer",
    "FromDesk",
    "FromOutside",
    "FromVendor",
    "HandoffCard",
    "HoldOver",
    "Inbound",
    "Interruption",
    "Occasion",
    "OpenForm",
    "OutboundMessage",
    "PageReport",
    "Receipt",
    "Reminder",
    "ReplyForm",
    "ReplyOverdue",
    "SnoozeOver",
    "SpareAddress",
    "Speech",
    "Suggestion",
    "Template",
    "Text",
    "ToDesk",
    "Transfer",
    "TriggerIntent",
    "Unattended",
    "json_of",
    "storable",
    "storable_json",
]

FromVendor = DeliveryStatus | SpareAddress | DeskOpened
Inbound = FromCustomer | FromDesk | FromVendor | OpenForm | Reminder | CheckIn | HoldOver | FromOutside
