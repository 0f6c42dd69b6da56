"""Tokens of an installed app that end and are renewed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import NotTried, PermanentSendError
from bot.ports import Reply
from tests.connectors.slack.test_installing import LINE, WORKSPACE, Stage, stage
from tests.connectors.vendor_server import (
    NOW,
)

__all__ = ["stage"]  # the fixture


async def test_a_token_is_renewed_before_it_ends_and_the_new_one_is_kept(stage: Stage) -> None:
    await stage.install()
    before = await stage.installations.get("slack", WORKSPACE)
    stage.clock.at = NOW + timedelta(hours=11)
    await stage.channel.send(LINE)
    after = await stage.installations.get("slack", WORKSPACE)
    assert before is not None
    assert after is not None
    assert before.sealed != after.sealed
    stage.clock.at = NOW + timedelta(hours=20)
    await stage.another().send(LINE)
    assert stage.refreshes() == 1


async def test_of_many_processes_one_renews_it_and_all_send(stage: Stage) -> None:
    await stage.install()
    stage.clock.at = NOW + timedelta(hours=13)
    fleet = [stage.another() for _ in range(4)]
    await asyncio.gather(*(one.send(replace(LINE, key=f"key-{number}")) for number, one in enumerate(fleet)))
    assert stage.refreshes() == 1


async def test_a_renewal_that_fails_costs_nothing_while_the_old_token_is_good(stage: Stage) -> None:
    await stage.install()
    stage.clock.at = NOW + timedelta(hours=11)
    stage.server.faults.append("hang up")
    await stage.channel.send(LINE)
    stage.clock.at += timedelta(minutes=1)
    await stage.channel.send(replace(LINE, key="again"))
    assert stage.refreshes() == 2, "the next one asks again"


async def test_where_slack_renews_no_more_the_reason_stays_with_the_workspace(stage: Stage) -> None:
    await stage.install()
    stage.clock.at = NOW + timedelta(hours=13)
    stage.server.faults.append(Reply(200, b'{"ok": false, "error": "invalid_refresh_token"}', "application/json"))
    with pytest.raises(PermanentSendError, match="could not be renewed"):
        await stage.channel.send(LINE)
    with pytest.raises(PermanentSendError, match=r"could not be renewed.*overture slack install"):
        await stage.channel.send(LINE)


async def test_a_wrong_secret_of_the_app_loses_no_message(stage: Stage) -> None:
    await stage.install()
    stage.clock.at = NOW + timedelta(hours=13)
    with pytest.raises(NotTried, match="bad_client_secret"):
        await stage.another(SLACK_CLIENT_SECRET="mistyped").send(LINE)
    stage.clock.at += timedelta(minutes=1)
    await stage.channel.send(LINE)
