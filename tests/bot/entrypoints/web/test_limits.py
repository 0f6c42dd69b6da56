"""Who asks too quickly is told to wait, and nobody else is."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import WebhookRejected
from bot.entrypoints.web.limits import OF_A_VISITOR, OF_AN_ADDRESS, AtOnce, Limit, Limits, Rate, caller_of


def asked(method: str = "GET", *, behind: str = "", token: str = "") -> web.Request:
    headers = {name: value for name, value in (("X-Forwarded-For", behind), ("Authorization", token)) if value}
    return make_mocked_request(method, "/channels/webchat/messages", headers=headers)


@given(st.lists(st.floats(min_value=0, max_value=3), max_size=60))
def test_no_more_is_taken_than_the_burst_and_what_time_brings(pauses: list[float]) -> None:
    limit, now, taken = Limit(Rate(per_second=2, burst=5)), 0.0, 0
    for pause in pauses:
        now += pause
        taken += limit.wait_of("one", now) == 0
        assert taken <= 5 + 2 * now + 1e-6


@given(st.lists(st.floats(min_value=0, max_value=3), max_size=60))
def test_whoever_waits_as_told_is_taken(pauses: list[float]) -> None:
    limit, now = Limit(Rate(per_second=2, burst=3)), 0.0
    for pause in pauses:
        now += pause
        if wait := limit.wait_of("one", now):
            now += wait
            assert limit.wait_of("one", now) == 0


def test_one_caller_does_not_use_up_what_another_has() -> None:
    limit = Limit(Rate(per_second=1, burst=1))
    assert limit.wait_of("one", 0) == limit.wait_of("two", 0) == 0
    assert limit.wait_of("one", 0) == pytest.approx(1)


def test_an_address_that_asks_too_quickly_is_told_when_to_come_back() -> None:
    limits = Limits(proxies=1, seconds=lambda: 0.0)
    for _ in range(OF_AN_ADDRESS.burst):
        limits.check(asked(behind="203.0.113.7"))
    with pytest.raises(WebhookRejected, match="too many requests") as refused:
        limits.check(asked(behind="203.0.113.7"))
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
    limits.check(asked(behind="203.0.113.8"))


def test_a_visitor_who_posts_too_quickly_is_refused_and_may_still_listen() -> None:
    limits = Limits(proxies=1, seconds=lambda: 0.0)
    for number in range(OF_A_VISITOR.burst):
        limits.check(asked("POST", behind=f"203.0.113.{number}", token="Bearer t"))
    with pytest.raises(WebhookRejected):
        limits.check(asked("POST", behind="203.0.113.200", token="Bearer t"))
    limits.check(asked("GET", behind="203.0.113.200", token="Bearer t"))


@pytest.mark.parametrize(
    ("behind", "proxies", "caller"),
    [
        ("203.0.113.7", 1, "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7", 1, "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7, 10.0.0.1", 2, "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", 1, "2001:0db8:0001:0002"),
        ("203.0.113.7:40312", 1, "203.0.113.7"),
        ("[2001:db8:1:2:3:4:5:6]:40312", 1, "2001:0db8:0001:0002"),
        ("[2001:db8:1:2:3:4:5:6]", 1, "2001:0db8:0001:0002"),
        ("::ffff:203.0.113.7", 1, "203.0.113.7"),
        ("::ffff:127.0.0.1", 1, None),
        ("127.0.0.1", 1, None),
        ("not an address", 1, None),
    ],
)
def test_only_what_trusted_proxies_have_added_is_believed(behind: str, proxies: int, caller: str | None) -> None:
    assert caller_of(asked(behind=behind), proxies) == caller


def test_without_a_proxy_the_header_says_nothing() -> None:
    assert caller_of(asked(behind="203.0.113.7"), 0) is None, "a mocked request comes from nowhere"


def test_an_address_has_no_more_open_at_once_than_it_may() -> None:
    at_once = AtOnce(2, proxies=1)
    with ExitStack() as opened:
        for _ in range(2):
            opened.enter_context(at_once.one_of(asked(behind="203.0.113.7")))
        with pytest.raises(WebhookRejected, match="close some") as refused, at_once.one_of(asked(behind="203.0.113.7")):
            pytest.fail("one too many")
        assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "30"})
        with at_once.one_of(asked(behind="203.0.113.8")):
            """Another address is no worse off."""
    with at_once.one_of(asked(behind="203.0.113.7")):
        """Whoever has closed theirs may come again."""


def test_this_machine_may_have_as_many_open_as_it_likes() -> None:
    at_once = AtOnce(1, proxies=1)
    with at_once.one_of(asked(behind="127.0.0.1")), at_once.one_of(asked(behind="127.0.0.1")):
        """It is a proxy that nobody told us of."""


def test_of_one_that_breaks_off_nothing_is_left() -> None:
    at_once = AtOnce(1, proxies=1)
    for _ in range(2):
        with pytest.raises(ConnectionError), at_once.one_of(asked(behind="203.0.113.7")):
            raise ConnectionError
