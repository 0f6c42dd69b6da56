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
    warnings = Faults()
    try:
        (page,) = read_pages({path: text}, known_channels=shelves.channels, warnings=warnings)
    except ContentError as error:
        return CheckedPage(None, error.faults)
    try:
        read_pages({**others, path: text}, known_channels=shelves.channels)
    except ContentError as error:
        if own := tuple(fault for fault in error.faults if fault.place.path == path or path in fault.message):
            return CheckedPage(None, own)
    return CheckedPage(page, (), tuple(warnings.in_order()))
