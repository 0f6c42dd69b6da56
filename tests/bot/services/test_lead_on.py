"""Where a link leads to: what its author wrote, and what a rule has pages told of the message."""

from __future__ import annotations

from bot.services.lead_on import lead_on
from tests.bot.services.linking import PRICES, allow, link_rule, offered
from tests.bot.services.stage import Stage


async def leads_to(stage: Stage, code: str) -> str | None:
    async with stage.store.transaction() as uow:
        return await lead_on(uow, stage.runtime, code, stage.clock.now())


async def test_a_code_of_no_page_leads_nowhere(stage: Stage) -> None:
    assert await leads_to(stage, "abcd12345678") is None


async def test_a_rule_names_the_source_and_the_message_says_the_rest(stage: Stage) -> None:
    code = await offered(stage)
    assert await leads_to(stage, code) == PRICES
    allow(stage, link_rule(utm_source="us"))
    told = "utm_source=us&utm_medium=sms&utm_campaign=welcome&utm_content=offer"
    assert await leads_to(stage, code) == f"{PRICES}?{told}"


async def test_a_link_of_a_page_whose_message_is_not_known_leads_to_the_page(stage: Stage) -> None:
    code = await offered(stage)
    allow(stage, link_rule(utm_source="us"))
    assert await leads_to(stage, f"{code[:-8]}00000000") == PRICES
