from __future__ import annotations

from time import process_time

import pytest

from bot.nlu.contacts import POSSIBLE, SURE
from bot.nlu.masking import masked
from bot.nlu.spelled_emails import find_spelled_emails


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("jane dot doe at example dot com", "jane.doe@example.com"),
        ("my email is jane dot doe at mail dot example dot co dot uk, thanks", "jane.doe@mail.example.co.uk"),
        ("Jane_Doe (at) example (dot) com", "jane_doe@example.com"),
        ("write to jane[at]example[dot]com please", "jane@example.com"),
        ("jane underscore doe at example dot com", "jane_doe@example.com"),
        ("jane @ example . com or jane @ example dot com", "jane@example.com"),
        ("ana punkt silva ät example punkt de", "ana.silva@example.de"),
        ("ana minus silva klammeraffe example punkt de", "ana-silva@example.de"),
        ("ana Tiefstrich silva ätt example Punkt com", "ana_silva@example.com"),
        ("c'est ana point silva arobase example point fr", "ana.silva@example.fr"),
        ("ana tiret du bas silva arobas example point com", "ana_silva@example.com"),
        ("ana tiret du 8 silva arrobase example point com", "ana_silva@example.com"),
        ("ana trait d'union silva a commercial mon tiret du six site point fr", "ana-silva@mon-site.fr"),
        ("ana punto silva arroba example punto es", "ana.silva@example.es"),
        ("ana guión medio silva arroba example punto com punto mx", "ana-silva@example.com.mx"),
    ],
)
def test_an_address_is_read_that_is_written_as_it_is_said(text: str, address: str) -> None:
    assert [(one.value, one.confidence) for one in find_spelled_emails(text)] == [(address, SURE)]


@pytest.mark.parametrize(
    "text",
    [
        "jane at example dot com",
        "it's jane at example.com",
        "My address is jane at example.com.",
        "uh its jane at example dot com",
        "no jane at example dot com",
    ],
)
def test_what_only_at_speaks_for_is_an_address_where_one_was_asked_for(text: str) -> None:
    assert [(one.value, one.confidence) for one in find_spelled_emails(text)] == [("jane@example.com", POSSIBLE)]


@pytest.mark.parametrize(
    "text",
    [
        "I work at example dot com",
        "we met at example.com and talked",
        "let us meet at the dot com conference",
        "at what point",
        "jane@example.com",
        "10 units @ 5.99",
        "look at that dot",
        "",
    ],
)
def test_other_words_are_no_address(text: str) -> None:
    assert list(find_spelled_emails(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        *("juan perez arroba gmail punto com", "mi correo es juan perez arroba gmail.com", "juan perez arroba gmail"),
        *("john smith @ example.com", "john smith at example dot com", "j. smith at example dot com"),
        *("max mustermann ät example punkt de", "c'est marie durand arobase example point fr"),
    ],
)
def test_an_address_of_which_only_a_part_may_be_read_is_none(text: str) -> None:
    assert list(find_spelled_emails(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        *("please send it to ana arroba example punto com", "you can use ana @ example.com", "Hi, ana @ example.com"),
        *("schreiben Sie an ana ät example punkt com", "mon adresse : ana arobase example point com"),
        *("My name is Bo Li and my mail is ana (at) example.com", "sí, ana arroba example punto com"),
    ],
)
def test_what_leads_to_an_address_is_no_part_of_it(text: str) -> None:
    assert [one.value for one in find_spelled_emails(text)] == ["ana@example.com"]


def test_the_place_of_an_address_is_that_of_all_its_words() -> None:
    text = "It is jane dot doe at example dot com."
    found = next(find_spelled_emails(text))
    assert text[found.start : found.end] == found.text == "jane dot doe at example dot com"


def test_a_spelled_address_is_masked_too() -> None:
    assert "jane" not in masked("call jane dot doe at example dot com", region="GB")
    assert "perez" not in masked("juan perez arroba example punto com", region="ES")


def test_a_text_twice_as_long_takes_twice_the_time() -> None:
    """The worst texts of 4,000 characters found so far; each took the square of its length."""
    for unit in ("a at a.at ", "a at com.co. "):

        def seconds(times: int, unit: str = unit) -> float:
            text, begun = unit * times + "a at b.co", process_time()
            list(find_spelled_emails(text))
            return process_time() - begun

        seconds(50)
        assert min(seconds(1600) for _ in range(3)) < 8 * min(seconds(400) for _ in range(3))
