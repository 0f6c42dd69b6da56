"""What is answered from the pages in force, and which questions of customers none of them answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Set
from datetime import date
from typing import Any

from aiohttp import web

from bot.adapters.content.authors_folder import AuthorsFolder
from bot.domain.conversation import UserUttered
from bot.domain.errors import ContentError, WebhookRejected
from bot.domain.understanding import ANYBODY, Asker, KnowledgeAnswer, Understood
from bot.entrypoints.console.journeys_page.answers import text_of
from bot.entrypoints.web.translate import json_object, private_json
from bot.entrypoints.wiring.service import Service
from bot.nlu.gaps import Gap, find_gaps, found_nothing
from bot.nlu.knowledge_edit import PageText, page_text
from bot.nlu.knowledge_pages import Page
from bot.nlu.masking import masked
from bot.nlu.pipeline import Pipeline
from bot.services.review import LOOKED_THROUGH
from bot.yaml_lines import CannotEdit

LONGEST_QUESTION = 1_000
MOST_WORDINGS = 5
MOST_GAPS = 50


Said = Set[tuple[str, str, str]]
"""Passages: the title and the address of the page of each, and its text."""


class Asking:
    def __init__(self, service: Service, files: AuthorsFolder) -> None:
        self._runtime = service.runtime
        self._files = files
        self._lock = asyncio.Lock()

    @property
    def pipeline(self) -> Pipeline:
        """Raises WebhookRejected where something else than our own model understands."""
        nlu = self._runtime.library.current().nlu
        if not isinstance(nlu, Pipeline):
            raise WebhookRejected(404, "another engine than Overture's own understands here; it answers from no pages")
        return nlu

    def in_force(self) -> Said:
        """What pages answer with now; nothing where something else than our own model understands."""
        nlu = self._runtime.library.current().nlu
        sources = nlu.knowledge.sources if isinstance(nlu, Pipeline) else ()
        return frozenset((source.title, source.url, source.text) for source in sources)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """How a question is answered now, for somebody of whom nothing is known or for one of an `audience`."""
        body = await json_object(request)
        text = text_of(body, "text", LONGEST_QUESTION).strip()
        if not text:
            raise WebhookRejected(400, '"text" wants a question')
        asker = Asker(today=self._runtime.clock.now().date())
        if "audience" in body:
            asker = Asker(today=asker.today, audiences=frozenset({text_of(body, "audience", 200).casefold()}))
        pipeline = self.pipeline
        told = await asyncio.to_thread(self._asked, pipeline, text, asker)
        return private_json(told)

    def _asked(self, pipeline: Pipeline, text: str, asker: Asker) -> Mapping[str, Any]:
        pages = self._pages()
        understood = pipeline.parse(text, region=self._runtime.region, asker=asker, now=self._runtime.clock.now())
        vector = pipeline.encoder.encode([text])[0]
        nearest, of_all = (pipeline.knowledge.best(text, vector, one) for one in (asker, ANYBODY))
        threshold = pipeline.knowledge.threshold
        is_withheld = of_all is not None and of_all.sureness >= threshold and of_all != nearest
        return {
            "parts": [_part(one, pages) for one in understood.apart()],
            "foreign": understood.foreign,
            "nearest": _answer(nearest, pages),
            "withheld": _answer(of_all, pages) if is_withheld else None,
            "threshold": threshold,
        }

    async def gaps(self, _request: web.Request) -> web.StreamResponse:
        """Among the latest messages: questions without an answer, alike ones together, names and numbers masked."""
        pipeline = self.pipeline
        async with self._lock:
            async with self._runtime.store.reading(at_length=True) as uow:
                heard = [one.event for one in await uow.conversations.heard(limit=LOOKED_THROUGH)]
            asked = [one.text for one in heard if isinstance(one, UserUttered) and found_nothing(one)]
            found = await asyncio.to_thread(find_gaps, asked, pipeline)
        pages = await asyncio.to_thread(self._pages)
        return private_json(
            {
                "groups": [self._gap(one, pages) for one in found.groups[:MOST_GAPS]],
                "questions": found.unanswered,
                "answered": found.answered,
                "threshold": pipeline.knowledge.threshold,
            }
        )

    def _gap(self, gap: Gap, pages: Mapping[tuple[str, str], str]) -> Mapping[str, Any]:
        words = dict.fromkeys(masked(one, region=self._runtime.region) for one in gap.questions)
        return {"questions": list(words)[:MOST_WORDINGS], "asked": gap.asked, "nearest": _answer(gap.nearest, pages)}

    def _pages(self) -> Mapping[tuple[str, str], str]:
        """The names of pages by their titles and addresses, as answers have them."""
        found = {}
        for name in self._files.names():
            if (page := readable(self._files, name)) is not None:
                found[(str(page.head.get("title") or ""), str(page.head.get("url") or ""))] = name
        return found


def readable(files: AuthorsFolder, name: str) -> PageText | None:
    """The page of this name, where its file can be edited by a form."""
    file = files.read(name)
    try:
        return None if file is None else page_text(file.text)
    except (CannotEdit, ContentError):
        return None


def is_said(page: Page, said: Said) -> bool:
    """Whether all that the page has to say is among this."""
    return all((page.title, page.url, passage.text) in said for passage in page.passages)


def has_ended(page: Page, today: date) -> bool:
    return page.terms.valid_until is not None and page.terms.valid_until < today


def _part(understood: Understood, pages: Mapping[tuple[str, str], str]) -> Mapping[str, Any]:
    intent = understood.intent
    said = {"text": understood.text, "intent": intent.name, "confidence": intent.confidence}
    return {**said, "answer": _answer(understood.answer, pages)}


def _answer(answer: KnowledgeAnswer | None, pages: Mapping[tuple[str, str], str]) -> Mapping[str, Any] | None:
    if answer is None:
        return None
    said = {"text": answer.text, "title": answer.title, "url": answer.url, "score": round(answer.sureness, 4)}
    return {**said, "page": pages.get((answer.title, answer.url))}
