"""Desk command: a rep looks up and does what they may, in words, and reads what came of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.access import Sensitivity
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.effects import RequestHandoff
from bot.domain.message import DeskCommand, DeskVerb, storable
from bot.services.desk_command import USAGE, obey
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of


async def ask(stage: Stage, words: str, *, rep: str = "Ana Rep", trigger: str = "1") -> str:
    return await obey(stage.runtime, DeskCommand("slack", trigger, rep, words))


@pytest.fixture
async def known(stage: Stage) -> Stage:
    await stage.meet(attributes={"name": "Ana Lima"})
    return stage


SHOWN = f"Ana Lima · {PHONE} · grade C3 · {ANA}"


@pytest.mark.parametrize(
    "words",
    ["", "help", "search", "start", "start welcome", "consent", "opt", "opt in ana", "searching ana", "leads ana"],
)
async def test_words_that_say_nothing_get_the_list_of_those_that_do(known: Stage, words: str) -> None:
    assert await ask(known, words) == USAGE


@pytest.mark.parametrize("words", ["Search Ana", "SEARCH ana", "search  ana "])
async def test_a_phone_may_write_the_first_word_with_a_capital(known: Stage, words: str) -> None:
    assert await ask(known, words) == SHOWN


@given(st.text(max_size=30) | st.tuples(st.sampled_from(["search ", "start ", "consent "]), st.text()).map("".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
async def test_whatever_a_rep_writes_gets_an_answer(known: Stage, words: str) -> None:
    assert await ask(known, storable(words))


async def test_a_rep_finds_nobody_by_what_they_may_not_see_and_does_not_read_it(known: Stage) -> None:
    hidden = {"name": Attribute("name", AttributeType.TEXT, sensitivity=Sensitivity.SENSITIVE)}
    known.library.playbook = replace(known.library.playbook, profile=ProfileSchema(hidden))
    assert await ask(known, "search Lima") == 'Nobody has "Lima" in an identity, an attribute or a tag.'
    assert await ask(known, f"search {PHONE}") == SHOWN.replace("Ana Lima", "A visitor")


NOTHING_HELD = "You have claimed no conversation that is still open, and are offered none."


async def test_a_rep_sees_the_conversations_that_they_have_claimed(known: Stage) -> None:
    known.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await known.says("lead")
    handoff = await known.handoff()
    await known.click(handoff, DeskVerb.CLAIM, "Ben Rep")
    assert await ask(known, "my leads", rep="Ben Rep") == f"{SHOWN} — Asked for a person"
    assert await ask(known, "leads") == NOTHING_HELD
    await known.click(handoff, DeskVerb.RESOLVE, "Ben Rep")
    assert await ask(known, "leads", rep="Ben Rep") == NOTHING_HELD


async def test_people_are_found_by_what_is_known_of_them(known: Stage) -> None:
    assert await ask(known, "search Ana Lima") == SHOWN
    assert (
        await ask(known, "search nobody at all") == 'Nobody has "nobody at all" in an identity, an attribute or a tag.'
    )


@pytest.mark.parametrize("name", [ANA, PHONE, "+44 7700 900-123"])
async def test_somebody_is_let_into_a_journey_once_for_each_command(known: Stage, name: str) -> None:
    known.play(journey_of("- wait: 1d", "enter: {api: true, again: after 1h}"))
    for _ in range(2):
        assert await ask(known, f"start welcome {name}", trigger="1") == f"In welcome now. {SHOWN}"
    assert (await ask(known, f"start welcome {name}", trigger="2")).startswith("Not entered: they are in it")
    assert len(await known.enrolments()) == 1


async def test_a_journey_that_takes_nobody_from_outside_is_told(known: Stage) -> None:
    known.play(journey_of("- wait: 1d"))
    told = 'There is no journey "{}" with enter: {{api: true}}.'
    assert await ask(known, f"start welcome {ANA}") == told.format("welcome")
    assert await ask(known, f"start nowhere {ANA}") == told.format("nowhere")


async def test_consent_is_told_by_channel(known: Stage) -> None:
    assert await ask(known, f"consent {ANA}") == f"{SHOWN}\nWas never asked, so gets no marketing."
    await known.consent()
    assert await ask(known, f"consent {ANA}") == f"{SHOWN}\nMarketing by sms: yes since 2026-11-23 (a test)"
    async with known.store.transaction() as uow:
        now = known.clock.now()
        ended = ConsentRecord(ANA, Purpose.MARKETING, "webchat", True, now, "a form", "May we?", expires_at=now)
        await uow.consents.add(ended)
    told = "Marketing by webchat: no, it ended on 2026-11-23; yes since 2026-11-23 (a form)"
    assert (await ask(known, f"consent {ANA}")).splitlines()[-1] == told


async def test_an_opt_out_ends_all_marketing_and_says_who_told_us(known: Stage) -> None:
    await known.consent()
    await known.queue("offer")
    assert await ask(known, f"opt out {PHONE}") == f"Gets no more marketing, and what was queued is taken back. {SHOWN}"
    await known.settle()
    assert known.sms.texts() == []
    assert not await known.may_send()
    assert "Marketing by sms: no since 2026-11-23 (told Ana Rep at the desk)" in await ask(known, f"consent {ANA}")


@pytest.mark.parametrize("words", ["consent who", "opt out who", "start welcome who"])
async def test_somebody_whom_nobody_knows_is_told(known: Stage, words: str) -> None:
    known.play(journey_of("- wait: 1d", "enter: {api: true}"))
    assert (await ask(known, words)).startswith('Nobody is known as "who". Name an id, a phone number')


async def test_what_a_rep_does_to_somebody_is_in_the_audit_log_as_over_http(known: Stage) -> None:
    known.play(journey_of("- wait: 1d", "enter: {api: true}"))
    for words in (
        "search Ana",
        "start welcome ana@nowhere",
        f"start welcome {ANA}",
        f"consent {ANA}",
        f"opt out {ANA}",
    ):
        await obey(known.runtime, DeskCommand("slack", words, "Ana Rep", words, rep_member="U042"))
    async with known.runtime.store.transaction() as uow:
        noted = [one.deed for one in await uow.audit.after(0, limit=10)]
    assert [(one.what, one.who, one.about) for one in noted] == [
        ("person.let_in", "slack:U042", ANA),
        ("person.looked_at", "slack:U042", ANA),
        ("person.opted_out", "slack:U042", ANA),
    ]
