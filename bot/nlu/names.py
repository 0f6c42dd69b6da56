"""Finds who somebody is and where they work, from cues such as "I'm Ana from Acme"; a bare name only when asked."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache

from bot.domain.answer_words import NONE, AnswerWords, answer_words, unelided
from bot.domain.folding import also_in_plain_letters, plain_letters
from bot.domain.understanding import Entity
from bot.nlu.given_names import GIVEN_NAMES
from bot.nlu.naming_phrases import ASKED_BEHIND, ASKED_ELSEWHERE, CUES_ELSEWHERE, PHRASES
from bot.nlu.words import (
    AGREEING,
    FILLERS,
    KINDS_OF_ORGANISATIONS,
    MONTHS,
    NO_NAMES,
    WEEKDAYS,
    WHAT_SOMEBODY_IS,
    word_set,
)

SURE, POSSIBLE = 1.0, 0.6

_WORD = r"[^\W\d_](?:[^\W\d_]|['.-](?=[^\W\d_]))*"
_NEXT_WORD = rf"(?:(?<=\b[^\W\d_])\.)? {_WORD}"
"""A single letter may have a dot: "John F. Kennedy"."""

_NAME = rf"{_WORD}(?:(?: (?:de l(?:a|as|os)|del?))?{_NEXT_WORD}){{0,3}}"
"""Small words within it do not count: "Ana María de la Cruz"."""

_TITLE = (
    r"(?:(?:dra?|mr|mrs|ms|miss|prof|professor|doctora?|sir|mme|mlle|m|madame|mademoiselle|monsieur|herr|frau|señora?"
    r"|señorita|sra?|srta|doña|lic|ing|signora?|senhora?)\b\.? +)?"
)
_STRONG = re.compile(rf"(?<!\w)(?:{PHRASES['en'].cue}) +{_TITLE}(?P<name>{_NAME})", re.IGNORECASE)
_ELSEWHERE = re.compile(
    rf"(?<!\w)(?:{also_in_plain_letters(CUES_ELSEWHERE)}) +{_TITLE}(?P<name>{_NAME})", re.IGNORECASE
)
"""In other languages a name takes its capital, where it is not known that they are spoken."""

_ELSEWHERE_ASKED = re.compile(rf"(?<!\w){ASKED_ELSEWHERE}{_TITLE}(?P<name>{_NAME})", re.IGNORECASE)

_ASKED_BEHIND = re.compile(
    rf"^\W*(?:{ASKED_ELSEWHERE})?{_TITLE}(?P<name>{_NAME}),? {also_in_plain_letters(ASKED_BEHIND)}\b", re.IGNORECASE
)

_AND_ELSEWHERE = re.compile(r" (?:und|et|y|e|en|och|og|i|aus)(?= (?-i:[a-zß-ÿ]))", re.IGNORECASE)
"""Where a name ends in them; two surnames in capitals may be joined by one: "Ortega y Gasset"."""

_WEAK = re.compile(
    rf"(?<!\w)(?:i'm|i am|im|this is|it's|its|it is|here is|here's|myself) +{_TITLE}(?P<name>{_NAME})", re.IGNORECASE
)
_HERE = re.compile(rf"^\W*(?:(?:hi|hey|hello|hallo|moin)\W+)?(?P<name>{_NAME}) (?:here|hier)\b", re.IGNORECASE)
_WORK = re.compile(
    r"(?<!\w)(?P<cue>(?:work|working) (?:for|at|with)|"
    r"(?:company|organi[sz]ation|employer|business|firm)(?: name)?(?: is|'s|:)(?: called| named)?|"
    r"on behalf of|from|at|with) +(?:the )?(?P<name>[^\W_][\w&'.+-]*(?: +(?:&|and|of|[^\W_][\w&'.+-]*)){0,4})",
    re.IGNORECASE,
)
_PRESENTING = re.compile(r"(?<!\w)(?:i'm|i am|we're|we are|this is) *$", re.IGNORECASE)
_BEGINS = re.compile(r"(?:^|[,.!?;:\n-]|\b(?:hi|hey|hello|and|but|yes|ok|sure))\s*$", re.IGNORECASE)
_SUFFIX = re.compile(
    r"\b(?:ltd|limited|inc|llc|llp|plc|gmbh|ag|corp|corporation|co|bv|s\.?a|oy|ab|as|group|holdings)\b\.?", re.I
)
_NUMBER_BEHIND = re.compile(r"[ .:#-]{0,3}\d{3,6}(?!\d| ?\d{3})")
"""Of what has a number, such as an order or a reference: "Kundennummer 4711", "ref AB-1234". A telephone number is
longer, and a comma begins something else: "Ana, 1200 people"."""

_DENIED = re.compile(r"\b(?:do(?:n['’]?t| not)|never|stop|not|nie|niemals)\W+$", re.IGNORECASE)
"""What says before a cue that one is not called so: "don't call me Bob"."""

_PARTICLES = word_set("van von der den de la las los le da di del du des dos bin al el ter ten mac mc st")
_MOST_WORDS = 4
"""Of a bare name, without its particles."""

_EXCLAIMED = word_set("dang ha huh nada ty")
_NAMES_TOO = word_set("will may") | _EXCLAIMED
"""Small words that are names where they have a capital and stand where a name does."""

_ALONE = re.compile(r"\w+(?:[\W\d]*$| +(?:from|at|with)\b)", re.IGNORECASE)
"""What an answer of an exclaimed word says that is a name: "Dang it", "Ha ha" and "Ty, Bob" are none."""

_BEFORE_A_NAME = (FILLERS - _NAMES_TOO - word_set("a an the from at for with by of in on")) | word_set(
    "dr mr mrs ms miss prof mag dipl ing doktor professor herr hr frau m mme mlle madame mademoiselle monsieur señora "
    "señor signora signor dra sr sra srta señorita doña lic"
)
_NO_NAME_BEHIND = word_set("have our their they use we")
"""What somebody has, or what they are about, comes behind them: "we have three sites"."""

_NO_NAME_RIGHT_BEHIND = word_set("a an any my no not the your")
"""What comes right behind them is a thing, unless it has its capital: "no idea", "your worst nightmare", "my boss"."""

_NAME_ENDS = word_set("from at and with here of for in but we i my speaking again by the on who")
_NO_ORGANISATIONS = (
    NO_NAMES
    | MONTHS
    | WEEKDAYS
    | word_set(
        "home work school university scratch google facebook linkedin twitter instagram youtube ads noon midday "
        "least most london paris berlin oslo dublin madrid rome vienna lisbon amsterdam brussels stockholm "
        "copenhagen helsinki manchester birmingham leeds bristol edinburgh glasgow cardiff belfast york boston "
        "chicago austin seattle toronto sydney melbourne england scotland wales ireland britain uk us usa america "
        "germany france spain italy norway sweden denmark europe india"
    )
)


def find_people(text: str, *, asked: bool = False, languages: Collection[str] = ()) -> Iterator[Entity]:
    """At most one name; `asked`: the name is what we asked for, so a short answer is one. In the `languages` that are
    spoken (ISO 639-1) a name may be written small."""
    shouting = text.isupper()
    spoken = tuple((_spoken_cue(one), True) for one in sorted(PHRASES.keys() & set(languages) - {"en"}))
    cues = (*spoken, (_STRONG, True), (_ELSEWHERE, False), (_HERE, False), (_WEAK, False))
    besides = answer_words(languages)
    for pattern, sure in ((_ASKED_BEHIND, False), *cues, (_ELSEWHERE_ASKED, False)) if asked else cues:
        for match in pattern.finditer(text):
            if pattern is _WEAK and not asked and _presents_a_thing(match):
                continue
            if _DENIED.search(text[: match.start()]) or text[match.end("name") :][:1].isdigit():  # "call me b4 noon"
                continue
            in_the = "de" in languages or not _BEGINS.search(text[: match.start()])
            if in_the and match[0].lower().startswith("im "):
                continue  # German for "in the"
            if pattern is _WEAK and match["name"].split(" ")[0].lower() in WHAT_SOMEBODY_IS:
                continue
            elsewhere = pattern in (_ELSEWHERE, _ELSEWHERE_ASKED, _ASKED_BEHIND)
            said = _AND_ELSEWHERE.split(match["name"])[0] if elsewhere else match["name"]
            given = pattern in (_WEAK, _HERE) and is_a_given_name(said.split(" ")[0])
            name = _name_in(said, besides, lower_case_too=sure or asked or given, shouting=shouting)
            if name is None and sure and _is_exclaimed(text, match):
                name = said.split(" ")[0]
            alone = (
                not sure
                and name is not None
                and name.islower()
                and not (said != match["name"] or _ends_there(text, match.start("name") + len(name)))
            )
            if name is not None and alone and given:
                name, alone = name.split(" ")[0], False
            if name is not None and not alone:
                yield _person(name, match.start("name"), SURE)
                return
    if asked and (bare := _bare_name(text, besides)) is not None:
        yield bare


@cache
def _spoken_cue(language: str) -> re.Pattern[str]:
    cue = also_in_plain_letters(PHRASES[language].cue)
    return re.compile(rf"(?<!\w)(?:{cue}) +{_TITLE}(?P<name>{_NAME})", re.IGNORECASE)


def says_only_a_name(text: str, languages: Collection[str] = ()) -> bool:
    """Whether it tells what somebody is called, and nothing besides: "call me Bob instead", "my name is Bo, not Jo"."""
    here = None if "?" in text else _HERE.match(text)
    if here is not None and re.search(r"\w", text[here.end() :]) is None:
        return any(person.start == here.start("name") for person in find_people(text, languages=languages))
    return any(
        _says_only_a_name(text, language) for language in ("en", *sorted(PHRASES.keys() & set(languages) - {"en"}))
    )


def answers_with_a_name(text: str) -> bool:
    """Whether it tells a name in the words of another language, and nothing besides, where one was asked for: "soy
    Pedro", "c'est Marie Duval à l'appareil". What has no capital may be no name: "ich bin müde"."""
    before, behind = _around_an_answer()
    return any(
        not person.text.islower()
        and before.fullmatch(text, 0, person.start) is not None
        and behind.fullmatch(text, person.end) is not None
        for person in find_people(text, asked=True)
    )


@cache
def _around_an_answer() -> tuple[re.Pattern[str], re.Pattern[str]]:
    others = [PHRASES[language] for language in sorted(PHRASES.keys() - {"en"})]
    polite = "".join(f"{one.before}" for one in others)
    cue = rf"(?:{ASKED_ELSEWHERE}|(?:{CUES_ELSEWHERE}) +)?{_TITLE}"
    last = rf"(?:,? ?(?:{ASKED_BEHIND}|{'|'.join(one.behind for one in others)}))*\W*"
    written = (also_in_plain_letters(one) for one in (rf"\W*{polite}{cue}", last))
    first, after = (re.compile(one, re.IGNORECASE) for one in written)
    return first, after


def _says_only_a_name(text: str, language: str) -> bool:
    cue = (_STRONG if language == "en" else _spoken_cue(language)).search(text)
    before, behind = _around_naming(language)
    if cue is None or before.fullmatch(text, 0, cue.start()) is None:
        return False
    return any(
        person.start == cue.start("name") and behind.fullmatch(text, person.end) is not None
        for person in find_people(text, languages=[language])
    )


@cache
def _around_naming(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What may stand before the cue and behind the name, where nothing else is said."""
    phrases = PHRASES[language]
    behind = (
        rf"(?:\W*\b(?:{phrases.behind}))*"
        rf"(?:,? (?:and |but |und |et |y )?(?:not|nicht|pas|no) {_NAME})?(?:\W*\b(?:{phrases.behind}))*\W*"
    )
    written = (also_in_plain_letters(one) for one in (rf"\W*{phrases.before}", behind))
    before, after = (re.compile(one, re.IGNORECASE) for one in written)
    return before, after


def is_a_given_name(word: str) -> bool:
    """Whether many people are called so, however it is written."""
    return plain_letters(word.lower()) in GIVEN_NAMES


def _is_exclaimed(text: str, cue: re.Match[str]) -> bool:
    """Whether the name behind the cue is one that is a small word, too: "my name is ty"."""
    first = cue["name"].split(" ")[0]
    return first.lower() in _NAMES_TOO and _ends_there(text, cue.start("name") + len(first))


def _presents_a_thing(cue: re.Match[str]) -> bool:
    """ "it's Acme" says what something is; "hi, it's Ana Silva from Acme" says who."""
    if not cue[0].lower().startswith(("it", "here")):
        return False
    name = _name_in(cue["name"], NONE, lower_case_too=False, shouting=cue.string.isupper())
    return name is None or re.match(r" from [^\W\d_a-z]", cue.string[cue.start("name") + len(name) :]) is None


def _person(name: str, start: int, confidence: float) -> Entity:
    value = (
        name if any(letter.isupper() for letter in name) and not (name.isupper() and len(name) > 3) else _capitals(name)
    )
    return Entity("person", value, name, start, start + len(name), confidence, extractor="names")


def _capitals(name: str) -> str:
    words = name.lower().split(" ")
    return " ".join(
        word if word in _PARTICLES and at else re.sub(r"(?:^|(?<=[-'.]))\w", lambda m: m[0].upper(), word)
        for at, word in enumerate(words)
    )


def _name_in(words: str, besides: AnswerWords, *, lower_case_too: bool, shouting: bool) -> str | None:
    """The words from the first on that can be a name."""
    kept: list[str] = []
    for word in words.split(" "):
        lower = word.lower()
        if not word or lower in _NAME_ENDS:
            break
        if (
            (lower in NO_NAMES or not besides.no_names.isdisjoint((lower, unelided(lower))))
            and not (kept and lower in _PARTICLES)
            and not _is_name_too(word, shouting=shouting)
        ):
            break
        if not kept and re.fullmatch(r".{3,}(?:ing|ed)", lower) and (word.islower() or shouting):
            break
        capital = word[0].isupper() and not shouting
        if not capital and not lower_case_too and not (kept and lower in _PARTICLES):
            break
        if kept and kept[0][0].isupper() and not capital and lower not in _PARTICLES and not shouting:
            break
        kept.append(word)
    while kept and kept[-1].lower() in _PARTICLES and len(kept) > 1:
        kept.pop()
    return " ".join(kept) or None


def _joins_a_name(words: Sequence[str], at: int) -> bool:
    """Whether this word is a part of the name: "Marie de La Tour"; behind a whole name it says from where."""
    return at == 1 and words[at].lower() in _PARTICLES and words[at + 1 : at + 2] != [] and words[at + 1][0].isupper()


def _is_name_too(word: str, *, shouting: bool) -> bool:
    return word.lower() in _NAMES_TOO and word[0].isupper() and not shouting


def _ends_there(text: str, end: int) -> bool:
    return re.match(r"\W*$|\s*[,.!;]|\s+(?:from|at|and|with|here)\b", text[end:], re.IGNORECASE) is not None


def _bare_name(text: str, besides: AnswerWords) -> Entity | None:
    """An answer of one to three words that are no words of anything else: "Ana", "sure, Ana Silva", "ana, acme ltd"."""
    if "?" in text:
        return None
    for match in re.finditer(rf"(?<![\w@.]){_WORD}(?:{_NEXT_WORD}){{0,9}}(?![\w@])", text):
        words = match[0].split(" ")
        skipped, before = 0, ""
        if _NUMBER_BEHIND.match(text, match.end()):
            return None
        if re.search(r"\d\+? *$", text[: match.start()]):
            continue  # it is counted: "3 sites"
        if AGREEING.issuperset(match[0].lower().split(" ")) and match.end() < len(text.rstrip()):
            continue  # "fine, Bob"
        while words and (words[0].lower() in _BEFORE_A_NAME or words[0].lower() in besides.fillers):
            if words[0].lower() in _NO_NAME_BEHIND:
                return None
            before = words.pop(0).lower()
            skipped += len(before) + 1
        if not words:
            continue
        if before in _NO_NAME_RIGHT_BEHIND and (words[0].islower() or text.isupper()):
            return None
        if words[0].lower() in _NAMES_TOO and {"i", "we"} & {word.lower() for word in words[1:2]}:
            return None
        ends = _NAME_ENDS | besides.behind
        cut = next(
            (at for at, word in enumerate(words) if word.lower() in ends and not _joins_a_name(words, at)), len(words)
        )
        shouting = text.isupper()
        while cut and words[cut - 1].lower() in FILLERS and not _is_name_too(words[cut - 1], shouting=shouting):
            cut -= 1
        name = _name_in(" ".join(words[:cut]), besides, lower_case_too=True, shouting=shouting)
        many = sum(word.lower() not in _PARTICLES for word in words[:cut])
        if name is None or name != " ".join(words[:cut]) or not 1 <= many <= _MOST_WORDS:
            return None
        start = match.start() + skipped
        said = set(name.lower().split(" "))
        if len(said) == 1 and said <= _EXCLAIMED and not _ALONE.match(text, start):
            return None
        return _person(name, start, POSSIBLE)
    return None


def find_organisations(
    text: str, *, asked: bool = False, is_place: Callable[[str], bool] = lambda name: False
) -> Iterator[Entity]:
    """At most one; a capital and a cue, or a legal form, must agree, unless `asked` for it.

    `is_place` knows the places that it may be named after, which by themselves are none.
    """
    shouting = text.isupper()
    for match in _WORK.finditer(text):
        named_after = _place_in_front(match["name"], is_place)
        name = _organisation_in(match["name"], named_after, lower_case_too=False, shouting=shouting)
        cue = match["cue"].lower()
        if name is None and (asked or cue.startswith(("work", "company", "organi", "employer", "on behalf"))):
            name = _organisation_in(match["name"], named_after, lower_case_too=True, shouting=shouting)
        if name is None or (cue == "with" and not (_SUFFIX.search(name) or _is_presented(text[: match.start()]))):
            continue
        start = match.start("name")
        yield Entity("organisation", name, name, start, start + len(name), SURE, extractor="names")
        return
    if asked and "?" not in text and (bare := _bare_organisation(text)) is not None:
        yield bare


def says_its_kind(name: str) -> bool:
    """Whether a word of the name says that it is an organisation's: "Oslo Foods", "University of Oslo", "Berlin AG"."""
    return _SUFFIX.search(name) is not None or any(
        word.strip(".,").lower() in KINDS_OF_ORGANISATIONS for word in name.split(" ")
    )


def _is_presented(before: str) -> bool:
    """Whether somebody has just said who they are: "this is Ana", or "we're"."""
    end = len(before.rstrip(" ,"))
    return bool(_PRESENTING.search(before)) or any(person.end == end for person in find_people(before))


def _bare_organisation(text: str) -> Entity | None:
    words = [word for word in text.strip(" .!,").split(" ") if word]
    while words and words[0].lower() in FILLERS:
        words.pop(0)
    name = " ".join(words)
    if not 1 <= len(words) <= 5 or words[0].lower() in NO_NAMES or all(word.lower() in NO_NAMES for word in words):
        return None
    start = text.rindex(words[0]) if len(words) == 1 else text.find(name)
    if start < 0 or not any(letter.isalpha() for letter in name):
        return None
    return Entity("organisation", name, name, start, start + len(name), POSSIBLE, extractor="names")


def _place_in_front(words: str, is_place: Callable[[str], bool]) -> int:
    """How many of the words are a place that what comes right after them makes a part of an organisation's name."""
    parts = words.split(" ")
    for count in range(len(parts) - 1, 0, -1):
        if is_place(" ".join(parts[:count])):
            following = itertools.takewhile(lambda word: word[:1].isupper() or word == "&", parts[count:])
            return count if says_its_kind(" ".join(following)) else 0
    return 0


def _organisation_in(words: str, named_after: int, *, lower_case_too: bool, shouting: bool) -> str | None:
    """The words from the first on that can be a name; the first `named_after` of them belong to it."""
    kept: list[str] = []
    parts = [part for part in words.split(" ") if part]
    for at, word in enumerate(parts):
        lower = word.lower().strip(".,")
        capital = word[0].isupper() and not shouting
        joins = lower in {"&", "and", "of"} and kept and at + 1 < len(parts) and parts[at + 1][0].isupper()
        joined = kept and kept[-1].lower() in {"&", "of"} and capital
        of_something = at + 2 < len(parts) and parts[at + 1].lower() == "of" and parts[at + 2][0].isupper()
        kind = (kept or of_something) and capital and lower in KINDS_OF_ORGANISATIONS
        belongs = joins or joined or kind or at < named_after or (kept and _SUFFIX.fullmatch(lower))
        if lower in _NO_ORGANISATIONS and not belongs:
            break
        if not (capital or joins or (kept and _SUFFIX.fullmatch(word)) or lower_case_too):
            break
        kept.append(word)
        if word.endswith((",", ".")) and not _SUFFIX.fullmatch(word):
            break
    if kept and kept[-1].lower() in {"&", "and", "of"}:
        kept.pop()
    return " ".join(kept).rstrip(".,'") or None
