"""A condition as the lines of a form, both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.journeys.criteria import BY_DAYS, Criteria, Criterion, How, read_criteria, written_criteria
from bot.journeys.criteria_words import criteria_words, known_of_people, of_others, subjects
from bot.journeys.expression import is_true
from bot.journeys.kinds import kinds_of
from bot.journeys.selection import check_selection

TEXT, NUMBER, YES_NO, DATE, LIST = AttributeType
SCHEMA = ProfileSchema(
    {
        "team_size": Attribute("team_size", NUMBER, label="People in the team"),
        "stage": Attribute("stage", TEXT, ("lead", "customer"), label="Stage"),
        "city": Attribute("city", TEXT),
        "qualified": Attribute("qualified", YES_NO, label="Qualified"),
        "renews_on": Attribute("renews_on", DATE, label="Renews"),
        "email": Attribute("email", TEXT, contact=True),
    }
)
KINDS = kinds_of(SCHEMA)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def lines(source: str) -> Criteria:
    found = read_criteria(source, KINDS)
    assert found is not None
    return found


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("profile.team_size > 20", Criterion("profile.team_size", How.MORE, (20,))),
        ("20 < profile.team_size", Criterion("profile.team_size", How.MORE, (20,))),
        ("lead.fit == -5", Criterion("lead.fit", How.IS, (-5,))),
        ("profile.qualified", Criterion("profile.qualified", How.IS, (True,))),
        ("not profile.qualified", Criterion("profile.qualified", How.IS_NOT, (True,))),
        ("profile.stage != 'lead'", Criterion("profile.stage", How.IS_OTHER, ("lead",))),
        ("not profile.stage == 'lead'", Criterion("profile.stage", How.IS_NOT, ("lead",))),
        ("default(profile.stage, 'lead') == 'lead'", Criterion("profile.stage", How.IS_OR_UNKNOWN, ("lead",))),
        ("profile.city not in ['Bath', \"Ely\"]", Criterion("profile.city", How.OTHER_THAN, ("Bath", "Ely"))),
        ("'vip' in profile.tags", Criterion("profile.tags", How.HAS, ("vip",))),
        ("did('pricing.viewed', 30) > 2", Criterion("did.pricing.viewed", How.AT_LEAST, (3,), 30)),
        ("days_since(profile.created_on) < 7", Criterion("profile.created_on", How.AGO_AT_MOST, (6,))),
        (
            "days_until(profile.renews_on) >= 0 and days_until(profile.renews_on) <= 30",
            Criterion("profile.renews_on", How.WITHIN_NEXT, (30,)),
        ),
    ],
)
def test_what_one_line_says_is_read_as_one(source: str, line: Criterion) -> None:
    assert lines(source) == Criteria("all", (line,))


def test_what_is_in_brackets_is_a_group_and_is_none_where_it_is_joined_alike() -> None:
    vip, large, bath = (
        Criterion("profile.tags", How.HAS, ("vip",)),
        Criterion("profile.team_size", How.MORE, (20,)),
        Criterion("profile.city", How.IS, ("Bath",)),
    )
    of_vip, of_size, of_bath = "'vip' in profile.tags", "profile.team_size > 20", "profile.city == 'Bath'"
    assert lines(f"{of_vip} or ({of_size} and {of_bath})") == Criteria("any", (vip, Criteria("all", (large, bath))))
    assert lines(f"({of_vip} and {of_size}) and {of_bath}") == Criteria("all", (vip, large, bath))


@pytest.mark.parametrize(
    "source",
    [
        "profile.team_size * 2 > 20",
        "length(profile.city) > 3",
        "not (profile.stage == 'lead' or profile.qualified)",
        "profile.team_size > lead.fit",
        "default(profile.stage, 'lead') == 'customer'",
        "profile.city == 'Bath' or (profile.qualified and (lead.fit > 2 or lead.fit < 1))",
        "profile.team_size >",
    ],
)
def test_what_no_line_can_say_stays_a_text(source: str) -> None:
    assert read_criteria(source, KINDS) is None


# ---------------------------------------------------------------- both ways

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
DAYS = st.integers(0, 400)
LINES = st.one_of(
    st.builds(
        lambda how, value: Criterion("profile.team_size", how, (value,)),
        st.sampled_from([How.IS, How.IS_NOT, How.IS_OTHER, How.MORE, How.AT_LEAST, How.LESS, How.AT_MOST]),
        st.one_of(st.integers(-50, 50), st.floats(-50, 50).map(lambda one: round(one, 3))),
    ),
    st.builds(
        lambda how, value: Criterion("profile.city", how, (value,)),
        st.sampled_from([How.IS, How.IS_NOT, How.HAS, How.HAS_NOT, How.STARTS_WITH, How.IS_OR_UNKNOWN]),
        TEXTS,
    ),
    st.builds(
        lambda how, values: Criterion("profile.city", how, tuple(values)),
        st.sampled_from([How.ONE_OF, How.NONE_OF, How.OTHER_THAN]),
        st.lists(TEXTS, min_size=1, max_size=3),
    ),
    st.builds(lambda how: Criterion("profile.city", how), st.sampled_from([How.KNOWN, How.UNKNOWN])),
    st.builds(
        lambda how, value: Criterion("profile.qualified", how, (value,)),
        st.sampled_from([How.IS, How.IS_NOT, How.IS_OR_UNKNOWN]),
        st.booleans(),
    ),
    st.builds(
        lambda how, days: Criterion("profile.renews_on", how, (days,)),
        st.sampled_from([How.WITHIN_LAST, How.WITHIN_NEXT, How.AGO_IS, How.AGO_AT_LEAST, How.IN_IS, How.IN_AT_MOST]),
        DAYS,
    ),
    st.builds(
        lambda how, times, days: Criterion("did.pricing.viewed", how, (times,), days),
        st.sampled_from([How.IS, How.AT_LEAST, How.AT_MOST]),
        st.integers(0, 5),
        st.one_of(st.none(), st.integers(1, 90)),
    ),
)
GROUPS = st.builds(
    lambda join, parts: Criteria(join, tuple(parts)),
    st.sampled_from(["all", "any"]),
    st.lists(LINES, min_size=1, max_size=4),
)
CRITERIA = st.builds(
    lambda join, parts: Criteria(join, tuple(parts)),
    st.sampled_from(["all", "any"]),
    st.lists(st.one_of(LINES, GROUPS), min_size=1, max_size=4),
)
PEOPLE = st.fixed_dictionaries(
    {},
    optional={
        "team_size": st.integers(-50, 50),
        "city": st.sampled_from(["", "Bath", "Ely", "'", "\\"]),
        "qualified": st.booleans(),
        "renews_on": st.integers(-400, 400).map(lambda days: date.fromordinal(NOW.toordinal() + days).isoformat()),
    },
)


@given(CRITERIA, PEOPLE, st.integers(0, 5))
def test_what_lines_say_is_read_back_as_lines_that_say_the_same(
    criteria: Criteria, person: dict[str, Any], times: int
) -> None:
    source = written_criteria(criteria)
    again = read_criteria(source, KINDS)
    assert again is not None
    names = {"profile": person, "lead": {}, "did": {"pricing.viewed": {NOW.date(): times}}, "now": NOW}
    assert is_true(written_criteria(again), names) == is_true(source, names)
    assert check_selection(source, SCHEMA) is None


def test_days_that_are_over_are_not_within_the_next_ones() -> None:
    source = written_criteria(Criteria("all", (Criterion("profile.renews_on", How.WITHIN_NEXT, (30,)),)))
    found = [
        is_true(source, {"profile": {"renews_on": day}, "now": NOW})
        for day in ("2026-11-29", "2026-11-30", "2026-12-30", "2026-12-31")
    ]
    assert found == [False, True, True, False]


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("profile.team_size > 20", "People in the team is more than 20"),
        ("profile.stage in ['lead', 'customer']", "Stage is one of “lead” or “customer”"),
        ("profile.qualified", "Qualified is yes"),
        ("not (profile.city in ['Bath', 'Ely'])", "City is none of “Bath” or “Ely” (or is not known)"),
        ("days_since(profile.created_on) <= 1", "First contact was at most 1 day ago (or is to come)"),
        ("missing(profile.city)", "City is not known"),
        ("did('pricing.viewed', 30) >= 3", "did pricing.viewed at least 3 times in the last 30 days"),
        ("did('pricing.viewed') == 0", "never did pricing.viewed"),
        (
            "'vip' in profile.tags or (lead.grade == 'A1' and did('a.b') >= 1)",
            "Tags include “vip”, or (Grade is “A1”, and did a.b)",
        ),
    ],
)
def test_a_condition_reads_as_a_sentence(source: str, words: str) -> None:
    assert criteria_words(lines(source), KINDS) == words


def test_a_form_offers_what_a_database_can_find_people_by() -> None:
    offered = {one.of: one for one in subjects(KINDS, SCHEMA.contact, {"pricing.viewed"})}
    assert How.STARTS_WITH not in offered["profile.email"].hows
    assert offered["profile.stage"].values == (("lead", "lead"), ("customer", "customer"))
    assert offered["did.pricing.viewed"].kind == "event"
    values: dict[Any, Any] = {NUMBER: 1, YES_NO: True, DATE: "2026-11-30", "event": 1}
    for one in offered.values():
        for how in one.hows:
            counts_days = one.kind is DATE and (how.startswith(("ago_", "in_", "within_")))
            value = 1 if counts_days else one.values[0][0] if one.values else values.get(one.kind, "x")
            given_values = () if how in (How.KNOWN, How.UNKNOWN) else (value,)
            source = written_criteria(Criteria("all", (Criterion(one.of, how, given_values),)))
            assert check_selection(source, SCHEMA) is None, source


def test_what_nobody_declared_can_be_shown_in_a_form_too() -> None:
    criteria = lines("profile.budget > 10 and profile.budget < 50 and 'x' in profile.notes")
    assert [(one.of, one.kind) for one in of_others(criteria, KINDS)] == [
        ("profile.budget", NUMBER),
        ("profile.notes", TEXT),
    ]


def test_what_stays_true_until_something_is_learnt_is_offered_without_days_and_scores() -> None:
    found = known_of_people(subjects(KINDS, (), ["demo.requested"]))
    assert {one.of.split(".")[0] for one in found} == {"profile"}
    assert not BY_DAYS.intersection(how for one in found for how in one.hows)
