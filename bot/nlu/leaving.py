"""Who asks in plain words to be left alone, and who asks for the opposite: the forms that English gives such messages.

The classifier knows opt-outs that are near its examples; these forms hold for whatever is put into them. Some languages
have forms of their own (`leaving_phrases`), others phrases in the rules.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from bot.domain.folding import also_in_plain_letters
from bot.nlu.features import LONGEST
from bot.nlu.leaving_phrases import PHRASES
from bot.nlu.words import word_set

_KINDS = {
    "YOU": "you|u|ya|yall|you (?:guys|people|all)",
    "REQUEST": "(?:ASKED)(?: (?:please|pls|kindly|just|now|all))?",
    "ASKED": (
        "(?:can|could|would|will|wont|cant) YOU(?: mind)?|YOU (?:can|could|should|must|may|need to|have to|had better)|"
        "(?:i|we) (?:(?:am|would|d|really|just|must|have to) )*(?:want|need|like|ask|demand|insist|request|beg|asking|"
        "telling)(?: that)? YOU(?: to)?|i would (?:be grateful|appreciate it|prefer it|prefer) if YOU|i d rather YOU|"
        "be so (?:kind|good) (?:and|as to|to)|tell (?:\\w+ ){1,2}to"
    ),
    "WANT": "(?:i|we) (?:would |d |really |just )*(?:want|wish|like|need|prefer|have decided|ask) to",
    "DO_NOT": "do not|dont|dnt|did not|didnt|never|no longer|dont you (?:ever|dare)",
    "CEASE": "stop|stopped|stopp|stp|quit|cease|desist from|cease and desist from|refrain from|avoid|no longer",
    "CONTACT": (
        "text|txt|message|msg|contact|spam|pester|harass|bother|bug|disturb|write(?: to)?|reach out to|follow up with"
    ),
    "CONTACTING": (
        "texting|txting|txtin|messaging|msging|contacting|spamming|pestering|harassing|bothering|bugging|nagging|"
        "annoying|stalking|chasing|hounding|disturbing|emailing|writing(?: to)?|reaching out to|following up with|"
        "advertising to|marketing to|selling to|sending"
    ),
    "WHOM": (
        "me|us|him|her|it|them|(?:my|our) (?:mother|mum|mom|father|dad|wife|husband|son|daughter|kid|child)|"
        "(?:this|my|our) (?:\\w+ )?PHONE"
    ),
    "PHONE": "number|nr|phone|cell|mobile|line|inbox|device",
    "WHAT": "(?:THESE )?(?:SORT )?MESSAGES|these|this|this stuff|anything|any of this|them",
    "THESE": "these|those|the|your|ur|any|any more|more|this|all|all these|all of these|all your|such|further",
    "SORT": "text|sms|promotional|promo|marketing|sales|direct|spam|annoying|stupid|damn|bloody|unwanted",
    "MESSAGES": (
        "texts?|txts?|messages?|msgs?|sms|ads?|adverts?|advertising|promos?|promotions?|offers?|spam|marketing|newsletters?|"
        "mailings?|notifications|alerts|correspondence|communications?|contact"
    ),
    "REMOVE": (
        "remove|rmv|delete|erase|wipe|purge|scrub|scratch|strike|cross|drop|pull|exclude|take|get|kick|leave|keep|taking|"
        "removing"
    ),
    "MINE": ("me|us|my (?:\\w+ )?(?:PHONE|name|details|contact|data|info|information)|(?:this|our) (?:\\w+ )?PHONE"),
    "OFF_THE_LIST": (
        "(?:off|out of|from) (?:of )?(?:(?:your|this|the|that|ur|all|any|all your|all of your|whatever) )?"
        "(?:LIST|this|here|everything)"
    ),
    "LIST": (
        "(?:(?:text|texting|mailing|marketing|contact|call|email|sms|distribution|broadcast|customer|future) )?"
        "(?:lists?|systems?|databases?|records?|files?|contacts|mailings?|campaigns?|marketing|messages|texts|promotions)"
    ),
    "GONE": "removed|unsubscribed|opted out|taken off|left alone|left in peace",
    "CONSENT": "consent|permission|authori[sz]ation|opt in",
}
"""Kinds of words, by names that stand for them in the forms."""

_FORMS = (
    # stop texting me, could you quit sending these, I'd rather you didn't write to us
    "(?:REQUEST )?CEASE (?:all |ever )?CONTACTING(?: WHOM)?(?: WHAT)?(?: to WHOM)?",
    "(?:REQUEST )?DO_NOT (?:ever |even |dare )?(?:to )?CONTACT WHOM",
    "(?:REQUEST )?DO_NOT (?:ever |even |dare )?(?:to )?(?:keep|continue|carry on|go on) CONTACTING(?: WHOM)?(?: WHAT)?",
    "(?:REQUEST )?DO_NOT (?:ever |even )?send (?:WHOM )?WHAT(?: to WHOM)?",
    "REQUEST (?:stop|stopped|cease)(?: it| this)?",
    "why (?:(?:havent|dont|wont|cant) YOU|(?:have|do|can|will) YOU (?:not|never)) (?:stop|stopped|quit) "
    "CONTACTING(?: WHOM)?",
    "for the (?:last|second|third|\\w+th) time (?:REQUEST )?(?:stop|quit|cease)(?: it| this| CONTACTING(?: WHOM)?)?",
    "(?:REQUEST )?(?:quit it|knock it off|cut it out|give it a rest)(?: with WHAT)?",
    "(?:REQUEST )?(?:stop|quit|cease) using (?:my|this) PHONE(?: for (?:SORT )?MESSAGES)?",
    "(?:REQUEST )?leave (?:me|us|my phone) (?:alone|in peace|be)",
    "(?:just )?(?:(?:piss|sod|bugger|eff|f|fuck|buzz|bog|naff) off|get (?:lost|stuffed)|go away)(?: YOU)?",
    # stop the messages, no more texts, turn them off
    "(?:REQUEST )?(?:stop|quit|cease|end|discontinue|cut out) (?:it )?(?:with |w )?(?:THESE )?(?:SORT )?MESSAGES"
    "(?: to WHOM)?",
    "(?:REQUEST )?(?:cancel|disable|deactivate) (?:THESE |my )(?:SORT )?(?:MESSAGES|subscription to WHAT)",
    "(?:REQUEST )?(?:turn|switch) (?:off (?:THESE (?:SORT )?MESSAGES|them)|(?:THESE (?:SORT )?MESSAGES|them) off)",
    "(?:no more(?: of)?|no further|not (?:one|a single) more|zero|enough(?: of| with)?) (?:THESE )?(?:SORT )?MESSAGES"
    "(?: from YOU| to WHOM| for me)?",
    "how (?:do|can) (?:i|we) (?:stop|end) (?:getting |receiving )?WHAT(?: from coming)?",
    # I don't want to hear from you
    "(?:i|we) DO_NOT (?:want|wish|need)(?: to)? (?:be )?(?:get |getting |receive |receiving |have |see )?"
    "(?:WHAT|(?:any )?more of (?:these|this|it))",
    "(?:i|we) DO_NOT (?:want|wish|care) to (?:be (?:contacted|texted|messaged|bothered)(?: by YOU)?|hear from YOU)",
    "(?:i|we) DO_NOT want YOU to CONTACT(?: WHOM)?",
    # take me off your list, opt me out, add me to your do not call list
    "(?:REQUEST )?REMOVE MINE OFF_THE_LIST",
    "(?:REQUEST )?(?:remove|rmv|delist|take off|unsub|unsubscribe|unenroll|opt out) (?:me|us|(?:this|my) PHONE)",
    "(?:REQUEST )?(?:take|opt|count|leave) (?:me|us|this PHONE) (?:off|out)(?: OFF_THE_LIST| of WHAT)?",
    "(?:REQUEST )?(?:put|add|mark|place|list) MINE (?:on|to|as|in) (?:(?:your|the|a) )?(?:do not \\w+|dnc)(?: list)?",
    # I want to unsubscribe, how do I opt out, can I be removed, I have opted out already
    "(?:WANT |let (?:me|us) |how (?:do|can) (?:i|we) |(?:would|is) it (?:be )?possible (?:for (?:me|us) )?to )?"
    "(?:unsub|unsubscribe|opt out|optout|be GONE(?: OFF_THE_LIST)?|get OFF_THE_LIST|"
    "leave (?:(?:your|this|the) LIST|(?:mailing |text )?list))(?: (?:of|from) (?:WHAT|everything))?",
    "(?:(?:can|could|may) (?:i|we) (?:please )?be|how (?:do|can) (?:i|we) get MINE|have MINE) GONE(?: OFF_THE_LIST)?",
    "(?:i|we) (?:want|d like|would like) (?:off|out)(?: OFF_THE_LIST)?",
    "(?:im|i am|we are) (?:hereby )?(?:opting out|unsubscribing|revoking|leaving (?:your|this|the) LIST)"
    "(?: (?:of|from) WHAT)?",
    "(?:i (?:thought|said|think) )?(?:i|we) (?:have |ve |had |did )?(?:already |just )?(?:unsubscribed|opted out|"
    "(?:told|asked) YOU (?:(?:last|this) \\w+ |before |twice |already |\\w+ times )?(?:not )?to "
    "(?:stop(?: CONTACTING(?: WHOM)?)?|CONTACT WHOM)|asked to be GONE|said (?:stop|no more))"
    "(?: OFF_THE_LIST)?(?: already| before| twice| \\w+ times| last \\w+| yesterday)*",
    # I withdraw my consent
    "(?:i|we) (?:hereby |now |\\w+ to )?(?:revoke|withdraw|rescind|take back) (?:my |our |any |all )?CONSENT(?: .*)?",
    "(?:my )?CONSENT (?:is |has been )?(?:revoked|withdrawn)",
    "(?:i|we) (?:hereby )?object to (?:all |any |being |further |your )*(?:contacted|texted|(?:SORT )?MESSAGES)",
)
"""What a clause says and nothing besides: "don't text me", but not "don't text me before nine"."""

_CLOSING = (
    "(?:REQUEST )?(?:stop(?: it)?|(?:lose|forget|delete|erase|remove|wipe|get rid of) (?:my|this) (?:\\w+ )?PHONE)"
)
"""What is meant so at the end of a message that says why; at its beginning it may go on: "stop, I meant 50"."""

_CRIED = re.compile(r"\W*(?:STOP(?:P|ALL)?|ARR[EÊ]T|BAJA)(?:\s*[,;:]|\s+[-–—]+)\s+(?=.*[a-z])", re.DOTALL)
"""A word that texts name, in their capitals, where the rest is not in capitals: "STOP, cancel my meeting"."""

_NOT = (
    r"(?:don'?t|do not|never|(?:there is )?no need to|"
    r"i\s+(?:don'?t|do not|didn'?t|did not|never|wouldn'?t|would not|would never)"
    r"(?:\s+(?:want|ask|asked|say|said|mean|meant|wish|like))?(?:\s+(?:you|me))?(?:\s+to)?(?:\s+be)?)"
)
_LEAVING = (
    r"(?:stop(?!\s+(?:by|at|in|over)\b)|unsubscribed?|opt(?:ed)?(?:\s+me)?\s+out|removed?(?:\s+(?:me|my|this|us)|(?=$|[.!,]))|"
    r"taken?\s+(?:(?:me|us|my number|this number)\s+)?off|(?:delete|erase|forget|lose)\s+(?:me|my|this|our))"
)
_REPORTS = (
    # why did you stop texting me, I stopped getting your texts, what happens if I text STOP
    r"(?:why|how come)\s+(?:did|do|have|has)\s+(?!.*\b(?:not|never)\b).*\bstop(?:ped)?\b",
    r"(?:i|we)\s+(?:(?:have|ve|just|suddenly)\s+)*stopped\s+(?:getting|receiving|seeing|hearing)",
    r"(?:i|we|they|he|she)(?:['’]?(?:ll|d|m)|\s+(?:will|would|can|could|may|might))?\s+(?:just\s+)?stop\s+(?:by|in|over)\b",
    r"(?:i|we)(?:'?d|\s+would)\s+(?:really\s+)?hate\s+(?:to|for)\b.*\bstop",
    r"(?:what|if|does|do|can|will)\b.*\b(?:i|we|they|he|she|people|staff|someone|\w+ees|\w+ers)\s+"
    r"(?:reply|text|send|say|type|write|answer)\s+(?:the\s+word\s+)?\W?stop\b",
    r"what\s+(?:does|do|is)\s+(?:\w+\s+)?\W?(?:stop|unsubscribe)\W?\s*(?:do|mean|for)\b",
)
_GOING_ON = re.compile(
    rf"\W*(?:(?:please|no|wait|hey|hi|hello|oh)\W+)*(?:{_NOT}\s+{_LEAVING}(?!\w)|{'|'.join(_REPORTS)})", re.IGNORECASE
)
"""Only where the message begins so: "if you don't stop" is an opt-out."""

_ENDING = (
    "stop|end|quit|cease|cancel|revoke|remove|delete|erase|drop|unsubscribe|opt out|disable|deactivate|turn off|"
    "switch off"
)
_OURS = (
    "MESSAGES|CONTACT|CONTACTING|PHONE|LIST|CONSENT|me|us|calls?|calling|mails?|emails?|subscriptions?|name|details|"
    "info|information|data|it|this|these|them|stuff|everything"
)
"""What ends by an opt-out, or is said of what we send."""

_ANOTHER_THING = (
    f"(?:REQUEST |WANT |let s |how (?:do|can|to) (?:(?:i|we|you) )?)?(?:{_ENDING}) "
    "(?:(?:a|an|some|someone|somebody|another|one) .*|"
    f"(?:the|my|our|that|your|its|their|his|her) (?!(?:.* )?(?:{_OURS})(?: |$)).*)"
)
"""What somebody wants ended that is none of it: "stop the import", "unsubscribe a customer"."""

_NEXT_SUBJECT = r"(?:(?<=\bme)|(?<=\bus))\s+(?=(?:i|im|ill|ive|id|we|weve|youre|its|thats|this is)\b)"
"""Whoever types on a phone leaves out the comma: "stop texting me i'll call you"."""

_CLAUSE_END = re.compile(rf"[.!?;:,()\"\n]+|\s-+\s|\b(?:and|but|so|or|because|then|cause)\b|{_NEXT_SUBJECT}")
_BEFORE = word_set(
    "please pls plz plss kindly just now ok okay hi hey hello oh yo nope nah sorry well look listen right sir guys "
    "bro thanks thx also really simply finally lol ugh wtf"
)
_AFTER = re.compile(
    r"(?: (?:please|pls|plz|now|thanks|thx|thank you|again|ever|any ?more|already|ok|okay|immediately|at once|asap|"
    r"forever|altogether|completely|today|any longer|any further|at all|for good|right now|right away|from now on|"
    r"in future|in the future))+$"
)
"""Words that make a request polite or urgent, and no other request."""


def _written_out(form: str) -> str:
    """The form with the words of each kind in the place of its name."""
    names = re.compile("|".join(rf"\b{name}\b" for name in _KINDS))
    while names.search(form):
        form = names.sub(lambda name: f"(?:{_KINDS[name.group()]})", form)
    return form


_ASKING = re.compile("|".join(map(_written_out, _FORMS)))
_ASKING_LAST = re.compile(_written_out(_CLOSING))
_NAMING = re.compile(_written_out(_ANOTHER_THING))


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """The forms of another language."""

    asking: re.Pattern[str]
    clause_end: re.Pattern[str]
    going_on: re.Pattern[str]


@cache
def _elsewhere(language: str) -> _Elsewhere:
    phrases = PHRASES[language]
    forms = rf"{phrases.before}(?:{'|'.join(phrases.forms)}){phrases.behind}"
    going_on = rf"{phrases.before}(?:{'|'.join(phrases.going_on)})"
    return _Elsewhere(*(re.compile(also_in_plain_letters(one)) for one in (forms, phrases.clause_end, going_on)))


def _others(languages: Collection[str]) -> Iterator[_Elsewhere]:
    return (_elsewhere(language) for language in sorted(PHRASES.keys() & set(languages)))


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))


def asks_to_be_left(text: str, *, asked: bool = False, languages: Collection[str] = ()) -> bool:
    """Whether a clause of the text, in English or one of `languages`, says so and nothing besides.

    Where something was `asked`, a "stop" at the end, or one that is cried, may be about the question, and is left to
    the classifier.
    """
    clauses = _clauses(text[:LONGEST])
    if any(_ASKING.fullmatch(clause) for clause in clauses):
        return True
    if not asked and _CRIED.match(text) is not None:
        return True
    said = text[:LONGEST].lower().replace("'", "")
    for other in _others(languages):
        if any(other.asking.fullmatch(_words(clause)) for clause in other.clause_end.split(said)):
            return True
    return len(clauses) > 1 and not asked and _ASKING_LAST.fullmatch(clauses[-1]) is not None


def is_a_stop(clause: str) -> bool:
    """Whether it is no more than a stop: "please stop", "STOP", "lose this number"."""
    return _ASKING_LAST.fullmatch(_bare(clause.lower().replace("'", ""))) is not None


def begins_with_stop(text: str) -> bool:
    """Whether more follows upon "stop": why ("this is another's number now"), or what was meant."""
    clauses = _clauses(text[:LONGEST])
    return len(clauses) > 1 and _ASKING_LAST.fullmatch(clauses[0]) is not None


def names_another_thing(text: str) -> bool:
    """Whether it begins by saying what is to end, and that is nothing that we send."""
    clauses = _clauses(text[:LONGEST])
    return bool(clauses) and _NAMING.fullmatch(clauses[0]) is not None


def asks_to_go_on(text: str, languages: Collection[str] = ()) -> bool:
    """Whether it asks for the opposite, "don't stop", or about what has stopped, or would."""
    if _GOING_ON.match(text) is not None:
        return True
    said = _words(text[:LONGEST].lower())
    return any(other.going_on.match(said) for other in _others(languages))


def _clauses(text: str) -> Sequence[str]:
    parts = (_bare(part) for part in _CLAUSE_END.split(text.lower().replace("'", "")))
    return [part for part in parts if part]


def _bare(clause: str) -> str:
    """Its words, without those that make it polite or urgent."""
    words = re.findall(r"\w+", re.sub(r"\bwanna\b", "want to", clause))
    while words and words[0] in _BEFORE:
        del words[0]
    return _AFTER.sub("", " ".join(words))
