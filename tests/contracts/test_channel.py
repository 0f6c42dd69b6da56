"""What every channel must do with what comes in, whoever its vendor is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import WebhookRejected
from tests.connectors.vendor_server import NOW, request_to
from tests.contracts.channels import CASES, TAKING, Case, Stage, over

# ---------------------------------------------------------------- names


@over(*CASES)
def test_the_connector_names_the_channel_that_it_builds(stage: Stage, case: Case) -> None:
    assert stage.channel.name in case.module.CHANNELS
    assert stage.channel.abilities.identity
    assert stage.channel.abilities.longest_text > 0


# ---------------------------------------------------------------- in


@over(*TAKING)
async def test_a_good_webhook_brings_something_in(stage: Stage, case: Case) -> None:
    assert case.good is not None
    webhook = stage.channel.parse(await case.good(stage))
    assert len(webhook.inbound) == 1
    assert webhook.inbound[0].channel == stage.channel.name
    assert 200 <= webhook.reply.status < 300


@over(*TAKING)
async def test_the_same_webhook_twice_has_the_same_vendor_id(stage: Stage, case: Case) -> None:
    assert case.good is not None
    request = await case.good(stage)
    first, second = (
        stage.channel.parse(request),
        stage.channel.parse(replace(request, received_at=NOW + timedelta(minutes=1))),
    )
    assert [item.vendor_id for item in first.inbound] == [item.vendor_id for item in second.inbound]
    assert first.inbound[0].vendor_id


@over(*TAKING)
async def test_a_forged_webhook_is_refused_and_told_why(stage: Stage, case: Case) -> None:
    assert case.good is not None
    assert case.forged is not None
    forged = case.forged(await case.good(stage))
    with pytest.raises(WebhookRejected) as refused:
        stage.channel.parse(forged)
    assert refused.value.status in case.forgery
    assert refused.value.reason


@over(*TAKING)
async def test_an_unsigned_webhook_is_refused_and_told_why(stage: Stage, case: Case) -> None:
    assert case.good is not None
    unsigned = replace(await case.good(stage), headers={})
    with pytest.raises(WebhookRejected) as refused:
        stage.channel.parse(unsigned)
    assert refused.value.status == case.unsigned
    assert refused.value.reason


@over(*TAKING)
async def test_a_malformed_body_is_refused_and_told_why(stage: Stage, case: Case) -> None:
    assert case.malformed is not None
    with pytest.raises(WebhookRejected) as refused:
        stage.channel.parse(case.malformed())
    assert refused.value.status == 400
    assert refused.value.reason


@over(*CASES)
def test_an_unknown_address_is_not_found(stage: Stage, case: Case) -> None:
    with pytest.raises(WebhookRejected) as refused:
        stage.channel.parse(request_to(f"{stage.channel.name}/nowhere", body=b"{}"))
    assert refused.value.status == 404
