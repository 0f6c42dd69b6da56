"""Enterprise Grid and Slack Connect: an organisation lets us in as a whole, and strangers may do nothing."""

from __future__ import annotations

from typing import Any

import pytest

import connectors.slack
from bot.adapters.database import Database
from bot.domain.errors import NotTried
from bot.domain.message import DeskAction, DeskOpened, DeskReply, OutboundMessage, Text
from bot.ports import Webhook
from connectors.slack.origin import Origin, origin_of
from tests.connectors.slack.test_installing import LINE, WORKSPACE, Stage, stage
from tests.connectors.slack.test_webhooks import CLICK, desk, event, interaction, thread_reply
from tests.connectors.vendor_server import NOW, settings_for

__all__ = ["stage"]  # the fixture

ORGANISATION = "E0HARBOUR1"
WHOLE = {"id": ORGANISATION, "name": "Harbourline Group"}


async def let_in(stage: Stage) -> bytes:
    stage.server.vendor.oauth.organisation = WHOLE  # type: ignore[attr-defined]
    browser = stage.browser
    return (await browser.open(await browser.agree())).body


def told(team: str, enterprise: str | None = None, *, whole: bool = False, **more: Any) -> dict[str, Any]:
    """An event as this installation of the app is told of it."""
    seen_by = {"team_id": team, "enterprise_id": enterprise, "is_enterprise_install": whole, "is_bot": True}
    return {**thread_reply(), "authorizations": [seen_by], **more}


def uninstalled(team: str, *, whole: bool = False) -> dict[str, Any]:
    at = int(NOW.timestamp()) + 1
    return told(team, ORGANISATION, whole=whole, event={"type": "app_uninstalled"}, event_time=at)


async def heard(stage: Stage, body: dict[str, Any]) -> int:
    return len((await stage.takes(stage.channel, event(body))).inbound)


@pytest.mark.parametrize(
    ("payload", "origin"),
    [
        ({"team_id": "T1"}, Origin("T1")),
        ({"team_id": "T1", "enterprise_id": "E1"}, Origin("T1", "E1")),
        ({"team": {"id": "T1"}, "enterprise": {"id": "E1"}}, Origin("T1", "E1")),
        ({"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}, Origin("", "E1", True)),
        ({"team": None, "user": {"team_id": "T1"}, "enterprise": None}, Origin("T1")),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "true"}, Origin("T1", "E1", True)),
        ({"team_id": "T1", "is_enterprise_install": "false"}, Origin("T1")),
        ({"team_id": "T9", "authorizations": [{"team_id": "T1", "enterprise_id": "E1"}]}, Origin("T1", "E1")),
        ({"team_id": "T1", "authorizations": []}, Origin("T1")),
        ({"team_id": "T1", "authorizations": [{}]}, Origin("T1")),
        ({"team_id": 7, "team": "x", "user": [], "enterprise": 3, "authorizations": "?"}, Origin()),
    ],
)
def test_where_it_comes_from_is_read_of_all_that_slack_sends(payload: dict[str, Any], origin: Origin) -> None:
    assert origin_of(payload) == origin


async def test_an_organisation_lets_us_in_as_a_whole_by_its_id(stage: Stage) -> None:
    page = await let_in(stage)
    assert b"Installed in Harbourline Group" in page
    assert f"SLACK_CHANNEL={ORGANISATION}/C0123456789".encode() in page
    [one] = await stage.installations.of("slack")
    assert (one.workspace, one.name) == (ORGANISATION, "Harbourline Group")
    await stage.channel.send(LINE)
    channel = OutboundMessage("key", "slack", f"{ORGANISATION}/C0000SALES", Text("Hello"))
    await stage.channel.send(channel)


async def test_what_comes_from_any_of_its_workspaces_is_heard(stage: Stage) -> None:
    await let_in(stage)
    assert await heard(stage, told("T0HARBOUR", ORGANISATION, whole=True)) == 1
    assert await heard(stage, told("T0HARBOUR", ORGANISATION)) == 1, "though it says its own workspace only"
    assert await heard(stage, told("T0OTHERS1", "E0OTHERS1", whole=True)) == 0
    assert await heard(stage, told("T0OTHERS1")) == 0


async def test_what_is_pressed_and_commanded_there_comes_back_under_its_id(stage: Stage) -> None:
    await let_in(stage)
    vendor = stage.server.vendor
    [opened] = (await stage.takes(stage.channel, await vendor.act({"deed": "open_home", "user": "sam"}, NOW))).inbound
    assert isinstance(opened, DeskOpened)
    assert opened.address.partition("/")[0] == ORGANISATION
    asked = await stage.takes(stage.channel, await vendor.act({"deed": "command", "text": "leads", "user": "sam"}, NOW))
    assert asked.obey is not None
    assert (await stage.takes(stage.channel, await vendor.act({"deed": "shortcut", "user": "sam"}, NOW))).then


async def test_a_workspace_that_let_us_in_itself_speaks_for_itself(stage: Stage, sqlite_store: Database) -> None:
    await stage.install()
    await let_in(stage)
    every = [one.workspace for one in await stage.installations.of("slack")]
    assert sorted(every) == [ORGANISATION, WORKSPACE]
    await stage.takes(stage.channel, event(uninstalled(WORKSPACE)))
    state = {one.workspace: bool(one.ended) for one in await stage.installations.of("slack")}
    assert state == {ORGANISATION: False, WORKSPACE: True}


async def test_a_workspace_that_leaves_does_not_end_it_for_its_organisation_which_can(stage: Stage) -> None:
    await let_in(stage)
    await stage.takes(stage.channel, event(uninstalled("T0HARBOUR")))
    assert not (await stage.installations.of("slack"))[0].ended
    await stage.takes(stage.channel, event(uninstalled("T0HARBOUR", whole=True)))
    assert (await stage.installations.of("slack"))[0].ended == "the app was uninstalled"


async def test_a_workspace_that_nobody_let_us_into_has_no_token(stage: Stage) -> None:
    await let_in(stage)
    with pytest.raises(NotTried, match="T0OTHERS1 has not let us in"):
        await stage.channel.send(OutboundMessage("key", "slack", "T0OTHERS1/C0000SALES", Text("Hello")))


# ---------------------------------------------------------------- Slack Connect


def shared_reply(**author: str) -> Webhook:
    body = told("T0EXAMPLE", is_ext_shared_channel=True)
    body["event"] = {name: value for name, value in {**body["event"], "team": None, **author}.items() if value}
    return desk().parse(event(body))


@pytest.mark.parametrize("author", [{"user_team": "T0EXAMPLE"}, {"team": "T0EXAMPLE"}])
def test_in_a_shared_channel_our_own_people_answer(author: dict[str, str]) -> None:
    [reply] = shared_reply(**author).inbound
    assert isinstance(reply, DeskReply)


@pytest.mark.parametrize("author", [{"user_team": "T0OTHERS1"}, {"user_team": "T0OTHERS1", "team": "T0EXAMPLE"}, {}])
def test_in_a_shared_channel_strangers_say_nothing_to_our_customers(author: dict[str, str]) -> None:
    assert shared_reply(**author).inbound == ()


def test_a_strangers_press_does_nothing() -> None:
    ours = {"team": {"id": "T0EXAMPLE"}, "enterprise": None, "is_enterprise_install": False}
    [claimed] = desk().parse(interaction({**CLICK, **ours})).inbound
    assert isinstance(claimed, DeskAction)
    stranger = {**CLICK["user"], "team_id": "T0OTHERS1"}
    assert desk().parse(interaction({**CLICK, **ours, "user": stranger})).inbound == ()


def test_strangers_whom_the_settings_name_may_act() -> None:
    named = connectors.slack.build(settings_for(connectors.slack, values={"SLACK_REPS": "U0ALICE00"}))
    body = told("T0EXAMPLE", is_ext_shared_channel=True)
    body["event"] = {**body["event"], "user_team": "T0OTHERS1", "user": "U0ALICE00"}
    assert len(named.parse(event(body)).inbound) == 1
