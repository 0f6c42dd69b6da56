"""Domain values survive being written as JSON."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections import abc
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.codec import DISPATCH, EVENT, INBOUND, JOURNEY, PLAIN, TRACKER, WINDOW, Codec
from bot.domain.conversation import ActiveLoop, ConversationPaused, Event, SlotSet, Tracker
from bot.domain.delivery import Dispatch
from bot.domain.ids import ConversationId
from bot.domain.journey import Enrolment, Journey
from bot.domain.message import Inbound
from bot.domain.send_window import SendWindow

NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
plain: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    Any: plain,
    str: texts,
    bool: st.booleans(),
    int: st.integers(-(2**60), 2**60),
    float: st.floats(allow_nan=False),
    NoneType: st.none(),
    time: st.times(),
    timedelta: st.timedeltas(timedelta(days=-10_000), timedelta(days=10_000)),
    datetime: st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
}


@cache
def values_of(type_: Any) -> st.SearchStrategy[Any]:
    """Any value of a domain type, with every field drawn, also those that have defaults."""
    if type_ in SIMPLE:
        return SIMPLE[type_]
    if isinstance(type_, typing.NewType):
        return values_of(type_.__supertype__)
    if isinstance(type_, type) and dataclasses.is_dataclass(type_):
        hints = typing.get_type_hints(type_)
        return st.builds(type_, **{field.name: values_of(hints[field.name]) for field in dataclasses.fields(type_)})
    if isinstance(type_, type) and issubclass(type_, Enum):
        return st.sampled_from(type_)
    arguments = typing.get_args(type_)
    match typing.get_origin(type_):
        case typing.Literal:
            return st.sampled_from(arguments)
        case typing.Union | types.UnionType:
            return st.one_of([values_of(argument) for argument in arguments])
        case abc.Mapping:
            return st.dictionaries(texts, values_of(arguments[1]), max_size=3)
        case origin if origin is frozenset:
            return st.frozensets(values_of(arguments[0]), max_size=3)
        case origin if origin is tuple and arguments[-1] is Ellipsis:
            return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
        case origin if origin is tuple:
            return st.tuples(*[values_of(argument) for argument in arguments])
    raise NotImplementedError(f"no values for {type_}")


@pytest.mark.parametrize(
    ("codec", "type_"),
    [
        pytest.param(EVENT, Event, id="event"),
        pytest.param(TRACKER, Tracker, id="tracker"),
        pytest.param(INBOUND, Inbound, id="inbound"),
        pytest.param(DISPATCH, Dispatch, id="dispatch"),
        pytest.param(JOURNEY, Journey, id="journey"),
        pytest.param(WINDOW, SendWindow, id="window"),
        pytest.param(Codec[Enrolment](Enrolment), Enrolment, id="enrolment"),
        pytest.param(PLAIN, abc.Mapping[str, Any], id="plain"),
    ],
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(data=st.data())
def test_a_value_comes_back_equal(codec: Codec[Any], type_: Any, data: st.DataObject) -> None:
    value = data.draw(values_of(type_))
    assert codec.load(codec.dump(value)) == value
    assert codec.load(codec.brief(value)) == value


def test_events_come_back_as_what_they_were() -> None:
    """Two kinds with the same fields are told apart."""
    events = (ActiveLoop(None, NOON), SlotSet("size", 50.0), ConversationPaused(NOON))
    tracker = Tracker(ConversationId("c")).apply_all(events)
    assert [type(event) for event in TRACKER.load(TRACKER.dump(tracker)).recent] == [
        ActiveLoop,
        SlotSet,
        ConversationPaused,
    ]


def test_what_is_as_it_is_by_default_can_be_left_out_but_for_the_kind() -> None:
    assert json.loads(EVENT.brief(ConversationPaused(NOON))) == {"at": "2026-11-23T12:00:00.123456Z", "kind": "pause"}


def test_numbers_keep_their_type() -> None:
    read = PLAIN.load(PLAIN.dump({"whole": 50, "real": 50.0, "truth": True, "big": 2**70, "text": "50"}))
    assert [type(value) for value in read.values()] == [int, float, bool, int, str]


def test_moments_keep_their_microseconds() -> None:
    event = SlotSet("when", None, NOON)
    read = EVENT.load(EVENT.dump(event))
    assert read.at == NOON
    assert read.at.utcoffset() == timedelta()


@pytest.mark.parametrize("depth", [90, 190, 230])
def test_what_is_nested_so_deep_that_it_can_be_written_can_be_read(depth: int) -> None:
    nested: Any = 5
    for _ in range(depth):
        nested = [nested]
    assert PLAIN.load(PLAIN.dump({"event": {"size": nested}})) == {"event": {"size": nested}}
    set_deep = SlotSet("size", nested)
    assert EVENT.load(EVENT.dump(set_deep)) == set_deep
    tracker = Tracker(ConversationId("c1")).apply(set_deep)
    assert TRACKER.load(TRACKER.dump(tracker)) == tracker
