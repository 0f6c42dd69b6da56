"""A journey as boxes and arrows."""

from __future__ import annotations

from bot.journeys.picture import Picture, picture_of
from tests.bot.journeys.conftest import Reader


def arrows(picture: Picture) -> set[tuple[str, str | None, str]]:
    return {(one.source, one.target, one.words) for one in picture.arrows}


def test_every_way_out_of_a_step_is_an_arrow(journey_of: Reader) -> None:
    picture = picture_of(
        journey_of("""
            - branch:
                - if: lead.fit > 20
                  go: talk
                - else: {go: end}
            - id: talk
              handoff: {reason: hot, within: 15m, late: {go: tip}}
              then: end
            - id: tip
              send: {response: utter_tip, channels: [sms]}
        """)
    )
    assert [box.kind for box in picture.boxes] == ["enter", "branch", "handoff", "send"]
    assert arrows(picture) == {
        (":enter", "steps.0", ""),
        ("steps.0", "talk", "if lead.fit > 20"),
        ("steps.0", None, "else"),
        ("talk", None, "claimed"),
        ("talk", "tip", "too late"),
        ("tip", None, ""),
    }


def test_a_go_is_no_box_and_two_ways_to_one_step_are_one_arrow(journey_of: Reader) -> None:
    picture = picture_of(
        journey_of("""
            - id: test
              split:
                - {name: tip, weight: 50, do: [go: again]}
                - {name: none, weight: 50}
            - id: again
              wait: 1d
            - go: test
        """)
    )
    assert [box.id for box in picture.boxes] == [":enter", "test", "again"]
    assert arrows(picture) == {
        (":enter", "test", ""),
        ("test", "again", "tip, 50%; none, 50%"),
        ("again", "test", ""),
    }


def test_boxes_come_in_the_order_of_the_file(journey_of: Reader) -> None:
    picture = picture_of(
        journey_of("""
            - branch:
                - if: lead.fit > 20
                  do:
                    - add_to: warm
            - wait: 1d
        """)
    )
    lines = [box.place.line for box in picture.boxes if box.place is not None]
    assert lines == sorted(lines)
    assert [box.title for box in picture.boxes] == ["Enter", "Branch", "Add to warm", "Wait 1 day"]
