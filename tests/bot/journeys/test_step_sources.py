"""Where steps stand in a document: by the ids that the reader of journeys gives to them."""

from __future__ import annotations

from typing import Any

from bot.documents import parse
from bot.journeys.content import read_journey
from bot.journeys.known import Known
from bot.journeys.step_sources import STEP, Source, item_sources, node_at

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


def step_sources(data: Any) -> dict[str, Source]:
    return {name: one for name, one in item_sources(data).items() if one.kind == STEP}


def test_every_step_that_the_reader_knows_is_found_by_its_id() -> None:
    document = parse("journeys/welcome.yml", FILE)
    journey = read_journey(document, Known(actions=frozenset({"action_quote"})))
    sources = step_sources(document.data)
    assert sources.keys() == journey.steps.keys()
    for one in sources.values():
        assert node_at(document.data, one.path) is one.data


def test_ways_and_entries_have_ids_that_no_step_can_have() -> None:
    data = parse("", FILE.replace("enter: {event: a.b}", "enter: [{event: a.b}, {api: true}]")).data
    items = item_sources(data)
    others = {name: (one.kind, one.path) for name, one in items.items() if one.kind != "step"}
    assert others == {
        ":enter/0": ("enter", ("enter", 0)),
        ":enter/1": ("enter", ("enter", 1)),
        "steps.0/0": ("branch", ("steps", 0, "branch", 0)),
        "steps.0/1": ("branch", ("steps", 0, "branch", 1)),
        "test/0": ("split", ("steps", 1, "split", 0)),
        "test/1": ("split", ("steps", 1, "split", 1)),
    }
    assert all(node_at(data, one.path) is one.data for one in items.values())
    assert item_sources(parse("", FILE).data)[":enter/0"].path == ("enter",)


def test_what_is_no_journey_has_no_steps() -> None:
    for text in ("", "[]", "steps: 5", "steps: [{branch: 1}, {split: [1]}, {handoff: {late: 1}}]"):
        data = parse("", text).data
        assert all(one.siblings == ("steps",) for one in step_sources(data).values())
        assert all(one.kind in ("step", "split") for one in item_sources(data).values())
