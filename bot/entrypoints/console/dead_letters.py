"""How what was given up is told to operators: without its words."""

from __future__ import annotations

from bot.domain.delivery import (
    ChannelMessage,
    CrmErasure,
    CrmNote,
    CrmUpsert,
    DeskErasure,
    Dispatch,
    EndpointCall,
    Fetch,
)


def what(dispatch: Dispatch) -> str:
    """What it is and where it was to go."""
    match dispatch:
        case ChannelMessage(channel=channel):
            return f"message on {channel}"
        case CrmUpsert(crm=crm):
            return f"record in {crm}"
        case CrmNote(crm=crm):
            return f"note in {crm}"
        case EndpointCall(endpoint=endpoint):
            return f"call of {endpoint}"
        case Fetch(channel=channel):
            return f"file that came on {channel}"
        case CrmErasure(crm=crm):
            return f"erasure in {crm}"
        case DeskErasure(channel=channel):
            return f"erasure on {channel}"
