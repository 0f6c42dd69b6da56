"""What has been kept long enough is deleted; what is unfinished, awaited or younger stays."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.adapters.attachments import FolderAttachments
from bot.adapters.database import Database
from bot.adapters.tables import metadata
from bot.domain.challenge import Challenge, ChallengeId
from bot.domain.consent import Suppression
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import RequestHandoff
from bot.domain.errors import Conflict, SettingsError
from bot.domain.ids import ProfileId
from bot.domain.message import Attachment, CustomerMessage, DeliveryState, DeliveryStatus, DeskVerb
from bot.domain.person import Identity, Profile
from bot.domain.privacy import Erasure, PrivacyRequest, RequestKind
from bot.domain.retention import DataClass
from bot.domain.sending_rules import RetentionRule
from bot.ports import UnitOfWork
from bot.services import apply_retention as service
from bot.services.apply_retention import Retention, apply_retention, what_is_due
from bot.services.erase_person import erase_person
from bot.services.receive import receive
from tests.bot.services.stage import ANA, PHONE, RULES, SINCE, Stage, capped, journey_of
from tests.manual_clock import ManualClock

KEPT = timedelta(days=100)
WAITS = "- wait: {for: link.clicked, at_most: 900d}"


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    return Stage(store, clock)


def keep(stage: Stage, *kinds: DataClass, deletes: bool = True) -> None:
    rule = RetentionRule("hundred-days", "default", SINCE, None, "a test", frozenset(kinds), KEPT, deletes=deletes)
    stage.rule(replace(RULES, retention=(rule,)))


async def counts(stage: Stage) -> dict[str, int]:
    async with stage.store.transaction() as uow:
        session = uow.profiles._session  # type: ignore[attr-defined]
        found = {
            name: (await session.execute(select(func.count()).select_from(table))).scalar()
            for name, table in metadata.tables.items()
        }
    return {name: count for name, count in found.items() if count}


async def applied(stage: Stage) -> dict[DataClass, int]:
    """What the report says is due is what is deleted."""
    async with stage.store.transaction() as uow:
        due = {one.kind: one.count for one in await what_is_due(uow, stage.runtime, stage.clock.now())}
    gone = dict(await apply_retention(stage.runtime, who="a test"))
    assert gone == due
    return gone


async def test_a_conversation_that_was_silent_for_long_goes_with_all_that_is_in_it(stage: Stage) -> None:
    keep(stage, DataClass.CONVERSATIONS)
    await stage.meet()
    await stage.do(RequestHandoff("asked"))
    await stage.settle()
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    await stage.click(await stage.handoff(), DeskVerb.RESOLVE)
    await stage.says("greet")
    await stage.later(days=99)
    assert await applied(stage) == {DataClass.CONVERSATIONS: 0}
    await stage.says("greet", channel="webchat")
    await stage.later(days=2)
    assert await applied(stage) == {DataClass.CONVERSATIONS: 1}
    left = await counts(stage)
    assert left["conversation"] == 1
    assert "handoff" not in left
    assert (await stage.says("greet"))[0].startswith("I am a machine."), "a new conversation begins as one does"


async def test_a_conversation_stays_to_which_something_was_sent_lately(stage: Stage) -> None:
    """Else what was sent yesterday counted for no cap any more, and its vendor's word on it was nobody's."""
    keep(stage, DataClass.CONVERSATIONS)
    caps = capped(1).caps
    stage.rule(replace(stage.library.playbook.rules, caps=caps))
    await stage.meet()
    await stage.says("greet")
    stage.clock.forward(timedelta(days=101))
    await stage.consent()
    await stage.queue("one", conversation_id=(await stage.at()).id)
    await stage.settle()
    stage.clock.forward(timedelta(days=1))
    assert await applied(stage) == {DataClass.CONVERSATIONS: 0}
    await stage.queue("two", conversation_id=(await stage.at()).id)
    await stage.settle()
    assert await stage.outcome("two") == (OutboxStatus.WITHHELD, "the cap of 1 within 1 week is reached (rule cap)")
    stage.clock.forward(timedelta(days=101))
    assert await applied(stage) == {DataClass.CONVERSATIONS: 1}


async def test_a_conversation_with_a_file_that_cannot_be_deleted_stays_until_it_can(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would ever find the file again."""
    stage.runtime = replace(stage.runtime, attachments=FolderAttachments(tmp_path))
    (tmp_path / "plan.png").touch()
    keep(stage, DataClass.CONVERSATIONS)
    await stage.says("greet", channel="webchat", attachments=(Attachment("", "image/png", "plan.png", 1, "plan.png"),))
    await stage.later(days=101)
    before = await counts(stage)

    def read_only(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", read_only)
        with pytest.raises(SettingsError, match="cannot be deleted"):
            await apply_retention(stage.runtime, who="a test")
    assert await counts(stage) == before
    assert await applied(stage) == {DataClass.CONVERSATIONS: 1}
    assert not (tmp_path / "plan.png").exists()


async def test_a_conversation_in_which_something_is_open_stays(stage: Stage) -> None:
    keep(stage, DataClass.CONVERSATIONS)
    await stage.meet()
    await stage.do(RequestHandoff("asked"))
    await stage.settle()
    stage.clock.forward(timedelta(days=200))
    assert await applied(stage) == {DataClass.CONVERSATIONS: 0}


async def test_messages_decisions_the_timeline_and_feeds_go_oldest_first(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 3)
    keep(stage, DataClass.MESSAGES, DataClass.DECISIONS, DataClass.TIMELINE, DataClass.FEEDS)
    await stage.meet()
    await stage.consent()
    for number in range(8):
        await stage.queue(f"old-{number}")
        await stage.happens("pricing.viewed")
    await stage.queue("awaited", due_at=stage.clock.now() + timedelta(days=900))
    await stage.settle()
    await stage.later(days=101)
    await stage.queue("young")
    await stage.happens("pricing.viewed")
    await stage.settle()
    gone = await applied(stage)
    assert gone[DataClass.MESSAGES] == 8
    assert gone[DataClass.DECISIONS] == 8
    assert gone[DataClass.TIMELINE] == 8
    assert gone[DataClass.FEEDS] > 0
    assert (await stage.entry("awaited")).status is OutboxStatus.WAITING
    assert (await stage.entry("young")).status is OutboxStatus.SENT
    assert set((await applied(stage)).values()) == {0}


async def test_questions_that_ended_long_ago_go(stage: Stage) -> None:
    keep(stage, DataClass.QUESTIONS)
    await stage.meet()
    now = stage.clock.now()
    async with stage.store.transaction() as uow:
        for name, days in (("old", 1), ("young", 50)):
            ends = now + timedelta(days=days)
            await uow.challenges.add(Challenge(ChallengeId(name), ANA, "sms", PHONE, now, ends))
    stage.clock.forward(timedelta(days=120))
    assert await applied(stage) == {DataClass.QUESTIONS: 1}


async def test_who_never_came_back_is_forgotten(stage: Stage) -> None:
    keep(stage, DataClass.VISITORS)
    await stage.says("greet", channel="webchat")
    await stage.says("greet", channel="webchat", address="visitor-2")
    await stage.meet()
    await stage.later(days=60)
    await stage.says("greet", channel="webchat", address="visitor-2")
    await stage.later(days=60)
    assert await applied(stage) == {DataClass.VISITORS: 1}
    left = await counts(stage)
    assert (left["profile"], left["conversation"]) == (2, 2), "Ana is known by more than a browser"
    assert "erasure" not in left


async def test_of_people_there_is_a_receipt_and_only_who_opted_out_is_left_alone(stage: Stage) -> None:
    keep(stage, DataClass.PEOPLE)
    await stage.meet()
    await stage.meet(ProfileId("ben"), phone="+447700900999")
    await stage.says("stop", address="+447700900999")
    stage.clock.forward(timedelta(days=101))
    assert await applied(stage) == {DataClass.PEOPLE: 2}
    for phone, left_alone in ((PHONE, False), ("+447700900999", True)):
        async with stage.store.transaction() as uow:
            again = ProfileId(f"again {phone}")
            await uow.profiles.add(Profile(again, stage.clock.now()))
            await uow.profiles.claim(again, Identity("phone", phone), stage.clock.now())
            assert (await uow.consents.suppression("sms", phone) is not None) is left_alone
    assert (await counts(stage))["erasure"] == 2


async def test_who_opted_out_is_left_alone_at_what_they_have_told_since_too(stage: Stage) -> None:
    """No marketing went there, by what they had said; it is not to begin because that is forgotten."""
    keep(stage, DataClass.PEOPLE)
    later = "+447700900777"
    await stage.meet()
    await stage.consent()
    stage.clock.forward(timedelta(minutes=1))
    await stage.says("stop")
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("phone", later), stage.clock.now())
        await uow.profiles.claim(ANA, Identity("email", "ana@example.com"), stage.clock.now())
    stage.clock.forward(timedelta(days=101))
    await applied(stage)
    async with stage.store.transaction() as uow:
        assert set(await uow.consents.opted_out([PHONE, later, "ana@example.com"])) == {PHONE, later, "ana@example.com"}


async def test_a_no_to_a_question_leaves_no_address_alone_once_its_person_is_deleted(stage: Stage) -> None:
    """They may consent anew, as they might have before."""
    keep(stage, DataClass.PEOPLE)
    await stage.meet()
    await stage.consent(granted=False)
    stage.clock.forward(timedelta(days=101))
    await applied(stage)
    async with stage.store.transaction() as uow:
        assert await uow.consents.opted_out([PHONE]) == {}


async def test_each_known_person_goes_in_a_transaction_of_their_own(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To find them on the feeds may take a second, in which a store with one writer takes no message."""
    keep(stage, DataClass.PEOPLE)
    for number in range(3):
        await stage.meet(ProfileId(f"old-{number}"), phone=f"+44770090010{number}")
    await stage.later(days=101)
    seen: list[UnitOfWork] = []

    async def noting(uow: UnitOfWork, *of: Any, **more: Any) -> Erasure:
        seen.append(uow)
        return await erase_person(uow, *of, **more)

    monkeypatch.setattr(service, "erase_person", noting)
    await apply_retention(stage.runtime, who="a test")
    assert len({id(one) for one in seen}) == len(seen) == 3


@pytest.mark.parametrize("reason", ["a journey", "a request", "a message", "their own message"])
async def test_people_of_whom_something_is_awaited_stay(stage: Stage, reason: str) -> None:
    keep(stage, DataClass.PEOPLE)
    await stage.meet()
    if reason == "a journey":
        stage.play(journey_of(WAITS))
        await stage.happens("demo.requested")
    elif reason == "a message":
        await stage.queue("offer", due_at=stage.clock.now() + timedelta(days=900))
    elif reason == "their own message":  # which waits for its channel, or for a worker
        await stage.hear("greet")
    else:
        at = stage.clock.now()
        request = PrivacyRequest("r", ANA, RequestKind.ACCESS, "by letter", at, at + timedelta(days=28))
        async with stage.store.transaction() as uow:
            await uow.privacy_requests.add(request)
    stage.clock.forward(timedelta(days=200))
    assert await applied(stage) == {DataClass.PEOPLE: 0}


@pytest.mark.parametrize("kind", [DataClass.PEOPLE, DataClass.VISITORS, DataClass.CONVERSATIONS])
async def test_who_writes_while_they_are_being_deleted_stays(stage: Stage, kind: DataClass) -> None:
    """They were looked for before it was stored, and are deleted after it."""
    channel, address = ("webchat", "visitor-1") if kind is DataClass.VISITORS else ("sms", PHONE)
    keep(stage, kind)
    await stage.says("greet", channel=channel)
    stage.clock.forward(timedelta(days=101))
    stored = asyncio.Event()

    async def write() -> None:
        async with stage.store.transaction() as uow:
            talk = await uow.conversations.at(channel, address)
            assert talk is not None
            await uow.inbox.add(talk.id, CustomerMessage(channel, "late", address, "greet"), stage.clock.now())
            stored.set()
            await asyncio.sleep(0.3)  # the deletion begins meanwhile

    async def delete() -> None:
        await stored.wait()
        await apply_retention(stage.runtime, who="a test")

    await asyncio.gather(write(), delete())
    async with stage.store.transaction() as uow:
        assert await uow.inbox.waits(channel, "late")


async def test_forgetting_a_visitor_takes_no_opt_out_of_an_address_that_somebody_else_has(stage: Stage) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.consents.suppress(Suppression("sms", PHONE, "wrote STOP", now))
        await uow.profiles.add(Profile(ProfileId("visitor"), now))
        await uow.profiles.claim(ProfileId("visitor"), Identity("phone", PHONE), now)
        await uow.retention.forget([ProfileId("visitor")])
    async with stage.store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE) is not None
        assert [one.value for one in await uow.profiles.identities(ANA)] == [PHONE]


async def test_a_rule_that_does_not_say_so_deletes_nothing_and_is_counted(stage: Stage) -> None:
    keep(stage, DataClass.PEOPLE, DataClass.CONVERSATIONS, deletes=False)
    await stage.meet()
    await stage.says("greet")
    await stage.later(days=1000)
    before = await counts(stage)
    async with stage.store.transaction() as uow:
        due = {one.kind: one.count for one in await what_is_due(uow, stage.runtime, stage.clock.now())}
    assert due == {DataClass.CONVERSATIONS: 1, DataClass.PEOPLE: 1}
    assert await apply_retention(stage.runtime, who="a test") == {}
    assert await counts(stage) == before


async def test_a_rule_that_deletes_goes_before_a_shorter_one_that_counts(stage: Stage) -> None:
    keep(stage, DataClass.CONVERSATIONS)
    (deleting,) = stage.library.playbook.rules.retention
    counting = replace(deleting, id="a-plan", keep=timedelta(days=50), deletes=False)
    rules = replace(RULES, retention=(counting, deleting))
    assert rules.retention_of(stage.clock.now()) == {DataClass.CONVERSATIONS: deleting}


async def test_what_vendors_told_of_messages_that_nobody_knows_goes_though_no_rule_says_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    await stage.meet()
    await stage.consent()
    await stage.queue("ours")
    await stage.settle()
    strangers = [DeliveryStatus("sms", f"s{one}", f"strange-{one}", DeliveryState.FAILED, "off") for one in range(5)]
    await receive(stage.runtime, stage.sms, [*strangers, replace(strangers[0], vendor_id="s5", sent_id="?", key="?")])
    await stage.later(days=6)
    await receive(stage.runtime, stage.sms, [replace(strangers[0], vendor_id="s6", sent_id="strange-6")])
    await apply_retention(stage.runtime, who="a test")
    assert (await counts(stage))["delivery"] == 8
    await stage.later(days=2)
    await apply_retention(stage.runtime, who="a test")
    assert (await counts(stage))["delivery"] == 2, "ours, however old, and what was told lately"


async def test_it_is_done_once_a_day_and_noted(stage: Stage) -> None:
    keep(stage, DataClass.DECISIONS)
    await stage.meet()
    await stage.consent()
    await stage.queue("offer")
    await stage.settle()
    stage.clock.forward(timedelta(days=101))
    keeping = Retention()
    assert await keeping.keep(stage.runtime) == 0
    async with stage.store.transaction() as uow:
        (entry,) = await uow.audit.latest(5)
    assert (entry.deed.what, entry.deed.who, entry.deed.about) == ("retention.applied", "the worker", "hundred-days")
    assert (entry.deed.detail["data"], entry.deed.detail["deleted"]) == ("decisions", 1)


async def test_where_it_broke_off_it_goes_on_within_the_hour(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(stage, DataClass.DECISIONS)
    await stage.meet()
    await stage.consent()
    await stage.queue("offer")
    await stage.settle()
    stage.clock.forward(timedelta(days=101))
    keeping = Retention()

    async def fail(*_: object, **__: object) -> None:
        raise Conflict("somebody was faster")

    with monkeypatch.context() as patched:
        patched.setattr(service, "apply_retention", fail)
        with pytest.raises(Conflict):
            await keeping.keep(stage.runtime)
    stage.clock.forward(timedelta(hours=1))
    await keeping.keep(stage.runtime)
    assert "decision" not in await counts(stage)
