"""Where steps stand in a document: by the ids that the reader of journeys gives to them."""

from __future__ import annotations

from bot.documents import parse
from bot.journeys.content import read_journey
from bot.journeys.known import Known
from bot.journeys.step_sources import node_at, step_sources

FILE = """\
journey: welcome
purpose: service
enter: {event: a.b}
steps:
  - branch:
      - if: lead.fit > 1
        do: [add_to: a]
      - else: {do: [add_to: b]}
  - id: test
    split:
      - {name: one, weight: 50, do: [add_to: c, wait: 1d]}
      - {name: two, weight: 50}
  - action: action_quote
    failed: {do: [add_to: d]}
  - handoff: {reason: hot, within: 15m, late: {do: [add_to: e]}}
  - end
"""


def test_every_step_that_the_reader_knows_is_found_by_its_id() -> None:
    document = parse("journeys/welcome.yml", FILE)
    journey = read_journey(document, Known(actions=frozenset({"action_quote"})))
    sources = step_sources(document.data)
    assert sources.keys() == journey.steps.keys()
    for one in sources.values():
        assert node_at(document.data, one.path) is one.data


def test_what_is_no_journey_has_no_steps() -> None:
    for text in ("", "[]", "steps: 5", "steps: [{branch: 1}, {split: [1]}, {handoff: {late: 1}}]"):
        assert all(one.siblings == ("steps",) for one in step_sources(parse("", text).data).values())
