"""The scripted service of the browser tests as a process, and what they do in its pages."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from tests.forked import Forked
from tests.ports import free_port

ROOT = Path(__file__).parents[2]


class Service:
    """The scripted service as a process of its own, so that it can die."""

    def __init__(self, state: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = state
        self.start()

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--state", str(self.state)]
        self.process = Forked("tests.browser.fake_service", arguments, ROOT, os.environ, Path(os.devnull))
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the scripted service did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def tell(self, verb: str, **body: Any) -> list[dict[str, Any]]:
        """Use one of the routes under /fake; the answer is the log of what pages posted."""
        data = json.dumps(body).encode()
        request = Request(f"{self.url}/fake/{verb}", data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=5) as answer:
            log: list[dict[str, Any]] = json.load(answer)
        return log


def open_chat(page: Page | FrameLocator) -> None:
    page.get_by_role("button", name="Open chat").click()
    expect(page.get_by_text("What brings you here?")).to_be_visible()


def say(page: Page | FrameLocator, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")


def said(page: Page, author: str) -> list[str]:
    return page.locator(f".message.{author} .bubble").all_inner_texts()


def faults(page: Page) -> list[str]:
    """What axe-core finds, with where it is. What is still coming in has not its own colours yet, so nothing moves."""
    page.emulate_media(reduced_motion="reduce")
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]} {node['failureSummary']}" for fault in found for node in fault["nodes"]
    ]
