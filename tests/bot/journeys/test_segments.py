from __future__ import annotations

import pytest

from bot.documents import parse
from bot.domain.audience import Attribute, AttributeType, ProfileSchema, Segment
from bot.domain.errors import ContentError
from bot.journeys.segments import read_segment

SCHEMA = ProfileSchema({"team_size": Attribute("team_size", AttributeType.NUMBER)})


def segment(text: str) -> Segment:
    return read_segment(parse("journeys/segments/big-teams.yml", text), SCHEMA)


def test_a_segment_is_a_condition_with_a_name() -> None:
    found = segment('segment: big-teams\nlabel: Big teams\nif: "profile.team_size > 20"\n')
    assert found == Segment("big-teams", "profile.team_size > 20", "Big teams")


def test_the_same_condition_is_the_same_version() -> None:
    one, same, other = (
        segment(f'segment: big-teams\nlabel: {label}\nif: "profile.team_size > {size}"')
        for label, size in (("a", 20), ("b", 20), ("a", 21))
    )
    assert one.version == same.version != other.version


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("segment: big-teams", '1:1: a segment lacks "if". Say who belongs: if: "profile.team_size > 20".'),
        ("segment: big-teams\nif: ' '", '2:1: the condition is empty. Say who belongs: if: "profile.team_size > 20".'),
        ("segment: small-teams\nif: 'true'", '1:1: the segment "small-teams" stands in a file of another name.'),
        ("segment: Big\nif: 'true'", '"Big" cannot be an id.'),
        ("segment: big-teams\nif: profile.teamsize > 2", '2:1: the condition "profile.teamsize > 2" cannot be used: '),
        ("segment: big-teams\nif: profile.team_size > 'x'", "that is never true."),
        ("segment: big-teams\nif: lower(profile.team_size)", "takes a text"),
        ("segment: big-teams\nif: lower(profile.locale) == 'a'", "people cannot be found by lower()"),
        ("segment: big-teams\nif: event.size > 5", 'there is no "event" to look at'),
        ("segment: big-teams\nif: 'true'\ndid: {event: a.b}", "Write if: \"did('pricing.viewed', 30) >= 3\""),
        ("segment: big-teams\nif: did('segment.entered')", "segments would depend on each other"),
        ("segment: big-teams\nif: did('a.b') == 'often'", "that is never true"),
        ("segment: big-teams\nif: 'true'\nname: x", 'a segment has no "name".'),
        ("- a", "a segment must be a mapping"),
    ],
)
def test_a_faulty_segment_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ContentError) as failure:
        segment(text)
    assert "journeys/segments/big-teams.yml:" in str(failure.value)
    assert told in str(failure.value)
