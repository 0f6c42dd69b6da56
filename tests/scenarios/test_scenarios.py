"""Every scenario in this folder, played on the sample assistant and journeys."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.scenarios.stage import play, set_stage

FILES = sorted(Path(__file__).parent.glob("*.yml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_the_scenario_plays_as_written(file: Path, tmp_path: Path) -> None:
    steps = YAML(typ="safe").load(file)
    async with set_stage(tmp_path) as stage:
        await play(stage, steps)
