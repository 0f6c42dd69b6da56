"""docker-compose.yml names commands and settings that there are. No Docker runs where the tests do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.entrypoints.cli import COMMANDS, GROUPS, parser
from bot.settings import Settings

COMPOSE: dict[str, Any] = YAML(typ="safe").load(
    (Path(__file__).parent.parent / "docker-compose.yml").read_text(encoding="utf-8")
)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service.get("image") == "overture"]


def test_the_fleet_has_servers_workers_actions_and_their_stores() -> None:
    assert set(SERVICES) == {"web", "worker", "actions", "postgres", "redis"}
    assert set(OURS) == {"web", "worker", "actions"}


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_of_ours(name: str) -> None:
    for setting in SERVICES[name].get("environment", {}):
        assert setting.removeprefix("OVERTURE_").lower() in Settings.model_fields


def test_every_command_can_be_read() -> None:
    worker = SERVICES["worker"]["command"]
    assert parser(COMMANDS, GROUPS).parse_args(worker[1:]).command.verb == "work"
    image = SERVICES["web"]["build"]["dockerfile_inline"]
    assert 'CMD ["overture", "serve", "--lanes", "none"]' in image
    assert parser(COMMANDS, GROUPS).parse_args(["serve", "--lanes", "none"]).command.verb == "serve"


def test_whatever_is_waited_for_is_there_and_tells_its_health() -> None:
    for service in SERVICES.values():
        for other, wait in service.get("depends_on", {}).items():
            assert wait["condition"] != "service_healthy" or "healthcheck" in SERVICES[other]


def test_every_volume_that_is_mounted_is_declared() -> None:
    named = {
        mount.partition(":")[0]
        for service in SERVICES.values()
        for mount in service.get("volumes", ())
        if not mount.startswith(".")
    }
    assert named == set(COMPOSE["volumes"])
