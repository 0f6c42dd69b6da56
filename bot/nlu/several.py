"""Cuts a message into the things that it says, where each of them is understood by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.domain.folding import also_in_plain_letters
from bot.domain.understanding import (
    CORRECT_INTENT,
    FALLBACK_INTENT,
    LEAVING_INTENTS,
    OPT_OUT_INTENT,
    OUT_OF_SCOPE_INTENTS,
    Entity,
    Further,
    Understood,
)
from bot.nlu.core_question import core_questions, only_surrounds
from bot.nlu.features import LONGEST
from bot.nlu.knowledge_pages import is_question
from bot.nlu.leaving import asks_to_be_left, is_a_stop
from bot.nlu.question_words import WORDS
from bot.nlu.words import SENTENCE_ENDED

SHORTEST_CLAUSE = 3
"""Words; what is shorter is a part of a list ("a demo and a meeting"), not something said by itself."""

SURE_CLAUSE = 0.8
"""Confidence from which a clause stands by itself. A sentence need only be understood; a clause may be half of one."""

MOST_PIECES = 6
"""A message of more clauses than this tells a story; it is read as a whole."""

SMALL_TALK = frozenset(
    ("greet", "greeting", "greetings", "hello", "goodbye", "bye", "thank", "thanks", "thankyou", "thank_you")
)
"""Intents that decorate what is wanted; where they come with something else, that is what is answered."""

REPLIES = frozenset(("affirm", "deny"))
STATEMENTS = frozenset(("inform", "correct"))
"""Answers. Where nothing was asked for, they belong to the request that they come with: "I'm Ana, I'd like a demo"."""

_TELLING = SMALL_TALK | STATEMENTS | OUT_OF_SCOPE_INTENTS

_NO_WISHES = _TELLING | REPLIES | LEAVING_INTENTS | {"not_interested", "cancel", "skip"}
"""Of what comes with an opt-out, they say no more than that, or why."""

FEWEST_WORDS = 2
"""Of what stands behind a greeting: "hi Bob" is no more than one."""

_WORD = re.compile(r"\w[\w'-]*")
_SENTENCE_END = re.compile(rf"{SENTENCE_ENDED}\s+")

Read = Callable[["Piece"], Understood]
"""The reading of a piece as if it were the whole message; offsets of its entities are into the whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or clause; `start` is where it begins with the word that joins it, `at` where it does without."""

    start: int
    at: int
    end: int
    text: str
    is_clause: bool


def pieces_of(
    text: str,
    entities: Sequence[Entity] = (),
    languages: Collection[str] = (),
    *,
    is_whole: Callable[[str], bool] | None = None,
) -> tuple[Piece, ...]:
    """The sentences and clauses that may each say something; none where there is only one, or too many. Clauses are
    joined by words of English or `languages`, and have three words at least, or `is_whole` says that one has enough.

    No entity is cut in two.
    """
    joint = _joint(frozenset(WORDS.keys() & {"en", *languages}))
    in_two = _whole_in_two(frozenset(WORDS.keys() & set(languages)))

    def short(clause: str) -> bool:
        return in_two.fullmatch(clause) is not None or (is_whole is not None and is_whole(clause))

    pieces = [
        piece
        for start, end in _sentences(text[:LONGEST])
        if re.search(r"\w", text[start:end])
        for piece in _clauses(text, start, end, entities, joint, short, languages)
    ]
    return tuple(pieces) if 1 < len(pieces) <= MOST_PIECES else ()


def behind_small_talk(text: str, languages: Collection[str] = ()) -> tuple[Piece, ...]:
    """What comes with a greeting or thanks that nothing but a comma parts from it: "hi, how much is it?"; none where
    that is a word at most. A question need only be understood; else it may be more of the greeting."""
    core = next(core_questions(text, languages=languages), "")
    if len(_WORD.findall(core)) < FEWEST_WORDS:
        return ()
    at = text.index(core)
    return (Piece(at, at, at + len(core), core, is_clause=not is_question(core)),)


def _sentences(text: str) -> list[tuple[int, int]]:
    ends = [match.span() for match in _SENTENCE_END.finditer(text)]
    return list(zip([0, *(after for _, after in ends)], [*(end for end, _ in ends), len(text)], strict=True))


@cache
def _joint(languages: frozenset[str]) -> re.Pattern[str]:
    """What parts two clauses: "and then please", "und außerdem", or a comma."""
    words = [WORDS[language] for language in sorted(languages)]
    of_kinds = zip(*((one.joining, one.behind_joining) for one in words), strict=True)
    joining, behind = ("|".join(of_kind) for of_kind in of_kinds)
    pattern = rf"(?:\s*,\s*|\s+)(?:{joining})\s+(?:(?:{behind})\s+)*|\s*,\s+"
    return re.compile(also_in_plain_letters(pattern), re.IGNORECASE)


def _clauses(
    text: str,
    start: int,
    end: int,
    entities: Sequence[Entity],
    joining: re.Pattern[str],
    short: Callable[[str], bool],
    languages: Collection[str],
) -> list[Piece]:
    """Those of one sentence; "could you tell me," is none by itself."""
    found: list[Piece] = []
    at = start
    for joint in joining.finditer(text, start, end):
        cut, after = joint.span()
        inside = any(entity.start < after and cut < entity.end for entity in entities)
        if (
            not inside
            and not only_surrounds(text[at:cut], languages)
            and _is_clause(text[at:cut], short)
            and _is_clause(text[after:end], short)
        ):
            found.append(Piece(start, at, cut, text[at:cut].strip(), is_clause=True))
            start, at = cut, after
    return [*found, Piece(start, at, end, text[at:end].strip(), is_clause=bool(found))]


@cache
def _whole_in_two(languages: frozenset[str]) -> re.Pattern[str]:
    whole = "|".join(WORDS[language].whole_in_two for language in sorted(languages)) or "(?!)"
    return re.compile(rf"\W*(?:{also_in_plain_letters(whole)})\W*", re.IGNORECASE)


def _is_clause(text: str, short: Callable[[str], bool]) -> bool:
    return len(_WORD.findall(text)) >= SHORTEST_CLAUSE or short(text)


def things_said(
    whole: Understood, pieces: Sequence[Piece], read: Read, *, asked: bool, is_example: Callable[[], bool]
) -> Understood:
    """The reading of the message as the things that it says; `whole` where that is one thing.

    `asked`: a form waits for an answer. `is_example`: whether the whole message is as good as a training example, which
    its author has labelled as one thing.
    """
    read_pieces = [(piece, read(piece)) for piece in pieces]
    said = [(piece, one) for piece, one in read_pieces if is_something(one, asked=asked)]
    said = _with_corrections_whole(_each_once(said))
    if not said or is_example():
        return whole
    if opt_out := next((reading for _, reading in said if reading.intent.name == OPT_OUT_INTENT), None):
        return replace(whole, intent=opt_out.intent, stage=opt_out.stage, answer=None)
    background: list[Understood] = []
    if not asked and any(is_plain_request(one) for _, one in said):
        background = [one for piece, one in read_pieces if _is_background(piece, one)]
        said = [(piece, one) for piece, one in said if one not in background]
    if any(piece.is_clause and not _stands_by_itself(one) and one not in background for piece, one in read_pieces):
        return whole
    if _means_something_else(whole, [reading for _, reading in said], asked=asked):
        return whole
    return _joined(whole, said)


def _each_once(said: Sequence[tuple[Piece, Understood]]) -> list[tuple[Piece, Understood]]:
    """Of the same thing that is said twice in a row what comes first, or what has an answer."""
    once: list[tuple[Piece, Understood]] = []
    for one in said:
        if not once or not _is_the_same(one[1], once[-1][1]):
            once.append(one)
        elif once[-1][1].answer is None and one[1].answer is not None:
            once[-1] = one
    return once


def with_wishes(opt_out: Understood, read: Read, languages: Collection[str] = ()) -> Understood:
    """The opt-out with what else its message asks for, where that is sure by itself: "STOP. Also cancel my demo". What
    may be more of the opt-out is none."""
    pieces = pieces_of(opt_out.text, opt_out.entities, languages, is_whole=is_a_stop)
    wishes = [
        (piece, one)
        for piece, one in ((piece, read(piece)) for piece in pieces)
        if _stands_by_itself(one)
        and one.intent.name not in _NO_WISHES
        and not one.may_opt_out
        and not asks_to_be_left(piece.text, languages=languages)
    ]
    further = tuple(_further(opt_out, reading, piece, piece.end) for piece, reading in wishes)
    return replace(opt_out, further=further) if further else opt_out


def _with_corrections_whole(said: Sequence[tuple[Piece, Understood]]) -> list[tuple[Piece, Understood]]:
    """Where one thing says that something is wrong, and the next what is right, that is one correction."""
    whole: list[tuple[Piece, Understood]] = []
    for piece, reading in said:
        before = whole[-1][1] if whole else None
        puts_right = reading.intent.name in STATEMENTS and bool(reading.entities)
        if before is not None and puts_right and before.intent.name == CORRECT_INTENT and not before.entities:
            whole[-1] = (piece, replace(reading, intent=before.intent))
        else:
            whole.append((piece, reading))
    return whole


def _stands_by_itself(clause: Understood) -> bool:
    """A clause that a page answers does: how near the passage is has a threshold of its own, and is no confidence."""
    return clause.answer is not None or clause.intent.confidence >= SURE_CLAUSE


def is_plain_request(reading: Understood) -> bool:
    """Whether it is understood by itself, and our business."""
    return _stands_by_itself(reading) and reading.intent.name not in OUT_OF_SCOPE_INTENTS


def _is_background(piece: Piece, reading: Understood) -> bool:
    """Whether it only tells of who writes, besides what they ask for: "We run a bakery. Can you call us?" """
    return reading.intent.name in _TELLING and not is_question(piece.text)


def is_something(reading: Understood, *, asked: bool) -> bool:
    """Whether it says a thing that is to be answered; `asked`: a form waits for an answer."""
    name = reading.intent.name
    if name == FALLBACK_INTENT or name in SMALL_TALK:
        return False
    return asked or name not in REPLIES | STATEMENTS


def _means_something_else(whole: Understood, said: Sequence[Understood], *, asked: bool) -> bool:
    """Whether the parts mean something together that none of them does, and that is surer than they are."""
    if not is_something(whole, asked=asked) or any(one.intent.name == whole.intent.name for one in said):
        return False
    return whole.intent.confidence >= min(one.intent.confidence for one in said)


def _is_the_same(reading: Understood, before: Understood) -> bool:
    """Two questions are one where the same passage answers them, or none answers one of them."""
    if reading.intent.name != before.intent.name:
        return False
    return reading.answer is None or before.answer is None or reading.answer.text == before.answer.text


def _joined(whole: Understood, said: Sequence[tuple[Piece, Understood]]) -> Understood:
    """The first thing as the message's own reading, the others as further ones; what is between goes with those before.

    Where only one thing is said, entities of the whole message are its own.
    """
    first, *others = said
    ends = [*(piece.start for piece, _ in others), len(whole.text)][1:]
    further = tuple(_further(whole, reading, piece, end) for (piece, reading), end in zip(others, ends, strict=True))
    reading = first[1]
    if not further and reading.intent.name == whole.intent.name and (whole.answer or not reading.answer):
        return whole
    before = further[0].start if further else len(whole.text)
    return replace(
        whole,
        intent=reading.intent,
        entities=tuple(one for one in whole.entities if one.start < before),
        ranking=reading.ranking,
        stage=reading.stage,
        answer=reading.answer,
        passages=reading.passages,
        further=further,
    )


def _further(whole: Understood, reading: Understood, piece: Piece, end: int) -> Further:
    start = piece.start + len(whole.text[piece.start : end]) - len(whole.text[piece.start : end].lstrip(" ,"))
    return Further(
        text=whole.text[start:end].rstrip(),
        start=start,
        end=end,
        intent=reading.intent,
        entities=tuple(one for one in whole.entities if start <= one.start < end),
        ranking=reading.ranking,
        stage=reading.stage,
        answer=reading.answer,
        passages=reading.passages,
    )
