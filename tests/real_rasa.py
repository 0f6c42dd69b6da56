"""A real Rasa 3.6 server for tests, from its own environment in `.conformance` (Python 3.10, rasa==3.6.21)."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.lending import ROOT
from tests.ports import free_port

RASA = ROOT / ".conformance" / "bin" / "rasa"
READY_WITHIN = 120.0


@contextmanager
def real_rasa_server(folder: Path, files: Mapping[str, str]) -> Iterator[str]:
    """Train the project of these files and serve it; its address. Skips the test where Rasa is not installed."""
    if not RASA.exists():
        pytest.skip("Rasa is not installed: .conformance is its environment (Python 3.10, rasa==3.6.21)")
    for name, text in {"credentials.yml": "rest:\n", "endpoints.yml": "", **files}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    port = free_port()
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "HOME": str(folder)}
    given: dict[str, Any] = {"cwd": folder, "env": {**os.environ, **quiet}}
    with (folder / "log").open("wb") as log:
        subprocess.run([RASA, "train", "--quiet"], check=True, stdout=log, stderr=log, **given)
        server = subprocess.Popen(
            [RASA, "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log, **given
        )
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/status", folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()
            server.wait()


def _wait_until_ready(url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            if urlopen(url, timeout=1).status == 200:
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"Rasa is not ready after {READY_WITHIN} s:\n{log.read_text()[-3000:]}")
