"""What people ask for by law in a message is answered, noted with its due day, and loses no opt-out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.adapters.content.built_in_responses import with_built_in_responses
from bot.adapters.tables import metadata
from bot.domain.audit import Deed
from bot.domain.consent import Purpose, Suppression
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import NoteRequest, RequestHandoff
from bot.domain.errors import PermanentSendError
from bot.domain.ids import ProfileId
from bot.domain.message import DeskVerb
from bot.domain.person import Identity, Profile
from bot.domain.privacy import ErasedPlace, ErasedState, Erasure, PrivacyRequest, RequestKind
from bot.domain.sending_rules import OptOutWords, RequestDeadline, RequestWords
from bot.services.erase_person import erase_person
from bot.services.note_request import note_request
from bot.services.perform import Cause, perform
from bot.services.tell_of_erasure import WORD
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ANA, ASSISTANT, PHONE, RULES, SINCE, VISITOR, Stage, journey_of

ERASURE = (
    "We have noted that you want your data deleted, and you will get an answer by {}. "
    "We will send you no more marketing."
)
ACCESS = "We have noted that you want a copy of your data, and you will get an answer by {}."
ASKS = """
- ask: {form: size_form, channels: [sms], need: [team_size]}
  silent: {after: 3d, go: end}
"""
ERASED = (
    "As you asked, we have deleted the data that we kept about you. "
    "You will get no more messages from us unless you write to us."
)
TOLD = """
intents: [ask_told]
responses:
  utter_told: [{text: "I have it."}]
rules:
  - rule: told
    steps: [{intent: ask_told}, {action: utter_told}]
"""
DUE = "7 December 2026"
BEA, ANOTHER = ProfileId("bea"), "+447700900456"


def words(kind: RequestKind, *said: str, language: str = "en") -> RequestWords:
    return RequestWords(f"{kind}-{language}", "default", SINCE, None, "a test", kind, language, words=said)


@pytest.fixture
async def asking(stage: Stage) -> Stage:
    """Ana, who has agreed to marketing and knows that she talks with a machine."""
    rows = (
        words(RequestKind.ERASURE, "delete my data"),
        words(RequestKind.ERASURE, "löschen Sie meine Daten", language="de"),
        words(RequestKind.ACCESS, "copy of my data"),
        words(RequestKind.RECTIFICATION, "my details are wrong"),
    )
    month = RequestDeadline("month", "default", SINCE, None, "a test", frozenset(RequestKind), timedelta(days=14))
    stage.rule(replace(RULES, request_words=rows, deadlines=(month,)))
    playbook = stage.library.playbook
    stage.library.playbook = replace(playbook, assistant=with_built_in_responses(playbook.assistant))
    await stage.meet()
    await stage.consent()
    await stage.says("greet")
    return stage


async def requests(stage: Stage) -> Sequence[PrivacyRequest]:
    async with stage.store.transaction() as uow:
        return await uow.privacy_requests.of(ANA)


async def test_who_asks_for_erasure_is_told_by_when_and_gets_no_more_marketing(asking: Stage) -> None:
    assert await asking.says("Hi, please delete my data!") == [ERASURE.format(DUE)]
    assert not await asking.may_send()
    (request,) = await requests(asking)
    now = asking.clock.now()
    assert (request.kind, request.received_at, request.due_at) == (RequestKind.ERASURE, now, now + timedelta(days=14))
    assert request.how == 'wrote on sms: "Hi, please delete my data!"'


async def test_who_asks_for_a_copy_or_a_correction_is_told_and_stays_as_they_were(asking: Stage) -> None:
    assert await asking.says("may I have a copy of my data?") == [ACCESS.format(DUE)]
    (answer,) = await asking.says("my details are wrong")
    assert answer.startswith("We have noted that your data needs correcting")
    assert {one.kind for one in await requests(asking)} == {RequestKind.ACCESS, RequestKind.RECTIFICATION}
    assert await asking.may_send()


async def test_who_asks_which_number_we_have_is_told_it_and_wants_no_copy(asking: Stage) -> None:
    rules = asking.library.playbook.rules
    more = words(RequestKind.ACCESS, "was haben sie von mir", "welche nummer haben sie von mir", language="de")
    own = with_built_in_responses(assistant_of(ASSISTANT, TOLD))
    rules = replace(rules, request_words=(*rules.request_words, more))
    asking.library.playbook = replace(asking.library.playbook, rules=rules, assistant=own)
    assert await asking.says("Welche Nummer haben Sie von mir?") == ["I have it."]
    assert not await requests(asking)
    await asking.says("Was haben Sie von mir?")
    assert [one.kind for one in await requests(asking)] == [RequestKind.ACCESS]


async def test_asking_again_opens_no_second_request_and_is_told_the_same_day(asking: Stage) -> None:
    await asking.says("a copy of my data, please")
    await asking.later(days=3)
    assert await asking.says("where is the copy of my data?") == [ACCESS.format(DUE)]
    (request,) = await requests(asking)
    async with asking.store.transaction() as uow:
        await uow.privacy_requests.done(request.id, "sent", asking.clock.now())
    await asking.says("a copy of my data, please")
    assert len(await requests(asking)) == 2, "what was done may be asked for anew"


async def test_that_they_asked_is_in_the_audit_log_once(asking: Stage) -> None:
    await asking.says("a copy of my data")
    asking.clock.forward(timedelta(hours=1))
    await asking.says("a copy of my data")
    async with asking.store.transaction() as uow:
        entries = await uow.audit.latest(9)
    assert [one.deed for one in entries] == [Deed("person.requested", "person", ANA, detail={"kind": "access"})]


async def test_an_opt_out_beside_a_request_is_confirmed_as_ever(asking: Stage) -> None:
    nlu = FakeNlu(*asking.library.playbook.assistant.intents)
    asking.library.playbook = replace(asking.library.playbook, nlu=nlu)
    assert await asking.says("opt out") == ["You will get no more of these."]
    await asking.consent()
    asking.clock.forward(timedelta(minutes=1))
    assert await asking.says("delete my data") == [ERASURE.format(DUE)], "also of who has opted out before"
    assert not await asking.may_send()


async def test_a_stop_in_a_language_without_examples_counts_beside_a_request(asking: Stage) -> None:
    rules = asking.library.playbook.rules
    stops = OptOutWords("phrases", "default", SINCE, None, "a test", "en", words=("no more offers",))
    asking.rule(replace(rules, opt_out_words=(stops,)))
    asking.library.playbook = replace(asking.library.playbook, languages=frozenset({"en"}))
    said = await asking.says("a copy of my data, and no more offers")
    assert said == [ACCESS.format(DUE), "You will get no more of these."]
    assert not await asking.may_send()
    assert len(await requests(asking)) == 1


async def test_what_may_be_an_opt_out_is_asked_beside_the_answer_to_a_request(asking: Stage) -> None:
    asking.doubt("a copy of my data", "delete my data")
    assert await asking.says("a copy of my data") == [ACCESS.format(DUE), "Did you mean to stop? YES or NO."]
    assert await asking.is_in_doubt()
    assert await asking.says("delete my data") == [ERASURE.format(DUE)], "an erasure leaves no doubt"
    assert not await asking.is_in_doubt()


async def test_erasure_ends_the_journeys_of_marketing_and_what_they_ask(asking: Stage) -> None:
    asking.play(journey_of(ASKS))
    await asking.happens("demo.requested")
    await asking.settle()
    assert asking.sms.texts()[-1] == "How many are you?"
    assert await asking.says("delete my data") == [ERASURE.format(DUE)]
    assert await asking.enrolments() == []
    assert (await asking.at()).tracker.loop is None


async def test_what_is_put_right_in_a_form_is_the_forms(asking: Stage) -> None:
    await asking.says("book")
    asked = await asking.says("a copy of my data")
    assert asked == [ACCESS.format(DUE), "How many are you?"], "the form waits on"
    assert await asking.says("my details are wrong") == ["Thank you."], "this was the answer"
    assert [one.kind for one in await requests(asking)] == [RequestKind.ACCESS]


async def test_a_request_is_answered_while_a_colleague_has_the_floor(asking: Stage) -> None:
    await asking.do(RequestHandoff("wants a person"))
    await asking.settle()
    await asking.click(await asking.handoff(), DeskVerb.CLAIM)
    assert await asking.says("delete my data") == [ERASURE.format(DUE)]
    assert len(await requests(asking)) == 1


async def test_the_answer_is_in_the_language_of_the_conversation(asking: Stage) -> None:
    playbook = asking.library.playbook
    german = replace(playbook.assistant, configuration=replace(playbook.assistant.configuration, language="de"))
    german = replace(german, responses={k: v for k, v in german.responses.items() if not k.endswith("_noted")})
    asking.library.playbook = replace(playbook, assistant=with_built_in_responses(german))
    (answer,) = await asking.says("Bitte löschen Sie meine Daten")
    assert answer.startswith("Wir haben notiert, dass Ihre Daten gelöscht werden sollen.")
    assert "bis zum 7. Dezember 2026" in answer


async def test_the_day_that_they_were_told_holds_though_staff_is_quicker(asking: Stage) -> None:
    await asking.says("a copy of my data")
    (first,) = await requests(asking)
    await asking.later(days=3)
    async with asking.store.transaction() as uow:
        await uow.privacy_requests.done(first.id, "sent", asking.clock.now())
        promised = NoteRequest(RequestKind.ACCESS, "wrote on sms", first.due_at)
        await perform(uow, asking.runtime, [promised], Cause("again", ANA), asking.clock.now())
    assert [one.due_at for one in await requests(asking)] == [first.due_at, first.due_at]


async def test_who_asks_for_erasure_again_still_wants_no_service_message(asking: Stage) -> None:
    await asking.says("please delete my data")
    await asking.later(minutes=1)
    await asking.says("a copy of my data first, and then please delete my data")
    await asking.queue("reminder", purpose=Purpose.SERVICE)
    await asking.settle()
    assert (await asking.outcome("reminder"))[0] is OutboxStatus.WITHHELD


async def erase(stage: Stage) -> Erasure:
    async with stage.store.transaction() as uow:
        return await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())


async def traces(stage: Stage) -> dict[str, list[str]]:
    """What any table still has of Ana's number, or of the message that told her."""
    async with stage.store.transaction() as uow:
        session = uow.profiles._session  # type: ignore[attr-defined]
        rows = {name: [str(row) for row in await session.execute(select(one))] for name, one in metadata.tables.items()}
    found = {name: [row for row in those if PHONE in row or "sms-erasure" in row] for name, those in rows.items()}
    return {name: those for name, those in found.items() if those}


async def line_of(stage: Stage, receipt: Erasure) -> ErasedPlace:
    async with stage.store.transaction() as uow:
        kept = await uow.erasures.get(receipt.id)
    assert kept is not None
    return next(one for one in kept.places if one.what == WORD)


async def test_who_asked_for_erasure_is_told_where_they_asked_that_it_is_done(asking: Stage) -> None:
    await asking.says("Please delete my data!")
    receipt = await erase(asking)
    before = len(asking.sms.texts())
    await asking.settle()
    assert asking.sms.texts()[before:] == [ERASED]
    assert (await line_of(asking, receipt)).state is ErasedState.DONE
    assert await traces(asking) == {}
    assert (await asking.says("greet"))[-1].endswith("Hello!"), "a new conversation"


async def test_what_could_not_be_said_after_an_erasure_is_not_kept(asking: Stage) -> None:
    await asking.says("Please delete my data!")
    receipt = await erase(asking)
    asking.sms.faults.append(PermanentSendError(f"{PHONE} is nobody's", code="no_phone"))
    await asking.settle()
    assert (await line_of(asking, receipt)).state is ErasedState.NOT_POSSIBLE
    assert await traces(asking) == {}


async def test_what_a_vendor_takes_only_days_after_an_erasure_does_not_leave(asking: Stage) -> None:
    await asking.says("Please delete my data!")
    receipt = await erase(asking)
    before = len(asking.sms.texts())
    await asking.later(days=2)
    assert len(asking.sms.texts()) == before
    assert (await line_of(asking, receipt)).state is ErasedState.NOT_POSSIBLE
    assert await traces(asking) == {}


async def known_in_the_chat(stage: Stage, *, proved: bool) -> None:
    """Ana is a visitor of the website, too, whose number is proved, or typed."""
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.profiles.add(Profile(BEA, now))
        await uow.profiles.claim(BEA, Identity("webchat", VISITOR, verified=True), now)
        await uow.profiles.claim(BEA, Identity("phone", ANOTHER, verified=proved), now)
    await stage.says("greet", channel="webchat")


async def erased_after_the_chat(stage: Stage) -> Sequence[str]:
    """What reaches the number of who asked for erasure in the chat."""
    await stage.says("Please delete my data!", channel="webchat")
    before = len(stage.sms.texts())
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, BEA, who="a test", now=stage.clock.now())
    await stage.settle()
    return stage.sms.texts()[before:]


async def test_who_asked_in_the_chat_is_told_at_an_address_that_they_have_proved(asking: Stage) -> None:
    await known_in_the_chat(asking, proved=True)
    assert await erased_after_the_chat(asking) == [ERASED]


async def test_a_number_that_somebody_typed_is_told_nothing(asking: Stage) -> None:
    await known_in_the_chat(asking, proved=False)
    assert await erased_after_the_chat(asking) == []


async def test_nor_is_one_that_had_stopped_us_before(asking: Stage) -> None:
    await known_in_the_chat(asking, proved=True)
    async with asking.store.transaction() as uow:
        await uow.consents.suppress(Suppression("sms", ANOTHER, "STOP", asking.clock.now()))
    asking.clock.forward(timedelta(minutes=1))
    assert await erased_after_the_chat(asking) == []


async def test_who_is_known_twice_is_told_too_that_it_is_done(asking: Stage) -> None:
    """Of an address that is somebody else's as well it is kept that it is left alone, which is not meant of this."""
    async with asking.store.transaction() as uow:
        now = asking.clock.now()
        await uow.profiles.add(Profile(ProfileId("also-ana"), now))
        await uow.profiles.claim(ProfileId("also-ana"), Identity("phone", PHONE), now)
    await asking.says("Please delete my data!")
    receipt = await erase(asking)
    before = len(asking.sms.texts())
    await asking.settle()
    assert asking.sms.texts()[before:] == [ERASED]
    assert (await line_of(asking, receipt)).state is ErasedState.DONE


async def test_who_asked_by_letter_is_not_written_to_after_an_erasure(asking: Stage) -> None:
    async with asking.store.transaction() as uow:
        rules, region, now = asking.library.playbook.rules, asking.runtime.region, asking.clock.now()
        await note_request(uow, rules, region, ANA, RequestKind.ERASURE, how="by letter", now=now)
    before = len(asking.sms.texts())
    receipt = await erase(asking)
    await asking.settle()
    assert len(asking.sms.texts()) == before
    assert not [one for one in receipt.places if one.what == WORD]
