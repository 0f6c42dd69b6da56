"""How six languages say how soon somebody wants to buy. Times ("in zwei Monaten") are for `translated_times`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

NOW, THIS_QUARTER, LATER = "now", "this_quarter", "later"

Phrases = Mapping[str, Mapping[str, Sequence[str]]]
"""By language (ISO 639-1) and by what they mean: patterns, of which each is a phrase."""

SURE_PHRASES: Final[Phrases] = {
    "de": {
        NOW: (
            "(?:so|möglichst) (?:bald|schnell|rasch|früh)(?: wie(?: nur)? möglich)", "schnellst(?:möglich|ens)",
            "baldmöglichst", "möglichst (?:bald|schnell|rasch)", "(?:ab )?sofort", "umgehend", "unverzüglich",
            "dringend", "es eilt", "in (?:ein )?paar wochen", "in den (?:nächsten|kommenden) (?:paar )?wochen",
        ),
        THIS_QUARTER: (
            "(?:noch )?(?:in )?diese[smn] quartal", "(?:im )?(?:nächste[sn]|kommende[sn]) quartal",
            "(?:bis )?(?:zum )?ende (?:des|dieses) quartals", "in (?:ein )?paar monaten",
            "in den (?:nächsten|kommenden) (?:paar )?monaten",
        ),
        LATER: (
            "(?:schaue?n?|sehe?n?|gucke?n?) (?:mich |uns )?(?:nur|erst ?mal|bloß|bloss)(?: mal)?(?: um)?",
            "(?:nur|erst ?mal|bloß|bloss)(?: mal)? (?:schauen|umsehen|umschauen|gucken|informieren)", "keine eile",
            "(?:(?:es|das) )?eilt nicht", "nicht (?:so )?(?:eilig|dringend)", "irgendwann",
            "(?:später )?(?:im )?nächste[sn] jahr", "im laufe des jahres",
        ),
    },
    "fr": {
        NOW: (
            "d[èe]s que possible", "(?:au|le) plus (?:vite|t[ôo]t|rapidement)(?: possible)?", "imm[ée]diatement",
            "(?<!pas )tout de suite", "(?<!pas )(?<!tout )de suite", "sans (?:attendre"
            "|d[ée]lai)", "(?<!pas )(?:c['’]est )?urgent",
            "en urgence", "d[èe]s maintenant", "(?:[çc]a presse|c['’]est press[ée])(?! pas)", "sous peu",
            "dans (?:quelques|les prochaine?s) (?:semaines|jours)", "ces jours-ci",
            "d['’]ici (?:la )?fin (?:de la semaine|du mois)",
        ),
        THIS_QUARTER: (
            "(?:d['’]ici (?:la fin d[ue] )?|à la fin d[ue] )?ce trimestre", "(?:à|d['’]ici) la fin du trimestre",
            "(?:le )?trimestre prochain", "(?:le )?prochain trimestre", "dans (?:quelques|les prochains) mois",
        ),
        LATER: (
            "(?:je|on|nous) (?:ne )?(?:fais|fait|faisons) (?:juste |que )?regarder",
            "(?:juste|simplement|seulement) (?:regarder|curieux|curieuse|pour (?:voir|me renseigner)|me renseigner)",
            "(?:je |on )?regarde (?:juste|seulement|simplement)", "(?:je|on) (?:compare|se renseigne|me renseigne)",
            "(?:ce n['’]est |c['’]est )?pas (?:press[ée]e?s?|urgent)", "rien ne presse", "[çc]a (?:ne )?presse pas",
            "(?:pas d['’]|sans |aucune )urgence", "(?:il n['’]?)?y a pas (?:le feu"
            "|d['’]urgence)", "l['’]ann[ée]e prochaine",
            "l['’]an prochain", "(?:plus tard )?dans l['’]ann[ée]e",
        ),
    },
    "es": {
        NOW: (
            "(?:lo )?(?:antes|m[áa]s pronto) posible", "cuanto antes", "de inmediato", "inmediatamente", "ya mismo",
            "enseguida", "(?:es )?urgente", "en (?:unas|algunas|las pr[óo]ximas) semanas",
            "a la (?:mayor )?brevedad(?: posible)?", "(?:lo antes|en cuanto) (?:que )?(?:se )?pueda[ns]?",
            "con urgencia", "(?:me |nos )?(?:urge|corre prisa)",
        ),
        THIS_QUARTER: (
            "(?:a finales de |antes de que acabe )?este trimestre",
            "(?:el )?(?:pr[óo]ximo trimestre|trimestre que viene)", "en (?:unos|algunos|los pr[óo]ximos) meses",
        ),
        LATER: (
            "(?:s[óo]lo|solamente|nom[áa]s|nada m[áa]s) (?:estoy |estamos |ando |andamos )?"
            "(?:mirando|viendo|preguntando|averiguando|curioseando|comparando|cotizando)",
            "(?:s[óo]lo|nom[áa]s) (?:miro|miramos|preguntaba|curiosidad)",
            "(?:estoy|estamos) (?:viendo|comparando|explorando) opciones",
            "(?:no (?:hay|tengo|tenemos)|sin) (?:ninguna |ning[úu]n )?(?:prisa|apuro)",
            "no (?:es urgente|(?:me |nos )?(?:urge|corre prisa))", "alg[úu]n d[íi]a", "a futuro",
            "el (?:año que (?:viene|entra)|pr[óo]ximo año)",
        ),
    },
    "it": {
        NOW: (
            "(?:il )?prima possibile", "al pi[ùu] presto", "quanto prima", "(?:da )?subito", "immediatamente",
            "(?:è )?urgente", "(?:tra|fra) qualche settimana", "nelle prossime settimane",
        ),
        THIS_QUARTER: (
            "(?:entro la fine del |in |entro )?questo trimestre", "(?:il )?prossimo trimestre",
            "(?:tra|fra) qualche mese", "nei prossimi mesi",
        ),
        LATER: (
            "(?:sto|stiamo) solo guardando", "solo (?:guardando|per curiosità|curios[oi])",
            "(?:non (?:c['’]è|ho|abbiamo)|senza) fretta", "non è urgente", "(?:l['’]anno prossimo|il prossimo anno)",
        ),
    },
    "nl": {
        NOW: (
            "zo (?:snel|spoedig|gauw|vlug) mogelijk", r"z\.?s\.?m\b\.?", "onmiddellijk", "(?:het is )?dringend",
            "met spoed", "over een paar weken", "(?:in )?de komende weken",
        ),
        THIS_QUARTER: (
            "(?:(?:aan|voor) het einde van )?dit kwartaal", "(?:het )?volgend(?:e)? kwartaal",
            "over een paar maanden", "(?:in )?de komende maanden",
        ),
        LATER: (
            "(?:kijk|kijken) (?:alleen|even|gewoon)(?: maar)?(?: even)?(?: rond)?",
            "alleen (?:aan het )?(?:kijken|rondkijken)", "(?:er is |heb |hebben )?geen haast", "niet dringend",
            "ooit", "volgend jaar",
        ),
    },
    "pt": {
        NOW: (
            "o mais (?:r[áa]pido|breve|cedo|depressa)(?: poss[íi]vel)?", "assim que poss[íi]vel",
            "(?:o )?quanto antes", "imediatamente", "de imediato", "(?:é )?urgente",
            "(?:daqui a|em) algumas semanas", "nas pr[óo]ximas semanas",
        ),
        THIS_QUARTER: (
            "(?:até ao? (?:fim|final) d)?este trimestre", "(?:no )?pr[óo]ximo trimestre",
            "(?:daqui a|em) alguns meses", "nos pr[óo]ximos meses",
        ),
        LATER: (
            "s[óo] (?:estou |estamos )?(?:a ver|olhando|dando uma olhada|por curiosidade)",
            "(?:não (?:h[áa]|tenho|temos)|sem) pressa", "não é urgente", "(?:no )?(?:pr[óo]ximo ano|ano que vem)",
        ),
    },
}  # fmt: skip
"""They say how soon, whatever else the message says."""

SPANS: Final[Mapping[str, tuple[str, Mapping[str, int]]]] = {
    "de": (
        r"(?:in|binnen|innerhalb(?: von)?)(?: (?:etwa|ungefähr|circa|ca\.|rund))?"
        r" (?:\d{1,2}|\w+)(?: ?(?:bis|-|–|,) ?| oder )(?P<amount>\w+) (?P<unit>tag|woche|monat|jahr)(?:e?n|e)?",
        {"tag": 1, "woche": 7, "monat": 30, "jahr": 365},
    ),
    "fr": (
        r"(?:dans|d['’]ici|sous)(?: environ)? (?:\d{1,2}|\w+)(?: ?(?:à|-|–) ?| ou )"
        r"(?P<amount>\d{1,3}|\w+) (?P<unit>jour|semaine|mois|an)s?",
        {"jour": 1, "semaine": 7, "mois": 30, "an": 365},
    ),
    "es": (
        r"(?:en|dentro de|de|entre)(?: unos| unas)? (?:\d{1,2}|\w+)(?: ?(?:a|-|–) ?| [oy] )"
        r"(?P<amount>\d{1,3}|\w+) (?P<unit>día|semana|mes|año)(?:es|s)?",
        {"día": 1, "semana": 7, "mes": 30, "año": 365},
    ),
}
"""A span of two numbers ("in zwei bis drei Wochen"), of which the greater one is sure, and the days of its units."""

ANSWERS: Final[Phrases] = {
    "de": {
        NOW: (
            "jetzt", "heute", "(?<!guten )morgen", "diese[nr]? (?:woche|monat)", "bald", "gleich", "schnell",
            "nächste[rn]? woche", "zeitnah", "demnächst", "gestern",
        ),
        THIS_QUARTER: (
            "(?:im )?nächste[rn]? monat",
        ),
        LATER: (
            "später", r"in (?:einem jahr|(?:\d{1,2}|zwei|drei|ein paar) jahren)",
            "(?:weiß|wissen) (?:ich |wir )?(?:es |das )?(?:noch )?nicht(?: genau)?", "keine ahnung",
            "kommt (?:ganz )?(?:darauf|drauf) an",
            "noch (?:nicht (?:sicher|klar)|unklar|offen|unentschieden)", "unentschlossen", "neugierig",
            "(?:aus )?neugier(?:de)?", "egal", "kein (?:plan|termin)",
        ),
    },
    "fr": {
        NOW: (
            "(?<!pas )maintenant", "aujourd['’]hui", "demain", "cette semaine", "ce mois(?:-ci)?", "bient[ôo]t",
            "rapidement", "la semaine prochaine", "(?<!pas )vite", "d[èe]s (?:demain|lundi|aujourd['’]hui)", "asap",
        ),
        THIS_QUARTER: (
            "le mois prochain",
        ),
        LATER: (
            r"dans (?:un|deux|trois|quelques|\d{1,2}) ans?", "plus tard", "un jour",
            "(?:je )?(?:ne )?sais pas(?: encore| trop)?", "aucune id[ée]e", "pas encore(?: d[ée]cid[ée])?", "curieux",
            "curieuse", "curiosit[ée]", "pas (?:tout de suite|de suite|maintenant|(?:pour|dans) l['’]\\w+)",
            "(?:on|je) (?:verra|verrai)", "[àa] voir", "[çc]a d[ée]pend", "un de ces jours", "peu importe",
        ),
    },
    "es": {
        NOW: (
            "ahora", "ahorita", "ya", "hoy", "(?<!la )mañana", "esta (?:misma )?semana", "este mes", "pronto",
            "la (?:pr[óo]xima semana|semana que viene)",
        ),
        THIS_QUARTER: (
            "el (?:pr[óo]ximo mes|mes (?:que|q) (?:viene|entra))",
        ),
        LATER: (
            r"(?:en|dentro de) (?:un|dos|tres|unos|\d{1,2}) años?", "m[áa]s (?:tarde|adelante)",
            "(?:todav[íi]a |aún )?no (?:lo )?s[ée]", "ni idea", "por curiosidad", "despu[ée]s",
        ),
    },
    "it": {
        NOW: (
            "adesso", "ora", "oggi", "domani", "questa settimana", "questo mese", "presto",
            "la (?:prossima settimana|settimana prossima)",
        ),
        THIS_QUARTER: (
            "il (?:mese prossimo|prossimo mese)",
        ),
        LATER: (
            r"(?:tra|fra) (?:un|due|tre|qualche|\d{1,2}) ann[oi]", "pi[ùu] (?:tardi|avanti)",
            "(?:ancora )?non (?:lo )?so", "nessuna idea", "(?:prima o poi )?un giorno",
            "non (?:ho|abbiamo) ancora deciso", "curioso",
        ),
    },
    "nl": {
        NOW: (
            "nu", "direct", "meteen", "vandaag", "morgen", "deze (?:week|maand)", "binnenkort", "snel",
            "volgende week",
        ),
        THIS_QUARTER: (
            "volgende maand",
        ),
        LATER: (
            "later", r"over (?:een|twee|drie|een paar|\d{1,2}) jaar", "weet (?:ik |we )?(?:het )?(?:nog )?niet",
            "geen idee", "nog niet (?:besloten|zeker)", "nieuwsgierig",
        ),
    },
    "pt": {
        NOW: (
            "agora", "j[áa]", "hoje", "amanhã", "esta semana", "este mês", "(?:em )?breve", "logo",
            "(?:na )?(?:pr[óo]xima semana|semana que vem)",
        ),
        THIS_QUARTER: (
            "(?:no )?(?:pr[óo]ximo mês|mês que vem)",
        ),
        LATER: (
            r"(?:daqui a|em|dentro de) (?:um|dois|três|alguns|\d{1,2}) anos?", "(?:mais )?(?:tarde|adiante)",
            "(?:ainda )?não sei", "sem ideia", "um dia", "não decidi(?:mos)?", "curioso", "depois",
        ),
    },
}  # fmt: skip
"""What says it where it was asked for, and may be something else in other messages."""
