"""Finds how many: digits, words, dozens and ranges, but no times, amounts of money, ordinals or percentages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.understanding import COUNTED, Entity
from bot.nlu.chinese_numerals import CURRENCY
from bot.nlu.numerals import NEAR, Numeral, Numerals, bounded, plain
from bot.nlu.words import LETTERS, MONTHS, word_set

SURE, POSSIBLE = 1.0, 0.5

_PEOPLE = word_set(
    "people ppl employees employee staff staffers users user seats seat members member colleagues coworkers workers "
    "folks persons person heads headcount agents reps drivers nurses carers managers teammates licences licenses "
    "freelancers contractors volunteers guys souls strong fte ftes "
    "personen leute leuten mitarbeiter mitarbeitende mitarbeitenden mitarbeitern mitarbeiterinnen angestellte "
    "angestellten beschäftigte beschäftigten kollegen kolleginnen köpfe nutzer nutzern benutzer benutzern teilnehmer "
    "plätze plätzen lizenzen gäste gästen "
    "personnes collaborateurs salariés employés utilisateurs licences "
    "personas empleados empleadas usuarios trabajadores plazas licencias "
    "persone dipendenti utenti collaboratori licenze "
    "pessoas funcionários colaboradores usuários utilizadores licenças medewerkers mensen gebruikers licenties "
    "persones empleats usuaris personer anställda användare licenser medarbetare ansatte brukere medarbejdere brugere "
    "osób osoby pracowników użytkowników"
)
_OTHER_UNITS = word_set(
    "second seconds sec secs minute minutes min mins hour hours hr hrs day days week weeks month months quarter "
    "quarters year years yr yrs am pm o'clock percent pct dollar dollars pound pounds euro euros quid bucks usd gbp "
    "eur franken prozent uhr cents pence p km miles mile kg gb mb tb st nd rd th times x th's thing things moment sec"
)
_BEFORE_A_LABEL = word_set("version v step option page chapter room part office microsoft windows top iso gdpr")
_PEOPLE_UNSPACED = re.compile(
    r"\s?多?[个個]?[人名](?!民)|\s?多?[个個位名](?:员工|員工|同事|用[户戶]|客[人户戶])|\s?명(?!령|함|언|절)"
)
_OTHER_UNITS_UNSPACED = re.compile(
    rf"\s?(?:[个個ヶヵか]?月|[个個]?小?[時时]|[年日号號点點分秒天週周番歳岁倍割度圓]|{CURRENCY})"
)
_BEFORE_A_LABEL_UNSPACED = re.compile(r"第\s?$")
"""The same where no blanks are between words: what stands at the number itself tells."""

_INSIDE_A_WORD = re.compile(rf"{LETTERS}$|[\d][./-]$|[A-Za-z]-$")
_ALONE = re.compile(
    r"(?:(?:it'?s |it is |i'?m )?(?:just|only) (?:me|myself)|(?:ich bin |bin )?(?:nur ich|(?:ich )?(?:ganz )?alleine?)"
    r"|(?:juste |seulement )moi|(?:je suis )?seule?|s[oó]lo yo)\b",
    re.IGNORECASE,
)
_TOGETHER = re.compile(r"(?<!\w)zu (zweit|dritt|viert|fünft|fuenft|sechst|siebt|acht|neunt|zehnt)(?!\w)", re.IGNORECASE)
"""German for "the five of us": a number without one."""
_TOGETHER_ARE = {"zweit": 2, "dritt": 3, "viert": 4, "fünft": 5, "fuenft": 5, "sechst": 6, "siebt": 7, "acht": 8,
                 "neunt": 9, "zehnt": 10}  # fmt: skip
_ALONE_IN_CHINESE = re.compile(r"\W*一\s?[个個つ]?(?:です|だ)?\W*")
_MINUS = re.compile(r"(?:^|\s)[-\u2212]$")
_GROUPS_OF = {
    ("team", "of"), ("group", "of"), ("staff", "of"), ("company", "of"), ("headcount", "of"), ("team", "von"),
    ("équipe", "de"), ("equipo", "de"),
}  # fmt: skip
_NEGATED = (("not",), ("nicht",), ("statt",), ("pas",), ("instead", "of"), ("rather", "than"))


@dataclass(frozen=True, slots=True)
class NumberContexts:
    """Words seen right before and after annotated numbers in the training data: they make a number sure."""

    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()


def find_numbers(
    numerals: Numerals, contexts: NumberContexts = NumberContexts(), *, asked: bool = False
) -> Iterator[Entity]:
    """Numbers of something, `SURE` where the words around say of what; `asked`: a number is what we asked for.

    A range is worth its middle, "50+" and "up to 50" are worth 50; their details say what the ends are.
    """
    text = numerals.text
    if asked and (alone := _ALONE.match(text)):
        yield Entity("number", 1, alone[0], *alone.span(), SURE, extractor=COUNTED)
    if together := _TOGETHER.search(text):
        many = _TOGETHER_ARE[together[1].lower()]
        yield Entity("number", many, together[0], *together.span(), SURE, extractor=COUNTED)
        return
    for numeral in numerals.found:
        confidence = _confidence(numerals, numeral, contexts, asked=asked)
        if not confidence:
            continue
        first, after, ends = bounded(numerals, numeral.first, numeral.after, numeral)
        start, end = numerals.span(first, after)
        value = numeral.value
        if asked and not ends and _MINUS.search(text[:start]):
            value, start = -value, start - 1
        if ends and all(float(one).is_integer() for one in ends.values()):
            value = float(int(value))  # no half people
        yield Entity(
            "number", plain(value), text[start:end], start, end, confidence, extractor=COUNTED, details=ends or None
        )


def _confidence(numerals: Numerals, number: Numeral, contexts: NumberContexts, *, asked: bool) -> float:
    """0 for what is no number of things at all."""
    text, tokens = numerals.text, numerals.tokens
    start, end = numerals.span(number.first, number.after)
    before = [token.text for token in tokens[max(0, number.first - 3) : number.first]]
    after = [token.text for token in tokens[number.after : number.after + 3]]
    if _is_part_of_something(text, start, end, before, after):
        return 0.0
    if any(tuple(before[-len(words) :]) == words for words in _NEGATED):
        return 0.0
    sure = (
        _counts_people(before, after)
        or _PEOPLE_UNSPACED.match(text, end)
        or (before[-1:] and before[-1] in contexts.before)
    )
    sure = bool(sure or (after and after[0] in contexts.after))
    if tokens[number.first].text in {"one", "一"} and number.after == number.first + 1 and not sure:
        alone = all(word in {"just", "only", ".", "!", "for", "now"} for word in (*before, *after))
        alone = alone or _ALONE_IN_CHINESE.fullmatch(text) is not None
        return POSSIBLE if alone and asked else 0.0
    return SURE if sure else POSSIBLE


def _is_part_of_something(text: str, start: int, end: int, before: list[str], after: list[str]) -> bool:
    left, right = text[max(0, start - NEAR) : start], text[end : end + NEAR]
    if left.endswith(("$", "£", "€", "#", "+", "@", ":", "_")) or _INSIDE_A_WORD.search(left):
        return True
    if _BEFORE_A_LABEL_UNSPACED.search(left) or _OTHER_UNITS_UNSPACED.match(right):
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
    if near[:2] in (["of", "us"], ["of", "them"], ["von", "uns"], ["de", "nosotros"]) or (
        near[1:2] and near[1] in _PEOPLE and near[0] != "of"
    ):
        return True
    if after[:3] == ["or", "so", "people"] or near[:2] == ["in", "total"]:
        return True
    return tuple(before[-2:]) in _GROUPS_OF or tuple(before[-3:-1]) in _GROUPS_OF
