"""The files of knowledge pages, as their authors see and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.adapters.content.authors_folder import AuthorsFolder
from bot.adapters.content.shelves import Shelves
from bot.adapters.content.unread import KNOWLEDGE
from bot.documents import Faults
from bot.domain.errors import ContentError, Fault
from bot.nlu.knowledge_pages import Page, read_pages


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """What a text says. With faults, `page` is None."""

    page: Page | None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def page_files(shelves: Shelves) -> AuthorsFolder:
    return AuthorsFolder(shelves.assistant / KNOWLEDGE, "page", (".md",), lambda name: not name.startswith("."))


def check_page(shelves: Shelves, path: str, text: str, others: Mapping[str, str]) -> CheckedPage:
    """Read a page as its file would be read, beside the texts of `others`, by their paths."""
    return _checked(shelves, path, text, _told_together(shelves, {**others, path: text}))


def check_pages(shelves: Shelves, texts: Mapping[str, str]) -> dict[str, CheckedPage]:
    """All pages by their paths, each read beside the others."""
    together = _told_together(shelves, texts)
    return {path: _checked(shelves, path, text, together) for path, text in texts.items()}


def _told_together(shelves: Shelves, texts: Mapping[str, str]) -> tuple[Fault, ...]:
    try:
        read_pages(texts, known_channels=shelves.channels)
    except ContentError as error:
        return error.faults
    return ()


def _checked(shelves: Shelves, path: str, text: str, together: tuple[Fault, ...]) -> CheckedPage:
    warnings = Faults()
    try:
        (page,) = read_pages({path: text}, known_channels=shelves.channels, warnings=warnings)
    except ContentError as error:
        return CheckedPage(None, error.faults)
    # A question that two pages have is told of the later one, and names the other.
    own = tuple(fault for fault in together if fault.place.path == path or f" {path}:" in fault.message)
    return CheckedPage(None, own) if own else CheckedPage(page, (), tuple(warnings.in_order()))
