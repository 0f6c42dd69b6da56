"""Slack's markup in plain words."""

from __future__ import annotations

import pytest

from connectors.slack.markup import as_plain_text


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
