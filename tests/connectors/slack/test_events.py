"""What the Events API tells: replies, notes, edits and deletions, and all else that happens in a channel."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

import connectors.slack
from bot.domain.message import DeskReply, DeskRevision
from tests.connectors.slack.test_webhooks import CLICK, desk, event, interaction, refusal, revision, thread_reply
from tests.connectors.vendor_server import settings_for


def test_a_reps_reply_in_a_thread_comes_in_as_a_customer_should_read_it() -> None:
    [reply] = desk().parse(event(thread_reply())).inbound
    assert reply == DeskReply(
        channel="slack",
        vendor_id="C0000SALES:1795521600.000300",
        thread="1795521599.000100",
        text="Thanks & hello! See our prices (https://example.com/pricing) or write to sales@example.com.",
        rep="U0ALICE00",
        rep_member="U0ALICE00",
    )


def test_a_rep_is_shown_by_name_once_they_have_pressed_a_button() -> None:
    channel = desk()
    channel.parse(interaction(CLICK))
    [reply] = channel.parse(event(thread_reply())).inbound
    assert isinstance(reply, DeskReply)
    assert reply.rep == "alice"


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_a_reply_with_a_file_or_shown_to_the_whole_channel_is_a_reply_too(subtype: str) -> None:
    plain = desk().parse(event(thread_reply()))
    marked = desk().parse(event(thread_reply(subtype=subtype)))
    assert marked.inbound == plain.inbound


def test_a_reply_that_is_shown_to_the_whole_channel_too_counts_once_in_however_many_events() -> None:
    events = [thread_reply(), thread_reply(subtype="thread_broadcast"), {**thread_reply(), "event_id": "Ev2"}]
    assert len({desk().parse(event(body)).inbound[0].vendor_id for body in events}) == 1


def rich(*elements: Any) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": list(elements)}]


def section(*pieces: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(pieces)}


LINK = {"type": "link", "url": "https://example.com/prices"}
WAVE = {"type": "emoji", "name": "wave", "unicode": "1f44b"}


@pytest.mark.parametrize(
    ("elements", "text"),
    [
        ([section({"type": "text", "text": "Hello "}, WAVE)], "Hello 👋"),
        ([section({"type": "user", "user_id": "U0BEN0001"}, {"type": "text", "text": " calls"})], "@U0BEN0001 calls"),
        ([section({**LINK, "text": "Prices"}), section(LINK)], f"Prices ({LINK['url']})\n{LINK['url']}"),
        (
            [
                {
                    "type": "rich_text_list",
                    "elements": [section({"type": "text", "text": day}) for day in ("Tue", "Wed")],
                }
            ],
            "• Tue\n• Wed",
        ),
        ([{"type": "rich_text_quote", "elements": [{"type": "date", "fallback": "24 Nov"}]}], "24 Nov"),
    ],
)
@pytest.mark.parametrize("without", [{"text": ""}, {"text": None}])
def test_a_reply_that_has_its_words_in_rich_text_alone_is_read(
    elements: list[Any], text: str, without: dict[str, Any]
) -> None:
    [reply] = desk().parse(event(thread_reply(**without, blocks=rich(*elements)))).inbound
    assert isinstance(reply, DeskReply)
    assert reply.text == text


def test_a_note_in_rich_text_alone_goes_to_nobody() -> None:
    blocks = rich(section({"type": "text", "text": "// call her first"}))
    assert desk().parse(event(thread_reply(text="", blocks=blocks))).inbound == ()
    assert desk().parse(event(thread_reply(text="", blocks=[{"type": "rich_text", "elements": 5}, None]))).inbound == ()


@pytest.mark.parametrize("text", ["// call her first", ":lock: call her first", "  🔒 call her first", "//"])
def test_a_note_to_colleagues_goes_to_nobody(text: str) -> None:
    assert desk().parse(event(thread_reply(text=text))).inbound == ()
    assert desk().parse(event(thread_reply(text=text, files=[{"name": "plan.pdf"}]))).inbound == ()


def test_what_a_note_begins_with_can_be_set() -> None:
    own = connectors.slack.build(settings_for(connectors.slack, values={"SLACK_NOTE_MARKS": "note:, #"}))
    assert own.parse(event(thread_reply(text="# call her first"))).inbound == ()
    assert own.parse(event(thread_reply(text="note: call her first"))).inbound == ()
    assert len(own.parse(event(thread_reply(text="// is no mark here"))).inbound) == 1


def test_a_file_is_named_with_the_words_that_came_with_it_or_alone() -> None:
    files = [{"name": "plan.pdf"}, {"title": "Our rota"}, {}]
    for text in ("Here it is", ""):
        [reply] = desk().parse(event(thread_reply(subtype="file_share", text=text, files=files))).inbound
        assert isinstance(reply, DeskReply)
        assert (reply.text, reply.files) == (text, ("plan.pdf", "Our rota", "a file"))


def rich_text(*elements: Any) -> list[Any]:
    """A message's blocks, as Slack's editor makes them."""
    section = {"type": "rich_text_section", "elements": list(elements)}
    return [{"type": "rich_text", "block_id": "b1", "elements": [section]}]


def emoji(name: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "emoji", "name": name, **({"unicode": code} if code else {}), **more}


SMILE = emoji("slightly_smiling_face", "1f642")


@pytest.mark.parametrize(
    ("text", "element", "read"),
    [
        ("Done :slightly_smiling_face:", SMILE, "Done 🙂"),
        ("Hi :wave::skin-tone-3:", emoji("wave", "1f44b-1f3fc", skin_tone=3), "Hi 👋🏼"),
        ("Hi :wave::skin-tone-3:", emoji("wave::skin-tone-3", "1f44b-1f3fc"), "Hi 👋🏼"),
        ("Hi :male-technologist:", emoji("male-technologist", "1f468-200d-1f4bb"), "Hi 👨‍💻"),
        ("Hi :our_logo:", emoji("our_logo"), "Hi :our_logo:"),
        ("Hi :bad:", emoji("bad", "110000-zz"), "Hi :bad:"),
        ("at 10:30:15", SMILE, "at 10:30:15"),
    ],
)
def test_a_customer_reads_an_emoji_and_not_its_name(text: str, element: Any, read: str) -> None:
    [reply] = desk().parse(event(thread_reply(text=text, blocks=rich_text(element)))).inbound
    assert isinstance(reply, DeskReply)
    assert reply.text == read


@pytest.mark.parametrize("mark", [":memo:", "📝"])
def test_an_emoji_that_marks_a_note_may_be_set_by_its_name_or_as_the_character(mark: str) -> None:
    own = connectors.slack.build(settings_for(connectors.slack, values={"SLACK_NOTE_MARKS": mark}))
    blocks = rich_text(emoji("memo", "1f4dd"), {"type": "text", "text": " call her first"})
    assert own.parse(event(thread_reply(text=":memo: call her first", blocks=blocks))).inbound == ()


@pytest.mark.parametrize(("after", "words"), [("It is &lt;50", "It is <50"), (None, "")])
def test_an_edit_or_a_deletion_is_told_as_what_it_is_and_as_no_reply(after: str | None, words: str) -> None:
    [found] = desk().parse(event(revision("It is 40", after))).inbound
    assert found == DeskRevision(
        channel="slack",
        vendor_id="revision:C0000SALES:1.5",
        thread="1795521599.000100",
        text=words,
        rep="U0ALICE00",
        of="C0000SALES:1795521600.000300",
    )


@pytest.mark.parametrize(
    "body",
    [
        revision("see https://example.com", "see https://example.com", attachments=[{"title": "a preview"}]),
        revision("// a note", "// another note"),
        revision("// a note", None),
        revision("ours", "ours, newer", bot_id="B0OVERTURE"),
        revision("a card", "a newer card", thread_ts="1795521600.000300"),
        revision("no thread", "none still", thread_ts=None),
    ],
    ids=["only a preview", "note", "deleted note", "our own", "no reply", "no thread"],
)
def test_revisions_that_are_no_business_of_the_customers_are_left_alone(body: dict[str, Any]) -> None:
    assert desk().parse(event(body)).inbound == ()


def test_an_edited_note_that_reads_like_a_reply_is_told() -> None:
    assert len(desk().parse(event(revision("// a note", "a note"))).inbound) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"bot_id": "B0OVERTURE"},
        {"subtype": "bot_message"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"thread_ts": None},
        {"thread_ts": "1795521600.000300"},
        {"user": None},
        {"text": ""},
        {"type": "reaction_added"},
    ],
)
def test_all_else_that_happens_in_the_channel_is_left_alone(changes: dict[str, Any]) -> None:
    webhook = desk().parse(event(thread_reply(**changes)))
    assert (webhook.inbound, webhook.reply.status) == ((), 200)


def test_slack_may_check_our_address() -> None:
    webhook = desk().parse(event({"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd"}))
    assert json.loads(webhook.reply.body) == {"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd"}


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"{}", b"[" * 100_000], ids=range(5))
def test_a_body_that_is_no_event_is_refused(body: bytes) -> None:
    assert refusal(event(body)).status == 400


def test_a_body_that_is_no_text_was_not_signed_by_slack() -> None:
    assert refusal(replace(event(thread_reply()), body=b"\xff")).status == 401
