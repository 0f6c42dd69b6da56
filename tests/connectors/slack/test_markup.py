"""Slack's markup in plain words."""

from __future__ import annotations

import pytest

from connectors.slack.markup import as_plain_text, said_in


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<https://example.com>", "https://example.com"),
        ("<https://example.com|example.com>", "https://example.com"),
        ("<https://example.com|here>", "here (https://example.com)"),
        ("<tel:+447700900123|+447700900123>", "+447700900123"),
        ("<@U0ALICE00|alice> and <#C0000SALES|sales>", "@alice and #sales"),
        ("<!here>", "@here"),
        ("<!subteam^S0SALES00|@sales> or <!subteam^S0SALES00>", "@sales or @team"),
        ("<!date^1795521600^{date_short} at {time}^https://example.com|24 Nov 2026>", "24 Nov 2026"),
    ],
)
def test_slacks_markup_is_put_into_plain_words(markup: str, plain: str) -> None:
    assert as_plain_text(markup) == plain


def test_a_member_whom_slack_names_by_an_id_alone_is_called_by_their_name() -> None:
    names = {"U0BEN0001": "ben"}
    assert as_plain_text("Ask <@U0BEN0001> or <@U0EVE0001>", lambda user: names.get(user, user)) == (
        "Ask @ben or @U0EVE0001"
    )


def text(words: str, **style: bool) -> dict[str, object]:
    return {"type": "text", "text": words, **({"style": style} if style else {})}


def test_a_customer_reads_no_marks_of_what_is_bold_or_code() -> None:
    link = {"type": "link", "url": "http://example.com", "text": "example.com"}
    section = {"type": "rich_text_section", "elements": [text("It is "), text("free", bold=True), text(": "), link]}
    items = [{"type": "rich_text_section", "elements": [text(word)]} for word in ("sign up", "look")]
    listed = {"type": "rich_text_list", "style": "ordered", "offset": 1, "elements": items}
    code = {"type": "rich_text_preformatted", "elements": [text("make run")]}
    blocks = [{"type": "rich_text", "elements": [section, listed, code]}]
    written = "It is *free*: <http://example.com|example.com>\n2. sign up\n3. look\n```make run```"
    assert said_in({"text": written, "blocks": blocks}) == (
        "It is free: http://example.com\n2. sign up\n3. look\nmake run"
    )


def test_what_somebody_types_between_stars_is_left_as_it_is() -> None:
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [text("2*3*4")]}]}]
    assert said_in({"text": "2*3*4", "blocks": blocks}) == "2*3*4"
