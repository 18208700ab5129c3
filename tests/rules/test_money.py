"""Amounts of money and currencies (HANDBOOK §7): what is read, what is refused, and the frozen table of codes."""

import re
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.rules.cadence import Policy
from crmcli.rules.currencies import CODES, DECIMALS
from crmcli.rules.money import currency_of, read_amount, read_currency, to_major
from tools import currencies as generator


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1200", "CNY", 120_000),
        ("1,200.50", "CNY", 120_050),
        ("1，200.5", "CNY", 120_050),
        ("１２００．５０", "CNY", 120_050),
        ("1200．50", "CNY", 120_050),
        ("￥１２００．５０", "CNY", 120_050),
        ("￥１，２００．５０元", "CNY", 120_050),
        ("１．５万", "CNY", 1_500_000),
        ("12,34,567.89", "INR", 123_456_789),
        ("¥ 99.9", "CNY", 9_990),
        ("￥99", None, 9_900),
        ("99元", "CNY", 9_900),
        ("99 €", "EUR", 9_900),
        ("3000美元", "USD", 300_000),
        ("12 万美元", "USD", 12_000_000),
        ("50 USD", "USD", 5_000),
        ("500日元", "JPY", 500),
        ("12万", "CNY", 12_000_000),
        ("1.2萬", "CNY", 1_200_000),
        ("3億新台幣", "TWD", 30_000_000_000),
        ("1.25 万元", "CNY", 1_250_000),
        ("3亿", "CNY", 30_000_000_000),
        ("1e3", "CNY", 100_000),
        ("1.500", "CNY", 150),
        ("0", "CNY", 0),
        ("500", "JPY", 500),
        ("500.00", "JPY", 500),
        ("1.255", "KWD", 1_255),
        ("9,999,999,999,999.99", "CNY", 999_999_999_999_999),
    ],
)
def test_amounts(text: str, currency: str | None, minor: int) -> None:
    assert read_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "sentence"),
    [
        (
            "-0.01",
            "CNY",
            "the amount -0.01 is negative; write 0 or more, and take a refund off the amount of its order",
        ),
        ("0.001", "CNY", "the amount 0.001 has too many decimals; write at most 2"),
        ("0.0001", "KWD", "the amount 0.0001 has too many decimals; write at most 3"),
        ("12.5", "JPY", "the amount 12.5 has decimals, and JPY has none; write a whole number"),
        ("1e13", "CNY", "the amount 1e13 is too large; write less than 10,000,000,000,000"),
        ("1e12", "KWD", "the amount 1e12 is too large; write less than 1,000,000,000,000"),
        ("1e999999", "CNY", "the amount 1e999999 is too large; write less than 10,000,000,000,000"),
        ("1,20", "CNY", "'1,20' is no amount; write it like 1200 or 1200.50"),
        ("1.200,50", "EUR", "'1.200,50' is no amount; write it like 1200 or 1200.50"),
        ("12 k", "CNY", "'12 k' is no amount; write it like 1200 or 1200.50"),
        ("$5 EUR", "EUR", "'$5 EUR' is no amount; write it like 1200 or 1200.50"),
        ("€", "EUR", "'€' is no amount; write it like 1200 or 1200.50"),
        ("", "CNY", "'' is no amount; write it like 1200 or 1200.50"),
    ],
)
def test_no_amounts(text: str, currency: str, sentence: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_amount(text, currency)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "given", "base", "code"),
    [
        ("50", None, "CNY", None),
        ("50元", None, "USD", None),
        ("€50", None, "CNY", "EUR"),
        ("-€50", None, "CNY", None),  # which is no amount
        ("12 k", "EUR", "CNY", None),
        ("50 usd", None, "CNY", "USD"),
        ("USD 12,000", "USD", "CNY", "USD"),
        ("12.5万美元", None, "CNY", "USD"),
        ("人民币100", None, "USD", "CNY"),
        ("US$50", None, "CNY", "USD"),
        ("$50 HKD", None, "CNY", "HKD"),
        ("$50", "SGD", "CNY", "SGD"),
        ("＄50", None, "USD", "USD"),
        ("￥50", None, "CNY", "CNY"),
        ("¥50", None, "JPY", "JPY"),
        ("¥50", "JPY", "CNY", "JPY"),
        ("₩50", "KRW", "CNY", "KRW"),
    ],
)
def test_the_currency_an_amount_says(
    text: str, given: str | None, base: str, code: str | None
) -> None:
    assert currency_of(text, given, base) == code


@pytest.mark.parametrize(
    ("text", "given", "base", "sentence"),
    [
        ("$50", None, "CNY", "the amount $50 may be in several currencies; write which with --currency, or with it, like 3000 USD"),
        ("¥50", None, "USD", "the amount ¥50 may be in several currencies; write which with --currency, or with it, like 3000 USD"),
        ("$50", "EUR", "USD", "the amount $50 is not in EUR, as it is to be; correct it, or the currency"),
        ("50 USD", "HKD", "USD", "the amount 50 USD is not in HKD, as it is to be; correct it, or the currency"),
    ],
)  # fmt: skip
def test_a_currency_that_is_not_known(
    text: str, given: str | None, base: str, sentence: str
) -> None:
    with pytest.raises(BadValue) as refused:
        currency_of(text, given, base)
    assert str(refused.value) == sentence


@given(st.integers(0, 10**15 - 1), st.sampled_from(["CNY", "JPY", "KWD", "CLF"]))
def test_what_is_shown_reads_back(minor: int, currency: str) -> None:
    """JSON's number, as any program writes it, is the amount again."""
    assert read_amount(repr(to_major(minor, currency)), currency) == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [("CNY", "CNY"), ("usd", "USD"), (" eur ", "EUR"), ("RMB", "CNY"), ("人民币", "CNY"), ("美元", "USD"), ("港币", "HKD"), ("人民幣", "CNY"), ("新台幣", "TWD"), ("歐元", "EUR")],
)  # fmt: skip
def test_currencies(text: str, code: str) -> None:
    assert read_currency(text) == code


@pytest.mark.parametrize("text", ["XXX", "XTS", "gold", "¥", "", "DEM", "1"])
def test_no_currencies(text: str) -> None:
    with pytest.raises(BadValue, match=f"^currency {text!r} is unknown; "):
        read_currency(text)


def test_a_slip_in_a_currency_is_named() -> None:
    with pytest.raises(BadValue, match="did you mean CNY"):
        read_currency("CNYY")


@pytest.mark.parametrize("text", ["ABC", "XBD1", "XAUU", "USM", "CHC", "XSV", "CLE"])
def test_what_nobody_pays_with_is_not_suggested(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        read_currency(text)
    meant = re.search(r"did you mean (\w+)", str(refusal.value))
    assert meant is None or (meant[1][0] != "X" and meant[1] not in {"USN", "CHE", "CHW", "CLF"})
    assert read_currency("XAU") == "XAU"


def test_every_code_is_a_currency_of_the_cldr() -> None:
    assert {*Locale("en").currencies, *generator.ADDED} >= CODES
    assert set(DECIMALS) < CODES
    assert {"CNY", "USD", "EUR", "JPY", "GBP", "HKD", "TWD", "XAF", "CHF"} < CODES


def test_the_frozen_currencies_are_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert generator.TARGET.read_text(encoding="utf-8") == generator.generate()
    target = tmp_path / "currencies.py"
    monkeypatch.setattr(generator, "TARGET", target)
    monkeypatch.setattr(sys, "argv", ["currencies", "--check"])
    assert generator.main() == 1
    monkeypatch.setattr(sys, "argv", ["currencies"])
    assert generator.main() == 0
    monkeypatch.setattr(sys, "argv", ["currencies", "--check"])
    assert generator.main() == 0


@pytest.mark.parametrize(
    ("amount", "currency", "base", "rate", "expected"),
    [
        (10_000, "USD", "CNY", "7.1", 71_000),  # 100 dollars
        (10_000, "JPY", "CNY", "0.05", 50_000),  # 10,000 yen
        (50_000, "CNY", "JPY", "20", 10_000),  # 500 yuan
        (1_500, "KWD", "CNY", "23", 3_450),  # one and a half dinars
        (10_000, "USD", "USD", "9", 10_000),
        (10_000, "EUR", "CNY", None, 0),
    ],
)
def test_an_amount_in_the_base_currency(
    amount: int, currency: str, base: str, rate: str | None, expected: int
) -> None:
    rates = {currency: Fraction(Decimal(rate))} if rate else {}
    assert Policy(currency=base, rates=rates).in_base(amount, currency) == expected
