"""Whoever does something at the desk is known by name, though Slack's events have their id alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

import connectors.slack
from bot.domain.message import DeskAction, DeskOpened, DeskReply
from bot.ports import Reply
from connectors.slack import members
from connectors.slack.channel import SlackChannel
from connectors.slack.sandbox_workspace import user_id
from tests.connectors.slack.test_channel import CARD, Stage, stage
from tests.connectors.slack.test_webhooks import event, thread_reply
from tests.connectors.vendor_server import At, settings_for

__all__ = ["stage"]  # the fixture

ASKED = r"\S+ .*/users\.info"


@dataclass
class Other:
    """Another process of ours, or the same one after a start: nobody has pressed a button there."""

    channel: SlackChannel
    stage: Stage

    async def take(self, **deed: Any) -> Any:
        webhook = await self.stage.server.vendor.act(deed, self.stage.clock.now())
        await self.channel.prepare(webhook)
        [inbound] = self.channel.parse(webhook).inbound
        return inbound


@asynccontextmanager
async def other(stage: Stage) -> AsyncIterator[Other]:
    given = settings_for(connectors.slack, feed=stage.feed, clock=stage.clock, sandbox_url=stage.server.url)
    channel = connectors.slack.build(given)
    yield Other(channel, stage)
    await channel.close()


def times_asked(stage: Stage) -> int:
    return sum("users.info" in one.url for one in stage.server.asked)


async def test_who_claimed_in_one_process_has_the_same_name_in_another(stage: Stage) -> None:
    ts = await stage.send(CARD)
    claimed = await stage.act(deed="click", ts=ts, action_id="handoff_claim", value=CARD.handoff_id, user="sam")
    async with other(stage) as second:
        replied = await second.take(deed="reply", thread_ts=ts, text="Hello", user="sam")
        assert isinstance(replied, DeskReply)
        assert replied.rep == claimed.rep == "sam"
        await second.take(deed="reply", thread_ts=ts, text="Are you there?", user="sam")
        assert times_asked(stage) == 1


async def test_a_colleague_who_is_mentioned_is_named_to_the_customer(stage: Stage) -> None:
    written = event(
        thread_reply(user=user_id("sam"), text=f"<@{user_id('Ben')}> will call you", blocks=[]), at=stage.clock.now()
    )
    async with other(stage) as second:
        await second.channel.prepare(written)
        [replied] = second.channel.parse(written).inbound
        assert isinstance(replied, DeskReply)
        assert replied.text == "@Ben will call you"


async def test_who_opens_app_home_need_press_nothing_to_find_their_leads(stage: Stage) -> None:
    async with other(stage) as second:
        opened = await second.take(deed="open_home", user="sam")
        assert isinstance(opened, DeskOpened)
        assert opened.rep == "sam"


async def test_a_colleague_who_has_done_nothing_yet_can_be_given_a_lead(stage: Stage) -> None:
    ts = await stage.send(CARD)
    async with other(stage) as second:
        given = await second.take(deed="click", ts=ts, action_id="handoff_assign", value="Ben", user="sam")
        assert isinstance(given, DeskAction)
        assert (given.member, given.words) == (user_id("Ben"), "Ben")


@pytest.mark.parametrize("told", [b'{"ok": false, "error": "missing_scope"}', b'{"ok": true, "user": {}}', b"<html>"])
async def test_whom_slack_does_not_name_stays_an_id_and_their_words_are_taken(stage: Stage, told: bytes) -> None:
    ts = await stage.send(CARD)
    stage.server.faults = [At(ASKED, Reply(200, told, "application/json"))]
    async with other(stage) as second:
        replied = await second.take(deed="reply", thread_ts=ts, text="Hello", user="sam")
        assert isinstance(replied, DeskReply)
        assert (replied.rep, replied.text) == (user_id("sam"), "Hello")


async def test_slack_that_refuses_to_tell_is_asked_again_after_a_minute(stage: Stage) -> None:
    ts = await stage.send(CARD)
    stage.server.faults = [At(ASKED, Reply(200, b'{"ok": false, "error": "internal_error"}', "application/json"))]
    async with other(stage) as second:
        for words in ("one", "two"):
            await second.take(deed="reply", thread_ts=ts, text=words, user="sam")
        assert times_asked(stage) == 1
        stage.clock.at += timedelta(minutes=1, seconds=1)
        replied = await second.take(deed="reply", thread_ts=ts, text="three", user="sam")
        assert isinstance(replied, DeskReply)
        assert replied.rep == "sam"


async def test_one_whom_slack_does_not_know_keeps_no_other_nameless(stage: Stage) -> None:
    ts = await stage.send(CARD)
    async with other(stage) as second:
        given = await second.take(deed="click", ts=ts, action_id="handoff_assign", value="nobody", user="sam")
        assert (given.member, given.words) == (user_id("nobody"), "")
        assert (await second.take(deed="reply", thread_ts=ts, text="Hello", user="ana")).rep == "ana"


async def test_slack_that_says_nothing_holds_nobody_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "ASK_WITHIN", 0.05)
    ts = await stage.send(CARD)
    stage.server.faults = ["say nothing"]
    async with other(stage) as second:
        replied = await second.take(deed="reply", thread_ts=ts, text="Hello", user="sam")
        assert isinstance(replied, DeskReply)
        assert replied.text == "Hello"


async def test_what_no_rep_says_makes_nobody_ask(stage: Stage) -> None:
    known = members.Members(_never)
    for told in (
        {"type": "message", "user": "U0ALICE00", "text": "in the channel"},
        {"type": "message", "user": "U0BOT0000", "thread_ts": "1.2", "bot_id": "B0BOT0000"},
        {"type": "app_uninstalled"},
        {"type": "message", "subtype": "message_deleted", "previous_message": {"user": "U0ALICE00"}},
    ):
        await known.meet({"type": "event_callback", "event": told}, "T0OVERTURE")


async def test_of_very_many_members_the_first_ones_are_forgotten() -> None:
    known = members.Members(_never)
    for number in range(members.MOST + 1):
        known.learn(f"U{number}", f"rep {number}", "")
    assert known.name_of("U0") == "U0"
    assert known.name_of(f"U{members.MOST}") == f"rep {members.MOST}"
    assert known.id_of("rep 1") == "U1"


async def _never(user: str, workspace: str) -> str:
    raise AssertionError(f"asked for {user} of {workspace}")
