"""From a text to what it means: buttons, entities, the answer that was asked for, intents, knowledge, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import cache
from typing import Any

from bot.domain.understanding import (
    ANYBODY,
    CORRECT_INTENT,
    FALLBACK_INTENT,
    INFORM_INTENT,
    KNOWLEDGE_INTENT,
    OPT_OUT_INTENT,
    OUT_OF_SCOPE_INTENTS,
    PERSON_INTENT,
    Asker,
    Entity,
    Expecting,
    IntentScore,
    KnowledgeAnswer,
    Understood,
    base_intent,
)
from bot.domain.word_forms import own_words, spelled
from bot.nlu.bare_answers import SURELY_SOMETHING_ELSE, begins_as_a_correction, says_only, without_unlikely_names
from bot.nlu.classifier import Classification, IntentClassifier
from bot.nlu.core_question import core_questions
from bot.nlu.entities import SURE, EntityExtractor, asks_for
from bot.nlu.features import LONGEST, tokens
from bot.nlu.knowledge import Knowledge
from bot.nlu.knowledge_pages import is_question
from bot.nlu.languages import Languages
from bot.nlu.leaving import asks_to_be_left, asks_to_go_on, begins_with_stop, names_another_thing
from bot.nlu.long_messages import sentences_of_a_long_message, wish_of
from bot.nlu.names import answers_with_a_name, says_only_a_name
from bot.nlu.negated_wishes import no_in
from bot.nlu.payload import parse_payload
from bot.nlu.person_words import asks_for_person
from bot.nlu.reading import read
from bot.nlu.several import (
    REPLIES,
    SMALL_TALK,
    STATEMENTS,
    Piece,
    behind_small_talk,
    pieces_of,
    things_said,
    with_wishes,
)
from bot.nlu.spelling import Speller
from bot.nlu.words import SENTENCE_ENDED
from bot.ports import Encoder

_NOT_UNDERSTOOD = OUT_OF_SCOPE_INTENTS | {KNOWLEDGE_INTENT}
"""What a message in a language without examples is taken for, as nothing that the examples say is near it."""

_SENTENCE_END = re.compile(rf"{SENTENCE_ENDED}\s+|\s+(?:but|so|and please)\s+")
_MOST_SENTENCES = 4
_HEEDED = 0.4
"""An opt-out ends all marketing to somebody; one that is missed does more harm than one too many."""

_OF_ANOTHER_THING = 0.9
"""From here on, where the message says what is to end, and that is nothing that we send."""

_DOUBTED = 0.2
"""From here on a message that is taken for something else may be an opt-out all the same: whoever wrote it is asked."""

_LISTED = frozenset({"gazetteer", "close_names"})
"""Those that find what stands in the author's own lists."""

_LIKE_AN_EXAMPLE = 0.4
"""Similarity from which an encoder knows what a message in another language says; one that does not know the language
sees next to none, and the classifier then goes by letters."""

_LIKE_ONE_IN_ANOTHER_SCRIPT = 0.6
"""The same of a message in letters that no example is in: to an encoder that does not know them all of it looks alike,
and like what is short."""

_AN_EXAMPLE = 0.95
"""Similarity from which a message is as good as an example, and means as a whole what its author says it does."""


def lead_of(ranking: Sequence[IntentScore]) -> float:
    """How far the first intent is ahead of the next that is another one."""
    first = ranking[0]
    others = (one.confidence for one in ranking if base_intent(one.name) != base_intent(first.name))
    return first.confidence - max(others, default=0.0)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A trained model at work (`bot.ports.Nlu`). Pure: the same text and the same model give the same reading.

    What the model counts as understood is learnt. An author may ask for more (Rasa's FallbackClassifier): a confidence
    of `understood_above` at least, and `ambiguous_within` ahead of the next intent. With `several_intents` a message
    that says two things is read as both.
    """

    encoder: Encoder
    classifier: IntentClassifier
    extractor: EntityExtractor
    knowledge: Knowledge
    speller: Speller | None = None
    understood_above: float = 0.0
    ambiguous_within: float = 0.0
    languages: Languages | None = None
    several_intents: bool = False

    def parse(
        self,
        text: str,
        *,
        expecting: Expecting | None = None,
        region: str | None = None,
        zone: tzinfo | None = None,
        now: datetime | None = None,
        asker: Asker = ANYBODY,
    ) -> Understood:
        """What the text means; never raises. What `region`, `zone`, `now` and `asker` are for: see `bot.ports.Nlu`."""
        if (pressed := parse_payload(text)) is not None:
            return pressed
        reading = read(text)
        if not self._has_words(reading.text):
            return Understood(text, IntentScore(FALLBACK_INTENT, 1.0), stage="fallback")
        found = self.extractor.extract(reading.text, expecting, region, zone=zone, now=now, languages=self._spoken)
        encode = cache(lambda part: self.encoder.features([part])[0])
        whole = reading.text[:LONGEST].strip()
        kept = [entity.text for entity in found]
        readings = [self._classify(part, kept, encode) for part in (whole, *_sentences(reading.text))]
        found = without_unlikely_names(found, readings[0])
        leaving = list(zip((_ends(reading.text), *_sentences(reading.text)), readings, strict=True))
        if (own := own_words(reading.text)) != reading.text:
            said = [_ends(own), *_sentences(own)]
            leaving = [(part, self._classify(part, kept, encode)) for part in said]
        understood = self._decide(reading.text, readings[0], leaving, found, expecting)
        if understood.intent.name != OPT_OUT_INTENT and understood.stage != "expected":
            in_doubt = _may_opt_out(leaving, self._spoken) or (expecting is None and begins_with_stop(leaving[0][0]))
            understood = replace(understood, may_opt_out=in_doubt)
        understood = self._look_up(understood, readings[0], whole, encode, asker)
        if self.several_intents and understood.intent.name == OPT_OUT_INTENT:
            understood = with_wishes(understood, self._reader_of_pieces(understood, encode, None, asker), self._spoken)
        elif self.several_intents:
            understood = self._things_said(understood, encode, expecting, asker)
        if understood.intent.name in OUT_OF_SCOPE_INTENTS or expecting is None:
            read_piece = self._reader_of_pieces(understood, encode, expecting, asker)
            understood = wish_of(understood, sentences_of_a_long_message(understood.text), read_piece)
        return reading.place_all(self._in_its_language(understood, readings[0], reading.text, asker))

    def _look_up(
        self,
        understood: Understood,
        reading: Classification,
        text: str,
        encode: Callable[[str], Any],
        asker: Asker,
    ) -> Understood:
        """With what the knowledge pages say to a question, or to what nothing else has understood.

        A question is for the pages, too, where a passage answers it that is nearer than every example: an author who
        writes pages gives no examples of what they answer. A message of which a part is no question is not: each part
        of it is asked by itself.
        """
        is_open = understood.intent.name in {FALLBACK_INTENT, KNOWLEDGE_INTENT}
        likeness = _likeness(understood, reading)
        if not is_open and (likeness is None or not _asks_only(understood, self._spoken)):
            return understood
        passages, answer = self._answer(understood.text, encode(text), asker)
        if is_open:
            # For 20 people it is the same question; of what may be none, nothing that it says is left out.
            counted = understood.entities if understood.intent.name == KNOWLEDGE_INTENT else ()
            for core in core_questions(understood.text, counted, self._spoken):
                near, surer = self._answer(core, encode(core), asker)
                if surer is not None and (answer is None or surer.sureness > answer.sureness):
                    passages, answer = near, surer
        if not is_open and (answer is None or answer.score <= (likeness or 0.0)):
            return understood
        return _with_knowledge(replace(understood, passages=passages), answer)

    def _answer(
        self, question: str, features: Any, asker: Asker
    ) -> tuple[tuple[KnowledgeAnswer, ...], KnowledgeAnswer | None]:
        """The passages that are near to a question, and the one that answers it."""
        passages = self.knowledge.nearest(question, features[: self.encoder.dimensions], asker)
        return passages, self.knowledge.answering(passages)

    def _things_said(
        self, whole: Understood, encode: Callable[[str], Any], expecting: Expecting | None, asker: Asker
    ) -> Understood:
        """The reading of a message as the things that it says, where each is understood by itself."""

        def is_example() -> bool:
            return self.classifier.kernel_head.near(encode(whole.text[:LONGEST].strip())).similarity >= _AN_EXAMPLE

        pieces = pieces_of(whole.text, whole.entities, self._spoken)
        if not pieces and whole.intent.name in SMALL_TALK:
            pieces = behind_small_talk(whole.text, self._spoken)
        read_piece = self._reader_of_pieces(whole, encode, expecting, asker)
        return things_said(whole, pieces, read_piece, asked=expecting is not None, is_example=is_example)

    def _reader_of_pieces(
        self, whole: Understood, encode: Callable[[str], Any], expecting: Expecting | None, asker: Asker
    ) -> Callable[[Piece], Understood]:
        """Reads a piece of the message as if it were all of it."""
        kept, own = [entity.text for entity in whole.entities], own_words(whole.text)

        def read_piece(piece: Piece) -> Understood:
            inside = [
                replace(one, start=one.start - piece.at, end=one.end - piece.at)
                for one in whole.entities
                if piece.at <= one.start and one.end <= piece.end
            ]
            classified = self._classify(piece.text, kept, encode)
            leaving = [(piece.text, classified)] if piece.text in own else []
            decided = self._decide(piece.text, classified, leaving, inside, expecting)
            decided = replace(decided, may_opt_out=_may_opt_out([(piece.text, classified)], self._spoken))
            return self._look_up(decided, classified, piece.text, encode, asker)

        return read_piece

    def _in_its_language(self, understood: Understood, reading: Classification, text: str, asker: Asker) -> Understood:
        if self.languages is None:
            return understood
        language = asks_for_person(text, besides=self.languages.spoken)
        if language and PERSON_INTENT in self.classifier.labels and understood.intent.name != OPT_OUT_INTENT:
            wanted = IntentScore(PERSON_INTENT, 1.0)
            return Understood(text, wanted, stage="classifier", language=language, may_opt_out=understood.may_opt_out)
        heard = self.languages.hear(text, earlier=asker.language, locale=asker.locale)
        if not heard.sure:
            return understood
        strange = heard.language not in self.languages.spoken
        if strange and _says_only_names_of_ours(text, understood.entities):
            return understood
        likeness = _likeness(understood, reading)
        enough = _LIKE_ONE_IN_ANOTHER_SCRIPT if heard.other_script else _LIKE_AN_EXAMPLE
        if strange and _is_guessed_opt_out(understood, reading, enough):
            understood = replace(understood, may_opt_out=True)
            likeness = reading.similarity
        if strange and likeness is not None and likeness < enough:
            fallback = IntentScore(FALLBACK_INTENT, round(1.0 - understood.intent.confidence, 4))
            understood = replace(understood, intent=fallback, stage="fallback", further=())
        not_understood = understood.answer is None and understood.intent.name in _NOT_UNDERSTOOD
        return replace(understood, language=heard.language, foreign=strange and not_understood)

    def is_legible(self, text: str) -> bool:
        """Whether it has a word that there is, or a sign that examples have."""
        return self._has_words(text) and (self.speller is None or self.speller.can_read(text))

    def _has_words(self, text: str) -> bool:
        """False for what has no words: the encoder cannot tell one emoji from another, so examples must have it."""
        unpunctuated, space = text.replace("?", "").replace("!", ""), self.classifier.ngram_space
        return re.search(r"\w", text) is not None or any(space.rarity_of(one) for one in tokens(unpunctuated))

    def _classify(self, text: str, entities: Sequence[str], encode: Callable[[str], Any]) -> Classification:
        """By the first stage, of the text as it is or with its spelling put right; else by the encoder."""
        words = self.classifier.by_words(text)
        if (sure := self.classifier.classify_quickly(words)) is not None:
            return sure
        if self.speller is None:
            return self.classifier.classify(words, encode(text))
        if not self.speller.can_read(text):
            return replace(self.classifier.classify(words, encode(text)), understood=False, legible=False)
        repaired = self.speller.repair(text, entities)
        if repaired != text:
            words = self.classifier.by_words(repaired)
            if (sure := self.classifier.classify_quickly(words)) is not None:
                return sure
        return self.classifier.classify(words, encode(repaired))

    def _decide(
        self,
        text: str,
        whole: Classification,
        leaving: Sequence[tuple[str, Classification]],
        found: Sequence[Entity],
        expecting: Expecting | None,
    ) -> Understood:
        """The reading of the text; `leaving` are those parts of it that may be an opt-out, the whole first."""
        result = Understood(text, whole.ranking[0], tuple(found), ranking=whole.ranking)
        # An opt-out is heeded wherever in the message it stands.
        asked, knows = expecting is not None, OPT_OUT_INTENT in self.classifier.labels
        if knows and any(asks_to_be_left(part, asked=asked, languages=self._spoken) for part, _ in leaving[:1]):
            return replace(result, intent=IntentScore(OPT_OUT_INTENT, 1.0))
        for part, one in leaving:
            if (
                one.intent == OPT_OUT_INTENT
                and one.understood
                and one.confidence >= (_OF_ANOTHER_THING if names_another_thing(part) else _HEEDED)
                and not asks_to_go_on(part, self._spoken)
            ):
                if answers := self._only_answers(text, found, expecting):
                    return replace(result, intent=answers, stage="expected", may_opt_out=True)
                return replace(result, intent=one.ranking[0])
        understood = whole.understood and not whole.ambiguous and whole.intent != OPT_OUT_INTENT
        understood = understood and self._is_sure(whole.ranking) and not self._only_tells_a_name(text, whole)
        understood = understood and not self._is_not_wanted(text, whole)
        if answer := self._as_answer(text, found, expecting, understood=understood):
            return replace(result, intent=answer, stage="expected")
        if not understood and (statement := self._as_statement(text, whole, found)):
            return replace(result, intent=statement)
        if not understood:
            fallback = IntentScore(FALLBACK_INTENT, round(1.0 - whole.confidence, 4))
            return replace(result, intent=fallback, ranking=whole.ranking if whole.legible else (), stage="fallback")
        return result

    def _is_sure(self, ranking: Sequence[IntentScore]) -> bool:
        return ranking[0].confidence >= self.understood_above and lead_of(ranking) >= self.ambiguous_within

    def _as_answer(
        self, text: str, found: Sequence[Entity], expecting: Expecting | None, *, understood: bool
    ) -> IntentScore | None:
        """The intent of a message that answers what was asked, or corrects an earlier answer; else None."""
        if expecting is not None and spelled(text) in expecting.words:
            return self._known(INFORM_INTENT)
        if expecting is None or not found:
            return None
        asked = any(asks_for(expecting, entity.name) for entity in found)
        names = any(entity.name == "person" and asks_for(expecting, "person") for entity in found)
        bare = says_only(text, found, self._spoken) or (names and answers_with_a_name(text))
        if bare and not asked and begins_as_a_correction(text, self._spoken):
            return self._known(CORRECT_INTENT) or self._known(INFORM_INTENT)
        if asked and (bare or not understood):
            return self._known(INFORM_INTENT)
        return None

    def _only_answers(self, text: str, found: Sequence[Entity], expecting: Expecting | None) -> IntentScore | None:
        """The intent of what was asked for and nothing besides, told by its own words and no guess: "para ya", in
        Spanish, to "when?"; else None."""
        if expecting is None:
            return None
        answers = [one for one in found if one.confidence >= SURE and asks_for(expecting, one.name)]
        answers = [one for one in answers if one.name not in {"person", "organisation"}]
        return self._known(INFORM_INTENT) if answers and says_only(text, answers, self._spoken) else None

    def _is_not_wanted(self, text: str, whole: Classification) -> bool:
        """Whether it says that it does not want what it was taken for: no example of that intent says no."""
        if whole.intent in SMALL_TALK | REPLIES | STATEMENTS | _NOT_UNDERSTOOD:
            return False
        words = no_in(text, self._spoken)
        return bool(words) and not self.classifier.has_examples_with(whole.intent, words)

    def _only_tells_a_name(self, text: str, reading: Classification) -> bool:
        """Whether it says what somebody is called, whatever it was taken for: "call me Bob" asks for no call. What is
        much like an example means what its author says."""
        if INFORM_INTENT not in self.classifier.labels or not says_only_a_name(text, self._spoken):
            return False
        likeness = reading.similarity
        if likeness is None:  # its words decided, such as "nein" for "nenn"
            likeness = self.classifier.kernel_head.near(self.encoder.features([text])[0]).similarity
        return likeness < SURELY_SOMETHING_ELSE

    def _as_statement(self, text: str, whole: Classification, found: Sequence[Entity]) -> IntentScore | None:
        """A message of unsure intent that tells us something, as the classifier too takes it to do; or a name."""
        tells_a_name = self._only_tells_a_name(text, whole)
        states = whole.intent in {INFORM_INTENT, CORRECT_INTENT} and any(one.confidence >= SURE for one in found)
        if not (tells_a_name or states):
            return None
        corrects = self._known(CORRECT_INTENT) if begins_as_a_correction(text, self._spoken) else None
        return corrects or self._known(INFORM_INTENT) or whole.ranking[0]

    @property
    def _spoken(self) -> Collection[str]:
        return self.languages.spoken if self.languages is not None else ()

    def _known(self, intent: str) -> IntentScore | None:
        return IntentScore(intent, 1.0) if intent in self.classifier.labels else None


def _may_opt_out(leaving: Sequence[tuple[str, Classification]], languages: Collection[str] = ()) -> bool:
    return any(
        scored.name == OPT_OUT_INTENT and scored.confidence >= _DOUBTED and not asks_to_go_on(part, languages)
        for part, one in leaving
        for scored in one.ranking
    )


def _likeness(understood: Understood, reading: Classification) -> float | None:
    """How near the nearest example is where a message was taken for one by comparing.

    None where something else decided, and where it opts out, which is heeded on less.
    """
    by_comparing = understood.stage == "classifier" and understood.intent.name != OPT_OUT_INTENT
    return reading.similarity if by_comparing else None


def _says_only_names_of_ours(text: str, found: Sequence[Entity]) -> bool:
    """Whether nothing is said but what the author lists: "café au lait" is on the menu, and nobody speaks French."""
    listed = [entity for entity in found if entity.extractor in _LISTED]
    return bool(listed) and says_only(text, listed)


def _is_guessed_opt_out(understood: Understood, reading: Classification, enough: float) -> bool:
    """Whether it was taken for an opt-out by letters alone; what says so in a form of words is certain."""
    is_guess = understood.intent.name == OPT_OUT_INTENT and understood.intent.confidence < 1.0
    return is_guess and reading.similarity is not None and reading.similarity < enough


def _asks_only(understood: Understood, languages: Collection[str]) -> bool:
    """Whether it is a question, in each of its parts."""
    pieces = pieces_of(understood.text, understood.entities, languages)
    return is_question(understood.text) and all(is_question(piece.text) for piece in pieces)


def _with_knowledge(understood: Understood, answer: KnowledgeAnswer | None) -> Understood:
    if answer is None:
        return understood
    sure = understood.intent.confidence if understood.intent.name == KNOWLEDGE_INTENT else 0.0
    intent = IntentScore(KNOWLEDGE_INTENT, max(sure, min(1.0, answer.score)))
    return replace(understood, intent=intent, stage="knowledge", answer=answer)


def _sentences(text: str) -> list[str]:
    """The sentences of a message that has several; of many the first and the last, for a letter ends with its wish."""
    parts = [part.strip() for part in _SENTENCE_END.split(_ends(text)) if re.search(r"\w", part)]
    if len(parts) > _MOST_SENTENCES:
        half = _MOST_SENTENCES // 2
        parts = [*parts[:half], *parts[-half:]]
    return parts if len(parts) > 1 else []


def _ends(text: str) -> str:
    """Its beginning and its end, where it is too long to be looked at."""
    text = text.strip()
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}\n{text[-(LONGEST // 2) + 1 :]}"
