from __future__ import annotations

from bot.domain.audience import Segment
from bot.domain.score import ScoreRule
from bot.journeys.named_events import named_events, named_in_journey, named_in_rules
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


def test_a_journey_names_what_moves_it_what_it_counts_and_what_its_steps_are_for() -> None:
    journey = journey_of(
        """
        - {id: tip, send: {response: utter_tip, channels: [sms], at: best, metric: page.viewed}}
        - wait: {for: link.clicked, at_most: 2d}
        - branch:
            - {if: did('docs.read') > 2, do: [wait: 1d]}
            - else: {go: end}
        """
    )
    assert named_in_journey(journey) == {"demo.requested", "page.viewed", "link.clicked", "docs.read"}


def test_rules_name_what_gives_points_and_segments_what_they_count() -> None:
    rule = ScoreRule("r", "engagement", 5, "looked", event="pricing.viewed")
    assert named_in_rules([rule], [Segment("s", "did('docs.read', 30) >= 3")]) == {"pricing.viewed", "docs.read"}
