"""The browser of the tests and of the README's picture: Debian's Chromium, or the one that OVERTURE_CHROMIUM names.

Its headless shell, which has no windows to draw, takes little more than half of the CPU, and draws the same pages.
"""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium-headless-shell", "/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
NONE_FOUND = "no Chromium: install it (apt-get install chromium-headless-shell) or name it in OVERTURE_CHROMIUM"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def find_chromium() -> str | None:
    names = (os.environ.get("OVERTURE_CHROMIUM"), *NAMES)
    return next((found for name in names if name and (found := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """Raises FileNotFoundError where no Chromium is installed."""
    path = find_chromium()
    if path is None:
        raise FileNotFoundError(NONE_FOUND)
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
