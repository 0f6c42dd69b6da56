"""What content may refer to, by the connectors that the settings name."""

from __future__ import annotations

import pytest

from bot.adapters.content.contents import read_contents
from bot.domain.consent import WRITTEN_TO
from bot.entrypoints.wiring.connectors import channel_identities, channel_names, shelves_of
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


def test_what_an_opt_out_ends_though_it_is_not_set_up_are_the_channels_of_numbers_and_e_mail_addresses() -> None:
    every = Settings(connectors="webchat,rest,twilio_messaging,twilio_voice,email,slack,alexa,dialogflow")
    reached = {name: kind for name, kind in channel_identities(every).items() if kind in ("phone", "email")}
    assert {name: reached[name] for name in WRITTEN_TO} == WRITTEN_TO
    assert set(reached) - set(WRITTEN_TO) <= {"rcs"}, "which is there wherever texts are"
