"""What a page shows only a part of, though somebody is to read it."""

from __future__ import annotations

from playwright.sync_api import Page

FIND = """() => [...document.querySelectorAll("body *")]
  .filter((one) => ["hidden", "clip"].includes(getComputedStyle(one).overflowX))
  .filter((one) => one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.textContent || one.value)"""
IN_VIEW = """([frame, inner]) => {
  const [outer, box] = [frame, inner].map((one) => document.querySelector(one).getBoundingClientRect());
  return outer.left <= box.left && box.right <= outer.right;
}"""


def cut_off(page: Page) -> list[str]:
    """Texts that reach beyond what cuts them off; what can be scrolled is none."""
    found: list[str] = page.evaluate(FIND)
    return found


def is_within(page: Page, frame: str, inner: str) -> bool:
    """Whether the whole width of one element is to be seen in another, as that is scrolled."""
    found: bool = page.evaluate(IN_VIEW, [frame, inner])
    return found
