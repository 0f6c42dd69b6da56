"""The layout of a journey's picture: nothing covers anything, and every arrow is drawn."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from bot.entrypoints.console.journeys_page.drawing import draw
from bot.journeys.picture import picture_of
from tests.bot.services.stage import journey_of

STEPS = """
- id: test
  split:
    - {name: offer, weight: 50, do: [send: {response: utter_offer, channels: [sms]}]}
    - {name: tip, weight: 30, do: [send: {response: utter_tip, channels: [sms]}]}
    - {name: nothing, weight: 20}
- id: size
  ask: {form: size_form, channels: [sms]}
  silent: {after: 3d, go: test}
- branch:
    - if: "answer.team_size > 20 and lead.grade in ['A1', 'A2', 'B1'] and exists(profile.a_very_long_name_of_something)"
      do: [add_to: big]
    - else: {go: end}
"""


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    apart_across = one["x"] + one["width"] <= other["x"] + 0.2 or other["x"] + other["width"] <= one["x"] + 0.2
    apart_along = one["y"] + one["height"] <= other["y"] + 0.2 or other["y"] + other["height"] <= one["y"] + 0.2
    return not (apart_across or apart_along)


def test_nothing_covers_anything_and_all_of_it_is_in_the_frame() -> None:
    picture = picture_of(journey_of(STEPS))
    times = {(arrow.source, arrow.target): number * 1_000_000 for number, arrow in enumerate(picture.arrows)}
    drawing = draw(picture, {"size"}, times)
    assert [label["times"] for label in drawing["labels"]] == list(times.values())[1:]
    placed = [*drawing["boxes"], *drawing["labels"]]
    assert not [pair for pair in combinations(placed, 2) if overlap(*pair)]
    assert all(one["x"] >= 0 and one["x"] + one["width"] <= drawing["width"] + 0.2 for one in placed)
    assert all(one["y"] >= 0 and one["y"] + one["height"] <= drawing["height"] + 0.2 for one in placed)


def test_only_arrows_into_words_lack_a_head() -> None:
    drawing = draw(picture_of(journey_of(STEPS)), ())
    with_words = [label for label in drawing["labels"] if not label["leaves"]]
    assert sum(not arrow["head"] for arrow in drawing["arrows"]) == len(with_words)


def test_steps_with_people_have_room_for_the_numbers() -> None:
    picture = picture_of(journey_of(STEPS))
    heights = [
        {box["id"]: box["height"] for box in draw(picture, counted)["boxes"]}["size"] for counted in ((), ("size",))
    ]
    assert heights[1] > heights[0]
