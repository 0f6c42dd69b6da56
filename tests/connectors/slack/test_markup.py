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
    ],
)
def test_slacks_markup_is_put_into_plain_words(markup: str, plain: str) -> None:
    assert as_plain_text(markup) == plain
