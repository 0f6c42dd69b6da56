from __future__ import annotations

from dataclasses import replace

import pytest

import connectors.desk
from bot.domain.errors import PermanentSendError, WebhookRejected
from bot.domain.ids import HandoffId
from bot.domain.message import DeskLine, OutboundMessage, Transfer
from connectors.desk import build
from tests.connectors.vendor_server import request_to, settings_for

NOTE = OutboundMessage("relay:1", "desk", "sales", DeskLine("Overture", "Nobody has taken this over yet."))


async def test_what_the_desk_is_told_is_taken_and_what_takes_its_place_keeps_its_name() -> None:
    desk = build(settings_for(connectors.desk))
    assert (await desk.send(NOTE)).vendor_id == "relay:1"
    assert (await desk.send(replace(NOTE, key="relay:2", replaces="relay:1"))).vendor_id == "relay:1"
    assert await desk.find(NOTE) is None


async def test_what_is_for_a_telephone_is_refused() -> None:
    with pytest.raises(PermanentSendError, match="not a transfer"):
        await build(settings_for(connectors.desk)).send(
            replace(NOTE, content=Transfer(HandoffId("h"), "Ana, from Hilltop"))
        )


def test_a_webhook_is_refused_because_reps_have_a_page() -> None:
    with pytest.raises(WebhookRejected, match="page Conversations"):
        build(settings_for(connectors.desk)).parse(request_to("desk/inbound"))
