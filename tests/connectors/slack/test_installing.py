"""A workspace lets us in, by OAuth: from the link to a token that is renewed, and out again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors.slack
from bot.adapters.database import Database
from bot.adapters.installations import OwnInstallations
from bot.domain.errors import NotTried, PermanentSendError, SettingsError, WebhookRejected
from bot.domain.message import DeskReply, OutboundMessage, Text
from bot.ports import Reply, Webhook, WebhookRequest
from connectors.slack.channel import SlackChannel
from connectors.slack.installing import COOKIE, Links
from connectors.slack.signature import sign
from connectors.slack.vault import CannotOpen, Tokens, Vault, read_keys
from tests.connectors.slack.test_webhooks import SIGNING_SECRET, thread_reply
from tests.connectors.vendor_server import (
    NOW,
    SECRET,
    SERVICE_URL,
    MemoryFeed,
    StillClock,
    VendorServer,
    request_to,
    serve,
    settings_for,
)

KEY, OTHER_KEY = "a" * 43 + "=", "b" * 43 + "="
VALUES = {"SLACK_BOT_TOKEN": "", "SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "app secret", "SLACK_TOKEN_KEY": KEY}
LINKS = Links(SECRET, SERVICE_URL)
LINE = OutboundMessage("key", "slack", "#sales", Text("Hello"))
WORKSPACE = "T0OVERTURE"


@dataclass
class Browser:
    """Follows redirects as a browser does, with a cookie jar of one cookie."""

    channel: SlackChannel
    clock: StillClock
    cookie: str = ""

    async def open(self, url: str) -> Reply:
        headers = {"cookie": f"other=1; {COOKIE}={self.cookie}"} if self.cookie else {}
        reply = await self.channel.visit(WebhookRequest("GET", url, headers, b"", self.clock.now()))
        if "Set-Cookie" in reply.headers:
            self.cookie = SimpleCookie(reply.headers["Set-Cookie"])[COOKIE].value
        return reply

    async def agree(self) -> str:
        """To Slack and through it: the address at which it sends the browser back to us."""
        to_slack = (await self.open(LINKS.install(self.clock.now()))).headers["Location"]
        async with aiohttp.ClientSession() as http, http.get(to_slack, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]


@dataclass
class Stage:
    channel: SlackChannel
    server: VendorServer
    clock: StillClock
    installations: OwnInstallations
    feed: MemoryFeed
    fleet: list[SlackChannel] = field(default_factory=list)

    @property
    def browser(self) -> Browser:
        return Browser(self.channel, self.clock)

    def another(self, **values: str) -> SlackChannel:
        """The channel of another process, or with other settings."""
        self.fleet.append(connectors.slack.build(self._settings(**values)))
        return self.fleet[-1]

    def _settings(self, **values: str) -> Any:
        return settings_for(
            connectors.slack,
            feed=self.feed,
            clock=self.clock,
            sandbox_url=self.server.url,
            values={**VALUES, **values},
            installations=self.installations,
        )

    async def install(self) -> None:
        browser = self.browser
        reply = await browser.open(await browser.agree())
        assert b"Installed in Overture sandbox" in reply.body, reply.body

    async def takes(self, channel: SlackChannel, request: WebhookRequest) -> Webhook:
        await channel.prepare(request)
        webhook = channel.parse(request)
        if webhook.keep is not None:
            await webhook.keep()
        return webhook

    def refreshes(self) -> int:
        return sum(b"grant_type=refresh_token" in asked.body for asked in self.server.asked)


@pytest.fixture
async def stage(sqlite_store: Database) -> AsyncIterator[Stage]:
    async with installable(sqlite_store) as found:
        yield found


@asynccontextmanager
async def installable(store: Database) -> AsyncIterator[Stage]:
    """A desk that no workspace has let in yet."""
    feed, clock, module = MemoryFeed(), StillClock(), connectors.slack
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock, values=VALUES))
    installations = OwnInstallations(store)
    async with serve(VendorServer(vendor, clock)) as server:
        made = Stage(None, server, clock, installations, feed)  # type: ignore[arg-type]
        made.channel = made.another()
        yield made
        for channel in made.fleet:
            await channel.close()


def answer_of(body: dict[str, Any]) -> Reply:
    return Reply(200, json.dumps(body).encode(), "application/json")


def event(workspace: str) -> WebhookRequest:
    raw = json.dumps({**thread_reply(), "team_id": workspace}).encode()
    return request_to("slack/events", sign(raw, SIGNING_SECRET, NOW), body=raw)


# ---------------------------------------------------------------- the way in


async def test_the_link_leads_to_slack_and_back_and_then_the_desk_is_in_that_workspace(stage: Stage) -> None:
    await stage.install()
    await stage.channel.send(LINE)
    assert [item["text"] for item in await stage.feed.items("sandbox:slack")] == ["Overture: Hello"]


async def test_slack_is_asked_for_our_scopes_and_no_more_and_the_cookie_is_the_browsers_alone(stage: Stage) -> None:
    reply = await stage.browser.open(LINKS.install(NOW))
    asked = parse_qs(urlsplit(reply.headers["Location"]).query)
    assert asked["scope"] == [",".join(connectors.slack.manifest(SERVICE_URL)["oauth_config"]["scopes"]["bot"])]
    assert asked["redirect_uri"] == [f"{SERVICE_URL}/slack/oauth"]
    cookie = reply.headers["Set-Cookie"]
    for attribute in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/slack/", "Max-Age=600"):
        assert attribute in cookie
    assert SimpleCookie(cookie)[COOKIE].value not in reply.headers["Location"]


async def test_tokens_are_kept_encrypted_and_bound_to_their_workspace(stage: Stage) -> None:
    await stage.install()
    kept = await stage.installations.get("slack", WORKSPACE)
    assert kept is not None
    assert "xox" not in kept.sealed
    tokens = Vault(read_keys(KEY)).open(kept.sealed, WORKSPACE)
    assert tokens.access.startswith("xoxe.xoxb-")
    with pytest.raises(CannotOpen):
        Vault(read_keys(KEY)).open(kept.sealed, "T0ANOTHER")


@pytest.mark.parametrize("query", ["", "?until=9999999999&sig=00", "?until=x&sig=é", "?sig=%00", "?" + "a=b&" * 30])
async def test_without_a_link_of_ours_nobody_gets_to_slack(stage: Stage, query: str) -> None:
    try:
        reply = await stage.browser.open(f"{SERVICE_URL}/slack/install{query}")
    except WebhookRejected as refused:
        reply = Reply(refused.status)
    assert reply.status in (400, 403)
    assert "Location" not in reply.headers


async def test_a_link_is_good_for_an_hour(stage: Stage) -> None:
    link = LINKS.install(NOW)
    stage.clock.at = NOW + timedelta(minutes=59)
    assert (await stage.browser.open(link)).status == 302
    stage.clock.at = NOW + timedelta(minutes=61)
    reply = await stage.browser.open(link)
    assert (reply.status, b"older than an hour" in reply.body) == (403, True)


async def test_who_comes_back_in_another_browser_installs_nothing(stage: Stage) -> None:
    back = await stage.browser.agree()
    for other in (stage.browser, replace(stage.browser, cookie="stolen")):
        reply = await other.open(back)
        assert (reply.status, b"did not begin in this browser" in reply.body) == (403, True)
    assert await stage.installations.of("slack") == []


async def test_a_state_is_good_once_and_for_ten_minutes(stage: Stage) -> None:
    first = stage.browser
    back = await first.agree()
    cookie = first.cookie
    assert (await first.open(back)).status == 200
    again = await replace(stage.browser, cookie=cookie).open(back)
    assert (again.status, b"used before" in again.body) == (403, True)
    slow = stage.browser
    back = await slow.agree()
    stage.clock.at = NOW + timedelta(minutes=11)
    assert b"longer than ten minutes" in (await slow.open(back)).body


async def test_who_says_no_reads_that_nothing_was_installed(stage: Stage) -> None:
    browser = stage.browser
    state = parse_qs(urlsplit(await browser.agree()).query)["state"][0]
    reply = await browser.open(f"{SERVICE_URL}/slack/oauth?error=access_denied&state={state}")
    assert b"You did not let Overture in" in reply.body
    assert await stage.installations.of("slack") == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b'{"ok": false, "error": "invalid_code"}', b"invalid_code"),
        (b"<html>", b"Slack refused oauth.v2.access"),
        (b'{"ok": true}', b"names no workspace"),
        (b'{"ok": true, "team": {"id": "T0X"}}', b"has no token"),
    ],
)
async def test_an_answer_of_slacks_that_helps_nobody_is_told(stage: Stage, answer: bytes, said: bytes) -> None:
    browser = stage.browser
    back = await browser.agree()
    stage.server.faults.append(Reply(200, answer, "application/json"))
    reply = await browser.open(back)
    assert (reply.status, said in reply.body) == (502, True), reply.body
    assert await stage.installations.of("slack") == []


async def test_the_name_of_a_workspace_is_shown_as_text(stage: Stage) -> None:
    browser = stage.browser
    back = await browser.agree()
    answer = {"ok": True, "access_token": "xoxb-1", "team": {"id": "T0X", "name": "<script>alert(1)</script>"}}
    stage.server.faults.append(answer_of(answer))
    assert b"<script>" not in (await browser.open(back)).body


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    path=st.sampled_from(["install", "oauth"]),
    query=st.dictionaries(st.sampled_from(["state", "code", "error", "until", "sig"]), st.text(max_size=40)),
    cookie=st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=60),
)
async def test_whatever_is_asked_without_our_signature_installs_nothing(
    stage: Stage, path: str, query: dict[str, str], cookie: str
) -> None:
    asked = WebhookRequest(
        "GET", f"{SERVICE_URL}/slack/{path}?{urlencode(query)}", {"cookie": f"{COOKIE}={cookie}"}, b"", NOW
    )
    try:
        status = (await stage.channel.visit(asked)).status
    except WebhookRejected as refused:
        status = refused.status
    assert status in (400, 403)
    assert stage.server.asked == []


# ---------------------------------------------------------------- which workspace, and the way out


async def test_before_anybody_has_let_us_in_messages_wait(stage: Stage) -> None:
    with pytest.raises(NotTried, match="no workspace"):
        await stage.channel.send(LINE)


async def test_with_two_workspaces_the_channel_says_in_which_it_is(stage: Stage) -> None:
    await stage.install()
    await stage.channel._workspaces.put("T0SECOND0", "Second", Tokens("xoxb-2"))  # type: ignore[attr-defined]
    with pytest.raises(PermanentSendError, match=r"SLACK_CHANNEL must say.*T0OVERTURE \(Overture sandbox\)"):
        await stage.channel.send(LINE)
    named = stage.another(SLACK_CHANNEL=f"T0SECOND0/C0000ELSE,#sales={WORKSPACE}/C0000SALES")
    await named.send(LINE)
    with pytest.raises(PermanentSendError, match="invalid_auth"):
        await named.send(replace(LINE, address="#other"))
    assert stage.server.asked[-1].headers["authorization"] == "Bearer xoxb-2"


async def test_what_comes_from_a_workspace_that_let_us_in_is_taken_and_from_no_other(stage: Stage) -> None:
    assert (await stage.takes(stage.channel, event(WORKSPACE))).inbound == ()
    await stage.install()
    [reply] = (await stage.takes(stage.channel, event(WORKSPACE))).inbound
    assert isinstance(reply, DeskReply)
    assert (await stage.takes(stage.channel, event("T0STRANGER"))).inbound == ()


async def test_a_command_from_a_workspace_that_did_not_let_us_in_does_nothing_and_says_so(stage: Stage) -> None:
    command = await stage.server.vendor.act({"deed": "command", "text": "search ana", "user": "ben"}, NOW)
    webhook = await stage.takes(stage.channel, command)
    assert webhook.obey is None
    assert b"not installed in this workspace" in webhook.reply.body


async def test_once_the_app_is_uninstalled_nothing_is_sent_and_the_reason_is_told(stage: Stage) -> None:
    await stage.install()
    stage.clock.at = NOW + timedelta(minutes=2)
    await stage.takes(stage.channel, await stage.server.vendor.act({"deed": "uninstall"}, stage.clock.at))
    with pytest.raises(PermanentSendError, match=r"uninstalled.*overture slack install"):
        await stage.channel.send(LINE)
    kept = await stage.installations.get("slack", WORKSPACE)
    assert kept is not None
    assert kept.sealed == ""
    assert (await stage.takes(stage.channel, event(WORKSPACE))).inbound == ()
    await stage.install()
    await stage.channel.send(LINE)


async def test_word_of_an_end_that_comes_late_ends_nothing_that_was_installed_since(stage: Stage) -> None:
    gone = await stage.server.vendor.act({"deed": "uninstall"}, NOW)
    stage.clock.at = NOW + timedelta(seconds=5)
    await stage.install()
    await stage.takes(stage.channel, gone)
    await stage.channel.send(LINE)


@pytest.mark.parametrize(("tokens", "ends"), [({"bot": ["U0BOT"]}, True), ({"oauth": ["U0ANA"]}, False), ({}, False)])
async def test_the_end_of_the_bots_token_is_the_end_and_that_of_a_persons_is_not(
    stage: Stage, tokens: dict[str, list[str]], ends: bool
) -> None:
    await stage.install()
    body = {"type": "event_callback", "team_id": WORKSPACE, "event_time": int(NOW.timestamp()) + 1}
    raw = json.dumps({**body, "event": {"type": "tokens_revoked", "tokens": tokens}}).encode()
    await stage.takes(stage.channel, request_to("slack/events", sign(raw, SIGNING_SECRET, NOW), body=raw))
    [kept] = await stage.installations.of("slack")
    assert bool(kept.ended) is ends


# ---------------------------------------------------------------- keys and settings


async def test_a_key_is_changed_by_putting_the_new_one_in_front(stage: Stage) -> None:
    await stage.install()
    both = stage.another(SLACK_TOKEN_KEY=f"{OTHER_KEY},{KEY}")
    await both.send(LINE)
    with pytest.raises(NotTried, match="SLACK_TOKEN_KEY"):
        await stage.another(SLACK_TOKEN_KEY=OTHER_KEY).send(LINE)


@given(access=st.text(), refresh=st.text(), workspace=st.text(st.characters(codec="utf-8")))
def test_what_was_sealed_is_opened_again(access: str, refresh: str, workspace: str) -> None:
    vault, tokens = Vault(read_keys(KEY)), Tokens(access, refresh, 1.5)
    assert vault.open(vault.seal(tokens, workspace), workspace) == tokens


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SLACK_TOKEN_KEY": ""}, "kept encrypted or not at all"),
        ({"SLACK_TOKEN_KEY": "c2hvcnQ="}, "key 1 of SLACK_TOKEN_KEY"),
        ({"SLACK_TOKEN_KEY": f"{KEY},nonsense"}, "key 2 of SLACK_TOKEN_KEY"),
        ({"SLACK_CLIENT_SECRET": ""}, "SLACK_CLIENT_SECRET is not set"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "unset SLACK_BOT_TOKEN"),
    ],
)
def test_settings_that_do_not_go_together_are_named(changes: dict[str, str], said: str, sqlite_store: Database) -> None:
    values = {**VALUES, **changes}
    with pytest.raises(SettingsError, match=said):
        connectors.slack.build(
            settings_for(connectors.slack, values=values, installations=OwnInstallations(sqlite_store))
        )


async def test_where_the_app_is_installed_by_hand_there_are_no_pages() -> None:
    with pytest.raises(WebhookRejected) as refused:
        await Browser(connectors.slack.build(settings_for(connectors.slack)), StillClock()).open(LINKS.install(NOW))
    assert refused.value.status == 404
