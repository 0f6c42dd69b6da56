"""The rules for writing to people unasked: quiet hours by law, frequency caps, and the words that stop it all.

Each rule is a dated row with its source (`journeys/rules/`), because laws change and a record must say which applied.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, TypeVar

from bot.domain.consent import Purpose
from bot.domain.opt_out_scope import ScopeForm, scope_form
from bot.domain.privacy import RequestKind
from bot.domain.retention import DataClass
from bot.domain.send_window import SendWindow
from bot.domain.word_forms import WordForm, sentences, signs, spelled, word_form
from bot.domain.wrong_number import About, WrongNumberForm, wrong_in, wrong_in_a_clause, wrong_number_form

EVERYWHERE_ELSE = "default"
"""The jurisdiction of the rows for countries that have none of their own."""

HOUSE = "house rule"
"""What the source of a rule begins with that nobody asks for."""

LEAST_TIME = timedelta(days=28)
"""For what people ask for, where no rule says anything: a month, and the shortest one (GDPR article 12(3))."""

LONGEST_HOLD = timedelta(days=3)
"""For a person who may have opted out and does not answer, where no rule says anything."""

Meaning = Literal["stop", "start", "help", "wrong_number"]
Answer = Literal["confirm", "deny", "only_here"]
CONFIRM: Final = "confirm"
DENY: Final = "deny"
ONLY_HERE: Final = "only_here"
ANSWERS: Final[tuple[Answer, ...]] = (CONFIRM, DENY, ONLY_HERE)
"""What a word means only where it is asked for: yes or no to a question of the service, and that an opt-out was meant
for this channel alone."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What every row has: `starts` and `ends` are its first and last day (None: still in force)."""

    id: str
    jurisdiction: str
    starts: date
    ends: date | None
    source: str

    def in_force(self, at: datetime | None) -> bool:
        """Whether the row applies on that day (in UTC); with no day, whether it has no end."""
        if at is None:
            return self.ends is None
        return self.starts <= at.date() and (self.ends is None or at.date() <= self.ends)

    @property
    def is_of_the_house(self) -> bool:
        """Whether it is a choice of whoever runs this, by its source, and not a law or a contract."""
        return self.source.casefold().startswith(HOUSE)


Row = TypeVar("Row", bound=RuleRow)


@dataclass(frozen=True, slots=True)
class SendingHours(RuleRow):
    """The only hours in which marketing may go out on `channels`; `jurisdiction` is a country (ISO 3166), or a state of
    it (ISO 3166-2), whose row holds besides."""

    channels: frozenset[str]
    window: SendWindow


@dataclass(frozen=True, slots=True)
class FrequencyCap(RuleRow):
    """One person, and one address, gets `at_most` messages of this purpose on each of `channels` in any period as long
    as `within`; `jurisdiction` is a country, or a state of it, whose row holds besides.
    """

    purpose: Purpose
    channels: frozenset[str]
    at_most: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class ConsentRule(RuleRow):
    """How consent to messages of this purpose on `channels` comes about, and how long it counts; `jurisdiction` is a
    country.

    `confirm_within`: it counts only once it is confirmed from the address itself (double opt-in), until then;
    `remind_after` the question is put once more. `lasts`: it counts for so long. `soft_opt_in`: customers may be
    written to of similar products without having consented, where they were told how to say no.
    """

    purpose: Purpose
    channels: frozenset[str]
    confirm_within: timedelta | None = None
    remind_after: timedelta | None = None
    lasts: timedelta | None = None
    soft_opt_in: bool = False


@dataclass(frozen=True, slots=True)
class OptOutRule(RuleRow):
    """What is asked of somebody in this country who opts out; `jurisdiction` is a country.

    `ask_scope_within`: the confirmation asks whether this channel alone was meant, and the answer counts for so long;
    without one, all marketing has ended. `hold`: whoever may have opted out gets no marketing and is asked; who has not
    answered after this time has opted out.
    """

    ask_scope_within: timedelta | None = None
    hold: timedelta = LONGEST_HOLD


@dataclass(frozen=True, slots=True)
class RequestDeadline(RuleRow):
    """What people ask for of these `kinds` has to be done `within` this time; `jurisdiction` is a country."""

    kinds: frozenset[RequestKind]
    within: timedelta


@dataclass(frozen=True, slots=True)
class RequestWords(RuleRow):
    """Words of one language by which people ask for what the law gives them.

    How they are compared with a sentence: see `bot.domain.word_forms.word_form`.
    """

    kind: RequestKind
    language: str
    say: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OptOutWords(RuleRow):
    """Words of one language by which people ask to be left alone, in the same shape.

    A question asks for that only with one of `asked` in it ("could you ..."): most ask about something else.
    """

    language: str
    say: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScopeWords(RuleRow):
    """Words of one language by which an opt-out says itself which channels it ends and which it keeps.

    What each list is for: see `bot.domain.opt_out_scope.scope_form`.
    """

    language: str
    channels: Mapping[str, tuple[str, ...]]
    end: tuple[str, ...]
    keep: tuple[str, ...]
    beside: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    all_but: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrongNumberWords(RuleRow):
    """Phrases of one language by which somebody says that an address is not the person's, by what is wrong, and what
    may stand beside them.

    How they are compared: see `bot.domain.wrong_number`.
    """

    language: str
    phrases: Mapping[About, tuple[str, ...]]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkRule(RuleRow):
    """Whether it may be noted who opens the links in journeys' messages on these channels; `jurisdiction` is a
    country. `utm_source`: what pages are to call us in their statistics, with the journey as the campaign."""

    channels: frozenset[str]
    followed: bool
    utm_source: str = ""


@dataclass(frozen=True, slots=True)
class RetentionRule(RuleRow):
    """Data of these classes is to be kept for so long: what is older is counted, and deleted if the rule `deletes`."""

    data: frozenset[DataClass]
    keep: timedelta
    deletes: bool = False


@dataclass(frozen=True, slots=True)
class Keywords(RuleRow):
    """Words, or signs, that mean something when they are the whole message."""

    meaning: Meaning | Answer
    language: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SendingRules:
    """All rows, and the questions that the gate and the dialogue ask of them."""

    hours: tuple[SendingHours, ...] = ()
    caps: tuple[FrequencyCap, ...] = ()
    keywords: tuple[Keywords, ...] = ()
    consents: tuple[ConsentRule, ...] = ()
    deadlines: tuple[RequestDeadline, ...] = ()
    opt_outs: tuple[OptOutRule, ...] = ()
    retention: tuple[RetentionRule, ...] = ()
    request_words: tuple[RequestWords, ...] = ()
    opt_out_words: tuple[OptOutWords, ...] = ()
    scope_words: tuple[ScopeWords, ...] = ()
    wrong_numbers: tuple[WrongNumberWords, ...] = ()
    links: tuple[LinkRule, ...] = ()
    _meanings: Mapping[str, Meaning] = field(init=False, repr=False, compare=False)
    _answers: Mapping[str, frozenset[Answer]] = field(init=False, repr=False, compare=False)
    _requests: Sequence[tuple[RequestKind, WordForm]] = field(init=False, repr=False, compare=False)
    _leavings: Sequence[tuple[str, WordForm]] = field(init=False, repr=False, compare=False)
    _scopes: Sequence[ScopeForm] = field(init=False, repr=False, compare=False)
    _wrong: Sequence[WrongNumberForm] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_meanings", _meanings(self.keywords))
        object.__setattr__(self, "_answers", _answers(self.keywords))
        asking = [(row.kind, _form(row)) for row in self.request_words if row.in_force(None)]
        leaving = [(row.language, _form(row, row.asked)) for row in self.opt_out_words if row.in_force(None)]
        object.__setattr__(self, "_requests", asking)
        object.__setattr__(self, "_leavings", leaving)
        object.__setattr__(self, "_scopes", [_scope(row) for row in self.scope_words if row.in_force(None)])
        wrong = [wrong_number_form(row.phrases, row.beside) for row in self.wrong_numbers if row.in_force(None)]
        object.__setattr__(self, "_wrong", wrong)

    def hours_for(
        self, country: str, channel: str, at: datetime, *, states: Collection[str] = ()
    ) -> tuple[SendingHours, ...]:
        """The hours that bind marketing to somebody in `country` on `channel` on that day, and those of `states` of it
        (ISO 3166-2) where they may live; all of them hold."""
        rows = [row for row in self.hours if channel in row.channels and row.in_force(at)]
        return tuple(_binding_too(rows, country, states))

    def caps_for(
        self,
        purpose: Purpose,
        country: str,
        channel: str,
        at: datetime | None = None,
        *,
        states: Collection[str] = (),
    ) -> tuple[FrequencyCap, ...]:
        """The caps on messages of this purpose to somebody there on this channel; all of them hold."""
        caps = [cap for cap in self.caps if cap.purpose is purpose and channel in cap.channels and cap.in_force(at)]
        return tuple(_binding_too(caps, country, states))

    def consent_rule(self, purpose: Purpose, country: str, channel: str, at: datetime | None) -> ConsentRule | None:
        """What consent of somebody in `country` has to be on this channel; None where nothing is said of it."""
        rules = (
            one for one in self.consents if one.purpose is purpose and channel in one.channels and one.in_force(at)
        )
        return next(iter(_binding(rules, country)), None)

    def time_for(self, kind: RequestKind, country: str, at: datetime) -> timedelta:
        """Within what time this has to be done for somebody in `country`; the shortest, where several rows say so."""
        rows = (one for one in self.deadlines if kind in one.kinds and one.in_force(at))
        return min((one.within for one in _binding(rows, country)), default=LEAST_TIME)

    def opt_out_rule(self, country: str, at: datetime) -> OptOutRule | None:
        """What is asked of somebody in `country` who opts out; None where nothing is said of it."""
        return next(iter(_binding((one for one in self.opt_outs if one.in_force(at)), country)), None)

    def retention_of(self, at: datetime) -> Mapping[DataClass, RetentionRule]:
        """The rule for each class of data that has one: the shortest, of those that delete if there are such."""
        found: dict[DataClass, RetentionRule] = {}
        in_force = (one for one in self.retention if one.in_force(at))
        for rule in sorted(in_force, key=lambda one: (not one.deletes, one.keep)):
            for kind in rule.data:
                found.setdefault(kind, rule)
        return {kind: found[kind] for kind in DataClass if kind in found}

    def follows_links(self, country: str, channel: str, at: datetime | None) -> bool:
        """Whether it may be noted who in `country` opens links on this channel: not where nothing is said of it."""
        rows = list(_binding((one for one in self.links if channel in one.channels and one.in_force(at)), country))
        return bool(rows) and all(one.followed for one in rows)

    def utm_source(self, country: str, channel: str, at: datetime) -> str:
        """What pages that are opened from there are to call us in their statistics; nothing where no row says it."""
        rows = _binding((one for one in self.links if channel in one.channels and one.in_force(at)), country)
        return next((one.utm_source for one in rows if one.utm_source), "")

    @property
    def tells_sources(self) -> bool:
        return any(one.utm_source for one in self.links)

    def may_follow_links(self, channel: str) -> bool:
        """Whether that is so on this channel anywhere."""
        return any(one.followed and channel in one.channels and one.in_force(None) for one in self.links)

    def confirms(self, text: str) -> bool:
        """Whether the message is nothing but a yes."""
        return CONFIRM in self.answers(text)

    def answers(self, text: str) -> frozenset[Answer]:
        """What the message would say in answer to a question of the service, where it is nothing but such a word."""
        said = "".join(spelled(text))
        return self._answers.get(said, frozenset()) if said else frozenset()

    def keyword(self, text: str) -> Meaning | None:
        """What the message means where it is nothing but such a word, once or repeated, in any case or punctuation."""
        return _keyword(text, self._meanings)

    def asks_to_stop(self, text: str, *, but: Collection[str] = ()) -> bool:
        """Whether a message that cannot be understood asks to stop: it is such a word, or a sentence of it says so.
        Words of the languages `but` do not count."""
        rows = [row for row in self.keywords if row.language not in but]
        is_word = _keyword(text, _meanings(rows) if but else self._meanings) == "stop"
        return is_word or self.says_to_stop(text, but=but)

    def says_to_stop(self, text: str, *, but: Collection[str] = ()) -> bool:
        """Whether a sentence of it asks to stop, in the words of any language but these."""
        forms = [form for language, form in self._leavings if language not in but]
        return any(form.is_in(sentence) for sentence in sentences(text) for form in forms)

    def kept_in(self, text: str) -> frozenset[str]:
        """The channels that an opt-out keeps by its own words; none where languages read it differently."""
        return self._read_alike(text, ScopeForm.kept_in)

    def preferred_in(self, text: str) -> frozenset[str]:
        """The channels that it would have in the place of others, whether or not it says that those end: "just e-mail
        me". In answer to marketing it is an opt-out that keeps these."""
        return self._read_alike(text, ScopeForm.preferred_in)

    def _read_alike(self, text: str, read: Callable[[ScopeForm, str], frozenset[str]]) -> frozenset[str]:
        words = spelled(text)
        found = {channels for form in self._scopes if form.knows(words) and (channels := read(form, text))}
        return found.pop() if len(found) == 1 else frozenset()

    def ends_several(self, text: str) -> bool:
        """Whether all that it says is that more than one channel ends: "no e-mails, no texts"."""
        words = spelled(text)
        return any(form.knows(words) and len(form.ended_in(text)) > 1 for form in self._scopes)

    def channels_in(self, text: str) -> frozenset[str]:
        """The channels that it names, in whatever language."""
        return frozenset().union(*(form.named_in(text) for form in self._scopes))

    def wrong_in(self, text: str, names: Collection[str], *, stops: bool = False) -> About | None:
        """What the message says to be wrong with the address that we wrote to, or with whom we took its owner for, who
        goes by these names: in all of it, or where it asks to stop, in one clause of it."""
        return (wrong_in_a_clause if stops else wrong_in)(self._wrong, text, names)

    def requests_in(self, text: str) -> tuple[RequestKind, ...]:
        """What the message asks for of what the law gives people, by its words; each kind once."""
        found = {kind for sentence in sentences(text) for kind, form in self._requests if form.is_in(sentence)}
        return tuple(kind for kind in RequestKind if kind in found)


@lru_cache(maxsize=512)
def _form(row: RequestWords | OptOutWords, asked: Sequence[str] | None = None) -> WordForm:
    return word_form(say=row.say, of=row.of, words=row.words, unless=row.unless, asked=asked)


def _scope(row: ScopeWords) -> ScopeForm:
    return scope_form(
        row.channels,
        end=row.end,
        keep=row.keep,
        beside=row.beside,
        but=row.but,
        also=row.also,
        only=row.only,
        instead=row.instead,
        all_but=row.all_but,
    )


def _binding(rows: Iterable[Row], country: str) -> list[Row]:
    """A country's own rows, or where it has none, those for everywhere else."""
    rows = list(rows)
    own = [row for row in rows if row.jurisdiction == country]
    return own or [row for row in rows if row.jurisdiction == EVERYWHERE_ELSE]


def _binding_too(rows: Sequence[Row], country: str, states: Collection[str]) -> list[Row]:
    """The same, and besides, the rows of the states that somebody may live in."""
    return [*_binding(rows, country), *(row for row in rows if row.jurisdiction in states)]


LOOK_ALIKES = str.maketrans(
    "013457\u0430\u0441\u0435\u0456\u043a\u043c\u043d\u043e\u0440\u0455\u0442\u0443\u0445",
    "oieastaceikmhopstyx",
)
"""Digits, and Cyrillic letters, that are written in the place of letters: ST0P."""

LEAST_LOOKED_AT = 4
"""Letters; "7d" is seven days, and no "td"."""

LONGEST_KEYWORD_MESSAGE = 40
"""Words; a longer message is a sentence, whatever it repeats."""


def _keyword(text: str, meant_by: Mapping[str, Meaning]) -> Meaning | None:
    words = spelled(text) or signs(text)
    if not words or len(words) > LONGEST_KEYWORD_MESSAGE:
        return None
    said = "".join(words)
    if (whole := meant_by.get(said)) is not None:
        return whole
    if len(said) >= LEAST_LOOKED_AT and meant_by.get(said.translate(LOOK_ALIKES)) == "stop":
        return "stop"
    meanings = {meant_by.get(word) for word in words}
    return meanings.pop() if len(meanings) == 1 else None


def _answers(rows: Iterable[Keywords]) -> Mapping[str, frozenset[Answer]]:
    """What each word, as it is compared, says in answer to a question of the service."""
    found: dict[str, frozenset[Answer]] = {}
    for row in rows:
        if row.meaning in ANSWERS and row.in_force(None):
            for word in row.words:
                said = "".join(spelled(word))
                found[said] = found.get(said, frozenset()) | {row.meaning}
    return found


def _meanings(rows: Iterable[Keywords]) -> Mapping[str, Meaning]:
    """Each word without its spaces. Where rows disagree, stopping wins."""
    found: dict[str, Meaning] = {}
    for row in rows:
        match row.meaning:
            case "stop" | "start" | "help" as meaning if row.in_force(None):
                for word in row.words:
                    key = "".join(spelled(word) or signs(word))
                    if found.get(key) != "stop":
                        found[key] = meaning
    return found
