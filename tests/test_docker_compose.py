"""docker-compose.yml and the Dockerfile name commands and settings that there are. No Docker runs in the tests."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from compose_spec import PyCompose
from ruamel.yaml import YAML

from bot.entrypoints.command_line.cli import COMMANDS, GROUPS, parser
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service.get("image") == "overture"]


def test_the_file_is_a_compose_file() -> None:
    """By the Compose Specification: every key, and every value that has a grammar."""
    merged = io.StringIO()
    YAML(typ="safe").dump(json.loads(json.dumps(COMPOSE)), merged)  # without anchors, which it does not know
    read = PyCompose.from_yaml(merged.getvalue())
    assert set(read.service_names()) == set(SERVICES)


def test_the_dockerfile_has_no_fault_that_hadolint_knows() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    told = subprocess.run([hadolint, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "")


def test_the_fleet_has_servers_workers_actions_and_their_stores() -> None:
    always = {name for name, service in SERVICES.items() if "profiles" not in service}
    assert always == {"train", "web", "worker", "actions", "postgres", "redis"}
    assert set(OURS) == {"web", "worker", "actions"}


def test_what_not_everybody_wants_is_asked_for_by_its_profile() -> None:
    profiles = {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service}
    watching = {name for name, of in profiles.items() if of == ["observability"]}
    assert watching == {"prometheus", "grafana", "traces"}
    assert profiles.keys() - watching == {"rasa"}
    for name in profiles:
        assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ())), "for this machine only"


def test_every_image_that_is_built_is_a_stage_of_the_dockerfile() -> None:
    stages = re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE)
    wanted = {service["build"]["target"] for service in SERVICES.values() if "build" in service}
    assert wanted == {"training", "serving"}
    assert wanted <= set(stages)
    assert stages[-1] == "serving", "what `docker build .` makes"


def test_nothing_is_copied_into_an_image_that_the_build_may_not_see() -> None:
    """.dockerignore names what may go in, so that no .env and no model of somebody's does."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    seen = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()
    }
    assert ignored[0] == "*"
    assert copied == seen
    assert all((ROOT / name).exists() for name in seen)


def test_the_image_to_serve_runs_as_nobody_in_particular() -> None:
    assert re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)[-1] == "10001"


@pytest.mark.parametrize("name", ["web", "worker"])
def test_servers_and_workers_write_nowhere_but_in_their_volumes(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["tmpfs"], service["cap_drop"]) == (True, ["/tmp"], ["ALL"])


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_of_ours(name: str) -> None:
    for setting in SERVICES[name].get("environment", {}):
        assert setting.removeprefix("OVERTURE_").lower() in Settings.model_fields


def test_every_command_can_be_read() -> None:
    for name, verb in (("worker", "work"), ("actions", "actions")):
        assert parser(COMMANDS, GROUPS).parse_args(SERVICES[name]["command"][1:]).command.verb == verb
    assert DOCKERFILE.rstrip().endswith('CMD ["overture", "serve", "--lanes", "none"]')
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
