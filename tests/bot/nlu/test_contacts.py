from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.contacts import SURE, country_in, find_emails, find_phones, find_urls


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ana@example.com", "ana@example.com"),
        ("it's Ana.Silva+work@Mail.Example.co.uk, thanks.", "Ana.Silva+work@mail.example.co.uk"),
        ("<ana@example.com>", "ana@example.com"),
        ("write to ana@example.com.", "ana@example.com"),
    ],
)
def test_an_email_address_is_found_in_normal_form(text: str, address: str) -> None:
    assert [entity.value for entity in find_emails(text)] == [address]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("我的邮箱是wang@example.com谢谢", "wang@example.com"),
        ("メールはtanaka@example.co.jpです", "tanaka@example.co.jp"),
        ("이메일은 kim@example.com입니다", "kim@example.com"),
        ("kim.lee+work@example.com으로 보내 주세요", "kim.lee+work@example.com"),
        ("你好a@example.com.谢谢", "a@example.com"),
        ("用户@example.com", "用户@example.com"),
        ("tanaka@例え.jp", "tanaka@例え.jp"),
        ("kim@example.한국", "kim@example.한국"),
        ("müller@example.com", "müller@example.com"),
    ],
)
def test_a_sentence_without_blanks_is_no_part_of_an_address(text: str, address: str) -> None:
    assert [entity.value for entity in find_emails(text)] == [address]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("网址是www.example.com谢谢", "www.example.com"),
        ("请看https://example.com/docs。谢谢", "https://example.com/docs"),
        ("https://example.com/docsを見てください", "https://example.com/docs"),
        ("サイトはexample.co.jpです", "example.co.jp"),
        ("홈페이지는 example.com이에요", "example.com"),
        ("https://zh.wikipedia.org/wiki/北京", "https://zh.wikipedia.org/wiki/北京"),
    ],
)
def test_nor_is_it_a_part_of_a_page_s_address(text: str, address: str) -> None:
    assert [entity.text for entity in find_urls(text)] == [address]


@pytest.mark.parametrize("text", ["ana@", "a@b", "ana at example.com", "a..b@exa mple.com", "@ana"])
def test_what_cannot_be_an_address_is_none(text: str) -> None:
    assert list(find_emails(text)) == []


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("my number is 07700 900123", "GB", "+447700900123"),
        ("+44 7700 900123", None, "+447700900123"),
        ("00447700900123", "GB", "+447700900123"),
        ("call me on (202) 555-0143", "US", "+12025550143"),
        ("+1 202 555 0143", "GB", "+12025550143"),
        ("mi número es +52 1 55 1234 5678, gracias", "MX", "+5215512345678"),
        ("+52 (1) 55-1234-5678", None, "+5215512345678"),
        ("+55 11 8123-4567", None, "+551181234567"),
        ("mon numéro : +229 97 12 34 56", "BJ", "+22997123456"),
    ],
)
def test_a_phone_number_is_found_in_e164(text: str, region: str | None, number: str) -> None:
    assert [(entity.value, entity.confidence) for entity in find_phones(text, region)] == [(number, SURE)]


@pytest.mark.parametrize(
    "text",
    [
        "80", "we are 80 people", "12/03/2026", "2026-12-01 10:00", "12.12.2026 15:00", "12.12.2026, 9:30", "900123",
        "+52 1 55 1234 5678 9",
    ],
)  # fmt: skip
def test_other_digits_are_no_phone_numbers(text: str) -> None:
    assert list(find_phones(text, "GB")) == []


def test_without_a_region_a_number_needs_its_country_code() -> None:
    assert list(find_phones("07700 900123", None)) == []


@given(st.text(), st.sampled_from(["GB", "us", "XX", None]))
def test_any_text_can_be_searched(text: str, region: str | None) -> None:
    for entity in [*find_emails(text), *find_urls(text), *find_phones(text, region)]:
        assert text[entity.start : entity.end] == entity.text


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("my number is 4915112345678", "de", "+4915112345678"),
        ("49 151 12345678", "de", "+4915112345678"),
        ("447911123456", "gb", "+447911123456"),
        ("015112345678", "de", "+4915112345678"),
        ("it is 33612345678", "de", "+4933612345678"),
    ],
)
def test_a_number_with_the_code_of_its_country_but_no_plus_is_no_landline(text: str, region: str, number: str) -> None:
    [found] = find_phones(text, region)
    assert found.value == number


@pytest.mark.parametrize(
    ("text", "zone", "number"),
    [
        ("my number is 0176 12345678", "Europe/Berlin", "+4917612345678"),
        ("it's 0170 6123456", "Europe/Berlin", "+491706123456"),
        ("212-456-7890", "America/New_York", "+12124567890"),
        ("212-456-7890", "US/Eastern", "+12124567890"),
        ("07911 123456", "Europe/Madrid", "+447911123456"),
        ("089 1234567", "Europe/Berlin", "+49891234567"),
        ("+33 6 12 34 56 78", "Europe/Berlin", "+33612345678"),
        ("07911 123456", "UTC", "+447911123456"),
        ("07911 123456", "Europe/London", "+447911123456"),
    ],
)
def test_a_number_is_one_of_where_its_writer_is_if_it_is_known_there(text: str, zone: str, number: str) -> None:
    found = [one.value for one in find_phones(text, "GB", whereabouts=country_in(ZoneInfo(zone)))]
    assert found[:1] == [number]
    assert len(found) == 1


def test_a_zone_of_no_one_country_tells_none() -> None:
    assert [country_in(zone) for zone in (None, UTC, ZoneInfo("Etc/GMT+3"))] == [None, None, None]
