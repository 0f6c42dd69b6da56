from __future__ import annotations

import pytest

from bot.dialogue.rasa1 import refuse_markdown
from bot.documents import Faults

STORIES = "# Stories\n\n## happy path\n* greet\n  - utter_greet\n* order{'size': 'L'}\n  - order_form\n"
EXAMPLES = "\n## intent:greet\n- hello\n- [Ada](name) here\n"
PAGE = "# Prices\n\n## What it costs\n* nothing\n* something\n\n- as you like\n"


@pytest.mark.parametrize(
    ("text", "line", "what"), [(STORIES, 3, "stories"), (EXAMPLES, 2, "examples"), (EXAMPLES + STORIES, 2, "examples")]
)
def test_markdown_of_rasa_1_is_a_fault_that_names_the_file(text: str, line: int, what: str) -> None:
    faults = Faults()
    refuse_markdown({"data/old.md": text}, faults)
    [fault] = faults.in_order()
    assert (fault.place.path, fault.place.line) == ("data/old.md", line)
    assert f"these are Rasa 1's {what}" in fault.message
    assert "overture import" in fault.suggestion


@pytest.mark.parametrize("text", [PAGE, "", "## A heading\n* greet\n"])
def test_other_markdown_is_let_be(text: str) -> None:
    faults = Faults()
    refuse_markdown({"nlu_data/README.md": text}, faults)
    assert faults.in_order() == []
