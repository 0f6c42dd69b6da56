"""Finds amounts of money: "£2.5k a month", "between 5 and 10k euros", "15.000 €"; the currency in ISO 4217."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.understanding import Entity
from bot.nlu.chinese_numerals import CURRENCIES, CURRENCY
from bot.nlu.numerals import NEAR, Numeral, Numerals, bounded, comma_decimal, decimal, join_range, plain
from bot.nlu.words import LETTERS, word_set

SURE, POSSIBLE = 1.0, 0.5

_SYMBOLS = {"$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "₺": "TRY", "₴": "UAH", "₩": "KRW", "₪": "ILS",
            "zł": "PLN", "r$": "BRL", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "s$": "SGD",
            "hk$": "HKD", "us$": "USD"}  # fmt: skip
_CODES = {
    code: code.upper()
    for code in word_set(
        "aed aud brl cad chf cny czk dkk eur gbp hkd huf ils inr isk jpy krw mxn nok nzd pln ron sek sgd thb uah usd "
        "zar"
    )
}
_WORDS = {
    "dollar": "$", "dollars": "$", "bucks": "$", "buck": "$",
    "euro": "EUR", "euros": "EUR", "pound": "£", "pounds": "£",
    "quid": "GBP", "sterling": "GBP", "francs": "CHF", "franken": "CHF", "yen": "JPY", "rupees": "INR", "rupee": "INR",
    "kroner": "kr", "kronor": "kr", "krone": "kr", "krona": "kr", "kr": "kr", "zloty": "PLN", "reais": "BRL",
    "pesos": "MXN", "rand": "ZAR",
}  # fmt: skip
_HUNDREDTHS = {"p": "GBP", "pence": "GBP", "penny": "GBP", "cent": "$", "cents": "$", "ct": "EUR", "¢": "$"}
_LOCAL = {
    "$": {"AU": "AUD", "CA": "CAD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "MX": "MXN", "US": "USD"},
    "kr": {"NO": "NOK", "SE": "SEK", "DK": "DKK", "IS": "ISK"},
    "£": {"EG": "EGP"},
    "¥": {"CN": "CNY", "TW": "TWD", "HK": "HKD"},
}
_POUNDS_ARE_WEIGHT = {"US", "CA"}
_JOINS = {"-", "to", "and", "or"}
_CUES = word_set(
    "budget budgets spend spending pay paying price priced cost costs fee fees salary quote quoted turnover revenue "
    "afford invoice deposit worth charge charged"
)
_PERIODS = {
    "hour": "hour", "hr": "hour", "h": "hour", "day": "day", "week": "week", "wk": "week", "month": "month",
    "mo": "month", "mth": "month", "quarter": "quarter", "year": "year", "yr": "year", "annum": "year",
    "seat": "seat", "user": "user", "person": "person", "head": "person", "employee": "employee", "unit": "unit",
    "license": "seat", "licence": "seat", "message": "message",
}  # fmt: skip
_ADVERBS = {
    "monthly": "month", "yearly": "year", "annually": "year", "weekly": "week", "daily": "day", "hourly": "hour",
    "quarterly": "quarter", "each": "unit", "apiece": "unit", "pcm": "month", "pa": "year",
}  # fmt: skip
_TIMES = {"hour", "day", "week", "month", "quarter", "year"}
_WORTH_LOOKING = re.compile(
    r"[$£€¥₹₺₴₩₪¢]|\d(?:k|m|p|mn|bn)\b|\b(?:"
    + "|".join([*_CODES, *_WORDS, *_HUNDREDTHS, *_CUES, *_ADVERBS, "grand", "million", "thousand", "zł", "per"])
    + r")\b|\b(?:a|an|p\.) ?(?:"
    + "|".join([*_PERIODS, "a"])
    + rf")\b|/|{CURRENCY}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Amount:
    """An amount in `tokens[first:after]`; `currency` is None where none was named."""

    numeral: Numeral
    first: int
    after: int
    currency: str | None
    hundredths: bool = False


def find_money(numerals: Numerals, *, region: str | None = None, asked: bool = False) -> Iterator[Entity]:
    """Amounts, `SURE` with a currency, or with two signals that it is money ("2.5k a month", "a budget of 5k").

    `region` (ISO 3166) says whose dollars, crowns and commas these are. A range is worth its middle; `details` have
    the currency (`unit`), what it is `per`, and the ends of a range.
    """
    if not numerals.found or not (asked or _WORTH_LOOKING.search(numerals.text)):
        return
    country = (region or "").upper()
    read_to = 0
    for at, numeral in enumerate(numerals.found):
        if numeral.first < read_to:
            continue
        amount = _amount(numerals, numeral, country)
        following = numerals.found[at + 1] if at + 1 < len(numerals.found) else None
        amount = _with_more(numerals, amount, following, country)
        first, after, ends = bounded(numerals, amount.first, amount.after, amount.numeral)
        per, after = _per(numerals, after)
        confidence = _confidence(numerals, amount, first, after, per, asked=asked)
        if not confidence:
            continue
        read_to = after
        start, end = numerals.span(first, after)
        share = 100 if amount.hundredths else 1
        ends = {name: plain(round(value / share, 6)) for name, value in ends.items()}
        details = {"unit": amount.currency, **({"per": per} if per else {}), **ends}
        yield Entity(
            "money",
            plain(round(amount.numeral.value / share, 6)),
            numerals.text[start:end],
            start,
            end,
            confidence,
            extractor="money",
            details=details,
        )


def _amount(numerals: Numerals, numeral: Numeral, country: str) -> _Amount:
    first, after = numeral.first, numeral.after
    before, places = _currency_before(numerals, first, country)
    if before:
        numeral = _billions(numerals, _regrouped(numerals, numeral, country))
        after = numeral.after
        return _Amount(numeral, first - places, after, before)
    if numerals.words_from(after, 1) and (sign := numerals.tokens[after].text) in _HUNDREDTHS:
        near = len(sign) > 1 or numerals.tokens[after].start == numerals.tokens[after - 1].end
        if near:
            return _Amount(numeral, first, after + 1, _local(_HUNDREDTHS[sign], country), hundredths=True)
    named, places = _currency_after(numerals, after, country), 1
    if named is None and not numeral.bare and numerals.words_from(after, 1) in (["de"], ["di"]):
        named, places = _currency_after(numerals, after + 1, country), 2  # "2 milioni di euro"
    return _Amount(
        _regrouped(numerals, numeral, country) if named else numeral, first, after + (places if named else 0), named
    )


def _currency_before(numerals: Numerals, first: int, country: str) -> tuple[str | None, int]:
    """The currency right before a number, and how many tokens it takes: "A$" are two."""
    tokens = numerals.tokens
    if first == 0 or tokens[first].start - tokens[first - 1].end > 1:
        return None, 0
    sign = tokens[first - 1].text
    if sign == "$" and first > 1 and tokens[first - 2].end == tokens[first - 1].start:
        prefixed = tokens[first - 2].text + "$"
        if prefixed in _SYMBOLS:
            return _SYMBOLS[prefixed], 2
    if sign in _LOCAL or sign in _SYMBOLS:
        return _local(sign, country), 1
    if sign in _CODES and sign != "try":
        return _CODES[sign], 1
    return None, 0


def _currency_after(numerals: Numerals, after: int, country: str) -> str | None:
    if after >= len(numerals.tokens):
        return None
    sign = numerals.tokens[after].text.removeprefix("d'")
    following = numerals.tokens[after + 1 : after + 2]
    if sign in _SYMBOLS or sign == "kr":
        # The sign of the next amount is not that of this one: "5 £10".
        leads = following and following[0].text[0].isdecimal() and following[0].start == numerals.tokens[after].end
        return None if leads else _local(sign, country)
    if sign in CURRENCIES:
        return _local("CNY" if CURRENCIES[sign] == "¥" and country not in _LOCAL["¥"] else CURRENCIES[sign], country)
    if sign in _CODES:
        return _CODES[sign]
    if sign in {"pound", "pounds"} and country in _POUNDS_ARE_WEIGHT:
        return None
    return _local(_WORDS[sign], country) if sign in _WORDS else None


def _local(sign: str, country: str) -> str | None:
    return _LOCAL.get(sign, {}).get(country) or _SYMBOLS.get(sign) or (sign if sign in _CODES.values() else None)


def _regrouped(numerals: Numerals, numeral: Numeral, country: str) -> Numeral:
    """With a currency beside it, 15.000 is fifteen thousand wherever it is written."""
    written = numerals.tokens[numeral.first].text
    if numerals.tokens[numeral.first].chinese:
        return numeral
    if numeral.after != numeral.first + 1 or not written[0].isdecimal() or not written[-1].isdecimal():
        return numeral
    value = decimal(written, commas=comma_decimal(country), money=True)
    return Numeral(value, numeral.first, numeral.after, numeral.bare)


def _billions(numerals: Numerals, numeral: Numeral) -> Numeral:
    """ "$1B": a letter that only an amount has."""
    tokens, after = numerals.tokens, numeral.after
    near = after < len(tokens) and tokens[after].text in {"b", "t"} and tokens[after].start == tokens[after - 1].end
    if not near or not numeral.bare:
        return numeral
    return Numeral(numeral.value * (1e9 if tokens[after].text == "b" else 1e12), numeral.first, after + 1, False)


def _with_more(numerals: Numerals, amount: _Amount, following: Numeral | None, country: str) -> _Amount:
    """The amount with what belongs to it after its currency: "£5k to £10k", "12 pounds fifty"."""
    if amount.currency is None or following is None or amount.numeral.low is not None or amount.hundredths:
        return amount
    if following.first == amount.after and numerals.tokens[amount.after - 1].text in _WORDS and following.value < 100:
        sub = Numeral(amount.numeral.value + following.value / 100, amount.first, following.after, False)
        return _Amount(sub, amount.first, following.after, amount.currency)
    other = _amount(numerals, following, country)
    joined = other.first == amount.after + 1 and numerals.tokens[amount.after].text in _JOINS
    if not joined or other.currency not in {amount.currency, None} or other.numeral.low is not None:
        return amount
    between = numerals.words_before(amount.first, 1) in (["between"], ["from"])
    if numerals.tokens[amount.after].text == "and" and not between:
        return amount
    both = join_range(amount.numeral, other.numeral)
    first = amount.first - between
    return amount if both is None else _Amount(both, first, other.after, amount.currency)


def _per(numerals: Numerals, after: int) -> tuple[str, int]:
    """What an amount is for ("a month", "per seat", "p.a.", "each"), and where that ends."""
    words = numerals.words_from(after, 4)
    if not words:
        return "", after
    if words[0] in _ADVERBS:
        return _ADVERBS[words[0]], after + 1
    if words in (["p", ".", "a", "."], ["p", ".", "m", "."]):
        return ("year" if words[2] == "a" else "month"), after + 4
    if len(words) > 1 and words[0] in {"a", "an", "per", "/", "every"} and words[1] in _PERIODS:
        period = _PERIODS[words[1]]
        if words[0] in {"per", "/", "every"} or period in _TIMES:
            return period, after + 2
    return "", after


def _confidence(numerals: Numerals, amount: _Amount, first: int, after: int, per: str, *, asked: bool) -> float:
    """0 for what is no money at all."""
    start, end = numerals.span(first, after)
    left, right = numerals.text[max(0, start - NEAR) : start], numerals.text[end : end + NEAR]
    letters = LETTERS if amount.currency is not None else r"[^\W\u3040-\u309f]"  # "三百です" ends in no word
    in_korean = "가" <= numerals.text[end - 1] <= "힣"  # which writes particles right after a word
    glued = re.search(rf"(?:{LETTERS}|[.,:/#-])$", left) or (
        not in_korean and re.match(rf"{letters}|[%:]|[./-]{letters}", right)
    )
    if glued and not (re.search(r"\s-$", left)):
        return 0.0
    if amount.hundredths and numerals.words_before(first, 1) == ["my"]:
        return 0.0  # "my two cents"
    if amount.currency is not None:
        return SURE
    tokens = numerals.tokens
    grand = tokens[amount.numeral.after - 1].text == "grand"
    large = not amount.numeral.bare and amount.numeral.value >= 500
    cued = any(word in _CUES for word in numerals.words_before(first, 5))
    ends_there = after >= len(tokens) or tokens[after].text in {".", ",", "!", "?", ";", "and", "but", "for", "in", ")"}
    if grand or (per in _TIMES and (large or cued)) or (cued and large and ends_there):
        return SURE
    if cued and ends_there and amount.numeral.value >= 100 and "budget" in numerals.words_before(first, 5):
        return SURE
    return POSSIBLE if asked and not _is_label(numerals, first) else 0.0


def _is_label(numerals: Numerals, first: int) -> bool:
    return numerals.words_before(first, 1) in (["version"], ["option"], ["at"], ["page"])
