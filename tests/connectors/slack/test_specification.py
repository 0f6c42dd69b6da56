"""Our calls are what Slack's own description of its Web API asks for, and the stand-in's events what it tells of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft7Validator

from bot.adapters.database import Database
from bot.domain.message import DeskChart, DeskLine, DeskPage, ReplyForm
from bot.ports import WebhookRequest
from tests.connectors.slack.test_channel import CARD, Stage
from tests.connectors.slack.test_chart import CHART
from tests.connectors.slack.test_home import LEAD, opened, stage
from tests.connectors.slack.test_installing import LINE, installable
from tests.connectors.vendor_server import NOW, shared

__all__ = ["stage"]  # the fixture

Spec = Mapping[str, Any]

SINCE: Mapping[str, set[str]] = {"oauth.v2.access": {"grant_type", "refresh_token"}}
"""Slack's documentation has these (docs.slack.dev/reference/methods); the description, which is of 2021, does not."""

SINCE_ADDED: Mapping[str, tuple[set[str], set[str]]] = {
    "files.getUploadURLExternal": ({"filename", "length"}, {"alt_txt"}),
    "files.completeUploadExternal": ({"files"}, {"channel_id", "initial_comment"}),
}
"""Methods that the documentation has and the description of 2021 has not: what they need, and what else we give."""

WITHOUT_CODE = {"grant_type": "refresh_token"}


@pytest.fixture(scope="module")
def web_api() -> Spec:
    found: Spec = json.loads(shared("vendor_specs/slack/slack_web_openapi_v2.json").read_text())
    return found


def faults(asked: WebhookRequest, api: Spec) -> Iterator[str]:
    """What Slack's description does not allow. It is no valid Swagger, so its parameters are read by hand."""
    method = urlsplit(asked.url).path.rpartition("/api/")[2]
    if method in SINCE_ADDED:
        needed, more = SINCE_ADDED[method]
        if not needed <= set(arguments(asked)) <= needed | more:
            yield f"{method} takes {needed | more}"
        return
    if method not in {path.strip("/") for path in api["paths"]}:
        yield f"there is no method {method}"
        return
    [operation] = api["paths"][f"/{method}"].values()
    media_type = asked.headers.get("content-type", "application/x-www-form-urlencoded").partition(";")[0]
    if asked.body and media_type not in operation["consumes"]:
        yield f"{method} takes no {media_type}"
    given = arguments(asked)
    known = {one["name"]: one for one in operation["parameters"] if one["name"] != "token"}
    needed = {name for name, one in known.items() if one.get("required")}
    if method == "oauth.v2.access" and WITHOUT_CODE.items() <= given.items():
        needed.discard("code")
    yield from (f"{method} needs {name}" for name in needed - set(given))
    yield from (f"{method} knows no {name}" for name in set(given) - set(known) - SINCE.get(method, set()))
    misfits = (name for name, one in known.items() if not fits(given.get(name), one))
    yield from (f"{method}: {name} is no {known[name]['type']}" for name in misfits)
    if not asked.headers.get("authorization"):
        yield f"{method} needs a token"


def arguments(asked: WebhookRequest) -> dict[str, Any]:
    if "json" in asked.headers.get("content-type", ""):
        found: dict[str, Any] = json.loads(asked.body)
        return found
    pairs = parse_qs(f"{urlsplit(asked.url).query}&{asked.body.decode()}", keep_blank_values=True)
    return {name: values[0] for name, values in pairs.items()}


def fits(value: Any, parameter: Mapping[str, Any]) -> bool:
    """In a body of JSON, blocks and views are JSON too, which a form has as text."""
    if value is None:
        return True
    if parameter["type"] == "boolean":
        return isinstance(value, bool) or value in ("true", "false", "0", "1")
    return isinstance(value, dict | list if parameter["name"] in ("blocks", "view") else str)


async def test_what_the_desk_asks_of_slack_is_what_slack_describes(stage: Stage, web_api: Spec) -> None:
    card = await stage.send(CARD)
    await stage.send(CARD, "again", replaces=card)
    await stage.send(DeskLine("Robin", "Hello", to_all=True), "line", thread=card)
    click = await stage.act(deed="click", ts=card, action_id="handoff_reply", value="0193-handoff", user="sam")
    await stage.send(ReplyForm(CARD.handoff_id, "Robin", click.trigger), "form", thread=card)
    await stage.send(DeskPage("sam", (replace(LEAD, card=card),)), "page", address=(await opened(stage)).address)
    await stage.send(DeskChart(CHART), "chart")
    file = {"name": "a.png", "content": "eA=="}
    told = await stage.act(deed="reply", thread_ts=card, text="", user="sam", file=file)
    await stage.channel.fetch(told.attachments[0])
    for thread in (None, card):
        await stage.send(DeskLine("Robin", "?"), "unknown", thread=thread, attempt=2, first_tried_at=NOW)
    calls = [one for one in stage.server.asked if "/api/" in one.url]
    assert len({urlsplit(one.url).path for one in calls}) == 10
    assert [fault for asked in calls for fault in faults(asked, web_api)] == []


async def test_how_a_workspace_lets_us_in_is_what_slack_describes(web_api: Spec, sqlite_store: Database) -> None:
    async with installable(sqlite_store) as desk:
        await desk.install()
        desk.clock.at = NOW + timedelta(hours=13)
        await desk.channel.send(LINE)
        calls = [one for one in desk.server.asked if "/api/" in one.url]
        assert len(calls) == 3, "a code, a renewal and a message"
        assert [fault for asked in calls for fault in faults(asked, web_api)] == []


async def test_the_check_refuses_what_is_wrong(stage: Stage, web_api: Spec) -> None:
    await stage.send(CARD)
    [asked] = stage.server.asked
    body = json.loads(asked.body)
    wrong = {**body, "blocks": "[]", "chanel": body["channel"]}
    del wrong["channel"]
    untold = replace(asked, body=json.dumps(wrong).encode(), headers={"content-type": "application/json"})
    found = set(faults(untold, web_api))
    assert found == {
        "chat.postMessage needs channel",
        "chat.postMessage knows no chanel",
        "chat.postMessage: blocks is no string",
        "chat.postMessage needs a token",
    }
    unheard_of = replace(asked, url=asked.url.replace("postMessage", "shout"))
    assert list(faults(unheard_of, web_api)) == ["there is no method chat.shout"]


@pytest.mark.parametrize("deed", [{"deed": "open_home", "user": "sam"}, {"deed": "uninstall"}])
async def test_the_stand_ins_events_are_such_as_slack_sends(stage: Stage, deed: dict[str, str]) -> None:
    schema = json.loads(shared("vendor_specs/slack/slack_common_event_wrapper_schema.json").read_text())
    schema["required"].remove("authed_users")  # `authorizations` has taken its place
    sent = await stage.server.vendor.act(deed, NOW)
    Draft7Validator(schema).validate(json.loads(sent.body))
