"""A stage on which a journey's message has links that are followed."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.assistant import Response, Variation
from bot.domain.links import SentLink
from bot.domain.message import Text
from bot.domain.sending_rules import LinkRule
from bot.services.runtime import Runtime
from tests.bot.services.stage import RULES, SINCE, Stage, journey_of

PRICES = "https://example.com/prices"
OFFER = "- {id: offer, send: {response: utter_offer, channels: [sms], links: followed}}\n"
OURS = re.compile(r"https://chat\.example\.com/l/(\w+)")


def link_rule(
    *, followed: bool = True, jurisdiction: str = "default", channel: str = "sms", utm_source: str = ""
) -> LinkRule:
    row = (f"links-{jurisdiction}", jurisdiction, SINCE, None, "a test")
    return LinkRule(*row, frozenset({channel}), followed, utm_source)


def lead_through_us(stage: Stage) -> None:
    stage.runtime = replace(
        stage.runtime, links=replace(stage.runtime.links, followed="https://chat.example.com/l/{}".format)
    )


def allow(stage: Stage, *rules: LinkRule) -> None:
    stage.rule(replace(RULES, links=rules or (link_rule(),)))


def say(stage: Stage, *variations: Variation, response: str = "utter_offer") -> None:
    assistant = stage.library.playbook.assistant
    responses = {**assistant.responses, response: Response(response, variations)}
    stage.library.playbook = replace(stage.library.playbook, assistant=replace(assistant, responses=responses))


async def begin(stage: Stage, steps: str, head: str = "") -> None:
    """Ana is met and enters a journey of these steps, whose first message leaves."""
    await stage.meet()
    await enter(stage, steps, head)


async def enter(stage: Stage, steps: str, head: str = "") -> None:
    lead_through_us(stage)
    stage.play(journey_of(steps, head))
    await stage.consent()
    await stage.happens("demo.requested")
    await stage.settle()


async def offered(stage: Stage, steps: str = OFFER + "- wait: 30d") -> str:
    """The code of the link in the offer that Ana got."""
    say(stage, Variation(f"Our prices: {PRICES}."))
    allow(stage)
    await begin(stage, steps)
    return code_in(stage)


def said(stage: Stage) -> str:
    content = stage.sms.taken[-1].content
    assert isinstance(content, Text)
    return content.text.removeprefix("I am a machine. ")


def code_in(stage: Stage) -> str:
    found = OURS.search(said(stage))
    assert found is not None, said(stage)
    return found[1]


async def kept(runtime: Runtime, code: str) -> SentLink | None:
    async with runtime.store.transaction() as uow:
        return await uow.sent_links.get(code)
