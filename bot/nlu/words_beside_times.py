"""Words that stand beside times, or in their place, by language: "um", "treffen", "guten Abend", short names."""

from __future__ import annotations

SHORT_WEEKDAYS = {
    "de": ("mo", "di", "mi", "do", "", "sa"),
    "fr": ("lun", "mar", "mer", "jeu", "ven", "sam"),
}
"""How weekdays are shortened, from Monday on; empty where that is another word as often: "so um 9"."""

NO_ENGLISH = {"ca": frozenset(("mon",)), "fr": frozenset(("mon",))}
"""Times of English that are other words of a language: "mon nom" names no Monday."""

SHORT_MONTHS = frozenset(("de", "fr"))
"""Languages whose shortened months are no other words."""

JOINING = {
    "de": "und|am|um|gegen|ab|so|in der|den|dem", "fr": "et|à|a|le|vers|au|dès|dans l[ae]",
    "es": "y|a|el|en|por|sobre",
    "it": "e|alle|il|di|nel|verso", "nl": "en|om|op|in de|rond", "pt": "e|às|as|na|no|de|pelas",
    "ca": "i|a|el|al|cap a", "sv": "och|klockan|kl\\.?|på|den|vid",
}  # fmt: skip
"""What may stand between a day and a time of day."""

MEETING = {
    "de": "termin\\w*|treff\\w*|gespräch\\w*|telefonier\\w*|(?:an|zurück)?rufe?n?|anruf\\w*|sprechen|reden|buchen?|"
          "vereinbar\\w*|besprech\\w*|vorführung\\w*|reservier\\w*|passt|passen|passend|frei|verfügbar|erreichbar",
    "fr": "rendez-vous|rdv|rencontre\\w*|réunions?|r?appel\\w*|parler|parle|discut\\w*|réserv\\w*|démo\\w*|"
          "entretien|créneaux?|disponibles?|dispo|libres?|convien\\w*",
    "es": "citas?|reuni\\w*|ll[aá]m\\w*|habl\\w*|reserv\\w*|agend\\w*|quedar|quedamos|vernos|demostra\\w*|"
          "disponibles?|libres?|viene bien|conviene",
    "it": "appuntament\\w*|incontr\\w*|riunion\\w*|r?i?chiam\\w*|parlar\\w*|sentir\\w*|veder\\w*|prenot\\w*|"
          "liber[oaie]|disponibil\\w*|va bene",
    "nl": "afspra\\w*|afspreken|ontmoet\\w*|vergader\\w*|bellen|bel|spreken|praten|gesprek\\w*|boek\\w*|reserve\\w*|"
          "inplannen|beschikbaar|vrij|schikt|uitkomt",
    "pt": "reuni\\w*|encontr\\w*|ligar|ligue|liga|falar|falamos|convers\\w*|marcar|marcamos|agend\\w*|reserv\\w*|"
          "demonstra\\w*|consultas?|disponíve\\w*|livres?",
    "ca": "cites?|cita|reuni\\w*|truc\\w*|parlar|parlem|quedar|quedem|reserv\\w*|disponibles?|lliures?|va bé",
    "sv": "möte\\w*|träff\\w*|ses|ring\\w*|prata\\w*|samtal\\w*|talas|bok\\w*|tid|ledig\\w*|passar",
}  # fmt: skip
"""Words for meeting and talking: beside one of them "um drei" is a time."""

WISHING = "guten?|schönen?|bon|bonne|belle|buen[oa]s?|buon[oa]?|bella|goede[nr]?|fijne|bo[am]s?|bona|bones|god|trevlig"
"""What greetings have before a part of the day: "Guten Abend"."""

ONE = frozenset((
    "ein", "eins", "eine", "einem", "einen", "einer", "eines", "nem", "ner", "nen", "un", "une", "una", "uno",
    "een", "één", "uma", "um", "ett", "en",
))  # fmt: skip
"""How the languages say one where something is counted."""

NUMBERS = {
    "ca": {"dos": 2, "dues": 2, "tres": 3, "quatre": 4, "cinc": 5, "sis": 6, "set": 7, "vuit": 8, "nou": 9, "deu": 10,
           "onze": 11, "dotze": 12},
    "sv": {"två": 2, "tre": 3, "fyra": 4, "fem": 5, "sex": 6, "sju": 7, "åtta": 8, "nio": 9, "tio": 10, "elva": 11,
           "tolv": 12},
}  # fmt: skip
"""Up to twelve, in the languages whose numbers in words are read nowhere else."""
