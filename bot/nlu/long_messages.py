"""A long message tells a story, and wants something: the last sentence that asks for it by itself says what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.domain.understanding import KNOWLEDGE_INTENT, OPT_OUT_INTENT, Understood
from bot.nlu.features import LONGEST
from bot.nlu.knowledge_pages import is_question
from bot.nlu.several import MOST_PIECES, Piece, is_plain_request, is_something
from bot.nlu.words import SENTENCE_ENDED

MOST_SENTENCES = 40
"""Of more the first few and the last ones are read: a letter ends with its wish."""

_BEGINNING = 10
_SENTENCE_END = re.compile(rf"{SENTENCE_ENDED}\s+|(?<=…)\s+|(?<=[。！？])\s*|\s*\n\s*")


def sentences_of_a_long_message(text: str) -> Sequence[Piece]:
    """The sentences of a text that is too long to be read as a whole; none of one that is not."""
    ends = [match.span() for match in _SENTENCE_END.finditer(text)]
    spans = zip([0, *(after for _, after in ends)], [*(end for end, _ in ends), len(text)], strict=True)
    pieces = [
        Piece(start, start, end, text[start:end].strip(), is_clause=False)
        for start, end in spans
        if re.search(r"\w", text[start:end])
    ]
    if len(pieces) <= MOST_PIECES and (len(text) <= LONGEST or len(pieces) < 2):
        return ()
    if len(pieces) > MOST_SENTENCES:
        pieces = [*pieces[:_BEGINNING], *pieces[_BEGINNING - MOST_SENTENCES :]]
    return pieces


def wish_of(whole: Understood, sentences: Sequence[Piece], read: Callable[[Piece], Understood]) -> Understood:
    """The message as what its last request says, where as a whole it says nothing that is understood.

    An opt-out goes before it, wherever it stands.
    """
    is_understood = is_something(whole, asked=False) and is_plain_request(whole)
    if not sentences or whole.further or is_understood or whole.intent.name == OPT_OUT_INTENT:
        return whole
    readings = [(piece, read(piece)) for piece in sentences]
    wishes = [one for piece, one in readings if _is_a_wish(piece, one)]
    if not wishes:
        return whole
    wish = next((one for one in wishes if one.intent.name == OPT_OUT_INTENT), wishes[-1])
    return replace(
        whole,
        intent=wish.intent,
        ranking=wish.ranking,
        stage=wish.stage,
        answer=wish.answer,
        passages=wish.passages,
        may_opt_out=whole.may_opt_out and wish.intent.name != OPT_OUT_INTENT,
    )


def _is_a_wish(piece: Piece, reading: Understood) -> bool:
    """Of what a page says, only a question asks: much of a story is near to some passage."""
    if not (is_something(reading, asked=False) and is_plain_request(reading)):
        return False
    return is_question(piece.text) or (reading.answer is None and reading.intent.name != KNOWLEDGE_INTENT)
