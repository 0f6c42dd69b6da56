"""An author is told where nobody would hear of a click."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.journeys.unfollowed_links import links_not_followed
from tests.bot.services.linking import link_rule
from tests.bot.services.stage import RULES, journey_of

FOLLOWED = "- send: {response: utter_offer, channels: [sms], links: followed}\n"
AS_WRITTEN = "- send: {response: utter_offer, channels: [sms]}\n"
WAITS = "- wait: {for: link.clicked, at_most: 1d}\n"
NO_RULE = 'the links of "utter_offer" stay as they are written: no rule lets it be noted who opens them on sms.'
NO_LINK = '"link.clicked" is told of links that are followed, and those before this wait are not.'


@pytest.mark.parametrize(
    ("steps", "allowed", "told"),
    [
        (FOLLOWED + WAITS, True, []),
        (FOLLOWED + WAITS, False, [NO_RULE]),
        (AS_WRITTEN + WAITS, True, [NO_LINK]),
        (WAITS, True, [NO_LINK]),
        (AS_WRITTEN + "- wait: {for: link.clicked, if: happened.journey == 'news', at_most: 1d}", True, []),
        (AS_WRITTEN + "- wait: {for: reply, at_most: 1d}", False, []),
    ],
)
def test_a_link_that_nobody_follows_is_warned_of(steps: str, allowed: bool, told: list[str]) -> None:
    rules = replace(RULES, links=(link_rule(followed=allowed),))
    assert [one.message for one in links_not_followed(journey_of(steps), rules)] == told
