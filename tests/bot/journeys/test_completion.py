"""What is offered at a place in a journey's file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.journeys.completion import complete
from bot.journeys.json_schema import journey_schema
from bot.journeys.known import Known

KNOWN = Known(
    responses=frozenset({"utter_tip", "utter_offer"}),
    forms={"qualify_form": ("team_size",)},
    channels=frozenset({"sms", "webchat"}),
    segments=frozenset({"big-teams"}),
    profile=ProfileSchema({name: Attribute(name, AttributeType.TEXT) for name in ("plan", "stage")}),
)
SCHEMA = journey_schema(KNOWN, ["nurture"])
FILE = """\
journey: welcome
purpose: marketing
enter: {event: demo.requested}
steps:
  - wait: 1d
"""


def offered(marked: str) -> set[str]:
    """What is offered where `|` stands."""
    text = marked.replace("|", "", 1)
    return {one.words for one in complete(text, marked.index("|"), SCHEMA).words}


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("journey: welcome\npurp|\n", {"purpose:"}),
        ("journey: welcome\npurpose: |\n", {"marketing", "service"}),
        (FILE + "  - send: {response: utter_|, channels: [sms]}\n", {"utter_tip", "utter_offer"}),
        (FILE + "  - send: {response: utter_tip, channels: [|]}\n", {"sms", "webchat"}),
        (FILE + "  - send: {response: utter_tip, ch|}\n", {"channels:"}),
        (FILE + "  - ask: {form: qualify_form, channels: [sms]}\n    sil|\n", {"silent:"}),
        (FILE + "  - ask: {form: qualify_form, channels: [sms]}\n    silent: {after: 3d, go: |}\n", {"end", "nurture"}),
        (FILE + "  - set: {stage: won, |}\n", {"plan:"}),
        (FILE + "  - set:\n      st|\n", {"stage:"}),
        (FILE + "  - sp|\n", {"split:"}),
        (FILE + "  - branch:\n      - if: lead.fit > 1\n        do:\n          - s|\n",
         {"send:", "split:", "score:", "set:", "silent:"}),
        ("enter: {seg|}", {"segment:"}),
        ("enter: {segment: |}", {"big-teams"}),
        ("enter:\n  - {event: a.b, |}", {"if:", "again:"}),
        (FILE + "  - wait: {for: reply, at|}\n", {"at_most:"}),
        (FILE + "  - wait: {for: [message.|]}\n", {"message.delivered", "message.read", "message.failed"}),
    ],
)  # fmt: skip
def test_what_may_stand_there_is_offered(marked: str, words: set[str]) -> None:
    assert offered(marked) == words


def test_the_whole_word_under_the_cursor_is_taken() -> None:
    found = complete("purpose: marketing\n", 12, SCHEMA)
    assert (found.start, found.end) == (9, 18)
    assert [one.words for one in found.words] == ["marketing"]


def test_a_text_that_makes_no_sense_is_offered_nothing() -> None:
    assert offered("{{{[|") == set()


@given(st.data())
def test_no_place_in_a_file_is_too_strange(data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet="ab: -{}[]\n#'\"&*!|>%@`\t", max_size=40) | st.just(FILE))
    cursor = data.draw(st.integers(0, len(text)))
    found = complete(text, cursor, SCHEMA)
    assert 0 <= found.start <= cursor <= found.end <= len(text)
