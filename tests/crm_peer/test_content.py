"""What `make crm-peer` begins with, which takes too long to be run each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import run
from tests.crm_peer.run import environment
from tests.lending import ROOT


def test_the_journeys_for_the_crm_go_with_the_samples_assistant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for name, value in environment(tmp_path, "https://crm.example/hook", "a" * 32, "b" * 32).items():
        monkeypatch.setenv(name, value)
    assert run(["validate"]) == 0
