"""Whom a condition finds in the database: exactly those for whom Python says that it is true."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from bot.adapters.database import Database
from bot.adapters.database.conditions import TODAY, condition
from bot.adapters.tables import person_event, score_change
from bot.adapters.tables import profile as profiles
from bot.domain.ids import ProfileId
from bot.domain.likelihood import Bin, Characteristic, Rung, Scorecard
from bot.domain.person import Profile
from bot.domain.score import USUAL_GRADES, Grades, Score, ScoreChange, total_score
from bot.domain.timeline import PersonEvent
from bot.journeys.expression import counted_events, is_true
from bot.journeys.selection import check_selection
from bot.services.person_facts import person_facts

NOW = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
YESTERDAY, A_MOMENT = datetime(2026, 11, 23, tzinfo=UTC), timedelta(microseconds=1)


Points = tuple[Any, int, int | None, int]
"""Of a dimension so many, perhaps with a half-life, given so many days ago."""


class People:
    """A database of which the test asks whom a condition finds, and whom Python would find."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._runner = asyncio.Runner()

    def close(self) -> None:
        self._runner.run(self._database.close())
        self._runner.close()

    def are(self, *people: Profile, points: Sequence[Points] = (), did: Sequence[tuple[str, datetime]] = ()) -> None:
        """These and nobody else; `points` and what they `did` are of the first."""
        self._runner.run(self._are(people, points, did))

    async def _are(
        self, people: Sequence[Profile], points: Sequence[Points], did: Sequence[tuple[str, datetime]]
    ) -> None:
        async with self._database.transaction() as uow:
            session = uow.profiles._session
            await session.execute(delete(person_event))
            await session.execute(delete(score_change))
            await session.execute(delete(profiles))
            for one in people:
                await uow.profiles.add(one)
            for number, (dimension, by, half_life, days) in enumerate(points):
                at = NOW - timedelta(days=days)
                change = ScoreChange(people[0].id, f"k{number}", dimension, by, "r", "r", at, half_life)
                await uow.scores.add(change)
            for event, at in did:
                await uow.timeline.add(PersonEvent(people[0].id, event, at, NOW))

    def found(self, source: str, *cards: Scorecard, grades: Grades = USUAL_GRADES) -> set[str]:
        return self._runner.run(self._found(source, cards, grades))

    async def _found(self, source: str, cards: tuple[Scorecard, ...], grades: Grades) -> set[str]:
        async with self._database.transaction() as uow:
            session = uow.profiles._session
            belongs = condition(source, postgresql=session.is_postgresql, cards=cards, grades=grades)
            statement = select(profiles.c.id).where(belongs)
            return {row.id for row in await session.execute(statement, {TODAY: NOW.date().isoformat()})}

    def meant(self, source: str, *cards: Scorecard, grades: Grades = USUAL_GRADES) -> set[str]:
        return self._runner.run(self._meant(source, cards, grades))

    async def _meant(self, source: str, cards: tuple[Scorecard, ...], grades: Grades) -> set[str]:
        found = set()
        async with self._database.transaction() as uow:
            for row in await uow.profiles._session.execute(select(profiles.c.id)):
                profile, lead = await person_facts(uow, row.id, NOW, cards, grades=grades)
                did = await uow.timeline.counts(row.id, counted_events(source))
                if is_true(source, {"profile": profile, "lead": lead, "did": did, "now": NOW}):
                    found.add(row.id)
        return found


@pytest.fixture(scope="module")
def in_sqlite(empty_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    path = tmp_path_factory.mktemp("people") / "people.db"
    shutil.copyfile(empty_sqlite_file, path)
    people = People(Database(f"sqlite+aiosqlite:///{path}"))
    yield people
    people.close()


@pytest.fixture(scope="module")
def in_postgresql(postgresql_of_module: str) -> Iterator[People]:
    people = People(Database(postgresql_of_module))
    yield people
    people.are()
    people.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def people(request: pytest.FixtureRequest) -> People:
    found: People = request.getfixturevalue(f"in_{request.param}")
    return found


def person(name: str = "anna", created_at: datetime = NOW, **more: Any) -> Profile:
    return Profile(ProfileId(name), created_at, **more)


# ---------------------------------------------------------------- examples


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("profile.team_size > 20 and 'trial' in profile.tags", {"anna"}),
        ("profile.team_size > 20", {"anna", "ben"}),
        ("profile.team_size == '30'", {"odd"}),
        ("missing(profile.team_size)", {"none"}),
        ("profile.country in ['GB', 'US']", {"anna"}),
        ("profile.country not in ['GB', 'US']", {"ben"}),
        ("profile.qualified", {"anna"}),
        ("not profile.qualified", {"ben", "none", "odd"}),
        ("profile.qualified == false", {"ben"}),
        ("'pro' in profile.plans", {"anna"}),
        ("'pro' not in profile.plans", {"ben"}),
        ("length(profile.plans) == 1", {"ben", "odd"}),
        ("profile.address.city == 'Łódź'", {"anna"}),
        ("starts_with(profile.address.city, 'Ł')", {"anna"}),
        ("'ód' in profile.address.city", {"anna"}),
        ("default(profile.team_size, 5) < 6", {"none"}),
        ("profile.team_size * 2 - 10 >= 90", {"anna"}),
        ("profile.team_size / 0 > 1 or profile.team_size / 4 == 7.5", {"ben"}),
        ("days_since(profile.created_on) <= 30", {"anna", "none", "odd"}),
        ("days_until(profile.renews_on) == 7", {"anna"}),
        ("profile.renews_on > '2026-11-30'", {"anna", "odd"}),
        ("profile.time_zone == 'Europe/London'", {"ben"}),
        ("lead.grade == 'A2' and lead.total == 55", {"anna"}),
        ("lead.grade == 'C3'", {"ben", "none", "odd"}),
        ("did('pricing.viewed')", {"anna"}),
        ("not did('pricing.viewed', 30)", {"ben", "none", "odd"}),
        ("did('pricing.viewed') == 3 and did('pricing.viewed', 2) == 2 and did('pricing.viewed', 1) == 1", {"anna"}),
        ("did('Pricing viewed') or did('trial.started') > 0 or exists(did('x.y')) == false", set()),
        ("did('trial.started') == 0", {"anna", "ben", "none", "odd"}),
    ],
)
def test_a_condition_finds_whom_it_reads_like(people: People, source: str, found: set[str]) -> None:
    assert check_selection(source, None) is None
    people.are(
        person(
            attributes={
                "team_size": 50.0,
                "country": "GB",
                "qualified": True,
                "plans": ["pro", "lite"],
                "address": {"city": "Łódź"},
                "renews_on": "2026-12-01",
            },
            tags=frozenset({"trial", "vip"}),
        ),
        person(
            "ben",
            datetime(2026, 1, 1, tzinfo=UTC),
            attributes={"team_size": 30, "country": "DE", "qualified": False, "plans": ["lite"]},
            time_zone="Europe/London",
        ),
        person("none"),
        person("odd", attributes={"team_size": "30", "plans": {"pro": 1}, "renews_on": "next year", "address": []}),
        points=[("fit", 40, None, 0), ("engagement", 30, 7, 7)],
        did=[("pricing.viewed", NOW), ("pricing.viewed", YESTERDAY), ("pricing.viewed", YESTERDAY - A_MOMENT)],
    )
    assert people.found(source) == people.meant(source) == found


def test_long_conditions_are_answered(people: People) -> None:
    people.are(person(attributes={"a": 7}))
    for source in (
        f"profile.a in [{','.join(map(str, range(800)))}]",
        " or ".join(["profile.a == 7"] * 150),
        "(" * 25 + "profile.a == 7" + ")" * 25,
        "profile.a + profile.a + profile.a + profile.a == 28",
    ):
        assert check_selection(source, None) is None
        assert people.found(source) == {"anna"}


def test_the_order_of_texts_is_that_of_their_characters(people: People) -> None:
    names = ["", "A", "B", "a", "b", "ä", "Ω", "א", "\ufffd", "😀", "a b", "ab", "a-b"]
    people.are(*(person(f"p{number}", attributes={"name": name}) for number, name in enumerate(names)))
    for name in names:
        source = f"profile.name < '{name}'"
        assert people.found(source) == people.meant(source) == {f"p{i}" for i, one in enumerate(names) if one < name}


# ---------------------------------------------------------------- whatever people have, whatever is asked

texts = st.text(max_size=4) | st.sampled_from(
    ["", "a", "ab", "A", "ä", "א", "😀", "0", "5", "true", "\0", "a\0b", "\\u0000", '"', "\\", "null", "NaN", "\x01"]
)
days = st.sampled_from(
    ["2026-11-24", "2026-11-24T09:00Z", "2024-02-29", "2026-02-29", "2026-13-01", "2026-04-31", "2026-01-00"]
) | st.sampled_from(
    ["0000-01-01", "0001-01-01", "9999-12-31", "2026-11-2", "2026-11-241", "x2026-11-24", "٢٠٢٦-11-24", "2026-11-99"]
)
numbers = (
    st.integers()
    | st.floats()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, -0.0, 0.1, 0.5, 2.5, 1e-99, 1e-100, 1e-101, 5e-324, -1e-200, 1e15, 1e300, float("inf")])
    | st.sampled_from([2**53, 2**53 - 1, -(2**53), -(2**53) + 1, 2**63, -(2**63), 10**400, 9007199254740991.0])
)
plain_values = st.none() | st.booleans() | numbers | texts | days
odd_values = st.recursive(
    plain_values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab") | texts, inner, max_size=2),
    max_leaves=5,
)
odd_people = st.builds(
    lambda attributes, tags, zone, locale, created: person(
        attributes=attributes, tags=frozenset(tags), time_zone=zone, locale=locale, created_at=created
    ),
    st.dictionaries(st.sampled_from(["a", "b", "ü", "tags", "locale"]), odd_values, max_size=4),
    st.lists(texts, max_size=3),
    st.none() | texts,
    st.none() | texts,
    st.datetimes(datetime(1960, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
    | st.sampled_from([datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), datetime(1970, 1, 1, tzinfo=UTC), NOW]),
)
moments = st.datetimes(datetime(1960, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)) | st.integers(  # noqa: DTZ001
    -3, 40
).flatmap(lambda days: st.sampled_from([timedelta(), A_MOMENT]).map(lambda more: YESTERDAY - timedelta(days) - more))
events = st.lists(st.tuples(st.sampled_from(["a.b", "a.c"]), moments), max_size=4)
score_changes = st.lists(
    st.tuples(
        st.sampled_from(["fit", "engagement"]),
        st.integers(-100, 100) | st.integers(-1_000_000, 1_000_000),
        st.none() | st.integers(1, 60) | st.just(3650),
        st.integers(-3, 400) | st.integers(0, 40_000),
    ),
    max_size=3,
)

limits = st.lists(st.integers(-250, 250), min_size=2, max_size=2, unique=True).map(
    lambda two: sorted(two, reverse=True)
)
some_grades = st.just(USUAL_GRADES) | st.builds(lambda fit, engagement: Grades(*fit, *engagement), limits, limits)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


atoms = (
    st.sampled_from(["profile.a", "profile.b", "profile.ü", "profile.a.a", "profile.a.b", "profile.tags"])
    | st.sampled_from(["profile.time_zone", "profile.locale", "profile.created_on", "profile.tags.a", "lead.x"])
    | st.sampled_from(["lead.fit", "lead.engagement", "lead.total", "lead.grade", "null", "true", "false"])
    | st.sampled_from(["0", "1", "3", "2.5", "0.1", "9007199254740991", "20", "739943"])
    | st.sampled_from(
        ["days_since(profile.created_on)", "days_until(profile.created_on)", "9826", "days_since(profile.a)"]
    )
    | st.sampled_from(["did('a.b')", "did('a.b', 1)", "did('a.c', 7)", "did('a.b', 30)", "did('a.b', 3660)"])
    | (texts | days).map(_quoted)
)


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = ["+", "-", "*", "/", "and", "or", "==", "!=", "<", "<=", ">", ">=", "in", "not in"]
    calls = st.sampled_from(["length", "exists", "missing", "days_since", "days_until"])
    return (
        st.tuples(inner, st.sampled_from(signs), inner).map(lambda parts: f"({' '.join(parts)})")
        | st.tuples(calls, inner).map(lambda parts: f"{parts[0]}({parts[1]})")
        | st.tuples(st.sampled_from(["default", "starts_with"]), inner, inner).map(
            lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"
        )
        | st.tuples(inner, st.sampled_from(["in", "not in"]), st.lists(inner, max_size=3)).map(
            lambda parts: f"({parts[0]} {parts[1]} [{', '.join(parts[2])}])"
        )
        | inner.map(lambda part: f"(not {part})")
        | inner.map(lambda part: f"(-{part})")
    )


expressions = st.recursive(atoms, _combined, max_leaves=6)


def _holds_for(
    people: People,
    source: str,
    one: Profile,
    points: Sequence[Points],
    did: Sequence[tuple[str, datetime]],
    grades: Grades,
) -> None:
    assume(check_selection(source, None) is None or "never true" in str(check_selection(source, None)))
    people.are(one, points=points, did=did)
    assert people.found(source, grades=grades) == people.meant(source, grades=grades)


PROPERTY = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


@given(source=expressions, one=odd_people, points=score_changes, did=events, grades=some_grades)
@PROPERTY
def test_sqlite_finds_whom_python_finds(
    in_sqlite: People,
    source: str,
    one: Profile,
    points: Sequence[Points],
    did: Sequence[tuple[str, datetime]],
    grades: Grades,
) -> None:
    _holds_for(in_sqlite, source, one, points, did, grades)


@given(source=expressions, one=odd_people, points=score_changes, did=events, grades=some_grades)
@PROPERTY
def test_postgresql_finds_whom_python_finds(
    in_postgresql: People,
    source: str,
    one: Profile,
    points: Sequence[Points],
    did: Sequence[tuple[str, datetime]],
    grades: Grades,
) -> None:
    _holds_for(in_postgresql, source, one, points, did, grades)


@given(points=score_changes, grades=some_grades)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_points_fade_in_the_databases_as_they_do_in_python(
    in_sqlite: People, in_postgresql: People, points: Sequence[Points], grades: Grades
) -> None:
    log = [ScoreChange(ProfileId("p"), "", what, by, "", "", NOW - timedelta(days=days), half_life)
           for what, by, half_life, days in points]  # fmt: skip
    score = total_score(log, NOW)
    source = f"lead.fit == {score.fit} and lead.engagement == {score.engagement} and lead.grade == '{grades.of(score)}'"
    for people in (in_sqlite, in_postgresql):
        people.are(person(), points=points)
        assert len(people.found(source, grades=grades)) == 1


def test_a_grade_begins_at_the_same_point_in_the_databases(in_sqlite: People, in_postgresql: People) -> None:
    grades = Grades(100, 50, 5, -20)
    for fit, engagement in ((100, 5), (99, 4), (50, -20), (49, -21)):
        for people in (in_sqlite, in_postgresql):
            people.are(person(), points=[("fit", fit, None, 0), ("engagement", engagement, None, 0)])
            source = f"lead.grade == '{grades.of(Score(fit, engagement))}'"
            assert len(people.found(source, grades=grades)) == 1


# ---------------------------------------------------------------- likelihood

SIZES = Characteristic("size", (Bin("profile.size >= 50", 20, "large"), Bin("profile.size >= 10", 8, "middling")))
VIEWS = Characteristic(
    "views", (Bin("did('pricing.viewed', 7) >= 2", 15, "keen"), Bin("missing(profile.size)", -9, ""))
)
CARD = Scorecard(NOW.date(), True, "", (Rung(-9, 3), Rung(5, 20), Rung(15, 40), Rung(30, 80)), (SIZES, VIEWS))


@given(
    size=st.none() | st.integers(0, 60) | st.just("many"),
    days_ago=st.lists(st.integers(0, 9), max_size=3),
    least=st.integers(0, 90),
    wish=st.sampled_from([None, "objected_at", "restricted_at"]),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_database_finds_by_likelihood_whom_python_finds(
    people: People, size: Any, days_ago: list[int], least: int, wish: str | None
) -> None:
    wishes: dict[str, Any] = {} if wish is None else {wish: NOW}
    attributes = {} if size is None else {"size": size}
    did = [("pricing.viewed", NOW - timedelta(days=days)) for days in days_ago]
    people.are(person(attributes=attributes, **wishes), person("ben", attributes={"size": 12}), did=did)
    for source in (f"lead.likelihood >= {least}", f"not lead.likelihood > {least}", "missing(lead.likelihood)"):
        found = people.found(source, CARD)
        assert found == people.meant(source, CARD)
        if source.startswith("lead"):
            assert wish is None or "anna" not in found
    leaving = replace(CARD, predicts="churn_risk", characteristics=(SIZES,))
    for source in (f"lead.churn_risk >= {least}", f"lead.churn_risk < lead.likelihood or lead.likelihood < {least}"):
        assert people.found(source, CARD, leaving) == people.meant(source, CARD, leaving)
    off = replace(CARD, is_on=False)
    assert people.found("exists(lead.likelihood)", off) == people.meant("exists(lead.likelihood)", off) == set()
