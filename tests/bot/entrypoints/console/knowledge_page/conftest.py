"""A small assistant with two pages, and a trained understanding of the first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.entrypoints.wiring.service import Service
from bot.nlu.pipeline import Pipeline
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.entrypoints.console.responses_page.conftest import assistant
from tests.bot.nlu.conftest import PAGE, encoder, pipeline, training_data
from tests.bot.services.stage import Stage

__all__ = ["assistant", "encoder", "pipeline", "training_data"]

HOURS = """\
---
title: Opening hours
# Kept by the shop.
questions:
  - When are you open?
valid until: 2020-01-31
audience: customers
---

Every day from nine to five.
"""


@pytest.fixture
def folder(assistant: Path) -> Path:
    made = assistant / "knowledge"
    made.mkdir()
    (made / "pricing.md").write_text(PAGE)
    (made / "hours.md").write_text(HOURS)
    return made


@pytest.fixture
def service(service_of: ServiceMaker, assistant: Path, folder: Path, stage: Stage, pipeline: Pipeline) -> Service:
    assert folder.is_dir()
    stage.library.playbook = replace(stage.library.playbook, nlu=pipeline)
    return service_of(connectors="", assistant=assistant, journeys=assistant.parent / "journeys")
