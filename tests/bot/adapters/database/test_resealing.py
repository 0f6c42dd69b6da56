"""Sealing a database for the first time, with another key, and not any more; and what a start says of its keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.adapters.database import Database
from bot.adapters.database import resealing as resealing_module
from bot.adapters.database.keys_in_use import end_indexing
from bot.adapters.database.resealing import Resealing
from bot.adapters.database.sealing import OFF, Sealing
from bot.adapters.field_keys import FieldKeys
from bot.adapters.tables import metadata
from bot.domain.challenge import Asked, Challenge, ChallengeId
from bot.domain.consent import EVERY_ADDRESS, ConsentRecord, Consequence, Purpose, Suppression
from bot.domain.conversation import UserUttered
from bot.domain.crm import CrmWrite, SentField
from bot.domain.errors import CannotOpen, SettingsError
from bot.domain.files import SentFile
from bot.domain.ids import MessageId, ProfileId
from bot.domain.merging import Merge
from bot.domain.opt_out_question import Asking, OptOutQuestion, OptOutQuestionId
from bot.domain.person import Identity, Profile
from bot.domain.privacy import PrivacyRequest, RequestKind
from bot.domain.provenance import Origin, Provenance, Source, Statement
from bot.domain.score import ScoreChange
from bot.domain.timeline import PersonEvent
from bot.domain.understanding import IntentScore, Understood
from tests.contracts.samples import (
    ANNA,
    CHAT,
    NOON,
    conversation,
    enrolment,
    entry,
    handoff,
    journey,
    message,
)
from tests.field_keys import INDEX, KEYS, ROTATED, SEALED, SECOND

PHONE, EMAIL, SECRET = "+447700900123", "anna@example.com", "call me at home"
OTHER_INDEX = Sealing(FieldKeys("k1", KEYS.by_id, SECOND))
KNOWN = {"name": "Anna Ny", "email": EMAIL, "size": 3}
API = Origin(Source.API, NOON, "key:1")
TOLD = {"email": Provenance(API, Statement(API, f"old.{EMAIL}"))}
ASKED = Asked(Purpose.MARKETING, SECRET, f"by {EMAIL}", MessageId("m"))
SAID = UserUttered(SECRET, Understood(SECRET, IntentScore("inform", 0.9)), MessageId("sms:1"), NOON, "sms")
CHALLENGE = Challenge(
    ChallengeId("c1"), ANNA, "sms", PHONE, NOON, NOON, code="x", tries_left=2, asked_by=MessageId("m")
)


@asynccontextmanager
async def opened(url: str, sealing: Sealing) -> AsyncIterator[Database]:
    database = Database(url, sealing)
    try:
        yield database
    finally:
        await database.close()


async def fill(url: str, sealing: Sealing = OFF) -> None:
    async with opened(url, sealing) as store, store.transaction() as uow:
        await uow.profiles.add(Profile(ANNA, NOON, KNOWN, provenance=TOLD))
        await uow.profiles.claim(ANNA, Identity("phone", PHONE, verified=True), NOON)
        await uow.profiles.claim(ANNA, Identity("email", EMAIL), NOON)
        await uow.conversations.add(conversation(channel="sms", address=PHONE))
        await uow.conversations.log(CHAT, [SAID], NOON)
        await uow.inbox.add(CHAT, message("1", SECRET, "sms"), NOON)
        await uow.outbox.add(entry("k1", text=SECRET, channel="sms"))
        await uow.handoffs.add(handoff("h1"))
        await uow.enrolments.publish(journey())
        await uow.enrolments.add(enrolment("e1", data={"email": EMAIL}))
        await uow.enrolments.add(enrolment("e2", into="welcome", of=ANNA, lane="2"))
        for channel, address, cause in (
            ("sms", PHONE, Consequence.OPTED_OUT),
            ("sms", EVERY_ADDRESS, Consequence.SENDER_STOPPED),
        ):
            await uow.consents.suppress(Suppression(channel, address, "STOP", NOON, cause))
        form = ConsentRecord(
            ANNA, Purpose.MARKETING, "sms", True, NOON, "f", "May we?", address=EMAIL, ip="203.0.113.5"
        )
        await uow.consents.add(form)
        await uow.scores.add(ScoreChange(ANNA, "k", "fit", 5, f"{SECRET} is ours", "ours", NOON))
        await uow.challenges.add(CHALLENGE)
        await uow.challenges.add(replace(CHALLENGE, id=ChallengeId("c2"), asked_by=None, consent=ASKED))
        question = OptOutQuestion(OptOutQuestionId("q1"), ANNA, Asking.DOUBT, "sms", PHONE, SECRET, NOON, NOON)
        await uow.opt_out_questions.add(question)
        await uow.privacy_requests.add(PrivacyRequest("r1", ANNA, RequestKind.ACCESS, f"by {EMAIL}", NOON, NOON))
        assert await uow.privacy_requests.done("r1", f"sent to {EMAIL}", NOON)
        await uow.files.add(SentFile("f1", "f1", ANNA, CHAT, "1.pdf", "Anna Ny.pdf", "application/pdf", 2, NOON))
        await uow.crm_writes.add(CrmWrite(ANNA, "hubspot", NOON, "key", (SentField("email", EMAIL, "chat"),)))
        await uow.merges.add(
            Merge("m1", Profile(ANNA, NOON), Profile(ProfileId("gone"), NOON, KNOWN), NOON, "me", "one")
        )
        await uow.timeline.add(PersonEvent(ANNA, "form.sent", NOON, NOON, {"email": EMAIL, "page": "/"}))
        await uow.feeds.append(f"sms:{PHONE}", "in:1", {"type": "message", "text": SECRET, "from": PHONE}, NOON)
        await uow.feeds.append("explain", "x", {"type": "turn"}, NOON)


async def rows(url: str) -> dict[str, list[Any]]:
    """All that lies in the database."""
    async with opened(url, OFF) as store, store.transaction() as uow:
        session = uow.profiles._session
        kept = (table for table in metadata.sorted_tables if table.name not in ("resealing", "field_key"))
        return {table.name: sorted(map(tuple, await session.execute(select(table))), key=repr) for table in kept}


async def run(url: str, sealing: Sealing, *, standstill: bool = True) -> int:
    async with opened(url, sealing) as store:
        steps = [step async for step in Resealing(store).index()] if standstill else []
        return sum(step.fields for step in [*steps, *[step async for step in Resealing(store).seal()]])


async def require_readable(url: str, sealing: Sealing) -> None:
    """What a service reads of it."""
    async with opened(url, sealing) as store:
        await store.migrate()
        async with store.transaction() as uow:
            anna = await uow.profiles.owner_of("phone", PHONE)
            assert anna is not None
            assert anna.attributes == KNOWN
            assert anna.provenance == TOLD
            assert [one.value for one in await uow.profiles.identities(ANNA)] == [EMAIL, PHONE]
            assert await uow.profiles.find(EMAIL, limit=2) == [ANNA]
            chat = await uow.conversations.at("sms", PHONE)
            assert chat is not None
            assert chat.address == PHONE
            standing = await uow.conversations.standing(CHAT)
            assert standing.suppression is not None
            assert standing.suppression.address == PHONE
            assert [line.text for line in await uow.conversations.transcript(CHAT)] == [SECRET]
            assert [one.inbound for one in await uow.inbox.waiting(CHAT, NOON)] == [message("1", SECRET, "sms")]
            assert [one.address for one in await uow.consents.stopped()] == [EVERY_ADDRESS]
            assert [one.consent for one in await uow.challenges.at("sms", PHONE, NOON)] == [None, ASKED]
            assert [one.address for one in await uow.consents.of(ANNA)] == [EMAIL]
            assert [(one.address, one.text) for one in await uow.opt_out_questions.of(ANNA)] == [(PHONE, SECRET)]
            assert [dict(one.data) for one in await uow.enrolments.of(ANNA)] == [{"email": EMAIL}, {}]
            assert [one.name for one in await uow.files.of(ANNA)] == ["Anna Ny.pdf"]
            [request] = await uow.privacy_requests.of(ANNA)
            assert (request.how, request.outcome) == (f"by {EMAIL}", f"sent to {EMAIL}")
            (line,) = await uow.timeline.of(ANNA, limit=2)
            assert line.data == {"email": EMAIL, "page": "/"}
            merge = await uow.merges.latest(ANNA)
            assert merge is not None
            assert merge.merged.attributes == KNOWN
            (written,) = await uow.crm_writes.of(ANNA)
            assert written.fields[0].value == EMAIL
            (item,) = await uow.feeds.read([f"sms:{PHONE}"], after=0)
            assert (item.feed, item.item["text"]) == (f"sms:{PHONE}", SECRET)
            assert await uow.segments.find(f"profile.email == '{EMAIL}'", NOON, limit=2) == [ANNA]
            all_of_theirs = await uow.personal_data.of(ANNA)
            assert [one["feed"] for one in all_of_theirs["feed"]] == [f"sms:{PHONE}"]
            assert all_of_theirs["profile"][0]["attributes"] == KNOWN


def hidden(kept: dict[str, list[Any]]) -> bool:
    return not any(word in repr(kept) for word in (PHONE, EMAIL, SECRET, "Anna Ny"))


async def test_a_database_is_sealed_whole_and_opened_again_as_it_was(store_url: str) -> None:
    await fill(store_url)
    before = await rows(store_url)
    async with opened(store_url, SEALED) as store:
        readable = {one.column: one.readable for one in await Resealing(store).counts()}
    assert {name for name, count in readable.items() if not count} == set()
    assert readable["profile.sealed_attributes"] == readable["person_event.sealed_data"] == 1
    await run(store_url, SEALED)
    sealed = await rows(store_url)
    assert hidden(sealed)
    await require_readable(store_url, SEALED)
    assert await run(store_url, SEALED, standstill=False)  # looks again, and finds nothing to do
    assert await rows(store_url) == sealed
    async with opened(store_url, SEALED) as store:
        assert sum([step.fields async for step in Resealing(store).open_all()])
    assert await rows(store_url) == before
    await require_readable(store_url, OFF)


async def test_what_is_written_with_keys_lies_there_as_if_it_had_been_sealed_later(store_url: str) -> None:
    await fill(store_url, SEALED)
    sealed = await rows(store_url)
    assert hidden(sealed)
    async with opened(store_url, SEALED) as store:
        async with store.transaction() as uow:
            await end_indexing(uow.profiles._session, NOON)
        assert sum(one.left("k1") for one in await Resealing(store).counts()) == 0
    await run(store_url, SEALED, standstill=False)
    assert await rows(store_url) == sealed


async def test_another_key_is_put_in_front_while_a_service_runs(store_url: str) -> None:
    await fill(store_url)
    await run(store_url, SEALED)
    both = Sealing(ROTATED)
    await require_readable(store_url, both)
    await run(store_url, both, standstill=False)
    async with opened(store_url, both) as store:
        assert await Resealing(store).forget_unused() == []
    assert "sealed:k1:" not in repr(await rows(store_url))
    await require_readable(store_url, Sealing(FieldKeys("k2", {"k2": SECOND}, INDEX)))


async def test_another_index_key_is_taken_while_nothing_runs(store_url: str) -> None:
    await fill(store_url)
    await run(store_url, SEALED)
    await run(store_url, OTHER_INDEX)
    await require_readable(store_url, OTHER_INDEX)
    async with opened(store_url, SEALED) as store:
        with pytest.raises(SettingsError, match=r'the key "index" in .* is not the one'):
            await store.migrate()


async def test_sealing_goes_on_where_it_was_interrupted(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing_module, "BATCH", 1)
    await fill(store_url)
    async with opened(store_url, SEALED) as store:
        steps = Resealing(store).index()
        for _ in range(4):
            await anext(steps)
        await steps.aclose()  # type: ignore[attr-defined]
        for sealing, says in ((SEALED, "sealed in part: that was begun"), (OFF, "sealed with field keys")):
            async with opened(store_url, sealing) as another:
                with pytest.raises(SettingsError, match=says):
                    await another.migrate()
        going_on = [step async for step in Resealing(store).index()]
        steps = Resealing(store).seal()
        for _ in range(6):
            await anext(steps)
        await steps.aclose()  # type: ignore[attr-defined]
        after_all = [step async for step in Resealing(store).seal()]
        all_of_it = [step async for step in Resealing(store).seal()]
    assert "identity.sealed_value" not in [one.column for one in going_on]  # it was done with
    assert len(after_all) == len(all_of_it) - 6
    assert hidden(await rows(store_url))
    await require_readable(store_url, SEALED)


async def test_a_row_that_a_process_without_keys_wrote_again_is_one_with_its_sealed_twin(store_url: str) -> None:
    await fill(store_url)
    await run(store_url, SEALED)
    async with opened(store_url, OFF) as store, store.transaction() as uow:
        await uow.consents.suppress(Suppression("sms", PHONE, "STOP", NOON))
        await uow.profiles.claim(ANNA, Identity("email", EMAIL), NOON)
    async with opened(store_url, SEALED) as store:
        assert sum(one.left("k1") for one in await Resealing(store).counts()) == 2
    await run(store_url, SEALED, standstill=False)
    assert hidden(await rows(store_url))
    await require_readable(store_url, SEALED)


async def test_a_service_with_people_who_are_not_sealed_does_not_start(store_url: str) -> None:
    await fill(store_url)
    async with opened(store_url, SEALED) as store:
        for looking in (store.migrate, store.check):
            with pytest.raises(SettingsError, match="who are not sealed"):
                await looking()
        with pytest.raises(SettingsError, match="Stop every process"):
            await anext(Resealing(store).seal())


async def test_a_service_with_other_keys_does_not_start_and_writes_nothing(store_url: str) -> None:
    async with opened(store_url, SEALED) as store:
        await store.migrate()  # an empty database is sealed from its first row on
    cases = {
        r"sealed with field keys \(index, k1\), and OVERTURE_FIELD_KEYS .* is not set": OFF,
        r'with the key "k1", which .* does not name': Sealing(FieldKeys("k2", {"k2": SECOND}, INDEX)),
        r'the key "k1" in .* is another than the one': Sealing(FieldKeys("k1", {"k1": SECOND}, INDEX)),
        r'the key "index" in .* is not the one': OTHER_INDEX,
    }
    for says, sealing in cases.items():
        async with opened(store_url, sealing) as store:
            for looking in (store.migrate, store.check):
                with pytest.raises(SettingsError, match=says):
                    await looking()


async def test_a_sealed_field_that_was_moved_to_somebody_else_does_not_open(store_url: str) -> None:
    await fill(store_url, SEALED)
    async with opened(store_url, SEALED) as store:
        async with store.transaction() as uow:
            await uow.profiles.add(Profile(ProfileId("ben"), datetime(2026, 1, 1, tzinfo=UTC), {"name": "Ben"}))
            moving = "UPDATE profile SET sealed_attributes = (SELECT sealed_attributes FROM profile WHERE id = 'anna')"
            await uow.profiles._session.execute(text(f"{moving} WHERE id = 'ben'"))
        async with store.transaction() as uow:
            with pytest.raises(CannotOpen, match=r"profile\.sealed_attributes has what the key"):
                await uow.profiles.get(ProfileId("ben"))
