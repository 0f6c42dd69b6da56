"""E-mail from end to end: the real connector and its stand-in around the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import connectors.email
from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxStatus
from bot.domain.effects import ClaimIdentity, SendResponse
from bot.domain.message import Text
from bot.domain.person import Identity
from bot.ports import Channel, SandboxVendor
from bot.services.cause import Cause
from bot.services.receive import receive
from bot.services.start_conversation import start_conversation
from tests.bot.services.stage import ANA, Stage
from tests.connectors.vendor_server import MemoryFeed, settings_for

ADDRESS = "ana@example.com"


class Mail:
    """A stage with a channel `email`, and Ana's mail program."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.feed = MemoryFeed()
        given = replace(settings_for(connectors.email, feed=self.feed, sandbox_url="x"), clock=stage.clock)
        self.channel: Channel = connectors.email.build(given)
        self.vendor: SandboxVendor = connectors.email.build_sandbox(given)
        stage.runtime = replace(stage.runtime, channels={**stage.runtime.channels, "email": self.channel})

    async def does(self, **deed: str) -> int:
        """She does it, and all that comes of it happens; how much of it was new to us."""
        webhook = await self.vendor.act(deed, self.stage.clock.now())
        taken = await receive(self.stage.runtime, self.channel, self.channel.parse(webhook).inbound)
        await self.stage.settle()
        return taken

    async def writes(self, text: str, subject: str = "A question", in_reply_to: str = "") -> int:
        return await self.does(deed="write", **{"from": ADDRESS}, subject=subject, text=text, in_reply_to=in_reply_to)

    async def got(self) -> list[Mapping[str, Any]]:
        """Our e-mails to her."""
        items = await self.feed.items("sandbox:email")
        return [one for one in items if one["direction"] == "to_customer"]

    async def sends(self, key: str, *, purpose: Purpose = Purpose.MARKETING, to: str = ADDRESS) -> None:
        content = Text("An offer.", subject="This month")
        await self.stage.queue(key, purpose=purpose, dispatch=ChannelMessage("email", to, content))
        await self.stage.settle()


async def met(stage: Stage) -> Mail:
    """Ana has agreed to marketing by e-mail."""
    mail = Mail(stage)
    await stage.meet()
    async with stage.store.transaction() as uow:
        await start_conversation(uow, ANA, "email", ADDRESS, stage.clock.now())
    await stage.consent(channel="email")
    return mail


async def test_a_question_is_answered_in_its_thread_and_an_absence_notice_is_not(stage: Stage) -> None:
    mail = Mail(stage)
    await mail.writes("greet")
    (first,) = await mail.got()
    assert (first["subject"], first["list_unsubscribe"]) == ("Re: A question", "")
    asked = next(one for one in await mail.feed.items("sandbox:email") if one["direction"] == "from_customer")
    assert first["in_reply_to"] == asked["message_id"]
    assert await mail.does(deed="away", message_id=first["message_id"]) == 1
    assert len(await mail.got()) == 1
    await mail.writes("greet", first["subject"], first["message_id"])
    _, second = await mail.got()
    assert second["subject"] == "Re: A question"
    assert first["message_id"] in second["references"]


async def test_a_letter_whose_subject_says_stop_is_an_opt_out_with_anything_else_beneath_it(stage: Stage) -> None:
    mail = await met(stage)
    await mail.writes("Please stop the nightly export.", "Stop")
    assert await stage.may_send(channel="email", address=ADDRESS), "the letter says what of"
    await mail.writes("Ana Bell, Harbour Street", "STOP")
    assert not await stage.may_send(channel="email", address=ADDRESS)


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("STOP\n\nAna Bell", True),
        ("Stop.\n\nRegards,\nAna Bell\nHarbour Street", True),
        ("Stop\n\nThis e-mail is confidential. If it is not for you, delete it.", True),
        ("Stop\n\nPlease stop the nightly export.", False),
        ("I have a question\n\nStop", False),
    ],
)
async def test_a_letter_whose_first_paragraph_says_stop_is_an_opt_out_with_a_name_beneath_it(
    stage: Stage, text: str, stops: bool
) -> None:
    mail = await met(stage)
    await mail.writes(text)
    assert await stage.may_send(channel="email", address=ADDRESS) is not stops


async def test_one_click_ends_all_marketing_at_once_and_a_second_changes_nothing(stage: Stage) -> None:
    mail = await met(stage)
    await mail.sends("k1")
    (offer,) = await mail.got()
    assert offer["one_click"] == "List-Unsubscribe=One-Click"
    assert await mail.does(deed="unsubscribe", message_id=offer["message_id"]) == 1
    assert await mail.does(deed="unsubscribe", message_id=offer["message_id"]) == 0
    assert not await stage.may_send(channel="email", address=ADDRESS)
    await mail.sends("k2")
    assert (await stage.entry("k2")).status is OutboxStatus.WITHHELD
    await mail.writes("greet")
    assert len(await mail.got()) == 2, "an answer to what she writes still comes"


async def test_one_click_ends_what_they_have_agreed_to_elsewhere_since_an_earlier_one(stage: Stage) -> None:
    mail = await met(stage)
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", ADDRESS), stage.clock.now())
    await mail.sends("k1")
    (offer,) = await mail.got()
    await mail.does(deed="unsubscribe", message_id=offer["message_id"])
    stage.clock.forward(timedelta(days=1))
    await stage.says("start")
    assert await stage.may_send()
    stage.clock.forward(timedelta(days=1))
    assert await mail.does(deed="unsubscribe", message_id=offer["message_id"]) == 1
    assert not await stage.may_send()


async def test_stop_in_a_reply_ends_marketing_too(stage: Stage) -> None:
    mail = await met(stage)
    await mail.sends("k1")
    (offer,) = await mail.got()
    await mail.writes("STOP", "Re: This month", offer["message_id"])
    assert not await stage.may_send(channel="email", address=ADDRESS)


@pytest.mark.parametrize("deed", ["complain", "write"])
async def test_an_opt_out_counts_however_they_have_written_their_address(stage: Stage, deed: str) -> None:
    """In a form, with capitals; what comes by e-mail has it in small letters."""
    mail = Mail(stage)
    await stage.meet()
    await stage.do(ClaimIdentity("email", "Ana@Example.com"))
    await stage.consent(channel="email")
    stage.clock.forward(timedelta(minutes=1))

    async def offer(key: str) -> OutboxStatus:
        await stage.do(SendResponse("utter_tip", ("email",), key), cause=Cause(key, ANA, purpose=Purpose.MARKETING))
        await stage.settle()
        return (await stage.entry(key)).status

    assert await offer("k1") is OutboxStatus.SENT
    (first,) = await mail.got()
    if deed == "complain":
        await mail.does(deed=deed, message_id=first["message_id"])
    else:
        await mail.writes("STOP", "STOP")
    assert await offer("k2") is OutboxStatus.WITHHELD


async def test_a_stop_from_the_mailbox_that_ours_went_on_to_holds_for_both_addresses(stage: Stage) -> None:
    mail = await met(stage)
    await mail.sends("k1")
    (offer,) = await mail.got()
    alias = {"from": "ana.bell@home.example.com"}
    await mail.does(deed="write", **alias, subject="Re: This month", text="STOP", in_reply_to=offer["message_id"])
    assert not await stage.may_send(channel="email", address=ADDRESS)
    assert not await stage.may_send(), "she has opted out of text messages, too, as from her own address"
    async with stage.store.transaction() as uow:
        assert await uow.consents.suppression("email", alias["from"]) is not None
        (line,) = [one for one in await uow.consents.of(ANA) if one.channel == "email" and not one.granted]
    assert (line.how, line.text) == ("answered what we had sent, from another address on email", "STOP")
    await mail.sends("k2")
    assert (await stage.entry("k2")).status is OutboxStatus.WITHHELD


async def test_a_stop_that_answers_nothing_of_ours_is_of_whoever_wrote_it(stage: Stage) -> None:
    mail = await met(stage)
    await mail.sends("k1")
    other = {"from": "ben@example.com", "in_reply_to": "<somebody@elsewhere.example.com>"}
    await mail.does(deed="write", **other, subject="Re: This month", text="STOP")
    assert await stage.may_send(channel="email", address=ADDRESS)


async def test_a_complaint_is_an_opt_out(stage: Stage) -> None:
    mail = await met(stage)
    await mail.sends("k1")
    (offer,) = await mail.got()
    await mail.does(deed="complain", message_id=offer["message_id"])
    assert not await stage.may_send(channel="email", address=ADDRESS)


async def test_a_bounce_spares_the_address_until_somebody_writes_from_it(stage: Stage) -> None:
    mail = await met(stage)
    await mail.sends("k1")
    (offer,) = await mail.got()
    await mail.does(deed="bounce", message_id=offer["message_id"])
    assert (await stage.entry("k1")).status is OutboxStatus.DEAD
    await mail.sends("k2")
    assert (await stage.entry("k2")).reason.startswith("nothing arrives at this address since")
    await stage.later(minutes=1)
    await mail.writes("greet")
    await stage.later(hours=1)
    await mail.sends("k3")
    assert (await stage.entry("k3")).status is OutboxStatus.SENT


async def test_a_server_that_knows_no_such_address_has_it_spared_at_once(stage: Stage) -> None:
    mail = await met(stage)
    await mail.sends("k1", to="nobody@example.com")
    entry = await stage.entry("k1")
    assert (entry.status, entry.reason) == (
        OutboxStatus.DEAD,
        "the mail server refused with status 550, code 5.1.1 (nobody has this address)",
    )
    await mail.sends("k2", to="nobody@example.com")
    assert (await stage.entry("k2")).status is OutboxStatus.WITHHELD


async def test_actions_know_the_address_that_somebody_writes_from(stage: Stage) -> None:
    mail = Mail(stage)
    await mail.writes("lead")
    assert stage.actions.given[-1]["email"] == ADDRESS
    await stage.says("lead", channel="webchat")
    assert stage.actions.given[-1]["email"] is None
