"""A service with copies of the sample journeys, and a client of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.entrypoints.wiring.service import Service
from tests.bot.services.stage import Stage, journey_of

ServiceMaker = Callable[..., Service]

WELCOME = """\
# How we greet.
journey: welcome
purpose: marketing
enter: {event: demo.requested}
steps:
  - wait: 1d   # a day
  - id: tip
    send: {response: utter_tip, channels: [sms]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "journeys"
    made.mkdir()
    (made / "welcome.yml").write_text(WELCOME)
    shutil.copy(Path(__file__).parents[5] / "journeys" / "profile.yml", made)
    return made


@pytest.fixture
def service(service_of: ServiceMaker, stage: Stage, folder: Path) -> Service:
    stage.play(journey_of("- wait: 1d\n- id: tip\n  send: {response: utter_tip, channels: [sms]}"))
    return service_of(connectors="", journeys=folder)
