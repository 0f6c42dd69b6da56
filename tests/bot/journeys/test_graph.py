"""Steps as a graph: rounds that nobody leaves are warned of. What is refused is in test_faults_of_steps.py."""

from __future__ import annotations

import pytest

from bot.documents import Faults, parse
from bot.journeys.content import Known, read_journey

ROUND = "  - id: a\n    wait: 1d\n  - send: {response: utter_tip, channels: [sms]}\n    then: a\n"


def warnings_of(known: Known, steps: str, more: str = "") -> list[str]:
    head = f"journey: welcome\npurpose: marketing\nenter: {{event: demo.requested}}\n{more}"
    warnings = Faults()
    read_journey(parse("journeys/welcome.yml", f"{head}steps:\n{steps}"), known, warnings)
    return [str(one) for one in warnings.in_order() if "nobody comes to the end" in str(one)]


def test_a_round_that_nobody_leaves_is_warned_of_once(known: Known) -> None:
    (told,) = warnings_of(known, ROUND)
    assert told.startswith("journeys/welcome.yml:5:5: from here nobody comes to the end")
    led = '  - branch:\n      - if: "profile.x"\n        go: end\n      - else: {go: a}\n'
    (told,) = warnings_of(known, led + ROUND)
    assert told.startswith("journeys/welcome.yml:9:5: ")


@pytest.mark.parametrize("more", ["exit: {goal: meeting.booked}\n", "exit: {when: profile.stage == 'customer'}\n"])
def test_a_journey_that_people_leave_by_its_head_may_go_round(known: Known, more: str) -> None:
    assert warnings_of(known, ROUND, more) == []


def test_a_round_with_a_way_out_may_go_round(known: Known) -> None:
    out = '  - branch:\n      - if: "profile.x"\n        go: end\n      - else: {go: a}\n'
    assert warnings_of(known, "  - id: a\n    wait: 1d\n" + out) == []
