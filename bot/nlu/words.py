"""What a word is, and lists of words that the finders of entities share."""

from __future__ import annotations

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""The letters of scripts that put no blank between words (Thai, Lao, Burmese, Khmer, kana and Chinese characters), as a
set in a regular expression has them. Each of them is read as a word: where words begin, nothing tells."""

LETTERS = rf"[^\W{UNSPACED}]"
"""A letter or digit of any other script, as a regular expression."""


def word_list(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


YEAR = word_list("january february march april may june july august september october november december")
MONTHS = word_set("jan feb mar apr jun jul aug sep sept oct nov dec").union(YEAR)
WEEKDAYS = word_set(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun"
)

_SHORTENED = word_list("ca dipl dott dr dra evtl hr ing jr mag mlle mme mr mrs nr prof sig sr sra srta")
SENTENCE_ENDED = r"(?<=[.!?;])(?<!\b[^\W\d_]\.)" + "".join(rf"(?<!\b(?i:{one})\.)" for one in _SHORTENED)
"""A regular expression of the place behind a sentence: the dots of "Frau Dr. Kurz" and "J. Ray" end none."""

FILLERS = word_set(
    "a about actually again all am an and approximately are around as at be by call currently email e-mail er erm "
    "exactly for from get give guess have hello hey hi i i'd i'll i'm i've im in is it it's its ive just like lol mail "
    "make maybe me mine more my name no number of oh ok okay on or our people perhaps person phone please pretty "
    "probably reach right roughly say should so some something sure team thanks thank that that's the them then "
    "there there's they think this to total try uh um us use users was we we're well will with work would yeah "
    "yep yes you your"
)
"""Words that add nothing to an answer: "it's about 80 of us, I think"."""

AGREEING = word_set("ah aha alright cool eh fine good great ha haha hm hmm lovely perfect sigh ya yea yup")
"""Words that only take up the question: "fine, it's Bob"; elsewhere they may say what somebody thinks."""

NEGATED = {
    word.replace("'", ""): word
    for word in word_set(
        "ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mustn't needn't shouldn't wasn't "
        "weren't won't wouldn't"
    )
}
"""What says no in English, by how many write it on a telephone. It is no other word: "cant" is near to "can" and
"want"."""

NO_NAMES = (
    FILLERS
    | AGREEING
    | word_set(
        "able account after afternoon agent also anonymous any anyone anything ask asking available back bad "
        "bedankt been before being best better between bonjour booking bored boss bot busy but buy bye can can't "
        "cancel cannot chat check ciao come contact cool could customer danke day demo details did didn't do does "
        "doesn't don't done dunno during dziękuję each else english enough even evening ever every excited fine "
        "first flat free friend frustrated full fun glad go going gone gonna good goodbye got gracias grazie "
        "great had hallo happy has he help her here hers his hola how human hungry idk if info information "
        "interested into invoice issue it'll keep know last late later leave let lost love made management "
        "manager many may mean meeting merci message mind minute morning much need never new next nice nobody "
        "none not nothing now number obrigada obrigado off old one only order other out over owner pass pay phone "
        "plan plans postcode prefer price prices pricing private problem product question questions quick quote "
        "rather ready real really ref reference rep reply rota sales same schedule see send sent serial she sick "
        "skip software somebody someone soon sorry start still stop stuff support take talk tell test text than "
        "their these thing things those ticket time tired today tomorrow tonight too trial two unsubscribe unsure "
        "until up updates urgent very via wait want wanted was website week weekend what what's whatever when "
        "where which while who whom whose why within won't wondering word worried wrong yesterday yet yours "
        "yourself whats whos hows wheres wats"
    )
    | word_set(
        "brb bruh crap damn dang duh ew eww ffs fuck geez gosh hell huh jeez jk lmao lmfao meh nada nah nope nvm omg "
        "oops ouch rofl says secret shit smh tbh theyre ty ugh weve whoa wow wtf yikes youre youve"
    )
    | frozenset(NEGATED)
    | word_set(
        "anytime asap directly eventually immediately instantly instead personally pls plz promptly quickly "
        "sometime straightaway though urgently whenever "
        "business company days hours minutes month months quarter quarters team teams weeks year years"
    )
    | WEEKDAYS
    | (MONTHS - {"april", "june", "may", "august", "jan"})
)
"""Words that are no name of a person, however they are written."""

WHAT_SOMEBODY_IS = word_set(
    "pregnant vegan vegetarian diabetic allergic asthmatic married divorced widowed engaged retired unemployed "
    "employed disabled overweight unwell ill healthy blind deaf "
    "american australian austrian belgian brazilian british canadian chinese czech danish dutch european finnish "
    "french german greek hungarian indian irish italian japanese korean mexican norwegian polish portuguese "
    "romanian russian scottish spanish swedish swiss turkish ukrainian welsh"
)
"""Words that after "I'm" say what somebody is, though they may be a surname."""

KINDS_OF_ORGANISATIONS = word_set(
    "academy advisors advisory agency airlines airways analytics architects associates association authority bakery "
    "bank brewery brothers builders buses capital chemicals church clinic college communications company construction "
    "consultancy consultants consulting council dental department design designs digital electric electronics energy "
    "engineering enterprises estates federation finance financial fitness foods football foundation freight hospital "
    "hotel hotels industries institute insurance investments laboratories labs lawyers logistics manufacturing "
    "marketing media ministry motors museum networks orchestra partners partnership pharma pharmaceuticals pharmacy "
    "police press properties publishing rail railways realty recruitment restaurants retail robotics school "
    "securities services shipping society software solicitors solutions sons steel stores studio studios systems tech "
    "technologies technology telecom textiles theatre times trading transport travel trust union united university "
    "ventures wines works"
)
"""Words that in a name with capitals say that it is an organisation's: "Oslo Foods" is none of Oslo's districts."""
