"""Reading an answer that a form asked for."""

from __future__ import annotations

import math
import re
from typing import Any

from rasa_sdk import Tracker
from text_to_num import alpha2digit

from bot.domain.answer_words import NO_NAMES, unelided
from bot.domain.time_grammar import find_times

QUESTION_WORDS = frozenset(
    "who what when where why how which whose can could do does did is are would should".split()  # noqa: SIM905
)
NOT_IN_NAMES = frozenset(
    """a able about after afternoon again already also always an and annoying any anything are asked asking bad be
    because bedankt before being best better bonjour book boring busy but by call can't cancel change ciao clear come
    complicated confused confusing cost could curious danke day days did difficult do does doing don't done dont
    dunno dziękuję early easy else email english enough evening ever every everything expensive far fast few fine
    first for friday from full fun get give glad going gone good gracias grazie great had hallo happening happy has
    have he hello help here hey hi hola hour hours how human idk if in interested it it's its joke kind know last
    late later least left less like long look looking lost lot make many matter maybe me mean merci minute minutes
    monday month more morning most much my need never new next nice night no nobody none nope not nothing now number
    obrigada obrigado of often ok okay old on once only or other others our out over pay people person please
    possible price probably problem question questions quick quite ready real really right rota said same saturday
    say scrap see send she shift should silly site sites skip slow some someone something soon sorry still stop stupid
    sunday sure take taking talk team tell thank thanks that the then there these they think this those thursday
    time tired to today tomorrow too try tuesday unsure until up urgent us use very wait want was we weather
    wednesday week weekend well what whatever when where which who why with working would wrong year years yes
    yesterday yet you your""".split()  # noqa: SIM905
)
NOT_IN_ANY_NAME = NOT_IN_NAMES | NO_NAMES
NAME_CUE = re.compile(
    r"^(?:(?:hi|hello|hey|oh|sure|yes|ok|okay)[,.! ]+)*"
    r"(?:it['’]?s|it is|i['’]?m|i am|this is|(?:my )?(?:full )?name(?:['’]?s| is|:)|(?:you can )?call me)\s+",
    re.IGNORECASE,
)
LONGEST_NAME = 60
WITHIN_A_NAME = frozenset(("de", "del", "la", "las", "los"))
"""Small words that have no capital within a Spanish name, and do not make it longer: "Ana María de la Cruz"."""

HESITATION = re.compile(r"h+m{2,}|u+h+m*|u+m{2,}|e+r+m+|m{2,}h*m*|h+u+h+|u+g+h+|[äö]+h+m*|äh?m+|e+uh+", re.IGNORECASE)
"""What somebody says who says nothing yet: "hmm", "uh". "Um" and "Er" are names, too."""


def asks_something(text: str) -> bool:
    """Whether the text is a question rather than an answer."""
    words = text.casefold().split()
    return "?" in text or (len(words) > 2 and words[0] in QUESTION_WORDS)


def name_in(text: str) -> str | None:
    """The person's name in what they answered ("hi, I'm ana o'neill" is "Ana O'Neill"), or None."""
    words = NAME_CUE.sub("", " ".join(text.split())).strip(" .,!").split()
    spelled = " ".join(words)
    if (
        not 1 <= sum(word.casefold() not in WITHIN_A_NAME for word in words) <= 5
        or len(spelled) > LONGEST_NAME
        or asks_something(text)
    ):
        return None
    if any(_is_no_name(word, at) for at, word in enumerate(words)) or HESITATION.fullmatch(spelled):
        return None
    if any(time.clock is not None for time in find_times(text)):  # "half past eight then"
        return None
    if not all(character.isalpha() or character in " '’-." for character in spelled):
        return None
    shouted = spelled.isupper()
    return " ".join(
        word.lower() if at and _is_small(word, shouted=shouted) else _capitalised(word, shouted=shouted)
        for at, word in enumerate(words)
    )


def _is_small(word: str, *, shouted: bool) -> bool:
    return word.casefold() in WITHIN_A_NAME and (shouted or word.islower())


def _is_no_name(word: str, at: int) -> bool:
    """ "Day" and "Long" are surnames where they have their capital."""
    is_surname = at > 0 and word[0].isupper() and not word.isupper()
    plain = word.casefold().strip(".,!")
    return (plain in NOT_IN_ANY_NAME or unelided(plain) in NO_NAMES) and not is_surname


def _capitalised(word: str, *, shouted: bool) -> str:
    """ "o'neill" becomes "O'Neill"; a word that has capitals of its own ("McKay", "de") among others stays, and so do
    up to three of them ("III", "TJ") where the name is not all in capitals."""
    if word != word.lower() and (word != word.upper() or (len(word) <= 3 and not shouted)):
        return word
    return re.sub(r"(^|['’\-.])(\w)", lambda match: match[1] + match[2].title(), word.lower())


def whole_number(value: Any) -> int | None:
    """A count out of a number or a text ("about fifty of us", "1,200", "2k", "just me"), or None.

    A range is taken at its middle; a text with several numbers is not one count.
    """
    if isinstance(value, (bool, type(None))):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return _rounded(value)
    text = alpha2digit(str(value), "en").casefold()
    if re.search(r"\b(?:just|only) (?:me|myself)\b", text):
        return 1
    found = [_amount(match) for match in AMOUNT.finditer(text)]
    if len(found) == 2 and RANGE.search(text):
        return _rounded(sum(found) / 2)
    return _rounded(found[0]) if len(found) == 1 else None


def is_bare_number(text: str) -> bool:
    """Whether the text is a number and nothing else ("80", "eighty.", "1,200")."""
    return re.fullmatch(r"\W*\d[\d,.]*\W*", alpha2digit(text, "en")) is not None


def _rounded(number: float) -> int | None:
    """None for what is no finite number, as which hundreds of digits are read, too."""
    return round(number) if math.isfinite(number) else None


AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)(\s?k\b)?")
RANGE = re.compile(r"\d\s?k?\s*(?:-|–|to|and|or)\s*\d")


def _amount(match: re.Match[str]) -> float:
    return float(match[1].replace(",", "")) * (1000 if match[2] else 1)


def requested_slot(tracker: Tracker) -> str | None:
    """The slot that the form asked for before this message."""
    asked = tracker.slots.get("requested_slot")
    return str(asked) if asked else None


def latest_text(tracker: Tracker) -> str:
    return str(tracker.latest_message.get("text") or "")
