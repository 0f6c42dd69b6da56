"""What the page tells of the steps of a journey."""

from __future__ import annotations

from bot.domain.links import Clicks
from bot.entrypoints.console.journeys_page.numbers import by_step


def test_a_step_whose_links_are_followed_tells_how_many_messages_were_opened() -> None:
    found = by_step([], [], "1", {"offer": Clicks(messages=4, opened=1)})
    assert found["offer"]["links"] == {"messages": 4, "opened": 1}
    assert found["offer"]["waiting"] == 0
