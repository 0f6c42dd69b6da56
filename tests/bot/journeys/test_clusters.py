"""Groups of people whose truth is known."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access import Sensitivity
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.journeys.clusters import can_cluster, find_clusters
from bot.journeys.expression import is_true
from bot.journeys.selection import check_selection

SIZE = Attribute("team_size", AttributeType.NUMBER, label="Team size")
COUNTRY = Attribute("country", AttributeType.TEXT)
TRIAL = Attribute("trial", AttributeType.YES_NO)
NAME = Attribute("name", AttributeType.TEXT)
ATTRIBUTES = [SIZE, COUNTRY, TRIAL, NAME]


def two_groups(number: int = 200) -> list[dict[str, Any]]:
    """Large teams in Germany that are on trial, and small ones in Britain that are not."""
    draw = random.Random(1)
    large = [{"team_size": draw.randint(200, 900), "country": "DE", "trial": True} for _ in range(number // 4)]
    small = [{"team_size": draw.randint(1, 20), "country": "GB", "trial": False} for _ in range(number * 3 // 4)]
    return [{**one, "name": f"Person {place}"} for place, one in enumerate([*large, *small])]


def test_groups_are_found_and_said_in_a_condition_that_finds_them() -> None:
    people = two_groups()
    found = find_clusters(ATTRIBUTES, people, seed=1)
    assert found.is_clear
    assert [(one.people, one.precision, one.recall) for one in found.clusters] == [(150, 1, 1), (50, 1, 1)]
    for one in found.clusters:
        assert sum(is_true(one.condition, {"profile": person}) for person in people) == one.people
        assert "name" not in one.condition


def test_one_cloud_is_not_called_clear() -> None:
    draw = random.Random(2)
    people = [{"team_size": draw.random(), "age": draw.random(), "visits": draw.random()} for _ in range(300)]
    attributes = [Attribute(name, AttributeType.NUMBER) for name in ("team_size", "age", "visits")]
    found = find_clusters(attributes, people, seed=1)
    assert not found.is_clear or found.clearness < 0.4


def test_of_few_people_or_of_nothing_known_nothing_is_said() -> None:
    assert find_clusters(ATTRIBUTES, two_groups(16), seed=1).clusters == ()
    assert find_clusters(ATTRIBUTES, [{} for _ in range(100)], seed=1).clusters == ()
    assert find_clusters([], two_groups(), seed=1).clusters == ()


def test_nobody_is_grouped_by_what_is_sensitive() -> None:
    assert not can_cluster(Attribute("faith", AttributeType.TEXT, sensitivity=Sensitivity.SENSITIVE))
    assert not can_cluster(Attribute("renews_on", AttributeType.DATE))
    assert can_cluster(COUNTRY)


PERSON = st.fixed_dictionaries(
    {},
    optional={
        "team_size": st.integers(-5, 5) | st.floats(-1e4, 1e4, width=16) | st.just("many"),
        "country": st.sampled_from(["GB", "it's", "D\\E", "", "US"]) | st.none(),
        "trial": st.booleans() | st.just("perhaps"),
    },
)


@given(st.lists(PERSON, min_size=40, max_size=60))
@settings(max_examples=10)
def test_whatever_people_have_each_condition_finds_whom_it_says(people: list[dict[str, Any]]) -> None:
    schema = ProfileSchema({one.name: one for one in ATTRIBUTES})
    found = find_clusters([SIZE, COUNTRY, TRIAL], people, seed=1)
    assert sum(one.people for one in found.clusters) in (0, len(people))
    for one in found.clusters:
        assert check_selection(one.condition, schema) is None
        assert sum(is_true(one.condition, {"profile": person}) for person in people) == one.found
