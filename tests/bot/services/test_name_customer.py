"""Name the customer: what reps read of who somebody is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.access import Sensitivity
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.services.name_customer import name_customer
from tests.bot.services.stage import ANA, Stage

KNOWN = {"name": "Ana Lima", "email": "ana@example.com"}


@pytest.mark.parametrize(
    ("known", "hidden", "called"),
    [
        (KNOWN, (), "Ana Lima"),
        ({"email": "ana@example.com"}, (), "ana@example.com"),
        ({}, (), "A visitor"),
        (KNOWN, ("name",), "ana@example.com"),
        (KNOWN, ("name", "email"), "A visitor"),
    ],
)
async def test_they_are_called_by_what_a_rep_may_see(
    stage: Stage, known: Mapping[str, Any], hidden: tuple[str, ...], called: str
) -> None:
    await stage.meet(attributes=known)
    schema = ProfileSchema(
        {one: Attribute(one, AttributeType.TEXT, sensitivity=Sensitivity.SENSITIVE) for one in hidden}
    )
    stage.library.playbook = replace(stage.library.playbook, profile=schema)
    async with stage.store.transaction() as uow:
        assert await name_customer(uow, stage.runtime, ANA) == called
