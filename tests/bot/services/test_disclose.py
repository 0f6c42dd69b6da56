from __future__ import annotations

import pytest

from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.services.disclose import disclosure_in

USUAL = 'version: "3.1"\nresponses:\n  utter_disclosure: [{text: I am a machine. Ask for a person.}]\n'
ALONE = "  utter_disclosure_without_desk: [{text: I am a machine.}]\n"


@pytest.mark.parametrize(
    ("content", "has_desk", "said"),
    [
        (USUAL + ALONE, True, "I am a machine. Ask for a person."),
        (USUAL + ALONE, False, "I am a machine."),
        (USUAL, False, "I am a machine. Ask for a person."),
    ],
)
def test_where_there_is_no_desk_nobody_is_offered(content: str, has_desk: bool, said: str) -> None:
    response = disclosure_in(read_assistant([parse("domain.yml", content)]), has_desk=has_desk)
    assert response is not None
    assert [variation.text for variation in response.variations] == [said]
