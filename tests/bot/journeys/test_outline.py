from __future__ import annotations

from bot.journeys.outline import outline, tree
from tests.bot.journeys.conftest import Reader

STEPS = """
- wait: {for: [link.clicked, reply], at_most: 2d}
- branch:
    - if: profile.size > 20
      do: [send: {response: utter_offer, channels: [sms, webchat]}, wait: 1d]
    - else: {go: nurture}
- wait: {until: mon-fri 09:00}
- id: part
  split:
    - {name: tip, weight: 70, do: [send: {response: utter_tip, channels: [sms]}]}
    - {name: nothing, weight: 30}
- handoff: {reason: Wants to talk, within: 15m, late: {go: nurture}}
  then: end
- id: nurture
  add_to: nurture
"""


def test_the_steps_stand_in_the_order_of_the_file_and_arrows_where_they_lead_elsewhere(journey_of: Reader) -> None:
    lines = [line.rstrip() for line in tree(journey_of(STEPS, "exit: {goal: event meeting.booked within 30d}"))]
    assert "  exit    goal meeting.booked within 30 days" in lines
    with_if = journey_of(STEPS, "exit: {events: [order.paid], if: happened.order == event.order}")
    assert "  exit    by these only if happened.order == event.order" in tree(with_if)
    steps = [" ".join(line.split()) for line in lines[lines.index("") + 1 :]]
    assert steps == [
        "steps.0 Wait for link.clicked or a reply (at most 2 days)",
        "steps.1 Branch",
        "if profile.size > 20 -> steps.1.branch.0.do.0",
        "else -> nurture",
        "steps.1.branch.0.do.0 Send offer (by sms or webchat)",
        "steps.1.branch.0.do.1 Wait 1 day",
        "steps.2 Wait until Mon to Fri 09:00",
        "part Split part",
        "tip, 70% -> steps.3.split.0.do.0",
        "nothing, 30% -> steps.4",
        "steps.3.split.0.do.0 Send tip (by sms)",
        "steps.4 Hand over to the desk (Wants to talk; to be claimed within 15 minutes)",
        "claimed -> end",
        "too late -> nurture",
        "nurture Add to nurture",
        "-> end",
    ]


def test_steps_inside_a_branch_stand_deeper(journey_of: Reader) -> None:
    depths = {row.id: row.depth for row in outline(journey_of(STEPS))}
    assert depths["steps.1"] == depths["nurture"] == 0
    assert depths["steps.1.branch.0.do.0"] == depths["steps.1.branch.0.do.1"] == depths["steps.3.split.0.do.0"] == 1
