from __future__ import annotations

import pytest

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.journeys.selection import check_selection, looks_at


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("profile.since < today()", "people cannot be found by today(): days are counted. Write days_until("),
        ("lower(profile.country) == 'gb'", "people cannot be found by lower(): lower() depends on the language"),
        ("text(profile.size) == '5'", "people cannot be found by text()"),
        ("profile.size % 2 == 0", 'people cannot be found by "%"'),
        ("length(['a']) == 1", "a list can only stand behind in or not in"),
        ("['a'] in [['a']]", "a list can only stand behind in"),
        ("event.size > 5", 'there is no "event" to look at'),
        ("lead.grad == 'A1'", 'Did you mean "grade"?'),
        ("profile.name == 'a\\\0'", "has a character that no text has"),
        (" + ".join(["profile.a"] * 9) + " > 5", "it is too much to ask of everybody"),
        ("profile.a ==", "it ends where a value should follow."),
    ],
)
def test_what_a_database_would_answer_otherwise_is_refused(source: str, told: str) -> None:
    wrong = check_selection(source, None)
    assert wrong is not None
    assert told in wrong


def test_a_condition_is_held_against_what_people_have() -> None:
    schema = ProfileSchema({"size": Attribute("size", AttributeType.NUMBER)})
    assert check_selection("profile.size > 20 and profile.tags", schema) is None
    assert "Did you mean" in str(check_selection("profile.siz > 20", schema))
    assert "that is never true" in str(check_selection("profile.size == 'big'", schema))


@pytest.mark.parametrize(
    "source",
    [
        "starts_with(profile.email, 'anna')",
        "'example' in profile.email",
        "profile.email in 'anna@example.com'",
        "profile.email > 'a'",
        "profile.email == profile.name",
        "profile.email == 'a' + 'b'",
        "length(profile.phone) > 3",
        "default(profile.name, 'Anna') == 'Anna'",
        "profile.email in ['a', profile.name]",
        "profile.name.first == 'Anna'",
        "exists(default(profile.email, profile.phone))",
    ],
)
def test_contact_data_is_compared_whole(source: str) -> None:
    wrong = check_selection(source, None)
    assert wrong is not None
    assert "is contact data, which may be sealed in the database: compare the whole of it with texts" in wrong
    assert check_selection(source, None, contact=()) is None


def test_what_is_contact_data_is_declared() -> None:
    plain = ProfileSchema({"email": Attribute("email", AttributeType.TEXT)})
    assert check_selection("'@example.com' in profile.email", plain) is None
    badge = ProfileSchema({"badge": Attribute("badge", AttributeType.TEXT, contact=True)})
    assert "contact data" in str(check_selection("starts_with(profile.badge, 'B')", badge))
    assert check_selection("profile.badge in ['B1', 'B2'] and profile.badge", badge) is None


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("profile.size > 20 and 'trial' in profile.tags", {"profile.size", "profile.tags"}),
        ("profile.address.city == 'Leeds'", {"profile.address"}),
        ("lead.grade in ['A1', lead.x] or not days_since(profile.created_on)", {"lead", "profile.created_on"}),
        ("true", set()),
    ],
)
def test_what_a_condition_depends_on_is_known(source: str, names: set[str]) -> None:
    assert looks_at(source) == names
