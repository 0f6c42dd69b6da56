"""What others hold of somebody who is erased: it is erased there, too, and the receipt says how far that is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.adapters.database import Database
from bot.adapters.tables import crm_link, outbox
from bot.domain.crm import CrmMapping, MappedField, OnErasure
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import RequestHandoff, SyncCrm
from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.domain.ids import ProfileId
from bot.domain.message import OutboundMessage
from bot.domain.privacy import ErasedPlace, ErasedState, Erasure
from bot.services.erase_elsewhere import DEALS, NOT_ASKED
from bot.services.erase_person import erase_person
from bot.services.replay import Chosen, replay_chosen
from tests.bot.services.stage import ANA, Stage
from tests.manual_clock import ManualClock

DONE, QUEUED, FAILED, NOT_POSSIBLE = ErasedState
RECORD = f"record of {ANA}"


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    return Stage(store, clock)


async def known_everywhere(stage: Stage, on_erasure: OnErasure = "delete") -> None:
    """Ana is handed over to the desk, where a rep answers, and stands in the CRM."""
    mapping = CrmMapping("crm", (MappedField("phone", "lead.phone"),), on_erasure)
    stage.library.playbook = replace(stage.library.playbook, crm_mappings={"crm": mapping})
    await stage.meet()
    await stage.says("hello")
    await stage.do(RequestHandoff("wants to talk"), SyncCrm("called"))
    await stage.settle()
    await stage.reply("How can I help?")


async def erase(stage: Stage, *, asked: bool = True) -> Erasure:
    async with stage.store.transaction() as uow:
        return await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now(), asked=asked)


async def receipt(stage: Stage, erasure: Erasure) -> Erasure:
    """As it is by now."""
    async with stage.store.transaction() as uow:
        found = await uow.erasures.get(erasure.id)
    assert found is not None
    return found


def at(erasure: Erasure, place: str, what: str = "") -> set[tuple[ErasedState, str]]:
    return {(one.state, one.why) for one in erasure.places if one.place == place and what in one.what}


async def tombstones(stage: Stage) -> list[str]:
    async with stage.store.transaction() as uow:
        session = uow.outbox._session  # type: ignore[attr-defined]
        return [row.key for row in await session.execute(outbox.select()) if row.key.startswith("erasure:")]


async def test_the_desks_messages_and_the_record_go(stage: Stage) -> None:
    await known_everywhere(stage)
    sent = {(one.address, one.replaces or f"slack-{one.key}") for one in stage.slack.taken}
    first = await erase(stage)
    assert at(first, "crm") == {(QUEUED, "")}
    assert at(first, "slack", "a message") == {(QUEUED, "")}
    await stage.settle()
    assert {*stage.slack.taken_away} == sent
    assert stage.crm.fields == {}
    last = await receipt(stage, first)
    assert at(last, "crm") == at(last, "slack", "a message") == {(DONE, "")}
    assert {one.held for one in last.places} == {""}
    assert await tombstones(stage) == []


async def test_what_nobody_here_can_reach_is_named_with_the_reason(stage: Stage) -> None:
    await known_everywhere(stage)
    told = {one.place: one for one in (await erase(stage)).places if one.state is NOT_POSSIBLE}
    assert sorted(told) == ["backups", "slack", "sms"]
    assert told["slack"].what == "messages of reps: 1"
    assert all(one.why for one in told.values())


async def test_it_is_tried_again_and_given_up_loudly(stage: Stage) -> None:
    await known_everywhere(stage)
    stage.crm.faults.extend([TemporarySendError("it is down"), PermanentSendError("no right to delete")])
    first = await erase(stage)
    await stage.settle()
    assert at(await receipt(stage, first), "crm") == {(QUEUED, "")}
    await stage.later(minutes=5)
    await stage.settle()
    assert at(await receipt(stage, first), "crm") == {(FAILED, "no right to delete")}
    [line] = [one for one in (await receipt(stage, first)).places if one.place == "crm"]
    assert line.held == RECORD
    async with stage.store.transaction() as uow:
        assert len((await replay_chosen(uow, Chosen(to="crm"), stage.clock.now())).done) == 1
    await stage.settle()
    assert at(await receipt(stage, first), "crm") == {(DONE, "")}


async def test_a_mapping_may_keep_the_record_without_the_person(stage: Stage) -> None:
    await known_everywhere(stage, "anonymise")
    first = await erase(stage)
    await stage.settle()
    assert stage.crm.fields == {ANA: {}}
    assert at(await receipt(stage, first), "crm") == {(DONE, "")}


async def test_a_mapping_may_leave_it_and_the_receipt_says_which_it_is(stage: Stage) -> None:
    await known_everywhere(stage, "leave")
    first = await erase(stage)
    await stage.settle()
    assert ANA in stage.crm.fields
    [line] = [one for one in (await receipt(stage, first)).places if one.place == "crm"]
    assert line == ErasedPlace("crm", "a record", NOT_POSSIBLE, line.why, RECORD)
    assert "on_erasure: leave" in line.why


async def test_a_retention_rule_deletes_nothing_in_a_crm(stage: Stage) -> None:
    await known_everywhere(stage)
    first = await erase(stage, asked=False)
    await stage.settle()
    assert ANA in stage.crm.fields
    assert at(first, "crm") == {(NOT_POSSIBLE, NOT_ASKED)}


async def test_a_record_of_two_people_stays(stage: Stage) -> None:
    await known_everywhere(stage)
    ben = ProfileId("ben")
    await stage.meet(ben, phone="+447700900999")
    async with stage.store.transaction() as uow:
        await uow.crm_links.put("crm", ben, RECORD)
    first = await erase(stage)
    await stage.settle()
    assert ANA in stage.crm.fields
    [(state, why)] = at(first, "crm")
    assert state is NOT_POSSIBLE
    assert "somebody else" in why


async def test_a_record_whose_id_the_crm_has_not_told_is_found_by_ours(stage: Stage) -> None:
    """We died between its taking the record and our writing that down."""
    await known_everywhere(stage)
    async with stage.store.transaction() as uow:
        session = uow.outbox._session  # type: ignore[attr-defined]
        await session.execute(crm_link.delete())
    first = await erase(stage)
    await stage.settle()
    assert stage.crm.fields == {}
    assert at(await receipt(stage, first), "crm") == {(DONE, "")}


async def test_deals_stay_and_are_named(stage: Stage) -> None:
    await known_everywhere(stage)
    await stage.do(SyncCrm("", deal={"dealname": "Ana"}))
    await stage.settle()
    assert at(await erase(stage), "crm", "a deal") == {(NOT_POSSIBLE, DEALS)}


async def test_a_record_that_the_crm_is_just_making_is_deleted_when_it_must_be_there(stage: Stage) -> None:
    await stage.meet()
    erased: list[Erasure] = []

    async def meanwhile() -> None:
        if not erased:
            erased.append(await erase(stage))

    stage.crm.before_find = meanwhile
    await stage.do(SyncCrm("called"))
    await stage.settle()
    stage.crm.fields[ANA] = {"phone": "+447700900123"}  # whatever came of that try, the vendor has it
    await stage.settle()
    assert at(await receipt(stage, erased[0]), "crm") == {(QUEUED, "")}
    await stage.later(minutes=3)
    await stage.settle()
    assert stage.crm.fields == {}
    assert at(await receipt(stage, erased[0]), "crm") == {(DONE, "")}


async def test_a_card_that_was_just_leaving_is_taken_away_when_the_desk_has_it(stage: Stage) -> None:
    await stage.meet()
    await stage.says("hello")
    erased: list[Erasure] = []

    async def meanwhile(message: OutboundMessage) -> None:
        if not erased:
            erased.append(await erase(stage))

    stage.slack.on_send = meanwhile
    await stage.do(RequestHandoff("wants to talk"))
    await stage.settle()
    assert stage.slack.taken
    last = await receipt(stage, erased[0])
    assert at(last, "slack", "a message") == {(DONE, "")}
    gone = {message for _, message in stage.slack.taken_away}
    assert gone == {f"slack-{one.key}" for one in stage.slack.taken}
    assert await tombstones(stage) == []


async def test_what_is_still_to_be_erased_holds_nothing_but_the_vendors_ids(stage: Stage) -> None:
    await known_everywhere(stage)
    await erase(stage)
    async with stage.store.transaction() as uow:
        waiting = await uow.outbox.claim(stage.clock.now(), 50, stale_after=stage.clock.now() - stage.clock.now())
    ours = [one for one in waiting if one.key.startswith("erasure:")]
    assert {one.profile_id for one in ours} == {None}
    assert {one.status for one in ours} == {OutboxStatus.WAITING}
    assert not any("Ana" in str(one) or "+44" in str(one) for one in ours)


@pytest.mark.parametrize("is_lost", [False, True])
async def test_a_desk_on_a_page_of_ours_has_nothing_that_would_not_go_with_our_own(stage: Stage, is_lost: bool) -> None:
    stage.slack.abilities = replace(stage.slack.abilities, kept_here=True)
    await stage.meet()
    await stage.says("hello")
    await stage.do(RequestHandoff("wants to talk"))
    await stage.settle()
    if is_lost:
        async with stage.store.transaction() as uow:
            await uow.outbox._session.execute(outbox.delete())  # type: ignore[attr-defined]
    erased = await erase(stage)
    await stage.settle()
    assert not at(erased, "slack")
    assert stage.slack.taken_away == []
