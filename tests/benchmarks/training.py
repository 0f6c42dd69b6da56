"""Training of somebody else's assistant: `overture import` of a public Rasa project, then `overture train`, twice."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.lending import ROOT

PROJECT = ROOT.parent / "shared" / "rasa_bots" / "financial-demo"


def table() -> Iterator[str]:
    """The lines of the table; one that says why there is none where the project is absent."""
    if not PROJECT.is_dir():
        yield "Training is not measured: ../shared is absent, which holds financial-demo."
        return
    with tempfile.TemporaryDirectory() as folder:
        assistant = Path(folder) / "assistant"
        _overture(["import", str(PROJECT), "--into", str(assistant)], {})
        there = {"OVERTURE_ASSISTANT": str(assistant), "OVERTURE_DATA": str(Path(folder) / "data")}
        yield "| overture train of financial-demo | seconds | CPU s |\n|---|---|---|"
        for name in ("in an empty data folder, with the export of the encoder", "again, unchanged"):
            seconds, cpu = _overture(["train"], there)
            yield f"| {name} | {seconds:.1f} | {cpu:.1f} |"
        (assistant / "nlu").mkdir(exist_ok=True)
        (assistant / "nlu" / "one_more.yml").write_text(
            'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - good day to all of you\n', encoding="utf-8"
        )
        seconds, cpu = _overture(["train"], there)
        yield f"| after one more example | {seconds:.1f} | {cpu:.1f} |"


def _overture(arguments: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Run the command to its end; its seconds, and those of the processor."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begun, cpu
