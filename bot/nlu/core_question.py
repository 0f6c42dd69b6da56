"""The question in a message, without what only surrounds it: a greeting, thanks, and for how many it is asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from bot.domain.understanding import COUNTED, Entity
from bot.nlu.features import LONGEST

_BEFORE: Final = re.compile(
    r"\W*(?:(?:(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day))"
    r"(?: (?:there|all|team|everyone|guys))?|dear (?:all|team|sirs?|madam|sir or madam)|thanks|thank you|please"
    r"|quick question|(?:(?:i was|i'm|i am) (?:just )?wondering|i(?:'d| would) (?:like|love) to know|do you know"
    r"|(?:can|could|would|may) (?:you|i|we) (?:please )?(?:tell me|know|ask(?: you)?)|(?:please )?tell me)"
    r"(?: (?:if|whether))?)\b\W*)+",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    r"(?:[\s,.;:!?–-]*+\b(?:(?:(?:many |much )?thanks|thank you|thx|ty|cheers|please|pls)"
    r"(?: (?:you|very much|so much|a lot|a million|in advance|again|for (?:your|the) \w+))*"
    r"|(?:(?:kind|best|warm) )?regards|best wishes|(?:yours )?sincerely)\b)++[\s,.!]*+(?:[\w'-]++[\s.!]*+){0,3}$",
    re.IGNORECASE,
)
_LITTLE: Final = r"a|an|the|my|our|about|around|roughly|some|up to|just|only"
_FOR: Final = re.compile(
    rf"\s(?:for|with|at|in|of)(?:\s(?:{_LITTLE}))*(?:\s[^\W\d_]+\s(?:of|with))?(?:\s(?:{_LITTLE}))*\s*$", re.IGNORECASE
)
_WHAT_IS_COUNTED: Final = re.compile(r"\s(?!(?:for|in|at|on|with|per|and|or|to|from)\b)[^\W\d_]+", re.IGNORECASE)


def core_questions(text: str, entities: Collection[Entity] = ()) -> Iterator[str]:
    """The text without its greeting and thanks, then without "for a team of 20" as well, where it has any of that."""
    if len(text) > LONGEST:
        return
    before = _BEFORE.match(text)
    begin = before.end() if before is not None else 0
    behind = _BEHIND.search(text, begin)
    end = behind.start() if behind is not None else len(text)
    if begin < end and (before is not None or behind is not None):
        yield text[begin:end].strip()
    for entity in entities:
        if entity.extractor == COUNTED and (many := _FOR.search(text, begin, entity.start)) is not None:
            counted = _WHAT_IS_COUNTED.match(text, entity.end, end)
            rest = counted.end() if counted is not None else entity.end
            yield f"{text[begin : many.start()]}{text[rest:end]}".strip()
