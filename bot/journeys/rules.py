"""Reads `journeys/rules/*.yml`: the dated rows of when, how often and until which word people may be written to."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any, TypedDict, TypeVar

from bot.documents import Document, Faults
from bot.domain.consent import Purpose
from bot.domain.errors import Place
from bot.domain.privacy import HEARD, RequestKind
from bot.domain.retention import DataClass
from bot.domain.send_window import SendWindow
from bot.domain.sending_rules import (
    ANSWERS,
    EVERYWHERE_ELSE,
    Answer,
    ConsentRule,
    FrequencyCap,
    Keywords,
    LinkRule,
    Meaning,
    OptOutRule,
    OptOutWords,
    RequestDeadline,
    RequestWords,
    RetentionRule,
    RuleRow,
    ScopeWords,
    SendingHours,
    SendingRules,
    WrongNumberWords,
)
from bot.domain.word_forms import signs, spelled
from bot.domain.wrong_number import NAME, About
from bot.journeys import wording
from bot.journeys.fields import Fields
from bot.journeys.us_states import US_STATES
from bot.journeys.wording import Unreadable

T = TypeVar("T")

ROW_KEYS = ("id", "jurisdiction", "from", "to", "source")
SCOPE_KEYS = ("end", "keep", "beside", "but", "also", "only", "instead", "all_but")
WORDS_KEYS = ("say", "of", "words", "unless")
MEANINGS: dict[str, Meaning | Answer] = {
    "stop": "stop",
    "start": "start",
    "help": "help",
    **{one: one for one in ANSWERS},
}
PURPOSES = (Purpose.MARKETING.value, Purpose.SERVICE.value)
REVOCATION_WORDS = ("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe")
"""Each revokes consent by itself (47 CFR 64.1200(a)(10)), so no installation may do without one of them."""


LEAST_KEPT = timedelta(days=30)
"""Of any class of data: what was sent counts for caps, and keys keep a second try from acting twice."""


class _Words(TypedDict):
    say: tuple[str, ...]
    of: tuple[str, ...]
    words: tuple[str, ...]
    unless: tuple[str, ...]


class _Row(TypedDict):
    id: str
    jurisdiction: str
    starts: date
    ends: date | None
    source: str


def read_rules(
    documents: Iterable[Document],
    channels: Collection[str] | None = None,
    *,
    left_out: Callable[[], Collection[str]] = tuple,
    warnings: Faults | None = None,
) -> SendingRules:
    """Read all rule files together; raises ContentError with every fault in them.

    A cap is a rule of the house and names some of `channels` (None: any). Hours and consent are law, also of channels
    to come. `left_out` finds those that this installation could have and has not, of which caps are told in `warnings`.
    """
    faults = Faults()
    reader = _Reader(faults, channels, left_out, Faults() if warnings is None else warnings)
    last = Place("journeys/rules")
    for document in documents:
        reader.read(document)
        last = document.place()
    rules = SendingRules(
        tuple(reader.hours),
        tuple(reader.caps),
        tuple(reader.keywords),
        tuple(reader.consents),
        tuple(reader.deadlines),
        tuple(reader.opt_outs),
        tuple(reader.retention),
        tuple(reader.request_words),
        tuple(reader.opt_out_words),
        tuple(reader.scope_words),
        tuple(reader.wrong_numbers),
        tuple(reader.links),
    )
    if not rules.keywords:
        faults.add(last, "no rule says which words mean stop.", "Begin with Overture's own journeys/rules/opt_out.yml.")
    for word in REVOCATION_WORDS if rules.keywords else ():
        if rules.keyword(word) != "stop":
            faults.add(last, f'no rule in force says that "{word}" means stop.', "Add it to a row of means: stop.")
    faults.raise_if_any()
    for rows, what, file in (
        (rules.request_words, "ask for their data, or its erasure: in a message it is not noted.", "request_words"),
        (rules.opt_out_words, "ask to be left alone in a sentence of another language.", "opt_out_words"),
    ):
        if not rows and warnings is not None:
            advice = f"Take over Overture's own journeys/rules/{file}.yml."
            warnings.add(last, f"no rule says by which words people {what}", advice)
    return rules


def _jurisdiction(text: str) -> str:
    if text != EVERYWHERE_ELSE and not re.fullmatch("[A-Z]{2}", text):
        raise Unreadable(
            f'"{text}" is no jurisdiction.', f"Write a country's two letters, such as US, or {EVERYWHERE_ELSE}."
        )
    return text


def _jurisdiction_or_state(text: str) -> str:
    if text in US_STATES:
        return text
    if text.upper().startswith("US") and text != "US":
        raise Unreadable(f'"{text}" is no state of the United States.', "Write US- and its two letters, such as US-FL.")
    return _jurisdiction(text)


class _Reader:
    def __init__(
        self,
        faults: Faults,
        channels: Collection[str] | None,
        left_out: Callable[[], Collection[str]],
        warnings: Faults,
    ) -> None:
        self._channels, self._left_out, self._warnings = channels, left_out, warnings
        self.hours: list[SendingHours] = []
        self.caps: list[FrequencyCap] = []
        self.keywords: list[Keywords] = []
        self.consents: list[ConsentRule] = []
        self.deadlines: list[RequestDeadline] = []
        self.opt_outs: list[OptOutRule] = []
        self.retention: list[RetentionRule] = []
        self.request_words: list[RequestWords] = []
        self.opt_out_words: list[OptOutWords] = []
        self.scope_words: list[ScopeWords] = []
        self.wrong_numbers: list[WrongNumberWords] = []
        self.links: list[LinkRule] = []
        self._faults = faults
        self._seen: dict[str, Place] = {}

    def read(self, document: Document) -> None:
        tables: dict[str, Callable[[Fields], None]] = {
            "sending_hours": self._hours,
            "caps": self._cap,
            "keywords": self._keywords,
            "consent": self._consent,
            "requests": self._deadline,
            "request_words": self._request_words,
            "opt_out_words": self._opt_out_words,
            "opt_out_scope": self._scope_words,
            "wrong_number": self._wrong_number,
            "opt_outs": self._opt_out,
            "retention": self._retention,
            "links": self._link,
        }
        file = Fields(document, self._faults, document.data, "a rule file")
        file.only(*tables)
        for name, read in tables.items():
            rows = file.node.get(name)
            if rows is not None and not isinstance(rows, list):
                self._faults.add(
                    file.place(name), f'"{name}" must be a list of rules.', 'Begin each rule with "- id:".'
                )
                continue
            for number, row in enumerate(rows or ()):
                fields = Fields(document, self._faults, row, f"a rule of {name}", document.place(rows, number))
                if fields.is_mapping:
                    read(fields)

    def _hours(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "channels", "hours", "days")
        row = self._row(fields, _jurisdiction_or_state)
        channels = fields.channels_of_law(self._channels, self._left_out, self._warnings)
        hours = fields.read("hours", wording.hours, required=True)
        days = fields.read_all("days", wording.days)
        if row and channels and hours:
            window = SendWindow(*hours, days=frozenset().union(*days) or frozenset(range(7)))
            self.hours.append(SendingHours(**row, channels=channels, window=window))

    def _cap(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "purpose", "channels", "at_most", "within")
        row = self._row(fields, _jurisdiction_or_state)
        purpose = fields.choice("purpose", PURPOSES, "purpose", required=True)
        channels = self._channels_of_the_house(fields)
        at_most = fields.whole_number("at_most")
        if at_most is None or at_most < 1:
            self._faults.add(fields.place("at_most"), '"at_most" must be a number of messages.', "Write at_most: 3.")
        within = fields.read("within", wording.duration, required=True)
        if not (row and purpose and channels and at_most and within):
            return
        cap = FrequencyCap(**row, purpose=Purpose(purpose), channels=channels, at_most=at_most, within=within)
        for other in self.caps:
            if _hold_together(other, cap):
                self._faults.add(
                    fields.place(), f'this cap and "{other.id}" hold for the same messages.', "Give one of them an end."
                )
        self.caps.append(cap)

    def _channels_of_the_house(self, fields: Fields) -> frozenset[str]:
        """The channels of a row that names some of ours; a warning for one whose connector is not loaded."""
        named = fields.placed_channels(self._channels, self._left_out, self._warnings, "the rule does nothing there")
        return frozenset(name for name, _ in named)

    def _consent(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "purpose", "channels", "confirm_within", "remind_after", "lasts", "soft_opt_in")
        row = self._row(fields)
        purpose = fields.choice("purpose", PURPOSES, "purpose", required=True)
        channels = fields.channels_of_law(self._channels, self._left_out, self._warnings)
        within, remind, lasts = (
            fields.read(key, wording.duration) for key in ("confirm_within", "remind_after", "lasts")
        )
        soft = fields.node.get("soft_opt_in", False)
        if not isinstance(soft, bool):
            self._faults.add(fields.place("soft_opt_in"), '"soft_opt_in" is no yes or no.', "Write true.")
        if remind is not None and (within is None or remind >= within):
            self._faults.add(
                fields.place("remind_after"),
                "the reminder would come when nothing can be confirmed any more.",
                "Write a remind_after shorter than confirm_within.",
            )
        if not (row and purpose and channels):
            return
        rule = ConsentRule(
            **row,
            purpose=Purpose(purpose),
            channels=channels,
            confirm_within=within,
            remind_after=remind,
            lasts=lasts,
            soft_opt_in=bool(soft),
        )
        for other in self.consents:
            if _hold_together(other, rule):
                self._faults.add(
                    fields.place(), f'this rule and "{other.id}" hold for the same consent.', "Give one of them an end."
                )
        self.consents.append(rule)

    def _deadline(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "requests", "within")
        row = self._row(fields)
        kinds = fields.choices("requests", [one.value for one in RequestKind], "request", required=True)
        within = fields.read("within", wording.duration, required=True)
        if row and kinds and within:
            named = frozenset(map(RequestKind, kinds))
            self.deadlines.append(RequestDeadline(**row, kinds=named, within=within))

    def _request_words(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "language", "request", *WORDS_KEYS)
        row, language = self._row(fields), fields.text("language", required=True)
        kind = fields.choice("request", [one.value for one in HEARD], "request", required=True)
        words = self._words(fields, "a request", "[erasure request], or say: [delete] and of: [my data]")
        if row and language and kind and words:
            self.request_words.append(RequestWords(**row, kind=RequestKind(kind), language=language, **words))

    def _opt_out_words(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "language", *WORDS_KEYS, "asked")
        row, language = self._row(fields), fields.text("language", required=True)
        words = self._words(fields, "asking to stop", "[unsubscribe], or say: [no more] and of: [texts]")
        asked = fields.read_all("asked", _phrase)
        if row and language and words:
            self.opt_out_words.append(OptOutWords(**row, language=language, **words, asked=asked))

    def _scope_words(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "language", "channels", *SCOPE_KEYS)
        row, language = self._row(fields), fields.text("language", required=True)
        named = fields.inner("channels", "the names of channels", "Write channels: {email: [e-mails], sms: [texts]}.")
        names = {str(channel): named.read_all(str(channel), _word) for channel in named.node or ()}
        said = {key: fields.read_all(key, _word, required=key in ("end", "keep")) for key in SCOPE_KEYS}
        if row and language and names and said["end"] and said["keep"]:
            self.scope_words.append(ScopeWords(**row, language=language, channels=names, **said))

    def _wrong_number(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "language", *[one.value for one in About], "beside")
        row, language = self._row(fields), fields.text("language", required=True)
        phrases = {one: fields.read_all(one.value, _phrase_with_name) for one in About}
        if not any(phrases.values()):
            fault = "a wrong number is told by phrases for a number, an address or a person."
            self._faults.add(fields.place(), fault, "Write number: [wrong number].")
        elif row and language:
            beside = fields.read_all("beside", _word)
            self.wrong_numbers.append(WrongNumberWords(**row, language=language, phrases=phrases, beside=beside))

    def _words(self, fields: Fields, what: str, such_as: str) -> _Words | None:
        """By which words `what` is told."""
        say, of, words, unless = (fields.read_all(key, _phrase) for key in WORDS_KEYS)
        if bool(say) == bool(of) and (say or words):
            return _Words(say=say, of=of, words=words, unless=unless)
        fault = f'{what} is told by "words", or by one of "say" and one of "of".'
        self._faults.add(fields.place(), fault, f"Write words: {such_as}.")
        return None

    def _opt_out(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "ask_scope_within", "hold")
        row = self._row(fields)
        scope = fields.read("ask_scope_within", wording.duration)
        hold = fields.read("hold", wording.duration, required=True)
        if not (row and hold):
            return
        rule = OptOutRule(**row, ask_scope_within=scope, hold=hold)
        for other in self.opt_outs:
            if other.jurisdiction == rule.jurisdiction and _overlap(other, rule):
                fault = f'this rule and "{other.id}" hold for the same opt-outs.'
                self._faults.add(fields.place(), fault, "Give one of them an end.")
        self.opt_outs.append(rule)

    def _link(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "channels", "followed", "utm_source")
        row = self._row(fields)
        channels = fields.channels_of_law(self._channels, self._left_out, self._warnings)
        followed, utm_source = fields.yes_or_no("followed"), fields.text("utm_source") or ""
        if followed is None:
            fields.missing("followed", "Write followed: true where it may be noted who opens a link.")
        elif utm_source and not followed:
            fault = "utm_source is told of links that are followed, and this row says that none is."
            self._faults.add(fields.place("utm_source"), fault, "Write followed: true, or leave utm_source out.")
        elif row and channels:
            self.links.append(LinkRule(**row, channels=channels, followed=followed, utm_source=utm_source))

    def _retention(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "data", "keep", "deletes")
        row = self._row(fields)
        kinds = fields.choices("data", [one.value for one in DataClass], "class of data", required=True)
        keep = fields.read("keep", wording.duration, required=True)
        deletes = fields.yes_or_no("deletes") or False
        if row and row["jurisdiction"] != EVERYWHERE_ELSE:
            what = "what is kept is not kept by country."
            self._faults.add(fields.place("jurisdiction"), what, f"Write jurisdiction: {EVERYWHERE_ELSE}.")
        if keep is not None and keep < LEAST_KEPT:
            what = f"{keep.days} days are too few: caps look back, and a second try of a vendor comes later."
            self._faults.add(fields.place("keep"), what, f"Write {LEAST_KEPT.days}d, or more.")
        if row and kinds and keep:
            data = frozenset(map(DataClass, kinds))
            self.retention.append(RetentionRule(**row, data=data, keep=keep, deletes=deletes))

    def _keywords(self, fields: Fields) -> None:
        fields.only(*ROW_KEYS, "means", "language", "words")
        row = self._row(fields)
        means = fields.choice("means", MEANINGS, "meaning", required=True)
        language = fields.text("language", required=True)
        words = fields.read_all("words", _word, required=True)
        if row and means and language and words:
            self.keywords.append(Keywords(**row, meaning=MEANINGS[means], language=language, words=words))

    def _row(self, fields: Fields, jurisdictions: Callable[[str], str] = _jurisdiction) -> _Row | None:
        """What every row has."""
        name = fields.read("id", wording.identifier, required=True)
        if name is not None and (before := self._seen.setdefault(name, fields.place("id"))) != fields.place("id"):
            self._faults.add(fields.place("id"), f'there are two rules "{name}".', f"The other is at {before}.")
        jurisdiction = fields.read("jurisdiction", jurisdictions, required=True)
        source = fields.text("source", required=True, advice="Say which law, contract or decision this comes from.")
        starts, ends = self._day(fields, "from"), self._day(fields, "to")
        if starts is None and not fields.has("from"):
            fields.missing("from", "Say since when it holds: from: 2025-04-11.")
        if starts and ends and ends < starts:
            self._faults.add(fields.place("to"), "this rule ends before it begins.", "Exchange from and to.")
        if not (name and jurisdiction and source and starts):
            return None
        return _Row(id=name, jurisdiction=jurisdiction, starts=starts, ends=ends, source=source)

    def _day(self, fields: Fields, key: str) -> date | None:
        value: Any = fields.node.get(key)
        if isinstance(value, date):
            return value.date() if isinstance(value, datetime) else value
        return fields.read(key, _date)


def _hold_together(one: FrequencyCap | ConsentRule, other: FrequencyCap | ConsentRule) -> bool:
    """Whether some message is bound by both: a country's own rows take the place of those for everywhere else."""
    if (one.jurisdiction, one.purpose) != (other.jurisdiction, other.purpose) or not one.channels & other.channels:
        return False
    return _overlap(one, other)


def _overlap(one: RuleRow, other: RuleRow) -> bool:
    """Whether there is a day on which both are in force."""
    return (one.ends or date.max) >= other.starts and (other.ends or date.max) >= one.starts


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(f'"{text}" is no date.', "Write year-month-day: 2025-04-11.") from None


def _phrase(text: str) -> str:
    if not all(spelled(part) for part in text.split("*")):
        raise Unreadable(f'"{text}" has no word on one side.', "A star stands between words: data * about me.")
    return text


def _phrase_with_name(text: str) -> str:
    if not spelled(text.replace(NAME, "")):
        raise Unreadable(f'"{text}" has no word in it.', f"Write what people say, with {NAME} for the person's name.")
    return text


def _word(text: str) -> str:
    if not spelled(text) and len(signs(text)) != 1:
        raise Unreadable(f'"{text}" has no letter in it.', "Write a word that people send, or one sign.")
    return text
