"""What the widget costs a page while the chat is closed: the main thread of a real Chromium, four times slower.

`python -m tests.benchmarks.widget --lighthouse` (`make lighthouse`) asks Lighthouse, which npx fetches, about the site
of the sample with the widget on it, and fails where it is not fully accessible or moves anything.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import NONE_FOUND, find_chromium, launch
from tests.browser.scripted import Service

LIGHTHOUSE = "lighthouse@12.8.2"
SLOWER = 4
TIMES = 9
WORK = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
WATCH = """
  window.shifts = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((one) => (shifts += one.value)))
    .observe({type: "layout-shift", buffered: true});
"""
BARE = '<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1><p>Words.</p></main>'
TAG = '<script type="module" src="/widget.js"></script>'
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic"
FIGURES = ("cumulative-layout-shift", "total-blocking-time", "first-contentful-paint", "total-byte-weight")


def table() -> Iterator[str]:
    """The lines of the table, for `make bench`."""
    if find_chromium() is None:
        yield f"The widget is not measured: {NONE_FOUND}."
        return
    with (
        TemporaryDirectory() as folder,
        _service(Path(folder)) as service,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        runs = {body: [_visit(browser, service, body) for _ in range(TIMES)] for body in (BARE, BARE + TAG)}
    yield f"| main thread, {SLOWER} times slower, least of {TIMES} visits | page alone | with the closed chat | more |"
    yield "|---|---|---|---|"
    for name in ("scripts, styles and layout by the clock, ms", "the same in processor time, ms", "layout shift"):
        alone, both = (min(one[name] for one in visits) for visits in runs.values())
        yield f"| {name} | {alone:.0f} | {both:.0f} | {both - alone:.0f} |"


@contextmanager
def _service(folder: Path) -> Iterator[Service]:
    service = Service(folder / "state.json")
    try:
        yield service
    finally:
        service.kill()


def _visit(browser: Browser, service: Service, body: str) -> dict[str, float]:
    """By the clock under the browser's own throttling, which a busy machine makes longer; and in processor time."""
    throttled, shifts = _work(browser, service, body, "timeTicks", SLOWER)
    processor, _ = _work(browser, service, body, "threadTicks", 1)
    return {
        "scripts, styles and layout by the clock, ms": throttled,
        "the same in processor time, ms": processor * SLOWER,
        "layout shift": shifts,
    }


def _work(browser: Browser, service: Service, body: str, domain: str, rate: int) -> tuple[float, float]:
    with browser.new_context() as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.route("**/bare", lambda route: route.fulfill(content_type="text/html", body=body))
        client = context.new_cdp_session(page)
        client.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        client.send("Performance.enable", {"timeDomain": domain})
        page.goto(f"{service.url}/bare")
        page.wait_for_timeout(1200)
        metrics = {one["name"]: one["value"] for one in client.send("Performance.getMetrics")["metrics"]}
        shifts = float(page.evaluate("shifts"))
    return sum(metrics[name] for name in WORK) * 1000, shifts


def lighthouse() -> int:
    """Print what Lighthouse says; 1 where the page is not fully accessible, or moves."""
    chromium, npx = find_chromium(), shutil.which("npx")
    if chromium is None or npx is None:
        print(f"Lighthouse needs npx, which comes with Node 18 or newer, and Chromium. {NONE_FOUND}", file=sys.stderr)
        return 2
    with TemporaryDirectory() as folder, _service(Path(folder)) as service:
        report = Path(folder) / "report.json"
        categories = "--only-categories=performance,accessibility,best-practices"
        command = [npx, "--yes", LIGHTHOUSE, f"{service.url}/site", categories, "--output=json"]
        command += [f"--output-path={report}", f"--chrome-flags={FLAGS}", "--quiet"]
        subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium})
        told: dict[str, Any] = json.loads(report.read_text())
    scores = {name: round(one["score"] * 100) for name, one in told["categories"].items()}
    for name, score in scores.items():
        print(f"{name}: {score}")
    for name in FIGURES:
        print(f"{name}: {told['audits'][name]['displayValue']}")
    still = told["audits"]["cumulative-layout-shift"]["numericValue"] == 0
    return 0 if scores["accessibility"] == 100 and still else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lighthouse", action="store_true")
    if parser.parse_args().lighthouse:
        sys.exit(lighthouse())
    print("\n".join(table()))
