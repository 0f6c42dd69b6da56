"""What is written of a person is read as the value that its attribute has."""

from __future__ import annotations

import pytest

from bot.domain.audience import Attribute, AttributeType
from bot.entrypoints.importing.values import read_value

TIMELINE = Attribute(
    "timeline",
    AttributeType.TEXT,
    one_of=("now", "this_quarter", "later", "Later"),
    words=(("now", "right away"), ("this_quarter", "this quarter")),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("now", "now"),
        ("Now", "now"),
        ("Right away", "now"),
        ("This quarter", "this_quarter"),
        ("Later", "Later"),
        ("LATER", "LATER"),  # which of the two nobody knows
        ("soon", "soon"),
    ],
)
def test_one_of_several_values_is_read_in_any_capitals_and_in_the_words_for_it(text: str, value: str) -> None:
    assert read_value(text, TIMELINE) == value


def test_a_text_of_which_no_values_are_declared_stays_as_it_is() -> None:
    assert read_value("Now", Attribute("note", AttributeType.TEXT)) == "Now"
