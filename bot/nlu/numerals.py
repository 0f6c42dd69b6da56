"""Reads the numbers that stand in a text, in digits or in words, before anybody asks what they count."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from text_to_num import text2num

from bot.nlu.chinese_numerals import CURRENCY, RUN, Written, read_chinese_numeral
from bot.nlu.korean_numerals import CURRENCY_WORD, KOREAN_RUN, read_korean_numeral
from bot.nlu.number_words import MULTIPLIERS, SHORTENED, number_in_words
from bot.nlu.words import UNSPACED, word_list, word_set

COMMA_DECIMAL = word_set(
    "AT BE BG BR CH CL CO CZ DE DK EE ES FI FR GR HR HU ID IS IT LI LT LU LV NL NO PL PT RO RS RU SE SI SK TR UA VN"
)
"""Countries (ISO 3166) that write 1.234,5 or 1 234,5 for one thousand two hundred and thirty-four and a half."""

_GROUPED = r"\d{{1,3}}(?P<{name}>{marks})\d{{3}}(?:(?P={name})\d{{3}})*(?:[.,]\d{{1,2}})?(?!\d)"
_WORD = rf"[^\W\d_{UNSPACED}]+(?:'[^\W\d_{UNSPACED}]+)?|{CURRENCY}|[{UNSPACED}]"
_REST = rf"\d+(?:[.,]\d+)?|{_WORD}|[^\w\s]|_"
_TOKEN = re.compile(f"{RUN}|" + _GROUPED.format(name="mark", marks="[,.']") + "|" + _REST)
_TOKEN_WITH_BLANKS = re.compile(f"{RUN}|" + _GROUPED.format(name="mark", marks="[,.' ]") + "|" + _REST)

UNITS = word_list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
)
_UNIT_VALUES = {word: value for value, word in enumerate(UNITS[:20])} | {
    word: 20 + 10 * at for at, word in enumerate(UNITS[20:])
}
_WORDS = frozenset(UNITS) | {"hundred", "thousand", "million", "billion"}
_LARGE = {"hundred", "thousand", "million", "billion"}
_WITH_MIL = frozenset({"ca", "es", "pt"})
_SIGNS = frozenset("€$£¥")
_DOZENS = {"dozen", "dozens", "dutzend", "douzaines", "docenas"}
_SHAPES: tuple[tuple[tuple[str, ...], float], ...] = (
    (("half", "a", "dozen"), 6), (("a", "couple", "of", "dozen"), 24), (("couple", "of", "dozen"), 24),
    (("ein", "dutzend"), 12), (("halbes", "dutzend"), 6), (("une", "douzaine"), 12), (("una", "docena"), 12),
    (("media", "docena"), 6), (("a", "dozen"), 12),
    (("dozen",), 12), (("half", "a", "million"), 500_000), (("half", "a", "thousand"), 500),
    (("half", "a", "billion"), 500_000_000), (("halbe", "million"), 500_000), (("medio", "millón"), 500_000),
    (("demi", "-", "million"), 500_000), (("mezzo", "milione"), 500_000), (("meio", "milhão"), 500_000),
    (("half", "miljoen"), 500_000), (("halv", "miljon"), 500_000), (("mig", "milió"), 500_000),
    (("a", "couple", "of", "hundred"), 200),
    (("a", "couple", "of", "thousand"), 2000), (("a", "grand"), 1000),
)  # fmt: skip
_BEGINNINGS = _WORDS | {shape[0] for shape, _ in _SHAPES} | {"a", "an", "minus"}
_CHINESE = re.compile(RUN)
_HANGUL = re.compile("[\uac00-\ud7a3]")
_KOREAN_TOKEN = re.compile(rf"{KOREAN_RUN}|(?:(?<=[\d백천만억])|(?<=[\d백천만억]\s)){CURRENCY_WORD}|{_TOKEN.pattern}")
_KOREAN = re.compile(KOREAN_RUN)
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212\u301c\uff5e", "--------")
"""Hyphens and dashes of every length join the ends of a range alike."""
_RANGES = {
    "between": {"and", "-"}, "from": {"to", "-"}, "zwischen": {"und"}, "entre": {"et", "y", "e", "i"}, "tra": {"e"},
    "tussen": {"en"}, "mellan": {"och"},
}  # fmt: skip
_LONGEST_DIGITS = 16
_LONGEST_IN_WORDS = 9

MOST_NUMERALS = 100
"""Numbers of a text that are read; whoever writes more has sent a table."""

NEAR = 40
"""Characters on either side of a number that may say what it is."""

_BOUNDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("no", "more", "than"), "to"), (("not", "more", "than"), "to"), (("no", "less", "than"), "from"),
    (("more", "than"), "from"), (("less", "than"), "to"), (("fewer", "than"), "to"), (("at", "least"), "from"),
    (("at", "most"), "to"), (("up", "to"), "to"), (("minimum", "of"), "from"), (("maximum", "of"), "to"),
    (("over",), "from"), (("above",), "from"), (("under",), "to"), (("below",), "to"), (("max",), "to"),
    (("maximum",), "to"), (("min",), "from"), (("minimum",), "from"),
    (("bis", "zu"), "to"), (("mehr", "als"), "from"), (("weniger", "als"), "to"), (("mindestens",), "from"),
    (("höchstens",), "to"), (("maximal",), "to"), (("über",), "from"), (("unter",), "to"),
    (("plus", "de"), "from"), (("moins", "de"), "to"), (("au", "moins"), "from"), (("au", "plus"), "to"),
    (("más", "de"), "from"), (("menos", "de"), "to"), (("al", "menos"), "from"),
)  # fmt: skip


class Token(NamedTuple):
    """A word, a number in digits or in Chinese characters or a mark, in lower case, with its place in the text.

    `written` is what the Chinese characters are worth; None where they are no number by themselves.
    """

    text: str
    start: int
    end: int
    chinese: bool = False
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in `tokens[first:after]`, or a range of them with its two ends; `bare`: no multiplier made it large."""

    value: float
    first: int
    after: int
    bare: bool
    low: float | None = None
    high: float | None = None

    @property
    def ends(self) -> dict[str, float]:
        return bounds(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Numerals:
    """The tokens of a text, and the numbers among them from left to right."""

    text: str
    tokens: Sequence[Token]
    found: Sequence[Numeral]

    def words_before(self, at: int, count: int) -> list[str]:
        return [token.text for token in self.tokens[max(0, at - count) : at]]

    def words_from(self, at: int, count: int) -> list[str]:
        return [token.text for token in self.tokens[at : at + count]]

    def span(self, first: int, after: int) -> tuple[int, int]:
        return self.tokens[first].start, self.tokens[after - 1].end


def comma_decimal(region: str | None) -> bool:
    return region is not None and region.upper() in COMMA_DECIMAL


def read_numerals(text: str, *, region: str | None = None, languages: Collection[str] = ()) -> Numerals:
    """`region` (ISO 3166) says what 1.500 and 1,5 mean, where the digits do not.

    Numbers in words are read in English, and in those of `languages` (ISO 639-1) that are known.
    """
    commas = comma_decimal(region)
    pattern = _KOREAN_TOKEN if _HANGUL.search(text) else _TOKEN_WITH_BLANKS if commas else _TOKEN
    tokens = [_token(text, match) for match in pattern.finditer(text)]
    if not _WITH_MIL.isdisjoint(languages):
        tokens = [_in_thousands(tokens, at) for at in range(len(tokens))]
    found: list[Numeral] = []
    at = 0
    while at < len(tokens) and len(found) < MOST_NUMERALS:
        word = tokens[at].text
        worth_reading = word in _BEGINNINGS or word in _RANGES or word[0].isdecimal() or tokens[at].written
        numeral = (_range_at(tokens, at, commas) or _numeral_at(tokens, at, commas)) if worth_reading else None
        if numeral is None and languages and word.isalpha():
            numeral = _other_words_at(tokens, at, languages)
        if numeral is None:
            at += 1
        else:
            found.append(numeral)
            at = numeral.after
    return Numerals(text, tokens, found)


def _token(text: str, match: re.Match[str]) -> Token:
    start, end = match.span()
    if not match[0].isascii() and (korean := _KOREAN.match(text, start)) and korean.end() == end:
        written = read_korean_numeral(match[0])
        return Token(match[0], start, end, True, written)
    chinese = _CHINESE.fullmatch(match[0]) is not None
    written = read_chinese_numeral(text, start, end) if chinese else None
    return Token(match[0].lower().translate(_DASHES), start, end, chinese, written)


def _in_thousands(tokens: Sequence[Token], at: int) -> Token:
    """ "10 mil" is ten thousand in some languages, and ten million to some who speak English."""
    token = tokens[at]
    after_digits = at > 0 and tokens[at - 1].text[0].isdecimal()
    return token._replace(text="thousand") if token.text == "mil" and after_digits else token


def bounds(low: float | None, high: float | None) -> dict[str, float]:
    """The ends of a range as the details of an entity; of one that is open, the end that there is."""
    return {name: plain(end) for name, end in (("from", low), ("to", high)) if end is not None}


def plain(value: float) -> float:
    """A whole number as an int, so that it is written without a fraction."""
    return int(value) if float(value).is_integer() else value


def bound_before(tokens: Sequence[Token], first: int) -> tuple[str, int] | None:
    """Whether words such as "up to" or "at least" come right before: which end they name, and where they begin."""
    for words, end in _BOUNDS:
        begin = first - len(words)
        if begin >= 0 and all(tokens[begin + at].text == word for at, word in enumerate(words)):
            return end, begin
    return None


def bounded(numerals: Numerals, first: int, after: int, numeral: Numeral) -> tuple[int, int, dict[str, float]]:
    """From where to where the words for a number go, with "up to", "+" or "or more", and the ends that they name."""
    if numeral.low is not None:
        return first, after, numeral.ends
    if found := bound_before(numerals.tokens, first):
        return found[1], after, {found[0]: plain(numeral.value)}
    if numerals.words_from(after, 1) == ["+"]:
        return first, after + 1, {"from": plain(numeral.value)}
    if numerals.words_from(after, 2) in (["or", "more"], ["and", "up"], ["or", "above"]):
        return first, after + 2, {"from": plain(numeral.value)}
    if numerals.words_from(after, 2) in (["or", "less"], ["or", "fewer"]):
        return first, after + 2, {"to": plain(numeral.value)}
    return first, after, {}


def decimal(written: str, *, commas: bool, money: bool = False) -> float:
    """The value of digits such as 1,234.5 and 1.234,5; a lone mark before three digits groups them as `commas` says.

    Amounts of money have no three decimals, so there it always groups.
    """
    digits = written.replace("'", "").replace(" ", "")
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return float(digits)
    last = marks[-1]
    tail = len(digits) - digits.rindex(last) - 1
    alone = len(set(marks)) == 1
    grouping = money or (last == ".") == commas
    if alone and (len(marks) > 1 or (tail == 3 and grouping and digits[0] != "0")):
        return float(digits.replace(last, ""))
    whole, _, fraction = digits.rpartition(last)
    return float(f"{whole.replace(',', '').replace('.', '')}.{fraction}")


def join_range(low: Numeral, high: Numeral) -> Numeral | None:
    """The two as a range, worth the middle of it (rounded down between whole numbers); None where they are none."""
    value = low.value
    factor = next((large for large in (1e9, 1e6, 1e3) if high.value >= large), 1.0)
    if low.bare and not high.bare and value * factor < high.value:
        value *= factor  # "5 to 10k"
    if not value < high.value:
        return None
    middle = (value + high.value) / 2
    return Numeral(middle, low.first, high.after, False, value, high.value)


def _range_at(tokens: Sequence[Token], at: int, commas: bool) -> Numeral | None:
    """ "between 20 and 30", "20-30", "20 to 30"."""
    first_word = tokens[at].text
    start = at + 1 if first_word in _RANGES else at
    low = _numeral_at(tokens, start, commas)
    if low is None or low.after + 1 >= len(tokens):
        return None
    joins = _RANGES.get(first_word, {"to", "-", "~", "or", "bis", "hasta", "到", "至"})
    high = _numeral_at(tokens, low.after + 1, commas) if tokens[low.after].text in joins else None
    if high is None:
        return None
    found = join_range(low, high)
    return None if found is None else Numeral(found.value, at, high.after, False, found.low, found.high)


def _numeral_at(tokens: Sequence[Token], at: int, commas: bool) -> Numeral | None:
    if at >= len(tokens):
        return None
    if tokens[at].chinese:
        return _chinese_at(tokens, at)
    if tokens[at].text[0].isdecimal():
        return _with_a_half(tokens, _digits_at(tokens, at, commas))
    if tokens[at].text not in _BEGINNINGS:
        return None
    if tokens[at].text == "minus":
        return _negative_at(tokens, at, commas)
    return _shape_at(tokens, at) or _with_a_half(tokens, _with_decimals(tokens, _words_at(tokens, at)))


def _chinese_at(tokens: Sequence[Token], at: int) -> Numeral | None:
    if (written := tokens[at].written) is None:
        return None
    low, high = written
    if low < high:
        return Numeral((low + high) / 2, at, at + 1, False, low, high)
    return Numeral(low, at, at + 1, low < 10)


def _negative_at(tokens: Sequence[Token], at: int, commas: bool) -> Numeral | None:
    """ "minus three"; "5 minus 3" takes away."""
    before = tokens[at - 1].text if at else ""
    if before[:1].isdecimal() or before in _WORDS or (at + 1 < len(tokens) and tokens[at + 1].text == "minus"):
        return None
    positive = _numeral_at(tokens, at + 1, commas)
    return None if positive is None else replace(positive, value=-positive.value, first=at)


def _with_a_half(tokens: Sequence[Token], whole: Numeral | None) -> Numeral | None:
    """ "two and a half", "2 1/2" and "2½"; of "a hundred and a half" nothing is made."""
    if whole is None or not whole.bare:
        return whole
    words = [token.text for token in tokens[whole.after : whole.after + 3]]
    length = 1 if words[:1] == ["½"] else 3 if words in (["and", "a", "half"], ["1", "/", "2"]) else 0
    if not length:
        return whole
    return _multiplied(tokens, replace(whole, value=whole.value + 0.5, after=whole.after + length))


def _with_decimals(tokens: Sequence[Token], whole: Numeral | None) -> Numeral | None:
    """ "two point five": what comes after the point is said digit by digit."""
    if whole is None or whole.after >= len(tokens) or tokens[whole.after].text != "point":
        return whole
    after, digits = whole.after + 1, ""
    while after < len(tokens) and tokens[after].text in UNITS[:10]:
        digits += str(UNITS.index(tokens[after].text))
        after += 1
    if not digits:
        return whole
    return _multiplied(tokens, replace(whole, value=float(f"{int(whole.value)}.{digits}"), after=after))


def _multiplied(tokens: Sequence[Token], number: Numeral) -> Numeral:
    """Made large by the word that follows, if it is one: "two and a half million"."""
    word = tokens[number.after].text if number.after < len(tokens) else ""
    if word not in MULTIPLIERS or len(word) < 4:
        return number
    return replace(number, value=round(number.value * MULTIPLIERS[word], 6), after=number.after + 1, bare=False)


def _digits_at(tokens: Sequence[Token], at: int, commas: bool) -> Numeral | None:
    token = tokens[at]
    if len(token.text) > _LONGEST_DIGITS:
        return None
    value = decimal(token.text, commas=commas)
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None:
        return Numeral(value, at, at + 1, True)
    if following.text in _DOZENS:
        return Numeral(value * 12, at, at + 2, False)
    if following.text not in MULTIPLIERS:
        return Numeral(value, at, at + 1, True)
    near, shortened = following.start == token.end, following.text in SHORTENED
    then = tokens[at + 2] if at + 2 < len(tokens) and tokens[at + 2].start == following.end else None
    before_a_sign = then is not None and then.text in _SIGNS  # "2 M€"
    if not (near or shortened or before_a_sign or len(following.text) > 3):
        return Numeral(value, at, at + 1, True)
    stopped = shortened and then is not None and then.text == "." and at + 3 < len(tokens)
    return Numeral(round(value * MULTIPLIERS[following.text], 6), at, at + 2 + stopped, False)


def _shape_at(tokens: Sequence[Token], at: int) -> Numeral | None:
    words = tuple(token.text for token in tokens[at : at + 4])
    for shape, value in _SHAPES:
        if words[: len(shape)] == shape:
            return Numeral(float(value), at, at + len(shape), False)
    if len(words) > 1 and words[0] in _UNIT_VALUES and words[1] in _DOZENS:
        return Numeral(_UNIT_VALUES[words[0]] * 12.0, at, at + 2, False)
    return None


def _words_at(tokens: Sequence[Token], at: int) -> Numeral | None:
    first = at
    if tokens[at].text in {"a", "an"} and at + 1 < len(tokens) and tokens[at + 1].text in _LARGE:
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
    if tokens[first].text in _LARGE:
        phrase = f"one {phrase}"
    try:
        value = float(text2num(phrase, "en"))
    except ValueError:
        return Numeral(float(_UNIT_VALUES.get(tokens[first].text, 100)), at, first + 1, True)
    if after < len(tokens) and tokens[after].text in {"grand", "k"}:
        return Numeral(value * 1000, at, after + 1, False)
    return Numeral(value, at, after, after - first == 1)


def _other_words_at(tokens: Sequence[Token], at: int, languages: Collection[str]) -> Numeral | None:
    first = at + 1 if tokens[at].text == "minus" else at
    found = number_in_words([token.text for token in tokens[first : first + _LONGEST_IN_WORDS]], languages)
    if found is None:
        return None
    value, count = found
    if value > 1 and first + count < len(tokens) and tokens[first + count].text in _DOZENS:
        return Numeral(value * 12, first, first + count + 1, False)
    if value == 1 and count < len(tokens):
        return None  # an article
    number = _multiplied(tokens, Numeral(value, first, first + count, count == 1))
    return number if first == at else replace(number, value=-number.value, first=at)


def _continues(tokens: Sequence[Token], join: int) -> bool:
    """Whether "and" or a hyphen is within one number: "two hundred and fifty", "twenty-five"; not in "five and six"."""
    before = tokens[join - 1].text
    if tokens[join].text == "and":
        return before in _LARGE
    return before.endswith("ty") and tokens[join + 1].text in UNITS[1:10]
