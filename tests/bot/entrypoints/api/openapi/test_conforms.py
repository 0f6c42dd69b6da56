"""A real service on SQLite answers as its OpenAPI document says, whatever it is asked, and never with a 500."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.entrypoints.api.openapi import document
from tests.lending import ROOT
from tests.running import running

EXAMPLES = int(os.environ.get("OVERTURE_TEST_FUZZ", "2"))
"""Requests for each operation that fit the document, and as many that do not."""

TOKEN = "a token of the tests"
CHECKS: Any = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    allow_header_conformance,
]
LEFT_OUT = {
    "playgroundEvents",  # streams without an end
    "simulateJourney",  # minutes of work are what it is for
}


def operations() -> dict[str, APIOperation[Any, Any, Any, Any]]:
    """Each operation by its id."""
    generation = GenerationConfig(with_security_parameters=False, allow_x00=False)
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
    schema = schemathesis.openapi.from_dict(document("http://127.0.0.1"), config=config)
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    return {one.definition.raw["operationId"]: one for one in found}


OPERATIONS = operations()
CAN_BE_WRONG = {name for name, one in OPERATIONS.items() if one.body} - {"channelWebhook", "crmWebhook"}
"""What has no body can hardly be asked wrongly, and what a connector takes, the document does not say."""

CASES = [
    (name, mode)
    for name in sorted(OPERATIONS.keys() - LEFT_OUT)
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if mode is GenerationMode.POSITIVE or name in CAN_BE_WRONG
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """With copies of the content: labels and journeys are written into its files."""
    home = tmp_path_factory.mktemp("conforms")
    for name in ("nlu_data", "journeys"):
        shutil.copytree(ROOT / name, home / name)
    env = {
        "OVERTURE_API_TOKEN": TOKEN,
        "OVERTURE_ASSISTANT": str(home / "nlu_data"),
        "OVERTURE_JOURNEYS": str(home / "journeys"),
    }
    with running(home / "data", env) as server:
        yield server.address


@pytest.mark.slow
@pytest.mark.parametrize(("name", "mode"), CASES)
def test_answers_are_as_the_document_says(address: str, name: str, mode: GenerationMode) -> None:
    operation = OPERATIONS[name]

    @settings(
        max_examples=EXAMPLES,
        derandomize="OVERTURE_TEST_FUZZ" not in os.environ,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        case.call_and_validate(
            base_url=address, params={"token": TOKEN}, checks=CHECKS, allow_redirects=False, timeout=30
        )

    ask()
