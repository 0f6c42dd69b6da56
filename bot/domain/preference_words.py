"""Preference words: how people ask what they have agreed to, and how they ask to be written to less often, by language.

Phrases are in plain letters without apostrophes, as in `agreement_words`. A name in capitals stands for the words of
its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class PreferenceWords:
    """What a clause says and nothing besides, but for words `beside` it.

    `standing` asks what they have agreed to, `fewer` for less; `bare` asks for less where no other question is open,
    for it does not say of what. `kinds` are the names that phrases have in them: OFTEN is how often at most, which
    `often` reads: of its groups, `count` (once, twice) and `each` (every other) are in `numbers`; `unit`, `of` and
    `said` (monthly) in `days`.
    """

    kinds: Mapping[str, str]
    beside: str
    standing: tuple[str, ...]
    fewer: tuple[str, ...]
    bare: tuple[str, ...]
    often: str
    numbers: Mapping[str, int]
    days: Mapping[str, int]


_ENGLISH: Final = PreferenceWords(
    kinds={
        "OFTEN": (
            "(?:(?:once|twice|an?|one|two|three|four|[1-4])(?: (?:times?|texts?|sms|messages?|e ?mails?|newsletters?))?"
            " (?:an?|per|every|each|in an?) (?:day|week|fortnight|month|quarter|year)"
            "|(?:once )?every (?:other|second|two|three|six|[236]|couple of) (?:days?|weeks?|months?)"
            "|daily|weekly|fortnightly|monthly|quarterly|yearly)"
        ),
        "AT_MOST": "(?:only|just|at (?:the )?most|(?:no|not) more(?: often)? than|max(?:imum)?|a maximum of|tops)",
        "ENOUGH": (
            "(?:(?:s|is|would be|will be|seems) (?:\\w+ )?(?:enough|plenty|sufficient|fine|ok|okay|good)|will do"
            "|would do)"
            "(?: for (?:me|us|SENT))?"
        ),
        "SENT": (
            "(?:(?:your|the|these|those|any|all|of|more|marketing|automated|promotional|text|sms|advertising) ){0,4}"
            "(?:texts?|sms|messages?|msgs?|marketing|e ?mails?|newsletters?|mailings?|promotions|promos|offers|ads"
            "|advertising|whatsapps?|calls)(?: from you)?"
        ),
        "TO_ME": (
            "(?:text(?:ing)?|txt|messag(?:e|ing)|msg|contact(?:ing)?|writ(?:e|ing)(?: to)?|e ?mail(?:ing)?|call(?:ing)?"
            "|send(?:ing)?) (?:to )?(?:me|us)(?: SENT)?"
        ),
        "WHAT": (
            "(?:SENT|(?:get|getting|receiv(?:e|ing)|be(?:ing)? (?:sent|texted|contacted|called|e ?mailed))(?: SENT)?"
            "|TO_ME|it|this|that|these|them|anything|any of (?:it|this|that))"
        ),
        "CONSENT": "(?:consent|permission|ok|okay|agreement|approval|authori[sz]ation)",
        "EVER": "(?: (?:ever|already|actually|really|even|still|currently|just|now|once|all|exactly)){0,4}",
        "ASKING": (
            "(?:(?:i|we)(?: d| would)? (?:want|like|need|prefer)|(?:id|wed) (?:like|prefer)"
            "|(?:can|could|may|how (?:can|do)) (?:i|we)(?: please)? (?:get|have|receive)"
            "|(?:(?:can|could|would|will) you(?: please)? |please )?send(?: me| us)?) "
        ),
        "YOU_DO": "(?:(?:can|could|would|will) (?:you|i|we)(?: please)?|how (?:can|do) i|please|id like to|i want to)",
        "TOO": "(?:(?:far|way|much|a bit|just|really) ){0,4}",
    },
    beside=(
        "hi|hello|hey|there|please|pls|plz|ok|okay|well|so|and|but|also|um|oh|no|sorry|thanks|thx|thank you|honestly"
        "|actually|wait|look|listen|then|anyway|by the way|btw|again|or not|if possible|from now on|in future"
        "|quick question|(?:can|could) i ask|(?:can|could|would) you (?:please )?tell me|tell me"
        "|(?:i )?just want to know"
        "|id like to know|im wondering|i wonder"
    ),
    standing=(
        "(?:(?:when |where |since when )?(?:did|have|had|didnt|havent) (?:i|we)EVER|(?:if|whether) (?:i|we)(?: have"
        "| had)?EVER) "
        "(?:(?:consent(?:ed)?|opt(?:ed)? (?:in|out)|(?:un)?subscribed?|giv(?:e|en)(?: you)?(?: my| any)? CONSENT)"
        "(?: (?:in |out )?(?:to|for|of|from) WHAT)?"
        "|(?:agreed?|sa(?:y|id) yes|sign(?:ed)? up|allow(?:ed)? you) (?:(?:to|for|in) )?WHAT)",
        "(?:(?:am|are|was|were) (?:i|we)|(?:if|whether) (?:i am|im|we are|i was))EVER "
        "(?:(?:(?:un)?subscribed|opted (?:in|out))(?: (?:to|for|from|of) WHAT)?"
        "|(?:signed up|registered|down) (?:to|for) WHAT|on (?:your|the|a|any) (?:(?:mailing|text|texting|sms"
        "|marketing|e ?mail) )?list|getting SENT)",
        "(?:(?:since when )?(?:do|did|dont) you|(?:if|whether) you)EVER have (?:(?:my|our) CONSENT(?: (?:to"
        "|for) WHAT| to do (?:that"
        "|so|this))?"
        "|(?:any |a |the )?CONSENT(?: from (?:me|us))? (?:to TO_ME|for SENT))",
        "(?:did|have) iEVER (?:say|said|tell you|told you) (?:that )?you (?:can|could|may|might) TO_ME",
        "(?:did|have) iEVER (?:tick|check|ticked|checked) (?:the|a|your) box(?: for SENT)?",
        "do iEVER get (?:your SENT|SENT from you)",
        "i (?:dont|do not|cant|cannot) (?:remember|recall)(?: ever)? (?:agreeing|consenting|subscribing|signing up"
        "|opting in)"
        "(?: (?:to|for) WHAT)?",
        "(?:are|were) youEVER (?:allowed|permitted|entitled|authori[sz]ed) to TO_ME",
        "(?:what|(?:which|what) SENT) (?:exactly |else )?(?:(?:did|have|had|am|are) (?:i|we)EVER|i(?: have| had)?EVER) "
        "(?:agreed?|consent(?:ed)?|subscribed?|opt(?:ed)? in|sign(?:ed)? up|sa(?:y|id) yes|giv(?:e"
        "|en)(?: you)?(?: my)? CONSENT)"
        "(?: to| for| into)(?: exactly| here| anyway| with you){0,4}",
        "who gave youEVER (?:my |the |any )?CONSENT(?: to TO_ME)?",
        "who (?:said|told you)(?: that)? (?:you (?:can|could|may|were allowed to)) TO_ME",
        "(?:is|are) (?:my|our) (?:marketing )?(?:consents?|permission)EVER (?:valid|on file|recorded|active|in force)",
        "(?:(?:what|show me|whats)(?: is| are)? )?my (?:consents?(?: status)?|marketing (?:preferences|settings"
        "|permissions))",
    ),
    fewer=(
        "(?:ASKING)?(?:fewer|less|not (?:so|that|quite so|as) many|not (?:so|that|quite so|as) much) SENT"
        "(?: (?:would be (?:nice|good|better|great)|would do|if you can))?",
        "SENT (?:a (?:bit|little) )?less (?:often|frequently)",
        "(?:can|could|would) you(?: please)? (?:text|message|write|e ?mail|call|send SENT) less(?: often| frequently)?",
        "(?:YOU_DO )?(?:only )?TO_ME (?:(?:a (?:bit|little|lot) )?less(?: often| frequently)?"
        "|not (?:so|that|as|quite so) (?:often|much|frequently))",
        "(?:dont|do not|you dont (?:have|need) to|you neednt|(?:there is |theres )?no need to|(?:can"
        "|could) you not) TO_ME "
        "(?:(?:so|that|quite so|this|as) (?:often|much|frequently)|all the time|constantly|every (?:single )?(?:day"
        "|hour|week))",
        "(?:you|u|youre|you are|you guys|you keep)(?: just| really)? TO_ME TOO(?:too (?:much|often|many times"
        "|frequently)"
        "|(?:so|that|this) (?:much|often)|a lot|all the time|every (?:single )?day)",
        "(?:you|u|youre|you are|you guys|you keep)(?: just| really)? send(?:ing)?(?: me| us)? TOO(?:too|so|this"
        "|that) (?:many|much) SENT",
        "(?:you|u|youre|you are|you keep)(?: just| really)? send(?:ing)?(?: me| us) TOO(?:too|so|this"
        "|that) much(?: stuff)?",
        "i (?:dont|do not) (?:need|want) (?:(?:an? )?SENT (?:every (?:single )?(?:day|week|hour)|so often)|(?:so"
        "|this|that|as) many SENT)",
        "(?:id|i would|i)(?: only)? (?:rather|prefer to|like to|want to) hear from you"
        " (?:(?:AT_MOST )?OFTEN(?: AT_MOST)?"
        "|less(?: often)?)",
        "(?:(?:thats|that is|this is|its|these are|i(?:m| am)? get(?:ting)?|i receive|ive had) )?TOO(?:too|so"
        "|this) (?:many|much) "
        "(?:(?:your )?(?:texts|sms|messages|text messages|marketing|newsletters)(?: from you)?|SENT from you)",
        "(?:YOU_DO )?(?:reduce|cut(?: down| back)?(?: on)?|limit|slow down(?: on| with)?|tone down|go easy (?:on"
        "|with)|pause|snooze)"
        " (?:the (?:number|amount|frequency) of )?SENT(?: (?:a bit|for (?:a|one|some|\\w+) (?:while|bit|time|weeks?"
        "|months?|days?)))?",
        "(?:can|could|how (?:can|do)) i (?:change|set|choose|limit|decide) how (?:often|many|much)(?: (?:you TO_ME"
        "|SENT(?: i get)?|i (?:get|hear)(?: \\w+){0,4}))",
        "(?:YOU_DO )?(?:AT_MOST )?TO_ME (?:AT_MOST )?OFTEN(?: AT_MOST)?(?: ENOUGH)?",
        "(?:dont|do not) TO_ME more(?: often)? than OFTEN",
        "ASKING(?:AT_MOST )?(?:OFTEN|SENT OFTEN|one SENT OFTEN)(?: AT_MOST)?",
        "(?:AT_MOST )?OFTEN ENOUGH for SENT",
        "SENT (?:AT_MOST )?OFTEN(?: (?:AT_MOST|ENOUGH))?",
    ),
    bare=(
        "(?:a (?:bit|little) )?less (?:often|frequently|frequent)", "not (?:so|that|quite so|as) (?:often|frequently)",
        "(?:(?:thats|that is|this is|its) TOOtoo (?:many|much|often) )?(?:AT_MOST )?OFTEN ENOUGH",
        "AT_MOST OFTEN", "OFTEN AT_MOST",
    ),
    often=(
        "(?P<count>once|twice|an?|one|two|three|four|[1-4])(?: \\w+){0,2}? (?:an?|per|every|each|in an?) "
        "(?P<unit>day|week|fortnight|month|quarter|year)"
        "|every (?P<each>other|second|two|three|six|[236]|couple of) (?P<of>day|week|month)s?"
        "|(?P<said>daily|weekly|fortnightly|monthly|quarterly|yearly)"
    ),
    numbers={
        "once": 1, "twice": 2, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6,
        "other": 2, "second": 2, "couple of": 2,
    },
    days={
        "day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 90, "year": 365,
        "daily": 1, "weekly": 7, "fortnightly": 14, "monthly": 30, "quarterly": 90, "yearly": 365,
    },
)  # fmt: skip

_GERMAN: Final = PreferenceWords(
    kinds={
        "OFTEN": (
            "(?:(?:ein ?mal|zwei ?mal|drei ?mal|[1-4] ?(?:mal|x)|einen?|eine|zwei|1|2)(?: (?:sms|nachrichte?n?"
            "|mails?|newsletter))?"
            " (?:in der|in|im|pro|die|am|je|jede[nrs]?) (?:tag|woche|monat|quartal|jahr)"
            "|alle (?:zwei|drei|sechs|[236]|paar) (?:tage|wochen|monate)"
            "|(?:ein ?mal )?(?:taglich|taeglich|wochentlich|woechentlich|monatlich|jahrlich|jaehrlich))"
        ),
        "AT_MOST": "(?:nur|blo(?:s|ss)|hochstens|hoechstens|maximal|max|nicht (?:ofter|oefter|mehr|haufiger"
        "|haeufiger) als)",
        "ENOUGH": (
            "(?:reicht|genugt|genuegt|langt|(?:ist|ware|waere) (?:genug|ok|okay|gut|in ordnung|ausreichend)"
            "|wurde (?:mir )?(?:reichen|genugen))"
        ),
        "SENT": (
            "(?:(?:eure|ihre|deine|diese|die|den|der|das|eurer|ihrer|deiner|dieser|euren|ihren|solche|automatische"
            "|weitere) ){0,4}"
            "(?:(?:werbe|text|kurz)?nachricht(?:en)?|(?:werbe)?sms|werbung(?: per (?:sms|mail|e mail|whatsapp))?"
            "|(?:werbe)?(?:e ?)?mails?|e mails?|newsletter|angebote|whatsapps?|werbeanrufe?)(?: von (?:euch|ihnen"
            "|dir))?"
        ),
        "SEND": (
            "(?:schreiben|schicken|senden|zusenden|zuschicken|texten|anschreiben|kontaktieren|anrufen|melden"
            "|zu (?:schreiben|schicken|senden|texten|kontaktieren)|zuzusenden|zuzuschicken|anzuschreiben|anzurufen)"
        ),
        "CONSENT": "(?:einwilligung|zustimmung|erlaubnis|genehmigung|einverstandnis|einverstaendnis)",
        "SOFT": (
            "(?: (?:eigentlich|denn|uberhaupt|ueberhaupt|jemals|je|schon|schonmal|noch|bitte|mal|da|hier|genau|alles"
            "|wirklich"
            "|bei (?:euch|ihnen|dir)|etwas|deutlich|viel|ein bisschen|vielleicht|einfach|echt)){0,4}"
        ),
        "YOU_CAN": "(?:konn(?:t|te|tet|en|ten|test) (?:ihr|sie|du)|kannst du|koenn(?:t|te|tet|en|ten) (?:ihr|sie)"
        "|kann ich|konnte ich|wie kann ich)",
        "WRITE": "(?:schreib(?:e|t|en sie)?|schick(?:e|t|en sie)?|sende?(?:t|n sie)?|texte?(?:t|n sie)?|meldet euch"
        "|melden sie sich)",
        "ME": "(?:mir|mich|uns|euch|ihnen)",
        "RARER": "(?:seltener|weniger(?: oft| haufig| haeufig)?|nicht (?:mehr )?(?:so|ganz so) (?:oft|viele?|haufig"
        "|haeufig))",
        "TOO_OFTEN": "(?:(?:viel |einfach |echt ){0,4}zu (?:oft|viele?|haufig|haeufig)|so (?:oft|viele?|haufig)"
        "|andauernd|standig|jeden tag)",
    },
    beside=(
        "hallo|hi|hey|guten (?:tag|morgen|abend)|bitte|danke|vielen dank|ok|okay|also|und|aber|oder|sorry"
        "|entschuldigung"
        "|nein|moment|ehrlich gesagt|eine frage|kurze frage|sagen sie|sag mal|sagen sie mir|ich wurde gerne? wissen"
        "|ich mochte wissen|wissen sie|in zukunft|kunftig|ab jetzt|oder nicht|moglichst"
    ),
    standing=(
        "(?:(?:wann |seit wann |wo )?(?:hab|habe|hatte|haben) (?:ich|wir)SOFT|ob (?:ich|wir)SOFT)(?: (?:dem|der|das"
        "|dazu|SENT|in SENT|fur SENT|fuer SENT|ME)){0,4}SOFT"
        " (?:zugestimmt|eingewilligt|(?:meine|eine|die) CONSENT (?:gegeben|erteilt)|SENT abonniert|abonniert|SENT"
        " (?:erlaubt|genehmigt))(?: habe| haben)?",
        "(?:hab|habe|haben) (?:ich|wir) ME?SOFT ?erlaubt(?: ME)?(?: SENT)? SEND",
        "(?:hab|habe) ich michSOFT (?:(?:(?:fur|fuer|zu|von|vom|aus) SENTSOFT )?abgemeldet|(?:fur|fuer|zu"
        "|zum) SENTSOFT (?:eingetragen|angemeldet))",
        "bin ichSOFT (?:angemeldet|eingetragen|registriert) (?:fur|fuer|zu|zum) SENT",
        "bin ichSOFT (?:(?:fur|fuer|zu|zum|von|vom) SENT (?:angemeldet|eingetragen|abgemeldet)|abonniert|abgemeldet"
        "|auf (?:eurer|ihrer|der|einer) liste)",
        "(?:habt ihr|haben sie|hast du)SOFT (?:meine?|eine|die) CONSENT(?: von mir)?(?: (?:fur|fuer|zu) SENT"
        "|(?: ME)?(?: SENT)? SEND)?",
        "(?:durft ihr|duerft ihr|durfen sie|duerfen sie|darfst du) MESOFT(?: SENT)?(?: (?:schreiben|schicken|senden"
        "|anschreiben|kontaktieren|anrufen|texten))",
        "(?:was|wem|wozu|worin|welche[nr]? SENT|zu was|in was)(?: genau)? (?:hab|habe|hatte) ichSOFT(?: ME)?SOFT"
        " (?:zugestimmt|eingewilligt|erlaubt|genehmigt|abonniert)",
        "(?:was|wem|wozu|worin) ichSOFT (?:zugestimmt|eingewilligt|erlaubt|genehmigt|abonniert) habe",
        "(?:fur|fuer) (?:was|welche[nr]? SENT) bin ichSOFT (?:angemeldet|eingetragen)",
        "liegt (?:euch|ihnen)SOFT (?:meine|eine) CONSENT(?: von mir)? vor",
        "wer hat (?:euch|ihnen|dir)SOFT (?:die |meine |das )?(?:CONSENT gegeben|erlaubt)(?:(?: ME)?(?: SENT)? SEND)?",
    ),
    fewer=(
        "(?:ich (?:mochte|moechte|hatte gerne?|will|wunsche mir|bitte um)SOFT |YOU_CANSOFT (?:ME )?)?SOFT ?weniger SENT"
        "(?: (?:SEND|bekommen|erhalten|haben|(?:ware|waere|waren|reichen)(?: (?:gut|schon|besser|auch))?))?",
        "(?:bitte )?WRITE(?: ME)?SOFT RARER(?: SENT)?",
        "YOU_CAN(?: ME)?SOFT RARER(?: SENT)? SEND",
        "(?:bitte )?(?:ME )?RARER (?:SENT|SENT SEND|SEND)",
        "(?:ihr|sie|du) (?:schreib(?:t|en|st)|schick(?:t|en|st)|sende(?:t|n|st)|text(?:et|en|est)|kontaktier(?:t|en"
        "|st)|meldet euch|melden sich)"
        "(?: ME)? TOO_OFTEN(?: SENT)?",
        "(?:(?:das (?:sind|ist)|ich (?:bekomme|kriege|erhalte)|es kommen|mir sind das) )?(?:viel "
        "|einfach ){0,4}zu viele? SENT",
        "(?:YOU_CAN )?SENTSOFT (?:pausieren|reduzieren|aussetzen|begrenzen)",
        "(?:bitte )?WRITE(?: ME)?SOFT (?:AT_MOST )?OFTEN(?: SENT)?",
        "YOU_CAN(?: ME)?SOFT (?:AT_MOST )?OFTEN(?: SENT)? SEND",
        "(?:ich (?:mochte|moechte|hatte gerne?|will) )?(?:AT_MOST )?OFTEN SENT(?: (?:SEND|bekommen|erhalten|ENOUGH))?",
        "SENT (?:AT_MOST )?OFTEN(?: ENOUGH)?", "(?:es |mir )?ENOUGH(?: mir)? OFTEN SENT", "SENT ENOUGH(?: mir)? OFTEN",
    ),
    bare=(
        "SOFT ?RARER",
        "(?:das ist (?:mir )?TOO_OFTEN )?(?:AT_MOST )?OFTEN ENOUGH(?: mir| uns| auch| vollig| voellig){0,4}",
        "(?:es |mir )?ENOUGH(?: mir)? OFTEN",
        "AT_MOST OFTEN",
    ),
    often=(
        "(?P<count>ein ?mal|zwei ?mal|drei ?mal|[1-4]|einen?|eine|zwei)(?: ?(?:mal|x))?(?: \\w+)?"
        " (?:in der|in|im|pro|die|am|je|jede[nrs]?) (?P<unit>tag|woche|monat|quartal|jahr)"
        "|alle (?P<each>zwei|drei|sechs|[236]|paar) (?P<of>tage|wochen|monate)"
        "|(?P<said>taglich|taeglich|wochentlich|woechentlich|monatlich|jahrlich|jaehrlich)"
    ),
    numbers={
        "einmal": 1, "ein mal": 1, "zweimal": 2, "zwei mal": 2, "dreimal": 3, "drei mal": 3, "ein": 1, "einen": 1,
        "eine": 1, "zwei": 2, "drei": 3, "sechs": 6, "paar": 2,
    },
    days={
        "tag": 1, "woche": 7, "monat": 30, "quartal": 90, "jahr": 365, "tage": 1, "wochen": 7, "monate": 30,
        "taglich": 1, "taeglich": 1, "wochentlich": 7, "woechentlich": 7, "monatlich": 30,
        "jahrlich": 365, "jaehrlich": 365,
    },
)  # fmt: skip

_FRENCH: Final = PreferenceWords(
    kinds={
        "OFTEN": (
            "(?:(?:une|deux|trois|[1-4])(?: (?:seule )?(?:fois|sms|messages?|textos?|e ?mails?|mails?))?"
            " (?:par|tous les|toutes les|chaque|dans (?:la|le)) (?:jour|semaine|mois|trimestre|an|annee)"
            "|un (?:seul )?(?:sms|message|texto|e ?mail|mail) par (?:jour|semaine|mois|trimestre|an)"
            "|tou(?:s|tes) les (?:deux|trois|six|[236]) (?:jours|semaines|mois)|chaque (?:semaine|mois)"
            "|quotidien(?:nement)?|hebdomadaire|mensuel(?:lement)?)"
        ),
        "AT_MOST": "(?:seulement|uniquement|pas plus de|pas plus d|pas plus souvent que|au (?:plus|maximum|max)"
        "|maximum|maxi|juste)",
        "ENOUGH": "(?:(?:me |ca |cela )?(?:suffit|suffirait|suffira)(?: (?:amplement|largement|bien))?|(?:cest|c est"
        "|serait|est) (?:assez|suffisant|bien|parfait))",
        "SENT": (
            "(?:(?:de|vos|les|des|ces|votre|la|tous|cette|autres) ){0,4}d? ?"
            "(?:sms|textos?|messages?(?: (?:publicitaires|promotionnels|commerciaux|marketing))?|publicites?|pubs?"
            "|e ?mails?|mails?"
            "|courriels?|newsletters?|lettres? d ?information|offres|demarchage|prospection|whatsapps?)(?: de"
            " (?:votre|ta) part)?"
        ),
        "TO_ME": "(?:mecrire|m ecrire|menvoyer|m envoyer|me contacter|mappeler|m appeler|me texter|me solliciter"
        "|nous ecrire|nous contacter)(?: SENT)?",
        "CONSENT": "(?:consentement|accord|permission|autorisation)",
        "EVER": "(?: (?:deja|vraiment|un jour|encore|toujours|bien|exactement|au juste|jamais)){0,4}",
        "HAVE_I": "(?:(?:est ce que |quand |depuis quand |ou )?(?:ai je|jai|j ai|est ce que jai|est ce que j ai)EVER"
        "|si (?:jai|j ai)EVER)",
        "YOU_CAN": "(?:pouvez vous|pourriez vous|peux tu|pourrais tu|vous pouvez|vous pourriez|tu peux|puis je"
        "|comment|merci de|est ce que vous pouvez)",
        "RARER": "(?:moins(?: souvent| frequemment)?|pas (?:aussi|si) souvent)",
    },
    beside=(
        "bonjour|bonsoir|salut|s ?il (?:vous|te) plait|svp|stp|merci|ok|alors|et|mais|donc|non|euh|pardon|desolee?"
        "|au fait"
        "|dites moi|dis moi|une question|je voudrais savoir|jaimerais savoir|pouvez vous me dire|savez vous"
        "|a lavenir|desormais"
        "|ou non|ou pas|si possible"
    ),
    standing=(
        "HAVE_I (?:(?:consenti|donne(?: mon| mon)? CONSENT|donne mon CONSENT)(?: (?:a|pour|aux?) (?:ca|cela|ceci"
        "|recevoir SENT|etre contactee?|SENT))?"
        "|(?:accepte|autorise)(?: de| d| a)? ?(?:recevoir |etre contactee?|vos |des |les )?(?:SENT|ca|cela)?)",
        "(?:suis je|est ce que je suis|si je suis|je suis)EVER (?:abonnee?|inscrite?|desabonnee?|desinscrite?)(?:"
        " (?:a|aux?|pour|de|des) SENT| sur (?:votre|une|la) liste| chez vous)",
        "(?:suis je|est ce que je suis)EVER (?:abonnee?|desabonnee?|desinscrite?)",
        "(?:avez vous|est ce que vous avez|vous avez|as tu)EVER (?:mon|un) CONSENT(?: (?:de ma part )?(?:pour|de)"
        " (?:TO_ME|SENT|cela|ca))?",
        "(?:avez vous|est ce que vous avez|vous avez|as tu)EVER le droit de TO_ME",
        "(?:a quoi|a quels SENT|pour quoi)EVER (?:ai je|jai|j ai|est ce que jai|est ce que j ai)EVER (?:consenti"
        "|dit oui|donne mon CONSENT)EVER",
        "(?:quest ce que|qu ?ai je|qu est ce que|que)EVER ?(?:jai|j ai|ai je)?EVER (?:accepte|autorise)(?: (?:de"
        "|a) (?:recevoir|vous))?EVER",
        "a quoi (?:suis je|est ce que je suis|je suis)EVER (?:abonnee?|inscrite?)EVER",
        "qui vous aEVER (?:donne (?:mon|l|le|la|une)? ?CONSENT|autorise)(?: (?:a|pour|de) TO_ME)?",
    ),
    fewer=(
        "(?:(?:je (?:voudrais|veux|souhaite|prefere|prefererais)|jaimerais)(?: (?:recevoir|avoir))? "
        "|(?:YOU_CAN )?(?:menvoyer|m envoyer|envoyez moi|envoie moi) )?"
        "(?:un peu )?moins SENT(?: (?:serait|seraient) (?:bien|mieux|parfait))?",
        "(?:YOU_CAN )?(?:TO_ME|(?:ecrivez|contactez|ecris|contacte|envoyez) moi(?: SENT)?) (?:un peu )?RARER",
        "(?:ne )?(?:mecrivez|m ecrivez|mecris|menvoyez|m envoyez|me contactez) pas (?:si|aussi|trop) souvent(?: SENT)?",
        "(?:(?:ne )?(?:menvoyez|m envoyez) )?pas (?:autant|tant) SENT",
        "(?:vous|tu) (?:mecrivez|m ecrivez|mecris|me contactez|menvoyez|m envoyez|me textez)(?: SENT)? (?:beaucoup "
        "|bien |vraiment )?(?:trop|si)(?: souvent)?",
        "(?:vous|tu) (?:menvoyez|m envoyez|envoyez|menvoies) (?:beaucoup |bien |vraiment )?(?:trop|tant) (?:de "
        "|d )SENT",
        "(?:(?:je recois|jai|cest|c est|il y a|ca fait) )?(?:beaucoup |bien )?trop (?:de |d )SENT",
        "(?:YOU_CAN )?(?:reduire|limiter|suspendre|mettre en pause|espacer)(?: (?:le nombre|la frequence) de)? SENT",
        "(?:YOU_CAN )?(?:TO_ME|(?:ecrivez|contactez|envoyez|ecris) moi(?: SENT)?) (?:AT_MOST )?OFTEN(?: AT_MOST)?",
        "SENT (?:AT_MOST )?OFTEN(?: (?:AT_MOST|ENOUGH))?", "(?:AT_MOST )?OFTEN ENOUGH pour SENT",
    ),
    bare=(
        "(?:un peu )?moins (?:souvent|frequemment)", "pas (?:si|aussi) souvent",
        "(?:(?:cest|c est|ca fait) (?:beaucoup |bien |vraiment )?trop )?(?:AT_MOST )?OFTEN (?:ca "
        "|cela )?ENOUGH",
        "AT_MOST OFTEN", "OFTEN AT_MOST",
    ),
    often=(
        "(?P<count>une?|deux|trois|[1-4])(?: \\w+){0,2}? (?:par|tous les|toutes les|chaque|dans (?:la|le)) "
        "(?P<unit>jour|semaine|mois|trimestre|an|annee)"
        "|tou(?:s|tes) les (?P<each>deux|trois|six|[236]) (?P<of>jours|semaines|mois)"
        "|(?P<said>chaque semaine|chaque mois|quotidien|hebdomadaire|mensuel)"
    ),
    numbers={"un": 1, "une": 1, "deux": 2, "trois": 3, "six": 6},
    days={
        "jour": 1, "semaine": 7, "mois": 30, "trimestre": 90, "an": 365, "annee": 365, "jours": 1, "semaines": 7,
        "chaque semaine": 7, "chaque mois": 30, "quotidien": 1, "hebdomadaire": 7, "mensuel": 30,
    },
)  # fmt: skip

_SPANISH: Final = PreferenceWords(
    kinds={
        "OFTEN": (
            "(?:(?:una|un|dos|tres|[1-4])(?: (?:sola |solo )?(?:vez|veces|sms|mensajes?|correos?|e ?mails?))?"
            " (?:al|a la|por|cada|en el) (?:dia|semana|mes|trimestre|ano)"
            "|cada (?:dos|tres|seis|[236]) (?:dias|semanas|meses)|cada (?:semana|mes)"
            "|diariamente|semanalmente|mensualmente)"
        ),
        "AT_MOST": "(?:solo|solamente|unicamente|como (?:mucho|maximo)|maximo|al maximo|no mas de|a lo sumo)",
        "ENOUGH": "(?:(?:me |nos )?(?:basta|bastaria|alcanza|sobra)|(?:es|seria|esta) (?:suficiente|bastante|bien))",
        "SENT": (
            "(?:(?:sus|los|las|tus|estos|estas|esos|de|la|el|su|mas) ){0,4}"
            "(?:sms|mensajes?(?: (?:de texto|publicitarios|promocionales|comerciales))?|publicidad|propaganda"
            "|correos?(?: electronicos)?|e ?mails?"
            "|mails?|boletin(?:es)?|newsletters?|ofertas|promociones|whatsapps?)(?: (?:suyos|de ustedes|vuestros))?"
        ),
        "TO_ME": "(?:escribirme|enviarme|mandarme|contactarme|contactar conmigo|llamarme|escribirnos"
        "|enviarnos)(?: SENT)?",
        "CONSENT": "(?:consentimiento|permiso|autorizacion)",
        "EVER": "(?: (?:alguna vez|ya|realmente|todavia|aun|exactamente|de verdad|yo)){0,4}",
        "YOU_CAN": "(?:(?:me |nos )?(?:puede|puedes|pueden|podria|podrias|podrian|podeis)|puedo|como puedo|quiero"
        "|quisiera|me gustaria)",
        "RARER": "(?:menos(?: a menudo| seguido| frecuentemente| veces)?|con menos frecuencia|no tan (?:a menudo"
        "|seguido))",
    },
    beside=(
        "hola|buenas(?: tardes| noches)?|buenos dias|por ?favor|porfa|gracias|muchas gracias|ok|vale|bueno|y|pero"
        "|pues|entonces"
        "|no|oye|oiga|perdon|disculpe|una pregunta|digame|dime|quisiera saber|quiero saber|me gustaria saber"
        "|puede decirme"
        "|sabe|o no|si es posible|en adelante|a partir de ahora"
    ),
    standing=(
        "(?:(?:cuando |donde |desde cuando )?(?:he|habia)EVER|si (?:he|habia)EVER) (?:(?:consentido"
        "|dado(?: mi)? CONSENT)(?: (?:a|para|de) (?:eso|esto|recibir SENT|SENT|TO_ME))?"
        "|(?:aceptado|autorizado|permitido|acordado)(?: (?:a|para|que|de))? (?:eso|esto|recibir SENT|SENT|TO_ME"
        "|me (?:escriban|manden|envien)(?: SENT)?))",
        "(?:(?:cuando |donde )?(?:yo )?|si )(?:di|acepte|autorice|consenti|permiti)EVER(?: (?:(?:mi|el) )?CONSENT)?(?:"
        " (?:a|para|de|en|que))? ?"
        "(?:eso|esto|recibir SENT|SENT|TO_ME|me (?:escribieran|mandaran|enviaran|escriban|manden|envien)(?: SENT)?)",
        "(?:(?:yo )?)?(?:di|le di|les di|os di)EVER mi CONSENT",
        "(?:estoy|sigo|si estoy|si sigo)EVER (?:suscrit[oa]|apuntad[oa]|dad[oa] de (?:alta|baja)"
        "|registrad[oa])(?: (?:a|en|de|para) (?:SENT|(?:su|la|una) lista(?: de \\w+)?)){1,2}",
        "(?:estoy|sigo)EVER (?:suscrit[oa]|dad[oa] de baja)",
        "(?:tiene|tienen|tienes|teneis)EVER mi CONSENT(?: para (?:TO_ME|SENT|eso|esto))?",
        "(?:tienen|tiene|tienes) (?:permiso|derecho)(?: a| para| de)? TO_ME", "estan? autorizad[oa]s? (?:a|para) TO_ME",
        "(?:a que|que|en que|a que SENT|que SENT)EVER (?:he|habia)EVER (?:aceptado|autorizado|consentido|acordado"
        "|dicho que si|dado mi CONSENT)EVER",
        "(?:a que|que|en que|a que SENT)EVER (?:acepte|autorice|consenti|accedi|dije que si|di mi CONSENT)EVER",
        "a que (?:SENT )?(?:estoy|sigo)EVER (?:suscrit[oa]|apuntad[oa])",
        "quien (?:les|os|le|te) (?:dio|ha dado)EVER (?:mi |el )?CONSENT(?: para TO_ME)?",
    ),
    fewer=(
        "(?:(?:quiero|quisiera|prefiero|preferiria|me gustaria)(?: recibir)? |(?:YOU_CAN )?(?:enviarme|mandarme"
        "|enviar|mandar|envienme|mandenme|enviame|mandame) )?"
        "(?:un poco )?menos SENT(?: (?:estaria|seria) (?:bien|mejor))?",
        "(?:YOU_CAN )?(?:TO_ME|escribanme|escribame|escribeme|escriban|contactenme|envienme SENT|mandenme SENT"
        "|escribir) (?:un poco )?RARER",
        "(?:no )?(?:me|nos) (?:escriban|escriba|escribas|manden|mande|mandes|envien|envie) (?:tanto|tantos SENT"
        "|tan (?:a menudo|seguido)|tantas veces)",
        "(?:ustedes |me |nos ){0,4}(?:escriben|escribe|escribes|mandan|manda|mandas|envian|envia|contactan)"
        " (?:demasiado"
        "|mucho|tanto|demasiad[oa]s SENT|muchos SENT|tantos SENT|demasiadas veces|tan (?:a menudo|seguido))",
        "(?:(?:son|es|recibo|me llegan|hay) )?demasiad[oa]s? SENT",
        "(?:YOU_CAN )?(?:reducir|limitar|pausar|suspender)(?: (?:la cantidad|el numero|la frecuencia) de)? SENT",
        "(?:YOU_CAN )?(?:TO_ME|escribanme|escribame|escribeme|envienme|mandenme)(?: SENT)?"
        " (?:AT_MOST )?OFTEN(?: AT_MOST)?",
        "SENT (?:AT_MOST )?OFTEN(?: (?:AT_MOST|ENOUGH))?", "(?:AT_MOST )?OFTEN ENOUGH para SENT",
    ),
    bare=(
        "(?:un poco )?menos (?:a menudo|seguido|frecuente)", "con menos frecuencia", "no tan (?:a menudo|seguido)",
        "(?:(?:eso )?(?:es|son) demasiad[oa]s? )?(?:AT_MOST )?OFTEN ENOUGH",
        "(?:con|ENOUGH(?: con)?) OFTEN(?: ENOUGH)?", "AT_MOST OFTEN", "OFTEN AT_MOST",
    ),
    often=(
        "(?P<count>una?|dos|tres|[1-4])(?: \\w+){0,2}? (?:al|a la|por|cada|en el) (?P<unit>dia|semana|mes|trimestre"
        "|ano)"
        "|cada (?P<each>dos|tres|seis|[236]) (?P<of>dias|semanas|meses)"
        "|(?P<said>cada semana|cada mes|diariamente|semanalmente|mensualmente)"
    ),
    numbers={"un": 1, "una": 1, "dos": 2, "tres": 3, "seis": 6},
    days={
        "dia": 1, "semana": 7, "mes": 30, "trimestre": 90, "ano": 365, "dias": 1, "semanas": 7, "meses": 30,
        "cada semana": 7, "cada mes": 30, "diariamente": 1, "semanalmente": 7, "mensualmente": 30,
    },
)  # fmt: skip

WORDS: Final[Mapping[str, PreferenceWords]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""
