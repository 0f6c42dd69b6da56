"""How people ask for all this in German."""

from __future__ import annotations

from typing import Final

from bot.domain.preference_words.words import PreferenceWords

GERMAN: Final = PreferenceWords(
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
        "(?:wer hat (?:euch|ihnen|dir)|woher ha(?:bt ihr|ben sie|st du))SOFT (?:meine|diese|die)"
        " (?:(?:handy|telefon|mobil)?nummer|daten|adresse|(?:e )?mail(?: ?adresse)?)(?: (?:gegeben|her|bekommen))?",
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
        "(?:(?:na )?(?:toll|super|klasse|prima|wunderbar|gro(?:s|ss)artig|juhu)(?: schon wieder| noch)|schon wieder)"
        " (?:eine?|so (?:eine?|was)) ?(?:SENT)?",
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
