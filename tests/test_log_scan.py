"""The suite's own look-out for personal data in logs sees what it is there for."""

from __future__ import annotations

import logging

import pytest
import structlog

from tests.log_scan import LogScan


@pytest.mark.parametrize("words", ["to +447700900123", "ana@example.com wrote", "call 07700 900123", "+12025550143"])
def test_a_planted_number_or_address_is_seen_in_every_log(log_scan: LogScan, words: str) -> None:
    structlog.get_logger().warning("a test", words=words)
    structlog.get_logger().warning(words)
    logging.getLogger("a library").warning("%s", words)
    seen, log_scan.leaks[:] = list(log_scan.leaks), []
    assert len(seen) == 3


def test_ids_and_pages_are_no_personal_data(log_scan: LogScan) -> None:
    structlog.get_logger().warning("a test", conversation="019ab1f0-3c00-7000", url="https://chat.example.com/x")
    assert log_scan.leaks == []
