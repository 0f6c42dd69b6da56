"""The files for Prometheus and Grafana ask for metrics that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.adapters.database import Database
from bot.adapters.prometheus import PrometheusMeter
from tests.contracts.samples import NOON

FOLDER = Path(__file__).parents[4] / "docs" / "monitoring"
FROM_PROMETHEUS = {"up"}


def alerts() -> list[dict[str, Any]]:
    read = YAML(typ="safe").load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in read["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))["panels"]
    return found


EXPRESSIONS = [rule["expr"] for rule in alerts()] + [one["expr"] for panel in panels() for one in panel["targets"]]


@pytest.mark.parametrize("expression", EXPRESSIONS)
async def test_each_metric_that_is_asked_for_is_told(sqlite_store: Database, expression: str) -> None:
    async with sqlite_store.transaction() as uow:
        told = (await PrometheusMeter().read(uow, NOON)).decode()
    families = set(re.findall(r"^# TYPE (\w+) ", told, re.MULTILINE))
    asked = set(re.findall(r"\b(overture_\w+|process_\w+)", expression))
    names = {re.sub(r"_(bucket|count|sum)$", "", one) for one in asked}
    assert names <= families
    assert asked or expression.split("{")[0] in FROM_PROMETHEUS


def test_every_alert_says_what_is_wrong() -> None:
    for rule in alerts():
        assert rule["annotations"]["summary"].endswith(".")


def test_no_two_panels_lie_on_each_other() -> None:
    cells = [
        (x, y)
        for panel in panels()
        for place in [panel["gridPos"]]
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
