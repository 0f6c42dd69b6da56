"""Messages that come in and go out, in our own words; connectors translate them to and from a vendor's."""

from __future__ import annotations

from bot.domain.message.choices import choices_line, choices_word
from bot.domain.message.customer import (
    Attachment,
    CustomerMessage,
    FromCustomer,
    Interruption,
    PageReport,
    SessionBegan,
)
from bot.domain.message.desk import (
    ColleagueMessage,
    DeskAction,
    DeskChart,
    DeskCommand,
    DeskLead,
    DeskLine,
    DeskMeeting,
    DeskOpened,
    DeskPage,
    DeskReply,
    DeskRevision,
    DeskVerb,
    FileReady,
    FromDesk,
    HandoffCard,
    ReplyForm,
    ReplyOverdue,
    SnoozeOver,
    Suggestion,
    TakeUp,
    ToDesk,
    Unattended,
    said_by_one,
)
from bot.domain.message.outgoing import (
    ASSISTANT,
    CUSTOMER,
    Author,
    Beside,
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
    Told,
)

__all__ = [
    "ASSISTANT",
    "CUSTOMER",
    "Attachment",
    "Author",
    "Beside",
    "Button",
    "CheckIn",
    "ColleagueMessage",
    "Content",
    "CustomerMessage",
    "DeliveryState",
    "DeliveryStatus",
    "DeskAction",
    "DeskChart",
    "DeskCommand",
    "DeskLead",
    "DeskLine",
    "DeskMeeting",
    "DeskOpened",
    "DeskPage",
    "DeskReply",
    "DeskRevision",
    "DeskVerb",
    "ExecuteAction",
    "FileReady",
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
    "SessionBegan",
    "SnoozeOver",
    "SpareAddress",
    "Speech",
    "Suggestion",
    "TakeUp",
    "Template",
    "Text",
    "ToDesk",
    "Told",
    "Transfer",
    "TriggerIntent",
    "Unattended",
    "choices_line",
    "choices_word",
    "json_of",
    "said_by_one",
    "storable",
    "storable_json",
]

FromVendor = DeliveryStatus | SpareAddress | DeskOpened
Inbound = (
    FromCustomer
    | SessionBegan
    | ColleagueMessage
    | FromDesk
    | FromVendor
    | OpenForm
    | Reminder
    | CheckIn
    | HoldOver
    | FromOutside
)
