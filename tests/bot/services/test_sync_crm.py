"""Sync the CRM: the record as it is when it leaves, each note once, and neither in the other's way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.sparing_crm import SparingCrm
from bot.domain.consent import Purpose
from bot.domain.crm import CrmMapping, CrmWrite, FieldValue, MappedField
from bot.domain.delivery import CrmUpsert, OutboxStatus
from bot.domain.effects import ChangeScore, OptIn, OptOut, RecordConsent, RequestHandoff, SetAttribute, SyncCrm
from bot.domain.errors import FieldsRefused, PermanentSendError, TemporarySendError, TooLittleKnown
from bot.domain.handoff import Lead
from bot.domain.ids import ProfileId
from bot.domain.person import Identity, Profile
from bot.services import hand_over
from bot.services.deliver import deliver_due
from bot.services.perform import Cause
from bot.services.replay import replay
from bot.services.respect_wishes import note_objection
from bot.services.start_conversation import start_conversation
from tests.bot.services.fakes import FakeCrm
from tests.bot.services.stage import ANA, PHONE, Stage


async def test_the_record_holds_what_is_known_of_the_person(stage: Stage) -> None:
    await stage.meet(attributes={"name": "Ana", "company_size": 80})
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", "ana@example.com"), stage.clock.now())
    await stage.do(ChangeScore("fit", 40, "80 people", "size"), SyncCrm())
    await stage.settle()
    lead = stage.crm.records[ANA]
    assert (lead.name, lead.email, lead.phone) == ("Ana", "ana@example.com", PHONE)
    assert (lead.score, lead.grade, lead.reasons) == (40, "A3", ("+40 80 people",))
    assert lead.properties == {"company_size": 80}
    async with stage.store.transaction() as uow:
        assert await uow.crm_links.get("crm", ANA) == f"record of {ANA}"


async def test_the_record_leaves_as_it_is_then_and_not_as_it_was_queued(stage: Stage) -> None:
    await stage.meet(attributes={"name": "A."})
    await stage.do(SyncCrm())
    await stage.do(SetAttribute("name", "Ana"), cause=Cause("later", ANA))
    await stage.settle()
    assert stage.crm.records[ANA].name == "Ana"


async def with_mapping(stage: Stage, *more: MappedField) -> None:
    """The CRM has a name, which stays, and a grade, which does not."""
    fields = (
        *more,
        MappedField("full_name", "lead.name"),
        MappedField("grade", "lead.grade", overwrite=True),
        MappedField("opted_out", "lead.opted_out", overwrite=True),
    )
    stage.library.playbook = replace(stage.library.playbook, crm_mappings={"crm": CrmMapping("crm", fields)})
    await stage.meet(attributes={"name": "Ana"})


async def test_what_sales_wrote_in_the_record_stays_unless_the_mapping_says_otherwise(stage: Stage) -> None:
    await with_mapping(stage)
    stage.crm.fields[ANA] = {"full_name": "Ana María", "grade": "C3"}
    await stage.do(ChangeScore("fit", 40, "80 people", "size"), SyncCrm())
    await stage.settle()
    assert stage.crm.fields[ANA] == {"full_name": "Ana María", "grade": "A3"}


async def test_what_a_journey_says_of_the_record_is_written_over_what_is_there(stage: Stage) -> None:
    await with_mapping(stage)
    stage.crm.fields[ANA] = {"stage": "new"}
    await stage.do(SyncCrm("", {"stage": "demo"}))
    await stage.settle()
    assert stage.crm.fields[ANA]["stage"] == "demo"


async def test_an_opt_out_reaches_the_record_and_is_not_taken_back(stage: Stage) -> None:
    await with_mapping(stage)
    await stage.do(SyncCrm())
    await stage.settle()
    assert "opted_out" not in stage.crm.fields[ANA]
    await stage.do(OptOut("said so"), cause=Cause("stop", ANA))
    await stage.settle()
    assert stage.crm.fields[ANA]["opted_out"] is True
    await stage.later(hours=1)
    await stage.do(OptIn("sms", PHONE, "START"), SyncCrm(), cause=Cause("start", ANA))
    await stage.settle()
    assert stage.crm.records[ANA].opted_out is False
    assert stage.crm.fields[ANA]["opted_out"] is True


async def test_nobody_gets_a_record_because_they_opted_out(stage: Stage) -> None:
    await with_mapping(stage)
    await stage.do(OptOut("said so"))
    await stage.settle()
    assert stage.crm.records == {}


async def with_a_record_that_was_deleted_there(stage: Stage) -> None:
    await with_mapping(stage)
    await stage.do(SyncCrm())
    await stage.settle()
    await stage.crm.delete(f"record of {ANA}")


async def test_nobody_gets_a_record_anew_because_they_opted_out_when_it_was_deleted_there(stage: Stage) -> None:
    await with_a_record_that_was_deleted_there(stage)
    at = stage.clock.now()
    await stage.do(OptOut("said so"), cause=Cause("stop", ANA))
    for _ in range(5):
        await stage.later(minutes=3)
    assert stage.crm.records == {}
    reason = "the CRM has no record of them any more, and this alone makes none"
    assert await stage.outcome(f"opt-out:{ANA}:{at.isoformat()}:crm:crm") == (OutboxStatus.WITHHELD, reason)


async def test_an_opt_out_reaches_a_record_that_the_crm_finds_only_later(stage: Stage) -> None:
    """Its search lags behind."""
    await with_a_record_that_was_deleted_there(stage)
    await stage.do(OptOut("said so"), cause=Cause("stop", ANA))
    await stage.settle()
    stage.crm.fields[ANA] = {}
    await stage.later(seconds=5)
    assert stage.crm.fields[ANA]["opted_out"] is True


async def test_a_journey_makes_a_record_anew_once_it_is_sure_that_there_is_none(stage: Stage) -> None:
    await with_a_record_that_was_deleted_there(stage)
    await stage.do(SyncCrm("wants a demo"), cause=Cause("demo", ANA))
    await stage.settle()
    assert stage.crm.records == {}
    await stage.later(seconds=10)
    assert stage.crm.records == {}
    for _ in range(4):
        await stage.later(minutes=3)
    assert list(stage.crm.records) == [ANA]
    assert [text for _, text in stage.crm.notes.values()] == ["wants a demo"]


async def test_of_two_syncs_of_one_lead_the_last_to_write_is_the_last_to_read(stage: Stage) -> None:
    """Without a conversation nothing else keeps them in order."""
    await with_mapping(stage)
    slow = asyncio.Event()
    stage.crm.before_find = slow.wait
    await stage.do(SyncCrm(), cause=Cause("first", ANA))
    first = asyncio.create_task(deliver_due(stage.runtime))
    await asyncio.sleep(0.05)
    await stage.do(ChangeScore("fit", 40, "80 people", "size"), SyncCrm(), cause=Cause("second", ANA))
    assert await deliver_due(stage.runtime) == 1
    assert ANA not in stage.crm.fields
    slow.set()
    await first
    await stage.later(seconds=2)
    assert stage.crm.fields[ANA]["grade"] == "A3"


async def test_a_note_goes_to_the_record_and_the_same_cause_queues_both_once(stage: Stage) -> None:
    await stage.meet()
    for _ in range(2):
        await stage.do(SyncCrm("Wants a demo"))
    await stage.settle()
    assert list(stage.crm.notes.values()) == [(f"record of {ANA}", "Wants a demo")]
    queued = await stage.entry("cause:0:crm:crm")
    assert isinstance(queued.dispatch, CrmUpsert)
    assert queued.status is OutboxStatus.SENT


async def test_a_note_that_waits_for_a_record_does_not_hold_up_the_record(stage: Stage) -> None:
    """Somebody asks for a person at once, and says only later who they are."""
    await stage.meet()
    await stage.do(RequestHandoff("Asked for a person"))
    await stage.settle()
    assert stage.crm.notes == {}
    await stage.do(SetAttribute("email", "ana@example.com"), SyncCrm(), cause=Cause("form", ANA, (await stage.at()).id))
    await stage.settle()
    assert stage.crm.records[ANA].email == "ana@example.com"
    await stage.later(seconds=10)
    assert [text for _, text in stage.crm.notes.values()] == ["Handed over to sales: Asked for a person; writes on sms"]


async def test_a_crm_that_is_away_gets_the_record_before_the_note_when_it_is_back(stage: Stage) -> None:
    await stage.meet()
    await stage.do(SyncCrm("Wants a demo"))
    stage.crm.faults.append(TemporarySendError("away", retry_after=timedelta(minutes=1)))
    await stage.settle()
    assert (stage.crm.records, stage.crm.notes) == ({}, {})
    await stage.later(minutes=1)
    assert list(stage.crm.notes.values()) == [(f"record of {ANA}", "Wants a demo")]


async def test_a_note_is_given_up_with_the_record_that_it_was_for(stage: Stage) -> None:
    await stage.meet()
    stage.crm.faults.append(PermanentSendError("no e-mail address"))
    await stage.do(SyncCrm("Wants a demo"))
    await stage.settle()
    given_up = await stage.entry("cause:0:crm:crm")
    assert (given_up.status, given_up.reason) == (OutboxStatus.DEAD, "no e-mail address")
    assert stage.crm.notes == {}


async def test_a_value_that_a_crm_does_not_take_costs_no_lead(stage: Stage) -> None:
    await with_mapping(stage)
    stage.crm.faults += [FieldsRefused("too long, of full_name", ["full_name"]), FieldsRefused("no such", ["stage"])]
    await stage.do(SyncCrm("Wants a demo", {"stage": "demo"}))
    await stage.settle()
    assert stage.crm.fields[ANA] == {"grade": "C3"}
    assert [text for _, text in stage.crm.notes.values()] == ["Wants a demo"]
    assert [[one.name for one in line.fields] for line in await written(stage) if line.record] == [["grade", "note"]]
    async with stage.store.transaction() as uow:
        [told] = [one for one in await uow.timeline.of(ANA, limit=9) if one.event == "crm.written"]
    assert told.data["refused"] == ["full_name", "stage"]


async def test_a_value_that_a_crm_does_not_take_is_told_of_where_it_was_all_there_was_to_write(stage: Stage) -> None:
    await with_mapping(stage)
    stage.crm.fields[ANA] = {"full_name": "Ana", "grade": "C3"}
    stage.crm.faults.append(FieldsRefused("no such", ["stage"]))
    await stage.do(SyncCrm("", {"stage": "demo"}))
    await stage.settle()
    async with stage.store.transaction() as uow:
        [told] = [one for one in await uow.timeline.of(ANA, limit=9) if one.event == "crm.written"]
    assert (told.data["fields"], told.data["refused"]) == ([], ["stage"])
    assert [line.record for line in await written(stage)] == [""], "the ledger does not say that it was taken"


@pytest.mark.parametrize("fields", [["lead_id"], ["elsewhere"]])
async def test_a_record_that_would_not_be_found_again_is_not_written(stage: Stage, fields: list[str]) -> None:
    await with_mapping(stage, MappedField("lead_id", "lead.id", overwrite=True))
    stage.crm.faults.append(FieldsRefused("no such value", fields))
    await stage.do(SyncCrm())
    await stage.settle()
    assert stage.crm.records == {}
    assert await stage.outcome("cause:0:crm:crm") == (OutboxStatus.DEAD, "no such value")


async def test_a_crm_that_finds_fault_each_time_is_not_asked_for_ever(stage: Stage) -> None:
    await with_mapping(stage)
    told = {"one": "1", "two": "2", "three": "3"}
    stage.crm.faults += [FieldsRefused(f"not {name}", [name]) for name in told]
    await stage.do(SyncCrm("", told))
    await stage.settle()
    assert await stage.outcome("cause:0:crm:crm") == (OutboxStatus.DEAD, "not three")


async def a_visitor_whom_the_crm_cannot_keep(stage: Stage) -> None:
    """They ask for a person, and have not said how they can be reached."""
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(ANA, stage.clock.now()))
        await start_conversation(uow, ANA, "webchat", "a visitor", stage.clock.now())
    stage.crm.faults.append(TooLittleKnown())
    await stage.do(RequestHandoff("Asked for a person"), SyncCrm("Resolved by Ana Rep", {"stage": "won"}, "Call"))
    await stage.settle()


async def test_nothing_is_given_up_because_a_visitor_never_says_who_they_are(stage: Stage) -> None:
    await a_visitor_whom_the_crm_cannot_keep(stage)
    sync, reason = "cause:1:crm:crm", "this lead has neither an e-mail address nor a phone number yet"
    assert await stage.outcome(sync) == (OutboxStatus.WAITING, reason)
    handoff = await stage.handoff("webchat", "a visitor")
    note = f"handoff:{handoff.id}:note:crm"
    assert await stage.outcome(note) == (OutboxStatus.WAITING, "the CRM has no record of this person yet")
    for _ in range(12):
        await stage.later(hours=2)
    assert await stage.outcome(note) == (OutboxStatus.WAITING, reason)
    assert stage.crm.records == {}
    for _ in range(14):
        await stage.later(days=1)
    assert [await stage.outcome(one) for one in (sync, note)] == [(OutboxStatus.WITHHELD, reason)] * 2
    async with stage.store.transaction() as uow:
        assert await uow.outbox.dead(10) == []


async def test_what_waited_for_an_address_leaves_once_it_is_known_and_only_once(stage: Stage) -> None:
    await a_visitor_whom_the_crm_cannot_keep(stage)
    for _ in range(3):
        await stage.later(days=1)
    assert stage.crm.records == {}
    await stage.do(SetAttribute("email", "ana@example.com"), cause=Cause("said", ANA))
    for _ in range(4):
        await stage.later(hours=6)
    assert stage.crm.records[ANA].email == "ana@example.com"
    assert sorted(text for _, text in stage.crm.notes.values()) == [
        "Handed over to sales: Asked for a person; writes on webchat", "Resolved by Ana Rep", "To do: Call",
    ]  # fmt: skip
    assert (await stage.entry("cause:1:crm:crm")).status is OutboxStatus.SENT


async def test_what_waits_for_an_address_does_not_hold_up_what_comes_after_it(stage: Stage) -> None:
    await a_visitor_whom_the_crm_cannot_keep(stage)
    await stage.do(SetAttribute("email", "ana@example.com"), SyncCrm("Booked"), cause=Cause("booked", ANA))
    await stage.settle()
    assert [text for _, text in stage.crm.notes.values()] == ["Booked"]
    await stage.later(minutes=10)
    assert len(stage.crm.notes) == 4


async def test_what_was_given_up_leaves_again_once_the_cause_is_mended(stage: Stage) -> None:
    await stage.meet()
    stage.crm.faults.append(PermanentSendError("a duplicate rule refuses it"))
    await stage.do(SyncCrm("Wants a demo"))
    for _ in range(10):
        await stage.later(hours=2)
    async with stage.store.transaction() as uow:
        for entry in await uow.outbox.dead(10):
            await replay(uow, entry, stage.clock.now())
    await stage.later(minutes=1)
    assert list(stage.crm.notes.values()) == [(f"record of {ANA}", "Wants a demo")]


async def test_an_odd_name_makes_no_lead_that_cannot_be_read_again(stage: Stage) -> None:
    """Else the outbox entry of one person would stop everybody's."""
    for number, name in enumerate([5, {"first": "Ana"}, ["Ana"], True, None]):
        await stage.meet(ProfileId(f"odd-{number}"), phone=f"+4477009003{number:02}", attributes={"name": name})
        await stage.do(SyncCrm(), cause=Cause(f"odd-{number}", ProfileId(f"odd-{number}")))
    await stage.settle()
    assert [lead.name for lead in stage.crm.records.values()] == ["5", None, None, None, None]


async def written(stage: Stage) -> list[CrmWrite]:
    async with stage.store.transaction() as uow:
        return list(await uow.crm_writes.of(ANA))


async def test_the_ledger_has_every_field_that_left_with_its_source(stage: Stage) -> None:
    await with_mapping(stage)
    stage.crm.fields[ANA] = {"full_name": "Ana María"}
    await stage.do(ChangeScore("fit", 40, "80 people", "size"), SyncCrm("Wants a demo", {"stage": "demo"}))
    await stage.settle()
    [line] = await written(stage)
    assert (line.crm, line.record, line.key) == ("crm", f"record of {ANA}", "cause:1:crm:crm")
    sent = [(one.name, one.value, one.source) for one in line.fields]
    assert sent == [("grade", "A3", "lead.grade"), ("stage", "demo", "journey"), ("note", "Wants a demo", "note")]
    async with stage.store.transaction() as uow:
        events = [one for one in await uow.timeline.of(ANA, limit=9) if one.event == "crm.written"]
        assert [dict(one.data)["fields"] for one in events] == [["grade", "stage", "note"]]


async def test_the_ledger_has_what_left_although_nobody_answered(stage: Stage) -> None:
    await with_mapping(stage)
    stage.crm.faults.append(TemporarySendError("no answer in time"))
    await stage.do(SyncCrm())
    await stage.settle()
    assert [one.record for one in await written(stage)] == [""]
    await stage.later(minutes=1)
    assert [one.record for one in await written(stage)] == ["", f"record of {ANA}"]


async def test_a_sync_that_changes_nothing_leaves_no_line_in_the_ledger(stage: Stage) -> None:
    await with_mapping(stage)
    for cause in ("first", "second"):
        await stage.do(SyncCrm(), cause=Cause(cause, ANA))
        await stage.settle()
    assert len(await written(stage)) == 1


async def test_the_ledger_is_given_and_erased_with_the_person(stage: Stage) -> None:
    await with_mapping(stage)
    await stage.do(SyncCrm())
    await stage.settle()
    async with stage.store.transaction() as uow:
        [row] = (await uow.personal_data.of(ANA))["crm_write"]
        assert {"name": "full_name", "value": "Ana", "source": "lead.name"} in row["fields"]
        await uow.personal_data.erase(ANA, [], who="a test", at=stage.clock.now())
    assert await written(stage) == []


async def test_a_sync_that_was_overtaken_brings_nothing_back_that_a_journey_has_written_since(stage: Stage) -> None:
    """Without a conversation nothing keeps two syncs of one lead in order but this."""
    await with_mapping(stage)
    stage.crm.faults.append(TemporarySendError("away"))
    await stage.do(SyncCrm("First", {"stage": "demo", "source": "chat"}), cause=Cause("first", ANA))
    await stage.settle()
    await stage.do(SyncCrm("Second", {"stage": "customer"}), cause=Cause("second", ANA))
    await stage.settle()
    assert (await stage.entry("first:0:crm:crm")).status is OutboxStatus.WAITING
    await stage.later(minutes=1)
    assert (await stage.entry("first:0:crm:crm")).status is OutboxStatus.SENT
    assert stage.crm.fields[ANA]["stage"] == "customer"
    assert stage.crm.fields[ANA]["source"] == "chat"
    assert [text for _, text in stage.crm.notes.values()] == ["Second", "First"]


class FullCrm(FakeCrm):
    """One that has tasks and deals."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: dict[str, str] = {}
        self.deals: dict[str, dict[str, FieldValue]] = {}

    async def task(self, crm_id: str, text: str, *, key: str) -> None:
        self.tasks[key] = text

    async def deal(self, lead: Lead, crm_id: str, fields: Mapping[str, FieldValue], *, key: str) -> None:
        self.deals.setdefault(crm_id, {}).update(fields)


WANTED = SyncCrm("", task="Call them", deal={"dealname": "Ana", "amount": 1200.0, "closedate": None})


async def test_a_task_and_a_deal_come_with_the_record_and_stand_in_the_ledger(stage: Stage) -> None:
    crm = FullCrm()
    stage.runtime = replace(stage.runtime, crms={"crm": SparingCrm(crm)})
    await stage.meet()
    await stage.do(WANTED)
    await stage.settle()
    assert list(crm.tasks.values()) == ["Call them"]
    assert crm.deals == {f"record of {ANA}": {"dealname": "Ana", "amount": 1200}}
    [line] = await written(stage)
    assert [one.name for one in line.fields] == ["task", "deal.dealname", "deal.amount"]


async def test_a_lead_is_held_for_longer_than_all_its_calls_may_take(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, answer = list[object](), hand_over._answer

    async def counted(call: Awaitable[Any], *, repeatable: bool) -> Any:
        calls.append(call)
        return await answer(call, repeatable=repeatable)

    monkeypatch.setattr(hand_over, "_answer", counted)
    stage.runtime = replace(stage.runtime, crms={"crm": (crm := FullCrm())})
    told = {f"wrong {number}": "1" for number in range(hand_over.MOST_REFUSALS)}
    crm.faults += [FieldsRefused("no such", [one]) for one in told]
    await stage.meet()
    await stage.do(replace(WANTED, record=told))
    await stage.settle()
    assert (await stage.entry("cause:0:crm:crm")).status is OutboxStatus.SENT
    assert len(calls) * hand_over.ANSWER_WITHIN < hand_over.CRM_LEASE


async def test_a_crm_without_tasks_gets_a_note_and_one_without_deals_nothing(stage: Stage) -> None:
    for crm in (FakeCrm(), SparingCrm(FakeCrm())):
        inner = crm if isinstance(crm, FakeCrm) else crm._crm
        assert isinstance(inner, FakeCrm)
        inner.fields[ANA] = {}
        stage.runtime = replace(stage.runtime, crms={"crm": crm})
        async with stage.store.transaction() as uow:
            known = await uow.profiles.owner_of("phone", PHONE)
        if known is None:
            await stage.meet()
        await stage.do(WANTED, cause=Cause(type(crm).__name__, ANA))
        await stage.settle()
        assert [text for _, text in inner.notes.values()] == ["To do: Call them"]


async def test_a_crm_is_told_whose_consent_to_mail_stands(stage: Stage) -> None:
    await stage.meet()
    for number, granted in enumerate((True, False)):
        await stage.later(minutes=1)
        await stage.consent(granted, channel="email")
        await stage.do(SyncCrm(), cause=Cause(f"cause-{number}", ANA))
        await stage.settle()
        assert stage.crm.records[ANA].wants_mail is granted


async def with_consent_in_the_mapping(stage: Stage) -> None:
    fields = (MappedField("full_name", "lead.name"), MappedField("consent", "lead.consent", overwrite=True))
    stage.library.playbook = replace(stage.library.playbook, crm_mappings={"crm": CrmMapping("crm", fields)})
    await stage.meet(attributes={"name": "Ana"})
    await stage.do(SyncCrm())
    await stage.settle()
    assert stage.crm.fields[ANA]["consent"] == "none"


async def test_a_crm_hears_of_each_consent_and_of_its_end_on_one_channel(stage: Stage) -> None:
    await with_consent_in_the_mapping(stage)
    effect = RecordConsent(Purpose.MARKETING, "sms", True, "web form", "May we text you?")
    await stage.do(effect, cause=Cause("yes", ANA))
    await stage.settle()
    assert (stage.crm.fields[ANA]["consent"], stage.crm.records[ANA].consents) == ("sms", ("sms",))
    await stage.later(hours=1)
    await stage.do(replace(effect, granted=False), cause=Cause("no", ANA))
    await stage.settle()
    lead = stage.crm.records[ANA]
    assert (stage.crm.fields[ANA]["consent"], lead.consents, lead.refuses) == ("none", (), ("sms",))


async def test_an_objection_ends_the_consent_that_a_crm_has(stage: Stage) -> None:
    await with_consent_in_the_mapping(stage)
    await stage.consent(True, channel="email")
    async with stage.store.transaction() as uow:
        await note_objection(uow, stage.runtime, ANA, how="letter", now=stage.clock.now())
    await stage.settle()
    lead = stage.crm.records[ANA]
    assert (stage.crm.fields[ANA]["consent"], lead.wants_mail, lead.opted_out) == ("none", False, True)


async def test_an_opt_out_is_of_channels_too_that_are_not_loaded_any_more(stage: Stage) -> None:
    await with_consent_in_the_mapping(stage)
    await stage.consent(True, channel="email")
    await stage.later(minutes=1)
    await stage.do(OptOut("said so"), cause=Cause("stop", ANA))
    await stage.settle()
    assert (stage.crm.fields[ANA]["consent"], stage.crm.records[ANA].opted_out) == ("none", True)


async def test_nobody_gets_a_record_because_they_consented(stage: Stage) -> None:
    await stage.meet()
    await stage.do(RecordConsent(Purpose.MARKETING, "sms", True, "web form", "May we text you?"))
    await stage.settle()
    assert stage.crm.records == {}
