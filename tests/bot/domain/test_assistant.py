from __future__ import annotations

import pytest

from bot.dialogue.content import read_assistant
from bot.documents import parse

CONTENT = """version: "3.1"
responses:
  utter_iamabot: [{text: I am a machine. Ask for a person.}]
  utter_iamabot_without_desk: [{text: I am a machine.}]
  utter_greet: [{text: Hello!}]
"""


@pytest.mark.parametrize(("response", "said"), [("utter_iamabot", "I am a machine."), ("utter_greet", "Hello!")])
def test_where_there_is_no_desk_what_is_said_offers_nobody(response: str, said: str) -> None:
    alone = read_assistant([parse("domain.yml", CONTENT)]).without_desk().responses[response]
    assert alone.name == response
    assert [variation.text for variation in alone.variations] == [said]
