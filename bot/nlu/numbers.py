"""Finds how many: digits, words, dozens and ranges, but no times, amounts of money, ordinals or percentages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from text_to_num import text2num

from bot.domain.understanding import Entity
from bot.nlu.words import MONTHS, word_list, word_set

SURE, POSSIBLE = 1.0, 0.5

_TOKEN = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?|[^\w\s]|_")
_UNITS = word_list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
)
_WORDS = frozenset(_UNITS) | {"hundred", "thousand", "million"}
_MULTIPLIERS = {"k": 1_000, "thousand": 1_000, "m": 1_000_000, "mio": 1_000_000, "million": 1_000_000, "hundred": 100}
_DOZENS = {"dozen", "dozens"}

_PEOPLE = word_set(
    "people ppl employees employee staff staffers users user seats seat members member colleagues coworkers workers "
    "folks persons person heads headcount agents reps drivers nurses carers managers teammates licences licenses "
    "freelancers contractors volunteers guys souls strong fte ftes"
)
_OTHER_UNITS = word_set(
    "second seconds sec secs minute minutes min mins hour hours hr hrs day days week weeks month months quarter "
    "quarters year years yr yrs am pm o'clock percent pct dollar dollars pound pounds euro euros quid bucks usd gbp "
    "eur cents pence p km miles mile kg gb mb tb st nd rd th times x th's thing things moment sec"
)
_BEFORE_A_LABEL = word_set("version v step option page chapter room part office microsoft windows top iso gdpr")
_NEGATED = (("not",), ("instead", "of"), ("rather", "than"))


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in `tokens[first:after]`; `bare`: digits or a word without a multiplier."""

    value: float
    first: int
    after: int
    bare: bool


@dataclass(frozen=True, slots=True)
class NumberContexts:
    """Words seen right before and after annotated numbers in the training data: they make a number sure."""

    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()


def find_numbers(text: str, contexts: NumberContexts = NumberContexts(), *, asked: bool = False) -> Iterator[Entity]:
    """Numbers of something, `SURE` where the words around say of what; `asked`: a number is what we asked for."""
    tokens = [_Token(match[0].lower(), *match.span()) for match in _TOKEN.finditer(text)]
    if asked and (alone := re.match(r"\W*(?:it'?s |it is |i'?m )?(?:just|only) (?:me|myself)\b", text, re.IGNORECASE)):
        yield _entity(text, 1, alone.start(), alone.end(), SURE)
    at = 0
    while at < len(tokens):
        number = _range_at(tokens, at) or _number_at(tokens, at)
        if number is None:
            at += 1
            continue
        at = number.after
        confidence = _confidence(text, tokens, number, contexts, asked=asked)
        if confidence:
            yield _entity(text, number.value, tokens[number.first].start, tokens[number.after - 1].end, confidence)


def _entity(text: str, value: float, start: int, end: int, confidence: float) -> Entity:
    whole = int(value) if float(value).is_integer() else value
    return Entity("number", whole, text[start:end], start, end, confidence, extractor="numbers")


def _range_at(tokens: Sequence[_Token], at: int) -> _Number | None:
    """ "between 20 and 30", "20-30", "20 to 30": the middle of it."""
    first_word = tokens[at].text
    start = at + 1 if first_word in {"between", "from"} else at
    low = _number_at(tokens, start)
    if low is None or low.after + 1 >= len(tokens):
        return None
    joins = {"between": {"and", "-"}, "from": {"to", "-"}}.get(first_word, {"to", "-", "or"})
    high = _number_at(tokens, low.after + 1) if tokens[low.after].text in joins else None
    if high is None:
        return None
    value = low.value
    if low.bare and not high.bare and value < high.value / 1000:
        value *= 1000  # "5 to 10k"
    if not value < high.value:
        return None
    middle = (value + high.value) / 2
    return _Number(
        float(int(middle)) if value.is_integer() and high.value.is_integer() else middle, at, high.after, False
    )


def _number_at(tokens: Sequence[_Token], at: int) -> _Number | None:
    if at >= len(tokens):
        return None
    if tokens[at].text[0].isdecimal():
        return _digits_at(tokens, at)
    return _dozen_at(tokens, at) or _words_at(tokens, at)


def _digits_at(tokens: Sequence[_Token], at: int) -> _Number | None:
    token = tokens[at]
    if len(token.text) > 12:
        return None
    value = float(token.text.replace(",", ""))
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None:
        return _Number(value, at, at + 1, True)
    if following.text in _DOZENS:
        return _Number(value * 12, at, at + 2, False)
    near = following.start == token.end
    if following.text in _MULTIPLIERS and (near or len(following.text) > 3):
        return _Number(value * _MULTIPLIERS[following.text], at, at + 2, False)
    return _Number(value, at, at + 1, True)


def _dozen_at(tokens: Sequence[_Token], at: int) -> _Number | None:
    words = [token.text for token in tokens[at : at + 4]]
    for shape, value in (
        (("half", "a", "dozen"), 6),
        (("a", "dozen"), 12),
        (("a", "couple", "of", "dozen"), 24),
        (("couple", "of", "dozen"), 24),
    ):
        if tuple(words[: len(shape)]) == shape:
            return _Number(float(value), at, at + len(shape), False)
    if len(words) > 1 and words[0] in _UNITS and words[1] in _DOZENS:
        return _Number(_UNITS_VALUE[words[0]] * 12.0, at, at + 2, False)
    return _Number(12.0, at, at + 1, False) if words[0] == "dozen" else None


def _words_at(tokens: Sequence[_Token], at: int) -> _Number | None:
    first = at
    if tokens[at].text in {"a", "an"} and at + 1 < len(tokens) and tokens[at + 1].text in {"hundred", "thousand"}:
        first = at + 1
    after = first
    while after < len(tokens):
        word = tokens[after].text
        joined = word in {"and", "-"} and after > first and after + 1 < len(tokens)
        if word in _WORDS or (joined and tokens[after + 1].text in _WORDS and _continues(tokens, after)):
            after += 1
        else:
            break
    phrase = " ".join(token.text for token in tokens[first:after] if token.text != "-")
    if not phrase:
        return None
    if tokens[first].text in {"hundred", "thousand", "million"}:
        phrase = f"one {phrase}"
    try:
        return _Number(float(text2num(phrase, "en")), at, after, after - first == 1)
    except ValueError:
        return _Number(float(_UNITS_VALUE.get(tokens[first].text, 100)), at, first + 1, True)


def _continues(tokens: Sequence[_Token], join: int) -> bool:
    """Whether "and" or a hyphen is within one number: "two hundred and fifty", "twenty-five"; not in "five and six"."""
    before = tokens[join - 1].text
    if tokens[join].text == "and":
        return before in {"hundred", "thousand", "million"}
    return before.endswith("ty") and tokens[join + 1].text in _UNITS[1:10]


_UNITS_VALUE = {word: value for value, word in enumerate(_UNITS[:20])} | {
    word: 20 + 10 * at for at, word in enumerate(_UNITS[20:])
}


def _confidence(
    text: str, tokens: Sequence[_Token], number: _Number, contexts: NumberContexts, *, asked: bool
) -> float:
    """0 for what is no number of things at all."""
    start, end = tokens[number.first].start, tokens[number.after - 1].end
    before = [token.text for token in tokens[max(0, number.first - 3) : number.first]]
    after = [token.text for token in tokens[number.after : number.after + 3]]
    if _is_part_of_something(text, start, end, before, after):
        return 0.0
    if any(tuple(before[-len(words) :]) == words for words in _NEGATED):
        return 0.0
    sure = _counts_people(before, after) or (before[-1:] and before[-1] in contexts.before)
    sure = bool(sure or (after and after[0] in contexts.after))
    if tokens[number.first].text == "one" and number.after == number.first + 1 and not sure:
        alone = all(word in {"just", "only", ".", "!", "for", "now"} for word in (*before, *after))
        return POSSIBLE if alone and asked else 0.0
    return SURE if sure else POSSIBLE


def _is_part_of_something(text: str, start: int, end: int, before: list[str], after: list[str]) -> bool:
    left, right = text[:start], text[end:]
    if left.endswith(("$", "£", "€", "#", "+", "@", ":", "_")) or re.search(r"[\w]$|[\d][./-]$|[A-Za-z]-$", left):
        return True
    if re.match(r"%|[:@_]|[./]\d|/\w|-\d{2,4}-", right) or (re.match(r"[A-Za-z]", right) and not _is_size(right)):
        return True
    if after and (after[0] in _OTHER_UNITS or after[0] in MONTHS or after[0] in {"$", "£", "€"}):
        return True
    if before and (before[-1] in _BEFORE_A_LABEL or before[-1] in MONTHS or before[-1] in {"$", "£", "€"}):
        return True
    return bool(before and before[-1] == "at" and not _counts_people(before, after))


def _is_size(right: str) -> bool:
    return re.match(r"(?:ish|ppl|people|person|users|fte|x)\b", right, re.IGNORECASE) is not None


def _counts_people(before: list[str], after: list[str]) -> bool:
    near = after[1:] if after[:1] and after[0] in {"-", "+", "or"} else after
    if near[:1] and near[0] in _PEOPLE:
        return True
    if near[:2] in (["of", "us"], ["of", "them"]) or (near[1:2] and near[1] in _PEOPLE and near[0] != "of"):
        return True
    if after[:3] == ["or", "so", "people"] or near[:2] == ["in", "total"]:
        return True
    return before[-2:] in (
        ["team", "of"],
        ["group", "of"],
        ["staff", "of"],
        ["company", "of"],
        ["headcount", "of"],
    ) or (before[-3:-1] in (["team", "of"], ["group", "of"], ["staff", "of"], ["company", "of"]))
