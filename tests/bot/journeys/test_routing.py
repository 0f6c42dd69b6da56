"""Routing: each hand-off has exactly one outcome, and it says why."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.routing import DaysOff, DeskPlan, Rep, Route, WorkingHours, Workload
from bot.domain.send_window import SendWindow
from bot.journeys.routing import offer_to
from bot.journeys.working_hours import is_at_work

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONDON = SendWindow(time(9), time(17), frozenset(range(5)), zone="Europe/London")
TOKYO = SendWindow(time(9), time(17), frozenset(range(5)), zone="Asia/Tokyo")

ANA, BEN = Rep("ana", "Ana Lima", languages=frozenset({"en", "pt"})), Rep("ben", "Ben Okoro", at_most=2)
YUKI = Rep("yuki", "Yuki Sato", hours=WorkingHours(TOKYO))
PLAN = DeskPlan(
    "slack:#sales",
    {one.id: one for one in (ANA, BEN, YUKI)},
    (
        Route("japan", ("yuki",), "customer.country == 'JP'"),
        Route("large", ("ben", "ana"), "profile.team_size > 200", "least_busy", "large teams"),
        Route("rest", ("ana", "ben")),
    ),
    hours=WorkingHours(LONDON),
)


def facts(*, country: str = "GB", language: str = "en", team_size: int = 10) -> dict[str, Any]:
    customer = {"country": country, "language": language, "channel": "webchat", "reason": "Qualified lead"}
    return {"profile": {"team_size": team_size}, "lead": {"grade": "A1"}, "customer": customer}


def test_reps_are_offered_hand_offs_in_turn() -> None:
    found = offer_to(PLAN, facts(), Workload(), NOON)
    assert (found.rep, found.route) == (ANA, "rest")
    assert found.why == "route rest; it is the turn of Ana Lima among 2"
    assert offer_to(PLAN, facts(), Workload(turns={"Ana Lima": 7}), NOON).rep == BEN
    assert offer_to(PLAN, facts(), Workload(turns={"Ana Lima": 7, "Ben Okoro": 8}), NOON).rep == ANA


def test_the_least_busy_is_offered_it_where_the_route_says_so() -> None:
    found = offer_to(PLAN, facts(team_size=500), Workload({"Ben Okoro": 1}), NOON)
    assert found.rep == ANA
    assert found.why == "route large (large teams); Ana Lima has the fewest open: 0"


def test_who_has_enough_or_does_not_speak_the_language_is_passed_over_and_it_says_so() -> None:
    full = offer_to(PLAN, facts(), Workload({"Ben Okoro": 2}, {"Ana Lima": 1}), NOON)
    assert (full.rep, full.why) == (
        ANA,
        "route rest; Ana Lima is the only one who is free; Ben Okoro has 2 open of 2",
    )
    german = offer_to(PLAN, facts(language="de"), Workload(), NOON)
    assert (german.rep, german.why.split("; ")[-1]) == (BEN, "Ana Lima does not speak de")


def test_a_route_whose_people_are_asleep_leaves_it_to_the_next() -> None:
    found = offer_to(PLAN, facts(country="JP"), Workload(), NOON)
    assert (found.rep, found.route) == (ANA, "rest")
    assert found.why.endswith("Yuki Sato is not at work")
    assert offer_to(PLAN, facts(country="JP"), Workload(), datetime(2026, 11, 24, 1, tzinfo=UTC)).rep == YUKI


def test_where_nobody_is_free_the_whole_desk_is_told() -> None:
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    found = offer_to(PLAN, facts(), Workload(), sunday)
    assert found.rep is None
    assert found.why == (
        "no route has anybody free, so the whole desk is told (Ana Lima is not at work; Ben Okoro is not at work)"
    )
    assert offer_to(DeskPlan("slack:#sales"), facts(), Workload(), NOON).rep is None


names = st.sampled_from(["a", "b", "c", "d"])
windows = st.builds(
    SendWindow,
    opens=st.integers(0, 11).map(time),
    closes=st.integers(12, 23).map(time),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    zone=st.sampled_from(["Europe/London", "Asia/Tokyo", "America/Los_Angeles", "Asia/Kolkata"]),
)
offs = st.lists(st.dates(date(2026, 11, 20), date(2026, 11, 30)).map(lambda day: DaysOff(day, day)), max_size=3).map(
    tuple
)
working = st.none() | st.builds(WorkingHours, windows, offs)
reps = st.lists(names, unique=True, min_size=1).flatmap(
    lambda ids: st.fixed_dictionaries(
        {
            one: st.builds(
                Rep,
                id=st.just(one),
                name=st.just(f"Rep {one}"),
                hours=working,
                languages=st.frozensets(st.sampled_from(["en", "de"])),
                at_most=st.none() | st.integers(1, 3),
            )
            for one in ids
        }
    )
)


@st.composite
def plans(draw: st.DrawFn) -> DeskPlan:
    listed = draw(reps)
    route = st.builds(
        Route,
        id=st.sampled_from(["one", "two"]),
        to=st.lists(st.sampled_from(sorted(listed)), min_size=1, unique=True).map(tuple),
        condition=st.sampled_from(["", "profile.team_size > 50", "customer.country == 'JP'"]),
        pick=st.sampled_from(["in_turn", "least_busy"]),
    )
    return DeskPlan("slack:#sales", listed, tuple(draw(st.lists(route, max_size=3))), hours=draw(working))


loads = st.dictionaries(names.map("Rep {}".format), st.integers(0, 4))


@given(
    plans(),
    st.builds(Workload, loads, loads),
    st.integers(0, 14_400).map(lambda minutes: NOON + timedelta(minutes=minutes - 4_000)),
    st.sampled_from(["en", "de", ""]),
    st.integers(0, 100),
)
def test_each_hand_off_has_one_outcome_and_whoever_is_offered_it_is_free(
    plan: DeskPlan, workload: Workload, now: datetime, language: str, size: int
) -> None:
    said = facts(language=language, team_size=size)
    found = offer_to(plan, said, workload, now)
    assert found == offer_to(plan, said, workload, now)
    assert found.why

    def is_free(rep: Rep) -> bool:
        hours = rep.hours or plan.hours
        return (
            (hours is None or is_at_work(hours, now))
            and (not language or not rep.languages or language in rep.languages)
            and (rep.at_most is None or workload.open.get(rep.name, 0) < rep.at_most)
        )

    holds = [one for one in plan.routes if one.condition == "" or (size > 50 and "team_size" in one.condition)]
    able = [one for one in holds if any(is_free(plan.reps[name]) for name in one.to)]
    if found.rep is None:
        assert able == []
    else:
        assert found.route == able[0].id
        assert found.rep.id in able[0].to
        assert is_free(found.rep)
