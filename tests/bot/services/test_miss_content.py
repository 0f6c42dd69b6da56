"""Miss content: what people in an earlier version still come to, and an edit has taken away."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.ids import ProfileId
from bot.services.miss_content import Missed, missed_content
from tests.bot.services.enrolments import unreadable
from tests.bot.services.stage import Stage, journey_of

STEPS = """
- wait: 2d
- ask: {form: size_form, channels: [sms], need: [team_size]}
  silent: {after: 3d, go: end}
- send: {response: utter_tip, channels: [sms]}
- send: {response: utter_tip, channels: [sms]}
"""


async def missed(stage: Stage, *, without: str) -> list[Missed]:
    """Where the assistant has all but that response or form."""
    whole = stage.library.playbook.assistant
    responses = {name: one for name, one in whole.responses.items() if name != without}
    forms = {name: one for name, one in whole.forms.items() if name != without}
    async with stage.store.transaction() as uow:
        return list(await missed_content(uow, replace(whole, responses=responses, forms=forms)))


async def test_what_people_in_an_earlier_version_come_to_is_missed_once_it_is_gone(stage: Stage) -> None:
    stage.play(journey_of(STEPS))
    for number, person in enumerate((ProfileId("a"), ProfileId("b"))):
        await stage.meet(person, phone=f"+4477009002{number:02}")
        await stage.happens("demo.requested", to=person)
    stage.play(journey_of("- wait: 9d"))
    assert await missed(stage, without="utter_offer") == []
    assert await missed(stage, without="utter_tip") == [Missed("welcome", 2, ('response "utter_tip"',))]
    assert await missed(stage, without="size_form") == [Missed("welcome", 2, ('form "size_form"',))]


async def test_where_nobody_waits_nothing_is_missed(stage: Stage) -> None:
    stage.play(journey_of(STEPS))
    assert await missed(stage, without="utter_tip") == []


async def test_a_version_that_this_release_cannot_read_hides_nothing_of_the_others(
    stage: Stage, sqlite_url: str
) -> None:
    stage.play(journey_of(STEPS))
    await stage.meet()
    await stage.happens("demo.requested")
    await unreadable(stage, sqlite_url)
    assert await missed(stage, without="utter_tip") == [Missed("welcome", 1, ('response "utter_tip"',))]
