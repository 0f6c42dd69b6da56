"""What every store keeps: transactions, people, their scores, their records in CRMs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.adapters.database import Database
from bot.adapters.database.sealing import Sealing
from bot.domain.audience import Working
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.errors import Conflict, SettingsError
from bot.domain.ids import ProfileId
from bot.domain.person import Identity
from bot.domain.score import Grades, ScoreChange, total_score
from bot.ports import Store
from tests.contracts.samples import ANNA, BEN, NOON, profile

PHONE = "+447700900123"


async def test_what_a_transaction_wrote_is_there_after_it(store: Store) -> None:
    known = profile(
        attributes={"name": "Anna", "team": {"size": 50, "share": 0.5}, "tags": [None, True]},
        time_zone="Europe/London",
        locale="en-GB",
        tags=frozenset({"lead", "nurture"}),
    )
    async with store.transaction() as uow:
        await uow.profiles.add(known)
    async with store.transaction() as uow:
        assert await uow.profiles.get(ANNA) == known


async def test_an_exception_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with store.transaction() as uow:
            await uow.profiles.add(profile())
            await uow.feeds.append("explain", "1", {"said": "hello"}, NOON)
            raise ZeroDivisionError
    async with store.transaction() as uow:
        assert await uow.feeds.read(["explain"], after=0) == []
        with pytest.raises(LookupError, match="anna"):
            await uow.profiles.get(ANNA)


async def test_a_failed_statement_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):  # noqa: PT012
        async with store.transaction() as uow:
            await uow.profiles.add(profile(BEN))
            await uow.profiles.add(profile(ANNA))
            await uow.profiles.add(profile(ANNA))
    async with store.transaction() as uow:
        with pytest.raises(LookupError):
            await uow.profiles.get(BEN)


async def test_a_reading_writes_nothing_at_once_or_at_its_end(store: Store) -> None:
    with pytest.raises(RuntimeError, match="begin a transaction"):
        async with store.reading() as uow:
            await uow.profiles.add(profile())
    with pytest.raises(RuntimeError, match="begin a transaction"):
        async with store.reading() as uow:
            await uow.feeds.append("explain", "k", {}, NOON)
    async with store.reading() as uow:
        with pytest.raises(LookupError):
            await uow.profiles.get(ANNA)


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    naive = datetime(2026, 11, 23)  # noqa: DTZ001
    with pytest.raises(Exception, match="no time zone"):
        async with store.transaction() as uow:
            await uow.profiles.add(replace(profile(), created_at=naive))


async def test_saving_a_profile_replaces_what_is_known(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(attributes={"name": "Ann"}))
        await uow.profiles.save(profile(attributes={"name": "Anna"}))
        assert (await uow.profiles.get(ANNA)).attributes == {"name": "Anna"}


async def test_a_nul_character_in_text_is_no_error(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(attributes={"name": "An\0na"}))
        await uow.scores.add(ScoreChange(ANNA, "k", "fit", 1, "rea\0son", "rule", NOON))
        assert (await uow.profiles.get(ANNA)).attributes["name"] == "An\ufffdna"


async def test_what_no_database_keeps_in_json_is_no_error(store: Store) -> None:
    odd = {"half": "a\ud800", "endless": float("inf"), "none": [float("nan")], "ke\0y": "\\u0000", "large": 10**400}
    async with store.transaction() as uow:
        await uow.profiles.add(profile(attributes=odd, tags=frozenset({"t\0"}), locale="en\0"))
        kept = await uow.profiles.get(ANNA)
    assert kept.attributes == {
        "half": "a\ufffd",
        "endless": None,
        "none": [None],
        "ke\ufffdy": "\\u0000",
        "large": 10**400,
    }
    assert (kept.tags, kept.locale) == (frozenset({"t\ufffd"}), "en\ufffd")


async def test_people_are_listed_newest_first_a_part_at_a_time_and_counted(store: Store) -> None:
    ids = [ProfileId(f"0193{number}") for number in range(5)]
    async with store.transaction() as uow:
        for one in ids:
            await uow.profiles.add(profile(one))
        for one in (ids[0], ids[1], ids[3]):
            await uow.segments.enter(one, "big", NOON)
        await uow.segments.enter(ids[2], "small", NOON)
        assert await uow.profiles.newest(limit=2) == [ids[4], ids[3]]
        assert await uow.profiles.newest(before=ids[3], limit=9) == [ids[2], ids[1], ids[0]]
        assert await uow.profiles.newest(segment="big", limit=2) == [ids[3], ids[1]]
        assert await uow.profiles.newest(segment="big", before=ids[1], limit=9) == [ids[0]]
        assert [await uow.profiles.count(most=most) for most in (9, 4)] == [5, 4]
        assert [await uow.profiles.count(segment=name, most=9) for name in ("big", "none")] == [3, 0]


async def test_tags_are_counted_among_those_who_became_known_last(store: Store) -> None:
    async with store.transaction() as uow:
        for number, tags in enumerate((["old"], ["fair", "vip"], ["fair"], [])):
            await uow.profiles.add(profile(ProfileId(f"0193{number}"), tags=frozenset(tags)))
        assert list((await uow.profiles.tags(among=3, limit=9)).items()) == [("fair", 2), ("vip", 1)]
        assert list((await uow.profiles.tags(among=9, limit=2)).items()) == [("fair", 2), ("old", 1)]


async def test_an_identity_belongs_to_whoever_claimed_it_last(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.profiles.add(profile(BEN))
        await uow.profiles.claim(ANNA, Identity("phone", PHONE), NOON)
        await uow.profiles.claim(BEN, Identity("phone", PHONE), NOON + timedelta(seconds=1))
        assert await uow.profiles.owner_of("phone", PHONE) == profile(BEN)
        assert await uow.profiles.owner_of("email", PHONE) is None


async def test_an_identity_belongs_to_whoever_proved_it_before_all_others(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.profiles.add(profile(BEN))
        await uow.profiles.claim(ANNA, Identity("phone", PHONE, verified=True), NOON)
        await uow.profiles.claim(BEN, Identity("phone", PHONE), NOON + timedelta(days=1))
        assert await uow.profiles.owner_of("phone", PHONE) == profile(ANNA)


async def test_a_proved_identity_stays_proved_when_it_is_only_claimed_again(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile())
        await uow.profiles.claim(ANNA, Identity("phone", PHONE, verified=True), NOON)
        await uow.profiles.claim(ANNA, Identity("phone", PHONE), NOON)
        await uow.profiles.claim(ANNA, Identity("email", "anna@example.com"), NOON + timedelta(seconds=1))
        assert await uow.profiles.identities(ANNA) == [
            Identity("phone", PHONE, verified=True),
            Identity("email", "anna@example.com"),
        ]


async def test_a_score_counts_once_for_each_key(store: Store) -> None:
    first = ScoreChange(ANNA, "anna:size", "fit", 30, "50 people", "team size", NOON)
    second = ScoreChange(ANNA, "anna:asked", "engagement", 10, "asked for a demo", "asked", NOON)
    async with store.transaction() as uow:
        await uow.profiles.add(profile())
        assert await uow.scores.add(first)
        assert not await uow.scores.add(replace(first, points=99))
        assert await uow.scores.add(second)
    async with store.transaction() as uow:
        assert not await uow.scores.add(first)
        assert await uow.scores.of(ANNA) == [first, second]
        assert total_score(await uow.scores.of(ANNA), NOON).total == 40


async def test_people_are_counted_by_rule_and_by_grade(store: Store) -> None:
    asked = ScoreChange(ANNA, "a", "engagement", 12, "asked", "score:lead:asked", NOON, half_life=7)
    large = ScoreChange(ANNA, "b", "fit", 40, "large", "score:lead:large", NOON)
    async with store.transaction() as uow:
        for person in (ANNA, BEN):
            await uow.profiles.add(profile(person))
        await uow.scores.add_all([asked, replace(asked, key="c"), large])
        await uow.scores.add_all([replace(large, key="d", profile_id=BEN), replace(asked, key="e", profile_id=BEN)])
        await uow.scores.add(replace(large, key="f", profile_id=BEN, points=-40))
    async with store.transaction() as uow:
        assert await uow.scores.people_of_rules() == {"score:lead:asked": 2, "score:lead:large": 1}
        assert await uow.scores.people_of_grades(NOON, Grades()) == {"A2": 1, "C2": 1}
        assert await uow.scores.people_of_grades(NOON + timedelta(days=7), Grades(a=41)) == {"B2": 1, "C3": 1}


async def test_those_whose_points_are_not_right_are_found_chunk_by_chunk(store: Store) -> None:
    people = [ProfileId(f"p{number}") for number in range(6)]
    large = ScoreChange(people[0], "a", "fit", 20, "large", "large", NOON)
    async with store.transaction() as uow:
        for number, person in enumerate(people):
            await uow.profiles.add(replace(profile(person), attributes={"team_size": number * 10}))
        await uow.profiles.save(replace(await uow.profiles.get(people[4]), objected_at=NOON))
        await uow.scores.add_all([large, replace(large, key="b", profile_id=people[5])])
        await uow.scores.add_all([replace(large, key="c", profile_id=people[3], points=5)])

    async def not_right(after: str, *, among: int, limit: int = 9, condition: str = "profile.team_size > 15") -> Any:
        async with store.transaction() as uow:
            return await uow.scores.not_right("large", condition, 20, "fit", after, NOON, among=among, limit=limit)

    assert await not_right("", among=9) == ([people[0], people[2], people[3]], None)
    assert await not_right("", among=2) == ([people[0]], people[1])
    assert await not_right(people[1], among=2, limit=1) == ([people[2]], people[2])
    assert await not_right(people[3], among=9) == ([], None)
    async with store.transaction() as uow:
        moved = replace(large, key="d", profile_id=people[2])
        await uow.scores.add_all([moved, replace(moved, key="e", dimension="engagement")])
    assert await not_right(people[1], among=9, limit=1) == ([people[2]], people[2])
    async with store.transaction() as uow:
        await uow.scores.add_all([replace(moved, key=key, points=-20) for key in ("f", "g")])
        await uow.scores.add(replace(moved, key="h", dimension="engagement", points=-20))
        await uow.scores.add(replace(moved, key="i"))
    assert await not_right("", among=9, condition="false") == ([people[0], people[3], people[5]], None)
    async with store.transaction() as uow:
        await uow.scores.save(Working("large", "1", NOON, "p03"))
        assert await uow.scores.claim("large") == Working("large", "1", NOON, "p03")
        await uow.scores.drop("large")
        assert await uow.scores.workings() == []


async def test_a_person_has_one_record_in_each_crm(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile())
        assert await uow.crm_links.get("hubspot", ANNA) is None
        await uow.crm_links.put("hubspot", ANNA, "17")
        await uow.crm_links.put("hubspot", ANNA, "18")
        assert await uow.crm_links.get("hubspot", ANNA) == "18"
        assert await uow.crm_links.get("mautic", ANNA) is None


async def test_the_store_answers_and_migrating_again_changes_nothing(store: Store) -> None:
    await store.check()
    async with store.transaction() as uow:
        await uow.profiles.add(profile())
    await store.migrate()
    async with store.transaction() as uow:
        assert await uow.profiles.get(ANNA) == profile()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "no database URL"),
        ("sqlite:///overture.db", 'begins with "sqlite"'),
        ("mysql://host/name", 'begins with "mysql"'),
    ],
)
def test_a_url_of_no_use_is_a_sentence(url: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        Database(url)


@pytest.mark.parametrize(
    "url", ["postgresql+asyncpg://overture:secret@127.0.0.1:1/overture", "sqlite+aiosqlite:////dev/null/overture.db"]
)
async def test_a_database_out_of_reach_is_a_sentence_without_the_password(url: str) -> None:
    database = Database(url)
    for attempt in (database.migrate, database.check):
        with pytest.raises(SettingsError, match="cannot be used") as failure:
            await attempt()
        assert "secret" not in str(failure.value)
    await database.close()


async def test_the_owners_of_many_identities_are_those_of_each(store: Store) -> None:
    async with store.transaction() as uow:
        for who in (ANNA, BEN):
            await uow.profiles.add(profile(who))
            await uow.profiles.claim(who, Identity("phone", PHONE, verified=who == ANNA), NOON)
        await uow.profiles.claim(BEN, Identity("email", "ben@example.com"), NOON)
        await uow.profiles.claim(ANNA, Identity("user_id", "ben@example.com"), NOON)
        asked = [Identity("phone", PHONE), Identity("email", "ben@example.com"), Identity("email", "none@example.com")]
        assert await uow.profiles.owners_of(asked) == {asked[0]: ANNA, asked[1]: BEN}
        assert await uow.profiles.owners_of([]) == {}


async def test_people_are_found_by_a_part_of_what_is_known_of_them(store: Store, sealing: Sealing) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA, attributes={"firm": "Ånna 50%"}, tags=frozenset({"VIP"})))
        await uow.profiles.add(profile(BEN, attributes={"name": "Ben_ Roe", "phone": "+447700900123"}))
        await uow.profiles.claim(BEN, Identity("email", "ben_b@example.com"), NOON)
        for part, found in {"nna": [ANNA], "50%": [ANNA], "vip": [ANNA]}.items():
            assert await uow.profiles.find(part, limit=5) == found
        for part in ("%", "!", "n%a", "nobody"):
            assert await uow.profiles.find(part, limit=5) == ([ANNA] if part == "%" else [])
        for whole in ("ben_b@example.com", "Ben_ Roe", "ben_", "roe", "+447700900123"):
            assert await uow.profiles.find(whole, limit=5) == [BEN]
        for part in ("N_B@", "example", "en_"):
            assert await uow.profiles.find(part, limit=5) == ([] if sealing.is_on else [BEN])
        assert await uow.profiles.find("a", limit=1) == [ANNA]


async def test_people_are_found_by_what_is_said_of_them_and_not_by_what_it_is_called(store: Store) -> None:
    facts = {"name": "Anna Roe", "team_size": 50, "qualified": True, "likes": ["tea", {"sugar": "much"}]}
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA, attributes=facts, tags=frozenset({"VIP"})))
        await uow.profiles.add(profile(BEN, attributes={"name": "Ben", "stage": "team_leader"}))
        for called in ("name", "team_size", "qualified", "likes", "sugar", '": "', "{", "blind", "true"):
            assert await uow.profiles.find(called, limit=5) == [], called
        for said in ("50", "tea", "much", "vip"):
            assert ANNA in await uow.profiles.find(said, limit=5), said
        assert await uow.profiles.find("team", limit=5) == [BEN]


async def test_nobody_is_found_by_an_attribute_that_is_not_looked_at(store: Store) -> None:
    facts = {"name": "Anna Roe", "illness": "asthma", "email": "anna@example.com", "likes": ["tea"]}
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA, attributes=facts, tags=frozenset({"VIP"})))
        await uow.profiles.add(profile(BEN, attributes={"illness": None, "likes": ["asthma"]}))
        for said, name in (("asthma", "illness"), ("anna@example.com", "email"), ("tea", "likes"), ("Roe", "name")):
            assert ANNA in await uow.profiles.find(said, limit=5), said
            assert ANNA not in await uow.profiles.find(said, limit=5, besides={name}), said
        assert await uow.profiles.find("asthma", limit=5, besides={"illness"}) == [BEN]
        assert await uow.profiles.find("vip", limit=5, besides=facts) == [ANNA]


async def test_people_are_found_in_whatever_case_and_by_signs_that_json_writes_otherwise(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA, attributes={"firm": 'Söhne "Ö" & \\ Co'}, tags=frozenset({"Ärzte"})))
        for part in ("SÖHNE", "söhne", '"ö"', "& \\ c", "ÄRZTE", "ärzte"):
            assert await uow.profiles.find(part, limit=5) == [ANNA], part


async def test_everybody_who_has_an_identity_is_found_by_it(store: Store) -> None:
    mail, phone = Identity("email", "desk@example.com"), Identity("phone", PHONE, verified=True)
    async with store.transaction() as uow:
        for who in (BEN, ANNA):
            await uow.profiles.add(profile(who))
            await uow.profiles.claim(who, mail, NOON)
        await uow.profiles.claim(BEN, phone, NOON)
        assert await uow.profiles.holders_of([mail, phone], limit=5) == [ANNA, BEN]
        assert await uow.profiles.holders_of([mail], limit=1) == [ANNA]
        assert await uow.profiles.holders_of([phone, Identity("email", PHONE)], limit=5) == [BEN]
        assert await uow.profiles.holders_of([Identity("phone", "desk@example.com")], limit=5) == []


async def test_profiles_that_nobody_added_are_not_found(store: Store) -> None:
    async with store.transaction() as uow:
        with pytest.raises(LookupError, match="nobody"):
            await uow.profiles.save(profile(ProfileId("nobody")))


async def test_what_belongs_to_somebody_who_is_gone_is_a_conflict(store: Store) -> None:
    """They were merged or erased since they were read: whoever tries again finds that done."""
    with pytest.raises(Conflict):
        async with store.transaction() as uow:
            await uow.consents.add(ConsentRecord(ProfileId("gone"), Purpose.MARKETING, "sms", True, NOON, "a test", ""))
