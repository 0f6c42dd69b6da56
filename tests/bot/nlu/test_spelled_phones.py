from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.spelled_phones import find_spelled_phones


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("my number is oh seven seven double oh nine double oh one two three", "GB", "+447700900123"),
        ("zero seven seven zero zero, nine zero zero, one two three please", "GB", "+447700900123"),
        ("oh seven seven oh oh nine hundred one two three", "GB", "+447700900123"),
        ("plus four four seven seven double zero nine zero zero one two three", None, "+447700900123"),
        ("oh double seven 00 900 one two three", "GB", "+447700900123"),
        ("plus one two oh two triple five oh one four three", None, "+12025550143"),
        ("null eins fünf eins zwei drei vier fünf sechs sieben acht neun", "DE", "+4915123456789"),
        ("seis uno dos, treinta y cuatro, cincuenta y seis, setenta y ocho", "ES", "+34612345678"),
        ("mi cel es seis doce treinta y cuatro cincuenta y seis setenta y ocho", "ES", "+34612345678"),
        ("seis uno dos tres cuatro cinco seis siete ocho", "ES", "+34612345678"),
        ("cincuenta y cinco, doce, treinta y cuatro, cincuenta y seis, setenta y ocho", "MX", "+525512345678"),
        ("es el más tres cuatro seis uno dos tres cuatro cinco seis siete ocho", "ES", "+34612345678"),
    ],
)
def test_a_number_is_read_that_is_said_digit_by_digit(text: str, region: str | None, number: str) -> None:
    assert [one.value for one in find_spelled_phones(text, region)] == [number]


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("zéro six douze trente-quatre cinquante-six soixante-dix-huit", "FR", "+33612345678"),
        ("c'est le zero six, douze, trente quatre, vingt et un, quatre vingt dix neuf svp", "FR", "+33612342199"),
        ("06 douze trente-quatre zéro zéro soixante et onze", "FR", "+33612340071"),
        ("plus trente-deux quatre septante vingt-trois quarante-cinq nonante-deux", None, "+32470234592"),
        ("zéro septante-huit six cinq quatre trente-deux huitante-trois", "CH", "+41786543283"),
        ("es el más treinta y cuatro seis doce treinta y cuatro cincuenta y seis setenta y ocho", None, "+34612345678"),
        ("null eins fünf eins dreiundzwanzig fünfundvierzig siebenundsechzig neunundachtzig", "DE", "+4915123456789"),
    ],
)
def test_a_number_is_read_that_is_said_in_pairs(text: str, region: str | None, number: str) -> None:
    assert [one.value for one in find_spelled_phones(text, region)] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "one two three four five six seven",
        "oh no, one or two of us",
        "we are thirty five people",
        "07700 900123",
        "double oh seven",
        "order nine eight seven six five four three two one",
        "oh seven seven double",
        "un deux zéro six douze trente-quatre cinquante-six",
        "zéro problème, nous serons vingt-quatre ou vingt-cinq, à huit heures trente",
        "0x7f zero",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert list(find_spelled_phones(text, "GB")) == []


@pytest.mark.parametrize(
    "text",
    [
        "uno dos tres cuatro cinco seis siete ocho nueve",
        "pedido ocho siete seis cinco cuatro tres dos uno",
        "somos treinta y cuatro personas",
        "dos y tres y cuatro y cinco y seis y siete y ocho y nueve y uno",
    ],
)
def test_digits_in_spanish_are_none_unless_they_are_a_number_there(text: str) -> None:
    assert list(find_spelled_phones(text, "ES")) == []


@given(st.text(alphabet="oh seven 7 double+,-0xvingt"))
def test_it_stands_where_it_says(text: str) -> None:
    for one in find_spelled_phones(text, "GB"):
        assert text[one.start : one.end] == one.text


def test_a_long_text_costs_its_length() -> None:
    begun = process_time()
    for unit in ("oh ", "double ", "plus ", "seven, ", "oh - ", "7 7", "zéro ", "vingt ", "zéro vingt ", "+"):
        list(find_spelled_phones(unit * (4000 // len(unit)), "GB"))
    assert process_time() - begun < 0.5
