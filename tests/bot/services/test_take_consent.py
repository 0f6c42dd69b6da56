"""Consent that has to be confirmed counts for nothing until it is, from the address itself, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.audit import Deed
from bot.domain.challenge import MOST_A_DAY, Challenge
from bot.domain.consent import ConsentRecord, LegalBasis, Purpose, Suppression, Wish, standing_consent
from bot.domain.effects import OptOut, RecordConsent
from bot.domain.ids import ProfileId
from bot.domain.importing import Arrival, GivenConsent, Taking
from bot.domain.person import Identity, Profile
from bot.domain.sending_rules import ConsentRule, SendingRules
from bot.services.change_preferences import change_preferences
from bot.services.confirm_consent import confirm_consent
from bot.services.import_people import take_people
from bot.services.respect_wishes import restrict
from bot.services.take_consent import take_soft_opt_in
from bot.services.weigh import NOT_TO_BE_ASKED
from tests.bot.services.stage import ANA, PHONE, RULES, SINCE, VISITOR, Stage, keyword_row

QUESTION = "May we text you about your demo?"
YES = RecordConsent(Purpose.MARKETING, "sms", True, QUESTION, "answered in the chat")
WEEK, DAY = timedelta(days=7), timedelta(days=1)


def confirmed(*, lasts: timedelta | None = None, soft: bool = False) -> SendingRules:
    """The rules of a country in which consent to texts has to be confirmed."""
    rule = ConsentRule(
        "doi", "default", SINCE, None, "a test", Purpose.MARKETING, frozenset({"sms"}), WEEK, DAY, lasts, soft
    )
    return replace(RULES, consents=(rule,), keywords=(*RULES.keywords, keyword_row("confirm", "yes")))


async def visitor(stage: Stage) -> None:
    """Ana, in the website's chat, who has typed a phone number."""
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.profiles.add(Profile(ANA, now, time_zone="Europe/London"))
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), now)
        await uow.profiles.claim(ANA, Identity("phone", PHONE), now)


async def agree(stage: Stage) -> None:
    await stage.do(YES)
    await stage.settle()


async def challenges(stage: Stage) -> list[Challenge]:
    async with stage.store.transaction() as uow:
        return list(await uow.challenges.of(ANA))


async def press(stage: Stage, challenge: Challenge) -> bool:
    """The button on the page of its link."""
    async with stage.store.transaction() as uow:
        return await confirm_consent(
            uow, stage.runtime, challenge, how="by link", message_id=None, now=stage.clock.now()
        )


async def test_consent_ends_by_its_rule_however_it_was_given(stage: Stage) -> None:
    """By START, on the preference page, and where it was given elsewhere and imported."""
    stage.rule(confirmed(lasts=timedelta(days=365)))
    await stage.meet()
    await stage.says("stop")
    await stage.says("start")
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        for wanted, shown in ((set[str](), {"sms"}), ({"sms"}, set[str]())):
            await change_preferences(
                uow, stage.runtime, ANA, shown=shown, wanted=wanted, texts={"sms": QUESTION}, wish=Wish("page", now)
            )
    given = GivenConsent(Purpose.MARKETING, "sms", True, now - timedelta(days=300), "form", QUESTION)
    bea = Identity("phone", "+447700900456")
    await take_people(stage.runtime, [Arrival(1, (bea,), consents=(given,))], Taking("a test"), Deed("a", "b"))
    async with stage.store.transaction() as uow:
        owner = await uow.profiles.owner_of(bea.kind, bea.value)
        assert owner is not None
        given_here = [one for one in await uow.consents.of(ANA) if one.granted and one.channel == "sms"]
        [elsewhere] = await uow.consents.of(owner.id)
    assert len(given_here) == 2
    assert [one.expires_at for one in given_here] == [one.at + timedelta(days=365) for one in given_here]
    assert elsewhere.expires_at == now + timedelta(days=65)


async def test_a_yes_elsewhere_counts_for_nothing_and_asks_the_address_once(stage: Stage) -> None:
    stage.rule(confirmed())
    await visitor(stage)
    await agree(stage)
    assert not await stage.may_send()
    [challenge] = await challenges(stage)
    assert stage.sms.texts() == [f"Please answer YES, or open https://chat.example.com/consent/{challenge.id}"]
    async with stage.store.transaction() as uow:
        assert await uow.consents.of(ANA) == []


async def test_a_yes_for_a_channel_that_is_not_set_up_does_not_count_once_it_is(stage: Stage) -> None:
    """Nobody could be asked there to confirm it, and the number was only typed."""
    rules = confirmed()
    everywhere = replace(rules.consents[0], channels=frozenset({"sms", "whatsapp"}))
    stage.rule(replace(rules, consents=(everywhere,)))
    await visitor(stage)
    await stage.do(replace(YES, channel="whatsapp"))
    stage.open_whatsapp()
    assert not await stage.may_send(channel="whatsapp")
    [decision] = await stage.decisions()
    assert decision.why == "consent has to be confirmed, and whatsapp is not set up here"


async def test_the_link_confirms_it_with_the_words_that_were_shown_and_proves_the_address(stage: Stage) -> None:
    stage.rule(confirmed(lasts=timedelta(days=365)))
    await visitor(stage)
    await agree(stage)
    stage.clock.forward(DAY / 2)
    [challenge] = await challenges(stage)
    assert await press(stage, challenge)
    async with stage.store.transaction() as uow:
        [record] = await uow.consents.of(ANA)
        identities = await uow.profiles.identities(ANA)
    assert (record.granted, record.text, record.address) == (True, QUESTION, PHONE)
    assert record.how == "by link; before that: answered in the chat"
    assert record.expires_at == record.at + timedelta(days=365)
    assert Identity("phone", PHONE, verified=True) in identities
    assert await stage.may_send()
    assert not await press(stage, challenge), "it counts once"


async def test_a_yes_from_the_address_confirms_it_too(stage: Stage) -> None:
    stage.rule(confirmed())
    await visitor(stage)
    await agree(stage)
    stage.clock.forward(timedelta(minutes=5))
    assert await stage.says("Yes!") == ["I am a machine. Confirmed."]
    assert await stage.may_send()
    async with stage.store.transaction() as uow:
        [record] = await uow.consents.of(ANA)
    assert record.how == "answered Yes! on sms; before that: answered in the chat"
    assert record.message_id == "sms:in-1"


async def test_a_yes_to_something_else_confirms_nothing(stage: Stage) -> None:
    stage.rule(confirmed())
    await visitor(stage)
    await agree(stage)
    stage.clock.forward(timedelta(minutes=5))
    await stage.says("greet")
    stage.clock.forward(timedelta(minutes=5))
    assert "Confirmed." not in await stage.says("yes")
    assert not await stage.may_send()


async def test_it_is_asked_once_more_and_never_again(stage: Stage) -> None:
    stage.rule(confirmed())
    await visitor(stage)
    await agree(stage)
    for _ in range(10):
        stage.clock.forward(DAY)
        await stage.settle()
    assert len(stage.sms.texts()) == 2
    [challenge] = await challenges(stage)
    assert not await press(stage, challenge), "a week is over"
    assert not await stage.may_send()


async def test_who_was_restricted_since_is_not_reminded(stage: Stage) -> None:
    stage.rule(confirmed())
    await visitor(stage)
    await agree(stage)
    async with stage.store.transaction() as uow:
        await restrict(uow, ANA, now=stage.clock.now())
    before = len(stage.sms.texts())
    await stage.later(days=2)
    assert len(stage.sms.texts()) == before
    assert NOT_TO_BE_ASKED in [one.why for one in await stage.decisions()]


async def test_who_has_confirmed_is_not_reminded(stage: Stage) -> None:
    stage.rule(confirmed())
    await visitor(stage)
    await agree(stage)
    [challenge] = await challenges(stage)
    await press(stage, challenge)
    stage.clock.forward(2 * DAY)
    await stage.settle()
    assert len(stage.sms.texts()) == 1
    assert ("withhold", "what it asks was answered, or has ended") in [
        (one.outcome, one.why) for one in await stage.decisions()
    ]


async def test_a_no_since_outranks_the_link(stage: Stage) -> None:
    stage.rule(confirmed())
    await visitor(stage)
    await agree(stage)
    [challenge] = await challenges(stage)
    stage.clock.forward(timedelta(minutes=1))
    await stage.do(OptOut("wrote so on webchat"))
    stage.clock.forward(timedelta(minutes=1))
    assert not await press(stage, challenge)
    stage.clock.forward(2 * DAY)
    await stage.settle()
    assert not await stage.may_send()
    assert len(stage.sms.texts()) == 1


async def test_an_address_is_asked_a_few_times_a_day_whoever_gives_it(stage: Stage) -> None:
    stage.rule(confirmed())
    await visitor(stage)
    for _ in range(MOST_A_DAY + 3):
        await agree(stage)
        stage.clock.forward(timedelta(minutes=1))
    assert len(stage.sms.texts()) == MOST_A_DAY
    opened = [one for one in await challenges(stage) if one.is_open(stage.clock.now())]
    assert len(opened) == 1, "the latest is the one that counts"


async def test_what_comes_from_a_proved_address_is_confirmed_already(stage: Stage) -> None:
    stage.rule(confirmed())
    await stage.meet()
    await agree(stage)
    assert stage.sms.texts() == []
    assert await stage.may_send()


async def test_somebody_who_objects_is_not_asked(stage: Stage) -> None:
    stage.rule(confirmed())
    await visitor(stage)
    async with stage.store.transaction() as uow:
        await uow.profiles.save(replace(await uow.profiles.get(ANA), objected_at=stage.clock.now()))
    await agree(stage)
    assert stage.sms.texts() == []


async def test_consent_that_has_ended_lets_nothing_out(stage: Stage) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        ends = now + DAY
        record = ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "form", QUESTION, expires_at=ends)
        await uow.consents.add(record)
    await stage.queue("first")
    await stage.settle()
    stage.clock.forward(DAY)
    await stage.queue("second")
    await stage.settle()
    assert len(stage.sms.texts()) == 1
    assert "ended on" in (await stage.decisions())[-1].why


async def soft(stage: Stage, **more: str) -> str | None:
    told = {"bought": "Rota Pro", "text": "We may text you about similar products. Say no with STOP.", **more}
    async with stage.store.transaction() as uow:
        return await take_soft_opt_in(uow, stage.runtime, ANA, "sms", how="at the till", now=stage.clock.now(), **told)


async def test_a_customer_may_be_written_to_where_the_law_lets_them_and_only_as_long(stage: Stage) -> None:
    await stage.meet()
    assert await soft(stage) == "no rule in force lets customers be written to by sms without their consent"
    stage.rule(confirmed(soft=True))
    assert await soft(stage, bought=" ") is not None
    assert await soft(stage, text="") is not None
    assert await soft(stage) is None
    async with stage.store.transaction() as uow:
        record = standing_consent(await uow.consents.of(ANA), Purpose.MARKETING, "sms")
    assert record is not None
    assert (record.basis, record.how) == (LegalBasis.SOFT_OPT_IN, "bought Rota Pro; at the till")
    await stage.queue("first", "An offer. Reply STOP to get no more.")
    await stage.settle()
    stage.rule(RULES)
    await stage.queue("second", "An offer. Reply STOP to get no more.")
    await stage.settle()
    assert len(stage.sms.texts()) == 1


async def test_by_a_soft_opt_in_each_text_says_how_to_stop(stage: Stage) -> None:
    stage.rule(confirmed(soft=True))
    await stage.meet()
    await soft(stage)
    await stage.queue("silent", "An offer.")
    await stage.queue("linked", "An offer. https://chat.example.com/preferences/ana")
    await stage.settle()
    assert (await stage.outcome("silent"))[1].startswith("by a soft opt-in each message has to say how to stop")
    assert (await stage.outcome("linked"))[1] == ""
    stage.clock.forward(timedelta(minutes=1))
    await stage.consent()
    await stage.queue("agreed", "An offer.")
    await stage.settle()
    assert (await stage.outcome("agreed"))[1] == ""


async def test_a_sale_takes_back_no_refusal(stage: Stage) -> None:
    stage.rule(confirmed(soft=True))
    await stage.meet()
    await stage.do(OptOut("wrote so"))
    assert await soft(stage) == "they have refused or withdrawn their consent"
    assert not await stage.may_send()


async def test_two_who_gave_one_number_are_one_once_it_is_confirmed(stage: Stage) -> None:
    stage.rule(confirmed())
    await stage.meet(ProfileId("older"))
    stage.clock.forward(DAY)
    await visitor(stage)
    await agree(stage)
    [challenge] = await challenges(stage)
    assert await press(stage, challenge)
    assert await stage.may_send(of=ProfileId("older"))


async def test_who_confirms_anew_after_a_stop_is_reached_again(stage: Stage) -> None:
    """The address itself says so, as by START; it is asked once they have written from there again."""
    stage.rule(confirmed())
    await stage.says("stop")
    stage.clock.forward(timedelta(minutes=1))
    await stage.says("greet")
    stage.clock.forward(timedelta(minutes=1))
    await visitor(stage)
    await agree(stage)
    assert stage.sms.texts()[-1].startswith("Please answer YES")
    assert await stage.says("yes") == ["Confirmed."]
    person = (await stage.at()).profile_id
    assert await stage.may_send(of=person)


async def asked_as_another(stage: Stage) -> Challenge:
    """Somebody who has typed a number in the chat is asked at it, and the number writes as somebody else to us."""
    stage.rule(confirmed())
    await stage.says("greet")
    stage.clock.forward(timedelta(minutes=1))
    await visitor(stage)
    await agree(stage)
    stage.clock.forward(timedelta(minutes=1))
    [challenge] = await challenges(stage)
    return challenge


async def test_a_stop_from_the_number_ends_what_another_was_asked_there(stage: Stage) -> None:
    challenge = await asked_as_another(stage)
    await stage.says("stop")
    stage.clock.forward(timedelta(minutes=1))
    assert not await press(stage, challenge)
    assert not await stage.may_send()
    async with stage.store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE) is not None


async def test_so_does_one_that_is_not_the_first(stage: Stage) -> None:
    await stage.says("stop")
    stage.clock.forward(timedelta(minutes=1))
    challenge = await asked_as_another(stage)
    await stage.says("stop")
    stage.clock.forward(timedelta(minutes=1))
    assert not await press(stage, challenge)
    assert not await stage.may_send()


async def test_so_does_one_that_came_from_another_address_of_whom_nothing_is_known_any_more(stage: Stage) -> None:
    """As by an answer to what had been sent there: the address asks anew, and no profile's ledger has a line of it."""
    async with stage.store.transaction() as uow:
        await uow.consents.suppress(Suppression("sms", PHONE, "wrote STOP", stage.clock.now()))
    stage.clock.forward(timedelta(minutes=1))
    stage.rule(confirmed())
    await visitor(stage)
    await agree(stage)
    stage.clock.forward(timedelta(minutes=1))
    async with stage.store.transaction() as uow:
        await uow.consents.suppress_anew(Suppression("sms", PHONE, "wrote STOP again", stage.clock.now()))
    [challenge] = await challenges(stage)
    assert not await press(stage, challenge)
    assert not await stage.may_send()
