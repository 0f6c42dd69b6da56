"""Finds postal codes: by their shape where it is like nothing else, else by shape and a second signal."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator

from bot.domain.understanding import Entity
from bot.nlu.numerals import NEAR
from bot.nlu.words import word_set

SURE, POSSIBLE = 1.0, 0.5

_BRITISH_AREAS = word_set(
    "ab al b ba bb bd bf bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e ec eh en ex fk "
    "fy g gl gu gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l la ld le ll ln ls lu m me mk ml n ne ng nn np "
    "nr nw ol ox pa pe ph pl po pr rg rh rm s sa se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w "
    "wa wc wd wf wn wr ws wv yo ze"
)
_BRITISH = re.compile(r"(?<![\w.-])([A-Z]{1,2}\d[A-Z\d]?) ?(\d[ABD-HJLNP-UW-Z]{2})(?![\w-])", re.IGNORECASE)
_CANADIAN = re.compile(r"(?<![\w.-])([ABCEGHJ-NPRSTVXY]\d[A-Z])[ -]?(\d[A-Z]\d)(?![\w-])")
_DUTCH = re.compile(r"(?<![\w.-])(?:NL-)?([1-9]\d{3}) ?(?!SA|SD|SS)([A-Z]{2})(?![\w-])")
_IRISH = re.compile(r"(?<![\w.-])([AC-FHKNPRTV-Y]\d[\dW]) ?([AC-FHKNPRTV-Y\d]{4})(?![\w-])")
_FIVE = r"\d{5}"
_FOUR = r"\d{4}"
_DIGITS = {
    "US": r"\d{5}(?:-\d{4})?", "DE": _FIVE, "FR": _FIVE, "ES": _FIVE, "IT": _FIVE, "FI": _FIVE, "MX": _FIVE,
    "TR": _FIVE, "NO": _FOUR, "DK": _FOUR, "AT": _FOUR, "CH": _FOUR, "BE": _FOUR, "AU": _FOUR, "NZ": _FOUR,
    "SE": r"\d{3} ?\d{2}", "CZ": r"\d{3} ?\d{2}", "PL": r"\d{2}-\d{3}", "PT": r"\d{4}-\d{3}", "BR": r"\d{5}-?\d{3}",
    "IN": r"\d{6}", "JP": r"\d{3}-\d{4}",
}  # fmt: skip
_UNLIKE_ANYTHING = {"PL", "PT", "JP"}
_CUE = re.compile(
    r"(?:\bzip(?: ?code)?|\bpost(?:al)? ?code|\bplz|\bpostleitzahl|\bcode postal|\bpostnummer|\bpostnr|\bpostal)"
    r"\W*(?:is|number|ist|er|est|:)?\W{0,3}$",
    re.IGNORECASE,
)
_STATES = word_set(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA "
    "RI SC SD TN TX UT VT VA WA WV WI WY DC"
)

_PATTERNS = {
    country: re.compile(rf"(?<![\w.,/#$£€:+-])(?:(?<=\W)|^)(?P<code>{shape})(?![\w%:/]|[.,-]\d| ?[€$£])")
    for country, shape in _DIGITS.items()
}
_PREFIXED = re.compile(r"(?<!\w)(?:D|F|A|CH|B|N|DK|S|FIN|I|E)-(?P<code>\d{4,5})(?!\w)")
_ELSEWHERE = re.compile(r"(?<![\w.,/#$£€:+-])(?P<code>\d{4,6})(?![\w%:/]|[.,-]\d| ?[€$£])")
"""Of any country: digits as they stand before the town on most letters."""
_YEARS = range(1900, 2101)
_ENDS = re.compile(r"\W*(?:please|thanks|bitte|danke|s'il vous plaît|por favor)?\W*$", re.IGNORECASE)

IsPlace = Callable[[str], bool]


def find_postal_codes(
    text: str, region: str | None, *, is_place: IsPlace = lambda _: False, asked: bool = False
) -> Iterator[Entity]:
    """Codes in the form in which they are written on letters; digits are codes of `region` (ISO 3166).

    Digits need a second signal: a word such as "zip", a place or a state beside them (`is_place` tells whether what
    comes after is one), or that they were `asked` for. Those of another country need that word, or a place that ends
    the line: "1010 Wien", and not "1010 Wien users".
    """
    if not any(map(str.isdigit, text)):
        return
    country = (region or "").upper()
    for match in _BRITISH.finditer(text):
        area = re.match("[A-Za-z]+", match[1])
        looks = (
            match[0].isupper()
            or " " in match[0]
            or asked
            or _CUE.search(text[max(0, match.start() - NEAR) : match.start()])
        )
        if area and area[0].lower() in _BRITISH_AREAS and looks:
            yield _code(f"{match[1]} {match[2]}".upper(), match[0], match.start(), SURE)
    for pattern, home in ((_CANADIAN, "CA"), (_DUTCH, "NL"), (_IRISH, "IE")):
        for match in pattern.finditer(text):
            sure = country == home or _CUE.search(text[max(0, match.start() - NEAR) : match.start()]) is not None
            if sure or asked:
                yield _code(f"{match[1]} {match[2]}", match[0], match.start(), SURE if sure else POSSIBLE)
    digits = list(_digits(text, country, is_place, asked=asked))
    yield from digits
    yield from _digits_of_elsewhere(text, is_place, {code.start for code in digits})


def _digits(text: str, country: str, is_place: IsPlace, *, asked: bool) -> Iterator[Entity]:
    for match in _PREFIXED.finditer(text):
        yield _code(match["code"], match["code"], match.start("code"), SURE)
    pattern = _PATTERNS.get(country)
    if pattern is None:
        return
    for match in pattern.finditer(text):
        left, right = text[max(0, match.start() - NEAR) : match.start()], text[match.end() : match.end() + NEAR]
        sure = (
            country in _UNLIKE_ANYTHING
            or _CUE.search(left) is not None
            or _beside_a_place(country, left, right, is_place)
        )
        alone = match.start() < NEAR and match.end() + NEAR > len(text)
        bare = alone and not left.strip(" .,!") and not right.strip(" .,!")
        if sure or (asked and (bare or len(match["code"]) > 4)):
            yield _code(match["code"], match["code"], match.start(), SURE if sure else POSSIBLE)


def _digits_of_elsewhere(text: str, is_place: IsPlace, found: Container[int]) -> Iterator[Entity]:
    for match in _ELSEWHERE.finditer(text):
        if match.start() in found:
            continue
        left, right = text[max(0, match.start() - NEAR) : match.start()], text[match.end() :]
        place = "" if int(match["code"]) in _YEARS else _place_after(right, is_place)
        if _CUE.search(left) or (place and _ENDS.match(right[len(place) :])):
            yield _code(match["code"], match["code"], match.start(), SURE)


def _beside_a_place(country: str, left: str, right: str, is_place: IsPlace) -> bool:
    if country == "US":
        state = re.search(r"\b([A-Z]{2}),? $", left)
        return state is not None and state[1] in _STATES
    return bool(_place_after(right, is_place))


def _place_after(right: str, is_place: IsPlace) -> str:
    """The longest name of a place with which `right` begins, with what leads up to it; empty where none does."""
    words = re.match(r",? (?P<name>[^\W\d_][\w'-]*(?: [^\W\d_][\w'-]*){0,2})", right)
    if words is None or not words["name"][0].isupper():
        return ""
    named = words["name"].split(" ")
    names = (" ".join(named[:length]) for length in range(len(named), 0, -1))
    return next((right[: words.start("name") + len(name)] for name in names if is_place(name)), "")


def _code(value: str, written: str, start: int, confidence: float) -> Entity:
    return Entity("postal_code", value, written, start, start + len(written), confidence, extractor="postal_codes")
