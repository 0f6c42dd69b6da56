from __future__ import annotations

import pytest

from bot.documents import parse
from bot.domain.audience import Attribute, AttributeType, ProfileSchema, Segment
from bot.domain.errors import ContentError
from bot.journeys.segments import begins_by_coming, new_segment, read_segment, rewritten_segment, told_of
from bot.yaml_lines import CannotEdit
from tests.bot.services.stage import journey_of

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


def test_an_edit_leaves_all_else_as_it_stands() -> None:
    text = "# Ours.\nsegment: big-teams\n\nlabel: Big   # as sales says\nif: >-\n  profile.team_size > 20\n"
    assert rewritten_segment(text, "Big", "profile.team_size > 30") == text.replace("> 20", "> 30")
    assert rewritten_segment(text, "Large", "profile.team_size > 20") == text.replace("label: Big  ", "label: Large")
    assert "label" not in rewritten_segment(text, "", "profile.team_size > 20")
    without = "segment: big-teams\r\nif: profile.team_size > 20\r\n"
    assert rewritten_segment(without, "Big", "profile.team_size > 20") == (
        "segment: big-teams\r\nlabel: Big\r\nif: profile.team_size > 20\r\n"
    )
    with pytest.raises(CannotEdit, match="no segment yet"):
        rewritten_segment("- a\n", "Big", "true")


@pytest.mark.parametrize(
    "condition", ["profile.team_size > 20", "'a: b' in profile.tags", "profile.x == '#1'\nand true"]
)
def test_a_new_segment_is_read_as_it_was_written(condition: str) -> None:
    text = new_segment("big-teams", "Teams: large", condition, note="Ours.")
    assert text.startswith("# Ours.\nsegment: big-teams\n")
    found = read_segment(parse("segments/big-teams.yml", text), None)
    assert found == Segment("big-teams", condition, "Teams: large")


def test_a_journey_goes_by_a_segment_where_people_enter_by_it() -> None:
    entries = """enter:
      - {segment: big-teams}
      - {left_segment: big-teams}
      - {schedule: {once: 2026-12-01 09:00, zone: Europe/London}, segment: big-teams}
      - {event: demo.requested}
    """
    journey = journey_of("- wait: 1d", entries)
    assert told_of(journey, "big-teams") == list(journey.entries[:3])
    assert [begins_by_coming(one) for one in told_of(journey, "big-teams")] == [True, False, False]
    assert told_of(journey, "others") == []
