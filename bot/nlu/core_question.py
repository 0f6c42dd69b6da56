"""The question in a message, without what only surrounds it: a greeting, thanks, and for how many it is asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import NamedTuple

from bot.domain.folding import also_in_plain_letters
from bot.domain.understanding import COUNTED, Entity
from bot.nlu.features import LONGEST
from bot.nlu.question_words import WORDS


class _Surroundings(NamedTuple):
    """What stands before a question, behind it, and before and behind the number of those for whom it is asked."""

    before: re.Pattern[str]
    behind: re.Pattern[str]
    counting: re.Pattern[str]
    counted: re.Pattern[str]


@cache
def _surroundings(languages: frozenset[str]) -> _Surroundings:
    """Those of all these languages together: who writes German may end with "thanks"."""
    words = [WORDS[language] for language in sorted(languages)]
    of_kinds = zip(*((one.before, one.behind, one.thanks, one.counting, one.uncounted) for one in words), strict=True)
    before, behind, thanks, counting, uncounted = (also_in_plain_letters("|".join(of_kind)) for of_kind in of_kinds)
    gap, a_name = r"[\s,.;:!?–-]*+", r"[\s,.!]*+(?:[\w'-]++[\s.!]*+){0,3}"
    return _Surroundings(
        re.compile(rf"\W*+(?:(?:{before})\b\W*+)++", re.IGNORECASE),
        re.compile(
            rf"(?:(?:{gap}\b(?:{behind}|{thanks})\b)++{gap}|(?:{gap}\b(?:{thanks})\b)++{a_name})$", re.IGNORECASE
        ),
        re.compile(rf"\s(?:{counting})\s*$", re.IGNORECASE),
        re.compile(rf"\s(?!(?:{uncounted})\b)[^\W\d_]+", re.IGNORECASE),
    )


def only_surrounds(text: str, languages: Collection[str] = ()) -> bool:
    """Whether it is no more than what stands before a question: "Könnten Sie mir bitte sagen"."""
    around = _surroundings(frozenset(WORDS.keys() & {"en", *languages}))
    return around.before.fullmatch(text) is not None


def core_questions(text: str, entities: Collection[Entity] = (), languages: Collection[str] = ()) -> Iterator[str]:
    """The text without its greeting and thanks, in English or `languages`, then without "for a team of 20" as well,
    where it has any of that."""
    if len(text) > LONGEST:
        return
    around = _surroundings(frozenset(WORDS.keys() & {"en", *languages}))
    before = around.before.match(text)
    begin = before.end() if before is not None else 0
    behind = around.behind.search(text, begin)
    end = behind.start() if behind is not None else len(text)
    if begin < end and (before is not None or behind is not None):
        yield text[begin:end].strip()
    for entity in entities:
        if entity.extractor == COUNTED and (many := around.counting.search(text, begin, entity.start)) is not None:
            counted = around.counted.match(text, entity.end, end)
            rest = counted.end() if counted is not None else entity.end
            yield f"{text[begin : many.start()]}{text[rest:end]}".strip()
