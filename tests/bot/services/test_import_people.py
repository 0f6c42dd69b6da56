"""People are taken in bulk, and nobody who had refused becomes reachable by it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.audience import Segment
from bot.domain.consent import ConsentRecord, Consequence, Purpose, Suppression, Wish, standing_consent
from bot.domain.delivery import Send
from bot.domain.ids import ProfileId
from bot.domain.importing import Arrival, GivenConsent, ImportProgress, Landing, Taking
from bot.domain.person import Identity, Profile
from bot.ports import Store
from bot.services.erase_person import erase_person
from bot.services.import_people import import_people
from bot.services.note_decision import Matter
from bot.services.opt_out import opt_out
from bot.services.respect_wishes import lift_restriction, note_objection, restrict
from bot.services.weigh import weigh
from tests.bot.services.stage import Stage
from tests.bot.services.test_races import Gate, Watched, still_blocked
from tests.contracts.samples import NOON, opened
from tests.manual_clock import ManualClock

ADDRESS, PHONE = Identity("email", "ana@example.com"), Identity("phone", "+447700900123")
ASKED = datetime.fromisoformat("2026-03-01T00:00:00+00:00")
YES = GivenConsent(Purpose.MARKETING, "sms", True, ASKED, "web form", "May we text you?")
NO = replace(YES, granted=False)
BEGUN = ImportProgress("one", "people.csv", NOON)


def arrival(row: int = 1, *identities: Identity, **told: object) -> Arrival:
    return Arrival(row, identities or (PHONE,), **told)  # type: ignore[arg-type]


async def take(stage: Stage, *arrivals: Arrival, crm: str = "", fill: bool = False) -> list[Landing]:
    landings: list[Landing] = []

    def tell(landed: Sequence[Landing]) -> int:
        landings[:] = landed
        return 0

    await import_people(stage.runtime, arrivals, Taking("people.csv", crm, fill), BEGUN, tell)
    return landings


async def profile_of(stage: Stage, identity: Identity = PHONE) -> Profile:
    async with stage.store.transaction() as uow:
        found = await uow.profiles.owner_of(identity.kind, identity.value)
    assert found is not None
    return found


async def consent_of(stage: Stage, who: ProfileId, channel: str = "sms") -> ConsentRecord | None:
    async with stage.store.transaction() as uow:
        return standing_consent(await uow.consents.of(who), Purpose.MARKETING, channel)


async def may_be_texted(stage: Stage, who: ProfileId, number: str = PHONE.value) -> bool:
    matter = Matter("k", Purpose.MARKETING, "sms", number, who)
    async with stage.store.transaction() as uow:
        return isinstance(await weigh(uow, stage.runtime, matter, stage.clock.now()), Send)


async def test_somebody_new_is_known_afterwards_with_all_that_was_told(stage: Stage) -> None:
    stage.library.playbook = replace(stage.library.playbook, segments={"big": Segment("big", "profile.team_size > 20")})
    told = arrival(
        1, ADDRESS, PHONE, attributes={"team_size": 50}, tags=frozenset({"fair"}), time_zone="Europe/London",
        consents=(YES,),
    )  # fmt: skip
    (landing,) = await take(stage, told)
    person = await profile_of(stage, ADDRESS)
    assert (landing.result, landing.profile_id, landing.warnings) == ("new", person.id, ())
    assert (person.attributes, person.time_zone) == ({"team_size": 50}, "Europe/London")
    assert person.tags == {"fair"}
    consent = await consent_of(stage, person.id)
    assert consent is not None
    assert (consent.at, consent.how, consent.text) == (ASKED, YES.how, YES.text)
    assert await may_be_texted(stage, person.id)
    async with stage.store.transaction() as uow:
        assert set(await uow.segments.of(person.id)) == {"big"}
        assert [one.event for one in await uow.timeline.of(person.id, limit=5)] == ["person.imported"]
        assert all(not one.verified for one in await uow.profiles.identities(person.id))


async def test_a_single_address_that_was_left_alone_elsewhere_is_left_alone(stage: Stage) -> None:
    """Of one that has opted out here it is known better on which channels."""
    number = Identity("phone", "+447700900124")
    await take(stage, arrival(1, ADDRESS, PHONE, number, silent=(number,), consents=(YES,)))
    async with stage.store.transaction() as uow:
        await uow.consents.suppress(Suppression("whatsapp", PHONE.value, "STOP", NOON))
    await take(stage, arrival(2, ADDRESS, silent=(PHONE, number)))
    async with stage.store.transaction() as uow:
        silent = await uow.consents.opted_out({ADDRESS.value, PHONE.value, number.value})
    assert silent == {PHONE.value: {"whatsapp"}, number.value: {"sms", "whatsapp", "voice"}}


async def test_a_second_time_changes_nothing(stage: Stage) -> None:
    told = arrival(1, ADDRESS, PHONE, attributes={"team_size": 50}, consents=(YES,))
    await take(stage, told)
    (landing,) = await take(stage, told)
    assert (landing.result, landing.warnings) == ("same", ())
    async with stage.store.transaction() as uow:
        assert len(await uow.consents.of(landing.profile_id)) == 1
        assert len(await uow.timeline.of(landing.profile_id, limit=5)) == 1


async def test_rows_of_one_person_are_one_person(stage: Stage) -> None:
    both = arrival(2, ADDRESS, PHONE, attributes={"name": "Ana"})
    landings = await take(stage, arrival(1, ADDRESS, attributes={"team_size": 5}), both, arrival(3, PHONE))
    assert len({one.profile_id for one in landings}) == 1
    assert (await profile_of(stage)).attributes == {"team_size": 5, "name": "Ana"}


async def test_what_is_known_may_stay_as_it_is(stage: Stage) -> None:
    await take(stage, arrival(attributes={"team_size": 5}))
    await take(stage, arrival(attributes={"team_size": 9, "name": "Ana"}, time_zone="Europe/Paris"), fill=True)
    person = await profile_of(stage)
    assert (person.attributes, person.time_zone) == ({"team_size": 5, "name": "Ana"}, "Europe/Paris")
    await take(stage, arrival(attributes={"team_size": 9}))
    assert (await profile_of(stage)).attributes["team_size"] == 9


async def test_an_address_of_somebody_else_stays_theirs(stage: Stage) -> None:
    one, two = await take(stage, arrival(1, ADDRESS), arrival(2, PHONE))
    (landing,) = await take(stage, arrival(1, ADDRESS, PHONE))
    assert landing.profile_id == one.profile_id
    assert f"overture people merge {two.profile_id} {one.profile_id}" in landing.warnings[0]
    assert (await profile_of(stage, PHONE)).id == two.profile_id


@pytest.mark.parametrize("asked", [ASKED, NOON + timedelta(days=300)])
async def test_who_wrote_stop_is_not_reached_by_an_import(stage: Stage, asked: datetime) -> None:
    (landing,) = await take(stage, arrival(consents=(YES,)))
    async with stage.store.transaction() as uow:
        await opt_out(uow, stage.runtime, landing.profile_id, Wish("STOP", NOON, "STOP"))
    (again,) = await take(stage, arrival(1, PHONE, ADDRESS, consents=(replace(YES, at=asked),)))
    assert "is not taken: they refused it on" in again.warnings[0]
    assert not await may_be_texted(stage, landing.profile_id)


async def test_neither_is_who_was_erased(stage: Stage) -> None:
    (landing,) = await take(stage, arrival(consents=(YES,)))
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, landing.profile_id, who="test", now=NOON)
    (again,) = await take(stage, arrival(consents=(YES,)))
    assert (again.result, again.warnings) == (
        "new", ("marketing by sms is not taken: this address has opted out",),
    )  # fmt: skip
    assert await consent_of(stage, again.profile_id) is None
    assert not await may_be_texted(stage, again.profile_id)


async def test_neither_is_who_objects(stage: Stage) -> None:
    (landing,) = await take(stage, arrival())
    async with stage.store.transaction() as uow:
        await note_objection(uow, stage.runtime, landing.profile_id, how="letter", now=NOON)
    (again,) = await take(stage, arrival(consents=(YES,)))
    assert "they object to marketing" in again.warnings[0]


async def test_of_whom_is_restricted_nothing_changes(stage: Stage) -> None:
    (landing,) = await take(stage, arrival(attributes={"name": "Ana"}))
    async with stage.store.transaction() as uow:
        await restrict(uow, landing.profile_id, now=NOON)
    (again,) = await take(stage, arrival(attributes={"name": "Anna"}))
    assert again.result == "left alone"
    assert "restricted" in again.warnings[0]
    assert (await profile_of(stage)).attributes == {"name": "Ana"}


@pytest.mark.parametrize("told", [{"opted_out": "opted out in a CRM"}, {"consents": (NO,)}])
async def test_of_whom_is_restricted_a_refusal_is_taken_all_the_same(stage: Stage, told: dict[str, object]) -> None:
    """Else marketing would go to them as soon as the restriction is lifted."""
    (landing,) = await take(stage, arrival(attributes={"name": "Ana"}, consents=(YES,)))
    who = landing.profile_id
    async with stage.store.transaction() as uow:
        await restrict(uow, who, now=NOON)
    (again,) = await take(stage, arrival(1, PHONE, ADDRESS, attributes={"name": "Anna"}, **told), crm="crm")
    assert (again.result, again.profile_id) == ("changed", who)
    assert "what they refuse was taken, and nothing else" in again.warnings[0]
    assert (await profile_of(stage)).attributes == {"name": "Ana"}
    async with stage.store.transaction() as uow:
        assert await uow.profiles.owner_of(ADDRESS.kind, ADDRESS.value) is None
        await lift_restriction(uow, who, informed="by letter", now=NOON)
    assert not await may_be_texted(stage, who)


async def test_whom_is_restricted_consents_to_nothing_by_an_import(stage: Stage) -> None:
    (landing,) = await take(stage, arrival())
    async with stage.store.transaction() as uow:
        await restrict(uow, landing.profile_id, now=NOON)
    (again,) = await take(stage, arrival(consents=(YES,)))
    assert again.result == "left alone"
    assert await consent_of(stage, landing.profile_id) is None


async def test_a_refusal_of_one_profile_counts_for_a_row_that_fits_two(stage: Stage) -> None:
    await take(stage, arrival(1, ADDRESS), arrival(2, PHONE, consents=(NO,)))
    (landing,) = await take(stage, arrival(1, ADDRESS, PHONE, consents=(YES,)))
    assert any("they refused it" in one for one in landing.warnings)
    assert await consent_of(stage, landing.profile_id) is None


@pytest.mark.parametrize("order", [(YES, NO), (NO, YES)])
async def test_of_contradictory_consents_at_one_instant_the_refusal_counts(
    stage: Stage, order: Sequence[GivenConsent]
) -> None:
    (landing,) = await take(stage, arrival(consents=tuple(order)))
    consent = await consent_of(stage, landing.profile_id)
    assert consent is not None
    assert not consent.granted


async def test_a_refusal_from_before_a_grant_is_the_stricter(stage: Stage) -> None:
    (landing,) = await take(stage, arrival(consents=(YES,)))
    await take(stage, arrival(consents=(replace(NO, at=ASKED - timedelta(days=1)),)))
    consent = await consent_of(stage, landing.profile_id)
    assert consent is not None
    assert not consent.granted


async def test_who_had_opted_out_elsewhere_has_opted_out_here(stage: Stage) -> None:
    (known,) = await take(stage, arrival(1, ADDRESS, consents=(YES,)))
    gone = {"opted_out": "opted out in people.csv", "consents": (YES,)}
    landings = await take(stage, arrival(1, ADDRESS, **gone), arrival(2, PHONE, **gone))
    assert landings[0].profile_id == known.profile_id
    for one in landings:
        consent = await consent_of(stage, one.profile_id)
        assert consent is not None
        assert not consent.granted
        assert "not taken" in one.warnings[0]
    async with stage.store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE.value) == Suppression(
            "sms", PHONE.value, "opted out in people.csv", stage.clock.now()
        )


async def test_who_has_opted_out_is_not_reached_by_a_channel_that_is_set_up_later(stage: Stage) -> None:
    gone = {"opted_out": "opted out in people.csv"}
    (known,) = await take(stage, arrival(1, PHONE))
    landings = await take(stage, arrival(1, PHONE, ADDRESS, **gone), arrival(2, Identity("email", "b@x.org"), **gone))
    assert landings[0].profile_id == known.profile_id
    async with stage.store.transaction() as uow:
        for channel, address in (("email", ADDRESS.value), ("email", "b@x.org"), ("whatsapp", PHONE.value)):
            assert await uow.consents.suppression(channel, address) is not None
    for one in landings:
        refusal = await consent_of(stage, one.profile_id, "email")
        assert refusal is not None
        assert not refusal.granted


async def test_a_refusal_holds_for_the_address_whoever_else_has_it(stage: Stage) -> None:
    await stage.meet(phone=PHONE.value)
    await stage.consent()
    (landing,) = await take(stage, arrival(1, ADDRESS, PHONE, consents=(NO,)))
    other = ProfileId("ben")
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(other, NOON))
        await uow.profiles.claim(other, PHONE, stage.clock.now())
    await stage.consent(of=other)
    assert not await may_be_texted(stage, landing.profile_id)
    assert not await may_be_texted(stage, other)
    async with stage.store.transaction() as uow:
        bar = await uow.consents.refusal("sms", PHONE.value)
        assert bar is not None
        assert (bar.cause, bar.reason, bar.at) == (Consequence.UNWANTED, NO.how, NO.at)
        assert await uow.consents.refusal("whatsapp", PHONE.value) is None, "they refused text messages"
        assert await uow.consents.refusal("email", ADDRESS.value) is None


async def test_a_refusal_for_an_address_that_another_has_holds_there(stage: Stage) -> None:
    await stage.meet(phone=PHONE.value)
    await stage.consent()
    owner = await profile_of(stage)
    await take(stage, arrival(1, ADDRESS))
    (landing,) = await take(stage, arrival(2, ADDRESS, PHONE, consents=(NO,)))
    assert landing.profile_id != owner.id
    assert not await may_be_texted(stage, owner.id)


async def test_a_refusal_counts_for_who_comes_later_in_the_same_file(stage: Stage) -> None:
    second = Identity("email", "office@example.com")
    await take(stage, arrival(1, ADDRESS), arrival(2, second))
    (_, landing) = await take(
        stage, arrival(1, ADDRESS, PHONE, consents=(NO,)), arrival(2, second, PHONE, consents=(YES,))
    )
    assert not await may_be_texted(stage, landing.profile_id)


async def test_a_refusal_of_a_channel_that_is_not_set_up_is_kept(stage: Stage) -> None:
    (landing,) = await take(stage, arrival(1, ADDRESS, consents=(replace(NO, channel="email"),)))
    refusal = await consent_of(stage, landing.profile_id, "email")
    assert refusal is not None
    assert not refusal.granted


async def test_an_address_at_which_nothing_arrives_is_spared_and_nothing_is_refused(stage: Stage) -> None:
    (landing,) = await take(stage, arrival(1, ADDRESS, PHONE, unreachable="bounced", consents=(YES,)))
    assert await may_be_texted(stage, landing.profile_id)
    async with stage.store.transaction() as uow:
        (bar,) = await uow.consents.in_the_way("email", ADDRESS.value)
    assert (bar.cause, bar.reason) == (Consequence.UNREACHABLE, "bounced")


async def test_a_record_of_a_crm_is_found_again_whatever_its_address_is_now(stage: Stage) -> None:
    (landing,) = await take(stage, arrival(1, ADDRESS, record="77"), crm="crm")
    (again,) = await take(stage, arrival(1, Identity("email", "new@example.com"), record="77"), crm="crm")
    assert (again.profile_id, again.result) == (landing.profile_id, "changed")
    async with stage.store.transaction() as uow:
        assert await uow.crm_links.get("crm", landing.profile_id) == "77"


async def test_who_writes_first_while_a_row_of_theirs_is_taken_is_one_person(
    postgresql_url: str, clock: ManualClock
) -> None:
    gate = Gate()
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        here, there = Stage(one, clock), Stage(other, clock)
        here.runtime = replace(here.runtime, store=Watched(one, "here", [], before_commit=gate))
        taken = asyncio.create_task(take(here, arrival(1, ADDRESS, PHONE)))
        await gate.reached.wait()
        written = asyncio.create_task(there.hear("hello"))
        assert await still_blocked(written)
        gate.opened.set()
        ((landing,), _) = await asyncio.gather(taken, written)
        assert (await there.at()).profile_id == landing.profile_id


async def test_a_dry_run_keeps_nothing_and_says_what_would_be(stage: Stage) -> None:
    done = await import_people(stage.runtime, [arrival()], Taking("people.csv", dry_run=True), BEGUN)
    assert done.new == 1
    async with stage.store.transaction() as uow:
        assert await uow.profiles.owner_of(PHONE.kind, PHONE.value) is None
        assert await uow.imports.get(BEGUN.id) is None


async def test_a_dry_run_counts_whoever_comes_again_in_a_later_chunk_as_known(stage: Stage) -> None:
    trial, mobile = Taking("people.csv", dry_run=True), Identity("phone", "+447700900124")
    done = await import_people(stage.runtime, [arrival(1), arrival(2, ADDRESS)], trial, BEGUN)
    done = await import_people(stage.runtime, [arrival(3, ADDRESS, mobile)], trial, done)
    done = await import_people(stage.runtime, [arrival(4), arrival(5, mobile, tags=frozenset({"x"}))], trial, done)
    assert (done.new, done.changed, done.same) == (2, 2, 1)


async def test_people_and_how_far_it_has_come_are_kept_together(store: Store, clock: ManualClock) -> None:
    stage = Stage(store, clock)
    people = [
        arrival(number, Identity("email", f"a{number}@example.com"), consents=(YES,), attributes={"team_size": number})
        for number in range(1, 8)
    ]
    reached = replace(BEGUN, cursor="7", rows=7)
    done = await import_people(stage.runtime, people, Taking("people.csv"), reached)
    async with store.transaction() as uow:
        assert await uow.imports.get("one") == done == replace(reached, new=7)

    again = await import_people(stage.runtime, people, Taking("people.csv"), done)
    assert again == replace(done, same=7)
    changed = [replace(one, attributes={"team_size": 99}) for one in people]
    done = await import_people(stage.runtime, changed, Taking("people.csv"), again)
    assert done == replace(again, changed=7)

    def fail(_: Sequence[Landing]) -> int:
        raise OSError("no space")

    more = [arrival(8, Identity("email", "a8@example.com"))]
    with pytest.raises(OSError, match="no space"):
        await import_people(stage.runtime, more, Taking("people.csv"), replace(done, rows=8), fail)
    async with store.transaction() as uow:
        assert await uow.imports.get("one") == done
        assert await uow.profiles.owner_of("email", "a8@example.com") is None


ROWS = st.builds(
    lambda identities, consents, gone: Arrival(
        1, tuple(identities), consents=tuple(consents), opted_out="gone" if gone else ""
    ),
    st.lists(
        st.builds(Identity, st.sampled_from(["phone", "email"]), st.sampled_from(["0", "1", "2"])),
        min_size=1,
        max_size=2,
        unique_by=lambda one: one.kind,
    ),
    st.lists(
        st.builds(
            GivenConsent,
            st.just(Purpose.MARKETING),
            st.just("sms"),
            st.booleans(),
            st.sampled_from([ASKED, ASKED + timedelta(days=9)]),
            st.just("form"),
            st.just("May we?"),
        ),
        max_size=2,
    ),
    st.sampled_from([False, False, True]),
)
EXAMPLES = count()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(ROWS, max_size=4), after=st.lists(ROWS, min_size=1, max_size=5), chunk=st.integers(1, 3))
async def test_no_import_makes_anybody_reachable_who_had_refused(
    stage: Stage, before: list[Arrival], after: list[Arrival], chunk: int
) -> None:
    own = next(EXAMPLES)  # each example is of people of its own

    def theirs(identity: Identity) -> Identity:
        return replace(
            identity,
            value=f"+447700{own:05}{identity.value}" if identity.kind == "phone" else f"{own}-{identity.value}",
        )

    before, after = (
        [replace(one, identities=tuple(map(theirs, one.identities))) for one in rows] for rows in (before, after)
    )
    numbers = [theirs(Identity("phone", digit)) for digit in "012"]
    await take(stage, *before)
    refused = set()
    async with stage.store.transaction() as uow:
        for number in numbers:
            owner = await uow.profiles.owner_of(number.kind, number.value)
            consent = standing_consent(await uow.consents.of(owner.id), Purpose.MARKETING, "sms") if owner else None
            if await uow.consents.suppression("sms", number.value) or (consent and not consent.granted):
                refused.add(number)
    for start in range(0, len(after), chunk):
        await take(stage, *after[start : start + chunk])
    for number in refused:
        person = await profile_of(stage, number)
        assert not await may_be_texted(stage, person.id, number.value)
