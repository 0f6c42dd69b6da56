"""The made-up person to whom the page Journeys words messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.assistant import Response, Variation
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.score import Grades, ScoreRule
from bot.entrypoints.console.journeys_page.sample_person import fields_of, person_of, values_of
from tests.bot.services.stage import Stage

NOW = datetime(2026, 11, 27, tzinfo=UTC)
RULES = (
    ScoreRule("a", "fit", 30, "a team of 10 or more", condition="profile.team_size >= 10"),
    ScoreRule("b", "fit", -20, "is a customer already", condition="profile.stage == 'customer'"),
    ScoreRule("c", "engagement", 5, "looked at the prices", event="pricing.viewed"),
    ScoreRule("d", "engagement", -5, "left the newsletter", event="newsletter.left"),
)
SCHEMA = ProfileSchema(
    {
        "team_size": Attribute("team_size", AttributeType.NUMBER),
        "stage": Attribute("stage", AttributeType.TEXT, one_of=("lead", "customer")),
    }
)


def test_what_an_event_brought_is_made_up_by_what_is_done_with_it(stage: Stage) -> None:
    says = Variation(
        "{% if event.link %}{{ event.link }} {{ event.total | money: 'EUR' }}{% endif %}"
        "{% for one in event.items %}{{ one.name }}{% endfor %}",
        liquid=True,
    )
    fields = fields_of([Response("utter_cart", (says,))], stage.library.current(), NOW)
    told = {one.name: (one.type, one.usual) for one in fields if one.group == "event"}
    assert told == {"link": ("text", "https://example.com/1"), "total": ("number", "25"), "items": ("list", "")}
    assert values_of(fields, None)["event"] == {"link": "https://example.com/1", "total": 25.0}
    assert person_of(values_of(fields, None), "en", "GB").event == {"link": "https://example.com/1", "total": 25.0}


def test_a_moment_that_an_event_brings_is_made_up_with_its_hour(stage: Stage) -> None:
    says = Variation(
        "{{ event.starts_at | date }} {{ event.starts_at | time }} {{ event.ends_on | date }}", liquid=True
    )
    fields = fields_of([Response("utter_reminder", (says,))], stage.library.current(), NOW)
    assert values_of(fields, None)["event"] == {"starts_at": "2026-12-01T10:00", "ends_on": "2026-12-01"}


def test_their_score_is_what_the_rules_in_force_give_them(stage: Stage) -> None:
    playbook = replace(
        stage.library.current(), score_rules=RULES, profile=SCHEMA, grades=Grades(a=30, b=10, one=6, two=5)
    )
    says = Variation("{{ lead.fit }} {{ lead.engagement }} {{ lead.total }} {{ lead.grade }}", liquid=True)
    fields = fields_of([Response("utter_score", (says,))], playbook, NOW)
    assert {one.name: one.usual for one in fields if one.group == "lead"} == {
        "fit": "30", "engagement": "5", "total": "35", "grade": "A2",
    }  # fmt: skip
