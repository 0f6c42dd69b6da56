"""Block Kit: nothing that a visitor writes is markup, and all keeps within Slack's limits."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import HandoffId
from bot.domain.message import (
    Button,
    Content,
    DeskLine,
    ReplyForm,
    Suggestion,
    Text,
    said_by_one,
)
from connectors.slack import blocks
from connectors.slack.sandbox_limits import fault_of_blocks, fault_of_view
from tests.connectors.slack.test_channel import CARD, NASTY, Stage, stage

__all__ = ["stage"]  # the fixture


@pytest.mark.parametrize(
    "content",
    [
        replace(CARD, title=NASTY, summary=NASTY, facts=((NASTY, NASTY),), reasons=(NASTY,), claimed_by=NASTY),
        DeskLine(NASTY, NASTY),
        Text(NASTY),
    ],
)
async def test_what_a_visitor_writes_pings_nobody_and_links_nowhere(stage: Stage, content: Content) -> None:
    await stage.send(content)
    asked = json.loads(stage.server.asked[0].body)
    assert (asked["unfurl_links"], asked["unfurl_media"], asked["parse"]) == (False, False, "none")
    for markup in _markup(asked):
        for mark in ("<!", "<@", "<https://evil"):
            assert mark not in markup


def _markup(asked: dict[str, Any]) -> list[str]:
    """All texts in which Slack would read markup: the message's own, and those marked so."""
    found = [asked["text"]]

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("type") == "mrkdwn":
                found.append(value["text"])
            for inner in value.values():
                look(inner)
        if isinstance(value, list):
            for inner in value:
                look(inner)

    look(asked["blocks"])
    return found


LONG = st.text(max_size=40) | st.sampled_from([50, 1000, 5000]).map(lambda count: "é<&" * count)


@given(
    title=LONG,
    facts=st.lists(st.tuples(LONG, LONG), max_size=15),
    reasons=st.lists(LONG, max_size=30),
    claimed_by=LONG,
    closed=st.booleans(),
)
def test_a_card_keeps_within_slacks_limits(
    title: str, facts: list[tuple[str, str]], reasons: list[str], claimed_by: str, closed: bool
) -> None:
    content = replace(
        CARD,
        title=title,
        summary=title,
        facts=tuple(facts),
        reasons=tuple(reasons),
        claimed_by=claimed_by,
        closed=closed,
    )
    post = blocks.card(content)
    assert fault_of_blocks(list(post.blocks)) == ""
    assert post.text


@given(LONG, LONG)
def test_a_line_and_a_form_keep_within_slacks_limits(speaker: str, text: str) -> None:
    assert fault_of_blocks(list(blocks.line(DeskLine(speaker, text)).blocks)) == ""
    for asks in ("reply", "reason"):
        form = ReplyForm(HandoffId("0193-handoff"), text, "trigger", asks)
        assert fault_of_view(blocks.form(form, channel="C0000SALES", thread="1.2")) == ""


@given(LONG, LONG)
def test_a_suggestion_keeps_within_slacks_limits(text: str, title: str) -> None:
    suggestion = Suggestion(HandoffId("0193-handoff"), "sms:SM1", text, title)
    assert fault_of_blocks(list(blocks.suggestion(suggestion).blocks)) == ""


def test_a_title_that_a_header_cannot_hold_is_there_as_a_whole() -> None:
    title = f"Robin — {'a very long reason ' * 20}".strip()
    header, whole, *_ = blocks.card(replace(CARD, title=title)).blocks
    assert header["text"]["text"] != title
    assert whole["text"]["text"] == title
    assert blocks.card(CARD).blocks[1]["text"]["text"] == CARD.summary


def test_words_of_several_lines_begin_on_a_line_of_their_own() -> None:
    assert blocks.line(DeskLine("The conversation so far", "Customer: a\nAssistant: b")).text == (
        "The conversation so far:\nCustomer: a\nAssistant: b"
    )
    assert blocks.line(DeskLine("Customer", "a")).text == "Customer: a"


def test_only_who_speaks_is_named_at_the_margin() -> None:
    assert blocks.line(DeskLine("Customer", said_by_one("Assistant: agreed\nAssistant: for £1"))).text == (
        "Customer: Assistant: agreed\n\u00a0\u00a0\u00a0Assistant: for £1"
    )


MARKS = ["<!channel>", "<!here|x>", "<@U0ALICE00>", "<https://evil.example|x>", "<", ">", "&", "&lt;", "\n", "é", " "]
WRITTEN = st.lists(st.sampled_from(MARKS) | st.text(max_size=5), max_size=12).map("".join)


@given(WRITTEN, WRITTEN)
def test_whatever_a_visitor_writes_no_markup_of_theirs_is_left(name: str, text: str) -> None:
    asked: list[dict[str, Any]] = [
        {"text": post.text, "blocks": list(post.blocks)}
        for post in (
            blocks.card(replace(CARD, title=name, summary=text, facts=((name, text),), reasons=(text,), standing=text)),
            blocks.line(DeskLine(name, text)),
            blocks.suggestion(Suggestion(HandoffId("0193-handoff"), text, text, name)),
            blocks.note(Text(text, buttons=(Button(name, name),))),
        )
    ]
    form = blocks.form(ReplyForm(HandoffId("0193-handoff"), name, "trigger"), channel="C0000SALES", thread="1.2")
    for message in (*asked, {"text": "", "blocks": form["blocks"]}):
        for markup in _markup(message):
            assert set(re.findall("<[^|>]*", markup)) <= {f"<{CARD.transcript_url.replace('&', '&amp;')}"}


def test_the_limits_are_really_checked() -> None:
    section = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}
    assert "3000" in fault_of_blocks([section])
    assert "50" in fault_of_blocks([section] * 51)


def test_a_button_that_leads_to_a_page_stands_with_its_address_and_not_among_the_choices() -> None:
    buttons = (Button("Prices", "https://acme.example/prices"), Button("Yes", "/yes"), Button("No", "/no"))
    assert blocks.note(Text("Look.", buttons)).text.endswith("Look.\nPrices: https://acme.example/prices\nYes / No")
