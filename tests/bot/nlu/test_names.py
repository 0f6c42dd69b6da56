from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.names import answers_with_a_name, find_organisations, find_people, says_only_a_name


@pytest.mark.parametrize(
    "text", ["dont call me b4 noon", "call me b4 that", "please don't call me Sam", "never call me bob"]
)
def test_what_one_is_not_called_and_a_word_with_a_figure_are_no_names(text: str) -> None:
    assert list(find_people(text)) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I'm Ana", "Ana"),
        ("I'm Ana from Oslo", "Ana"),
        ("my name is ben and I work at Acme", "Ben"),
        ("This is Ben from Acme", "Ben"),
        ("my name's José María", "José María"),
        ("hello my name is sarah jones, nice to meet you", "Sarah Jones"),
        ("call me Bob", "Bob"),
        ("my name is spelled Anna Silva", "Anna Silva"),
        ("Ana here", "Ana"),
        ("Hello sir, myself Suresh Kumar from Pune", "Suresh Kumar"),
        ("we're 40 nurses, name's Aoife O'Sullivan", "Aoife O'Sullivan"),
        ("my name is John F. Kennedy", "John F. Kennedy"),
        ("my name is ty", "Ty"),
        ("my name's ty and I need a doctor", "Ty"),
        ("my names priya", "Priya"),
        ("i'm maria lopez", "Maria Lopez"),
        ("i'm maria lopez and i need a doctor", "Maria Lopez"),
        ("hi im tom from burger palace wanna see it", "Tom"),
        ("this is john smith", "John Smith"),
    ],
)
def test_a_name_is_found_by_its_cue(text: str, name: str) -> None:
    assert [entity.value for entity in find_people(text)] == [name]


@pytest.mark.parametrize(
    "text", ["i'm hungry", "im happy with that", "i'm new here", "my name is may i ask why", "call me will you"]
)
def test_small_words_behind_a_cue_are_no_names(text: str) -> None:
    assert list(find_people(text)) == []


@pytest.mark.parametrize(("text", "names"), [("im called jo", ["Jo"]), ("i havent cancelled", []), ("it wasnt me", [])])
def test_an_answer_without_its_apostrophes_is_read_as_with_them(text: str, names: list[str]) -> None:
    assert [entity.value for entity in find_people(text, asked=True)] == names


@pytest.mark.parametrize(
    "text",
    [
        "call me Bob instead",
        "please call me bob",
        "no, you can call me Bob, thanks",
        "I'd prefer to be called Bob",
        "my name is Robert, not Ana",
        "Hi, my name is Ana Silva!",
    ],
)
def test_what_somebody_is_called_may_be_all_that_is_said(text: str) -> None:
    assert says_only_a_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "call me",
        "call me back at 5",
        "call me on +44 7700 900123",
        "call me urgently",
        "call me Bob at 5",
        "can you call me?",
        "my name is Bob and I want a demo",
        "they call me Bob for a reason",
    ],
)
def test_who_wants_a_call_or_says_more_does_not_only_say_a_name(text: str) -> None:
    assert not says_only_a_name(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("je m'appelle Claire Dupont", "Claire Dupont"),
        ("ich heiße Jonas Weber von der Nordlicht GmbH", "Jonas Weber"),
        ("Guten Tag, mein Name ist Frau Weber", "Weber"),
        ("me llamo Lucía y trabajo en Acme", "Lucía"),
        ("mi chiamo Paolo Rossi e vorrei una demo", "Paolo Rossi"),
        ("mijn naam is Piet van der Berg", "Piet van der Berg"),
        ("meu nome é João", "João"),
        ("jag heter Åsa Lind", "Åsa Lind"),
    ],
)
def test_a_name_is_found_by_its_cue_in_other_languages(text: str, name: str) -> None:
    assert [entity.value for entity in find_people(text)] == [name]


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("mein name ist robert maier", "de", "Robert Maier"),
        ("ich heisse grete und möchte eine demo", "de", "Grete"),
        ("nenn mich einfach robert", "de", "Robert"),
        ("nennen Sie mich bitte Robert", "de", "Robert"),
        ("hier ist der Jürgen", "de", "Jürgen"),
        ("ich bin's, robert", "de", "Robert"),
        ("je m'appelle claire et je voudrais une démo", "fr", "Claire"),
        ("moi c'est karim benali", "fr", "Karim Benali"),
        ("mon nom de famille c'est lefèvre", "fr", "Lefèvre"),
        ("mon prenom est léa", "fr", "Léa"),
        ("je me nomme jean-françois", "fr", "Jean-François"),
        ("llámame lucía por favor", "es", "Lucía"),
        ("le habla Jorge Ruiz", "es", "Jorge Ruiz"),
        ("hola, me dicen Beto", "es", "Beto"),
        ("me llamo Ana María de la Cruz Gómez", "es", "Ana María de la Cruz Gómez"),
    ],
)
def test_where_a_language_is_spoken_a_name_may_be_written_small_behind_its_cue(
    text: str, language: str, name: str
) -> None:
    assert [entity.value for entity in find_people(text, languages=[language])] == [name]
    assert [entity.value for entity in find_people("ich heiße sie willkommen", languages=["de"])] == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("nenn mich Robert", "de"),
        ("Nein, nennen Sie mich bitte Robert", "de"),
        ("hallo, ich heiße grete", "de"),
        ("ich heiße Robert, nicht Ana", "de"),
        ("hier ist Jürgen Weiß", "de"),
        ("appelez-moi Robert s'il vous plaît", "fr"),
        ("bonjour, moi c'est karim", "fr"),
        ("Non pardon, mon nom c'est Robert, pas Ana", "fr"),
        ("euh je m'appelle grete, enchantée", "fr"),
        ("puede llamarme Roberto, gracias", "es"),
    ],
)
def test_so_may_it_be_in_languages_that_are_spoken(text: str, language: str) -> None:
    assert says_only_a_name(text, [language])


@pytest.mark.parametrize(
    "text",
    ["rufen Sie mich an", "rufen Sie mich bitte unter 0151 23456789 an", "ich heiße Robert und möchte eine Demo"],
)
def test_a_german_wish_for_a_call_is_no_name(text: str) -> None:
    assert not says_only_a_name(text, ["de"])


@pytest.mark.parametrize(
    "text",
    [
        "appelez-moi",
        "appelez-moi demain",
        "appelez-moi vite au 06 12 34 56 78",
        "je m'appelle Robert et je veux un devis",
    ],
)
def test_a_french_wish_for_a_call_is_no_name(text: str) -> None:
    assert not says_only_a_name(text, ["fr"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("avec plaisir, robert martin", "Robert Martin"),
        ("oui Robert", "Robert"),
        ("Monsieur Dubois", "Dubois"),
        ("Mme Dubois", "Dubois"),
        ("Marie de La Tour", "Marie de La Tour"),
        ("c'est Jean-Luc", "Jean-Luc"),
        ("Hélène Roux de Lyon", "Hélène Roux"),
        ("aucune idée", None),
        ("dans l'année", None),
        ("bien sûr", None),
        ("c'est privé", None),
        ("pas tout de suite", None),
        ("je préfère par mail", None),
        ("rien du tout", None),
        ("vous d'abord", None),
        ("au printemps prochain", None),
        ("combien", None),
        ("peu importe", None),
        ("ce trimestre", None),
    ],
)
def test_a_short_french_answer_is_a_name_unless_it_says_something(text: str, name: str | None) -> None:
    found = [entity.value for entity in find_people(text, asked=True, languages=["fr"])]
    assert found == ([] if name is None else [name])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gerne, robert maier", "Robert Maier"),
        ("na gut, Robert", "Robert"),
        ("Herr Maier", "Maier"),
        ("Prof. Dr. Anna Weber", "Anna Weber"),
        ("Mag. Dr. Eva Huber-Stein", "Eva Huber-Stein"),
        ("Jürgen Weiß", "Jürgen Weiß"),
        ("keine Ahnung", None),
        ("Moment", None),
        ("natürlich", None),
        ("warum denn das", None),
        ("das ist privat", None),
        ("diese Woche", None),
        ("Nächstes Quartal", None),
    ],
)
def test_a_short_german_answer_is_a_name_unless_it_says_something(text: str, name: str | None) -> None:
    found = [entity.value for entity in find_people(text, asked=True, languages=["de"])]
    assert found == ([] if name is None else [name])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana María de la Cruz", "Ana María de la Cruz"),
        ("maria de los angeles ruiz", "Maria de los Angeles Ruiz"),
        ("Juan Pérez de León", "Juan Pérez de León"),
        ("con Ana Ruiz", "Ana Ruiz"),
        ("Pedro Gómez para servirle", "Pedro Gómez"),
        ("Juan, mucho gusto", "Juan"),
        ("Dra. Elena Ruiz", "Elena Ruiz"),
        ("Sr. García", "García"),
        ("luego", None),
        ("ahorita no", None),
        ("mejor no", None),
        ("un momento", None),
        ("buenas tardes", None),
        ("soy cliente", None),
        ("quiero un presupuesto", None),
        ("anónimo", None),
        ("este trimestre", None),
    ],
)
def test_a_short_spanish_answer_is_a_name_unless_it_says_something(text: str, name: str | None) -> None:
    found = [entity.value for entity in find_people(text, asked=True, languages=["es"])]
    assert found == ([] if name is None else [name])


def test_in_other_languages_a_name_in_small_letters_takes_the_question() -> None:
    for text in ("mi chiamo dopo", "ich heiße sie willkommen", "me llamo lucía y quiero una cita"):
        assert list(find_people(text)) == []
    (found,) = find_people("me llamo lucía y quiero una cita", asked=True)
    assert (found.value, found.text) == ("Lucía", "lucía")


@pytest.mark.parametrize(
    "text",
    [
        "I'm looking for a demo",
        "I'm Interested",
        "This is Great!",
        "call me later",
        "call me directly",
        "i'm tired of this",
        "Ana",
        "it's ok",
        "it's May",
        "ich bin Anna",
        "soy Ana",
    ],
)
def test_without_a_cue_or_a_name_there_is_nobody(text: str) -> None:
    assert list(find_people(text)) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana", "Ana"),
        ("ana silva", "Ana Silva"),
        ("it's ana", "Ana"),
        ("sure, Ana Silva", "Ana Silva"),
        ("Jean-Luc van der Berg", "Jean-Luc van der Berg"),
        ("O'Brien", "O'Brien"),
        ("Ana, Acme Ltd", "Ana"),
        ("Dr. Smith", "Smith"),
        ("Will Smith", "Will Smith"),
        ("it's May", "May"),
        ("soy Ana López", "Ana López"),
        ("ich bin die Anna", "Anna"),
        ("je suis Zoé", "Zoé"),
        ("sou a Maria", "Maria"),
        ("jag är Åsa", "Åsa"),
        ("李雷", "李雷"),
        ("ana silva 07700 900123", "Ana Silva"),
        ("Ana, 1200 people", "Ana"),
        ("30 people, Ana", "Ana"),
        ("Tyler J. Washington III", "Tyler J. Washington III"),
        ("no Ana", "Ana"),
        ("myself suresh kumar", "Suresh Kumar"),
        ("no, it's ana", "Ana"),
        ("fine, its Bob", "Bob"),
        ("Great. Bob Ray", "Bob Ray"),
        ("June Huh", "June Huh"),
        ("Ty", "Ty"),
        ("Ty Johnson", "Ty Johnson"),
        ("my name is Ty", "Ty"),
        ("Ty from Acme", "Ty"),
        ("my name is Nada Hassan", "Nada Hassan"),
        ("Ha Nguyen", "Ha Nguyen"),
        ("Nguyen Thi Ha", "Nguyen Thi Ha"),
        ("Tuan Dang", "Tuan Dang"),
        ("Ha, Bob", "Bob"),
    ],
)
def test_a_short_answer_is_a_name_where_it_was_asked_for(text: str, name: str) -> None:
    assert [entity.value for entity in find_people(text, asked=True)] == [name]


@pytest.mark.parametrize(
    "text",
    ["yes", "No thanks", "who wants to know", "I'd rather not say", "can you tell me more?", "skip", "the demo please",
     "stop texting me", "I am from Germany", "I'M LOOKING FOR A DEMO", "maybe later", "ana@example.com",
     "Order number 48291", "my order is 48291", "ref AB-1234", "ticket #4411", "Reference: 9931", "flat 3",
     "Kundennummer 4711", "3 sites", "we have sites", "danke", "idk", "No idea", "no clue", "NO IDEA",
     "your worst nightmare", "my boss", "a friend", "numéro de commande 48291", "48291",
     "this quarter", "Next year", "in two months", "haha", "lmao", "wow", "huh", "says who", "top secret", "its fine",
     "ty", "dang", "Dang it", "Ty for asking", "Ty so much", "Huh ok", "Ha nice", "Nada to say", "Dang that's a lot",
     "Ha ha", "Dang. Bob", "Nada, thanks"],
)  # fmt: skip
def test_other_answers_are_no_names(text: str) -> None:
    assert list(find_people(text, asked=True)) == []


@pytest.mark.parametrize(
    ("text", "organisation"),
    [
        ("I'm Ana from Acme", "Acme"),
        ("I work at Acme Ltd", "Acme Ltd"),
        ("We are at Harbour & Sons", "Harbour & Sons"),
        ("i work for acme", "acme"),
        ("I'm with Northwind Inc.", "Northwind Inc"),
    ],
)
def test_an_organisation_is_found_by_its_cue(text: str, organisation: str) -> None:
    assert [entity.value for entity in find_organisations(text)] == [organisation]


@pytest.mark.parametrize("text", ["48291", "+44 7700 900123", "order number 48291"])
def test_a_number_is_no_organisation_though_one_was_asked_for(text: str) -> None:
    assert list(find_organisations(text, asked=True)) == []


@pytest.mark.parametrize("text", ["3M", "7-Eleven", "Studio 54", "Acme Ltd"])
def test_an_organisation_may_have_a_number_in_its_name(text: str) -> None:
    assert [entity.value for entity in find_organisations(text, asked=True)] == [text]


@pytest.mark.parametrize(
    "text", ["I'm Ana from Oslo", "I am from Germany", "at 3pm", "from Monday on", "help with shifts"]
)
def test_places_and_times_are_no_organisations(text: str) -> None:
    assert list(find_organisations(text)) == []


@given(st.text(), st.booleans())
def test_any_text_can_be_searched(text: str, asked: bool) -> None:
    for entity in [*find_people(text, asked=asked), *find_organisations(text, asked=asked)]:
        assert text[entity.start : entity.end] == entity.text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Heisse Eva Kurz", "Eva Kurz"),
        ("heiße eva", "Eva"),
        ("Eva Kurz mein Name", "Eva Kurz"),
        ("bin die Eva", "Eva"),
        ("Marie Duval à l'appareil", "Marie Duval"),
        ("c’est Marie Duval à l’appareil", "Marie Duval"),
        ("Pedro Gómez al aparato", "Pedro Gómez"),
        ("Mohammed bin Salman", "Mohammed bin Salman"),
        ("whats it to you", None),
    ],
)
def test_a_name_that_was_asked_for_is_told_in_many_words(text: str, name: str | None) -> None:
    assert next((one.value for one in find_people(text, asked=True)), None) == name


@pytest.mark.parametrize(
    "text",
    ["soy Pedro", "hola, soy Pedro Gómez", "c'est Marie Duval à l'appareil", "Heisse Eva Kurz", "ich bin's, Robert"],
)
def test_a_name_in_another_language_is_an_answer_where_nothing_is_said_besides(text: str) -> None:
    assert answers_with_a_name(text)


@pytest.mark.parametrize("text", ["soy un cliente", "ich bin müde", "soy Pedro y quiero una demo", "c'est combien ?"])
def test_what_says_more_or_names_nobody_is_none(text: str) -> None:
    assert not answers_with_a_name(text)
