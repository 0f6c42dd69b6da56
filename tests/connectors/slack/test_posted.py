"""A message of which nobody knows whether Slack took it is looked for before it is posted once more."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.chart import Chart, Column
from bot.domain.errors import NotTried, TemporarySendError
from bot.domain.message import Content, DeskChart, DeskLine, OutboundMessage, Text
from bot.ports import Reply
from connectors.slack import posted
from tests.connectors.slack.test_channel import CARD, Stage, stage
from tests.connectors.vendor_server import NOW, At

__all__ = ["stage"]  # the fixture

LINE = DeskLine("Robin", "Hello")
CHART = DeskChart(Chart("Leads a day", ("claimed",), (Column("Mon", (3,)),)))


def message(content: Content, key: str = "key", **changes: Any) -> OutboundMessage:
    again = {"attempt": 2, "first_tried_at": NOW, **changes}
    return OutboundMessage(key, "slack", "#sales", content, **again)


def refusal(error: str) -> At:
    answer = Reply(200, json.dumps({"ok": False, "error": error}).encode(), "application/json")
    return At(r"\S+ .*/conversations\.\w+", answer)


@pytest.mark.parametrize("content", [CARD, LINE, Text("An outage is over.")])
async def test_what_slack_took_before_its_answer_was_lost_is_there_once(stage: Stage, content: Content) -> None:
    stage.server.faults = ["take it and hang up"]
    with pytest.raises(TemporarySendError):
        await stage.send(content, attempt=1, first_tried_at=NOW)
    [post] = stage.shown()
    receipt = await stage.channel.send(message(content))
    assert receipt.vendor_id == post["ts"]
    assert len(stage.shown()) == 1


async def test_a_chart_that_slack_shows_already_is_shown_once(stage: Stage) -> None:
    await stage.send(CHART, "another")
    stage.server.faults = [None, None, "take it and hang up"]
    with pytest.raises(TemporarySendError):
        await stage.send(CHART, attempt=1, first_tried_at=NOW)
    [_, post] = stage.shown()
    receipt = await stage.channel.send(message(CHART))
    assert receipt.vendor_id == post["files"][0]["id"]
    found = await stage.channel.find(message(CHART, attempt=1))
    assert found == receipt
    assert len(stage.shown()) == 2


async def test_a_chart_that_slack_did_not_show_is_shown_by_the_next_try(stage: Stage) -> None:
    stage.server.faults = [None, None, "hang up"]
    with pytest.raises(TemporarySendError):
        await stage.send(CHART, attempt=1, first_tried_at=NOW)
    await stage.channel.send(message(CHART))
    assert len(stage.shown()) == 1


async def test_what_slack_did_not_take_is_posted_by_the_next_try(stage: Stage) -> None:
    await stage.send(CARD, "another")
    stage.server.faults = ["hang up"]
    with pytest.raises(TemporarySendError):
        await stage.send(CARD, attempt=1, first_tried_at=NOW)
    await stage.channel.send(message(CARD))
    assert len(stage.shown()) == 2


async def test_a_line_is_looked_for_in_its_thread(stage: Stage) -> None:
    card = await stage.send(CARD, "card")
    ts = await stage.send(LINE, thread=card)
    assert (await stage.channel.send(message(LINE, thread=card))).vendor_id == ts
    assert (await stage.channel.send(message(LINE))).vendor_id != ts, "the same key, elsewhere"


async def test_after_a_crash_it_is_found_and_what_replaces_another_is_done_again(stage: Stage) -> None:
    card = await stage.send(CARD)
    found = await stage.channel.find(message(CARD, attempt=1))
    assert found is not None
    assert found.vendor_id == card
    assert await stage.channel.find(message(CARD, replaces=card)) is None
    assert await stage.channel.find(message(CARD, first_tried_at=None)) is None


async def test_it_is_found_behind_many_others(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posted, "PAGE", 2)
    ts = await stage.send(CARD)
    for number in range(5):
        await stage.send(LINE, f"other {number}")
    assert (await stage.channel.send(message(CARD))).vendor_id == ts


async def test_what_is_older_than_the_first_try_is_not_it(stage: Stage) -> None:
    ts = await stage.send(CARD)
    stage.clock.at = NOW + timedelta(hours=1)
    assert (await stage.channel.send(message(CARD, first_tried_at=stage.clock.at))).vendor_id != ts


@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel", "thread_not_found"])
async def test_where_slack_shows_nothing_it_is_posted_again(stage: Stage, error: str) -> None:
    card = await stage.send(CARD, "card")
    await stage.send(LINE, thread=card)
    stage.server.faults = [refusal(error)]
    await stage.channel.send(message(LINE, thread=card))
    assert len(stage.shown()) == 3


async def test_where_slack_is_not_to_be_asked_just_now_it_waits(stage: Stage) -> None:
    await stage.send(CARD)
    stage.server.faults = [refusal("ratelimited")]
    with pytest.raises(NotTried):
        await stage.channel.send(message(CARD))
    assert len(stage.shown()) == 1


async def test_a_first_try_looks_nowhere(stage: Stage) -> None:
    await stage.channel.send(message(CARD, attempt=1))
    assert [one.url.rpartition("/")[2] for one in stage.server.asked] == ["chat.postMessage"]
