"""What reps attach in a thread: told by its address, fetched with the bot's token, and told of when it is gone."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import PermanentSendError, TemporarySendError, WebhookRejected
from bot.domain.message import Attachment, DeskReply, DeskRevision
from bot.ports import Reply
from connectors.slack import channel as slack_channel
from tests.connectors.slack.test_channel import CARD, Stage, stage
from tests.connectors.slack.test_webhooks import desk, event, thread_reply
from tests.connectors.vendor_server import At

__all__ = ["stage"]  # the fixture

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
HOSTED: dict[str, Any] = {"id": "F0PLAN0001", "name": "plan.png", "mimetype": "image/png", "size": 14, "mode": "hosted"}


async def attached(stage: Stage, name: str = "plan.png", text: str = "", content: bytes = PNG) -> DeskReply:
    card = await stage.send(CARD)
    file = {"name": name, "content": base64.b64encode(content).decode()}
    found: DeskReply = await stage.act(deed="reply", thread_ts=card, text=text, user="sam", file=file)
    return found


async def test_a_file_is_fetched_as_it_is(stage: Stage) -> None:
    reply = await attached(stage, text="Here it is")
    [file] = reply.attachments
    assert (reply.text, reply.files) == ("Here it is", ())
    assert (file.name, file.media_type, file.size) == ("plan.png", "image/png", len(PNG))
    assert file.url.startswith("T0OVERTURE/F")
    assert await stage.channel.fetch(file) == PNG


async def test_a_file_without_words_is_a_reply(stage: Stage) -> None:
    assert len((await attached(stage)).attachments) == 1


@pytest.mark.parametrize(
    "change",
    [{"mode": "tombstone"}, {"mode": "hidden_by_limit"}, {"is_external": True}, {"mimetype": None}, {"id": "../../x"}],
)
def test_what_slack_does_not_have_stays_at_the_desk(change: dict[str, Any]) -> None:
    [reply] = desk().parse(event(thread_reply(subtype="file_share", files=[{**HOSTED, **change}, HOSTED]))).inbound
    assert isinstance(reply, DeskReply)
    assert reply.files == ("plan.png",)
    assert [one.url.rpartition("/")[2] for one in reply.attachments] == ["F0PLAN0001"]


async def test_a_file_that_was_deleted_meanwhile_is_not_there_and_it_says_so(stage: Stage) -> None:
    reply = await attached(stage)
    ts = reply.vendor_id.rpartition(":")[2]
    gone = await stage.act(deed="delete", ts=ts, user="sam")
    assert isinstance(gone, DeskRevision)
    assert (gone.of, gone.withdrawn, gone.text) == (reply.vendor_id, (reply.attachments[0].url,), "")
    with pytest.raises(PermanentSendError, match="not there any more"):
        await stage.channel.fetch(reply.attachments[0])


def test_an_edit_that_removes_a_file_and_no_word_is_told() -> None:
    message = {"user": "U0ALICE00", "ts": "1.1", "thread_ts": "1.0", "text": "Here", "files": [HOSTED]}
    after = {**message, "files": [{**HOSTED, "mode": "tombstone"}]}
    told = {"subtype": "message_changed", "message": after, "previous_message": message}
    body = {"type": "event_callback", "event": {"type": "message", "channel": "C0000SALES", "ts": "1.5", **told}}
    [found] = desk().parse(event({**body, "team_id": "T0EXAMPLE"})).inbound
    assert isinstance(found, DeskRevision)
    assert (found.withdrawn, found.of) == (("T0EXAMPLE/F0PLAN0001",), "C0000SALES:1.1")
    told["previous_message"] = {**message, "text": "// Here"}
    told["message"] = {**after, "text": "// Here"}
    body["event"] = {"type": "message", "channel": "C0000SALES", "ts": "1.5", **told}
    assert desk().parse(event(body)).inbound == ()


async def test_the_page_that_slack_shows_in_place_of_a_file_is_none(stage: Stage) -> None:
    [file] = (await attached(stage)).attachments
    stage.server.faults = [None, Reply(200, b"<!doctype html>", "text/html")]
    with pytest.raises(PermanentSendError, match="files:read"):
        await stage.channel.fetch(file)


@pytest.mark.parametrize("status", [429, 503])
async def test_trouble_is_temporary(stage: Stage, status: int) -> None:
    [file] = (await attached(stage)).attachments
    stage.server.faults = [None, Reply(status)]
    with pytest.raises(TemporarySendError):
        await stage.channel.fetch(file)


async def test_what_is_too_large_is_refused_by_what_slack_says_and_by_what_comes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    [file] = (await attached(stage)).attachments
    monkeypatch.setattr(slack_channel, "LARGEST_FILE", len(PNG) - 1)
    with pytest.raises(PermanentSendError, match="larger than"):
        await stage.channel.fetch(file)
    monkeypatch.setattr(slack_channel, "LARGEST_FILE", len(PNG))
    stage.server.faults = [None, Reply(200, PNG + b"more", "image/png")]
    with pytest.raises(PermanentSendError, match="larger than"):
        await stage.channel.fetch(file)


async def test_our_token_is_shown_to_slack_alone(stage: Stage) -> None:
    [file] = (await attached(stage)).attachments
    told = b'{"ok": true, "file": {"size": 1, "url_private_download": "https://evil.example/files-pri/x"}}'
    stage.server.faults = [At(".*files.info", Reply(200, told, "application/json"))]
    with pytest.raises(PermanentSendError, match="not Slack's"):
        await stage.channel.fetch(file)


async def test_what_the_app_is_not_told_of_cannot_be_fetched(stage: Stage) -> None:
    with pytest.raises(PermanentSendError, match="file_not_found"):
        await stage.channel.fetch(replace(Attachment("", "image/png"), url="T0OVERTURE/F0NOTHERE"))


async def test_an_edit_keeps_the_file_and_is_told_with_what_was_there_before(stage: Stage) -> None:
    reply = await attached(stage, text="Here it is")
    ts = reply.vendor_id.rpartition(":")[2]
    for words in ("Here it is, new", "Here it is, newer"):
        found = await stage.act(deed="edit", ts=ts, text=words, user="sam")
        assert isinstance(found, DeskRevision)
        assert (found.text, found.withdrawn) == (words, ())
    with pytest.raises(WebhookRejected, match="of ben's"):
        await stage.act(deed="edit", ts=ts, text="Mine", user="ben")
