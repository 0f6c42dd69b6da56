"""What content may refer to, by the connectors that the settings name."""

from __future__ import annotations

import pytest

from bot.adapters.contents import read_contents
from bot.entrypoints.connectors import channel_names, shelves_of
from bot.settings import Settings


@pytest.mark.parametrize("connectors", ["", "webchat", "slack,email", "twilio_voice,alexa,dialogflow,webhook"])
def test_the_sample_is_good_with_any_connectors_and_tells_what_rests(connectors: str) -> None:
    settings = Settings(connectors=connectors)
    warnings = [str(one) for one in read_contents(shelves_of(settings, channel_names(settings))).warnings]
    assert any(one.startswith("journeys/demo-follow-up.yml:") and 'no channel "sms"' in one for one in warnings)


def test_with_the_usual_connectors_nothing_of_the_sample_rests() -> None:
    settings = Settings()
    contents = read_contents(shelves_of(settings, channel_names(settings)))
    assert [str(one) for one in contents.warnings if "this installation has no channel" in str(one)] == []
