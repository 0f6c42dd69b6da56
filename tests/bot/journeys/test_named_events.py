from __future__ import annotations

from bot.domain.audience import Segment
from bot.domain.score import ScoreRule
from bot.journeys.named_events import named_events
from tests.bot.services.stage import journey_of


def test_what_content_names_can_be_counted_but_for_what_segments_themselves_tell() -> None:
    journey = journey_of(
        "- wait: {for: link.clicked, at_most: 2d}",
        """
        enter: [{event: demo.requested}, {segment: big-teams}]
        exit: {goal: event meeting.held within 30d, event: deal.lost}
        """,
    )
    rule = ScoreRule("r", "engagement", 5, "looked", event="pricing.viewed")
    fact = ScoreRule("f", "fit", 5, "large", condition="profile.team_size > 20")
    segment = Segment("s", "did('docs.read', 30) >= 3")
    assert named_events([journey], [rule, fact], [segment]) == {
        *("message.received", "meeting.booked", "demo.requested", "link.clicked", "meeting.held", "deal.lost"),
        *("pricing.viewed", "docs.read"),
    }
