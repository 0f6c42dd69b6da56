"""Whom a CRM has erased: it is asked for here, marketing ends, and no record is made anew behind their back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.crm import CrmEvent
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import RequestHandoff, SetAttribute, SyncCrm
from bot.domain.ids import ProfileId
from bot.domain.person import Profile
from bot.domain.privacy import PrivacyRequest, RequestKind
from bot.services import take_events
from bot.services.erase_person import erase_person
from bot.services.heed_erasure import ASKED_BEFORE
from bot.services.note_request import note_request, settle_requests
from bot.services.perform import Cause
from bot.services.rectify import rectify
from bot.services.take_crm_events import take_crm_events
from tests.bot.services.fakes import FakeCrm
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of

BEN = ProfileId("ben")
RECORD = f"record of {ANA}"
WITHHELD = (OutboxStatus.WITHHELD, "crm has erased them, and they have not written since")


@pytest.fixture
async def known(stage: Stage) -> Stage:
    """Ana, with consent on her phone, has a record in the CRM."""
    await stage.meet(attributes={"name": "Ana", "email": "ana@example.com"})
    await stage.consent()
    await stage.do(SyncCrm())
    await stage.settle()
    await stage.later(minutes=1)
    return stage


async def erased_there(stage: Stage, *, event_id: str = "e1") -> dict[str, int]:
    await stage.crm.delete(RECORD)
    event = CrmEvent(event_id, "erased", RECORD, stage.clock.now())
    counts = await take_crm_events(stage.runtime, "crm", [event])
    await stage.settle()
    return dict(counts)


async def requests(stage: Stage, who: ProfileId = ANA) -> list[PrivacyRequest]:
    async with stage.store.transaction() as uow:
        return list(await uow.privacy_requests.of(who))


async def close(stage: Stage) -> None:
    async with stage.store.transaction() as uow:
        await settle_requests(uow, ANA, [RequestKind.ERASURE], "we have to keep it", stage.clock.now())


async def sync(stage: Stage, key: str, note: str = "") -> tuple[OutboxStatus, str]:
    """A journey wants her in the CRM; what comes of it."""
    await stage.do(SyncCrm(note), cause=Cause(key, ANA))
    await stage.settle()
    return await stage.outcome(f"{key}:0:crm:crm")


async def test_it_is_in_the_register_and_in_the_audit_log(known: Stage) -> None:
    assert await erased_there(known) == {"taken": 1, "duplicates": 0, "ignored": 0}
    [request] = await requests(known)
    assert (request.kind, request.how, request.done_at) == (RequestKind.ERASURE, "erased in crm", None)
    assert request.due_at > known.clock.now()
    [deed] = [one for one in await known.deeds() if one.what == "person.requested"]
    assert (deed.who, deed.about, deed.detail) == ("crm:crm", ANA, {"kind": "erasure"})
    async with known.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes["name"] == "Ana", "nothing is erased by itself"
        assert [one.event for one in await uow.timeline.of(ANA, limit=1)] == ["crm.erased"]


async def test_the_same_webhook_again_opens_no_second_request(known: Stage) -> None:
    await erased_there(known)
    await close(known)
    await known.later(hours=3)
    assert await erased_there(known) == {"taken": 0, "duplicates": 0, "ignored": 1}
    assert len(await requests(known)) == 1


async def test_marketing_ends_at_once(known: Stage) -> None:
    await known.queue("offer", due_at=known.clock.now() + timedelta(days=1))
    known.play(journey_of("- wait: 9d\n- send: {response: utter_offer, channels: [sms]}"))
    await known.happens("demo.requested")
    assert await known.enrolments()
    await erased_there(known)
    assert not await known.may_send()
    assert await known.enrolments() == []
    assert (await known.entry("offer")).status is OutboxStatus.WITHHELD
    async with known.store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE) is not None
        assert {one.how for one in await uow.consents.of(ANA) if not one.granted} == {"erased in crm"}


async def test_marketing_ends_and_it_is_noted_though_journeys_cannot_be_told(
    known: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(take_events, "tell_journeys", broken)
    await erased_there(known)
    assert not await known.may_send()
    assert len(await requests(known)) == 1


async def test_who_had_asked_for_it_before_has_one_request_to_be_done(known: Stage) -> None:
    async with known.store.transaction() as uow:
        rules = known.library.current().rules
        now = known.clock.now()
        await note_request(uow, rules, "GB", ANA, RequestKind.ERASURE, how="by letter", now=now)
    await known.later(hours=1)
    await erased_there(known)
    assert [(one.how, one.outcome) for one in await requests(known)] == [
        ("by letter", ""),
        ("erased in crm", ASKED_BEFORE),
    ]
    assert await sync(known, "demo") == WITHHELD


async def test_no_record_is_made_anew_by_what_waits_or_by_what_journeys_want_later(known: Stage) -> None:
    await known.do(SyncCrm("waits"), cause=Cause("waits", ANA))
    await erased_there(known)
    await known.later(minutes=10)
    assert await known.outcome("waits:0:crm:crm") == WITHHELD
    assert await sync(known, "score") == WITHHELD
    async with known.store.transaction() as uow:
        await rectify(uow, known.runtime, ANA, {"name": "Anna"}, who="a test", now=known.clock.now())
    await known.do(SetAttribute("name", "Ana"), RequestHandoff("by a journey", crm="crm"), cause=Cause("desk", ANA))
    await known.later(hours=2)
    assert (known.crm.records, known.crm.notes) == ({}, {})


async def test_who_writes_again_waits_until_it_is_decided_whether_they_are_erased(known: Stage) -> None:
    await erased_there(known)
    await known.later(days=1)
    await known.says("hello")
    status, why = await sync(known, "demo", "wants a demo")
    assert (status, why) == (
        OutboxStatus.WAITING,
        "crm has erased them: erase them here, or close their request for erasure",
    )
    await known.later(days=8)
    assert known.crm.records == {}
    await close(known)
    await known.later(hours=1)
    assert list(known.crm.records) == [ANA]
    assert [text for _, text in known.crm.notes.values()] == ["wants a demo"]
    async with known.store.transaction() as uow:
        assert await uow.crm_links.get("crm", ANA) == RECORD


async def test_a_closed_request_alone_makes_no_record(known: Stage) -> None:
    await erased_there(known)
    await close(known)
    await known.later(days=1)
    assert await sync(known, "demo") == WITHHELD


async def test_once_there_is_a_record_again_nobody_asks_how_it_was(known: Stage) -> None:
    await erased_there(known)
    await close(known)
    await known.later(days=1)
    await known.says("hello")
    assert (await sync(known, "demo"))[0] is OutboxStatus.SENT
    async with known.store.transaction() as uow:
        await note_request(
            uow, known.library.current().rules, "GB", ANA, RequestKind.ERASURE, how="by letter", now=known.clock.now()
        )
    assert (await sync(known, "later"))[0] is OutboxStatus.SENT, "that is of another request"


async def test_a_second_erasure_over_there_counts_as_the_first(known: Stage) -> None:
    await erased_there(known)
    await known.later(days=1)
    await known.says("hello")
    await close(known)
    assert (await sync(known, "demo"))[0] is OutboxStatus.SENT
    await known.later(days=1)
    await erased_there(known, event_id="e2")
    assert await sync(known, "again") == WITHHELD
    assert [one.done_at is None for one in await requests(known)] == [False, True]


async def test_who_is_erased_here_and_comes_back_is_somebody_else(known: Stage) -> None:
    await erased_there(known)
    await known.do(SyncCrm("waits"), cause=Cause("waits", ANA))
    async with known.store.transaction() as uow:
        await erase_person(uow, known.runtime, ANA, who="a test", now=known.clock.now())
    await known.later(hours=2)
    assert known.crm.records == {}
    async with known.store.transaction() as uow:
        await uow.profiles.add(Profile(BEN, known.clock.now(), {"email": "ana@example.com"}))
    await known.do(SyncCrm(), cause=Cause("demo", BEN))
    await known.settle()
    assert list(known.crm.records) == [BEN]


async def test_a_record_that_was_made_in_the_same_moment_is_erased_again(known: Stage) -> None:
    async with known.store.transaction() as uow:
        await uow.crm_links.remove("crm", ANA)  # so that it is made at once
    await known.crm.delete(RECORD)

    async def erase() -> None:
        known.crm.before_find = None
        known.clock.forward(timedelta(seconds=1))
        await take_crm_events(known.runtime, "crm", [CrmEvent("e1", "erased", "", known.clock.now(), lead=ANA)])

    known.crm.before_find = erase
    assert (await sync(known, "demo"))[0] is OutboxStatus.SENT
    await known.later(minutes=5)
    assert (known.crm.records, known.crm.fields) == ({}, {})
    async with known.store.transaction() as uow:
        assert await uow.crm_links.get("crm", ANA) is None


async def test_other_crms_are_told_of_the_opt_out(known: Stage) -> None:
    other = FakeCrm()
    other.fields[ANA] = {}
    known.runtime = replace(known.runtime, crms={"crm": known.crm, "other": other})
    async with known.store.transaction() as uow:
        await uow.crm_links.put("other", ANA, RECORD)
    await erased_there(known)
    assert other.records[ANA].opted_out
    assert known.crm.records == {}
