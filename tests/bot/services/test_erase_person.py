"""Erasing a person: nothing of them is left in any column of any table, and their addresses are left alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.adapters.database import Database, personal_data
from bot.adapters.database.personal_data import MERGED_INTO, NOT_OF_PEOPLE, OWNED, READ
from bot.adapters.tables import conversation, feed, identity, metadata, profile
from bot.domain.audience import Segment
from bot.domain.challenge import Asked, Challenge, ChallengeId
from bot.domain.consent import ConsentRecord, Purpose, Suppression
from bot.domain.effects import AddTag, ChangeScore, RequestHandoff, SetAttribute, SyncCrm
from bot.domain.handoff import Handoff
from bot.domain.ids import ProfileId
from bot.domain.links import SentLink
from bot.domain.meeting import Meeting
from bot.domain.message import Attachment, DeliveryState, DeliveryStatus, OutboundMessage
from bot.domain.opt_out_question import Asking, OptOutQuestion, OptOutQuestionId
from bot.domain.person import Identity, Profile
from bot.domain.privacy import Erasure, PrivacyRequest, RequestKind
from bot.domain.provenance import Origin, Source
from bot.domain.retention import DataClass
from bot.ports import UnitOfWork
from bot.services.erase_person import erase_person
from bot.services.give_data import all_data
from bot.services.know_person import Wanted, know_person
from bot.services.merge_people import merge_people, part_people
from bot.services.receive import receive
from bot.services.start_conversation import start_conversation
from tests.bot.services.stage import ANA, PHONE, VISITOR, Stage, journey_of
from tests.manual_clock import ManualClock

MAIL, NAME, WORDS, OLD = "ana_b@example.com", "Anastasia Bell", "my very own words", ProfileId("another-ana")
OTHERS = (ProfileId("ben"), "+447700900999", "anaXb@example.com")
NETWORK = "203.0.113.77"
THEIRS = (PHONE, MAIL, NAME, WORDS, VISITOR, "user-4711", NETWORK)


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    """On SQLite, and on PostgreSQL."""
    return Stage(store, clock)


async def live(stage: Stage) -> None:
    """Ana does all that people do; Ben does a little of it, and stays."""
    ben, bens_phone, bens_mail = OTHERS
    segments = {"everybody": Segment("everybody", "exists(profile.name)")}
    stage.library.playbook = replace(stage.library.playbook, segments=segments)
    stage.play(
        journey_of(
            """
            - set: {name: "= event.name"}
            - emit: {event: name.told, with: {name: "= profile.name"}}
            - send: {response: utter_tip, channels: [sms]}
            - webhook: {to: billing, body: {name: "= profile.name"}}
            - id: rest
              wait: 9d
            """
        )
    )
    await stage.meet()
    await stage.meet(ben, phone=bens_phone)
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.profiles.add(Profile(OLD, now + timedelta(days=1), {"name": NAME}))
        for who, kind, value in (
            (ANA, "email", MAIL), (ANA, "user_id", "user-4711"), (ANA, "webchat", VISITOR), (ben, "email", bens_mail),
        ):  # fmt: skip
            await uow.profiles.claim(who, Identity(kind, value), now)
        form = ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "a form", f"May we, {NAME}?", ip=NETWORK)
        await uow.consents.add(form)
        await merge_people(uow, stage.runtime, ANA, OLD, who="a test", why="the same", now=now)
    await stage.happens("demo.requested", name=NAME)
    await stage.says(WORDS)
    await stage.says(WORDS, channel="webchat")
    file = Attachment("https://chat.example.com/files/1", "text/plain", f"{NAME}.txt", 2, place="1.txt")
    await stage.says("", channel="webchat", attachments=(file,))
    await stage.says("Ben's words", address=bens_phone)
    await stage.do(
        SetAttribute("email", MAIL),
        AddTag("vip"),
        ChangeScore("fit", 10, f"{NAME} is ours", "ours"),
        RequestHandoff(f"{NAME} wants to talk"),
        SyncCrm(f"{NAME} called"),
    )
    await stage.settle()
    await stage.says(WORDS)
    sent = stage.sms.taken[0]
    await receive(
        stage.runtime, stage.sms, [DeliveryStatus("sms", "s1", f"sms-{sent.key}", DeliveryState.DELIVERED, "")]
    )
    await stage.says("stop")
    await stage.happens("pricing.viewed", name=NAME)
    async with stage.store.transaction() as uow:
        await uow.segments.queue(ANA, "everybody", entered=True, at=stage.clock.now())
        at = stage.clock.now()
        held = await handoff_of_ana(uow)
        assert await uow.meetings.book(
            Meeting("m", "Ana Rep", held.id, ANA, held.conversation_id, at, at + timedelta(hours=1), at)
        )
        await uow.privacy_requests.add(
            PrivacyRequest("r", ANA, RequestKind.ERASURE, f"{NAME} wrote a letter", at, at + timedelta(days=28))
        )
        await uow.opt_out_questions.add(
            OptOutQuestion(OptOutQuestionId("q"), ANA, Asking.DOUBT, "sms", PHONE, f"{NAME}, stop?", at, at)
        )
        asked = Asked(Purpose.MARKETING, f"May we, {NAME}?", WORDS)
        await uow.challenges.add(Challenge(ChallengeId("c"), ANA, "sms", PHONE, at, at + timedelta(days=1), asked))
        assert await uow.sent_links.keep(SentLink("pagemessages", sent.key, "tips", "first"))


async def handoff_of_ana(uow: UnitOfWork) -> Handoff:
    found = await uow.handoffs.open_for(ANA)
    assert found is not None
    return found


async def rows(stage: Stage) -> dict[str, list[Any]]:
    async with stage.store.transaction() as uow:
        session = uow.profiles._session  # type: ignore[attr-defined]
        return {
            name: [tuple(row) for row in await session.execute(select(table))]
            for name, table in metadata.tables.items()
        }


def found_in(tables: dict[str, list[Any]], *words: str) -> set[str]:
    return {name for name, found in tables.items() for row in found if any(word in str(row) for word in words)}


async def erase(stage: Stage, who: ProfileId = ANA) -> Erasure:
    async with stage.store.transaction() as uow:
        return await erase_person(uow, stage.runtime, who, who="a test", now=stage.clock.now())


def test_every_table_is_known_to_hold_something_of_people_or_nothing() -> None:
    assert {*OWNED, *NOT_OF_PEOPLE, feed} == set(metadata.tables.values())


async def test_nothing_is_left_in_any_column_of_any_table(stage: Stage) -> None:
    await live(stage)
    before = await rows(stage)
    receipt = await erase(stage)
    after = await rows(stage)
    assert found_in(after, *THEIRS) == set()
    assert found_in(after, f"'{ANA}'", f'"{ANA}"', OLD) == set()
    assert set(receipt.rows) == {table.name for table in (*OWNED, feed)}
    left = {name: [row for row in found if "erasure:" not in str(row)] for name, found in after.items()}
    assert receipt.rows == {
        name: len(found) - len(left[name]) for name, found in before.items() if name in receipt.rows
    }
    assert list(receipt.elsewhere) == ["crm"]
    kept = after["erasure"]
    assert len(kept) == 1
    assert found_in({"erasure": kept}, *THEIRS, ANA) == set()


async def test_nothing_is_left_in_the_file_and_its_journal(sqlite_store: Database, clock: ManualClock) -> None:
    """SQLite keeps older copies of pages in a journal beside the file, for as long as nothing overwrites them."""
    stage, file = Stage(sqlite_store, clock), sqlite_store.file
    assert file is not None

    def found() -> set[str]:
        bytes_of_all = b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
        return {word for word in THEIRS if word.encode() in bytes_of_all}

    await live(stage)
    assert found() == set(THEIRS) or sqlite_store.sealing.is_on
    await erase(stage)
    assert found() == set()


async def test_no_tracker_that_was_read_lately_is_kept(stage: Stage) -> None:
    await live(stage)
    lately_read = stage.store._lately_read  # type: ignore[attr-defined]
    assert len(lately_read)
    await erase(stage)
    assert not len(lately_read)


class Counting:
    """A session that counts what is asked of the feeds, and how often who somebody is is read."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.looks = 0
        self.reads: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    async def execute(self, statement: Any, values: Any = None) -> Any:
        whose = {READ[conversation]: "conversation", READ[identity]: "identity", MERGED_INTO: "merge"}
        self.reads[whose.get(statement, "another")] += 1
        return await self._session.execute(statement, values)

    async def execute_at_length(self, statement: Any, values: Any = None) -> Any:
        self.looks += str(statement).startswith("DELETE FROM feed ")
        return await self._session.execute_at_length(statement, values)


async def visit(stage: Stage, times: int) -> None:
    """Ana comes to the website from so many browsers, each with a feed of its own."""
    await stage.meet()
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        for number in range(times):
            await start_conversation(uow, ANA, "webchat", f"visitor-{number}", now)
            await uow.feeds.append(f"webchat:visitor-{number}", f"{number}", {"text": "hello"}, now)


async def test_the_feeds_are_gone_through_once_and_not_for_each_address(stage: Stage) -> None:
    await visit(stage, 3)
    async with stage.store.transaction() as uow:
        counting = Counting(uow.personal_data._session)  # type: ignore[attr-defined]
        uow.personal_data._session = counting  # type: ignore[attr-defined]
        receipt = await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
    assert (counting.looks, receipt.rows["feed"]) == (1, 3)


async def test_who_somebody_is_is_read_once(stage: Stage) -> None:
    await visit(stage, 3)
    async with stage.store.transaction() as uow:
        counting = Counting(uow.personal_data._session)  # type: ignore[attr-defined]
        uow.personal_data._session = counting  # type: ignore[attr-defined]
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
    assert [counting.reads[name] for name in ("conversation", "identity", "merge")] == [1, 1, 1]


async def test_of_somebody_with_many_addresses_nothing_is_left_on_the_feeds(stage: Stage) -> None:
    await visit(stage, 31)
    assert (await erase(stage)).rows["feed"] == 31
    assert not (await rows(stage))["feed"]


async def test_feeds_are_gone_through_in_parts_so_that_no_statement_takes_too_long(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal_data, "ITEMS_AT_ONCE", 2)
    await visit(stage, 3)
    async with stage.store.transaction() as uow:
        assert len((await all_data(uow, ANA, stage.clock.now()))["tables"]["feed"]) == 3
    async with stage.store.transaction() as uow:
        counting = Counting(uow.personal_data._session)  # type: ignore[attr-defined]
        uow.personal_data._session = counting  # type: ignore[attr-defined]
        receipt = await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
    assert (counting.looks, receipt.rows["feed"]) == (2, 3)
    assert not (await rows(stage))["feed"]


async def test_others_keep_all_that_is_theirs(stage: Stage) -> None:
    await live(stage)
    ben, phone, mail = OTHERS
    before = await rows(stage)
    await erase(stage)
    after = await rows(stage)
    for word in (phone, mail, "Ben's words", f"'{ben}'"):
        assert found_in(after, word) == found_in(before, word)


async def test_what_is_given_to_a_person_has_all_that_erasing_takes(stage: Stage) -> None:
    await live(stage)
    async with stage.store.transaction() as uow:
        given = await all_data(uow, ANA, stage.clock.now())
    tables = given["tables"]
    text = str(given)
    assert all(word in text for word in THEIRS)
    assert tables["profile"][0]["attributes"]["name"] == NAME
    assert any(one["body"].get("text") == WORDS for one in tables["event"])
    assert "Ben's words" not in text
    receipt = await erase(stage)
    assert receipt.rows == {name: len(found) for name, found in tables.items()}


async def test_who_comes_again_by_an_import_is_not_written_to(stage: Stage) -> None:
    await live(stage)
    receipt = await erase(stage)
    assert receipt.suppressed >= 1
    assert not (await rows(stage))["suppression"]
    async with stage.store.transaction() as uow:
        told = Origin(Source.API, stage.clock.now())
        again = await know_person(uow, stage.runtime, Wanted(identity=Identity("phone", PHONE)), told)
    await stage.consent(of=again)
    assert not await stage.may_send(of=again)


@pytest.mark.parametrize("asked", [True, False])
async def test_who_is_known_twice_and_asks_to_be_erased_is_left_alone_as_the_other_one_too(
    stage: Stage, asked: bool
) -> None:
    """As after a STOP; who only was deleted, by a rule, has refused nothing."""
    ben = OTHERS[0]
    await stage.meet()
    await stage.meet(ben, phone="+447700900999")
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ben, Identity("phone", PHONE), stage.clock.now())
    await stage.consent(of=ben)
    assert await stage.may_send(of=ben)
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now(), asked=asked)
    assert await stage.may_send(of=ben) is not asked
    assert await stage.may_send(of=ben, address="+447700900999")


async def test_who_asks_for_messages_again_gets_them(stage: Stage) -> None:
    await live(stage)
    await erase(stage)
    await stage.says("hello")
    await stage.says("start")
    conversation = await stage.at()
    assert await stage.may_send(of=conversation.profile_id)
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(conversation.profile_id, Identity("phone", PHONE), stage.clock.now())
        assert await uow.consents.suppression("sms", PHONE) is None


async def test_erasing_somebody_twice_is_told(stage: Stage) -> None:
    await live(stage)
    await erase(stage)
    assert (await erase(stage)).rows == {}
    async with stage.store.transaction() as uow:
        session = uow.profiles._session  # type: ignore[attr-defined]
        assert [row.id for row in await session.execute(select(profile.c.id))] == [OTHERS[0]]


async def test_of_what_is_sent_to_them_at_that_moment_nothing_stays_that_names_it(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)

    async def erase(_: OutboundMessage) -> None:
        async with stage.store.transaction() as uow:
            await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now(), asked=False)

    stage.sms.on_send = erase
    await stage.settle()
    assert len(stage.sms.taken) == 1
    async with stage.store.transaction() as uow:
        assert await uow.outbox.told_of("k") is None
        assert await uow.retention.drop_unclaimed(stage.clock.now() + timedelta(days=1), limit=9) == 1


async def test_an_opt_out_that_came_from_the_other_form_of_a_number_is_erased_and_stays(stage: Stage) -> None:
    by_whatsapp, dialled = "+5215512345678", "+525512345678"
    await stage.meet(phone=dialled)
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.consents.suppress(Suppression("whatsapp", by_whatsapp, "wrote STOP", now))
        await uow.feeds.append("a panel", "a-line", {"type": "line", "number": by_whatsapp}, now)
    async with stage.store.transaction() as uow:
        assert [row["address"] for row in await uow.personal_data.left_alone(ANA)] == [by_whatsapp]
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
    async with stage.store.transaction() as uow:
        assert await uow.consents.suppression("whatsapp", by_whatsapp) is None, "nobody can read the number here"
        assert await uow.feeds.read(["a panel"], after=0) == []
        assert "whatsapp" in (await uow.consents.opted_out([by_whatsapp]))[by_whatsapp]


async def test_an_opt_out_that_came_from_the_other_form_of_anothers_number_stays_theirs(stage: Stage) -> None:
    by_whatsapp, dialled = "+5215512345678", "+525512345678"
    await stage.meet(phone=dialled)
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.profiles.add(Profile(ProfileId("typist"), now))
        await uow.profiles.claim(ProfileId("typist"), Identity("phone", dialled), now)
        await uow.consents.suppress(Suppression("whatsapp", by_whatsapp, "wrote STOP", now))
        await uow.retention.forget([ProfileId("typist")])
    async with stage.store.transaction() as uow:
        assert await uow.consents.suppression("whatsapp", dialled) is not None


@pytest.mark.parametrize("is_merged", [False, True])
async def test_what_panels_show_of_a_conversation_that_was_kept_long_enough_goes_with_the_person(
    stage: Stage, is_merged: bool
) -> None:
    """A retention rule has deleted the conversation before, and with it all by which it was found there."""
    await stage.meet()
    await stage.says("greet")
    assert [one["text"] for one in await stage.feed("explain")] == ["greet"]
    who = ANA
    async with stage.store.transaction() as uow:
        if is_merged:
            await uow.profiles.add(Profile(OLD, stage.clock.now() - timedelta(days=1)))
            who = (
                await merge_people(uow, stage.runtime, OLD, ANA, who="a test", why="one", now=stage.clock.now())
            ).kept.id
        later = stage.clock.forward(timedelta(days=101))
        dropped = await uow.retention.drop(DataClass.CONVERSATIONS, later - timedelta(days=100), after="", limit=10)
        assert dropped.count == 1
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, who, who="a test", now=stage.clock.now())
    assert await stage.feed("explain") == []


async def test_of_whoever_was_merged_twice_over_nothing_is_left_either(stage: Stage) -> None:
    """What is kept of the first merge, to undo it, has the names of both."""
    first, second = ProfileId("first"), ProfileId("second")
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        for number, who in enumerate((first, second)):
            await uow.profiles.add(Profile(who, now - timedelta(days=number), {"name": f"{NAME} {number}"}))
        await merge_people(uow, stage.runtime, first, second, who="a test", why="one", now=now)
        await uow.profiles.add(Profile(OLD, now - timedelta(days=9)))
        await merge_people(uow, stage.runtime, OLD, second, who="a test", why="one", now=now)
    async with stage.store.transaction() as uow:
        assert len((await uow.personal_data.of(OLD))["merge"]) == 2
        await erase_person(uow, stage.runtime, OLD, who="a test", now=stage.clock.now())
    async with stage.store.transaction() as uow:
        assert [await uow.merges.all_of(who) for who in (first, second, OLD)] == [[], [], []]


async def test_who_was_parted_from_them_keeps_what_panels_show_of_them(stage: Stage) -> None:
    await stage.meet()
    await stage.says("greet")
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.profiles.add(Profile(OLD, now - timedelta(days=1)))
        await merge_people(uow, stage.runtime, OLD, ANA, who="a test", why="one", now=now)
    async with stage.store.transaction() as uow:
        await part_people(uow, stage.runtime, OLD, now=now)
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, OLD, who="a test", now=now)
    assert [one["text"] for one in await stage.feed("explain")] == ["greet"]
