"""The circuit breaker: opens after failures in a row, rests, and lets one call try."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.circuit_breaker import CircuitBreaker


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def breaker(seconds: Seconds) -> CircuitBreaker:
    return CircuitBreaker(failures=2, rest=timedelta(seconds=30), seconds=seconds)


def test_failures_with_a_success_between_them_do_not_open_it(breaker: CircuitBreaker) -> None:
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.lets_through()


def test_failures_in_a_row_open_it_for_a_while(breaker: CircuitBreaker, seconds: Seconds) -> None:
    breaker.failed()
    breaker.failed()
    assert not breaker.lets_through()
    seconds.now += 29.9
    assert not breaker.lets_through()


def test_after_the_rest_one_call_tries_while_others_wait(breaker: CircuitBreaker, seconds: Seconds) -> None:
    breaker.failed()
    breaker.failed()
    seconds.now += 30
    assert breaker.lets_through()
    assert not breaker.lets_through()
    breaker.succeeded()
    assert breaker.lets_through()
    assert breaker.lets_through()


def test_a_trial_that_fails_begins_the_rest_anew(breaker: CircuitBreaker, seconds: Seconds) -> None:
    breaker.failed()
    breaker.failed()
    seconds.now += 30
    assert breaker.lets_through()
    breaker.failed()
    seconds.now += 29
    assert not breaker.lets_through()
    seconds.now += 1
    assert breaker.lets_through()
